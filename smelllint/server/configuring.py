"""The client's notifications on settings, configuration files and folders."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from smelllint.server.findings import NAME
from smelllint.server.session import Session
from smelllint.server.warm import warm_up

# What decides how a file is looked at: configurations, ignore files, what tells versions of libraries, and
# the files that facts about a file are read from.
WATCHED = (
    "**/{smelllint.toml,.gitignore,requirements*.txt,setup.cfg,Pipfile}",
    "**/*.{py,toml,yaml,yml,json}",
)


def register(server: LanguageServer, session: Session) -> None:
    """Listen to them."""

    @server.feature(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        session.begin(params, server.workspace.position_encoding or types.PositionEncodingKind.Utf16)

    @server.feature(types.INITIALIZED)
    async def initialized(_: types.InitializedParams) -> None:
        if session.is_ready:
            return
        session.is_ready = True
        wanted = list(_registrations(session))
        if wanted:
            server.client_register_capability(types.RegistrationParams(wanted))
        if not session.has_settings:
            await session.ask_for_settings()
        await session.worker.ask(warm_up, None)

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def did_change_watched_files(_: types.DidChangeWatchedFilesParams) -> None:
        session.files_changed()

    @server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def did_change_folders(_: types.DidChangeWorkspaceFoldersParams) -> None:
        session.reload()

    @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def did_change_configuration(params: types.DidChangeConfigurationParams) -> None:
        settings: Any = params.settings
        if isinstance(settings, dict) and NAME in settings:
            session.take(settings)
        else:
            await session.ask_for_settings()
        session.relint()


def _registrations(session: Session) -> Iterator[types.Registration]:
    """What the client is to tell of: changed files, and its settings where it has not said them by itself."""
    if session.ability.watches:
        watchers = [types.FileSystemWatcher(glob_pattern=pattern) for pattern in WATCHED]
        files = types.DidChangeWatchedFilesRegistrationOptions(watchers)
        method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
        yield types.Registration("smelllint-files", method, files)
    if session.ability.told_of_settings and not session.has_settings:
        section = types.DidChangeConfigurationRegistrationOptions(NAME)
        method = types.WORKSPACE_DID_CHANGE_CONFIGURATION
        yield types.Registration("smelllint-settings", method, section)
