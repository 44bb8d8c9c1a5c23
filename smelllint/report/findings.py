"""Findings as tools need them: the largest saving first, with their place in the file itself.

findings        all findings of a run
Finding         a diagnostic, its place, its fix as edits of the file, and what it is known by
Place           rows and columns in the file; of a notebook those of its JSON, not of a cell
File            a file: its path from the root of the repository, its lines
said            a message or a path as one line that nothing obeys
encodable       a path as it is, for tools that look the file up
"""

from __future__ import annotations

import os
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from smelllint.diagnostic import Diagnostic, Location, Trouble
from smelllint.edit import Edit, Safety, splice
from smelllint.fingerprint import Identity, identities
from smelllint.report.order import saving
from smelllint.report.style import harmless

if TYPE_CHECKING:
    from smelllint.examine import Outcome

UNPROVEN = "unproven"
LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True)
class Place:
    """A stretch of a file: rows and columns count from 1, columns in characters, the end is exclusive."""

    start: Location
    end: Location


class File:
    """A file with findings."""

    def __init__(self, outcome: Outcome) -> None:
        self.source = outcome.source
        self.path = repository_path(outcome.report.path)
        self.identities = identities(outcome.report.diagnostics, self.source)

    @cached_property
    def line_starts(self) -> list[int]:
        return [0] + [match.end() for match in LINE_END.finditer(self.source.raw)]

    def place(self, start: int, end: int) -> Place:
        """The place of a stretch of the source's text."""
        return self.raw_place(self.source.raw_offset(start), self.source.raw_offset(end))

    def raw_place(self, start: int, end: int) -> Place:
        return Place(self._location(start), self._location(end))

    def column(self, location: Location, encoding: str) -> int:
        """A column, from 1, in the units of `utf-8` or `utf-16-le`."""
        start = self.line_starts[location.row - 1]
        before = self.source.raw[start : start + location.column - 1]
        return len(before.encode(encoding)) // (2 if encoding == "utf-16-le" else 1) + 1

    def _location(self, offset: int) -> Location:
        row = bisect_right(self.line_starts, offset)
        return Location(row, offset - self.line_starts[row - 1] + 1)


@dataclass(frozen=True)
class Finding:
    """A finding in its file."""

    diagnostic: Diagnostic
    file: File

    @property
    def rule(self) -> str:
        return self.diagnostic.rule

    @property
    def path(self) -> str:
        return self.file.path

    @property
    def message(self) -> str:
        """What is wrong and what is proven of it, on one line."""
        return self.what + (f" ({self.evidence})" if self.diagnostic.proven else "")

    @property
    def what(self) -> str:
        """What is wrong; in a notebook with the cell, which no row of the file tells."""
        cell = f"cell {self.diagnostic.cell}: " if self.diagnostic.cell is not None else ""
        return cell + said(self.diagnostic.message)

    @property
    def evidence(self) -> str:
        """What mending is proven to save: `saves 41 % on cpu`."""
        return said(self.diagnostic.proven.short) if self.diagnostic.proven else UNPROVEN

    @property
    def place(self) -> Place:
        return self.file.place(self.diagnostic.start, self.diagnostic.end)

    @property
    def identity(self) -> Identity:
        return self.file.identities[self.diagnostic]

    @property
    def fingerprint(self) -> str:
        """Hexadecimal, of this finding alone; the same wherever in the file it moves."""
        return self.identity.digest(self.path)

    @property
    def saving(self) -> float:
        """The share of energy that mending saves for certain; 0 where nothing is proven."""
        return saving(self.diagnostic)

    @property
    def edits(self) -> list[tuple[Place, str]]:
        """The fix as replacements in the file; none where there is no fix that may be applied."""
        return [(self.file.raw_place(edit.start, edit.end), edit.text) for edit in self._raw_edits()]

    def joined_edit(self, most_rows: int) -> tuple[Place, str] | None:
        """The fix as one replacement, None where it would span more rows than that."""
        edits = self._raw_edits()
        if not edits:
            return None
        start, end = edits[0].start, edits[-1].end
        place = self.file.raw_place(start, end)
        if place.end.row - place.start.row >= most_rows:
            return None
        inner = [Edit(edit.start - start, edit.end - start, edit.text) for edit in edits]
        return place, splice(self.file.source.raw[start:end], inner)

    def _raw_edits(self) -> list[Edit]:
        fix = self.diagnostic.fix
        if fix is None or fix.safety is Safety.SHOWN:
            return []
        return self.file.source.raw_edits(fix.edits)


def findings(outcomes: Sequence[Outcome]) -> list[Finding]:
    """All findings, the largest saving first."""
    files = {outcome.report.path: File(outcome) for outcome in outcomes if outcome.report.diagnostics}
    found = [diagnostic for outcome in outcomes for diagnostic in outcome.report.diagnostics]
    return [Finding(one, files[one.path]) for one in sorted(found, key=saving, reverse=True)]


def largest(found: Sequence[Finding]) -> dict[str, float]:
    """The rules of findings that come in order, each with its largest saving."""
    savings: dict[str, float] = {}
    for finding in found:
        savings.setdefault(finding.rule, finding.saving)
    return savings


def troubles(outcomes: Sequence[Outcome]) -> Iterator[tuple[Trouble, str, Location]]:
    """What could not be dealt with, with its path and its place; the first row where that is not known."""
    for outcome in outcomes:
        for trouble in outcome.report.troubles:
            known = trouble.location is not None and trouble.cell is None
            location = trouble.location if known and trouble.location else Location(1, 1)
            yield trouble, repository_path(trouble.path), location


def trouble_message(trouble: Trouble) -> str:
    cell = f"cell {trouble.cell}: " if trouble.cell is not None else ""
    return cell + said(trouble.message)


def said(text: str) -> str:
    """One line of plain text, whatever a file is named or holds."""
    return harmless(text)


def encodable(path: str) -> str:
    """A path as text that every reader of JSON takes: bytes that are no UTF-8 are written as escapes."""
    return path.encode("utf-8", "backslashreplace").decode()


def repository_path(path: str) -> str:
    """A path as tools of a repository know it: from its root, with `/`, links followed where they stay in it;
    absolute outside."""
    root = os.path.realpath(root_of(os.getcwd()))
    real = os.path.realpath(path)
    if real.startswith(os.path.join(root, "")):
        path = os.path.relpath(real, root)
    return path.replace(os.sep, "/")


@lru_cache(maxsize=8)
def root_of(folder: str) -> str:
    """The root of the repository that a folder lies in; the folder itself outside of one."""
    above = folder
    while not os.path.exists(os.path.join(above, ".git")):
        parent = os.path.dirname(above)
        if parent == above:
            return folder
        above = parent
    return above
