"""Bytes to text and back: the only place that knows encodings, line ends and columns.

    source_of(path, data)   the Source of a file: of a notebook or a script of cells, that of these
                            (smelllint.notebook, smelllint.scripts), of a document, that of its code blocks
                            (smelllint.markdown)
    code_of(path, data)     the bytes that the gate reads
    encoded(text)           the bytes of a text that comes from an editor or a program

The text keeps every character of the file (carriage returns, form feeds, tabs), so that offsets into it are
offsets into the file and writing it back loses nothing.
"""

from __future__ import annotations

import codecs
import io
import re
import tokenize
from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property

from smelllint.diagnostic import Location, Trouble
from smelllint.edit import Edit, Edits, splice

BOM = "\ufeff"
NOTEBOOK = ".ipynb"
MARKDOWN = (".md", ".markdown", ".qmd")
SCRIPT_OF_CELLS = re.compile(rb"\n#[ \t]*(?:%%|format_name: light\b)")


class SourceError(Exception):
    """The bytes are no Python text: a stable name for the trouble, why, in a short clause, and where."""

    def __init__(
        self, message: str, name: str = "undecodable-file", location: Location | None = None
    ) -> None:
        super().__init__(message)
        self.name = name
        self.location = location


def source_of(path: str, data: bytes) -> Source:
    """The source of a file, by its ending; SourceError where there is none."""
    if path.endswith(NOTEBOOK):
        from smelllint.notebook import notebook

        return notebook(path, data)
    if path.endswith(MARKDOWN):
        from smelllint.markdown import markdown

        return markdown(path, data)
    if SCRIPT_OF_CELLS.search(b"\n" + data):
        from smelllint.scripts import script

        return script(path, data)
    return Source(path, data)


def code_of(path: str, data: bytes) -> bytes:
    """What the gate reads: the bytes of a file, of a notebook those of its code."""
    return source_of(path, data).text.encode() if path.endswith((NOTEBOOK, *MARKDOWN)) else data


class Source:
    """One Python file: its path, its bytes, its text.

    `raw` is the text of the whole file, `text` the Python in it, `shown` the same as its author wrote it;
    they differ in notebooks, in documents and where magics are masked. `troubles` are parts of the file that
    had to be left out.
    """

    troubles: tuple[Trouble, ...] = ()

    def __init__(self, path: str, data: bytes) -> None:
        self.path = path
        self.data = data
        self.bom = data.startswith(codecs.BOM_UTF8)
        self.encoding, self.text = decode(data)
        self.raw = self.shown = self.text

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

    def in_cell(self, location: Location) -> tuple[int | None, Location]:
        """The cell that a place lies in, None outside notebooks, and the place counted inside it."""
        return None, location

    def note(self, offset: int) -> str | None:
        """What is to be known of a finding at an offset, besides the finding."""
        return None

    def line(self, row: int) -> str:
        """The text of a row (from 1) without its line end."""
        return self._row(self.text, row)

    def shown_line(self, row: int) -> str:
        """A row as its author wrote it."""
        return self._row(self.shown, row)

    def _row(self, text: str, row: int) -> str:
        starts = self.line_starts
        end = starts[row] if row < len(starts) else len(text)
        return text[starts[row - 1] : end].rstrip("\r\n")

    def accepts(self, edits: Edits) -> bool:
        """Whether these edits of the text can be made in the file."""
        return True

    def part_edits(self, edits: Edits) -> Edits:
        """The same edits, each within what its part really has: a cell may lack the line end at its end."""
        return edits

    def raw_offset(self, offset: int) -> int:
        """Where in `raw` stands what the text has at this offset."""
        return offset

    def raw_edits(self, edits: Sequence[Edit]) -> list[Edit]:
        """Edits of the text that are sorted and do not overlap, as edits of `raw`."""
        return list(edits)

    def mended(self, edits: Sequence[Edit]) -> str:
        """What `raw` becomes by edits of the text that are sorted and do not overlap."""
        return splice(self.raw, edits)

    def encode(self, text: str) -> bytes:
        """The bytes of a changed `raw`, in the encoding and with the byte order mark of the file."""
        data = text.encode(self.encoding)
        return codecs.BOM_UTF8 + data if self.bom else data

    @cached_property
    def lossless(self) -> bool:
        """Whether writing the text back gives the very bytes; a file that does not is never fixed."""
        return self.encode(self.raw) == self.data


def decode(data: bytes) -> tuple[str, str]:
    """Encoding (PEP 263) and text of a file's bytes, without its byte order mark; SourceError where there is
    none."""
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


def encoded(text: str) -> bytes:
    """A text in the encoding that it declares, UTF-8 where it declares none or one that cannot hold it."""
    plain = text.encode("utf-8", "surrogatepass")
    if text.startswith(BOM):
        return plain
    try:
        return text.encode(tokenize.detect_encoding(io.BytesIO(plain).readline)[0])
    except (SyntaxError, LookupError, UnicodeError):
        return plain
