"""The hard cases of every rule: `fixtures/<rule>/*.py`; the lines that must fire end `# smell: <rule>`."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

from smelllint import catalogue
from smelllint.engine import lint, mend
from smelllint.rule import Rule
from smelllint.settings import Settings

HOME = Path(__file__).parent.parent / "fixtures"
CASES = sorted(
    path
    for rule in catalogue.names()
    for path in (HOME / rule).glob("*.py")
    if not path.name.endswith(".fixed.py")
)
MARK = re.compile(r"#.*\bsmell: ([a-z0-9-]+)")


def settings_for(path: Path) -> Settings:
    """`<case>.settings.json` beside a case holds what the project would say."""
    beside = path.with_suffix(".settings.json")
    known = json.loads(beside.read_text()) if beside.exists() else {}
    for bound in ("versions", "limits"):
        known[bound] = {name: tuple(version) for name, version in known.get(bound, {}).items()}
    return Settings(**known)


def rule_of(path: Path) -> Rule:
    return catalogue.load(path.parent.name)


def marked(text: str) -> list[int]:
    return [row for row, line in enumerate(text.splitlines(), 1) if MARK.search(line)]


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_findings_are_the_marked_lines(path: Path) -> None:
    report = lint(str(path), path.read_bytes(), [rule_of(path)], settings_for(path))

    assert not report.troubles
    assert [found.location.row for found in report.diagnostics] == marked(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_fixes_parse_converge_and_are_stable(path: Path) -> None:
    """A second run changes nothing, and `<case>.fixed.py`, where there is one, is what they give."""
    rules, settings = [rule_of(path)], settings_for(path)
    report = mend(str(path), path.read_bytes(), rules, settings, unsafe=True)
    after = report.after if report.after is not None else path.read_text(encoding="utf-8")

    assert not report.troubles
    ast.parse(after)
    assert mend(str(path), after.encode(), rules, settings, unsafe=True).after is None
    golden = path.with_suffix(".fixed.py")
    if golden.exists():
        assert after == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("rule", catalogue.names())
def test_every_rule_has_cases_that_fire_and_lines_that_stay_silent(rule: str) -> None:
    texts = [path.read_text(encoding="utf-8") for path in CASES if path.parent.name == rule]

    assert len(texts) >= 3
    assert sum(len(marked(text)) for text in texts) >= 3
