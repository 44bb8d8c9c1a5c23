"""What is linted as one, and how what is said of it comes back to the texts that the client has open.

Part         a text of the client's: a document, or a cell of a notebook
Program      its parts, the bytes that a saved file of it would hold, and the way back from offsets
PythonFile   a document of Python: one part

Notebooks are in smelllint.server.notebooks. The engine needs to know nothing of editors: it is given bytes.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from lsprotocol.types import Range
from pygls.uris import to_fs_path

from smelllint.diagnostic import Diagnostic, Location, Trouble
from smelllint.edit import Edit
from smelllint.server.text import Text
from smelllint.source import BOM, Source, SourceError, encoded, source_of

PYTHON = "python"
TOP = Location(1, 1)


@dataclass
class Part:
    """A text that the client has open."""

    uri: str
    version: int | None
    language: str
    text: Text


Spot = tuple[Part, Range]
PartEdits = list[tuple[Part, list[Edit]]]


class Program(ABC):
    """What can be open. `stamp` counts the changes; `closed` says that the client is done with it."""

    def __init__(self, uri: str) -> None:
        self.uri = uri
        self.path = path_of(uri)
        self.stamp = 0
        self.closed = False

    @property
    @abstractmethod
    def parts(self) -> Sequence[Part]:
        """Its texts, in order."""

    @property
    @abstractmethod
    def wanted(self) -> bool:
        """Whether it is Python at all."""

    @abstractmethod
    def data(self) -> bytes:
        """The bytes that its file would hold if it were saved now."""

    @abstractmethod
    def source(self) -> Source | None:
        """What offsets of findings refer to; None where that is not the text that the client sees."""

    @abstractmethod
    def spot(self, finding: Diagnostic) -> Spot | None:
        """Where a finding stands."""

    @abstractmethod
    def trouble_spot(self, trouble: Trouble) -> Spot | None:
        """Where a trouble stands: from its place to the end of the line."""

    @abstractmethod
    def part_edits(self, source: Source, edits: Sequence[Edit]) -> PartEdits:
        """Edits of the source's text as edits of the parts, with offsets into their texts."""

    @abstractmethod
    def texts(self, after: bytes) -> list[tuple[Part, str]]:
        """The parts, each with the text that it has in these bytes."""


class PythonFile(Program):
    """A document by itself."""

    def __init__(self, document: Part) -> None:
        super().__init__(document.uri)
        self.document = document

    @property
    def parts(self) -> Sequence[Part]:
        return (self.document,)

    @property
    def wanted(self) -> bool:
        return self.document.language == PYTHON or self.path.endswith((".py", ".pyi"))

    def data(self) -> bytes:
        return encoded(self.document.text.text)

    def source(self) -> Source | None:
        try:
            source = source_of(self.path, self.data())
        except SourceError:
            return None
        return source if source.text == self.document.text.text.removeprefix(BOM) else None

    def spot(self, finding: Diagnostic) -> Spot | None:
        start, end = self._marked(finding.location), self._marked(finding.end_location)
        return self.document, span(self.document.text, start, end)

    def trouble_spot(self, trouble: Trouble) -> Spot | None:
        return self.document, rest_of_line(self.document.text, self._marked(trouble.location or TOP))

    def part_edits(self, source: Source, edits: Sequence[Edit]) -> PartEdits:
        shift = len(self.document.text.text) - len(source.text)  # a byte order mark is no part of the source
        return [(self.document, [Edit(edit.start + shift, edit.end + shift, edit.text) for edit in edits])]

    def texts(self, after: bytes) -> list[tuple[Part, str]]:
        mark = BOM if self.document.text.text.startswith(BOM) else ""
        return [(self.document, mark + source_of(self.path, after).text)]

    def _marked(self, location: Location) -> Location:
        """A place in the document: a byte order mark takes a column that findings do not count."""
        marked = location.row == 1 and self.document.text.text.startswith(BOM)
        return Location(1, location.column + 1) if marked else location


def span(text: Text, location: Location, end: Location) -> Range:
    """Two places of a finding as a range."""
    return Range(text.place(location), text.place(end))


def rest_of_line(text: Text, location: Location) -> Range:
    """From a place to the end of its line."""
    start = text.place(location)
    return Range(start, text.end_of_line(start))


def path_of(uri: str) -> str:
    """The path that a URI names, absolute; of what is not saved yet, the name that the client gives it."""
    try:
        path = to_fs_path(uri) or unquote(urlsplit(uri).path)
    except ValueError:  # no URI at all
        path = ""
    return os.path.abspath(path.replace("\0", "") or "untitled")
