"""`--profile`: what is timed, and that nothing is where nobody asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from smelllint import stopwatch
from tests.cli_helpers import CLEAN, RULE, SMELLY, smelllint, write


def test_stages_and_rules_are_told_longest_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(write(tmp_path, {"a.py": SMELLY, "b.py": SMELLY, "c.py": CLEAN}))
    result = smelllint("check", "--isolated", "--select", RULE, "--profile", ".")
    assert result.exit_code == 1
    head, *lines = result.stderr.splitlines()
    assert head.split() == ["milliseconds", "share", "times", "stage", "or", "rule"]
    rows = [line.split(maxsplit=3) for line in lines]
    assert {"read": "3", "gate": "3", "parse": "2", RULE: "2"}.items() <= {
        name: times for _, _, times, name in rows
    }.items()
    seconds = [float(row[0]) for row in rows]
    assert seconds == sorted(seconds, reverse=True)
    assert result.stdout == smelllint("check", "--isolated", "--select", RULE, ".").stdout


def test_nothing_is_timed_unless_a_watch_runs() -> None:
    with stopwatch.running() as watch:
        with stopwatch.lap("one"), stopwatch.lap("inner"):
            sum(range(10))
        with pytest.raises(ValueError), stopwatch.lap("one"):
            raise ValueError
    with stopwatch.lap("late"):
        sum(range(10))
    assert watch.times == {"one": 2, "inner": 1}
