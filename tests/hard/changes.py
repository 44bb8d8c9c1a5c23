"""A project that changes, and a cache that is spoilt: what happens between two rounds of tests.hard.cache.

    Project(folder, chance)     files with several contents each
    Project.change()            one thing happens to them; its name
    spoil(cache, chance, ...)   one thing happens to what the cache keeps; its name

Findings of one file hang on others: a call under `torch.no_grad()` elsewhere, a class, a module that hides a
library, a file of settings, the requirements, what is left out by git.
"""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from smelllint.cache import dumped
from tests.cli_helpers import CLEAN, FIXED, RULE, SMELLY
from tests.test_cache import HELPER, NET, NO_GRAD_CALL, PLAIN_CALL

YEAR = 365 * 24 * 3600 * 10**9  # nanoseconds
# As long as the smelly one, to the byte.
DISGUISED = SMELLY.replace("torch.zeros(n)", "torch.zeroz(n)").replace("torch.randn(n)", "torch.randm(n)")
SILENCED = SMELLY.replace('to("cuda")\n', f'to("cuda")  # smelllint: ignore[{RULE}]\n')
CONFIGURED = (
    'import torch\nimport yaml\n\nwith open("config.yaml") as file:\n    config = yaml.safe_load(file)\n\n\n'
)
CONFIGURED += 'def make():\n    return torch.zeros(config["size"]).to("cuda")\n'
BOOK = {"metadata": {}, "nbformat": 4, "nbformat_minor": 5}
CELL: dict[str, Any] = {
    "cell_type": "code",
    "execution_count": None,
    "id": "a",
    "metadata": {},
    "outputs": [],
}


def notebook(code: str) -> str:
    return json.dumps({**BOOK, "cells": [{**CELL, "source": code.splitlines(keepends=True)}]})


# What each file may hold; None where it may be absent. At first it holds the first.
CONTENTS: dict[str, tuple[str | None, ...]] = {
    "pyproject.toml": (
        "",
        f'[tool.smelllint]\nignore = ["{RULE}"]\n',
        '[tool.smelllint]\nselect = ["all"]\n',
    ),
    "requirements.txt": (None, "torch==1.13.0\n", "torch>=2.4\n"),
    ".gitignore": (None, "f1.py\ng1*.py\n"),
    "helper.py": (HELPER, HELPER.replace("model.eval()", "model.evil()"), CLEAN, None),
    "net.py": (NET, NET.replace("Linear(512, 512)", "Linear(512, 51)"), None),
    "net/__init__.py": (None, NET, ""),
    "main.py": (PLAIN_CALL, NO_GRAD_CALL, "def f(:\n"),
    "other.py": (None, NO_GRAD_CALL, PLAIN_CALL),
    "torch.py": (None, None, "def zeros(n):\n    return n\n"),
    "config.yaml": ("size: 9000\n", "size: 2\n", "size: 0003\n", None),
    "configured.py": (CONFIGURED,),
    "book.ipynb": (notebook(SMELLY), notebook(DISGUISED), "{"),
    "package/pyproject.toml": (None, None, ""),
    "package/helper.py": (HELPER, CLEAN),
    "package/main.py": (NO_GRAD_CALL, PLAIN_CALL),
    "package/net.py": (NET,),
    **{f"f{number}.py": (SMELLY, DISGUISED, SILENCED, FIXED, None) for number in range(4)},
    **{f"g{number}.py": (DISGUISED, SMELLY) for number in range(8)},
    **{f"h{number}.py": (CLEAN,) for number in range(46)},  # in all more than a run without processes takes
}


