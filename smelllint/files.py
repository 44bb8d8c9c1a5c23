"""From the paths of the command line to the files to look at.

    find        files that are named in person, always (unless excluded by force), and the *.py, *.pyi and
                *.ipynb of folders; of Markdown too where the settings say so
    Ignored     the .gitignore files that hold for a folder

The order is that of the absolute paths: the same for the same files, however they were named. Links to
folders are not followed, nor are links to files outside of the repository. Whether a file can be read is
left to `smelllint.read`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from smelllint import seen
from smelllint.diagnostic import Trouble
from smelllint.read import UnreadableError, leads_out, read
from smelllint.settings import Settings, bearable, path_from
from smelllint.source import MARKDOWN

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

SUFFIXES = (".py", ".pyi", ".ipynb")


@dataclass(frozen=True)
class Target:
    """A file to look at: its path as printed, the settings that hold for it, and whether it was named in
    person."""

    path: str
    settings: Settings
    named: bool = False


@dataclass(frozen=True)
class Ignored:
    """The .gitignore files from the repository's root down to a folder, the innermost first."""

    layers: tuple[tuple[str, GitIgnoreSpec], ...] = ()

    def __call__(self, path: str, *, directory: bool) -> bool:
        """Whether git would leave this path out; the innermost file that says something decides."""
        for folder, spec in self.layers:
            relative = path_from(folder, path).replace(os.sep, "/")
            verdict = spec.check_file(relative + "/" if directory else relative).include
            if verdict is not None:
                return verdict
        return False

    def within(self, folder: str) -> Ignored:
        """What holds inside a folder below."""
        path = os.path.join(folder, ".gitignore")
        if not seen.is_file(path) or leads_out(path):
            return self
        from pathspec import GitIgnoreSpec

        try:
            lines = read(path).decode("utf-8", "replace").splitlines()
            spec = GitIgnoreSpec.from_lines(filter(bearable, lines))
            return replace(self, layers=((folder, spec), *self.layers))
        except (UnreadableError, ValueError):  # a pattern that git would skip with a warning
            return self

    @classmethod
    def above(cls, folder: str) -> Ignored:
        """What the files above a folder say, up to the root of its repository."""
        folders = [folder]
        while not seen.exists(os.path.join(folders[-1], ".git")):
            parent = os.path.dirname(folders[-1])
            if parent == folders[-1]:
                return cls()
            folders.append(parent)
        ignored = cls()
        for above in reversed(folders[1:]):
            ignored = ignored.within(above)
        return ignored


@dataclass
class Found:
    """What `find` has found below a folder: targets by absolute path, and what it could not look into."""

    root: str = ""
    targets: dict[str, Target] = field(default_factory=dict)
    troubles: list[Trouble] = field(default_factory=list)


def find(
    paths: Iterable[str], settings_of: Callable[[str], Settings], *, force_exclude: bool = False
) -> tuple[list[Target], list[Trouble]]:
    """The files that the paths mean, in order, and troubles with folders. The paths have to exist."""
    found = Found()
    for path in paths:
        absolute = os.path.abspath(path)
        if seen.is_folder(absolute):
            found.root = absolute
            _search(absolute, settings_of, Ignored.above(absolute), found)
            continue
        settings = settings_of(os.path.dirname(absolute))
        if not (force_exclude and _left_out(absolute, settings)):
            found.targets[absolute] = Target(shown(absolute), settings, named=True)
    return [found.targets[path] for path in sorted(found.targets)], found.troubles


def shown(path: str) -> str:
    """An absolute path as it is printed: relative to the working folder where it lies in it."""
    relative = path_from(os.getcwd(), path)
    return path if relative.startswith("..") else relative


def _left_out(path: str, settings: Settings) -> bool:
    """Whether a search would not have found a file that is named in person."""
    if settings.excludes(path):
        return True
    folder = os.path.dirname(path)
    return settings.respect_gitignore and Ignored.above(folder).within(folder)(path, directory=False)


def _search(folder: str, settings_of: Callable[[str], Settings], ignored: Ignored, found: Found) -> None:
    """Look through a folder and those in it, in order of their names."""
    try:
        entries = seen.listed(folder).values()
        settings = settings_of(folder)
    except OSError as error:
        found.troubles.append(
            Trouble(shown(folder), "unreadable-folder", f"cannot be searched: {error.strerror}")
        )
        return
    ignored = ignored.within(folder) if settings.respect_gitignore else Ignored()
    for entry in _wanted(entries, settings, ignored):
        if entry.is_symlink() and leads_out(entry.path, found.root):
            message = "is a link out of the repository, and was left out; name it to have it checked"
            found.troubles.append(Trouble(shown(entry.path), "outside", message))
            continue
        if not entry.is_dir(follow_symlinks=False):
            found.targets.setdefault(entry.path, Target(shown(entry.path), settings))
            continue
        if entry.name.endswith(SUFFIXES):
            message = "is a folder, though it is named like a Python file; what it holds is looked at"
            found.troubles.append(Trouble(shown(entry.path), "not-a-file", message))
        _search(entry.path, settings_of, ignored, found)


def _wanted(
    entries: Iterable[os.DirEntry[str]], settings: Settings, ignored: Ignored
) -> Iterator[os.DirEntry[str]]:
    """The folders and Python files that nothing shuts out."""
    for entry in entries:
        directory = entry.is_dir(follow_symlinks=False)
        if not directory and not entry.name.endswith((*SUFFIXES, *(MARKDOWN if settings.markdown else ()))):
            continue
        if settings.excludes(entry.path, directory=directory) or ignored(entry.path, directory=directory):
            continue
        yield entry
