"""What a client has to see and to make of a project: what the command line says, and makes of a copy.

project(folder)      a project to open: a file, a notebook and a configuration
said(path, ...)      what `check` says of a file, or of a cell of a notebook
said_of_text(path)   the same where an editor shows a notebook as the JSON that it is
mended(path)         the bytes that `check --fix` makes of a copy
run(...)             a client as a process, where it finds this checkout's `smelllint`
seen(report)         what a client wrote down: the findings before it mended, and those that were left
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.cli_helpers import smelllint

CHECKOUT = Path(__file__).parent.parent.parent
FIXTURES = CHECKOUT / "fixtures"
FILE, NOTEBOOK = FIXTURES / "editors" / "train.py", FIXTURES / "notebooks" / "evaluate.ipynb"
CONFIGURATION = 'ignore = ["loss-tensor-accumulation"]\n'
WHEN = ("before", "after")
PATIENCE = 300  # seconds: the machine may be busy

Finding = tuple[str, int, int, str]  # rule, line, column, message: places in characters, from 1
Findings = list[Finding]


def project(folder: Path) -> tuple[Path, Path]:
    """A project in this folder; its file and its notebook."""
    folder.mkdir(exist_ok=True)
    (folder / "smelllint.toml").write_text(CONFIGURATION)
    return Path(shutil.copy(FILE, folder)), Path(shutil.copy(NOTEBOOK, folder))


def said(path: Path, cell: int | None = None) -> Findings:
    """Of a file; of a notebook, of one of its cells."""
    return sorted(finding for number, finding in _check(path) if number == cell)


def said_of_text(path: Path) -> Findings:
    """Of a notebook, places are those in its JSON; a cell that is no Python is told of at the top."""
    return sorted(
        (rule, *_written(path, cell, rule, row, column), message)
        for cell, (rule, row, column, message) in _check(path)
    )


def mended(path: Path) -> bytes:
    """Made of a copy beside its configuration."""
    copy = path.parent.with_name(f"{path.parent.name}-copy")
    shutil.copytree(path.parent, copy, dirs_exist_ok=True)
    before = path.read_bytes()
    smelllint("check", "--fix", "--no-cache", str(copy / path.name))
    after = (copy / path.name).read_bytes()
    assert after != before
    return after


def run(command: Sequence[str | Path], folder: Path, **environment: str) -> str:
    """What a client prints; it has to end well."""
    done = subprocess.run(
        [str(word) for word in command],
        cwd=folder,
        env={**os.environ, "PATH": path(), "PYTHONPATH": str(CHECKOUT), "HOME": str(folder), **environment},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, f"{command[0]} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
    return done.stdout


def seen(report: Path) -> tuple[Findings, Findings]:
    """Sorted as what is said; a client that failed wrote down why, and what the server told its user."""
    told = json.loads(report.read_text(encoding="utf-8"))
    assert "mistake" not in told, told["mistake"]
    assert not told["messages"], told["messages"]
    before, after = (
        sorted((rule, line, column, message) for rule, line, column, message in told[when]) for when in WHEN
    )
    return before, after


def path() -> str:
    """PATH, with the `smelllint` of the Python that runs the tests in front."""
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])


def _check(path: Path) -> list[tuple[int | None, Finding]]:
    """The findings, each with the number of its cell."""
    result = smelllint("check", str(path), "--no-cache", "--output-format", "json")
    assert result.exit_code in (0, 1, 2), result.output
    return [
        (one["cell"], (one["rule"], one["location"]["row"], one["location"]["column"], one["message"]))
        for one in json.loads(result.stdout)
    ]


def _written(path: Path, cell: int | None, rule: str, row: int, column: int) -> tuple[int, int]:
    """Where a place is written in the file. The notebook has a line for each line of code."""
    if cell is None:
        return row, column
    if rule == "syntax-error":
        return 1, 1
    source = json.loads(path.read_bytes())["cells"][cell - 1]["source"]
    lines = path.read_text(encoding="utf-8").splitlines()
    sources = [number for number, line in enumerate(lines) if line.strip().startswith('"source": [')]
    line = lines[sources[cell - 1] + row]
    before = json.dumps(source[row - 1][: column - 1], ensure_ascii=False)[:-1]
    margin = line.index('"')
    assert line.startswith(before, margin)
    return sources[cell - 1] + row + 1, margin + len(before) + 1
