"""Whenever a run that mends is killed, every file is whole, and the next run clears up. See kills.py."""

from __future__ import annotations

from tests.hard.kills import trials


def test_thirty_kills_leave_no_torn_file_and_the_next_run_no_litter() -> None:
    found = trials(30, seed=7)

    assert found["flaws"] == []
    assert found["struck"] > 20
    assert found["between"] > 3
