"""Questions that may come back to themselves: `x = x.to(d)` in a loop asks for x again.

    Questions.ask(key, find, circular, unknown)

An answer that hangs on a question still open is remembered only while that one is: asked from elsewhere it
may be another. Forgotten at once, it would be found again on every way around a circle, and the ways are
exponentially many.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

T = TypeVar("T")

# Each question takes about eight frames of Python's stack.
MAX_OPEN = 60


class Questions:
    """Open questions and known answers of one file."""

    def __init__(self) -> None:
        self._answers: dict[Hashable, Any] = {}
        self._meanwhile: dict[Hashable, tuple[Any, int]] = {}  # with the open question that they hang on
        self._open: dict[Hashable, int] = {}
        self._outermost = MAX_OPEN  # the outermost open question that an answer under way hangs on

    def ask(self, key: Hashable, find: Callable[[], T], circular: T, unknown: T) -> T:
        """The answer that `find` gives; `circular` while the same question is open, `unknown` where too many
        are."""
        if key in self._answers:
            answer: T = self._answers[key]
            return answer
        if key in self._meanwhile:
            provisional, hangs_on = self._meanwhile[key]
            self._outermost = min(self._outermost, hangs_on)
            return cast("T", provisional)
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
        self._forget(place)
        if hangs_on >= place:
            self._answers[key] = answer
        else:
            self._meanwhile[key] = answer, hangs_on
            self._outermost = min(around, hangs_on)
        return answer

    def _forget(self, place: int) -> None:
        """Forget what hung on the question that closes."""
        loose = [key for key, (_, hangs_on) in self._meanwhile.items() if hangs_on >= place]
        for key in loose:
            del self._meanwhile[key]
