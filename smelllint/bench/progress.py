"""A line on standard error that says what is going on; nothing where nobody watches."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import TracebackType


class Progress:
    """`step` gives a function that shows a stage of one rule; the line is wiped at the end."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.finished = 0
        self.width = 0
        self.began = time.monotonic()
        self.watched = sys.stderr.isatty()

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.show("")

    def step(self, name: str) -> Callable[[str], None]:
        return lambda stage: self.show(
            f"[{self.finished}/{self.total}] {name}: {stage} ({time.monotonic() - self.began:.0f} s)"
        )

    def done(self) -> None:
        self.finished += 1

    def show(self, line: str) -> None:
        if not self.watched:
            return
        sys.stderr.write(f"\r{line.ljust(self.width)}" + ("" if line else "\r"))
        sys.stderr.flush()
        self.width = len(line)
