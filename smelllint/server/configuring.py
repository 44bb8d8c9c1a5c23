"""The client's notifications on settings, configuration files and folders."""

from __future__ import annotations

from typing import Any

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from smelllint.server.session import Session
from smelllint.server.warm import warm_up

# What decides how a file is looked at: configurations, ignore files, and what tells versions of libraries.
WATCHED = "**/{pyproject.toml,smelllint.toml,.gitignore,requirements*.txt,setup.py,setup.cfg,Pipfile}"
SECTION = "smelllint"


def register(server: LanguageServer, session: Session) -> None:
    """Listen to them."""

    @server.feature(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        session.begin(params, server.workspace.position_encoding or types.PositionEncodingKind.Utf16)

    @server.feature(types.INITIALIZED)
    async def initialized(_: types.InitializedParams) -> None:
        if session.ability.watches:
            watcher = types.FileSystemWatcher(glob_pattern=WATCHED)
            options = types.DidChangeWatchedFilesRegistrationOptions(watchers=[watcher])
            method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
            registration = types.Registration("smelllint-configuration", method, options)
            server.client_register_capability(types.RegistrationParams([registration]))
        await session.worker.ask(warm_up, None)

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def did_change_watched_files(_: types.DidChangeWatchedFilesParams) -> None:
        session.reload()

    @server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def did_change_folders(_: types.DidChangeWorkspaceFoldersParams) -> None:
        session.reload()

    @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def did_change_configuration(params: types.DidChangeConfigurationParams) -> None:
        settings: Any = params.settings
        if isinstance(settings, dict) and SECTION in settings:
            session.take(settings)
        elif session.ability.asked_for_settings:
            items = [types.ConfigurationItem(section=SECTION)]
            answer = await server.workspace_configuration_async(types.ConfigurationParams(items))
            if answer and answer[0]:
                session.take(answer[0])
        session.relint()
