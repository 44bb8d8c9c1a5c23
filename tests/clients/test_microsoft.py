"""Microsoft's protocol library: what VS Code, and other editors on Node, speak to a server with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.clients.truth import Findings, mended, project, run, said

pytestmark = pytest.mark.clients

DRIVER = Path(__file__).with_name("microsoft.mjs")
WAYS = pytest.mark.parametrize("pulls", ["yes", "no"], ids=["pulls", "is pushed to"])
MODES = pytest.mark.parametrize("mode", ["quickfix", "fixall"])


def microsoft(path: Path, mode: str, pulls: str) -> dict[str, Any]:
    """Open a file or a notebook, look, mend, and look again: findings and texts, cell by cell."""
    report = path.parent.with_name("report.json")
    environment = {"FILE": str(path), "MODE": mode, "PULLS": pulls, "REPORT": str(report)}
    run(["node", DRIVER], path.parent, **environment)
    told: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    assert "mistake" not in told, told["mistake"]
    assert (told["exitCode"], told["messages"]) == (0, [])
    return told


def by_cell(said: list[list[list[Any]]]) -> list[Findings]:
    return [sorted((rule, line, column, message) for rule, line, column, message in one) for one in said]


@WAYS
@MODES
def test_a_file_is_seen_and_mended_as_on_the_command_line(tmp_path: Path, mode: str, pulls: str) -> None:
    file, _ = project(tmp_path / "project")
    expected, after = said(file), mended(file)

    told = microsoft(file, mode, pulls)

    assert by_cell(told["before"]) == [expected]
    assert [text.encode() for text in told["texts"]] == [after]
    file.write_bytes(after)
    assert by_cell(told["after"]) == [said(file)]


@WAYS
@MODES
def test_so_is_a_notebook_cell_by_cell(tmp_path: Path, mode: str, pulls: str) -> None:
    _, notebook = project(tmp_path / "project")
    cells = range(1, len(json.loads(notebook.read_bytes())["cells"]) + 1)
    expected, after = [said(notebook, cell) for cell in cells], mended(notebook)

    told = microsoft(notebook, mode, pulls)

    assert by_cell(told["before"]) == expected
    assert told["texts"] == ["".join(cell["source"]) for cell in json.loads(after)["cells"]]
    notebook.write_bytes(after)
    assert by_cell(told["after"]) == [said(notebook, cell) for cell in cells]
