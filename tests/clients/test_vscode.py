"""The extension for VS Code: its own tests, what its package holds, and whether it knows the settings."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from smelllint.server import settings
from smelllint.settings import TARGETS
from tests.clients.page import PAGE
from tests.clients.truth import CHECKOUT, run

pytestmark = pytest.mark.clients

HOME = CHECKOUT / "editors" / "vscode"
OF_THE_EXTENSION = {"path", "trace.server"}
OF_THE_SERVER = {*settings.LISTS, *settings.STRINGS, *settings.FLAGS}


def manifest() -> dict[str, Any]:
    read: dict[str, Any] = json.loads((HOME / "package.json").read_text(encoding="utf-8"))
    return read


def test_it_passes_its_tests_on_the_server(tmp_path: Path) -> None:
    said = run(["npm", "test"], HOME, HOME=str(tmp_path))

    assert re.search(r"^# fail 0$", said, re.MULTILINE), said
    assert re.search(r"^# skipped 0$", said, re.MULTILINE), said


def test_it_is_packaged_with_what_it_runs_on_and_no_more(tmp_path: Path) -> None:
    package = tmp_path / "smelllint.vsix"
    run(["npm", "run", "package", "--", "--out", package], HOME, HOME=str(tmp_path))

    with zipfile.ZipFile(package) as content:
        held = {
            name.removeprefix("extension/") for name in content.namelist() if name.startswith("extension/")
        }
        program = content.read("extension/dist/extension.js").decode()
    assert held == {
        "package.json",
        "readme.md",
        "LICENSE.txt",
        "dist/extension.js",
        "dist/third-party-licenses.txt",
    }
    assert 'require("vscode")' in program
    assert "vscode-languageclient" not in re.findall(r'require\("([^"]+)"\)', program)


def test_it_has_the_settings_of_the_server_and_tells_of_each() -> None:
    told = manifest()["contributes"]["configuration"]["properties"]

    assert {name.removeprefix("smelllint.") for name in told} == OF_THE_SERVER | OF_THE_EXTENSION
    assert tuple(told["smelllint.target"]["enum"]) == TARGETS
    assert all(f"'{name}'" in (HOME / "src" / "settings.ts").read_text() for name in OF_THE_SERVER)
    assert all(f"`{name}`" in PAGE.read_text(encoding="utf-8") for name in OF_THE_SERVER)
