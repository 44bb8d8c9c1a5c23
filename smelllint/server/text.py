"""A text as the client sees it: places are a line and a number of units, both from 0.

Text      a text; `offset` and `position` turn places into characters and back, `changed` carries out an edit
units     how many units of an encoding a text has

Lines end at LF, CR and CRLF, as the protocol has it and as Python's parser has it, and nowhere else.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from functools import cached_property

from lsprotocol.types import (
    Position,
    PositionEncodingKind,
    Range,
    TextDocumentContentChangeEvent,
    TextDocumentContentChangeWholeDocument,
)

from smelllint.diagnostic import Location

LINE_END = re.compile(r"\r\n|\r|\n")
UTF8, UTF16, UTF32 = PositionEncodingKind.Utf8, PositionEncodingKind.Utf16, PositionEncodingKind.Utf32


def units(text: str, encoding: str) -> int:
    """How many units of an encoding a text has."""
    if encoding == UTF32 or text.isascii():
        return len(text)
    if encoding == UTF8:
        return len(text.encode("utf-8", "surrogatepass"))
    return len(text) + sum(character > "\uffff" for character in text)


def characters(line: str, count: int, encoding: str) -> int:
    """How many characters of a line so many units cover; a character that is cut in two does not count."""
    if encoding == UTF32 or line.isascii():
        return min(count, len(line))
    for index, character in enumerate(line):
        count -= units(character, encoding)
        if count < 0:
            return index
    return len(line)


@dataclass(frozen=True)
class Text:
    """A text and the units that the client counts in."""

    text: str
    encoding: str = UTF16

    @cached_property
    def line_starts(self) -> list[int]:
        return [0, *(match.end() for match in LINE_END.finditer(self.text))]

    def line(self, row: int) -> str:
        """A line, from 0, without its end."""
        end = self.line_starts[row + 1] if row + 1 < len(self.line_starts) else len(self.text)
        return self.text[self.line_starts[row] : end].rstrip("\r\n")

    def offset(self, position: Position) -> int:
        """The offset of a place; what lies behind the end of its line or of the text counts as that end."""
        if position.line >= len(self.line_starts):
            return len(self.text)
        line = self.line(position.line)
        return self.line_starts[position.line] + characters(line, position.character, self.encoding)

    def position(self, offset: int) -> Position:
        """The place of an offset."""
        row = bisect_right(self.line_starts, offset) - 1
        return Position(row, units(self.text[self.line_starts[row] : offset], self.encoding))

    def range(self, start: int, end: int) -> Range:
        """Two offsets as a range."""
        return Range(self.position(start), self.position(end))

    def place(self, location: Location) -> Position:
        """A row and a column, from 1, as a place; the nearest one where there is none."""
        row = min(max(location.row, 1), len(self.line_starts)) - 1
        column = max(location.column, 1) - 1
        return Position(row, units(self.line(row)[:column], self.encoding))

    def end_of_line(self, position: Position) -> Position:
        """The end of the line that a place lies in."""
        return Position(position.line, units(self.line(position.line), self.encoding))

    def changed(self, change: TextDocumentContentChangeEvent) -> Text:
        """The text after a change that the client reports."""
        if isinstance(change, TextDocumentContentChangeWholeDocument):
            return replace(self, text=change.text)
        start, end = sorted((self.offset(change.range.start), self.offset(change.range.end)))
        return replace(self, text=self.text[:start] + change.text + self.text[end:])
