"""`--changed-since`: what a change brings, on real repositories of git."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.ci_helpers import commit, git
from tests.cli_helpers import CLEAN, SMELLY, smelllint, write

TWIN = SMELLY.replace("def make", "def again")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a smelly and a clean file."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"old.py": SMELLY, "clean.py": CLEAN})
    commit(tmp_path)
    return tmp_path


def since(revision: str = "HEAD", *more: str) -> tuple[int, list[tuple[str, int]]]:
    """The exit code, and the findings by file and row."""
    result = smelllint("check", "--changed-since", revision, "--output-format", "json", *more)
    assert result.exit_code in (0, 1), result.output
    found = json.loads(result.stdout)
    return result.exit_code, [(Path(one["filename"]).name, one["location"]["row"]) for one in found]


def test_what_was_there_before_is_passed_over() -> None:
    assert since() == (0, [])


def test_a_change_that_adds_a_smell_fails(folder: Path) -> None:
    write(folder, {"old.py": SMELLY + '\n\ndef more(n):\n    return torch.ones(n).to("cuda")\n'})

    assert since() == (1, [("old.py", 11)])
    commit(folder)
    assert since() == (0, [])
    assert since("HEAD~1") == (1, [("old.py", 11)])


def test_new_files_count_whether_git_tracks_them_or_not(folder: Path) -> None:
    write(
        folder,
        {
            "new.py": TWIN,
            "sp\xe4t er.py": CLEAN
            + 'x = torch.ones(3, 4).to("cuda")\n\nfor _ in x: torch.rand(len(x)).to("cuda")\n',
        },
    )

    code, found = since()
    assert (code, {name for name, _ in found}) == (1, {"new.py", "sp\xe4t er.py"})
    git(folder, "add", "-A")
    assert since() == (code, found)


def test_code_that_moves_brings_nothing(folder: Path) -> None:
    head, _, body = SMELLY.partition("\n\n\n")
    write(folder, {"old.py": f"{head}\n\nLATER = 1\n\n\n{body}", "clean.py": CLEAN})
    assert since() == (0, [])
    (folder / "old.py").unlink()
    write(folder, {"package/elsewhere.py": f"'''Other.'''\n{head}\n\n\nclass A: pass\n\n\n{body}"})
    assert since() == (0, [])


def test_a_file_that_is_renamed_and_changed_brings_what_is_new_alone(folder: Path) -> None:
    git(folder, "mv", "old.py", "renamed.py")
    assert since() == (0, [])
    write(folder, {"renamed.py": SMELLY.replace("torch.randn(n)", "torch.rand(n, 3)")})

    assert since() == (1, [("renamed.py", 6)])


def test_a_copy_is_new(folder: Path) -> None:
    write(folder, {"copy.py": SMELLY})

    assert since() == (1, [("copy.py", 5), ("copy.py", 6)])


def test_only_the_side_of_this_branch_counts(folder: Path) -> None:
    git(folder, "checkout", "-q", "-b", "feature")
    write(folder, {"clean.py": CLEAN + "y = 1\n"})
    commit(folder)
    git(folder, "checkout", "-q", "main")
    write(folder, {"old.py": CLEAN})
    commit(folder)
    git(folder, "checkout", "-q", "feature")

    # Against main itself every line of old.py would count.
    assert since("main") == (0, [])


def test_notebooks_are_judged_by_the_lines_of_their_file(folder: Path) -> None:
    def notebook(*codes: str) -> str:
        cells = [
            {
                "cell_type": "code",
                "execution_count": None,
                "metadata": {},
                "outputs": [],
                "source": code.splitlines(True),
            }
            for code in codes
        ]
        return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)

    write(folder, {"n.ipynb": notebook(SMELLY)})
    commit(folder)
    write(folder, {"n.ipynb": notebook("x = 1\n", SMELLY)})
    assert since() == (0, [])
    write(folder, {"n.ipynb": notebook(SMELLY, TWIN.replace("randn", "rand"))})

    result = smelllint("check", "--changed-since", "HEAD", "--output-format", "json")
    assert [one["cell"] for one in json.loads(result.stdout)] == [2, 2]


def test_it_works_from_a_folder_inside(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(folder, {"inner/new.py": SMELLY, "other.py": SMELLY})
    monkeypatch.chdir(folder / "inner")

    assert since() == (1, [("new.py", 5), ("new.py", 6)])
    assert [name for name, _ in since("HEAD", "..")[1]] == ["new.py", "new.py", "other.py", "other.py"]


def test_configuration_of_the_repository_runs_nothing(folder: Path) -> None:
    (folder / "evil.sh").write_text("#!/bin/sh\ntouch pwned\ncat\n")
    (folder / "evil.sh").chmod(0o755)
    write(folder, {".gitattributes": "*.py diff=evil\n"})
    for key in ("core.fsmonitor", "diff.evil.textconv", "diff.evil.command", "diff.external", "core.pager"):
        git(folder, "config", key, str(folder / "evil.sh"))
    git(folder, "config", "color.ui", "always")
    git(folder, "config", "diff.noprefix", "true")
    write(folder, {"clean.py": CLEAN + "\n", "new.py": SMELLY})
    (folder / "pwned").unlink(missing_ok=True)

    assert since() == (1, [("new.py", 5), ("new.py", 6)])
    assert not (folder / "pwned").exists()


@pytest.mark.parametrize("revision", ["nowhere", "--output=x", "HEAD~9", ""])
def test_an_unknown_revision_is_a_mistake(folder: Path, revision: str) -> None:
    result = smelllint("check", f"--changed-since={revision}")

    assert result.exit_code == 2
    assert "is no commit that is known here: fetch it first" in result.stderr
    assert not (folder / "x").exists()


def test_outside_of_a_repository_is_a_mistake(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("plain"))

    result = smelllint("check", "--changed-since", "HEAD")

    assert result.exit_code == 2
    assert "not a git repository" in result.stderr


def test_fixes_mend_whole_files_and_are_refused() -> None:
    result = smelllint("check", "--fix", "--changed-since", "HEAD")

    assert result.exit_code == 2
    assert "leave out one of them" in result.stderr


def test_markdown_says_what_a_change_adds_and_removes(folder: Path) -> None:
    write(folder, {"old.py": SMELLY.replace('torch.zeros(n).to("cuda")', "n").replace("randn", "rand")})

    lines = smelllint("check", "--changed-since", "HEAD", "--output-format", "markdown").stdout.splitlines()

    assert lines == [
        "### smelllint: 1 smell added, 2 fixed",
        "",
        "Compared with <code>HEAD</code>.",
        "",
        "**Added**",
        "",
        "| place | smell | what | evidence |",
        "| --- | --- | --- | --- |",
        lines[8],
        "",
        "**Fixed**",
        "",
        "| file | smell | in |",
        "| --- | --- | --- |",
        *["| <code>old.py</code> | `tensor-created-then-moved` | <code>make</code> |"] * 2,
    ]
    assert lines[8].startswith("| <code>old.py&#58;6</code> | `tensor-created-then-moved` | <code>torch.rand")


def test_markdown_says_where_a_change_brings_nothing() -> None:
    lines = smelllint("check", "--changed-since", "HEAD", "--output-format", "markdown").stdout.splitlines()

    assert lines == ["### smelllint: no smells added, 0 fixed", "", "Compared with <code>HEAD</code>."]
