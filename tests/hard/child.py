"""Work in a child process, with its time and its memory watched: what kills or fills a process is seen.

in_child(work)     what the work gives back as JSON, and what it took; DiedError where there is no answer
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

GIGABYTE = 1 << 30


class DiedError(Exception):
    """The work killed its process, or was stopped at its limit; the message says which."""


@dataclass(frozen=True)
class Taken:
    """What a piece of work took: seconds of processor time, megabytes at most on top of what was there."""

    cpu: float
    memory: float


def in_child(work: Callable[[], Any], cpu: int = 60, wall: int = 600) -> tuple[Any, Taken]:
    """Fork, work, and wait. `cpu` and `wall` are seconds after which the process is ended."""
    reading, writing = os.pipe()
    held = _megabytes()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _work(work, writing, cpu, wall)
    os.close(writing)
    with open(reading, encoding="utf-8") as answer:
        text = answer.read()
    _, status, used = os.wait4(child, 0)
    code = os.waitstatus_to_exitcode(status)
    if code:
        name = signal.Signals(-code).name if code < 0 else f"status {code}"
        raise DiedError(f"the process ended by {name}: {text[-500:]}")
    return json.loads(text), Taken(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024 - held)


def _megabytes() -> float:
    """What this process holds in memory, and a child begins with."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / (1 << 20)


def _work(work: Callable[[], Any], writing: int, cpu: int, wall: int) -> None:
    """The child's life: never returns."""
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu))
    resource.setrlimit(resource.RLIMIT_AS, (6 * GIGABYTE, 6 * GIGABYTE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(wall)
    code = 0
    try:
        answer = json.dumps(work())
    except BaseException:  # told to the parent, who raises
        answer, code = traceback.format_exc(), 1
    with open(writing, "w", encoding="utf-8") as stream:
        stream.write(answer)
    sys.stdout.flush()
    os._exit(code)
