"""`--add-ignore` and `--fail-on`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli_helpers import RULE, SMELLY, smelllint, write


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def silence(folder: Path, text: str, name: str = "a.py") -> str:
    """The file once suppressions are added; a second run has to find nothing and change nothing."""
    write(folder, {name: text})
    result = smelllint("check", "--add-ignore", "known, see 12")
    assert result.exit_code == 0, result.output
    after = (folder / name).read_bytes().decode()
    assert smelllint("check", "--add-ignore", "again").exit_code == 0
    assert (folder / name).read_bytes().decode() == after
    assert smelllint("check").exit_code == 0
    return after


def test_every_finding_gets_its_suppression(folder: Path) -> None:
    after = silence(folder, SMELLY)

    mark = f"  # smelllint: ignore[{RULE}] known, see 12"
    assert after == SMELLY.replace('.to("cuda")', f'.to("cuda"){mark}')


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            '    x = torch.zeros(\n        n,\n    ).to("cuda")\n',
            '    x = torch.zeros(\n        n,\n    ).to("cuda"){}\n',
        ),
        ('    x = torch.zeros(n).to("cuda")  # note\n', '    x = torch.zeros(n).to("cuda")  # note{}\n'),
        (
            '    x = torch.zeros(n) \\\n        .to("cuda")\n',
            '    x = torch.zeros(n) \\\n        .to("cuda"){}\n',
        ),
        (
            '    x = torch.zeros(n).to("cuda"), """\n#"""\n',
            '    x = torch.zeros(n).to("cuda"), """\n#"""{}\n',
        ),
        ('    x = 1; y = torch.zeros(n).to("cuda")', '    x = 1; y = torch.zeros(n).to("cuda"){}'),
        ('    x = torch.zeros(n).to("cuda")\r\n', '    x = torch.zeros(n).to("cuda"){}\r\n'),
    ],
)
def test_it_goes_behind_the_statement(folder: Path, before: str, after: str) -> None:
    head = "import torch\n\n\ndef make(n):\n"

    assert silence(folder, head + before) == head + after.format(
        f"  # smelllint: ignore[{RULE}] known, see 12"
    )


def test_a_list_that_is_there_grows(folder: Path) -> None:
    smelly = SMELLY.replace(
        'zeros(n).to("cuda")',
        'zeros(n).to("cuda")  # smelllint: ignore[unbatched-encode, unused-suppression] why',
    )

    assert f"ignore[{RULE}, unbatched-encode, unused-suppression] why" in silence(folder, smelly)


def test_notebooks_keep_their_bytes(folder: Path) -> None:
    cell = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
    content = {
        "cells": [{**cell, "source": SMELLY.splitlines(True)}],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    text = json.dumps(content, indent=3)

    after = silence(folder, text, "n.ipynb")

    assert after.replace(f"  # smelllint: ignore[{RULE}] known, see 12", "") == text


def test_only_what_counts_is_silenced(folder: Path) -> None:
    write(folder, {"a.py": SMELLY})
    assert smelllint("baseline", "create").exit_code == 0
    write(folder, {"a.py": SMELLY + '\n\ndef more(n):\n    return torch.ones(n).to("cuda")\n'})

    result = smelllint("check", "--baseline", "smelllint-baseline.json", "--add-ignore", "new")

    assert result.stderr == "silenced 1 smell\n"
    assert (folder / "a.py").read_text().count("smelllint: ignore") == 1


@pytest.mark.parametrize("reason", ["", " ", "two\nlines", "a # b", "\x1b[31m"])
def test_a_reason_has_to_fit_a_comment(folder: Path, reason: str) -> None:
    write(folder, {"a.py": SMELLY})

    result = smelllint("check", "--add-ignore", reason)

    assert result.exit_code == 2
    assert "takes a reason: one line of text" in result.stderr
    assert (folder / "a.py").read_text() == SMELLY


def test_a_file_that_cannot_be_written_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(folder, {"a.py": SMELLY})
    monkeypatch.setattr("os.access", lambda path, mode: False)

    result = smelllint("check", "--add-ignore", "known")

    assert result.exit_code == 2
    assert "not-written suppressions were not added: is read-only" in result.stdout
    assert (folder / "a.py").read_text() == SMELLY


@pytest.mark.parametrize("more", [["--fix"], ["--diff"], ["-"]])
def test_it_goes_with_nothing_else_that_writes(more: list[str]) -> None:
    assert smelllint("check", "--add-ignore", "x", *more, stdin="").exit_code == 2


# --fail-on. -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (["1"], 1),
        (["2"], 1),
        (["3"], 0),
        ([RULE], 1),
        (["data"], 1),
        (["all"], 1),
        (["training"], 0),
        (["training,data"], 1),
        (["training", "data"], 1),
        (["2,data"], 1),
        (["3", "data"], 0),
        (["unused-suppression"], 0),
    ],
)
def test_what_fails_a_run(folder: Path, asked: list[str], code: int) -> None:
    write(folder, {"a.py": SMELLY})

    result = smelllint("check", *(word for one in asked for word in ("--fail-on", one)))

    assert result.exit_code == code
    assert "Found 2 smells" in result.stdout


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("trainin", "`trainin` is no rule and no family: did you mean `training`?"),
        ("0", "takes one number, of 1 or more"),
        ("1,2", "takes one number, of 1 or more"),
    ],
)
def test_what_cannot_fail_a_run(folder: Path, asked: str, said: str) -> None:
    result = smelllint("check", "--fail-on", asked)

    assert result.exit_code == 2
    assert said in result.stderr


def test_errors_always_fail(folder: Path) -> None:
    write(folder, {"a.py": "import torch\ndef (:\n"})

    assert smelllint("check", "--fail-on", "training").exit_code == 2
