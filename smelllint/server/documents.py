"""What the client has open, kept in step with its notifications.

A notification that speaks of what is not open changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from lsprotocol.types import (
    DidChangeNotebookDocumentParams,
    DidOpenNotebookDocumentParams,
    LanguageKind,
    NotebookDocumentCellChangeStructure,
    TextDocumentContentChangeEvent,
    TextDocumentItem,
)

from smelllint.server.notebooks import NotebookFile, OpenNotebook
from smelllint.server.programs import Part, Program, PythonFile
from smelllint.server.text import UTF16, Text
from smelllint.source import NOTEBOOK


class Documents:
    """All open programs, by the URIs of their parts."""

    def __init__(self, encoding: str = UTF16) -> None:
        self.encoding = encoding
        self._programs: dict[str, Program] = {}
        self._by_part: dict[str, Program] = {}

    def __iter__(self) -> Iterator[Program]:
        return iter(list(self._programs.values()))

    def of(self, uri: str) -> Program | None:
        """The program that a document or cell belongs to."""
        return self._by_part.get(uri)

    def open(self, item: TextDocumentItem) -> Program:
        """A document that the client has opened."""
        part = self._part(item)
        program = program_of(part)
        self._programs[item.uri] = self._by_part[item.uri] = program
        return program

    def change(
        self, uri: str, version: int, changes: Iterable[TextDocumentContentChangeEvent]
    ) -> Program | None:
        """A document, or the text of a cell, that has changed."""
        program = self._by_part.get(uri)
        part = next((part for part in program.parts if part.uri == uri), None) if program else None
        if program is None or part is None:
            return None
        for change in changes:
            part.text = part.text.changed(change)
        part.version = version
        program.stamp += 1
        return program

    def close(self, uri: str) -> Program | None:
        """A document that the client has closed."""
        program = self._programs.get(uri)
        if not isinstance(program, PythonFile):
            return None
        self._forget(program)
        return program

    def open_notebook(self, params: DidOpenNotebookDocumentParams) -> Program:
        """A notebook that the client has opened."""
        document = params.notebook_document
        notebook = OpenNotebook(document.uri, document.cells, _metadata(document.metadata))
        self._programs[document.uri] = notebook
        self._add(notebook, params.cell_text_documents)
        return notebook

    def change_notebook(self, params: DidChangeNotebookDocumentParams) -> tuple[Program, list[str]] | None:
        """A notebook that has changed, and the URIs of the cells that it has lost."""
        notebook = self._programs.get(params.notebook_document.uri)
        if not isinstance(notebook, OpenNotebook):
            return None
        notebook.stamp += 1
        if params.change.metadata is not None:
            notebook.metadata = _metadata(params.change.metadata)
        cells = params.change.cells
        lost: list[str] = []
        if cells is not None and cells.structure is not None:
            lost = self._restructure(notebook, cells.structure)
        for cell in (cells.data if cells is not None else None) or ():
            notebook.cells = [cell if old.document == cell.document else old for old in notebook.cells]
        for text in (cells.text_content if cells is not None else None) or ():
            if self._by_part.get(text.document.uri) is notebook:
                self.change(text.document.uri, text.document.version, text.changes)
        return notebook, lost

    def close_notebook(self, uri: str) -> Program | None:
        """A notebook that the client has closed."""
        notebook = self._programs.get(uri)
        if not isinstance(notebook, OpenNotebook):
            return None
        self._forget(notebook)
        return notebook

    def _restructure(
        self, notebook: OpenNotebook, structure: NotebookDocumentCellChangeStructure
    ) -> list[str]:
        """Cells that come, go and move. One that moves may be said to close and to open: it opens last."""
        at, count = structure.array.start, structure.array.delete_count
        notebook.cells[at : at + count] = structure.array.cells or ()
        opened = structure.did_open or ()
        closed = [cell.uri for cell in structure.did_close or ()]
        for uri in closed:
            notebook.by_uri.pop(uri, None)
            if self._by_part.get(uri) is notebook:
                del self._by_part[uri]
        self._add(notebook, opened)
        return [uri for uri in closed if uri not in notebook.by_uri]

    def _add(self, notebook: OpenNotebook, items: Sequence[TextDocumentItem]) -> None:
        for item in items:
            notebook.by_uri[item.uri] = self._part(item)
            self._by_part[item.uri] = notebook

    def _part(self, item: TextDocumentItem) -> Part:
        language = item.language_id.value if isinstance(item.language_id, LanguageKind) else item.language_id
        return Part(item.uri, item.version, language, Text(item.text, self.encoding))

    def _forget(self, program: Program) -> None:
        program.closed = True
        self._programs.pop(program.uri, None)
        for uri in [uri for uri, owner in self._by_part.items() if owner is program]:
            del self._by_part[uri]


def program_of(document: Part) -> Program:
    """The program that a document is by itself."""
    file = PythonFile(document)
    return NotebookFile(document) if file.path.endswith(NOTEBOOK) else file


def _metadata(value: Any) -> dict[str, Any]:
    """A notebook's own metadata; some clients wrap them once more."""
    if not isinstance(value, dict):
        return {}
    inner = value.get("metadata")
    return inner if isinstance(inner, dict) else value
