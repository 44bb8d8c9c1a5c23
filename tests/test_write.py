"""A file is written whole or not at all."""

from __future__ import annotations

import fcntl
import os
import resource
import stat
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from smelllint import write as writing
from smelllint.examine import Job, examine
from smelllint.settings import Settings
from smelllint.write import NotWrittenError, replace_file
from tests.cli_helpers import SAFELY_FIXED, SMELLY, smelllint, write
from tests.hard.child import in_child

SOMEBODY = 65534  # a user and group who own nothing


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


def test_all_names_of_a_file_keep_showing_the_same_one(path: Path) -> None:
    """As with tools that write in place: a hard link is not cut."""
    other = path.parent / "b.py"
    other.hardlink_to(path)

    replace_file(str(path), b"before", b"after")

    assert other.read_bytes() == path.read_bytes() == b"after"
    assert other.samefile(path)
    assert sorted(path.parent.iterdir()) == [path, other]


def test_an_access_list_is_kept(path: Path) -> None:
    os.setxattr(path, "system.posix_acl_access", access_list())
    before = os.getxattr(path, "system.posix_acl_access"), path.stat().st_mode

    replace_file(str(path), b"before", b"after")

    assert (os.getxattr(path, "system.posix_acl_access"), path.stat().st_mode) == before


def access_list() -> bytes:
    """What `setfacl -m u:1234:rw` writes: version 2, then tag, permissions and id of each entry."""
    everybody = 0xFFFFFFFF
    entries = [(0x01, 6, everybody), (0x02, 6, 1234), (0x04, 4, everybody), (0x10, 6, everybody)]
    entries.append((0x20, 4, everybody))
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


def as_somebody(work: Callable[[], None]) -> str:
    """Do something as a user who owns nothing, where we are root; what was raised."""

    def answer() -> str:
        if os.getuid() == 0:
            os.setgroups([])
            os.setgid(SOMEBODY)
            os.setuid(SOMEBODY)
        try:
            work()
        except NotWrittenError as error:
            return str(error)
        return ""

    said, _ = in_child(answer)
    return str(said)


@pytest.fixture
def shared() -> Iterator[Path]:
    """A file in a folder that somebody else can reach."""
    with TemporaryDirectory() as held:
        Path(held).chmod(0o755)
        path = Path(held) / "a.py"
        path.write_bytes(b"before")
        yield path
        Path(held).chmod(0o755)


def test_a_read_only_file_is_left_alone(shared: Path) -> None:
    shared.chmod(0o444)

    assert as_somebody(lambda: replace_file(str(shared), b"before", b"after")) == "is read-only"
    assert shared.read_bytes() == b"before"


def test_a_file_in_a_folder_that_takes_no_files_is_written_in_place(shared: Path) -> None:
    if os.getuid() == 0:
        os.chown(shared, SOMEBODY, SOMEBODY)
    shared.parent.chmod(0o555)

    assert as_somebody(lambda: replace_file(str(shared), b"before", b"after")) == ""
    assert shared.read_bytes() == b"after"
    assert list(shared.parent.iterdir()) == [shared]


def test_the_owner_is_kept(shared: Path) -> None:
    """By root; and by who may write the file, but cannot give one away."""
    owner = shared.stat().st_uid if os.getuid() else 4321
    if os.getuid() == 0:
        os.chown(shared, owner, -1)
    shared.chmod(0o666)
    shared.parent.chmod(0o777)

    replace_file(str(shared), b"before", b"after")
    assert (shared.stat().st_uid, shared.read_bytes()) == (owner, b"after")

    assert as_somebody(lambda: replace_file(str(shared), b"after", b"more")) == ""
    assert (shared.stat().st_uid, shared.read_bytes()) == (owner, b"more")
    assert list(shared.parent.iterdir()) == [shared]


def test_a_full_disk_leaves_the_file_and_no_litter(path: Path) -> None:
    """The system's limit for a file's size stands for the end of the disk."""
    large = b"x" * 100_000

    def work() -> str:
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
        try:
            replace_file(str(path), b"before", large)
        except NotWrittenError as error:
            return str(error)
        return ""

    said, _ = in_child(work)

    assert said == "could not be written: File too large"
    assert path.read_bytes() == b"before"
    assert list(path.parent.iterdir()) == [path]


def test_a_write_in_place_that_fails_puts_the_old_bytes_back(path: Path) -> None:
    (path.parent / "b.py").hardlink_to(path)
    large = b"x" * 100_000

    def work() -> str:
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
        try:
            replace_file(str(path), b"before", large)
        except NotWrittenError as error:
            return str(error)
        return ""

    said, _ = in_child(work)

    assert said == "could not be written: File too large"
    assert path.read_bytes() == b"before"


def test_what_a_dead_process_left_is_cleared_away(path: Path) -> None:
    left = path.parent / ".a.py.smelllint"
    left.write_bytes(b"hal")

    replace_file(str(path), b"before", b"after")

    assert path.read_bytes() == b"after"
    assert list(path.parent.iterdir()) == [path]


def test_a_living_process_is_waited_for(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "PATIENCE", 0.1)
    with (path.parent / ".a.py.smelllint").open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(NotWrittenError, match="written by another process"):
            replace_file(str(path), b"before", b"after")
        assert path.read_bytes() == b"before"

    replace_file(str(path), b"before", b"after")

    assert path.read_bytes() == b"after"


@pytest.mark.parametrize("make", [Path.mkdir, lambda path: path.symlink_to("a.py"), os.mkfifo])
def test_what_is_no_file_of_ours_is_not_cleared_away(path: Path, make: Callable[[Path], None]) -> None:
    make(path.parent / ".a.py.smelllint")

    with pytest.raises(NotWrittenError, match="in the way"):
        replace_file(str(path), b"before", b"after")

    assert path.read_bytes() == b"before"
    assert os.path.lexists(path.parent / ".a.py.smelllint")


def test_names_as_long_as_names_can_be_are_written(tmp_path: Path) -> None:
    path = tmp_path / f"{'x' * 252}.py"
    path.write_bytes(b"before")

    replace_file(str(path), b"before", b"after")

    assert path.read_bytes() == b"after"


def test_a_file_that_another_run_has_mended_is_done(path: Path) -> None:
    path.write_bytes(b"after")

    replace_file(str(path), b"before", b"after")

    assert list(path.parent.iterdir()) == [path]


def test_many_at_once_leave_one_whole_text(path: Path) -> None:
    """Eight processes take turns at one file, and all of them say that it is done."""
    texts = [bytes([65 + number]) * 20_000 for number in range(8)]
    path.write_bytes(texts[0])

    def worker() -> None:
        for turn in range(40):
            with suppress(NotWrittenError):
                replace_file(str(path), path.read_bytes(), texts[turn % 8])
            assert path.read_bytes() in texts
        os._exit(0)

    children = []
    for _ in range(4):
        child = os.fork()
        if child == 0:
            try:
                worker()
            finally:
                os._exit(1)
        children.append(child)
    ends = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]

    assert ends == [0] * 4
    assert path.read_bytes() in texts
    assert list(path.parent.iterdir()) == [path]


def test_two_runs_that_mend_the_same_tree_mend_it_once(tmp_path: Path) -> None:
    names = [f"f{number}.py" for number in range(12)]
    write(tmp_path, dict.fromkeys(names, SMELLY))
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    command = [sys.executable, "-m", "smelllint", "check", "--isolated", "--fix", "-q"]

    runs = [
        subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [run.communicate(timeout=120)[0] for run in runs]

    assert [run.returncode for run in runs] == [1, 1], said
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == dict.fromkeys(names, SAFELY_FIXED)
