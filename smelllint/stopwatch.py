"""`smelllint check --profile`: where the time goes, by stage and by rule.

    lap(name)     count what happens inside as time of a stage or rule; nothing where no watch runs
    running()     let a watch run
    table(laps)   what it showed, the longest first

The time of a rule holds that of the facts it is the first to ask for.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager as Context
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field

NOTHING: Context[None] = nullcontext()


@dataclass
class Stopwatch:
    """Seconds of processor time, and how often, by name."""

    seconds: dict[str, float] = field(default_factory=dict)
    times: dict[str, int] = field(default_factory=dict)

    @contextmanager
    def lap(self, name: str) -> Iterator[None]:
        began = time.process_time()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.process_time() - began
            self.times[name] = self.times.get(name, 0) + 1


_watch: Stopwatch | None = None


def lap(name: str) -> Context[None]:
    """Count what happens inside as time of a stage or rule."""
    return NOTHING if _watch is None else _watch.lap(name)


@contextmanager
def running() -> Iterator[Stopwatch]:
    """Let a watch run for what happens inside, in this process."""
    global _watch
    _watch = Stopwatch()
    try:
        yield _watch
    finally:
        _watch = None


def table(watch: Stopwatch) -> list[str]:
    """A line for each stage and rule, the longest first."""
    total = sum(watch.seconds.values()) or 1.0
    rows = sorted(watch.seconds.items(), key=lambda row: (-row[1], row[0]))
    lines = [f"{'milliseconds':>12}  {'share':>6}  {'times':>6}  stage or rule"]
    lines += [
        f"{1000 * seconds:12.1f}  {100 * seconds / total:5.1f}%  {watch.times[name]:6}  {name}"
        for name, seconds in rows
    ]
    return lines
