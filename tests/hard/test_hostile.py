"""Repositories that want to be run, to lead elsewhere, to hang us, or to speak to readers: none succeeds."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli_helpers import RULE
from tests.hard.campaign import ROOT
from tests.hard.repositories import REPOSITORIES, SECRET, lay

# What moves cursors, colours, or turns the direction of text.
SPEAKS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
AUDITED = Path(__file__).with_name("audited.py")
REFUSED = {"configuration-that-is-a-link", "configuration-that-speaks", "configuration-of-brackets"}
REFUSED |= {"configuration-that-is-none", "options-that-are-paths", "plugins-declared", "folder-that-speaks"}
REFUSED |= {"exclude-of-stars"}

# A module called `torch` beside a script is that module to it; the others keep `m.py` from being mended.
SILENT = {"torch-beside", "standard-library-beside", "place-of-our-temporary-file", "git-that-runs-programs"}


def run(place: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a program for the repository of a place, with a cache and data of its own."""
    kept = place / "kept"
    kept.mkdir(exist_ok=True)
    environment = {**os.environ, "SMELLLINT_DATA_DIR": str(kept), "SMELLLINT_CACHE_DIR": str(kept)}
    environment.pop("PYTHONPATH", None)
    return subprocess.run(
        [sys.executable, *command],
        cwd=place / "repository",
        env=environment,
        capture_output=True,
        text=True,
        errors="surrogateescape",
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("name", REPOSITORIES)
def test_a_hostile_repository_is_linted_and_no_more(tmp_path: Path, name: str) -> None:
    lay(name, tmp_path)
    report = tmp_path / "report"
    changed = ("--changed-since", "HEAD") if name == "git-that-runs-programs" else ("--fix", "--unsafe-fixes")

    done = run(
        tmp_path,
        str(AUDITED),
        str(report),
        ".",
        "check",
        "-j",
        "1",
        "--output-format",
        "concise",
        *changed,
        ".",
    )

    told = report.read_text().splitlines()
    if name == "git-that-runs-programs":
        told = [line for line in told if not line.startswith("subprocess.Popen: \"('git'")]
    assert told == []
    assert not (tmp_path / "owned").exists()
    assert (tmp_path / "outside" / "secret.py").read_text() == SECRET
    assert done.returncode in (0, 1, 2)
    assert "Traceback" not in done.stderr
    assert "hunter2" not in done.stdout + done.stderr
    assert not SPEAKS.search(done.stdout + done.stderr)
    if name in REFUSED:
        assert done.returncode == 2
        assert done.stderr.startswith("error: ")
    elif name not in SILENT:
        assert RULE not in "".join(line for line in done.stdout.splitlines() if line.startswith("m.py"))
        assert "device=" in (tmp_path / "repository" / "m.py").read_text()


def test_there_are_more_than_thirty() -> None:
    assert len(REPOSITORIES) > 30


@pytest.mark.parametrize(
    "name", ["standard-library-beside", "libcst-beside", "site-customize", "torch-beside"]
)
def test_the_module_does_not_import_what_lies_beside_it(tmp_path: Path, name: str) -> None:
    """`python -m smelllint` has the working folder on its path until it begins."""
    lay(name, tmp_path)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}

    done = subprocess.run(
        [sys.executable, "-m", "smelllint", "check", "--output-format", "concise", "m.py"],
        cwd=tmp_path / "repository",
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode in (0, 1), done.stderr
    assert not (tmp_path / "owned").exists()
