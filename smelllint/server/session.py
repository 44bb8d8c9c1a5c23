"""One client: what it can do, and what is kept for it.

Ability    what the client said that it can do
Session    the documents, the worker, and everybody who works on them
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from lsprotocol.types import (
    ClientCapabilities,
    ConfigurationItem,
    ConfigurationParams,
    InitializeParams,
    MarkupKind,
    MessageType,
    PublishDiagnosticsParams,
    ShowMessageParams,
)
from pygls.capabilities import get_capability
from pygls.lsp.server import LanguageServer

from smelllint.errors import MistakeError
from smelllint.server.actions import Actions
from smelllint.server.analyst import Analyst
from smelllint.server.documents import Documents
from smelllint.server.findings import NAME
from smelllint.server.programs import Program, path_of
from smelllint.server.protocol import Protocol
from smelllint.server.publisher import Publisher
from smelllint.server.settings import Setup, Wishes
from smelllint.server.warm import look_anew
from smelllint.server.worker import Worker, WorkerDiedError

REST = 1.0  # seconds between two looks at changed files


@dataclass(frozen=True)
class Ability:
    """What the client can do."""

    pulls: bool = False
    takes_related: bool = False
    refreshes: bool = False
    refreshes_hints: bool = False
    watches: bool = False
    asked_for_settings: bool = False
    told_of_settings: bool = False
    shows_disabled: bool = False
    versioned_edits: bool = False
    resolves_edits: bool = False
    shows_progress: bool = False
    reads_markdown: bool = True

    @classmethod
    def of(cls, said: ClientCapabilities) -> Ability:
        """Read it from the capabilities."""
        formats: Sequence[MarkupKind] = get_capability(said, "text_document.hover.content_format", [])
        properties = get_capability(said, "text_document.code_action.resolve_support.properties", [])
        watching = "workspace.did_change_watched_files.dynamic_registration"
        telling = "workspace.did_change_configuration.dynamic_registration"
        return cls(
            pulls=get_capability(said, "text_document.diagnostic") is not None,
            takes_related=bool(get_capability(said, "text_document.diagnostic.related_document_support")),
            refreshes=bool(get_capability(said, "workspace.diagnostics.refresh_support")),
            refreshes_hints=bool(get_capability(said, "workspace.inlay_hint.refresh_support")),
            watches=bool(get_capability(said, watching)),
            asked_for_settings=bool(get_capability(said, "workspace.configuration")),
            told_of_settings=bool(get_capability(said, telling)),
            shows_disabled=bool(get_capability(said, "text_document.code_action.disabled_support")),
            versioned_edits=bool(get_capability(said, "workspace.workspace_edit.document_changes")),
            resolves_edits="edit" in properties,
            shows_progress=bool(get_capability(said, "window.work_done_progress")),
            reads_markdown=not formats or MarkupKind.Markdown in formats,
        )


class Session:
    """Everything of one client."""

    def __init__(self, server: LanguageServer) -> None:
        self.server = server
        self.ability = Ability()
        self.setup = Setup()
        self.worker = Worker()
        self.documents = Documents()
        self.analyst = Analyst(self.worker, self.setup, self.complain)
        self.publisher = Publisher(self.analyst, server.text_document_publish_diagnostics)
        self.actions = Actions(self.analyst, versioned=False, resolves=False, explains=False)
        self.is_ready = False  # whether the client has said that it is
        self.has_settings = False  # and what it wishes
        self.pushed: set[str] = set()
        self.told: dict[str, str] = {}  # the ids of the results that the client has, by URI
        self._looking: set[asyncio.Task[None]] = set()
        self._rest: asyncio.TimerHandle | None = None  # until which changed files have to wait
        self._overdue = False

    def begin(self, params: InitializeParams, encoding: str) -> None:
        """The client has said what it can do and what it wishes."""
        self.ability = Ability.of(params.capabilities)
        self.documents = Documents(encoding)
        self.actions = Actions(
            self.analyst,
            versioned=self.ability.versioned_edits,
            resolves=self.ability.resolves_edits,
            explains=self.ability.shows_disabled,
        )
        self.has_settings = params.initialization_options is not None
        self.take(params.initialization_options)
        protocol = self.server.protocol
        if isinstance(protocol, Protocol):
            protocol.workspace_diagnostics = self.setup.wishes.workspace_diagnostics

    def take(self, options: object) -> None:
        """The client's settings; where they are wrong, the old ones stay."""
        try:
            self.setup.change(Wishes.read(options))
            _ = self.setup.configurations
        except MistakeError as error:
            self.complain(str(error))

    async def ask_for_settings(self) -> None:
        """Ask the client for what it wishes, where it says that it can be asked."""
        if self.ability.asked_for_settings:
            params = ConfigurationParams([ConfigurationItem(section=NAME)])
            answer = await self.server.workspace_configuration_async(params)
            if answer and answer[0]:
                self.take(answer[0])

    def files_changed(self) -> None:
        """Files on the disk have changed. Some do so many times a second, and nobody wants to pay for it."""
        if self._rest is not None:
            self._overdue = True
            return
        self._rest = asyncio.get_running_loop().call_later(REST, self._rested)
        self.reload()

    def _rested(self) -> None:
        overdue, self._overdue, self._rest = self._overdue, False, None
        if overdue:
            self.files_changed()

    def reload(self) -> None:
        """What a file on the disk says may be something else now."""
        self.setup.change()
        task = asyncio.get_running_loop().create_task(self._look_anew())
        self._looking.add(task)
        task.add_done_callback(self._looking.discard)
        self.relint()

    async def _look_anew(self) -> None:
        with suppress(WorkerDiedError):  # the next one has seen nothing yet
            await self.worker.ask(look_anew, None)

    def relint(self) -> None:
        """Everything that is open is to be looked at anew."""
        for program in self.documents:
            self.changed(program)
        if self.ability.pulls and self.ability.refreshes:
            self.server.workspace_diagnostic_refresh(None)
        if self.ability.refreshes_hints:
            self.server.workspace_inlay_hint_refresh(None)

    def changed(self, program: Program | None) -> None:
        """A program has changed; clients that pull will ask by themselves."""
        if program is not None and not self.ability.pulls:
            self.publisher.changed(program)

    def push(self, uri: str, params: PublishDiagnosticsParams) -> None:
        """Say of a file that is not open what was found in it."""
        self.pushed.add(uri)
        self.server.text_document_publish_diagnostics(params)

    def opened(self, uri: str) -> None:
        """What was pushed of a file counts no more once it is open."""
        if uri in self.pushed:
            self.pushed.discard(uri)
            self.publisher.gone(uri)

    @property
    def folders(self) -> list[str]:
        """The folders of the workspace."""
        workspace = self.server.workspace
        folders = [path_of(folder.uri) for folder in workspace.folders.values()]
        return folders or ([workspace.root_path] if workspace.root_path else [])

    def complain(self, message: str) -> None:
        """Tell the user of a mistake that is theirs to mend."""
        self.server.window_show_message(ShowMessageParams(MessageType.Error, f"smelllint: {message}"))
