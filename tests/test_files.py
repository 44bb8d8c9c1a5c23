"""Which files are looked at, in which order."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from smelllint.config import Configurations, Overrides
from smelllint.files import find
from smelllint.settings import Settings
from tests.cli_helpers import CLEAN, SMELLY, process, smelllint, write


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def found(*paths: str, force_exclude: bool = False, **settings: Any) -> list[str]:
    """The files that are found under one set of settings."""
    fixed = Settings(project_root=os.getcwd(), **settings)
    targets, troubles = find(paths or (".",), lambda _: fixed, force_exclude=force_exclude)
    assert not troubles
    return [target.path for target in targets]


def test_folders_are_searched_for_python_files_in_order(folder: Path) -> None:
    write(folder, {"b.py": "", "a/z.py": "", "a/b/c.pyi": "", "notes.txt": "", "script.pyc": "", "B.py": ""})

    assert found() == ["B.py", "a/b/c.pyi", "a/z.py", "b.py"]


def test_the_order_is_that_of_the_files_not_of_the_arguments(folder: Path) -> None:
    write(folder, {"b.py": "", "a/z.py": ""})

    assert found("b.py", "a", ".", "a/z.py") == ["a/z.py", "b.py"]


def test_named_files_are_taken_whatever_they_are_called(folder: Path) -> None:
    write(folder, {"script": "", "build/x.py": "", "tool.in": ""})

    assert found("script", "build/x.py", "tool.in") == ["build/x.py", "script", "tool.in"]


def test_the_usual_folders_are_left_out(folder: Path) -> None:
    for name in (".git", ".venv", "venv", "node_modules", "build", "dist", "__pycache__", "site-packages"):
        write(folder, {f"{name}__x_py": "", f"sub__{name}__x_py": ""})
        (folder / name).mkdir(exist_ok=True)
        (folder / name / "x.py").touch()
    write(folder, {"kept.py": ""})

    assert found() == ["kept.py"]


def test_a_folder_that_is_named_is_searched_even_if_it_is_excluded(folder: Path) -> None:
    write(folder, {"old/x.py": ""})

    assert found("old", exclude=("old",)) == []
    assert found("old/x.py", exclude=("old",)) == ["old/x.py"]
    assert found("old/x.py", exclude=("old",), force_exclude=True) == []


def test_gitignore_counts_at_every_level(folder: Path) -> None:
    write(folder, {".gitignore": "gen/\n*_pb2.py\n/top.py\n"})
    write(folder, {"sub/.gitignore": "!kept_pb2.py\nlocal.py\n"})
    for path in (
        "gen/x.py",
        "a_pb2.py",
        "top.py",
        "sub/top.py",
        "sub/kept_pb2.py",
        "sub/local.py",
        "local.py",
    ):
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).touch()

    assert found() == ["local.py", "sub/kept_pb2.py", "sub/top.py"]
    assert len(found(respect_gitignore=False)) == 7
    assert found("sub/local.py", force_exclude=True) == []


def test_gitignore_above_the_folder_counts_within_a_repository(folder: Path) -> None:
    write(folder, {".gitignore": "secret.py\n", "sub/secret.py": "", "sub/open.py": ""})
    assert found("sub") == ["sub/open.py", "sub/secret.py"]

    (folder / ".git").mkdir()
    assert found("sub") == ["sub/open.py"]


def test_links_to_files_are_followed_and_to_folders_are_not(folder: Path) -> None:
    write(folder, {"real/x.py": ""})
    (folder / "link.py").symlink_to("real/x.py")
    (folder / "linked").symlink_to("real")
    (folder / "real" / "loop").symlink_to("..")

    assert found() == ["link.py", "real/x.py"]


def test_paths_outside_the_working_folder_stay_whole(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = write(tmp_path_factory.mktemp("outside"), {"x.py": ""})

    assert found(str(outside)) == [str(outside / "x.py")]


def test_each_file_has_the_settings_of_its_folder(folder: Path) -> None:
    write(folder, {"a.py": "", "sub/smelllint.toml": 'target = "mps"\nexclude = ["x.py"]\n'})
    write(folder, {"sub/b.py": "", "sub/x.py": "", "sub/deep/c.py": ""})

    targets, _ = find((".",), Configurations(Overrides()).of)

    assert [(target.path, target.settings.target) for target in targets] == [
        ("a.py", "auto"),
        ("sub/b.py", "mps"),
        ("sub/deep/c.py", "mps"),
    ]


def test_exclude_on_the_command_line_adds_to_the_usual(folder: Path) -> None:
    write(folder, {"a.py": SMELLY, "old/b.py": SMELLY, "venv/c.py": SMELLY})

    assert smelllint("check", "--exclude", "old", "--show-files").stdout == "a.py\n"


def test_a_name_that_is_no_text_is_no_problem(folder: Path) -> None:
    name = os.fsdecode(b"caf\xe9\n\x1b[31m.py")
    (folder / name).write_text(SMELLY)

    result = process("check", "--output-format", "concise", cwd=folder)

    assert result.returncode == 1
    assert len(result.stdout.splitlines()) == 4
    assert "\x1b" not in result.stdout
    assert "caf\\udce9\\n\\x1b[31m.py:5:13:" in result.stdout


def test_a_folder_that_cannot_be_searched_is_told_and_the_rest_is_checked(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, {"open/a.py": CLEAN, "shut/b.py": CLEAN})
    scan = os.scandir

    def refuse(path: str) -> object:
        if str(path).endswith("shut"):
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)

    result = smelllint("check")

    assert result.exit_code == 2
    assert "shut: unreadable-folder cannot be searched: Permission denied" in result.stdout


def test_links_out_of_the_repository_are_left_out_unless_they_are_named(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = write(tmp_path_factory.mktemp("outside"), {"x.py": SMELLY})
    write(folder, {".git/HEAD": "", "src/a.py": CLEAN, "shared/b.py": CLEAN})
    (folder / "src" / "in.py").symlink_to("../shared/b.py")
    (folder / "src" / "out.py").symlink_to(outside / "x.py")

    result = smelllint("check", "--output-format", "concise", "src")

    assert result.exit_code == 2
    assert result.stdout.splitlines()[0] == (
        "src/out.py: outside is a link out of the repository, and was left out; name it to have it checked"
    )
    assert smelllint("check", "src/out.py").exit_code == 1


@pytest.mark.parametrize("pattern", ["*a" * 20 + "b", "**/" * 20 + "x"])
def test_patterns_that_would_take_for_ever_are_passed_over(folder: Path, pattern: str) -> None:
    write(folder, {".gitignore": f"{pattern}\nskipped.py\n", "a" * 200 + ".py": "", "skipped.py": ""})

    assert found() == ["a" * 200 + ".py"]
    assert smelllint("check", "--exclude", pattern).exit_code == 2
