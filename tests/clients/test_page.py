"""The setups of docs/editors.md for editors that are not run here can be read, and start the server."""

from __future__ import annotations

import json
import sys

from smelllint.server.actions import FIX_ALL, NOTEBOOK_FIX_ALL
from tests.clients.page import setup

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def test_helix_starts_the_server_for_python() -> None:
    told = tomllib.loads(setup("Helix", "toml"))

    server, (language,) = told["language-server"]["smelllint"], told["language"]
    assert [server["command"], *server["args"]] == ["smelllint", "server"]
    assert language["name"] == "python"
    assert "smelllint" in language["language-servers"]


def test_zed_starts_the_server_under_the_name_that_it_lends() -> None:
    told = json.loads(setup("Zed", "json"))

    ((name, server),) = told["lsp"].items()
    assert server["binary"]["path"].endswith("/smelllint")
    assert server["binary"]["arguments"] == ["server"]
    assert name in told["languages"]["Python"]["language_servers"]


def test_vs_code_mends_on_save_by_the_names_of_the_server() -> None:
    told = json.loads(setup("VS Code", "json"))

    assert [*told["editor.codeActionsOnSave"]] == [FIX_ALL]
    assert [*told["notebook.codeActionsOnSave"]] == [NOTEBOOK_FIX_ALL]
