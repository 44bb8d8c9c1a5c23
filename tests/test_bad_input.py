"""Files that are no Python, or no files: a short diagnostic each, the others checked, exit 2, no hang."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from smelllint.examine import Job, examine
from smelllint.read import LIMIT, UnreadableError, read
from smelllint.settings import Settings
from tests.cli_helpers import RULE, SAFELY_FIXED, SMELLY, process, write

IMPORT = "import torch\n"
TEXTS: dict[str, bytes] = {
    "syntax-error": f"{IMPORT}def f(:\n".encode(),
    "python-2": f"{IMPORT}print 'hello'\n".encode(),
    "tabs-and-spaces": f"{IMPORT}if x:\n\ty = 1\n        z = 2\n".encode(),
    "unclosed": f"{IMPORT}x = (1,\n".encode(),
    "nul-byte": f"{IMPORT}x = 1\0\n".encode(),
    "utf-16": IMPORT.encode() + SMELLY.encode("utf-16"),
    "latin-1-unsaid": f"{IMPORT}x = '\xe9'\n".encode("latin-1"),
    "unknown-coding": f"# coding: no-such-code\n{IMPORT}".encode(),
    "coding-that-lies": f"# coding: ascii\n{IMPORT}x = '\xe9'\n".encode(),
    "random-bytes": IMPORT.encode() + bytes(range(256)) * 8,
    "nested-parentheses": f"{IMPORT}x = {'(' * 5000}1{')' * 5000}\n".encode(),
    "nested-lists": f"{IMPORT}x = {'[' * 150}{']' * 150}\n{IMPORT}y = {'[' * 400}{']' * 400}\n".encode(),
    "long-sum": f"{IMPORT}x = {' + '.join(['a'] * 20_000)}\n".encode(),
    "long-chain": f"{IMPORT}x = a{'.b' * 20_000}\n".encode(),
    "long-call-chain": f"{IMPORT}x = a{'()' * 20_000}\n".encode(),
    "many-nots": f"{IMPORT}x = {'not ' * 20_000}a\n".encode(),
    "deep-indentation": (
        IMPORT + "".join(" " * n + "if x:\n" for n in range(150)) + " " * 150 + "y\n"
    ).encode(),
    "long-elif": (IMPORT + "if x: pass\n" + "elif x: pass\n" * 5000).encode(),
}
HARMLESS: dict[str, bytes] = {
    "empty": b"",
    "only-bom": b"\xef\xbb\xbf",
    "only-a-newline": b"\n",
    "only-comments": b"# import torch\n# smelllint: hello\n",
    "no-final-newline": IMPORT.rstrip().encode(),
    "carriage-returns": b"import torch\rx = 1\r",
    "form-feed": b"import torch\n\x0c\nx = 1\n",
    "odd-names": "import torch\n\u5909\u6570 = 1\n".encode(),
    "long-line": f"{IMPORT}x = '{'a' * 1_000_000}'\n".encode(),
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that holds one smelly file, between the bad ones by name."""
    monkeypatch.chdir(tmp_path)
    return write(tmp_path, {"m.py": SMELLY})


@pytest.mark.parametrize("name", TEXTS)
def test_text_that_is_no_python_is_told_and_the_rest_is_checked(folder: Path, name: str) -> None:
    write(folder, {"a.py": TEXTS[name], "z.py": TEXTS[name]})

    result = process("check", "--fix", "--output-format", "json", cwd=folder)

    told = json.loads(result.stdout)
    assert result.returncode == 2
    assert [Path(one["filename"]).name for one in told] == ["a.py", "m.py", "z.py"]
    assert [one["family"] for one in told] == ["trouble", "data", "trouble"]
    assert all(len(one["message"]) < 200 for one in told)
    assert "Traceback" not in result.stderr
    assert (folder / "a.py").read_bytes() == TEXTS[name]
    assert (folder / "m.py").read_text() == SAFELY_FIXED


@pytest.mark.parametrize("name", HARMLESS)
def test_odd_but_valid_files_are_checked_like_others(folder: Path, name: str) -> None:
    outcome = examine(Job(str(write(folder, {"a.py": HARMLESS[name]}) / "a.py"), Settings()))

    assert not outcome.report.troubles
    assert not outcome.report.diagnostics


def fifo(path: Path) -> None:
    os.mkfifo(path)


def unix_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))


def dangling(path: Path) -> None:
    path.symlink_to("nowhere.py")


