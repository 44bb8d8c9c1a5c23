"""What the engine says: plain, picklable data. No syntax node ever leaves the engine.

Location      row and column, both from 1, columns in characters
Diagnostic    one finding of a rule
Trouble       a file, or a rule on a file, that could not be dealt with
Gone          a finding that was known of a file and is there no more
FileReport    all of these, for one file
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from smelllint.edit import Fix

if TYPE_CHECKING:
    from smelllint.proof import Proven


@dataclass(frozen=True, order=True)
class Location:
    """A place in the text: row and column count from 1, columns in characters."""

    row: int
    column: int


@dataclass(frozen=True)
class Diagnostic:
    """One finding.

    `start` and `end` are offsets into `Source.text`; `location` and `end_location` say the same in rows and
    columns, `cell` counts from 1 over all cells and is None outside notebooks (in one, rows count inside the
    cell). `device` is where the code is known to run (cpu, cuda, mps); `proven` is what was measured of the
    rule, None where nobody has looked, and for what is no rule; `note` is what else to know, such as that the
    cells of a notebook were run in another order than they stand in.
    """

    path: str
    rule: str
    family: str
    message: str
    start: int
    end: int
    location: Location
    end_location: Location
    fix: Fix | None = None
    cell: int | None = None
    device: str | None = None
    proven: Proven | None = None
    note: str | None = None


@dataclass(frozen=True)
class Trouble:
    """Why a file, or one rule on it, could not be dealt with: `name` is a stable kebab-case word such as
    `syntax-error`, `unreadable-file`, `too-complex`, `rule-crashed`, `fix-failed`. In a notebook `cell` and
    `location` count as those of a Diagnostic."""

    path: str
    name: str
    message: str
    location: Location | None = None
    cell: int | None = None


@dataclass(frozen=True, order=True)
class Gone:
    """What was known by a baseline or before a change, and is there no more: the rule, and the functions and
    classes that it stood in, as `Class.method`; empty at the top of a module."""

    rule: str
    scope: str = ""


@dataclass(frozen=True)
class FileReport:
    """All that was said about one file."""

    path: str
    diagnostics: tuple[Diagnostic, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    fixed: int = 0  # how many fixes were applied, where fixing was asked for
    before: str | None = None  # the text before and after, where fixing changed it
    after: str | None = None
    notes: tuple[str, ...] = field(default=())
    gone: tuple[Gone, ...] = ()
