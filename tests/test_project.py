"""The door to the disk: what a lint asks of the files around its own, and whether the answers still hold."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from smelllint import answers, engine
from smelllint.catalogue import load_all
from smelllint.project import Disk, Project, around, forget, noted, text_of
from smelllint.settings import Settings
from smelllint.syntax import pythons

MAIN = """\
import torch
import yaml
from model import Net
from missing import helper

with open("config.yaml") as file:
    config = yaml.safe_load(file)
net = Net()
net.eval()
for epoch in range(config["epochs"]):
    for batch in torch.utils.data.DataLoader(data):
        net(helper(batch))
"""
NET = "from torch import nn\n\nclass Net(nn.Module):\n    def forward(self, x):\n        return x\n"


def project_in(folder: Path) -> Project:
    return Project(Disk(str(folder), Settings()))


def linted(folder: Path) -> Project:
    """The project of main.py, once that was linted."""
    project = project_in(folder)
    path = folder / "main.py"
    engine.lint(str(path), path.read_bytes(), load_all(), Settings(), project=project)
    return project


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "main.py").write_text(MAIN)
    (tmp_path / "model.py").write_text(NET)
    (tmp_path / "config.yaml").write_text("epochs: 3\n")
    return tmp_path


def test_what_was_asked_holds_until_a_file_is_another(folder: Path) -> None:
    asked = linted(folder).asked
    assert asked
    assert project_in(folder).holds(asked)

    (folder / "other.py").write_text("x = 1\n")
    assert project_in(folder).holds(asked)
    (folder / "model.py").write_text(NET.replace("return x", "return -x"))
    assert not project_in(folder).holds(asked)


def test_a_file_that_was_not_there_was_asked_for(folder: Path) -> None:
    asked = linted(folder).asked
    assert asked["home", "missing", str(folder)] is None

    (folder / "missing.py").write_text("def helper(): ...\n")
    assert not project_in(folder).holds(asked)


def test_a_file_that_begins_to_mention_a_function_is_another_answer(folder: Path) -> None:
    project = project_in(folder)
    assert project.mentioning("Net", "model") == (str(folder / "main.py"),)

    (folder / "second.py").write_text("from model import Net\n")
    assert not project_in(folder).holds(project.asked)


def test_a_lint_rests_on_the_files_that_it_asked_about(folder: Path) -> None:
    forget()
    with noted() as asked:
        path = folder / "main.py"
        project = around(str(path), Settings())
        engine.lint(str(path), path.read_bytes(), load_all(), Settings(), project=project)
    after = around(str(path), Settings())

    assert after is not None
    assert after.asked is not asked
    assert ("content", str(folder / "model.py")) in asked


def test_pythons_own_tree_is_let_go_once_the_nodes_are_made(folder: Path) -> None:
    linted(folder)

    assert pythons.cache_info().currsize == 0


@contextmanager
def opened_files() -> Iterator[list[str]]:
    """The paths that are opened meanwhile."""
    paths: list[str] = []
    listening = True

    def hear(event: str, arguments: tuple[Any, ...]) -> None:
        if listening and event == "open" and isinstance(arguments[0], str):
            paths.append(arguments[0])

    sys.addaudithook(hear)  # for good: there is no way to take one off
    try:
        yield paths
    finally:
        listening = False


def test_nothing_is_read_but_what_was_asked_for(folder: Path) -> None:
    linted(folder)  # the program's own modules are imported by now
    (folder / "model.py").write_text(NET + "\nclass Other(Net): ...\n")

    with opened_files() as paths:
        project = linted(folder)

    read = {path for path in paths if path.startswith(str(folder))} - {str(folder / "main.py")}
    contents = {question[1] for question in project.asked if question[0] == "content"}
    searched = any(question[0] == "mentioning" for question in project.asked)
    assert str(folder / "model.py") in read
    assert read <= contents | ({str(path) for path in folder.glob("*.py")} if searched else set())


@pytest.mark.parametrize("number", [3, answers.FEW + 10])
def test_names_are_looked_for_in_changed_files_without_reading_them_for_each(
    folder: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    paths = [folder / f"part{part}.py" for part in range(number)]
    for path in paths:
        path.write_text("first second third fourth\n")
    disk = Disk(str(folder), Settings())
    names = ("first(", "second(", "third(", "fourth(")
    noted_down = answers.Answers({})
    places = noted_down.note({("mentioning", name): disk.mentioning(name) for name in names}, disk)
    plain, _ = noted_down.compact(places)  # of files that were written just now, nothing is sure
    read: list[str] = []

    def reading(path: str) -> bytes:
        read.append(path)
        return text_of(path)

    monkeypatch.setattr(answers, "text_of", reading)

    assert answers.Answers(plain).hold(places, Disk(str(folder), Settings()))
    assert all(read.count(str(path)) <= 2 for path in paths)

    paths[1].write_text("third(fourth)\n")
    assert not answers.Answers(plain).hold(places, Disk(str(folder), Settings()))
