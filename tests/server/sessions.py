"""Random sessions: what the server says after any edits is what a fresh `smelllint check` says.

    python -m tests.server.sessions [SESSIONS] [EDITS] [SEED]

A session edits a file or a notebook, with line ends, characters and position encodings of all kinds; at every
tenth edit the text is saved, checked, and compared. Exits with 1 at the first difference, and tells the seed.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lsprotocol import types

from tests.server.editor import Editor, Finding, all_said_by_check, connected, lines_of

EVERY = 10
START = """\
import torch
from torch import nn


def make(n):
    zeros = torch.zeros(n).to("cuda")
    return zeros


def evaluate(model: nn.Module, batches):
    model.eval()
    total = 0
    for batch in batches:
        total += model(batch).sum().item()
    return total
"""
STATEMENTS = (
    'noise = torch.randn(9).to("cuda")',
    'a = "𝔼𝕩 é€ 😀"; zeros = torch.zeros(9).to("cuda")',
    "# 😀 remark",
    "x = [1,\n     2]",
    'def make_more(n):\n    ones = torch.ones(n).to("cuda")\n    return ones',
    'def other(n):\n    "😀"; ones = torch.ones(n).to("cuda")  # smelllint: ignore',
    "y = 1  # smelllint: ignore[tensor-created-then-moved]",
    "\x0c",
    "text = '''😀\n\u2028\n'''",
    "model = nn.Linear(3, 3)",
)
NOISE = ("(", '"', "😀", "𝔼", "é", "\t", " ", "\\", "'''", ":", "\x0b", "\u2029", "if ", "\n  x", "\ufeff")
Change = types.TextDocumentContentChangeEvent


@dataclass
class DifferenceError(Exception):
    """The server and the command line disagree."""

    seen: list[Finding]
    said: list[Finding]
    text: str


class Session(ABC):
    """Edits and comparisons of one document."""

    def __init__(self, editor: Editor, chance: random.Random, newline: str) -> None:
        self.editor = editor
        self.chance = chance
        self.newline = newline

    @abstractmethod
    def edit(self) -> None:
        """One random edit."""

    @abstractmethod
    async def compare(self) -> None:
        """Save, check, and raise DifferenceError where the server says something else."""

    def fresh(self, text: str) -> str:
        return text.replace("\n", self.newline)

    def rewritten(self, uri: str) -> list[Change]:
        """Random changes of a text, carried out in the editor's copy; each counts from the one before."""
        return [self._changed(uri) for _ in range(self.chance.choice((1, 1, 1, 2, 3)))]

    def _changed(self, uri: str) -> Change:
        text = self.editor.texts[uri]
        starts = [0]
        for line in lines_of(text):
            starts.append(starts[-1] + len(line))
        kind = self.chance.random()
        if kind < 0.04:
            return self._whole(uri, self.fresh(START))
        if kind < 0.4:
            at = self.chance.choice(starts)
            return self._partial(uri, at, at, self.fresh(self.chance.choice(STATEMENTS) + "\n"))
        if kind < 0.6:
            first = self.chance.randrange(len(starts))
            last = min(first + self.chance.randrange(3), len(starts) - 1)
            return self._partial(uri, starts[first], starts[last], "")
        if kind < 0.8:
            at = self._between(text)
            return self._partial(uri, at, at, self.fresh(self.chance.choice(NOISE)))
        if noisy := [at for at, character in enumerate(text) if character in NOISE and character != " "]:
            at = self.chance.choice(noisy)
            return self._partial(uri, at, at + 1, "")
        at = self._between(text)
        return self._partial(uri, at, min(at + self.chance.randrange(4), len(text)), "")

    def _between(self, text: str) -> int:
        """An offset that no line end is cut at."""
        at = self.chance.randrange(len(text) + 1)
        return at - 1 if text[at - 1 : at + 1] == "\r\n" else at

    def _partial(self, uri: str, start: int, end: int, new: str) -> Change:
        text = self.editor.texts[uri]
        end = end + 1 if text[end - 1 : end + 1] == "\r\n" else end
        span = types.Range(self.editor.position(uri, start), self.editor.position(uri, end))
        self.editor.texts[uri] = text[:start] + new + text[end:]
        return types.TextDocumentContentChangePartial(span, new)

    def _whole(self, uri: str, text: str) -> Change:
        self.editor.texts[uri] = text
        return types.TextDocumentContentChangeWholeDocument(text)


