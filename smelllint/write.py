"""Writing a file so that no one ever sees half of it.

    replace_file    a file of the user's: mode, owner, extended attributes and access lists are kept; a
                    symbolic link stays one and its target is written
    write_whole     a file of our own, in a folder that need not be there yet

The new bytes go to a temporary file beside it, to the disk, and then take its name in one step. A file that
cannot be replaced without a loss (it has other names, its owner cannot be kept, or its folder takes no new
files) is written in place, as other tools do: with one call, and the old bytes are put back where that fails.

The temporary file's name follows from the target's and is locked while it is written: two processes take
turns, and what a killed one has left is cleared away by the next that writes this file.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from io import FileIO
from pathlib import Path

from smelllint.read import NOTEBOOK_LIMIT, UnreadableError, read
from smelllint.signals import held_back

if sys.platform != "win32":
    import fcntl

NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
OLD = os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
PATIENCE = 10.0  # seconds to wait for another process that writes the same file
TAKEN = "is being written by another process"
NAME_BYTES = 200  # of a file's name in that of its temporary file: names end at 255


class NotWrittenError(Exception):
    """Why the file was left as it is."""


class _KeptLossError(Exception):
    """Something of the file would be lost if another took its name."""


def replace_file(path: str, before: bytes, after: bytes) -> None:
    """Give the file its new bytes; NotWrittenError where it no longer holds `before` or cannot be written.
    Nothing is done where it already holds `after`."""
    target = os.path.realpath(path)
    if not os.access(target, os.W_OK):
        raise NotWrittenError("is read-only")
    try:
        # A process that is asked to end meanwhile would leave a temporary file.
        with held_back("SIGTERM"):
            try:
                _replace(target, before, after)
            except _KeptLossError:
                _overwrite(target, before, after)
    except (OSError, UnreadableError) as error:
        raise NotWrittenError(f"could not be written: {getattr(error, 'strerror', None) or error}") from error


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file of our own, text as UTF-8; OSError where it cannot be, and then nothing is left behind."""
    path.parent.mkdir(parents=True, exist_ok=True)

    def ready(temporary: str) -> bool:
        os.chmod(temporary, 0o666 & ~_umask())
        return True

    try:
        _put(str(path), content.encode() if isinstance(content, str) else content, ready)
    except NotWrittenError as error:
        raise OSError(errno.EBUSY, str(error)) from error


# -- by another file that takes the name ------------------------------------------------------------------


def _replace(target: str, before: bytes, after: bytes) -> None:
    if os.stat(target).st_nlink > 1:
        raise _KeptLossError

    def ready(temporary: str) -> bool:
        _keep_attributes(target, temporary)
        return _still(target, before, after)

    try:
        _put(target, after, ready)
    except PermissionError as error:  # the folder takes no new file
        raise _KeptLossError from error
    except OSError as error:
        if error.errno in (errno.EROFS, errno.EBUSY):  # a file that is mounted by itself
            raise _KeptLossError from error
        raise


def _still(target: str, before: bytes, after: bytes) -> bool:
    """Whether a file is still to be written. Asked as late as can be: whoever saved it since we read it must
    not lose what they wrote."""
    now = read(target, NOTEBOOK_LIMIT)
    if now not in (before, after):
        raise NotWrittenError("changed while it was being mended, so it was left alone")
    return now != after


def _put(target: str, data: bytes, ready: Callable[[str], bool]) -> None:
    """Let new bytes take a file's name, if `ready` says so once it has seen to the temporary file that holds
    them."""
    folder = os.path.dirname(target) or "."
    temporary = os.path.join(folder, _temporary(os.path.basename(target)))
    with open(_locked(temporary), "wb", buffering=0) as file:
        try:
            _write(file.fileno(), data)
            if ready(temporary):
                _rename(file, temporary, target)
        finally:
            _unlink(file, temporary)
    _sync_folder(folder)


