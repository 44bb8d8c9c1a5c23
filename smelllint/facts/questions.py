"""Questions that may come back to themselves: `x = x.to(d)` in a loop asks for x again.

    Questions.ask(key, find, circular, unknown)

An answer is remembered unless it hangs on a question that is still open: asked from elsewhere it may be
another.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")

# Each question takes about eight frames of Python's stack.
MAX_OPEN = 60


class Questions:
    """Open questions and known answers of one file."""

    def __init__(self) -> None:
        self._answers: dict[Hashable, Any] = {}
        self._open: dict[Hashable, int] = {}
        self._outermost = MAX_OPEN  # the outermost open question that an answer under way hangs on

    def ask(self, key: Hashable, find: Callable[[], T], circular: T, unknown: T) -> T:
        """The answer that `find` gives; `circular` while the same question is open, `unknown` where too many
        are."""
        if key in self._answers:
            answer: T = self._answers[key]
            return answer
        if key in self._open:
            self._outermost = min(self._outermost, self._open[key])
            return circular
        if len(self._open) >= MAX_OPEN:
            return unknown
        return self._find(key, find)

    def _find(self, key: Hashable, find: Callable[[], T]) -> T:
        place = self._open[key] = len(self._open)
        around, self._outermost = self._outermost, MAX_OPEN
        try:
            answer = find()
        finally:
            del self._open[key]
            hangs_on, self._outermost = self._outermost, around
        if hangs_on >= place:
            self._answers[key] = answer
        else:
            self._outermost = min(around, hangs_on)
        return answer
