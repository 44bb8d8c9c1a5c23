"""Many items in processes: in order, and no more lost than what kills."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from smelllint import pool
from smelllint.memory import resident
from smelllint.pool import BATCH, Loss, Pool
from tests.cli_helpers import python

DONE: list[int] = []
KEPT: list[bytearray] = []


def square(number: int) -> int:
    """The work of most tests; negative numbers kill their process."""
    if number < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    if number == 13_000:
        raise ValueError("unlucky")
    return number * number


def lost(number: int, how: Loss) -> str:
    return f"lost {number} {how.name}"


def spin(number: int) -> int:
    """Work that never ends for 3, and fills the memory for 4."""
    while number == 3:
        pass
    if number == 4:
        bytearray(2 << 30)
    return number


def killed_later(numbers: list[int]) -> int:
    """Kills its process unless that has done nothing before."""
    numbers.append(0)
    if len(DONE) > 2:
        os.kill(os.getpid(), signal.SIGKILL)
    DONE.append(0)
    return len(DONE)


def perforated(megabytes: int) -> int:
    """Takes so much memory and frees most of it, in pieces between which something stays; what the process
    had before."""
    before = resident()
    pieces = [bytearray(b"x" * 60_000) for _ in range(16 * megabytes)]
    KEPT.extend(pieces[::100])
    return before


def test_results_come_in_order() -> None:
    numbers = list(range(10 * BATCH + 3))

    assert list(Pool(square, lost, 3).map(numbers)) == [number * number for number in numbers]


def test_no_items_no_results() -> None:
    assert list(Pool(square, lost, 2).map([])) == []


@pytest.mark.parametrize("killers", [(5,), (0, 1, 2), (79,), (3, 40, 41, 70)])
def test_a_process_that_dies_costs_the_item_it_died_of(killers: tuple[int, ...]) -> None:
    numbers = [-number - 1 if number in killers else number for number in range(80)]

    results = list(Pool(square, lost, 2).map(numbers))

    assert results == [lost(number, Loss.DEATH) if number < 0 else number * number for number in numbers]


def test_work_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "SECONDS", 0)
    assert list(Pool(spin, lost, 2).map([1, 2, 3, 5])) == [1, 2, "lost 3 TIME", 5]


def test_work_that_waits_for_ever_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "PATIENCE", 0.5)
    results = list(Pool(lambda number: time.sleep(60 if number == 2 else 0), lost, 2).map(range(4)))
    assert results == [None, None, "lost 2 TIME", None]


def test_work_that_fills_the_memory_is_stopped() -> None:
    with pytest.raises(MemoryError):
        list(Pool(spin, lost, 2).map([1, 4]))


def test_what_a_tired_process_dies_of_gets_a_fresh_one() -> None:
    lists: list[list[int]] = [[] for _ in range(9)]
    assert list(Pool(killed_later, lambda _, how: -1, 1).map(lists)) == [1, 2, 3] * 3


def test_an_interrupt_ends_the_processes_at_once() -> None:
    results = Pool(lambda number: time.sleep(60 * number), lost, 2).map(range(3))
    assert next(results) is None
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        results.throw(KeyboardInterrupt())
    assert time.monotonic() - began < 5
    assert multiprocessing.active_children() == []


def test_what_the_work_raises_is_raised() -> None:
    with pytest.raises(ValueError, match="unlucky"):
        list(Pool(square, lost, 2).map([*range(20), 13_000]))


def test_workers_end_with_their_parent(tmp_path: Path) -> None:
    """A parent that is killed leaves no processes behind."""
    code = (
        "import os, signal, time, pathlib\n"
        "from smelllint.pool import Pool\n"
        "def work(number):\n"
        "    pathlib.Path(f'{os.getpid()}.pid').touch()\n"
        "    if number == 3:\n"
        "        os.kill(os.getppid(), signal.SIGKILL)\n"
        "    time.sleep(30)\n"
        "list(Pool(work, print, 2).map(range(4 * 8)))\n"
    )
    (tmp_path / "kill.py").write_text(code.replace("time.sleep(30)", "number < 3 or time.sleep(30)"))

    python("kill.py", cwd=tmp_path)

    workers = [int(path.stem) for path in tmp_path.glob("*.pid")]
    assert workers
    deadline = time.monotonic() + 20
    while any(alive(worker) for worker in workers):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def alive(process: int) -> bool:
    """Whether a process still runs; one that has ended and waits to be buried does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_what_an_item_has_freed_the_next_one_does_not_find_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "LONG", 0.0)

    work: Pool[int, Any] = Pool(perforated, lost, 1)
    before, after = work.map([200, 0])

    assert after - before < 80 << 20