class FileSession(Session):
    """A file of Python."""

    def __init__(self, editor: Editor, chance: random.Random, newline: str) -> None:
        super().__init__(editor, chance, newline)
        self.path = editor.folder / "a.py"
        self.uri = self.path.as_uri()
        editor.open_text(self.uri, self.fresh(START))

    def edit(self) -> None:
        changes = self.rewritten(self.uri)
        self.editor.versions[self.uri] += 1
        document = types.VersionedTextDocumentIdentifier(self.editor.versions[self.uri], self.uri)
        self.editor.client.text_document_did_change(types.DidChangeTextDocumentParams(document, changes))

    async def compare(self) -> None:
        text = self.editor.texts[self.uri]
        self.path.write_bytes(text.encode())
        seen = await self.editor.seen(self.uri)
        said = clamped((finding for _, finding in all_said_by_check(self.path)), text)
        if seen != said:
            raise DifferenceError(seen, said, text)


class NotebookSession(Session):
    """A notebook whose cells come, go, move and change."""

    def __init__(self, editor: Editor, chance: random.Random, newline: str) -> None:
        super().__init__(editor, chance, newline)
        self.path = editor.folder / "a.ipynb"
        self.cells: list[str] = []
        self.made = self.version = 0
        first, second = self.fresh(START).split(self.newline * 3, 1)
        items = [self._item(first), self._item(second), self._item("# text", "markdown")]
        self.cells = [item.uri for item in items]
        notebook = types.NotebookDocument(
            self.path.as_uri(), "jupyter-notebook", 0, [self._cell(item) for item in items]
        )
        editor.client.notebook_document_did_open(types.DidOpenNotebookDocumentParams(notebook, items))

    def _item(self, text: str, language: str = "python") -> types.TextDocumentItem:
        self.made += 1
        uri = f"vscode-notebook-cell:{self.path}#{language}{self.made}"
        self.editor.texts[uri], self.editor.versions[uri] = text, 1
        return types.TextDocumentItem(uri, language, 1, text)

    def _cell(self, item: types.TextDocumentItem) -> types.NotebookCell:
        code = item.language_id == "python"
        kind = types.NotebookCellKind.Code if code else types.NotebookCellKind.Markup
        return types.NotebookCell(kind, item.uri)

    def edit(self) -> None:
        kind = self.chance.random()
        if kind < 0.7 and self.cells:
            self._edit_cell(self.chance.choice(self.cells))
        elif kind < 0.8 and len(self.cells) > 1:
            self._move()
        elif kind < 0.9 and self.cells:
            self._delete()
        else:
            self._insert()

    def _edit_cell(self, uri: str) -> None:
        changes = self.rewritten(uri)
        self.editor.versions[uri] += 1
        document = types.VersionedTextDocumentIdentifier(self.editor.versions[uri], uri)
        content = types.NotebookDocumentCellContentChanges(document, changes)
        self._tell(types.NotebookDocumentCellChanges(text_content=[content]))

    def _insert(self) -> None:
        language = self.chance.choice(("python", "python", "python", "markdown"))
        item = self._item(self.fresh(self.chance.choice(STATEMENTS)), language)
        at = self.chance.randrange(len(self.cells) + 1)
        self.cells.insert(at, item.uri)
        array = types.NotebookCellArrayChange(at, 0, [self._cell(item)])
        self._restructure(array, did_open=[item])

    def _delete(self) -> None:
        at = self.chance.randrange(len(self.cells))
        uri = self.cells.pop(at)
        array = types.NotebookCellArrayChange(at, 1)
        self._restructure(array, did_close=[types.TextDocumentIdentifier(uri)])

    def _move(self) -> None:
        """A cell changes places with the next one, told as editors tell it: as an array of two cells."""
        at = self.chance.randrange(len(self.cells) - 1)
        pair = [self.cells[at + 1], self.cells[at]]
        self.cells[at : at + 2] = pair
        items = [self._known(uri) for uri in pair]
        array = types.NotebookCellArrayChange(at, 2, [self._cell(item) for item in items])
        if self.chance.random() < 0.5:  # some close and open what moves
            closed = [types.TextDocumentIdentifier(uri) for uri in pair]
            self._restructure(array, did_open=items, did_close=closed)
        else:
            self._restructure(array)

    def _known(self, uri: str) -> types.TextDocumentItem:
        language = "markdown" if "#markdown" in uri else "python"
        return types.TextDocumentItem(uri, language, self.editor.versions[uri], self.editor.texts[uri])

    def _restructure(self, array: types.NotebookCellArrayChange, **more: Any) -> None:
        structure = types.NotebookDocumentCellChangeStructure(array, **more)
        self._tell(types.NotebookDocumentCellChanges(structure=structure))

    def _tell(self, cells: types.NotebookDocumentCellChanges) -> None:
        self.version += 1
        document = types.VersionedNotebookDocumentIdentifier(self.version, self.path.as_uri())
        change = types.NotebookDocumentChangeEvent(cells=cells)
        self.editor.client.notebook_document_did_change(
            types.DidChangeNotebookDocumentParams(document, change)
        )

    async def compare(self) -> None:
        cells = [
            {
                "cell_type": "markdown" if "#markdown" in uri else "code",
                "metadata": {},
                "source": self.editor.texts[uri].splitlines(keepends=True),
            }
            for uri in self.cells
        ]
        content = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        self.path.write_text(json.dumps(content, indent=1))
        found = all_said_by_check(self.path)
        for number, uri in enumerate(self.cells, 1):
            seen = await self.editor.seen(uri)
            text = self.editor.texts[uri]
            said = clamped((finding for cell, finding in found if (cell or 1) == number), text)
            if seen != said:
                raise DifferenceError(seen, said, text)


