"""Jupyter notebooks: a Source whose text is the code of all cells, in their order.

    notebook(path, data)   the notebook, SourceError where it is none
    Notebook               the Source: places are counted inside cells, edits are made in the cells' strings
    Cell                   one cell of code: its source, what is linted of it, where its strings are written

Each cell ends with a line end, and an empty line stands between two: so every offset belongs to one cell, its
end included. Magics are masked (smelllint.magics); cells of other languages are left out, and so are cells
that do not parse, with a Trouble. The file is never written from a decoded notebook: edits replace characters
inside the strings of `source`, and every other byte stays (smelllint.json_spans).
"""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from smelllint.cells import ended, still_reads
from smelllint.diagnostic import Location, Trouble
from smelllint.edit import Edit, Edits, splice
from smelllint.json_spans import Literal, Number, decode, items, members, written
from smelllint.magics import Masked, mask, parses
from smelllint.runs import Run, doubt, in_order, names_at
from smelllint.source import Source, SourceError

INVALID = "invalid-notebook"
OLD_FORMATS = frozenset("0123")
LIMIT = 5_000_000  # characters of code; see smelllint.read
LAST_LINE_END = re.compile(r"(?:\r\n|\r|\n)\Z")
# What JSON can hold and no Python file can.
IMPOSSIBLE = re.compile("[\0\ud800-\udfff]")


@lru_cache(maxsize=2)
def notebook(path: str, data: bytes) -> Notebook:
    """The notebook of a file; SourceError where it is none. The last ones are kept: gate, engine and report
    ask for the same."""
    return Notebook(path, data)


@dataclass(frozen=True)
class Cell:
    """A cell of code. `number` counts all cells from 1, `start` is where its code begins in the text;
    `separator` is what stands between two of its strings in the file, empty where there is only one; `count`
    is its execution count, None where it was not run."""

    number: int
    start: int
    source: str
    masked: Masked
    literals: tuple[Literal, ...]
    separator: str
    count: int | None = None

    @property
    def code(self) -> str:
        """What is linted: the masked source, ended by a line end."""
        return ended(self.masked.code)

    @property
    def end(self) -> int:
        return self.start + len(self.code)

    def own(self, edit: Edit) -> Edit:
        """An edit of the text as one of the code."""
        return Edit(edit.start - self.start, edit.end - self.start, edit.text)

    def allows(self, edit: Edit) -> bool:
        """Whether an edit of the code has a string to be made in, leaves magics alone, and copies none."""
        return bool(self.literals) and self.masked.allows(edit)


