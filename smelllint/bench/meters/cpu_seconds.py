"""CPU-seconds of this process and everything it started: the meter that every machine has.

A worker's own clock misses what its children do: a loader with two worker processes looked six times as dear
as none, while the whole tree said nineteen. So three parts are added: this process, the children it has
waited for, and the descendants that still live (Linux: from /proc; elsewhere they are left out).
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from smelllint.bench.meters.interface import Level, Reading

SMALLEST_SECONDS = 0.001  # below this the scheduler's bookkeeping shows
CPU_CLOCK_OF_PROCESS = 2  # CPUCLOCK_SCHED in the kernel's numbering of clocks


class CpuSeconds:
    """User and system time of the process tree, in seconds."""

    name = "cpu-seconds"
    counts = "user and system time of the process and all its children"
    unit = "cpu-s"
    level = Level.CPU_SECONDS
    block_seconds = 0.1
    shared = False
    margin = 0.03

    def mark(self) -> float:
        return tree_seconds()

    def since(self, mark: float) -> Reading:
        spent = tree_seconds() - mark
        if spent < 0:
            return Reading(None, "the CPU time of the process tree ran backwards: a child vanished uncounted")
        if spent < SMALLEST_SECONDS:
            return Reading(None, f"{spent * 1000:.3f} ms of CPU time is below what the meter resolves (1 ms)")
        return Reading(spent)


def tree_seconds() -> float:
    """CPU-seconds spent so far by this process, its waited-for children and its living descendants."""
    return time.process_time() + waited_for_seconds() + sum(map(process_seconds, descendants(os.getpid())))


def waited_for_seconds() -> float:
    times = os.times()
    if sys.platform == "win32":
        return 0.0
    import resource

    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return max(usage.ru_utime + usage.ru_stime, times.children_user + times.children_system)


def descendants(process: int) -> Iterator[int]:
    """Every living process below one, by what the kernel lists for its threads."""
    for listing in Path(f"/proc/{process}/task").glob("*/children"):
        children: list[str] = []
        with contextlib.suppress(OSError):  # the thread ended between the listing and the reading
            children = listing.read_text().split()
        for child in map(int, children):
            yield child
            yield from descendants(child)


def process_seconds(process: int) -> float:
    """CPU-seconds of another process and of the children it has waited for; 0 once it is gone and counted."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    tick = os.sysconf("SC_CLK_TCK")
    own, children = int(fields[11]) + int(fields[12]), int(fields[13]) + int(fields[14])
    return clock_seconds(process, own / tick) + children / tick


def clock_seconds(process: int, ticks: float) -> float:
    """The process's own CPU clock in nanosecond steps, or its ticks where that clock cannot be read."""
    try:
        return time.clock_gettime((~process << 3) | CPU_CLOCK_OF_PROCESS)
    except OSError:
        return ticks
