"""Files that plainly cannot smell: the same answer as that of a closer look, or none."""

from __future__ import annotations

import os
import sysconfig
from pathlib import Path

import pytest

from smelllint import catalogue, declared, quick, stamps
from tests.cli_helpers import CLEAN, SMELLY, python, smelllint, write

PLAIN = "import os\n\n\ndef main(paths):\n    return [os.stat(path) for path in paths if path]\n"
STANDARD = Path(sysconfig.get_paths()["stdlib"])


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "options", [(), ("-q",), ("--exit-zero",), ("-j", "2"), ("--isolated",)], ids=" ".join
)
def test_plain_files_are_told_as_a_closer_look_tells_them(
    folder: Path, options: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder, {"a.py": PLAIN, "sub/b.pyi": "x: int\n", "c.py": ""})
    arguments = ["check", *options, "a.py", "sub/b.pyi", "c.py", "./a.py"]
    assert quick.clean(arguments) == 0
    closer = smelllint(*arguments)
    assert (closer.exit_code, closer.stdout) == (0, capsys.readouterr().out)


def test_it_takes_next_to_no_imports(folder: Path) -> None:
    write(folder, {"a.py": PLAIN})
    script = "\n".join([
        "import sys",
        "from smelllint import quick, stamps",
        "stamps.AT_REST = -1.0",
        "quick.modules()",
        "loaded = set(sys.modules)",
        "for name in loaded:",
        "    if name.split('.')[0] in ('smelllint', 'dataclasses', 're'):",
        "        del sys.modules[name]",
        "from smelllint.quick import clean",
        "code = clean(['check', 'a.py'])",
        "print(code, sorted({'re', 'dataclasses', 'smelllint.check', 'smelllint.rule'} & set(sys.modules)))",
    ])  # fmt: skip
    assert python("-c", script, cwd=folder).stdout == "No smells in 1 file.\n0 []\n"


NOT_PLAIN = {
    "mentions a library": "import torch\n",
    "mentions it anywhere": "# as torch does\n",
    "a smell": SMELLY,
    "clean, with a library": CLEAN,
    "a suppression": "x = 1  # smelllint: ignore\n",
    "no Python": "def\n",
    "a declared encoding": "# -*- coding: latin-1 -*-\n",
    "no UTF-8": b"x = '\xe9'\n",
    "a byte order mark": b"\xef\xbb\xbfx = 1\n",
    "a NUL": b"x = '\0'\n",
    "cells": "#%% one\nx = 1\n",
    "deep nests": "x = " + "[" * 60 + "]" * 60 + "\n",
    "a long condition": "x = " + " and ".join(["a"] * 600) + "\n",
    "many loops": "x = [a " + "for a in b " * 60 + "]\n",
    "many dots": "import " + ".".join(["a"] * 60) + "\n",
    "brackets in a target": "del " + "(" * 20 + "a" + ")" * 20 + "\n",
    "a match": "match x:\n    case 1:\n        pass\n",
    "much of it": "x = 1\n" * 40_000,
    "dense": "a\n" * 50_000,
}


@pytest.mark.parametrize("text", NOT_PLAIN.values(), ids=NOT_PLAIN)
def test_what_is_not_plain_gets_a_closer_look(folder: Path, text: str | bytes) -> None:
    write(folder, {"plain.py": PLAIN, "a.py": text})
    assert quick.clean(["check", "plain.py"]) == 0
    assert quick.clean(["check", "plain.py", "a.py"]) is None


@pytest.mark.parametrize(
    "options",
    ["--fix", "--diff", "--select=all", "--statistics", "--no-cache", "--show-files", "--target=cpu",
     "--watch", "--output-format=json", "--fail-on=2", "--stdin-filename=a.py", "--config=target='cpu'",
     "--why=x", "-", "."],
)  # fmt: skip
def test_options_that_say_more_get_a_closer_look(folder: Path, options: str) -> None:
    write(folder, {"a.py": PLAIN})
    assert quick.clean(["check", "a.py", options]) is None


def test_other_commands_and_names_get_a_closer_look(folder: Path) -> None:
    write(folder, {"a.py": PLAIN, "a.ipynb": "{}", "a.txt": "", "real/b.py": PLAIN})
    os.mkfifo(folder / "fifo.py")
    (folder / "folder.py").mkdir()
    for name in ("a.ipynb", "a.txt", "gone.py", "fifo.py", "folder.py", "real", "real/../gone/b.py"):
        assert quick.clean(["check", name]) is None, name
    for arguments in ([], ["check"], ["rules"], ["check", "--nope", "a.py"]):
        assert quick.clean(arguments) is None


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("smelllint.toml", ""),
        ("../smelllint.toml", ""),
        ("pyproject.toml", "[tool.smelllint]\n"),
        ("../pyproject.toml", "# smelllint\n"),
    ],
)
def test_settings_get_a_closer_look(
    folder: Path, path: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(write(folder / "project", {"a.py": PLAIN, path: text}))
    assert quick.clean(["check", "a.py"]) is None
    assert quick.clean(["check", "--isolated", "a.py"]) == 0


def test_settings_of_others_do_not_count(folder: Path) -> None:
    write(folder, {"a.py": PLAIN, "pyproject.toml": "[tool.black]\n", "sub/smelllint.toml": ""})
    assert quick.clean(["check", "a.py"]) == 0


def test_the_standard_library_gets_the_answer_of_a_closer_look(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """File by file: the quick answer is what a run without it says."""
    plain = []
    for path in sorted(STANDARD.glob("*.py")):
        copy = folder / path.name
        copy.write_bytes(path.read_bytes())
        if quick.clean(["check", path.name]) is not None:
            plain.append(path.name)
    assert len(plain) > 60
    capsys.readouterr()
    result = smelllint("check", "--no-cache", "-q", *plain)
    assert (result.exit_code, result.output) == (0, "")


def test_what_rules_are_about_is_remembered_while_no_rule_changes(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = 'rule = Rule(family="data", imports=frozenset({"%s"}))\n'
    home = write(
        folder / "rules", {"one/rule.py": 'rule = Rule(family="data", imports=frozenset({"one"}))\n'}
    )
    monkeypatch.setattr(stamps, "AT_REST", -1.0)
    monkeypatch.setattr(catalogue, "home", lambda: home)
    read: list[int] = []
    original = declared.rules.__wrapped__

    def noting() -> object:
        read.append(1)
        catalogue.names.cache_clear()
        return original()

    monkeypatch.setattr(declared, "rules", noting)
    try:
        for _ in range(2):
            assert quick.modules() == ["one"]
        write(home, {"two/rule.py": rule % "two"})
        for _ in range(2):
            assert quick.modules() == ["one", "two"]
        write(home, {"one/rule.py": rule % "uno"})
        for _ in range(2):
            assert quick.modules() == ["two", "uno"]
        assert len(read) == 3
    finally:
        catalogue.names.cache_clear()
