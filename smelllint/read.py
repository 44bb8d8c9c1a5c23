"""Reading a file that may be anything: only regular files of a decent size, and never a hang.

A FIFO, a device, a folder, a dangling or looping link, or a file one may not read raises `UnreadableError`.
`leads_out` tells of links out of a repository, which nobody follows who was not told to.
"""

from __future__ import annotations

import os
import stat

from smelllint import seen

LIMIT = 5_000_000  # bytes; generated code above it takes minutes to parse and nobody mends it by hand
NOTEBOOK_LIMIT = 100_000_000  # notebooks hold pictures
FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)


def leads_out(path: str, folder: str | None = None) -> bool:
    """Whether a path is a link to a file outside of the repository that its folder, or the given one, is in.
    What a repository holds must not make us read what is elsewhere."""
    if not os.path.islink(path):
        return False
    root = seen.real(repository(folder or os.path.dirname(os.path.abspath(path))))
    return os.path.isfile(path) and not within(seen.real(path), root)


def repository(folder: str) -> str:
    """The folder of the repository that a folder is in; the folder itself where it is in none."""
    above = folder
    while not seen.exists(os.path.join(above, ".git")):
        if os.path.dirname(above) == above:
            return folder
        above = os.path.dirname(above)
    return above


def within(path: str, folder: str) -> bool:
    """Whether a path is a folder or lies in it, by its letters."""
    return path == folder or path.startswith(os.path.join(folder, ""))


class UnreadableError(Exception):
    """Why there are no bytes: `name` as in `Trouble`, and a message."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name
        self.message = message


def read(path: str | os.PathLike[str], limit: int | None = None) -> bytes:
    """The bytes of a regular file of at most `limit` bytes, by default that of its kind; UnreadableError
    where there are none."""
    limit = limit or limit_of(path)
    seen.note(os.fspath(path))
    try:
        # Tested before opening too: to open a device may already do something.
        _require_regular(os.stat(path), limit)
        descriptor = os.open(path, FLAGS)
        with open(descriptor, "rb") as file:
            _require_regular(os.fstat(descriptor), limit)
            data = file.read(limit + 1)
    except (OSError, ValueError) as error:
        raise UnreadableError("unreadable-file", _reason(error)) from error
    if len(data) > limit:
        raise too_large(limit)
    return data


def limit_of(path: str | os.PathLike[str]) -> int:
    """How many bytes a file of its kind may have."""
    return NOTEBOOK_LIMIT if os.fspath(path).endswith(".ipynb") else LIMIT


def _require_regular(status: os.stat_result, limit: int) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise UnreadableError("not-a-file", f"is {_kind(status.st_mode)}, not a file")
    if status.st_size > limit:
        raise too_large(limit)


def too_large(limit: int) -> UnreadableError:
    """Why nobody looks at a file of more bytes."""
    return UnreadableError(
        "too-large", f"is larger than {limit // 1_000_000} MB and was left out; exclude it"
    )


def _kind(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "a folder"
    if stat.S_ISFIFO(mode):
        return "a FIFO"
    if stat.S_ISSOCK(mode):
        return "a socket"
    return "a device"


def _reason(error: OSError | ValueError) -> str:
    """The system's words, without the path that the caller prints anyway."""
    if isinstance(error, OSError) and error.strerror:
        return f"cannot be read: {error.strerror[0].lower()}{error.strerror[1:]}"
    return f"cannot be read: {error}"
