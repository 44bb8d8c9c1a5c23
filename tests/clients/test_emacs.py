"""Emacs with eglot, headless, as Debian ships them, with the page's own setup."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clients.page import setup
from tests.clients.truth import Findings, mended, project, run, said_of_text, seen

pytestmark = pytest.mark.clients

DRIVER = Path(__file__).with_name("emacs.el")
# Debian's eglot is a package, which `emacs --batch` does not look for by itself.
PACKAGES = "(progn (require 'package) (package-initialize))"


def emacs(path: Path, mode: str, left: int) -> tuple[Findings, Findings]:
    """Open a file as a user does who has copied the page's setup."""
    home = path.parent.with_name("home")
    home.mkdir()
    init, report = home / "init.el", home / "report.json"
    init.write_text(
        setup("Emacs", "elisp") + (setup("Emacs: mend on save", "elisp") if mode == "save" else "")
    )
    environment = {
        "FILE": str(path),
        "MODE": mode,
        "LEFT": str(left),
        "REPORT": str(report),
        "HOME": str(home),
    }
    run(["emacs", "--batch", "-q", "--eval", PACKAGES, "-l", init, "-l", DRIVER], path.parent, **environment)
    return seen(report)


@pytest.mark.parametrize("mode", ["quickfix", "save"])
def test_a_file_is_seen_and_mended_as_on_the_command_line(tmp_path: Path, mode: str) -> None:
    file, _ = project(tmp_path / "project")
    expected, after = said_of_text(file), mended(file)

    before, left = emacs(file, mode, len(expected) - 2)

    assert before == expected
    assert file.read_bytes() == after
    assert left == said_of_text(file)


@pytest.mark.parametrize("mode", ["quickfix", "save"])
def test_so_is_a_notebook_as_the_text_it_is(tmp_path: Path, mode: str) -> None:
    _, notebook = project(tmp_path / "project")
    expected, after = said_of_text(notebook), mended(notebook)

    before, left = emacs(notebook, mode, len(expected) - 1)

    assert before == expected
    assert notebook.read_bytes() == after
    assert left == said_of_text(notebook)
