"""What the tests of formats share: hostile findings, and a repository of git to change.

HOSTILE is text that some reader of a report obeys: a terminal, a runner of workflows, XML, HTML, Markdown, a
spreadsheet.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from smelllint.diagnostic import Diagnostic, FileReport, Location, Trouble
from smelllint.edit import Edit, Fix, Safety
from smelllint.examine import Outcome
from smelllint.report import render
from smelllint.report.style import Style
from smelllint.source import Source, source_of
from tests.cli_helpers import RULE

HOSTILE = (
    "\x1b[31mred\x1b[0m", "line\nbreak", "\r::error::x", "::error::x", "##[error]x",
    "##vso[task.setvariable variable=a]b", "]]>", "<script>alert(1)</script>", "&lt;",
    "=HYPERLINK(\"http://x\")", "|cell|", "[a](http://x)", "@everyone", "**bold** __bold__",
    "%0A::error::x", "\u202egnp", "\x00", "\ufffe", "{0}", "a;b,c:d]e",
)  # fmt: skip


def finding(
    text: str,
    code: str,
    *,
    path: str = "a.py",
    message: str = "`slow` is slow",
    safety: Safety | None = Safety.SAFE,
) -> Outcome:
    """A file with one finding at this code, which a fix replaces by `fast()`."""
    return found(Source(path, text.encode()), code, message, safety)


def found(source: Source, code: str, message: str, safety: Safety | None) -> Outcome:
    start = source.text.index(code)
    end = start + len(code)
    cell, first = source.in_cell(source.location(start))
    _, last = source.in_cell(source.location(end))
    fix = None if safety is None else Fix("Be quick", (Edit(start, end, "fast()"),), safety)
    diagnostic = Diagnostic(source.path, RULE, "data", message, start, end, first, last, fix, cell)
    return Outcome(FileReport(source.path, (diagnostic,)), source.data)


def notebook_finding(cells: list[list[str]], code: str) -> tuple[Outcome, str]:
    """A notebook with one finding, and its text."""
    content = {
        "cells": [
            {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": lines}
            for lines in cells
        ],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    text = json.dumps(content, indent=1)
    return found(source_of("n.ipynb", text.encode()), code, "`slow` is slow", Safety.SAFE), text


def troubled(message: str = "no", path: str = "b.py") -> Outcome:
    return Outcome(FileReport(path, troubles=(Trouble(path, "syntax-error", message, Location(2, 5)),)))


def printed(form: str, *outcomes: Outcome) -> str:
    return "".join(f"{line}\n" for line in render(form, outcomes, Style()))


def as_json(form: str, *outcomes: Outcome) -> Any:
    return json.loads(printed(form, *outcomes))


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder; what it prints."""
    identity = {f"GIT_{who}_{what}": "x@y" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    done = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        env={**environment, **identity},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def commit(folder: Path) -> str:
    """Commit all that there is; the commit's name."""
    if not (folder / ".git").exists():
        git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", "x")
    return git(folder, "rev-parse", "HEAD").strip()
