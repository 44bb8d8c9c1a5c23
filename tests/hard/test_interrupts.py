"""An interrupt ends a run at once, with 130, and nothing is half done. See interrupts.py."""

from __future__ import annotations

from tests.hard.interrupts import trials


def test_ten_interrupts() -> None:
    found = trials(10, seed=3)

    assert found["flaws"] == []
    assert found["interrupted"] >= 5
