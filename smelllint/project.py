"""The files around one that is linted: the one door to the disk while it is.

    around(path, settings)         the project that a file belongs to; None where it has no folder
    Project.home(module, path)     the file that `import module` means in a file of the project
    Project.beside(module, path)   the same, right beside a script
    Project.tree(path)             the syntax tree of a file; None where it has none
    Project.mentioning(phrases)    the files in which all the phrases stand
    Project.near(name, path)       the file that a relative path in the code of a file means
    Project.data(path, dialect)    what a YAML, JSON or TOML file holds
    Project.text(path)             the same, as it is written
    Project.asked                  all that was asked for one lint, with the answers
    Project.holds(asked)           whether it would all be answered the same now
    noted()                        all that is asked of whatever project while it lasts
    forget()                       look at all of it anew

Files are only read, and only when a fact asks for them: nothing is imported, nothing is run. What a lint
finds follows from the bytes of its file, the settings and the answers in `asked`, those among them that say
that there is no such file.

A Project is made for one lint; the Disk behind it is shared. Trees and data are kept for the life of the
process and made anew once the file on the disk is another; which files there are, and what stands in them, is
looked at again after a while, for the sake of servers.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property, partial, reduce
from operator import and_
from typing import TYPE_CHECKING, Any, TypeVar

from smelllint import files, seen
from smelllint.phrases import stand, word_of, words_in
from smelllint.read import UnreadableError, read
from smelllint.source import Source, SourceError
from smelllint.syntax import ParseError, pythons

if TYPE_CHECKING:
    from smelllint.settings import Settings
    from smelllint.tree import Tree

# What marks the folder that holds a whole project, the surest sign first.
MARKS = (".git", ".hg", "pyproject.toml", "setup.py", "setup.cfg", "requirements.txt")
LIMIT = 500_000  # bytes; a larger module is data or generated code
DATA_LIMIT = 20_000  # bytes; a larger file of data holds no settings, and YAML is slow to read
MOST_FILES = 1_000  # beyond these, looking for a name in all files costs more than it tells
KEPT = 40  # trees, and files of data
KEPT_NODES = 200_000  # of trees: some 60 MB
KEPT_BYTES = 10_000_000  # of files in which names are looked for
FRESH = 10.0  # seconds for which what was found in a project's folders counts as true
Stamp = tuple[int, int]
Question = tuple[str, ...]  # the word, then what it was asked about
Answer = str | tuple[str, ...] | None
A = TypeVar("A", str | None, tuple[str, ...])
K = TypeVar("K")
V = TypeVar("V")


class Asked(dict[Question, Answer]):
    """All that a lint asked of the files around its own, with the answers."""


_noted: Asked | None = None
_trees: OrderedDict[str, tuple[Stamp | None, Tree | None]] = OrderedDict()
_data: OrderedDict[tuple[str, str], tuple[Stamp, Any]] = OrderedDict()
_disks: OrderedDict[str, tuple[float, Disk]] = OrderedDict()
_texts: OrderedDict[Disk, Texts] = OrderedDict()


@contextmanager
def noted() -> Iterator[Asked]:
    """All that is asked meanwhile, of whatever project."""
    global _noted
    _noted = Asked()
    try:
        yield _noted
    finally:
        _noted = None


def forget() -> None:
    """Trust nothing that was found in the folders before."""
    _disks.clear()
    _texts.clear()


def around(path: str, settings: Settings) -> Project | None:
    """The project of a file, for one lint: the nearest folder above it that a project starts in, else its
    own."""
    folder = os.path.dirname(os.path.abspath(path))
    if not seen.is_folder(folder):
        return None
    root = root_of(folder)
    since, disk = _disks.get(root, (-FRESH, None))
    if disk is None or time.monotonic() - since > FRESH:
        disk = Disk(root, settings)
        keep(_disks, root, (time.monotonic(), disk))
    return Project(disk)


class Project:
    """What the lint of one file asks of the files around it, with the answers."""

    def __init__(self, disk: Disk) -> None:
        self.disk = disk
        self.asked = _noted if _noted is not None else Asked()

    def home(self, module: str, path: str) -> str | None:
        """The file that a module's dotted name means in a file, with leading dots where it is relative; None
        where it is none of the project's. A file that the interpreter runs finds what lies beside it first; a
        module of a package only what lies beside the package."""
        folder = folder_of(path)
        return self._noted(("home", module, folder), self.disk.home(module, folder))

    def beside(self, module: str, path: str) -> str | None:
        """The file of a module that lies right beside a script, where it hides a library of the same name."""
        folder = folder_of(path)
        return self._noted(("beside", module, folder), self.disk.beside(module, folder))

    def mentioning(self, *phrases: str) -> tuple[str, ...]:
        """The files of the project in which all these phrases stand (see `smelllint.phrases`), in order; none
        where it is so large that the search is not worth its price."""
        return self._noted(("mentioning", *phrases), self.disk.mentioning(*phrases))

    def near(self, name: str, path: str) -> str | None:
        """The file that a path means in the code of a file: programs are run from their own folder or from
        one above it, up to the root. None where it lies nowhere there, or in several."""
        folder = folder_of(path)
        return self._noted(("near", name, folder), self.disk.near(name, folder))

    def tree(self, path: str) -> Tree | None:
        """The syntax tree of a file; None where it cannot be read or is no Python. Many share it."""
        self._noted(("content", path), self.disk.content(path))
        return self.disk.tree(path)

    def text(self, path: str) -> str:
        """The text of a file of data; empty where there is none in the project."""
        self._noted(("content", path), self.disk.content(path))
        return self.disk.text(path)

    def data(self, path: str, dialect: str) -> Any:
        """What a file of data holds in a dialect of `smelllint.datafile`; OPAQUE where there is no such file
        in the project, or it does not tell."""
        self._noted(("content", path), self.disk.content(path))
        return self.disk.data(path, dialect)

    def holds(self, asked: Mapping[Question, Answer]) -> bool:
        """Whether all these questions would be answered the same now."""
        return all(self.disk.answer(question) == answer for question, answer in asked.items())

    def _noted(self, question: Question, answer: A) -> A:
        self.asked[question] = answer
        return answer


class Disk:
    """The folder of a project. Nothing else is read while a file is linted, and only a Project reads it."""

    def __init__(self, root: str, settings: Settings) -> None:
        self.root = root
        self.settings = settings
        self._homes: dict[tuple[str, str], str | None] = {}
        self._places: dict[str, list[str]] = {}
        self._mentions: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._contents: dict[str, tuple[Stamp, str]] = {}
        self._listed: dict[str, frozenset[str]] = {}
        self._files: dict[str, bool] = {}
        self._owned: dict[str, bool] = {}

    def answer(self, question: Question) -> Answer:
        """The answer to a question that a Project has noted."""
        word, *about = question
        if word == "mentioning":
            return self.mentioning(*about)
        words: dict[str, Callable[..., str | None]] = {
            "home": self.home,
            "beside": self.beside,
            "near": self.near,
            "content": self.content,
        }
        return words[word](*about)

    def home(self, module: str, folder: str) -> str | None:
        key = module, folder
        if key not in self._homes:
            self._homes[key] = self._home(module, folder)
        return self._homes[key]

    def _home(self, module: str, folder: str) -> str | None:
        name = module.lstrip(".")
        dots = len(module) - len(name)
        if dots:
            return self._file(above(folder, dots - 1), name)
        if folder not in self._places:
            self._places[folder] = list(self._places_from(folder))
        return next(filter(None, (self._file(place, name) for place in self._places[folder])), None)

    def _places_from(self, folder: str) -> Iterable[str]:
        """Where a module may lie that is imported by its whole name, the likeliest place first."""
        for place in self._up(folder):
            if not self._is_file(os.path.join(place, "__init__.py")):
                yield place
                source = os.path.join(place, "src")
                if seen.is_folder(source):
                    yield source

    def _up(self, folder: str) -> Iterable[str]:
        """A folder and those above it, up to the root."""
        yield folder
        while folder != self.root and os.path.dirname(folder) != folder:
            folder = os.path.dirname(folder)
            yield folder

    def _file(self, folder: str, name: str) -> str | None:
        """The file of a module below a folder, of a package its `__init__.py`."""
        first = name.partition(".")[0]
        if not inside(folder, self.root) or (name and self._names(folder).isdisjoint((first, f"{first}.py"))):
            return None
        base = os.path.join(folder, *name.split(".")) if name else folder
        candidates = [os.path.join(base, "__init__.py"), *([f"{base}.py"] if name else [])]
        return next(filter(self._own, candidates), None)

    def _own(self, path: str) -> bool:
        """Whether there is such a file in the project, wherever links lead."""
        if path not in self._owned:
            self._owned[path] = self._is_file(path) and inside(seen.real(path), self._real_root)
        return self._owned[path]

    def _names(self, folder: str) -> frozenset[str]:
        """What lies in a folder: of most modules that tells at once that they are not there."""
        if folder not in self._listed:
            try:
                self._listed[folder] = frozenset(seen.listed(folder))
            except OSError:
                self._listed[folder] = frozenset()
        return self._listed[folder]

    def _is_file(self, path: str) -> bool:
        if path not in self._files:
            self._files[path] = seen.is_file(path)
        return self._files[path]

    @cached_property
    def _real_root(self) -> str:
        return seen.real(self.root)

    def beside(self, module: str, folder: str) -> str | None:
        if self._is_file(os.path.join(folder, "__init__.py")):
            return None
        return self._file(folder, module)

    def near(self, name: str, folder: str) -> str | None:
        paths = {os.path.normpath(os.path.join(place, name)) for place in self._up(folder)}
        found = [path for path in paths if inside(path, self.root) and self._own(path)]
        return found[0] if len(found) == 1 else None

    def content(self, path: str) -> str | None:
        """A digest of the bytes of a file; None where there is no file."""
        stamp = stamp_of(path)
        if stamp is None:
            return None
        known, digest = self._contents.get(path, (None, ""))
        if known != stamp:
            digest = hashlib.blake2b(text_of(path), digest_size=16).hexdigest()
            self._contents[path] = stamp, digest
        return digest

    def tree(self, path: str) -> Tree | None:
        stamp = stamp_of(path)
        if stamp is None:
            return None
        known, tree = _trees.get(path, (None, None))
        if known != stamp:
            tree = parsed(path, tree)
            keep_tree(path, stamp, tree)
        return tree

    def text(self, path: str) -> str:
        data = text_of(path, DATA_LIMIT) if self._own(path) else b""
        return data.decode("utf-8", "replace")

    def data(self, path: str, dialect: str) -> Any:
        from smelllint.datafile import OPAQUE, parse

        stamp = stamp_of(path) if self._own(path) else None
        if stamp is None:
            return OPAQUE
        known, data = _data.get((path, dialect), (None, OPAQUE))
        if known != stamp:
            data = parse(text_of(path, DATA_LIMIT), dialect)
            keep(_data, (path, dialect), (stamp, data))
        return data

    def mentioning(self, *phrases: str) -> tuple[str, ...]:
        if phrases not in self._mentions:
            texts = texts_of(self)
            self._mentions[phrases] = tuple(
                path for path in texts.holding(phrases) if stand(texts.data[path], phrases)
            )
        return self._mentions[phrases]

    @cached_property
    def searched(self) -> list[str]:
        """The files in which names are looked for; none where there are too many."""
        settings = self.settings
        targets, _ = files.find([self.root], lambda _: settings)
        paths = [os.path.abspath(target.path) for target in targets if target.path.endswith(".py")]
        return paths if len(paths) <= MOST_FILES else []


def root_of(folder: str) -> str:
    """The folder in which the project of a folder starts; the folder itself where nothing marks one."""
    for mark in MARKS:
        current = folder
        while True:
            if seen.exists(os.path.join(current, mark)):
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
    return folder == root or folder.startswith(root if root.endswith(os.sep) else f"{root}{os.sep}")


def folder_of(path: str) -> str:
    return os.path.dirname(os.path.abspath(path))


def text_of(path: str, limit: int = LIMIT) -> bytes:
    """The bytes of a file; none where it cannot be read or is larger than the limit."""
    try:
        return read(path, limit)
    except UnreadableError:
        return b""


def stamp_of(path: str) -> Stamp | None:
    """What changes when a file does; None where there is no file."""
    status = seen.status(path)
    return None if status is None else (status.st_mtime_ns, status.st_size)


class Texts:
    """The files in which names are looked for: `data`, and which of them hold a word."""

    def __init__(self, data: dict[str, bytes]) -> None:
        self.data = data
        self.size = sum(map(len, data.values()))

    def holding(self, phrases: Iterable[str]) -> Iterator[str]:
        """The files that hold the words of all the phrases, in order."""
        common = reduce(and_, (self._holders.get(word_of(phrase), 0) for phrase in phrases))
        return (path for place, path in enumerate(self.data) if common >> place & 1)

    @cached_property
    def _holders(self) -> dict[bytes, int]:
        """The files that hold a word, by word, a bit for each: to look through all of them each time takes
        longer."""
        found: dict[bytes, int] = {}
        for place, data in enumerate(self.data.values()):
            for word in words_in(data):
                found[word] = found.get(word, 0) | 1 << place
        return found


def texts_of(disk: Disk) -> Texts:
    """The files in which names are looked for, with what they hold; kept for the projects that were searched
    last, as far as there is room."""
    if disk not in _texts:
        keep(_texts, disk, Texts({path: data for path in disk.searched if (data := text_of(path))}))
        while len(_texts) > 1 and sum(texts.size for texts in _texts.values()) > KEPT_BYTES:
            _texts.popitem(last=False)
    _texts.move_to_end(disk)
    return _texts[disk]


def keep(known: OrderedDict[K, V], key: K, value: V) -> None:
    """Remember what was made of a file, and forget what was made longest ago."""
    known[key] = value
    known.move_to_end(key)
    if len(known) > KEPT:
        known.popitem(last=False)


def keep_tree(path: str, stamp: Stamp | None, tree: Tree | None) -> None:
    """The same of a tree, where the large ones leave room for fewer."""
    keep(_trees, path, (stamp, tree))
    while len(_trees) > 1 and sum(len(kept.all) for _, kept in _trees.values() if kept) > KEPT_NODES:
        _trees.popitem(last=False)


def own_tree(source: Source) -> Tree:
    """A tree of the linted file's text to work on, parsed only as far as that was not done before. ParseError
    where the text cannot be dealt with."""
    path = os.path.abspath(source.path)
    _, known = _trees.get(path, (None, None))
    tree = known
    if tree is None or tree.text != source.text:
        tree = parsed_again(known, source.text)
        keep_tree(path, None, tree)  # the text may be an editor's, which is not on the disk
    return tree.copy()


def parsed(path: str, known: Tree | None) -> Tree | None:
    """The tree of a file on the disk: a known one where it is of the same text."""
    try:
        text = Source(path, read(path, LIMIT)).text
        if known is not None and known.text == text:
            return known
        return parsed_again(known, text)
    except (UnreadableError, SourceError, ParseError):
        return None


def parsed_again(known: Tree | None, text: str) -> Tree:
    """The tree of a text, of which a known tree may hold most. ParseError where there is none."""
    if known is None:
        from smelllint.tree import parse as made
    else:
        from smelllint.reparse import reparse

        made = partial(reparse, known)
    try:
        return made(text)
    finally:
        pythons.cache_clear()  # Python's own tree, several times as large, has served
