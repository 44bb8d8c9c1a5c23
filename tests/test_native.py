"""The deep thread: where the native parser has room."""

from __future__ import annotations

import threading

import pytest

from smelllint import native
from smelllint.native import in_deep_thread


def without_room(monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """Have so many threads find no room for their stack."""
    left = [None] * times
    begin = threading.Thread.start

    def start(thread: threading.Thread) -> None:
        if left:
            left.pop()
            raise RuntimeError("can't start new thread")
        begin(thread)

    monkeypatch.setattr(threading.Thread, "start", start)


def test_it_waits_for_the_stack_of_the_thread_before(monkeypatch: pytest.MonkeyPatch) -> None:
    without_room(monkeypatch, 3)
    assert in_deep_thread(lambda: 7) == 7


def test_that_there_is_no_room_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native, "PATIENCE", (0.0, 0.0))
    without_room(monkeypatch, 2)
    with pytest.raises(MemoryError, match="deep stack"):
        in_deep_thread(lambda: 7)


def test_what_the_work_raises_comes_out() -> None:
    with pytest.raises(ZeroDivisionError):
        in_deep_thread(lambda: 1 // 0)
