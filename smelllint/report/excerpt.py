"""The code of a finding, row by row.

Row         a row of code as its author wrote it, and which part of it belongs to the finding
excerpt     the rows around the start of a finding
left_out    how many rows of a long finding the excerpt does not show
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from smelllint.diagnostic import Diagnostic
from smelllint.source import Source

BEFORE = 2  # rows of code above the finding
MOST = 6  # rows of the finding itself


@dataclass(frozen=True)
class Row:
    """A row of code without its line end: its number, in a notebook inside its cell; `start:end` is the part
    of its text that belongs to the finding, None for a row above it."""

    number: int
    text: str
    start: int | None = None
    end: int | None = None


def excerpt(diagnostic: Diagnostic, source: Source) -> Iterator[Row]:
    """The rows around the start of a finding, `BEFORE` above it and `MOST` of its own."""
    first, last = diagnostic.location, diagnostic.end_location
    top = source.location(diagnostic.start).row  # in a notebook rows of the finding count inside the cell
    for number in range(max(1, first.row - BEFORE), min(last.row, first.row + MOST - 1) + 1):
        text = source.shown_line(top + number - first.row)
        if number < first.row:
            yield Row(number, text)
            continue
        start = first.column - 1 if number == first.row else len(text) - len(text.lstrip())
        end = last.column - 1 if number == last.row else len(text.rstrip())
        yield Row(number, text, start, end)


def left_out(diagnostic: Diagnostic) -> int:
    return max(0, diagnostic.end_location.row - diagnostic.location.row + 1 - MOST)
