"""Findings as JSON has them, for the cache, and back again.

to_plain(diagnostic)          numbers, texts and lists; what is proven of its rule is left out
from_plain(path, plain)       the finding; ValueError where it is none
"""

from __future__ import annotations

from typing import Any

from smelllint.diagnostic import Diagnostic, Location
from smelllint.edit import Edit, Fix, Safety

Plain = list[Any]


def to_plain(found: Diagnostic) -> Plain:
    """A finding without its path, which is the key that it is kept under."""
    first, last, fix = found.location, found.end_location, found.fix
    return [
        [found.rule, found.family, found.message, found.cell, found.device],
        [found.start, found.end, first.row, first.column, last.row, last.column],
        None if fix is None else [fix.title, fix.safety.value, [[e.start, e.end, e.text] for e in fix.edits]],
    ]


def from_plain(path: str, plain: Plain) -> Diagnostic:
    """The finding that was written down. ValueError where it is not what `to_plain` writes."""
    try:
        (rule, family, message, cell, device), (start, end, *places), fix = plain
        row, column, last_row, last_column = map(int, places)
        return Diagnostic(
            path=path,
            rule=str(rule),
            family=str(family),
            message=str(message),
            start=int(start),
            end=int(end),
            location=Location(row, column),
            end_location=Location(last_row, last_column),
            fix=None if fix is None else _fix(*fix),
            cell=None if cell is None else int(cell),
            device=None if device is None else str(device),
        )
    except TypeError as error:
        raise ValueError(f"no finding: {error}") from error


def _fix(title: str, safety: str, edits: list[Plain]) -> Fix:
    kept = tuple(Edit(int(start), int(end), str(text)) for start, end, text in edits)
    return Fix(str(title), kept, Safety(safety))
