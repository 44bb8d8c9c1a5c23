"""Notebooks, as editors hold them.

OpenNotebook    a part for each cell; its bytes are those of a .ipynb file, so that cells are linted as one
                program just as `smelllint check` does
NotebookFile    one part, the JSON itself: what an editor without notebooks shows of the file
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from lsprotocol.types import NotebookCell, NotebookCellKind

from smelllint.diagnostic import Diagnostic, Trouble
from smelllint.edit import Edit
from smelllint.notebook import Notebook, within
from smelllint.server.programs import (
    PYTHON,
    TOP,
    Part,
    PartEdits,
    Program,
    PythonFile,
    Spot,
    rest_of_line,
    span,
)
from smelllint.source import BOM, NOTEBOOK, Source, SourceError, source_of


class OpenNotebook(Program):
    """Cells in order; each has a text once the client has sent it."""

    def __init__(self, uri: str, cells: Sequence[NotebookCell], metadata: Mapping[str, Any]) -> None:
        super().__init__(uri)
        self.path = self.path if self.path.endswith(NOTEBOOK) else f"{self.path}{NOTEBOOK}"
        self.cells = list(cells)
        self.metadata = metadata
        self.by_uri: dict[str, Part] = {}

    @property
    def parts(self) -> Sequence[Part]:
        return [self.by_uri[cell.document] for cell in self.cells if cell.document in self.by_uri]

    @property
    def wanted(self) -> bool:
        return True

    def data(self) -> bytes:
        content = {
            "cells": [self._cell(cell) for cell in self.cells],
            "metadata": self.metadata,
            "nbformat": 4,
            "nbformat_minor": 5,
        }
        return json.dumps(content, default=vars).encode()

    def source(self) -> Source | None:
        return notebook_of(self)

    def spot(self, finding: Diagnostic) -> Spot | None:
        part = self._part(finding.cell)
        return (part, span(part.text, finding.location, finding.end_location)) if part else None

    def trouble_spot(self, trouble: Trouble) -> Spot | None:
        part = self._part(trouble.cell)
        return (part, rest_of_line(part.text, trouble.location or TOP)) if part else None

    def part_edits(self, source: Source, edits: Sequence[Edit]) -> PartEdits:
        found: PartEdits = []
        for cell in source.cells if isinstance(source, Notebook) else ():
            own = [cell.own(edit) for edit in edits if cell.start <= edit.start <= cell.end]
            part = self._part(cell.number)
            if own and part is not None:
                found.append((part, within(cell.source, own)))
        return found

    def texts(self, after: bytes) -> list[tuple[Part, str]]:
        cells = enumerate(json.loads(after)["cells"], 1)
        found = [(self._part(number), "".join(cell["source"])) for number, cell in cells]
        return [(part, text) for part, text in found if part is not None]

    def _part(self, cell: int | None) -> Part | None:
        """The part of a cell, by its number; the first one where it has none."""
        number = 1 if cell is None else cell
        return self.by_uri.get(self.cells[number - 1].document) if number <= len(self.cells) else None

    def _cell(self, cell: NotebookCell) -> dict[str, Any]:
        part = self.by_uri.get(cell.document)
        code = part is not None and cell.kind == NotebookCellKind.Code
        language = part.language if part is not None else PYTHON
        return {
            "cell_type": "code" if code else "markdown",
            "metadata": {} if language == PYTHON else {"vscode": {"languageId": language}},
            "source": part.text.text if part is not None else "",
        }


class NotebookFile(PythonFile):
    """The JSON of a notebook, open as a text."""

    @property
    def wanted(self) -> bool:
        return True

    def data(self) -> bytes:
        return self.document.text.text.encode("utf-8", "surrogatepass")

    def source(self) -> Source | None:
        return notebook_of(self)

    def spot(self, finding: Diagnostic) -> Spot | None:
        source = self.source()
        if source is None:
            return None
        start, end = (source.raw_offset(offset) + self._mark for offset in (finding.start, finding.end))
        return self.document, self.document.text.range(start, end)

    def trouble_spot(self, trouble: Trouble) -> Spot | None:
        # Of a cell that had to be left out it is not known where it is written.
        location = trouble.location if trouble.cell is None and trouble.location else TOP
        return self.document, rest_of_line(self.document.text, self._marked(location))

    def part_edits(self, source: Source, edits: Sequence[Edit]) -> PartEdits:
        raw = [
            Edit(edit.start + self._mark, edit.end + self._mark, edit.text)
            for edit in source.raw_edits(sorted(edits))
        ]
        return [(self.document, raw)]

    def texts(self, after: bytes) -> list[tuple[Part, str]]:
        return [(self.document, after.decode())]

    @property
    def _mark(self) -> int:
        return int(self.document.text.text.startswith(BOM))


def notebook_of(program: Program) -> Source | None:
    """The notebook that a program's bytes spell."""
    try:
        return source_of(program.path, program.data())
    except SourceError:
        return None
