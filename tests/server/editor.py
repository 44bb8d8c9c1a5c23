"""An editor for tests: pytest-lsp's client on a real server process, and texts that it keeps by itself.

    connected(folder, ...)     an Editor whose server has been told of the folder
    Editor                     opens, changes, asks, and carries out what it is answered
    seen, said_by_check        findings of the server, and of `smelllint check`, in the same words

Places are turned into characters by encoding the line: nothing of the server's own code is used.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from lsprotocol import types
from pytest_lsp import LanguageClient
from pytest_lsp.client import make_test_lsp_client

from tests.cli_helpers import smelllint

CHECKOUT = Path(__file__).parent.parent.parent
CODECS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}
LINE_END = re.compile(r"(\r\n|\r|\n)")
PATIENCE = 120.0  # seconds: the machine may be busy

Finding = tuple[int, int, int, int, str, str]
Place = tuple[int, int]


def lines_of(text: str) -> list[str]:
    """The lines of a text with their ends; the last one has none, and may be empty."""
    pieces = LINE_END.split(text)
    return [line + end for line, end in zip(pieces[::2], [*pieces[1::2], ""], strict=True)]


class Texts:
    """Documents as the editor holds them."""

    def __init__(self, encoding: str) -> None:
        self.codec, self.width = CODECS[encoding]
        self.texts: dict[str, str] = {}
        self.versions: dict[str, int] = {}

    def character(self, line: str, units: int) -> int:
        """The character that so many units lead to."""
        return len(line.encode(self.codec)[: units * self.width].decode(self.codec))

    def units(self, line: str) -> int:
        return len(line.encode(self.codec)) // self.width

    def offset(self, uri: str, position: types.Position) -> int:
        lines = lines_of(self.texts[uri])
        before = sum(map(len, lines[: position.line]))
        return before + self.character(lines[position.line], position.character) if lines else 0

    def position(self, uri: str, offset: int) -> types.Position:
        before = self.texts[uri][:offset]
        lines = lines_of(before)
        return types.Position(len(lines) - 1, self.units(lines[-1]))

    def apply(self, edit: types.WorkspaceEdit) -> list[str]:
        """Carry out an edit; the URIs of what it changed."""
        changes = {uri: list(edits) for uri, edits in (edit.changes or {}).items()}
        for document in edit.document_changes or ():
            assert isinstance(document, types.TextDocumentEdit)
            assert document.text_document.version == self.versions[document.text_document.uri]
            changes[document.text_document.uri] = list(document.edits)
        for uri, edits in changes.items():
            spans = sorted(
                (self.offset(uri, one.range.start), self.offset(uri, one.range.end), one.new_text)
                for one in edits
            )
            for start, end, text in reversed(spans):
                self.texts[uri] = self.texts[uri][:start] + text + self.texts[uri][end:]
        return list(changes)


class Editor(Texts):
    """One client with its server."""

    def __init__(self, client: LanguageClient, folder: Path, *, encoding: str, pulls: bool) -> None:
        super().__init__(encoding)
        self.client = client
        self.folder = folder
        self.pulls = pulls
        self.server = types.ServerCapabilities()
        self.told: dict[str, int | None] = {}
        self._news = asyncio.Event()
        self.registered: list[types.Registration] = []
        client.protocol.fm.features[types.CLIENT_REGISTER_CAPABILITY] = self._register
        client.protocol.fm.features[types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS] = self._pushed

    def _pushed(self, params: types.PublishDiagnosticsParams) -> None:
        self.client.diagnostics[params.uri] = params.diagnostics
        self.told[params.uri] = params.version
        self._news.set()

    def _register(self, params: types.RegistrationParams) -> None:
        self.registered += params.registrations

    # -- documents ---------------------------------------------------------------------------------------

    def open(self, path: Path, language: str = "python") -> str:
        """Open a file as it is on the disk."""
        uri = path.as_uri()
        self.open_text(uri, path.read_bytes().decode(), language)
        return uri

    def open_text(self, uri: str, text: str, language: str = "python") -> None:
        self.texts[uri], self.versions[uri] = text, 1
        item = types.TextDocumentItem(uri, language, 1, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))

    def replace(self, uri: str, start: int, end: int, text: str) -> None:
        """Replace a stretch of a document, and tell the server what."""
        span = types.Range(self.position(uri, start), self.position(uri, end))
        self.texts[uri] = self.texts[uri][:start] + text + self.texts[uri][end:]
        self.versions[uri] += 1
        document = types.VersionedTextDocumentIdentifier(self.versions[uri], uri)
        change = types.TextDocumentContentChangePartial(span, text)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))

    def carry_out(self, edit: types.WorkspaceEdit) -> None:
        """Carry out an edit, and tell the server of the new texts."""
        for uri in self.apply(edit):
            self.versions[uri] += 1
            document = types.VersionedTextDocumentIdentifier(self.versions[uri], uri)
            change = types.TextDocumentContentChangeWholeDocument(self.texts[uri])
            self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))

    def close(self, uri: str) -> None:
        identifier = types.TextDocumentIdentifier(uri)
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(identifier))

    # -- questions ---------------------------------------------------------------------------------------

    async def diagnostics(self, uri: str) -> list[types.Diagnostic]:
        """What is said of the text as it is now: asked for, or waited for."""
        if self.pulls:
            return await self.pull(uri)
        await self.until(lambda: self.told.get(uri) == self.versions[uri])
        return list(self.client.diagnostics[uri])

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for diagnostics to be pushed until a condition holds."""
        while not condition():
            self._news.clear()
            await asyncio.wait_for(self._news.wait(), PATIENCE)

    async def pull(self, uri: str) -> list[types.Diagnostic]:
        params = types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri))
        report = await self.client.text_document_diagnostic_async(params)
        assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
        return list(report.items)

    async def actions(self, uri: str, *only: str, at: types.Range | None = None) -> list[types.CodeAction]:
        """The actions for a range, the whole document where none is given."""
        whole = types.Range(types.Position(0, 0), types.Position(100_000, 0))
        context = types.CodeActionContext([], only=list(only) or None)
        params = types.CodeActionParams(types.TextDocumentIdentifier(uri), at or whole, context)
        found = await self.client.text_document_code_action_async(params) or []
        assert all(isinstance(action, types.CodeAction) for action in found)
        return [action for action in found if isinstance(action, types.CodeAction)]

    async def seen(self, uri: str) -> list[Finding]:
        """The findings of a document, places in characters from 1."""
        return self.in_characters(uri, await self.diagnostics(uri))

    def in_characters(self, uri: str, diagnostics: Iterable[types.Diagnostic]) -> list[Finding]:
        lines = lines_of(self.texts[uri]) or [""]

        def place(position: types.Position) -> Place:
            return position.line + 1, self.character(lines[position.line], position.character) + 1

        return sorted(
            (
                *place(one.range.start),
                *place(one.range.start if is_trouble(one) else one.range.end),
                str(one.code),
                one.message,
            )
            for one in diagnostics
        )


