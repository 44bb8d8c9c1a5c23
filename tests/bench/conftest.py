"""Small pairs that need no library, and plans that take seconds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from smelllint.bench import conditions, protocol, study
from smelllint.bench.meters import CpuSeconds
from smelllint.bench.pairs import Pair
from smelllint.bench.protocol import Plan, Process

WORKLOAD = '''"""Add up squares."""


def prepare(device: str) -> tuple[int]:
    return (20_000,)


def work(count: int) -> int:
    for _ in range(TIMES):
        total = sum(number * number for number in range(count))
    return total
'''


def workload(times: int = 1) -> str:
    """The source of an arm that does its work so many times over."""
    return WORKLOAD.replace("TIMES", str(times))


THRICE, ONCE = workload(3), workload()

TINY = Plan("quick", (2, 2), (4, 6), 0.5, 0.1, 1.0, own_check=False, memory_calls=2)
TINY_THOROUGH = Plan("thorough", (2, 2), (4, 6), 0.5, 0.1, 1.0, own_check=True, memory_calls=2, as_found=True)
CHECKED = Plan("self-check", (4, 4), (8, 12), 0.03, 0.4, 5.0, own_check=True)

MakePair = Callable[..., Pair]


@pytest.fixture
def pair(tmp_path: Path) -> MakePair:
    """A pair from the source of its arms; by default smelly does three times the work of lean."""

    def make(
        smelly: str = THRICE,
        lean: str = ONCE,
        name: str = "adding-thrice",
    ) -> Pair:
        folder = tmp_path / "pairs" / name
        folder.mkdir(parents=True)
        (folder / "smelly.py").write_text(smelly)
        (folder / "lean.py").write_text(lean)
        return Pair(name, folder)

    return make


@pytest.fixture(scope="session")
def checked(tmp_path_factory: pytest.TempPathFactory) -> list[Process]:
    """The samples of a self-check, taken once for all tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(protocol, "SELF_CHECK", CHECKED)
        run = study.Run("cpu", CpuSeconds(), TINY, tmp_path_factory.mktemp("self-check"))
        study.self_check(run)
    return run.self_check


@pytest.fixture
def run(tmp_path: Path, checked: list[Process]) -> study.Run:
    """A short run on the CPU, its self-check done."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    return study.Run("cpu", CpuSeconds(), TINY, scratch, checked)


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, checked: list[Process]) -> Path:
    """Short plans for the command, its self-check done, and a data folder of its own, which is returned."""
    data = tmp_path / "data"
    monkeypatch.setenv("SMELLLINT_DATA_DIR", str(data))
    monkeypatch.setattr(protocol, "QUICK", TINY)
    monkeypatch.setattr(protocol, "THOROUGH", TINY_THOROUGH)
    monkeypatch.setattr(protocol, "AS_FOUND", TINY)
    monkeypatch.setattr(study, "self_check", lambda run, tell: run.self_check.extend(checked))
    return data


@pytest.fixture(autouse=True)
def whatever_others_steal(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the machine's other guests take is none of the tests' business: they ask for loose ratios."""
    monkeypatch.setattr(conditions, "MOST_STEAL", 1.0)
