"""Edits, fixes, and how fixes are applied.

    Edit       replace text[start:end] by something else
    Fix        a title, a safety, and the edits that only make sense together
    apply      take as many fixes as do not overlap, and say which were taken

Offsets count characters of `Source.text`; `Source.encode` turns the result back into bytes. A syntax tree
is never printed back: no character outside an edit can change.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise


class Safety(Enum):
    """How far a fix may be trusted; the values are the words of the JSON output (ruff's)."""

    SAFE = "safe"  # bit-identical results, comments kept; applied by --fix
    UNSAFE = "unsafe"  # the meaning may change; applied by --unsafe-fixes
    SHOWN = "display"  # printed for a person, never applied


@dataclass(frozen=True, order=True)
class Edit:
    """Replace `text[start:end]` by `text`; an insertion has `start == end`."""

    start: int
    end: int
    text: str


Edits = tuple[Edit, ...]


@dataclass(frozen=True)
class Fix:
    """A mend: what it does (imperative, no full stop), how safe it is, and its edits in order of position."""

    title: str
    edits: Edits
    safety: Safety

    @classmethod
    def of(cls, safety: Safety, title: str, *parts: Edits | None) -> Fix | None:
        """Join the parts into one fix; None as soon as one part was refused, and where parts overlap."""
        edits: list[Edit] = []
        for part in parts:
            if part is None:
                return None
            edits.extend(part)
        joined = tuple(sorted(set(edits)))
        if not joined or any(one.end > other.start for one, other in pairwise(joined)):
            return None
        return cls(title, joined, safety)

    @classmethod
    def safe(cls, title: str, *parts: Edits | None) -> Fix | None:
        """A fix that leaves every result bit-identical."""
        return cls.of(Safety.SAFE, title, *parts)

    @classmethod
    def unsafe(cls, title: str, *parts: Edits | None) -> Fix | None:
        """A fix that may change results: numerics, aliasing, later autograd."""
        return cls.of(Safety.UNSAFE, title, *parts)

    @classmethod
    def shown(cls, title: str, *parts: Edits | None) -> Fix | None:
        """A fix to look at: displayed, never applied."""
        return cls.of(Safety.SHOWN, title, *parts)


def overlap(one: Edit, other: Edit) -> bool:
    """Whether two different edits touch the same text; two insertions at one place do."""
    if one.start == one.end == other.start == other.end:
        return True
    return one.start < other.end and other.start < one.end


def apply(text: str, fixes: Iterable[Fix]) -> tuple[str, list[Fix]]:
    """Apply what does not overlap, earliest first; an edit that is already taken is shared.

    Returns the new text and the fixes that went in. A fix goes in whole or not at all.
    """
    taken: set[Edit] = set()
    applied: list[Fix] = []
    for fix in sorted(fixes, key=place):
        new = [edit for edit in fix.edits if edit not in taken]
        if any(overlap(edit, other) for edit in new for other in taken):
            continue
        if misplaces(new, taken, text) or misplaces(taken, new, text):
            continue
        taken.update(new)
        applied.append(fix)
    return splice(text, sorted(taken)), applied


def misplaces(some: Iterable[Edit], others: Iterable[Edit], text: str) -> bool:
    """Whether some edits indent a line anew on which one of the others writes lines of its own: those are
    indented for the place where the line was."""
    blank = (edit for edit in some if edit.start == edit.end and edit.text and not edit.text.strip(" \t"))
    indented = {line_of(edit, text) for edit in blank}
    several = (edit for edit in others if "\n" in edit.text or "\r" in edit.text)
    return bool(indented) and any(line_of(edit, text) in indented for edit in several)


def line_of(edit: Edit, text: str) -> int:
    """Where the line begins on which an edit does."""
    return max(text.rfind("\n", 0, edit.start), text.rfind("\r", 0, edit.start)) + 1


def place(fix: Fix) -> tuple[int, int, Edits, str, str]:
    """What fixes are ordered by: where they begin, where they end, and then anything that tells them
    apart."""
    return fix.edits[0].start, fix.edits[-1].end, fix.edits, fix.title, fix.safety.value


def splice(text: str, edits: Sequence[Edit]) -> str:
    """Carry out edits that are sorted and do not overlap."""
    pieces: list[str] = []
    position = 0
    for edit in edits:
        pieces += (text[position : edit.start], edit.text)
        position = edit.end
    pieces.append(text[position:])
    return "".join(pieces)