class Project:
    """The files of a project, with chance deciding what becomes of them."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self.folder = folder
        self.chance = chance
        for name, (first, *_) in CONTENTS.items():
            self._put(name, first)
        for name in ("outside.py", "package/outside.py"):
            (folder / name).symlink_to("/etc/hostname")

    def change(self) -> str:
        """Let one thing happen; its name."""
        happens: tuple[Callable[[], None], ...] = (
            self.rewrite,
            self.rewrite_in_disguise,
            self.replace_in_disguise,
            self.set_clock_back,
            self.set_clock_forward,
            self.exchange,
        )
        chosen = self.chance.choice(happens)
        chosen()
        return chosen.__name__.replace("_", " ")

    def rewrite(self) -> None:
        """Another content, or none, of whatever file."""
        name = self.chance.choice([name for name, contents in CONTENTS.items() if len(contents) > 1])
        self._put(name, self.chance.choice([text for text in CONTENTS[name] if text != self._text(name)]))

    def rewrite_in_disguise(self) -> None:
        """Another content of the same size, and the time that the old one had."""
        path, content = self._disguise()
        before = path.stat()
        path.write_bytes(content)
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    def replace_in_disguise(self) -> None:
        """The same by another file that takes the name."""
        path, content = self._disguise()
        before = path.stat()
        other = path.with_suffix(".new")
        other.write_bytes(content)
        os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
        other.replace(path)

    def set_clock_back(self) -> None:
        self._shift(-self.chance.randrange(YEAR))

    def set_clock_forward(self) -> None:
        self._shift(self.chance.randrange(YEAR))

    def exchange(self) -> None:
        """Two files, each under the other's name."""
        modules = [name for name in self._there() if name.endswith(".py")]
        one, other = (self.folder / name for name in self.chance.sample(modules, 2))
        between = self.folder / "between"
        one.rename(between)
        other.rename(one)
        between.rename(other)

    def _disguise(self) -> tuple[Path, bytes]:
        """A file, and another content of its size."""
        name, text = self.chance.choice(
            [
                (name, text)
                for name in self._there()
                for text in CONTENTS[name]
                if text is not None and text != self._text(name) and len(text) == len(self._text(name) or "")
            ]
        )
        return self.folder / name, text.encode()

    def _shift(self, by: int) -> None:
        """Say of a file that it was changed at another time."""
        path = self.folder / self.chance.choice(self._there())
        status = path.stat()
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + by))

    def _there(self) -> list[str]:
        """The files that are there now."""
        return [name for name in CONTENTS if (self.folder / name).exists()]

    def _text(self, name: str) -> str | None:
        path = self.folder / name
        return path.read_text() if path.exists() else None

    def _put(self, name: str, content: str | None) -> None:
        path = self.folder / name
        if content is None:
            path.unlink(missing_ok=True)
            return
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)


# The cache. -------------------------------------------------------------------------------------------------


def spoil(cache: Path, chance: random.Random, kept: Path) -> str:
    """Let one thing happen to each file; its name. `kept` is a folder for what may come back later."""
    chosen = chance.choice(
        (truncate, overwrite, scribble, forget, keep_and_bring_back, put_a_folder, be_foreign)
    )
    for path in sorted(cache.glob("[!.]*")):
        if path.is_dir():
            shutil.rmtree(path)
            continue
        with suppress(FileNotFoundError):  # a dying process may yet have emptied it
            chosen(path, chance, kept)
    return chosen.__name__.replace("_", " ")


def truncate(path: Path, chance: random.Random, kept: Path) -> None:
    os.truncate(path, chance.randrange(path.stat().st_size + 1))


def overwrite(path: Path, chance: random.Random, kept: Path) -> None:
    """All of it."""
    path.write_bytes(chance.randbytes(chance.randrange(5000)))


def scribble(path: Path, chance: random.Random, kept: Path) -> None:
    """Some of it, with what may well be read as text."""
    data = bytearray(path.read_bytes() or b" ")
    for _ in range(chance.randrange(1, 20)):
        data[chance.randrange(len(data))] = chance.randrange(32, 127)
    path.write_bytes(data)


def forget(path: Path, chance: random.Random, kept: Path) -> None:
    path.unlink()


def keep_and_bring_back(path: Path, chance: random.Random, kept: Path) -> None:
    """What it was some rounds ago takes the place of what it is, and what it is may come back later."""
    old = sorted(kept.iterdir())
    shutil.copy(path, kept / f"{len(old)}{path.suffix}")
    alike = [one for one in old if one.suffix == path.suffix]
    if alike:
        shutil.copy(chance.choice(alike), path)


def put_a_folder(path: Path, chance: random.Random, kept: Path) -> None:
    path.unlink()
    (path / "in the way").mkdir(parents=True)


def be_foreign(path: Path, chance: random.Random, kept: Path) -> None:
    """Something else, or ours with nothing in it that can be used."""
    useless: tuple[dict[str, object], ...] = ({}, {"files": {"main.py": []}, "answers": {}}, {"files": {}})
    path.write_text(chance.choice(["", "{}", "null", *map(dumped, useless)]))