def clamped(findings: Iterable[Finding], text: str) -> list[Finding]:
    """Findings whose places lie in the text: a parser may speak of what lies behind its end."""
    lines = [line.rstrip("\r\n") for line in lines_of(text)]

    def place(row: int, column: int) -> tuple[int, int]:
        row = min(row, len(lines))
        return row, min(column, len(lines[row - 1]) + 1)

    return sorted(
        (*place(row, column), *place(end_row, end_column), rule, message)
        for row, column, end_row, end_column, rule, message in findings
    )


async def play(seed: int, edits: int) -> int:
    """One session; how many comparisons it made."""
    chance = random.Random(seed)
    encoding = chance.choice(("utf-8", "utf-16", "utf-32"))
    newline = chance.choice(("\n", "\r\n"))
    kind = chance.choice((FileSession, FileSession, NotebookSession))
    pulls = kind is NotebookSession or chance.random() < 0.5
    compared = 0
    with tempfile.TemporaryDirectory() as folder:
        async with connected(Path(folder).resolve(), encoding=encoding, pulls=pulls) as editor:
            session = kind(editor, chance, newline)
            for number in range(1, edits + 1):
                session.edit()
                if number % EVERY == 0:
                    await session.compare()
                    compared += 1
    return compared


def main(sessions: int = 200, edits: int = 300, seed: int = 0) -> int:
    """Play sessions with seeds from `seed` on; the exit code."""
    compared = 0
    for number in range(seed, seed + sessions):
        try:
            compared += asyncio.run(play(number, edits))
        except DifferenceError as error:
            print(f"seed {number}: the server says {error.seen}, check says {error.said}, of {error.text!r}")
            return 1
        print(f"\r{number - seed + 1} sessions, {compared} comparisons", end="", flush=True)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
