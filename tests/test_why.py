"""`check FILE:LINE --why RULE`: the facts that a rule asked for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from smelllint.cli import command

CODE = """import torch
from torch import nn

net = nn.Sequential(nn.Linear(512, 512), nn.Linear(512, 2))
net.eval()
for x in torch.rand(1000, 1, 512):
    print(net(x).argmax().item())
with torch.no_grad():
    for x in torch.rand(1000, 1, 512):
        print(net(x).argmax().item())
"""


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(command, ["check", "--isolated", *arguments])
    return result.exit_code, result.output


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "run.py"
    path.write_text(CODE)
    return path


def test_a_finding_tells_the_facts_it_rests_on(file: Path) -> None:
    code, said = run(f"{file}:7", "--why", "inference-without-no-grad")
    assert code == 0
    assert said.startswith(f"{file}:7: inference-without-no-grad fires\n")
    assert "forward(`net(x)`): `net`" in said
    assert "phase(`net(x)`): inference" in said
    assert "so it fires: `net(x)` records gradients that nobody uses" in said


def test_silence_ends_with_the_fact_that_decided(file: Path) -> None:
    _, said = run(f"{file}:10", "--why", "inference-without-no-grad")
    assert "stays silent" in said.splitlines()[0]
    lines = [line.strip() for line in said.splitlines()]
    assert lines[lines.index("grad(`net(x)`): off") + 1] == "so it is silent"


def test_a_line_without_the_right_code_says_what_the_rule_looks_at(file: Path) -> None:
    _, said = run(f"{file}:1", "--why", "inference-without-no-grad")
    assert "finds nothing to look at here: it looks at every Call" in said


def test_a_file_that_the_gate_leaves_out_says_what_it_lacks(file: Path) -> None:
    _, said = run(f"{file}:7", "--why", "keras-predict-in-loop")
    assert "does not look at this file" in said
    assert "import keras" in said


def test_a_notebooks_line_is_named_with_its_cell(tmp_path: Path) -> None:
    path = tmp_path / "run.ipynb"
    cells = [
        {
            "cell_type": "code",
            "id": str(n),
            "metadata": {},
            "outputs": [],
            "execution_count": None,
            "source": s,
        }
        for n, s in enumerate(["import torch\n", "\n".join(CODE.splitlines()[1:7])])
    ]
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    _, said = run(f"{path}:2:6", "--why", "inference-without-no-grad")
    assert "fires" in said.splitlines()[0]


@pytest.mark.parametrize(
    ("place", "rule", "words"),
    [
        ("run.py:7", "no-such-rule", "`no-such-rule` is no rule"),
        ("run.py", "inference-without-no-grad", "--why takes one place, FILE:LINE"),
        ("gone.py:7", "inference-without-no-grad", "--why takes one place"),
        ("run.py:x", "inference-without-no-grad", "--why takes one place"),
    ],
)
def test_a_place_or_rule_that_is_none_is_an_error(file: Path, place: str, rule: str, words: str) -> None:
    code, said = run(str(file.parent / place), "--why", rule)
    assert code == 2
    assert words in said


def test_code_that_does_not_parse_is_an_error(file: Path) -> None:
    file.write_text("import torch\nnet = (\n")
    code, said = run(f"{file}:2", "--why", "inference-without-no-grad")
    assert code == 2
    assert "error:" in said
