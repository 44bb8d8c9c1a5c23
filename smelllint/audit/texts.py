"""One text after the other out of a file of many, never more of it in memory than one.

Text          a text, or why there is none
Columns       where the text stands in a record, and where its name
json_lines    the texts of a JSON-lines file, also of a gzipped one
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedIOBase
from typing import Any

from smelllint.errors import MistakeError
from smelllint.read import LIMIT
from smelllint.source import encoded
from smelllint.words import listed

MOST = 6 * LIMIT + 1_000_000  # bytes of a line: the largest text, all of it escapes, and something beside it


class SourceMistakeError(MistakeError):
    """A source that cannot be what it was named as; the text says which, and what to do."""


class BrokenSourceError(Exception):
    """A source that cannot be read any further, and why."""


@dataclass(frozen=True)
class Columns:
    """The names of columns: of the text, and of its path, which may be missing."""

    text: str = "content"
    path: str = "path"

    def missing(self, source: str, there: list[str]) -> SourceMistakeError:
        """What is said where there is no text."""
        has = f"it has {listed(there)}" if there else "it has none"
        return SourceMistakeError(f"`{source}` has no column `{self.text}`: {has}; name one with --column")


@dataclass(frozen=True)
class Text:
    """A record of a source, by its number from 1: its bytes and its path, if it has one; without bytes, why
    it has none."""

    record: int
    data: bytes | None = None
    path: str | None = None
    lack: str = ""


def text_of(record: int, content: object, path: object, columns: Columns) -> Text:
    """The text of a record, by what stands in its two columns."""
    name = path if isinstance(path, str) and path else None
    if isinstance(content, str):
        return Text(record, encoded(content), name)
    if isinstance(content, bytes):
        return Text(record, content, name)
    return Text(record, None, name, f"has no text in `{columns.text}`")


def json_lines(path: str, columns: Columns) -> Iterator[Text]:
    """The texts of a file; a line that is none says why. SourceMistakeError where already the first record
    lacks the column, BrokenSourceError where the file cannot be read any further."""
    number = 0
    try:
        with opened(path) as file:
            for number, line in enumerate(lines_of(file), 1):
                if line is None:
                    yield Text(number, lack=f"is a line of more than {MOST // 1_000_000} MB")
                elif line.strip():
                    yield _text(path, number, line, columns)
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise BrokenSourceError(f"cannot be read after line {number}: {reason}") from error


def opened(path: str) -> BufferedIOBase:
    """A file, unpacked if it is gzipped."""
    return gzip.open(path) if path.endswith(".gz") else open(path, "rb")


def lines_of(file: BufferedIOBase) -> Iterator[bytes | None]:
    """The lines of a file; None for one that is too long to be held."""
    while line := file.readline(MOST):
        if len(line) < MOST or line.endswith(b"\n"):
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = file.readline(MOST)
        yield None


def _text(path: str, number: int, line: bytes, columns: Columns) -> Text:
    try:
        record: Any = json.loads(line)
    except (ValueError, RecursionError) as error:
        return Text(number, lack=f"is no JSON: {error}")
    if not isinstance(record, dict):
        return Text(number, lack="is no JSON object")
    if number == 1 and columns.text not in record:
        raise columns.missing(path, sorted(record))
    return text_of(number, record.get(columns.text), record.get(columns.path), columns)