def is_trouble(diagnostic: types.Diagnostic) -> bool:
    """Whether it tells of what could not be looked at: marked to the end of the line, where the command line
    names its beginning only."""
    return diagnostic.severity == types.DiagnosticSeverity.Error


@asynccontextmanager
async def connected(
    folder: Path,
    *,
    encoding: str = "utf-16",
    pulls: bool = False,
    folders: Sequence[Path] = (),
    options: Any = None,
    **more: Any,
) -> AsyncIterator[Editor]:
    """An editor whose server has been told of the folder. `more` are parts of the client's capabilities."""
    client = make_test_lsp_client()
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    editor = Editor(client, folder, encoding=encoding, pulls=pulls)
    await client.start_io(sys.executable, "-m", "smelllint", "server", cwd=folder, env=environment)
    roots = [types.WorkspaceFolder(one.as_uri(), one.name) for one in (folder, *folders)]
    params = types.InitializeParams(
        capabilities(encoding, pulls=pulls, **more),
        root_uri=folder.as_uri(),
        workspace_folders=roots,
        initialization_options=options,
    )
    try:
        editor.server = (await client.initialize_session(params)).capabilities
        yield editor
        await client.shutdown_session()
    except BaseException:
        process = client._server
        if process is not None and process.returncode is None:
            process.kill()  # it was not told to end, and would be waited for
        raise
    finally:
        await client.stop()


def capabilities(encoding: str, *, pulls: bool, **workspace: Any) -> types.ClientCapabilities:
    """What this editor can do."""
    actions = types.ClientCodeActionResolveOptions(["edit"])
    documents = types.TextDocumentClientCapabilities(
        diagnostic=types.DiagnosticClientCapabilities(related_document_support=True) if pulls else None,
        code_action=types.CodeActionClientCapabilities(resolve_support=actions, disabled_support=True),
    )
    return types.ClientCapabilities(
        general=types.GeneralClientCapabilities(position_encodings=[types.PositionEncodingKind(encoding)]),
        text_document=documents,
        notebook_document=types.NotebookDocumentClientCapabilities(
            types.NotebookDocumentSyncClientCapabilities()
        ),
        workspace=types.WorkspaceClientCapabilities(
            workspace_edit=types.WorkspaceEditClientCapabilities(document_changes=True), **workspace
        ),
        window=types.WindowClientCapabilities(work_done_progress=True),
    )


def said_by_check(path: Path, *, cell: int | None = None) -> list[Finding]:
    """What `smelllint check` says of a file, or of one of its cells, in the words of `Editor.seen`."""
    return [finding for number, finding in all_said_by_check(path) if number == cell]


def all_said_by_check(path: Path) -> list[tuple[int | None, Finding]]:
    """The same for every cell, each finding with the number of its cell. The folder is checked: of a
    file that is named in person more is said, where it cannot smell and is no Python."""
    result = smelllint("check", str(path.parent), "--no-cache", "--output-format", "json")
    assert result.exit_code in (0, 1, 2), result.output
    return sorted(
        (one["cell"], (*_place(one["location"]), *_place(one["end_location"]), one["rule"], one["message"]))
        for one in json.loads(result.stdout)
        if one["filename"] == str(path)
    )


def _place(location: dict[str, int]) -> Place:
    return location["row"], location["column"]
