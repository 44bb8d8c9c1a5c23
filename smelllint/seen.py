"""What a run sees of the disk, so that a later one can tell whether it would see the same.

    everything()              all that is asked here while it lasts
    note, stamp               what is about to be read; its stamp
    listed                    what lies in a folder
    status, exists, ...       as in `os` and `os.path`: whether there is something, and of what kind, counts
    real                      as `os.path.realpath`: where links lead counts

Whoever asks the disk for something that a result follows from asks here. While it lasts each folder is listed
once: what came into it since, the next run sees by its stamp.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from operator import attrgetter

from smelllint.stamps import Stamp, stamp_of

Entries = dict[str, os.DirEntry[str]]  # what lies in a folder, by name
State = tuple[int, ...]  # a stamp, or nothing but the kind, with zeros in the place of the other numbers
ABSENT: State = (0, 0, 0, 0)
NO_NAMES = ("", os.curdir, os.pardir)  # of what a path may end in


class Seen:
    """What was seen of each path: `states`, what lies in `folders`, and where links lead. Not `steady` where
    something changed just before: then a later look could not tell that it did so again."""

    def __init__(self) -> None:
        self.states: dict[str, State] = {}
        self.folders: dict[str, Entries] = {}  # those that were listed
        self.links: dict[str, str] = {}
        self.steady = True

    def kind(self, path: str, mode: int) -> None:
        self.states.setdefault(path, (stat.S_IFMT(mode), 0, 0, 0))

    def stamp(self, path: str, found: Stamp | None) -> None:
        if found is not None:
            self.states[path] = tuple(found)
        elif os.path.exists(path):
            self.steady = False
        else:
            self.states[path] = ABSENT

    def needed(self) -> dict[str, State]:
        """What there is to compare: whether there is something in a folder whose stamp was taken follows
        from that stamp."""
        return {path: state for path, state in self.states.items() if state[1] or not self._listed(path)}

    def _listed(self, path: str) -> bool:
        return self.states.get(os.path.dirname(path), ABSENT)[1] != 0


_seen: Seen | None = None


@contextmanager
def everything() -> Iterator[Seen]:
    """All that this process asks of the disk, here, while it lasts."""
    global _seen
    _seen = Seen()
    try:
        yield _seen
    finally:
        _seen = None


def watched() -> bool:
    """Whether somebody wants to know what is seen."""
    return _seen is not None


def distrust() -> None:
    """Say that what was seen is not what results follow from."""
    if _seen is not None:
        _seen.steady = False


def note(path: str) -> None:
    """Say that a file is about to be read."""
    if _seen is not None:
        _seen.stamp(path, stamp_of(path))


def listed(folder: str) -> Entries:
    """What lies in a folder, in order of the names; OSError where that cannot be told."""
    if _seen is not None and folder in _seen.folders:
        return _seen.folders[folder]
    note(folder)
    with os.scandir(folder) as scan:
        entries = {entry.name: entry for entry in sorted(scan, key=attrgetter("name"))}
    if _seen is not None:
        _seen.folders[folder] = entries
    return entries


def stamp(path: str) -> Stamp | None:
    """The stamp of a file that is read, unless the stamp tells that it need not be; None where it has none
    that can be relied on."""
    found = stamp_of(path)
    if _seen is not None:
        _seen.stamp(path, found)
    return found


def status(path: str) -> os.stat_result | None:
    """What the system says of a path; None where there is nothing."""
    if _seen is not None:
        folder, _, name = path.rpartition(os.sep)
        if folder in _seen.folders and name not in _seen.folders[folder] and name not in NO_NAMES:
            return None
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        found = None
    if _seen is not None:
        _seen.kind(path, found.st_mode if found is not None else 0)
    return found


def exists(path: str) -> bool:
    return status(path) is not None


def is_file(path: str) -> bool:
    found = status(path)
    return found is not None and stat.S_ISREG(found.st_mode)


def is_folder(path: str) -> bool:
    found = status(path)
    return found is not None and stat.S_ISDIR(found.st_mode)


def real(path: str) -> str:
    """Where a path leads in the end."""
    found = os.path.realpath(path)
    if _seen is not None and found != path:
        _seen.links[path] = found
    return found
