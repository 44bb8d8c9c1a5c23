"""Whatever a file holds or is: it is dealt with in ten seconds and a gigabyte, and the others are linted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from smelllint.examine import Job, examine
from smelllint.settings import Settings
from tests.cli_helpers import RULE, SMELLY, process, write
from tests.hard.child import in_child
from tests.hard.inputs import INPUTS, MEGABYTES, ODD, SECONDS, make

FAULTS = {"internal-error", "rule-crashed", "process-died", "fix-failed"}
NO_PYTHON = ("python-2-", "syntax-error", "unclosed", "brackets-unclosed", "parentheses-unclosed")
SETTINGS = Settings(select=("all",))


@pytest.mark.parametrize("name", INPUTS)
def test_each_text_is_dealt_with_in_time_and_in_little_memory(tmp_path: Path, name: str) -> None:
    make(name, tmp_path / "a.py")

    def work() -> list[list[str]]:
        report = examine(Job(str(tmp_path / "a.py"), SETTINGS, named=True)).report
        return [[one.name for one in report.troubles], [one.rule for one in report.diagnostics]]

    (troubles, found), taken = in_child(work)

    assert not FAULTS & set(troubles)
    assert taken.cpu < SECONDS
    assert taken.memory < MEGABYTES
    assert not (troubles and found)
    if name.startswith(NO_PYTHON):
        assert troubles in (["syntax-error"], ["too-complex"])


@pytest.mark.parametrize("name", ODD)
def test_what_is_no_file_costs_nothing_to_the_file_beside_it(tmp_path: Path, name: str) -> None:
    write(tmp_path, {"m.py": SMELLY})
    make(name, tmp_path / "a.py")

    result = process("check", "--isolated", "--output-format", "json", ".", cwd=tmp_path)

    told = json.loads(result.stdout)
    assert result.returncode == 2
    assert {one["rule"] for one in told if one["filename"].endswith("m.py")} == {RULE}
    assert {one["family"] for one in told if one["filename"].endswith("a.py")} == {"trouble"}
    assert result.stderr == ""
