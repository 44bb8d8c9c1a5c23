"""Evidence: verdicts follow from samples, files are whole, stale and altered ones count for nothing."""

from __future__ import annotations

import errno
import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from smelllint.bench import evidence
from smelllint.bench.evidence import EvidenceError, Record
from smelllint.bench.statistics import Verdict

MEBI = 1024 * 1024


def process(seed: int, ratio: float, double: float = 2.0, again: float = 1.0) -> Record:
    """Made-up samples of one process: lean costs 0.1 on average, the others by their ratios."""
    chance = random.Random(seed)

    def block(mean: float) -> Record:
        values = [mean * chance.gauss(1, 0.01) for _ in range(20)]
        return {"calls": 1, "amount": values, "cpu": values, "wall": [1.5 * value for value in values]}

    return {
        "seed": seed,
        "void": {},
        "blocks": {
            "smelly": block(0.1 * ratio),
            "lean": block(0.1),
            "again": block(0.1 * again),
            "double": block(0.1 * double),
        },
    }


def record(ratio: float = 1.5, **changes: Any) -> Record:
    """A made-up study of five processes."""
    check = {name: changes.pop(name) for name in ("double", "again") if name in changes}
    return {
        "protocol": 1,
        "rule": "some-smell",
        "device": "cpu",
        "pair": "sha256:1",
        "taken": "2026-01-01",
        "effort": "thorough",
        "meter": {
            "name": "cpu-seconds",
            "unit": "cpu-s",
            "level": "cpu-seconds",
            "margin": 0.03,
            "block_seconds": 0.1,
        },
        "environment": {"cpu": "a CPU"},
        "libraries": {},
        "pinned": {},
        "agreement": {"kind": "identical"},
        "memory": memory([50], [20]),
        "interrupted": False,
        "idle_watts": [],
        "processes": [process(seed, ratio, **check) for seed in range(5)],
        "self_check": [],
        "as_found": [],
        **changes,
    }


def memory(smelly: list[int], lean: list[int], held: int = 10) -> Record:
    """Readings in MiB."""
    return {
        arm: {"held": held * MEBI, "host": [value * MEBI for value in rises], "device": [None]}
        for arm, rises in (("smelly", smelly), ("lean", lean))
    }


@pytest.mark.parametrize(
    ("ratio", "expected"),
    [
        (1.5, Verdict.SAVES),
        (1.0, Verdict.EQUIVALENT),
        (0.8, Verdict.COSTS),
        (1.03, Verdict.INCONCLUSIVE),
    ],
)
def test_the_verdict_follows_from_the_samples(ratio: float, expected: Verdict) -> None:
    found = evidence.finish(record(ratio))
    assert found.energy.low <= ratio <= found.energy.high
    assert found.verdict is expected
    assert found.valid


def test_a_run_that_sees_a_difference_where_there_is_none_is_invalid() -> None:
    found = evidence.finish(record(again=1.2))
    assert "lean against itself" in found.faults[0]
    assert found.verdict is Verdict.INCONCLUSIVE


def test_a_run_that_does_not_see_twice_the_work_is_invalid() -> None:
    found = evidence.finish(record(double=1.8))
    assert "twice the work" in found.faults[0]
    assert found.verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("smelly", "lean", "expected"),
    [
        ([50, 51], [20, 21], Verdict.SAVES),
        ([20, 21], [50, 51], Verdict.COSTS),
        ([20, 21], [20, 21], Verdict.EQUIVALENT),
        ([21], [20], Verdict.EQUIVALENT),  # 1 MiB: allocators and page sizes speak
        ([20, 60], [20, 30], Verdict.INCONCLUSIVE),
    ],
)
def test_the_memory_verdict_follows_from_its_readings(
    smelly: list[int], lean: list[int], expected: Verdict
) -> None:
    assert evidence.finish(record(memory=memory(smelly, lean))).memory_verdict is expected


@pytest.mark.parametrize(("noise", "shown"), [(1.01, True), (3.0, False)])
def test_the_ratio_in_the_users_environment_is_shown_where_it_tells_something(
    noise: float, shown: bool
) -> None:
    processes = [process(seed, ratio) for seed, ratio in enumerate((2.0, 2.0 * noise, 2.0 / noise))]
    found = evidence.finish(record(as_found=processes))
    assert (found.as_found is not None) is shown
    assert evidence.finish(record()).as_found is None


def test_memory_that_the_system_does_not_tell_has_no_verdict() -> None:
    untold = memory([50], [20])
    untold["lean"]["host"] = [None]
    found = evidence.finish(record(memory=untold))
    assert found.memory is None
    assert found.memory_verdict is Verdict.INCONCLUSIVE


def test_a_written_file_reads_back_the_same(tmp_path: Path) -> None:
    found = evidence.finish(record())
    path = tmp_path / "deep" / "cpu.json"
    evidence.write(path, found)

    assert evidence.read(path).record == found.record
    assert list(path.parent.iterdir()) == [path]
    assert len(path.read_text().splitlines()) < 400  # arrays of numbers lie on one line


def test_a_file_that_was_changed_by_hand_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cpu.json"
    evidence.write(path, evidence.finish(record()))
    altered = json.loads(path.read_text())
    altered["summary"]["energy"]["low"] = 9.0
    path.write_text(json.dumps(altered))

    with pytest.raises(EvidenceError, match="changed after it was measured"):
        evidence.read(path)


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"schema": 99}'])
def test_what_is_no_evidence_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "cpu.json"
    path.write_text(content)
    with pytest.raises(EvidenceError, match=r"cpu\.json"):
        evidence.read(path)


def test_a_full_disk_leaves_the_old_file_and_no_part_of_a_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "cpu.json"
    path.write_text("old")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        evidence.write(path, evidence.finish(record()))
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_loading_evidence_imports_nothing_heavy(tmp_path: Path) -> None:
    path = evidence.shipped_path(tmp_path, "cpu")
    evidence.write(path, evidence.finish(record()))
    code = (
        "import sys; from pathlib import Path; from smelllint.bench import evidence;"
        f"print(evidence.read(Path({str(path)!r})).verdict.value);"
        "print([name for name in ('torch', 'numpy', 'libcst', 'rich') if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.splitlines() == ["saves", "[]"]