def _rename(file: FileIO, temporary: str, target: str) -> None:
    if not _names(temporary, file.fileno()):
        raise NotWrittenError(TAKEN)
    if sys.platform == "win32":
        file.close()  # what is open keeps its name there
    os.replace(temporary, target)


def _unlink(file: FileIO, temporary: str) -> None:
    """Take the temporary file away, unless it is the target by now."""
    if file.closed or _names(temporary, file.fileno()):
        if sys.platform == "win32":
            file.close()
        with suppress(OSError):
            os.unlink(temporary)


def _temporary(name: str) -> str:
    short = os.fsencode(name)
    if len(short) > NAME_BYTES:
        return f".{hashlib.sha256(short).hexdigest()}.smelllint"
    return f".{name}.smelllint"


def _locked(temporary: str) -> int:
    """A descriptor of the temporary file, new and locked."""
    deadline = time.monotonic() + PATIENCE
    while True:
        with suppress(FileExistsError):
            descriptor = os.open(temporary, NEW, 0o600)
            if _lock(descriptor) and _names(temporary, descriptor):
                return descriptor
            os.close(descriptor)  # somebody took it for a dead one's in between
        _clear(temporary)
        if time.monotonic() > deadline:
            raise NotWrittenError(TAKEN)
        time.sleep(0.002)


def _clear(temporary: str) -> None:
    """Take away what a dead process has left; leave alone what a living one writes."""
    try:
        if not stat.S_ISREG(os.lstat(temporary).st_mode):
            raise NotWrittenError(f"`{os.path.basename(temporary)}` is in the way, which is no file")
        descriptor = os.open(temporary, OLD)
    except FileNotFoundError:
        return
    try:
        if _lock(descriptor) and _names(temporary, descriptor):
            with suppress(PermissionError):  # where open files cannot go, it is a living one's
                os.unlink(temporary)
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> bool:
    """Whether nobody else holds this file; it is ours then until it is closed, or until we die."""
    if sys.platform == "win32":
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        # Where there are no locks, to write at once is left to chance; the bytes are whole all the same.
        return error.errno not in (errno.EWOULDBLOCK, errno.EACCES)
    return True


def _names(temporary: str, descriptor: int) -> bool:
    """Whether a path still names an open file, not one that took its place or the target that it became."""
    with suppress(FileNotFoundError):
        return os.path.samestat(os.lstat(temporary), os.fstat(descriptor))
    return False


def _write(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
    os.fsync(descriptor)


def _keep_attributes(target: str, temporary: str) -> None:
    """Owner first: to change it clears the set-user bits that the mode then puts back."""
    status = os.stat(target)
    if hasattr(os, "chown"):
        try:
            os.chown(temporary, status.st_uid, status.st_gid)
        except PermissionError as error:
            raise _KeptLossError from error
    os.chmod(temporary, stat.S_IMODE(status.st_mode))
    if not hasattr(os, "listxattr"):
        return
    for attribute in os.listxattr(target):
        with suppress(OSError):
            os.setxattr(temporary, attribute, os.getxattr(target, attribute))


# -- in place ---------------------------------------------------------------------------------------------


def _overwrite(target: str, before: bytes, after: bytes) -> None:
    """Write into the file itself, and put the old bytes back where that fails half-way."""
    if not _still(target, before, after):
        return
    descriptor = os.open(target, os.O_RDWR | getattr(os, "O_BINARY", 0))
    try:
        _fill(descriptor, after)
    except BaseException:
        _fill(descriptor, before)
        raise
    finally:
        os.close(descriptor)


def _fill(descriptor: int, data: bytes) -> None:
    os.lseek(descriptor, 0, os.SEEK_SET)
    _write(descriptor, data)
    os.ftruncate(descriptor, len(data))
    os.fsync(descriptor)


# -- the rest ---------------------------------------------------------------------------------------------


def _umask() -> int:
    """What new files are denied; the system tells it only to who sets it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _sync_folder(folder: str) -> None:
    """Bring the new name to the disk as well, where folders can be synced."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
