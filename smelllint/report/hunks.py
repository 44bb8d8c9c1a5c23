"""A mend as a diff, made from the edits of a fix alone: nothing but the rows that it touches is compared.

Line        a line that a mend leaves, takes away or adds
Hunk        lines that stand together
hunks       those of some edits, with a little of what stands around each
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from smelllint.edit import Edit, splice
from smelllint.source import Source

CONTEXT = 2  # rows around what a mend changes
LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True)
class Line:
    """A line of a mend: `sign` is " " for one that stays, "-" and "+" for one that goes and one that comes,
    `number` is that of its row before the mend, None for one that comes."""

    sign: str
    number: int | None
    text: str


@dataclass(frozen=True)
class Hunk:
    """Lines of a mend that stand together, in a notebook in one cell."""

    cell: int | None
    lines: tuple[Line, ...]


def hunks(source: Source, edits: Sequence[Edit]) -> Iterator[Hunk]:
    """The edits of a fix, sorted and without overlap, as hunks of a diff."""
    for block in _together(source, edits):
        yield _hunk(source, block)


def _together(source: Source, edits: Sequence[Edit]) -> Iterator[list[Edit]]:
    """The edits in groups whose rows, with those around them, touch each other in one cell."""
    block: list[Edit] = []
    for edit in edits:
        if block and _apart(source, block[-1].end, edit.start):
            yield block
            block = []
        block.append(edit)
    if block:
        yield block


def _apart(source: Source, end: int, start: int) -> bool:
    one, other = source.location(end), source.location(start)
    return other.row - one.row > 2 * CONTEXT or source.in_cell(one)[0] != source.in_cell(other)[0]


def _hunk(source: Source, edits: Sequence[Edit]) -> Hunk:
    first, last = source.location(edits[0].start), source.location(edits[-1].end)
    cell, inside = source.in_cell(first)
    starts = [*source.line_starts, len(source.shown)]
    start, end = starts[first.row - 1], starts[last.row]
    own = [Edit(edit.start - start, edit.end - start, edit.text) for edit in edits]
    before = source.shown[start:end]
    above = _around(source, range(first.row - 1, first.row - 1 - CONTEXT, -1), cell)
    below = _around(source, range(last.row + 1, last.row + 1 + CONTEXT), cell)
    replaced = _replaced(_lines(before), _lines(splice(before, own)), inside.row)
    return Hunk(cell, (*reversed(above), *replaced, *below))


def _around(source: Source, rows: range, cell: int | None) -> list[Line]:
    """Those of the rows that the cell has, going away from a change, without empty ones at the end."""
    kept: list[Line] = []
    for row in rows:
        if not 1 <= row <= len(source.line_starts):
            break
        own, place = source.in_cell(source.location(source.line_starts[row - 1]))
        if own != cell:
            break
        kept.append(Line(" ", place.row, source.shown_line(row)))
    while kept and not kept[-1].text.strip():
        kept.pop()
    return kept


def _replaced(before: Sequence[str], after: Sequence[str], first: int) -> Iterator[Line]:
    """Rows that become others, the first of them with this number."""
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        for at in range(start, end):
            yield Line(" " if tag == "equal" else "-", first + at, before[at])
        if tag != "equal":
            yield from (Line("+", None, text) for text in after[new_start:new_end])


def _lines(text: str) -> list[str]:
    """The lines of a text without their ends."""
    lines = LINE_END.split(text)
    return lines if lines[-1] else lines[:-1]