class Notebook(Source):
    """A notebook as one program."""

    def __init__(self, path: str, data: bytes) -> None:
        self.path = path
        self.data = data
        self.bom = data.startswith(codecs.BOM_UTF8)
        self.encoding = "utf-8"
        try:
            self.raw = data.removeprefix(codecs.BOM_UTF8).decode(self.encoding)
        except UnicodeError as error:
            raise SourceError(f"cannot be decoded: {error}") from error
        troubles: list[Trouble] = []
        self.cells = list(self._cells(troubles))
        self.troubles = tuple(troubles)
        self.text = "\n".join(cell.code for cell in self.cells)
        self.shown = "\n".join(ended(cell.source) for cell in self.cells)
        if len(self.text) > LIMIT:
            raise SourceError(f"holds more than {LIMIT // 1_000_000} MB of code", "too-large")

    def _cells(self, troubles: list[Trouble]) -> Iterator[Cell]:
        """The cells of Python that parse; the others are noted."""
        start = 0
        content = checked(self.raw)
        for number, at in enumerate(items(self.raw, members(self.raw, 0)["cells"]), 1):
            if not is_python(content, content["cells"][number - 1]):
                continue
            literals, separator = strings(self.raw, members(self.raw, at)["source"])
            source = "".join(literal.value for literal in literals)
            masked = Masked(source) if parses(source) else mask(source)
            if masked is None:
                continue
            flaw = self._flaw(number, masked.code)
            if flaw is not None:
                troubles.append(flaw)
                continue
            count = whole(content["cells"][number - 1].get("execution_count"))
            cell = Cell(number, start, source, masked, literals, separator, count)
            yield cell
            start = cell.end + 1

    def _flaw(self, number: int, code: str) -> Trouble | None:
        """Why a cell has to be left out."""
        if IMPOSSIBLE.search(code):
            return Trouble(self.path, "syntax-error", "holds a NUL or half a surrogate pair", None, number)
        if parses(code):
            return None
        from smelllint.syntax import ParseError, guard

        try:
            guard(code)
        except ParseError as error:
            return Trouble(self.path, error.name, error.message, error.location, number)
        return None

    @cached_property
    def newline(self) -> str:
        """The line end of most lines: one cell that was pasted in says nothing of the others."""
        return "\r\n" if 2 * self.text.count("\r\n") > self.text.count("\n") else "\n"

    def _cell(self, offset: int) -> Cell | None:
        """The cell that an offset lies in."""
        place = bisect_right(self.cells, offset, key=lambda cell: cell.start)
        return self.cells[place - 1] if place else None

    def in_cell(self, location: Location) -> tuple[int | None, Location]:
        row = min(location.row, len(self.line_starts))  # a parser may speak of the line after the last
        cell = self._cell(self.line_starts[row - 1])
        if cell is None:
            return None, location
        return cell.number, Location(location.row - self.location(cell.start).row + 1, location.column)

    def note(self, offset: int) -> str | None:
        """What the execution counts say against reading the cell of a finding after those above it."""
        cell = self._cell(offset)
        runs = [Run(one.number, one.count, one.code) for one in self.cells if one.count is not None]
        if cell is None or in_order(runs):
            return None
        row = self.in_cell(self.location(offset))[1].row
        return doubt(runs, cell.number, names_at(cell.code, row))

    def accepts(self, edits: Edits) -> bool:
        """Each edit lies in one cell, none touches a magic, and each cell still parses by itself and shows
        its last value where it did before."""
        touched: dict[int, list[Edit]] = {}
        for edit in edits:
            cell = self._cell(edit.start)
            if cell is None or edit.end > cell.end or not cell.allows(cell.own(edit)):
                return False
            touched.setdefault(cell.start, []).append(cell.own(edit))
        return all(
            still_reads(cell.code, splice(cell.code, touched[cell.start]))
            for cell in self.cells
            if cell.start in touched
        )

    def part_edits(self, edits: Edits) -> Edits:
        return tuple(
            Edit(cell.start + edit.start, cell.start + edit.end, edit.text)
            for cell, own in self._by_cell(sorted(edits))
            for edit in within(cell.source, own)
        )

    def raw_offset(self, offset: int) -> int:
        cell = self._cell(offset)
        assert cell is not None
        at = min(offset - cell.start, len(cell.source))
        *others, last = cell.literals
        for literal in others:
            if at < len(literal.value):
                return literal.offsets(self.raw)[at]
            at -= len(literal.value)
        return last.offsets(self.raw)[at]

    def raw_edits(self, edits: Sequence[Edit]) -> list[Edit]:
        ascii_only = self.raw.isascii()
        return [
            raw_edit
            for cell, own in self._by_cell(edits)
            for raw_edit in rewritten(self.raw, cell, within(cell.source, own), ascii_only=ascii_only)
        ]

    def mended(self, edits: Sequence[Edit]) -> str:
        """The JSON text with the edits made in the cells' strings; ValueError where that cannot be done."""
        sources = {
            cell.number: splice(cell.source, within(cell.source, own)) for cell, own in self._by_cell(edits)
        }
        after = splice(self.raw, self.raw_edits(edits))
        if with_sources(decode(after), sources) != with_sources(decode(self.raw), sources, new=True):
            raise ValueError("the notebook would not read back as meant")
        return after

    def _by_cell(self, edits: Sequence[Edit]) -> Iterator[tuple[Cell, list[Edit]]]:
        """The cells that edits lie in, each with its own."""
        for cell in self.cells:
            own = [cell.own(edit) for edit in edits if cell.start <= edit.start <= cell.end]
            if own:
                yield cell, own


# -- reading ----------------------------------------------------------------------------------------------


def checked(raw: str) -> dict[str, Any]:
    """The notebook that a text spells; SourceError where it is none that we know."""
    try:
        content: dict[str, Any] = decode(raw)
    except RecursionError as error:
        raise SourceError("is nested too deeply to be read", INVALID) from error
    except ValueError as error:
        place = Location(getattr(error, "lineno", 1), getattr(error, "colno", 1))
        raise SourceError(f"is no JSON: {getattr(error, 'msg', error)}", INVALID, place) from error
    version = content.get("nbformat") if isinstance(content, dict) else None
    if not isinstance(version, Number) or not version.spelt.isdigit():
        raise SourceError("is no notebook: it does not say its `nbformat`", INVALID)
    if version.spelt in OLD_FORMATS:
        raise SourceError(
            f"is a notebook of format {version.spelt}; save it with Jupyter to make it format 4", INVALID
        )
    if not isinstance(content.get("cells"), list):
        raise SourceError("is no notebook: it has no list of `cells`", INVALID)
    for number, cell in enumerate(content["cells"], 1):
        if not isinstance(cell, dict) or not is_source(cell.get("source")):
            raise SourceError(f"has no `source` of text in cell {number}", INVALID)
    return content


