"""Bytes to text and back: the only place that knows encodings, line ends and columns.

The text keeps every character of the file (carriage returns, form feeds, tabs), so that offsets into it are
offsets into the file and writing it back loses nothing.
"""

from __future__ import annotations

import codecs
import io
import re
import tokenize
from bisect import bisect_right
from functools import cached_property

from smelllint.diagnostic import Location


class SourceError(Exception):
    """The bytes are no Python text; the message says why, in a short clause."""


class Source:
    """One Python file: its path, its bytes, its text."""

    def __init__(self, path: str, data: bytes) -> None:
        self.path = path
        self.data = data
        self.bom = data.startswith(codecs.BOM_UTF8)
        self.encoding, self.text = decode(data)

    @cached_property
    def line_starts(self) -> list[int]:
        """The offset at which each line begins; lines end as Python's parser has it (LF, CR, CRLF)."""
        return [0] + [match.end() for match in re.finditer(r"\r\n|\r|\n", self.text)]

    @cached_property
    def newline(self) -> str:
        """The line end that the file uses first, LF where it has none."""
        match = re.search(r"\r\n|\r|\n", self.text)
        return match.group() if match else "\n"

    def location(self, offset: int) -> Location:
        """Row and column, from 1, of an offset."""
        row = bisect_right(self.line_starts, offset)
        return Location(row, offset - self.line_starts[row - 1] + 1)

    def line(self, row: int) -> str:
        """The text of a row (from 1) without its line end."""
        starts = self.line_starts
        end = starts[row] if row < len(starts) else len(self.text)
        return self.text[starts[row - 1] : end].rstrip("\r\n")

    def encode(self, text: str) -> bytes:
        """The bytes of a changed text, in the encoding and with the byte order mark of the file."""
        data = text.encode(self.encoding)
        return codecs.BOM_UTF8 + data if self.bom else data

    @cached_property
    def lossless(self) -> bool:
        """Whether writing the text back gives the very bytes; a file that does not is never fixed."""
        return self.encode(self.text) == self.data


def decode(data: bytes) -> tuple[str, str]:
    """Encoding (PEP 263) and text of a file's bytes, without its byte order mark; SourceError where there is none."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        encoding = "utf-8" if encoding == "utf-8-sig" else encoding
        body = data[len(codecs.BOM_UTF8) :] if data.startswith(codecs.BOM_UTF8) else data
        text = body.decode(encoding)
    except (SyntaxError, LookupError, UnicodeError) as error:
        raise SourceError(f"cannot be decoded: {error}") from error
    if "\0" in text:
        raise SourceError("contains a NUL byte")
    return encoding, text
