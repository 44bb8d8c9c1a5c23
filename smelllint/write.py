"""Writing a file so that no one ever sees half of it.

    replace_file    a file of the user's: mode, owner and extended attributes are kept as far as the system
                    lets us; a symbolic link stays one and its target is written
    write_whole     a file of our own, in a folder that need not be there yet

The new bytes go to a temporary file beside it, to the disk, and then take its name in one step.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from smelllint.read import UnreadableError, read


class NotWrittenError(Exception):
    """Why the file was left as it is."""


def replace_file(path: str, before: bytes, after: bytes) -> None:
    """Give the file its new bytes; NotWrittenError where it no longer holds `before` or cannot be written."""
    target = os.path.realpath(path)
    if not os.access(target, os.W_OK):
        raise NotWrittenError("is read-only")
    try:
        _replace(target, before, after)
    except (OSError, UnreadableError) as error:
        raise NotWrittenError(f"could not be written: {getattr(error, 'strerror', None) or error}") from error


def write_whole(path: Path, text: str) -> None:
    """Write a file of our own as UTF-8; OSError where it cannot be, and then nothing is left behind."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _put(str(path), text.encode(), lambda temporary: os.chmod(temporary, 0o666 & ~_umask()))


def _replace(target: str, before: bytes, after: bytes) -> None:
    def ready(temporary: str) -> None:
        _keep_attributes(target, temporary)
        # As late as can be: whoever saved the file since we read it must not lose what they wrote.
        if read(target) != before:
            raise NotWrittenError("changed while it was being mended, so it was left alone")

    _put(target, after, ready)


def _put(target: str, data: bytes, ready: Callable[[str], None]) -> None:
    """Let new bytes take a file's name, once `ready` has seen to the temporary file that holds them."""
    folder, name = os.path.split(target)
    descriptor, temporary = tempfile.mkstemp(prefix=f".{name[:200]}.", suffix=".smelllint", dir=folder or ".")
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(descriptor)
        ready(temporary)
        os.replace(temporary, target)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(temporary)
        raise
    _sync_folder(folder)


def _umask() -> int:
    """What new files are denied; the system tells it only to who sets it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _keep_attributes(target: str, temporary: str) -> None:
    """Owner first: to change it clears the set-user bits that the mode then puts back."""
    status = os.stat(target)
    if hasattr(os, "chown"):
        with suppress(PermissionError):
            os.chown(temporary, status.st_uid, status.st_gid)
    os.chmod(temporary, stat.S_IMODE(status.st_mode))
    if not hasattr(os, "listxattr"):
        return
    for attribute in os.listxattr(target):
        with suppress(OSError):
            os.setxattr(temporary, attribute, os.getxattr(target, attribute))


def _sync_folder(folder: str) -> None:
    """Bring the new name to the disk as well, where folders can be synced."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(folder or ".", os.O_RDONLY | os.O_DIRECTORY)
    try:
        with suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