def is_source(value: object) -> bool:
    """Whether a value is a string or a list of them."""
    return isinstance(value, str) or (
        isinstance(value, list) and all(isinstance(item, str) for item in value)
    )


def is_python(content: dict[str, Any], cell: dict[str, Any]) -> bool:
    """Whether a cell is code, and Python as far as the notebook says a language."""
    if cell.get("cell_type") != "code":
        return False
    languages = [
        looked_up(content, "metadata", "kernelspec", "language"),
        looked_up(content, "metadata", "language_info", "name"),
        looked_up(cell, "metadata", "vscode", "languageId"),
    ]
    return all(
        language.lower() in ("python", "ipython") for language in languages if isinstance(language, str)
    )


def whole(value: object) -> int | None:
    """A number that counts something, None for anything else."""
    if isinstance(value, Number) and value.spelt.isdigit() and len(value.spelt) < 10:
        return int(value.spelt)
    return None


def looked_up(value: object, *keys: str) -> object:
    """What lies at the end of a path of keys, None where it ends before."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def strings(raw: str, at: int) -> tuple[tuple[Literal, ...], str]:
    """The strings of a `source` that begins at this offset, and what stands between two of them."""
    if raw[at] == '"':
        return (Literal(raw, at),), ""
    literals = tuple(Literal(raw, item) for item in items(raw, at))
    if len(literals) > 1:
        return literals, raw[literals[0].end : literals[1].start]
    margin = raw[at + 1 : literals[0].start - 1] if literals else ""
    return literals, f'",{margin}"'


# -- mending ----------------------------------------------------------------------------------------------


def within(source: str, edits: Sequence[Edit]) -> list[Edit]:
    """Edits of `ended(source)` as edits of the source, which may lack the line end at the end."""
    edits = joined(edits)
    last = edits[-1]
    if last.end <= len(source):
        return edits
    ending = LAST_LINE_END.search(last.text)
    if last.start > len(source):
        last = Edit(len(source), len(source), "\n" + LAST_LINE_END.sub("", last.text))
    elif ending:
        last = Edit(last.start, len(source), last.text[: ending.start()])
    else:  # its last lines go: so does the line end before them
        before = LAST_LINE_END.search(source, 0, last.start)
        last = Edit(before.start() if before else last.start, len(source), last.text)
    return [*edits[:-1], last]


def joined(edits: Sequence[Edit]) -> list[Edit]:
    """The same edits, those that touch each other made one."""
    result: list[Edit] = []
    for edit in edits:
        if result and result[-1].end == edit.start:
            before = result.pop()
            edit = Edit(before.start, edit.end, before.text + edit.text)
        result.append(edit)
    return result


def rewritten(raw: str, cell: Cell, edits: Sequence[Edit], *, ascii_only: bool) -> Iterator[Edit]:
    """Edits of a cell's source as edits of the JSON text. A new line becomes a new string of a list."""
    literals, size = cell.literals, len(cell.source)
    starts = [sum(len(literal.value) for literal in literals[:index]) for index in range(len(literals))]
    offsets = [literal.offsets(raw) for literal in literals]
    for edit in edits:
        first, last = (bisect_right(starts, offset) - 1 for offset in (edit.start, edit.end))
        start = offsets[first][edit.start - starts[first]]
        end = offsets[last][edit.end - starts[last]]
        lines = [written(line, ascii_only=ascii_only) for line in edit.text.split("\n")]
        new = f"\\n{cell.separator}".join(lines)
        if edit.end == size and edit.text.endswith("\n"):
            new = new.removesuffix(cell.separator)
        if edit.start == size and cell.source.endswith("\n"):
            new = cell.separator + new
        if edit.end == size and not edit.text and first > 0 and edit.start == starts[first]:
            start = literals[first - 1].end  # whole strings at the end of a list go with their quotes
        yield Edit(start, end, new)


def with_sources(content: Any, sources: dict[int, str], *, new: bool = False) -> Any:
    """A decoded notebook with the source of these cells as one string: the given one, or their own."""
    for number, source in sources.items():
        cell = content["cells"][number - 1]
        cell["source"] = source if new else "".join(cell["source"])
    return content