def looping(path: Path) -> None:
    path.symlink_to(path.name)


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def too_large(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(LIMIT + 1)


def link_to_a_folder(path: Path) -> None:
    path.symlink_to("..")


ODD: list[tuple[Callable[[Path], None], str, str]] = [
    (fifo, "not-a-file", "is a FIFO, not a file"),
    (unix_socket, "not-a-file", "is a socket, not a file"),
    (dangling, "unreadable-file", "cannot be read: no such file or directory"),
    (looping, "unreadable-file", "cannot be read: too many levels of symbolic links"),
    (device, "not-a-file", "is a device, not a file"),
    (too_large, "too-large", "is larger than 5 MB and was left out; exclude it"),
    (link_to_a_folder, "not-a-file", "is a folder, not a file"),
    (
        Path.mkdir,
        "not-a-file",
        "is a folder, though it is named like a Python file; what it holds is looked at",
    ),
]


@pytest.mark.parametrize(("make", "name", "message"), ODD, ids=lambda value: getattr(value, "__name__", ""))
def test_what_is_no_file_is_told_and_never_waited_for(
    folder: Path, make: Callable[[Path], None], name: str, message: str
) -> None:
    make(folder / "a.py")

    result = process("check", "--output-format", "concise", "-q", cwd=folder)

    assert result.returncode == 2
    assert result.stdout.splitlines()[0] == f"a.py: {name} {message}"
    assert result.stdout.count(RULE) == 2


@pytest.mark.parametrize("make", [fifo, dangling, looping, device], ids=lambda make: make.__name__)
def test_the_same_where_it_is_named(folder: Path, make: Callable[[Path], None]) -> None:
    make(folder / "a.py")

    result = process("check", "a.py", "m.py", "--output-format", "concise", cwd=folder)

    assert result.returncode == 2
    assert result.stdout.startswith("a.py: ")
    assert result.stdout.count(RULE) == 2


def test_a_folder_named_like_a_file_is_searched(folder: Path) -> None:
    write(folder, {"a.py/inner.py": SMELLY})

    result = process("check", "--output-format", "concise", cwd=folder)

    assert f"a.py/inner.py:5:13: {RULE}" in result.stdout


def test_a_file_one_may_not_read_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: object, *_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)

    with pytest.raises(UnreadableError, match=r"^cannot be read: permission denied$"):
        read(folder / "m.py")


def test_a_file_that_grows_while_it_is_read_is_not_read_for_ever(folder: Path) -> None:
    with pytest.raises(UnreadableError, match="larger"):
        read("/proc/kallsyms", limit=10)
    assert read("/proc/self/status").startswith(b"Name:")


def test_a_fault_of_ours_costs_one_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from smelllint import engine

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("oops")

    monkeypatch.setattr(engine, "lint", fail)

    outcome = examine(Job("m.py", Settings()))

    [trouble] = outcome.report.troubles
    assert trouble.name == "internal-error"
    assert "RuntimeError: oops" in trouble.message


def test_bad_files_among_many_cost_nothing_to_the_others(folder: Path) -> None:
    """With processes: more files than are checked in one."""
    for number, text in enumerate(TEXTS.values()):
        write(
            folder,
            {f"bad{number:02}.py": text, f"good{number:02}a.py": SMELLY, f"good{number:02}b.py": SMELLY},
        )

    result = process("check", "-j", "2", "--output-format", "json", cwd=folder)

    told = json.loads(result.stdout)
    assert result.returncode == 2
    assert sum(one["family"] == "trouble" for one in told) == len(TEXTS)
    assert sum(one["rule"] == RULE for one in told) == 2 * (2 * len(TEXTS) + 1)


def test_a_hostile_text_cannot_speak_to_the_terminal(folder: Path) -> None:
    write(folder, {"m.py": SMELLY.replace("zeros(n)", "zeros(n, #\x1b]0;owned\x07\u202e\n)")})

    for form in ("full", "concise", "grouped", "json"):
        output = process("check", "--output-format", form, cwd=folder, FORCE_COLOR="1").stdout
        assert "\x1b]" not in output
        assert "\x07" not in output
        assert "\u202e" not in output


@pytest.mark.parametrize("text", [b"def f(:\n", b"print 'hello'\n", b"x = " + b"(" * 5000 + b")" * 5000])
def test_a_file_named_in_person_is_told_to_be_no_python_though_it_could_not_smell(
    folder: Path, text: bytes
) -> None:
    write(folder, {"a.py": text})

    assert process("check", "a.py", cwd=folder).returncode == 2
    assert process("check", "--isolated", "--select", "unbatched-encode", ".", cwd=folder).returncode == 0


@pytest.mark.parametrize(
    "text", [b"x = 1\0\n", "x = '\xe9'\n".encode("latin-1"), b"# coding: no-such-code\n"]
)
def test_bytes_that_are_no_text_are_told_wherever_they_are(folder: Path, text: bytes) -> None:
    write(folder, {"a.py": text})

    assert process("check", ".", cwd=folder).returncode == 2
