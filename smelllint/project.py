"""The files around one that is linted: which file an import means, and which files mention a name.

    around(path, settings)       the project that a file belongs to; None where it has no folder
    Project.home(module, path)   the file that `import module` means in a file of the project
    Project.tree(path)           the syntax tree of a file; None where it has none
    Project.mentioning(words)    the files in which all the words stand

Files are only read, and only when a fact asks for them: nothing is imported, nothing is run. Trees are kept
for the life of the process and made anew once the file on the disk is another; which files there are, and
what stands in them, is looked at again after a while, for the sake of servers.
"""

from __future__ import annotations

import os
import time
from collections import OrderedDict
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from smelllint import files
from smelllint.read import UnreadableError, read
from smelllint.source import Source, SourceError
from smelllint.syntax import ParseError

if TYPE_CHECKING:
    from smelllint.settings import Settings
    from smelllint.tree import Tree

# What marks the folder that holds a whole project, the surest sign first.
MARKS = (".git", ".hg", "pyproject.toml", "setup.py", "setup.cfg", "requirements.txt")
LIMIT = 500_000  # bytes; a larger module is data or generated code
MOST_FILES = 1_000  # beyond these, looking for a name in all files costs more than it tells
KEPT_TREES = 40
FRESH = 10.0  # seconds for which what was found in a project's folders counts as true
Stamp = tuple[int, int]

_trees: OrderedDict[str, tuple[Stamp | None, Tree | None]] = OrderedDict()
_projects: dict[str, tuple[float, Project]] = {}


def around(path: str, settings: Settings) -> Project | None:
    """The project of a file: the nearest folder above it that a project starts in, else its own."""
    folder = os.path.dirname(os.path.abspath(path))
    if not os.path.isdir(folder):
        return None
    root = root_of(folder)
    since, project = _projects.get(root, (-FRESH, None))
    if project is None or time.monotonic() - since > FRESH:
        project = Project(root, settings)
        _projects[root] = time.monotonic(), project
    return project


class Project:
    """A folder of Python files that import each other."""

    def __init__(self, root: str, settings: Settings) -> None:
        self.root = root
        self.settings = settings
        self._homes: dict[tuple[str, str], str | None] = {}
        self._mentions: dict[tuple[bytes, ...], list[str]] = {}

    def home(self, module: str, path: str) -> str | None:
        """The file that a module's dotted name means in a file, with leading dots where it is relative; None
        where it is none of the project's. A file that the interpreter runs finds what lies beside it first; a
        module of a package only what lies beside the package."""
        folder = os.path.dirname(os.path.abspath(path))
        key = module, folder
        if key not in self._homes:
            self._homes[key] = self._home(module, folder)
        return self._homes[key]

    def _home(self, module: str, folder: str) -> str | None:
        name = module.lstrip(".")
        dots = len(module) - len(name)
        if dots:
            return self._file(above(folder, dots - 1), name)
        return next(filter(None, (self._file(place, name) for place in self._places(folder))), None)

    def _places(self, folder: str) -> Iterable[str]:
        """Where a module may lie that is imported by its whole name, the likeliest place first."""
        while True:
            if not os.path.isfile(os.path.join(folder, "__init__.py")):
                yield folder
                yield os.path.join(folder, "src")
            if folder == self.root or os.path.dirname(folder) == folder:
                return
            folder = os.path.dirname(folder)

    def _file(self, folder: str, name: str) -> str | None:
        """The file of a module below a folder, of a package its `__init__.py`."""
        if not inside(folder, self.root):
            return None
        base = os.path.join(folder, *name.split(".")) if name else folder
        candidates = [os.path.join(base, "__init__.py"), *([f"{base}.py"] if name else [])]
        return next(filter(os.path.isfile, candidates), None)

    def beside(self, module: str, path: str) -> str | None:
        """The file of a module that lies right beside a script, where it hides a library of the same name."""
        folder = os.path.dirname(os.path.abspath(path))
        if os.path.isfile(os.path.join(folder, "__init__.py")):
            return None
        return self._file(folder, module)

    def tree(self, path: str) -> Tree | None:
        """The syntax tree of a file; None where it cannot be read or is no Python. Many share it."""
        stamp = stamp_of(path)
        if stamp is None:
            return None
        known, tree = _trees.get(path, (None, None))
        if known != stamp:
            tree = parsed(path, tree)
            keep(path, stamp, tree)
        return tree

    def own_tree(self, source: Source) -> Tree:
        """A tree of a file's text to work on, parsed only where that was not done before. ParseError where
        the text cannot be dealt with."""
        path = os.path.abspath(source.path)
        _, tree = _trees.get(path, (None, None))
        if tree is None or tree.text != source.text:
            from smelllint.tree import parse

            tree = parse(source.text)
            keep(path, None, tree)  # the text may be an editor's, which is not on the disk
        return tree.copy()

    def mentioning(self, *words: str) -> list[str]:
        """The files of the project in which all these words stand, in order; none where it is so large that
        the search is not worth its price."""
        key = tuple(os.fsencode(word) for word in words)
        if key not in self._mentions:
            self._mentions[key] = [
                path for path, data in self._texts.items() if all(word in data for word in key)
            ]
        return self._mentions[key]

    @cached_property
    def _texts(self) -> dict[str, bytes]:
        settings = self.settings
        targets, _ = files.find([self.root], lambda _: settings)
        paths = [os.path.abspath(target.path) for target in targets if target.path.endswith(".py")]
        return {path: data for path in paths if (data := text_of(path))} if len(paths) <= MOST_FILES else {}


def root_of(folder: str) -> str:
    """The folder in which the project of a folder starts; the folder itself where nothing marks one."""
    for mark in MARKS:
        current = folder
        while True:
            if os.path.exists(os.path.join(current, mark)):
                return current
            if os.path.dirname(current) == current:
                break
            current = os.path.dirname(current)
    return folder


def above(folder: str, steps: int) -> str:
    """The folder so many steps up."""
    for _ in range(steps):
        folder = os.path.dirname(folder)
    return folder


def inside(folder: str, root: str) -> bool:
    return folder == root or folder.startswith(os.path.join(root, ""))


def text_of(path: str) -> bytes:
    """The bytes of a file; none where it cannot be read."""
    try:
        return read(path, LIMIT)
    except UnreadableError:
        return b""


def stamp_of(path: str) -> Stamp | None:
    """What changes when a file does; None where there is no file."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def keep(path: str, stamp: Stamp | None, tree: Tree | None) -> None:
    _trees[path] = stamp, tree
    _trees.move_to_end(path)
    if len(_trees) > KEPT_TREES:
        _trees.popitem(last=False)


def parsed(path: str, known: Tree | None) -> Tree | None:
    """The tree of a file on the disk: a known one where it is of the same text."""
    from smelllint.tree import parse

    try:
        text = Source(path, read(path, LIMIT)).text
        return known if known is not None and known.text == text else parse(text)
    except (UnreadableError, SourceError, ParseError):
        return None
