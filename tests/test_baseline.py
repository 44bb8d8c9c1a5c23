"""Baselines: what a project lives with stays known, what is new fails, what is gone has to leave."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result

from tests.ci_helpers import commit, git
from tests.cli_helpers import CLEAN, RULE, SMELLY, smelllint, write

FILE = "smelllint-baseline.json"
BODY = SMELLY.partition("\n\n\n")[2]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a smelly file, and a baseline of it."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"a.py": SMELLY, "clean.py": CLEAN})
    result = smelllint("baseline", "create")
    assert (result.exit_code, result.stdout) == (0, f"{FILE}: 2 smells\n")
    return tmp_path


def check(*more: str) -> Result:
    return smelllint("check", "--baseline", FILE, "--output-format", "concise", *more)


def paths() -> list[str]:
    return [entry["path"] for entry in json.loads(Path(FILE).read_text())["smells"]]


def test_known_smells_are_left_out() -> None:
    result = check()

    assert (result.exit_code, result.stdout) == (0, "No smells in 2 files.\n")


def test_new_ones_fail(folder: Path) -> None:
    write(folder, {"a.py": SMELLY + '\n\ndef more(n):\n    return torch.ones(n).to("cuda")\n'})

    result = check()

    assert result.exit_code == 1
    assert result.stdout.startswith("a.py:11:12: ")
    assert "Found 1 smell in 1 of 2 files." in result.stdout


@pytest.mark.parametrize(
    "files",
    [
        {"a.py": f"import torch\n\nX = 1\n\n\n# here\n{BODY}"},
        {"a.py": CLEAN, "b/c.py": f"'''New.'''\nimport torch\n\n{BODY}"},
        {"a.py": SMELLY.replace("def make(n):", "def make(n, device=None):")},
        {"a.py": SMELLY.replace("    zeros", "    if n:\n        zeros")},
    ],
)
def test_code_that_moves_stays_known(folder: Path, files: dict[str, str]) -> None:
    write(folder, files)

    assert check().exit_code == 0, check().output


def test_a_file_that_is_renamed_stays_known_and_prune_learns_its_name(folder: Path) -> None:
    (folder / "a.py").rename(folder / "b.py")

    assert check().exit_code == 0
    assert smelllint("baseline", "prune").stdout == f"{FILE}: 2 smells, 0 fewer than before\n"
    assert paths() == ["b.py", "b.py"]
    assert check().exit_code == 0


def test_a_smell_that_is_mended_has_to_leave(folder: Path) -> None:
    write(folder, {"a.py": SMELLY.replace('torch.zeros(n).to("cuda")', "n")})

    result = check()
    assert result.exit_code == 1
    assert result.stderr == f"1 smell of `{FILE}` is gone: run `smelllint baseline prune`\n"
    assert smelllint("baseline", "prune").stdout == f"{FILE}: 1 smell, 1 fewer than before\n"
    assert check().exit_code == 0
    write(folder, {"a.py": SMELLY})
    assert check().stdout.startswith("a.py:5:13: ")


def test_a_file_that_is_gone_takes_its_smells_along(folder: Path) -> None:
    (folder / "a.py").unlink()

    assert check().exit_code == 1
    assert smelllint("baseline", "prune").exit_code == 0
    assert paths() == []
    assert check().exit_code == 0


def test_prune_takes_nothing_in_and_update_does(folder: Path) -> None:
    write(folder, {"b.py": SMELLY.replace("make", "other")})

    assert smelllint("baseline", "prune").exit_code == 0
    assert paths() == ["a.py"] * 2
    assert smelllint("baseline", "update").exit_code == 0
    assert paths() == ["a.py"] * 2 + ["b.py"] * 2
    assert check().exit_code == 0


def test_a_twin_of_a_known_smell_is_new(folder: Path) -> None:
    write(folder, {"a.py": SMELLY.replace("    noise", '    zeros = torch.zeros(n).to("cuda")\n    noise')})

    assert "Found 1 smell in" in check().stdout


def test_what_a_run_cannot_judge_is_let_be(folder: Path) -> None:
    write(folder, {"a.py": SMELLY.replace('torch.zeros(n).to("cuda")', "n"), "b/c.py": CLEAN})

    assert check("b").exit_code == 0
    assert check("--ignore", RULE).exit_code == 0
    assert smelllint("baseline", "prune", "b").exit_code == 0
    assert len(paths()) == 2
    write(folder, {"a.py": "import torch\ndef (:\n"})
    assert check().exit_code == 2
    assert smelllint("baseline", "prune").exit_code == 2
    assert len(paths()) == 2


def test_the_paths_are_relative_to_the_baseline(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "inner").mkdir()
    monkeypatch.chdir(folder / "inner")

    result = smelllint("check", "..", "--baseline", f"../{FILE}")

    assert result.exit_code == 0, result.output


def test_a_baseline_reads_the_same_however_it_was_made(folder: Path) -> None:
    text = (folder / FILE).read_text()

    assert smelllint("baseline", "update").exit_code == 0
    assert (folder / FILE).read_text() == text
    assert text.count("\n") == 7  # one smell a line


def test_an_existing_baseline_is_not_overwritten(folder: Path) -> None:
    result = smelllint("baseline", "create")

    assert result.exit_code == 2
    assert "is there already: `smelllint baseline update` renews it" in result.stderr


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "does not exist: `smelllint baseline create` writes it"),
        ("no", "is no baseline that can be read"),
        ("[]", "is no baseline that can be read"),
        ('{"smelllint-baseline": 2, "smells": []}', "it is of another version"),
        ('{"smelllint-baseline": 1, "smells": [{"path": "a"}]}', "is no baseline that can be read"),
    ],
)
def test_a_baseline_that_is_none_is_a_mistake(folder: Path, content: str | None, said: str) -> None:
    (folder / FILE).unlink()
    if content is not None:
        (folder / FILE).write_text(content)

    for result in (check(), smelllint("baseline", "prune"), smelllint("baseline", "update")):
        assert result.exit_code == 2
        assert said in result.stderr


def test_a_history_of_commits(folder: Path) -> None:
    """Adding a smell fails, moving it does not, removing it prunes; by baseline and by change alike."""

    def both() -> list[int]:
        commit(folder)
        return [check().exit_code, smelllint("check", "--changed-since", "HEAD~1").exit_code]

    commit(folder)
    added = '\n\ndef more(n):\n    return torch.ones(n).to("cuda")\n'
    write(folder, {"a.py": SMELLY + added})
    assert both() == [1, 1]
    assert smelllint("baseline", "update").exit_code == 0
    write(folder, {"a.py": SMELLY, "b.py": f"import torch{added}"})
    assert both() == [0, 0]
    git(folder, "mv", "b.py", "c.py")
    assert both() == [0, 0]
    write(folder, {"c.py": CLEAN})
    assert both() == [1, 0]
    assert smelllint("baseline", "prune").exit_code == 0
    assert both() == [0, 0]


def told(folder: Path, files: dict[str, str | None]) -> tuple[int, int, int]:
    """Change a repository whose smells are all known: how many are told against the baseline, how many since
    the commit before, and how many leave the baseline."""
    smelllint("baseline", "update")
    commit(folder)
    for name, text in files.items():
        if text is None:
            (folder / name).unlink()
        else:
            write(folder, {name: text})
    commit(folder)
    against = json.loads(smelllint("check", "--baseline", FILE, "--output-format", "json").stdout)
    since = json.loads(smelllint("check", "--changed-since", "HEAD~1", "--output-format", "json").stdout)
    before = len(paths())
    assert smelllint("baseline", "prune").exit_code == 0
    return len(against), len(since), before - len(paths())


def test_what_real_histories_hold(folder: Path) -> None:
    """The kinds of change met by benchmarks/history.py; everywhere else both tell the same."""
    other = SMELLY.replace("make", "other")

    assert told(folder, {"new.py": other}) == (2, 2, 0)
    assert told(folder, {"new.py": other.replace("randn", "rand")}) == (1, 1, 1)
    assert told(folder, {"new.py": other.replace("def other", "def renamed")}) == (1, 1, 1)
    assert told(folder, {"new.py": CLEAN, "to.py": other.replace("def other", "def renamed")}) == (0, 0, 0)
    # Code that moves to another file and into another function is new for both.
    assert told(folder, {"to.py": CLEAN, "third.py": other.replace("other", "third")}) == (2, 2, 2)
    # A line that another line makes a smell was not touched: only the baseline tells of it.
    assert told(folder, {"jax.py": other.replace("import torch", "import jax as torch")}) == (0, 0, 0)
    assert told(folder, {"jax.py": other.replace("other", "fourth")}) == (2, 0, 0)
    assert told(folder, {"jax.py": None, "third.py": None}) == (0, 0, 4)


def test_a_baseline_goes_with_a_change(folder: Path) -> None:
    commit(folder)
    write(
        folder, {"a.py": SMELLY.replace("zeros(n)", "zeros(n, 1)"), "b.py": SMELLY.replace("make", "other")}
    )

    found = json.loads(
        smelllint("check", "--baseline", FILE, "--changed-since", "HEAD", "--output-format", "json").stdout
    )

    assert [(Path(one["filename"]).name, one["location"]["row"]) for one in found] == [
        ("a.py", 5),
        ("b.py", 5),
        ("b.py", 6),
    ]
