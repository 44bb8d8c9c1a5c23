"""A file is written whole or not at all."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from smelllint import write as writing
from smelllint.examine import Job, examine
from smelllint.settings import Settings
from smelllint.write import NotWrittenError, replace_file
from tests.cli_helpers import SAFELY_FIXED, SMELLY, smelllint, write


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file that holds `before`."""
    (tmp_path / "a.py").write_bytes(b"before")
    return tmp_path / "a.py"


def test_the_bytes_are_replaced_and_nothing_is_left_beside(path: Path) -> None:
    replace_file(str(path), b"before", b"after")

    assert path.read_bytes() == b"after"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("mode", [0o644, 0o755, 0o600, 0o4755])
def test_the_mode_is_kept(path: Path, mode: int) -> None:
    path.chmod(mode)

    replace_file(str(path), b"before", b"after")

    assert stat.S_IMODE(path.stat().st_mode) == mode


def test_attributes_are_kept(path: Path) -> None:
    """Where the file system has them."""
    os.setxattr(path, "user.note", b"mine")

    replace_file(str(path), b"before", b"after")

    assert os.getxattr(path, "user.note") == b"mine"


def test_a_link_stays_one_and_its_target_is_written(path: Path) -> None:
    link = path.parent / "sub" / "link.py"
    link.parent.mkdir()
    link.symlink_to("../a.py")

    replace_file(str(link), b"before", b"after")

    assert link.is_symlink()
    assert path.read_bytes() == b"after"


def test_a_file_that_changed_meanwhile_is_left_alone(path: Path) -> None:
    with pytest.raises(NotWrittenError, match="changed while"):
        replace_file(str(path), b"what we read", b"after")

    assert path.read_bytes() == b"before"
    assert list(path.parent.iterdir()) == [path]


def test_a_file_that_is_gone_is_not_made_anew(path: Path) -> None:
    path.unlink()

    with pytest.raises(NotWrittenError):
        replace_file(str(path), b"before", b"after")

    assert list(path.parent.iterdir()) == []


def test_a_file_that_may_not_be_written_is_left_alone(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)

    with pytest.raises(NotWrittenError, match="read-only"):
        replace_file(str(path), b"before", b"after")

    assert path.read_bytes() == b"before"


@pytest.mark.parametrize("call", ["fsync", "replace", "chmod"])
def test_an_error_of_the_system_leaves_the_file_and_no_litter(
    path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, call, fail)

    with pytest.raises(NotWrittenError, match="No space left"):
        replace_file(str(path), b"before", b"after")

    assert path.read_bytes() == b"before"
    assert list(path.parent.iterdir()) == [path]


def test_a_file_that_cannot_be_written_is_reported_with_its_smells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"a.py": SMELLY})
    monkeypatch.setattr(os, "access", lambda path, mode: False)

    outcome = examine(Job(str(tmp_path / "a.py"), Settings(), fix=True, write=True))

    assert [trouble.name for trouble in outcome.report.troubles] == ["not-written"]
    assert len(outcome.report.diagnostics) == 2
    assert outcome.report.fixed == 0
    assert outcome.source.text == SMELLY


def test_a_file_that_changes_while_it_is_mended_keeps_the_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"a.py": SMELLY, "b.py": SMELLY})
    keep = writing._keep_attributes

    def save_in_the_editor(target: str, temporary: str) -> None:
        if target.endswith("a.py"):
            Path(target).write_text("precious = 1\n")
        keep(target, temporary)

    monkeypatch.setattr(writing, "_keep_attributes", save_in_the_editor)
    monkeypatch.chdir(tmp_path)

    result = smelllint("check", "--fix")

    assert result.exit_code == 2
    assert "a.py: not-written changed while it was being mended" in result.stdout
    assert (tmp_path / "a.py").read_text() == "precious = 1\n"
    assert (tmp_path / "b.py").read_text() == SAFELY_FIXED


@pytest.mark.parametrize(
    ("encode", "newline"),
    [
        (lambda text: text.encode(), "\n"),
        (lambda text: text.encode(), "\r\n"),
        (lambda text: b"\xef\xbb\xbf" + text.encode(), "\n"),
        (lambda text: ("# coding: latin-1\n# gr\u00fc\u00dfe\n" + text).encode("latin-1"), "\n"),
        (lambda text: ("# \U0001f50b\n" + text).encode(), "\r\n"),
        (lambda text: text.rstrip("\n").encode(), "\n"),
        (lambda text: ("x = 1\n\x0c\ny = \\\n  2\n" + text).encode(), "\n"),
    ],
    ids=["utf-8", "crlf", "bom", "latin-1", "astral", "no-final-newline", "form-feed"],
)
def test_no_byte_outside_the_edit_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encode: Callable[[str], bytes], newline: str
) -> None:
    before = encode(SMELLY).replace(b"\n", newline.encode())
    write(tmp_path, {"a.py": before})
    monkeypatch.chdir(tmp_path)

    smelllint("check", "--fix")

    expected = before.replace(b'torch.zeros(n).to("cuda")', b'torch.zeros(n, device="cuda")')
    assert (tmp_path / "a.py").read_bytes() == expected != before


def test_whenever_it_is_killed_every_file_is_whole(tmp_path: Path) -> None:
    """Eight runs of --fix on twenty files, each killed at another moment."""
    names = [f"f{number}.py" for number in range(20)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    caught = 0
    for run in range(8):
        write(tmp_path, dict.fromkeys(names, SMELLY))
        process = subprocess.Popen(
            [sys.executable, "-m", "smelllint", "check", "--fix", "-q", "-j", "1"],
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.DEVNULL,
        )
        while process.poll() is None and (tmp_path / names[0]).read_text() == SMELLY:
            time.sleep(0.002)
        time.sleep(0.004 * run)
        process.send_signal(signal.SIGKILL)
        caught += process.wait() == -signal.SIGKILL
        for name in names:
            assert (tmp_path / name).read_text() in (SMELLY, SAFELY_FIXED)
    assert caught
