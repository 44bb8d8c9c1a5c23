"""The pair of every rule: smelly.py smells, lean.py does not, the fix turns one into the other, and both
compute the same."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from smelllint import catalogue
from smelllint.edit import Safety
from smelllint.engine import lint, mend
from smelllint.settings import Settings

RULES = catalogue.names()
ALL = catalogue.load_all()


def read(rule: str, arm: str) -> bytes:
    return (catalogue.folder(rule) / f"{arm}.py").read_bytes()


def settings_for(rule: str) -> Settings:
    """What a rule needs to know that its pair does not say: the device, a library's version."""
    needs = catalogue.folder(rule) / "settings.json"
    known = json.loads(needs.read_text()) if needs.exists() else {}
    for bound in ("versions", "limits"):
        known[bound] = {name: tuple(version) for name, version in known.get(bound, {}).items()}
    return Settings(**known)


@pytest.mark.parametrize("rule", RULES)
def test_smelly_smells_of_its_rule_alone(rule: str) -> None:
    report = lint("smelly.py", read(rule, "smelly"), ALL, settings_for(rule))

    assert not report.troubles
    assert {found.rule for found in report.diagnostics} == {rule}


@pytest.mark.parametrize("rule", RULES)
def test_lean_does_not_smell(rule: str) -> None:
    report = lint("lean.py", read(rule, "lean"), ALL, settings_for(rule))

    assert not report.troubles
    assert [f"{found.rule}: {found.message}" for found in report.diagnostics] == []


@pytest.mark.parametrize("rule", RULES)
def test_the_fix_of_smelly_is_lean(rule: str) -> None:
    """Byte for byte, where there is a fix; where there is none, the docstring says so."""
    settings = settings_for(rule)
    first = lint("smelly.py", read(rule, "smelly"), ALL, settings)
    fixes = [found.fix for found in first.diagnostics if found.fix and found.fix.safety is not Safety.SHOWN]
    if not fixes:
        assert "There is no fix" in catalogue.load(rule).doc
        return
    assert "The fix is" in catalogue.load(rule).doc
    report = mend("smelly.py", read(rule, "smelly"), ALL, settings, unsafe=True)

    assert report.after == read(rule, "lean").decode()


@pytest.mark.pair
@pytest.mark.parametrize("rule", RULES)
def test_both_arms_compute_the_same(rule: str) -> None:
    """Bit for bit where the fix is safe, closely where it is not; or both reach a comparable quality."""
    fixes = [
        found.fix for found in lint("smelly.py", read(rule, "smelly"), ALL, settings_for(rule)).diagnostics
    ]
    safe = all(fix is not None and fix.safety is Safety.SAFE for fix in fixes)
    environment = {**os.environ, "KERAS_BACKEND": "torch", "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, str(Path(__file__).with_name("compare_arms.py")), str(catalogue.folder(rule))]
    done = subprocess.run(
        [*command, "bits" if safe else "close"], env=environment, capture_output=True, text=True, timeout=300
    )

    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.parametrize("rule", RULES)
def test_the_arms_share_their_docstring(rule: str) -> None:
    docs = [
        importlib.util.spec_from_file_location("arm", catalogue.folder(rule) / f"{arm}.py")
        for arm in ("smelly", "lean")
    ]

    assert all(docs)
    assert read(rule, "smelly").splitlines()[0] == read(rule, "lean").splitlines()[0]
    assert read(rule, "smelly").startswith(b'"""')
