"""The cache: never a wrong result, whatever changed, and whatever lies where it is kept."""

from __future__ import annotations

import errno
import json
import os
import time
from binascii import crc32
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from smelllint import cache, examine, project, stamps
from smelllint.answers import Answers
from smelllint.plain import from_plain, to_plain
from smelllint.settings import Settings
from tests.cli_helpers import CLEAN, FIXED, RULE, SAFELY_FIXED, SMELLY, process, smelllint, write

NET = """\
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(512, 512)

    def forward(self, x):
        return self.layer(x)
"""
HELPER = """\
import torch


def score(model, batches):
    model.eval()
    for batch in batches:
        print(model(batch).argmax(1).tolist())
"""
PLAIN_CALL = (
    "import torch\nfrom helper import score\nfrom net import Net\n\nscore(Net(), torch.rand(99, 8, 512))\n"
)
NO_GRAD_CALL = PLAIN_CALL.replace("\nscore(", "\nwith torch.no_grad():\n    score(")
ALL = Settings(select=("all",))
PROJECT = {"pyproject.toml": "", "helper.py": HELPER, "net.py": NET, "main.py": PLAIN_CALL}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(write(tmp_path, PROJECT))
    return tmp_path


class Seen:
    """The files that were looked at, and not remembered; noted on the disk, for processes look at them."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def note(self, name: str) -> None:
        with self.path.open("a") as file:
            file.write(f"{name}\n")

    @property
    def names(self) -> list[str]:
        return self.path.read_text().splitlines() if self.path.exists() else []

    def clear(self) -> None:
        self.path.unlink(missing_ok=True)


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    noted = Seen(tmp_path_factory.mktemp("seen") / "names")
    original = cache.look

    def noting(job: examine.Job) -> cache.Look:
        noted.note(job.path)
        return original(job)

    monkeypatch.setattr(cache, "look", noting)
    return noted


def check(*arguments: str, seen: Seen | None = None) -> str:
    """What `check` prints of the folder; `seen` is emptied before."""
    project.forget()
    if seen is not None:
        seen.clear()
    return smelllint("check", "--isolated", "--output-format", "json", *(arguments or (".",))).output


def fresh(*arguments: str) -> str:
    return check("--no-cache", *(arguments or (".",)))


def test_what_has_not_changed_is_not_looked_at_again(folder: Path, seen: Seen) -> None:
    first = check(seen=seen)
    assert seen.names == ["helper.py", "main.py", "net.py"]
    assert check(seen=seen) == first == fresh()
    assert seen.names == []
    assert "inference-without-no-grad" in first


@pytest.mark.parametrize("options", [("--fix", "--diff"), ("--unsafe-fixes", "--diff"), ("--statistics",)])
def test_all_outputs_are_the_same_warm_and_cold(folder: Path, options: tuple[str, ...]) -> None:
    write(folder, {"moved.py": SMELLY})
    arguments = ("check", "--isolated", "--select", "all", *options, ".")
    cold = smelllint(*arguments)
    warm = smelllint(*arguments)
    assert (warm.output, warm.exit_code) == (cold.output, cold.exit_code)
    assert warm.output == smelllint(*arguments, "--no-cache").output


def test_a_change_of_a_file_counts_though_its_stamp_is_the_same(
    folder: Path, seen: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Same size, same time, a moment later: only the time of the change of its data tells."""
    path = folder / "helper.py"
    check()
    before = path.stat()
    path.write_text(HELPER.replace("argmax", "argmin"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert check(seen=seen) == fresh()
    assert "helper.py" in seen.names


def test_stamps_stand_for_bytes_that_are_at_rest(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once at rest, an unchanged file is not even read."""
    monkeypatch.setattr(stamps, "AT_REST", -1.0)
    write(folder, {"net.py": CLEAN, "helper.py": CLEAN, "main.py": CLEAN})
    check()
    monkeypatch.setattr(cache, "read", lambda path: pytest.fail(f"read {path}"))
    assert json.loads(check()) == []


def test_a_file_is_looked_at_again_when_another_answers_otherwise(folder: Path, seen: Seen) -> None:
    assert "inference-without-no-grad" in check()
    write(folder, {"main.py": NO_GRAD_CALL})
    assert check(seen=seen) == fresh()
    assert {"helper.py", "main.py"} <= set(seen.names)
    assert "inference-without-no-grad" not in check()


def test_a_new_file_that_mentions_a_name_counts(folder: Path, seen: Seen) -> None:
    check()
    write(folder, {"other.py": NO_GRAD_CALL})
    assert check(seen=seen) == fresh()
    assert {"helper.py", "other.py"} <= set(seen.names)


def test_a_file_that_goes_counts(folder: Path, seen: Seen) -> None:
    check()
    (folder / "net.py").unlink()
    assert check(seen=seen) == fresh()
    assert seen.names == ["helper.py"]


def test_a_file_that_nobody_mentions_leaves_the_others_alone(folder: Path, seen: Seen) -> None:
    check()
    write(folder, {"apart.py": "import torch\n\nprint(torch.ones(3))\n"})
    check(seen=seen)
    assert seen.names == ["apart.py"]


def test_settings_count(folder: Path, seen: Seen) -> None:
    write(folder, {"moved.py": SMELLY})
    assert RULE in check("--select", RULE, ".")
    assert json.loads(check("--ignore", RULE, ".", seen=seen)) == json.loads(fresh("--ignore", RULE, "."))
    assert "moved.py" in seen.names


def test_smelllint_itself_counts(folder: Path, seen: Seen, monkeypatch: pytest.MonkeyPatch) -> None:
    check()
    monkeypatch.setattr(cache, "fingerprint", lambda: "another")
    check(seen=seen)
    assert seen.names == ["helper.py", "main.py", "net.py"]


def test_runs_on_parts_add_up(folder: Path, seen: Seen) -> None:
    check("helper.py", "main.py")
    check("net.py", "main.py", seen=seen)
    assert seen.names == ["net.py"]
    check("helper.py", "main.py", "net.py", seen=seen)
    assert seen.names == []


def test_what_a_part_rests_on_may_change_between_two_runs_on_others(folder: Path) -> None:
    """The run in the middle sees the change, and not the file that rests on it."""
    check("helper.py", "net.py")
    write(folder, {"main.py": NO_GRAD_CALL})
    check("main.py", "net.py")
    assert check("helper.py", "net.py") == fresh("helper.py", "net.py")


def test_fixes_are_made_of_what_is_remembered(folder: Path) -> None:
    path = folder / "moved.py"
    path.write_text(SMELLY)
    check()
    assert smelllint("check", "--isolated", "--fix", ".").exit_code == 1
    assert path.read_text() == SAFELY_FIXED
    smelllint("check", "--isolated", "--fix", "--unsafe-fixes", "--select", RULE, ".")
    assert path.read_text() == FIXED


def kept_in(manifest: Path) -> dict[str, Any]:
    """What a manifest holds."""
    kept: dict[str, Any] = json.loads(manifest.read_text().partition("\n")[2])
    return kept


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b"\xff\xfe",
        b"{}",
        b'{"files": {}, "answers": []}',
        b'{"files": [], "answers": {}}',
        b'{"files": {"helper.py": 3}, "answers": {}}',
        b'{"files": {"helper.py": [1, 2, 3, [9], 5]}, "answers": {}}',
        b"[" * 100_000,
    ],
)
@pytest.mark.parametrize("head", [b"", cache.HEADER + b"\n"])
def test_what_cannot_be_used_counts_as_nothing(folder: Path, head: bytes, content: bytes) -> None:
    expected = check()
    (manifest,) = cache.home().glob("*.json")
    manifest.write_bytes((head % crc32(content) if head else b"") + content)
    assert check() == expected
    assert kept_in(manifest)["files"].keys() == {"helper.py", "main.py", "net.py"}


def test_a_manifest_that_somebody_wrote_into_is_not_believed(folder: Path) -> None:
    """It is still JSON, and of the right shape: the finding would be shown on another line."""
    expected = check()
    (manifest,) = cache.home().glob("*.json")
    whole = manifest.read_text()
    manifest.write_text(whole.replace("inference-without-no-grad", "inference-without-no-gras"))
    assert manifest.read_text() != whole
    assert check() == expected


@pytest.mark.parametrize("part", range(5))
def test_entries_that_are_torn_are_not_believed(folder: Path, part: int) -> None:
    expected = check()
    (manifest,) = cache.home().glob("*.json")
    kept = kept_in(manifest)
    anything: tuple[object, ...] = (None, [], {}, "x", 7, [[1]])
    for broken in anything:
        torn = json.loads(json.dumps(kept))
        torn["files"]["helper.py"][part] = broken
        manifest.write_text(cache.dumped(torn))
        assert check() == expected or (part, broken) == (4, [])


def test_nothing_is_kept_where_nothing_is_to_be(folder: Path) -> None:
    check("--no-cache", ".")
    assert not cache.home().exists()


def test_a_cache_that_cannot_be_written_is_no_reason_to_fail(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = folder / "blocked"
    blocked.write_text("")
    monkeypatch.setenv("SMELLLINT_CACHE_DIR", str(blocked / "cache"))
    assert check() == fresh()


def test_troubles_are_told_again(folder: Path) -> None:
    write(folder, {"broken.py": "import torch\ndef f(:\n"})
    first = smelllint("check", "--isolated", "broken.py", "net.py")
    again = smelllint("check", "--isolated", "broken.py", "net.py")
    assert first.output == again.output
    assert first.exit_code == again.exit_code == 2


def test_clean_removes_what_is_kept(folder: Path) -> None:
    check()
    assert smelllint("clean").output == "removed 1 manifest\n"
    assert list(cache.home().iterdir()) == []
    assert smelllint("clean").output == "removed 0 manifests\n"


def test_what_a_killed_process_has_left_goes_as_the_rest_does(folder: Path) -> None:
    check()
    old, new = (cache.home() / f".{name}.run.smelllint" for name in ("old", "new"))
    for path in (old, new):
        path.write_text("half of it")
    os.utime(old, (time.time() - cache.OLD - 1,) * 2)
    write(folder, {"net.py": NET + "\n"})
    check()
    assert (old.exists(), new.exists()) == (False, True)
    smelllint("clean")
    assert list(cache.home().iterdir()) == []


def test_clean_leaves_a_folder_alone(folder: Path) -> None:
    check()
    (cache.home() / "mine.json").mkdir()
    assert smelllint("clean").output == "removed 1 manifest\n"
    assert [path.name for path in cache.home().iterdir()] == ["mine.json"]


def test_clean_tells_what_it_cannot_remove(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check()
    (manifest,) = cache.home().glob("*.json")

    def refuse(path: Path, missing_ok: bool = False) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "unlink", refuse)
    result = smelllint("clean")
    assert result.stderr == f"error: `{manifest}` cannot be removed: Permission denied\n"
    assert result.exit_code == 2


def test_what_nobody_uses_is_swept_out(folder: Path) -> None:
    check()
    old = cache.home() / "old.json"
    old.write_text("{}")
    os.utime(old, (time.time() - cache.OLD - 1,) * 2)
    write(folder, {"net.py": NET + "\n"})
    check()
    assert not old.exists()
    assert len(list(cache.home().iterdir())) == 1


def test_processes_share_a_cache(folder: Path) -> None:
    write(folder, {f"moved{n}.py": SMELLY for n in range(6)})
    expected = fresh()
    with ThreadPoolExecutor(4) as threads:
        runs = [
            threads.submit(process, "check", "--isolated", "--output-format", "json", ".", cwd=folder)
            for _ in range(8)
        ]
    assert {run.result().stdout for run in runs} == {expected}
    assert [run.result().stderr for run in runs] == [""] * 8
    assert check() == expected


def test_findings_come_back_as_they_were(folder: Path) -> None:
    write(folder, {"moved.py": SMELLY})
    outcome = examine.examine(examine.Job("moved.py", ALL))
    found = outcome.report.diagnostics
    assert found
    assert [
        examine.proven(from_plain("moved.py", json.loads(json.dumps(to_plain(one))))) for one in found
    ] == [*found]


def test_answers_hold_only_for_their_own_project(folder: Path) -> None:
    answers = Answers({"asked": [["/elsewhere", ["home", "net", str(folder)], None]]})
    files = project.around("main.py", ALL)
    assert files is not None
    assert not answers.hold([0], files.disk)
    assert not Answers({"asked": [[str(folder), ["home", "net", str(folder)], None]]}).hold([0], files.disk)
    assert Answers({"asked": [[files.disk.root, ["home", "absent", str(folder)], None]]}).hold(
        [0], files.disk
    )
