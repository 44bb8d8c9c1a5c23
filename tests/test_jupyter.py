"""%smelllint and %%smelllint in a real IPython."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import html5lib
import pytest
from IPython.core.interactiveshell import ExecutionResult, InteractiveShell
from IPython.utils.capture import capture_output

from tests.cli_helpers import RULE, smelllint, write

MOVED = 'def make(n):\n    return torch.zeros(n).to("cuda")\n'


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[InteractiveShell]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setitem(sys.modules, "torch", ModuleType("torch"))  # cells import it, and only define with it
    shell = InteractiveShell.instance()
    shell.display_formatter.active_types = shell.display_formatter.format_types  # as in a notebook
    run(shell, "%load_ext smelllint")
    yield shell
    assert shell.history_manager is not None
    shell.history_manager.end_session()
    InteractiveShell.clear_instance()


def run(shell: InteractiveShell, cell: str) -> tuple[ExecutionResult, str, str]:
    """Run a cell as a person does: its result, and what is to be seen as text and as HTML."""
    with capture_output() as seen:
        result = shell.run_cell(cell, store_history=True)
    shown = [output.data for output in seen.outputs]
    text = "\n".join([*(data["text/plain"] for data in shown), seen.stdout])
    return result, text, "".join(data.get("text/html", "") for data in shown)


def test_a_cell_is_linted_with_what_ran_before_it_and_run_itself(shell: InteractiveShell) -> None:
    run(shell, "import torch")

    result, text, _ = run(shell, f"%%smelllint\n{MOVED}\n1 + 1")

    headline, *shown = text.rstrip().splitlines()
    assert headline.startswith(
        f'cell 3, line 3: {RULE} `torch.zeros(n).to("cuda")` fills a tensor on the CPU'
    )
    assert shown == [
        "    1 | %%smelllint",
        "    2 | def make(n):",
        '    3 |     return torch.zeros(n).to("cuda")',
        "      |            ^^^^^^^^^^^^^^^^^^^^^^^^^",
        '      = Make it on the device: `device="cuda"` (safe: every result stays bit-identical)',
        "    1   %%smelllint",
        "    2   def make(n):",
        '    3 -     return torch.zeros(n).to("cuda")',
        '      +     return torch.zeros(n, device="cuda")',
        "    4",
        "    5   1 + 1",
        "",
        "smelllint: 1 smell",
        "Out[3]: 2",
    ]
    assert result.success
    assert "make" in shell.user_ns


def test_only_the_cell_itself_is_told_of_and_not_run_if_not_wanted(shell: InteractiveShell) -> None:
    run(shell, "import torch")
    run(shell, MOVED)

    _, text, _ = run(shell, "%%smelllint --no-run\nchanged = 1")

    assert text.strip() == "smelllint: no smells"
    assert "changed" not in shell.user_ns


def test_the_line_tells_of_all_cells_that_were_run(shell: InteractiveShell) -> None:
    run(shell, "import torch")
    run(shell, MOVED)
    run(shell, "%matplotlib_like = 1")
    run(shell, "x = (")
    run(shell, MOVED)

    _, text, _ = run(shell, "%smelllint")

    told = [line for line in text.splitlines() if line.startswith("cell ")]
    assert told[0] == "cell 5, line 1: '(' was never closed"
    assert told[1].startswith(f"cell 6, line 2: {RULE} ")
    assert len(told) == 2


def test_a_notebook_marks_the_code(shell: InteractiveShell) -> None:
    run(shell, "import torch")

    hostile = "# </pre><script>alert(1)</script>"
    _, _, html = run(shell, f"%%smelllint --no-run\n{MOVED.rstrip()}  {hostile}\n")

    root = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parseFragment(html)
    assert root.find(".//script") is None
    [shown] = ["".join(block.itertext()) for block in root.iter("pre")]
    assert shown.splitlines()[3].strip() == f'+     return torch.zeros(n, device="cuda")  {hostile}'


def test_an_error_of_the_cell_is_shown_once_and_stops_the_notebook(shell: InteractiveShell) -> None:
    result, text, _ = run(shell, "%%smelllint\n1 / 0")

    assert not result.success
    assert text.count("ZeroDivisionError") == 2  # the head and the foot of one traceback


def test_a_cell_that_is_no_python_is_told_of(shell: InteractiveShell) -> None:
    result, text, _ = run(shell, "%%smelllint\nx = (")

    assert not result.success
    assert "cell 2, line 2: '(' was never closed" in text


def test_the_configuration_and_the_selection_hold(shell: InteractiveShell) -> None:
    run(shell, "import torch")
    write(Path.cwd(), {"smelllint.toml": f'ignore = ["{RULE}"]\n'})

    assert "no smells" in run(shell, f"%%smelllint\n{MOVED}")[1]
    assert "1 smell" in run(shell, f"%%smelllint --select {RULE}\n{MOVED}")[1]
    with capture_output() as seen:
        shell.run_cell("%smelllint --select tensor-created-then-move")
    assert "did you mean `tensor-created-then-moved`?" in seen.stdout + seen.stderr


def test_a_saved_notebook_with_the_magic_is_linted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    sources = ["%load_ext smelllint\nimport torch", f"%%smelllint --no-run\n{MOVED}"]
    rest = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    content = {"cells": [{**rest, "source": source} for source in sources], "metadata": {}}
    write(tmp_path, {"n.ipynb": json.dumps({**content, "nbformat": 4, "nbformat_minor": 5})})

    assert f"n.ipynb:cell 2:3:12: {RULE}" in smelllint("check", "--output-format", "concise").stdout
