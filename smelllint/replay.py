"""The same run again: where nothing that it saw has changed, what it printed is printed again.

    replayed(arguments)   print it; its exit code, None where anything may be different
    remember, keep        let a run, or another text, be remembered
    load                  what was kept, while the disk is as it was seen
    home()                the user's folder for what is kept between runs

It is asked before anything else at every start, so it imports next to nothing. What a run saw is told by
`smelllint.seen`; whether it may be remembered, by `smelllint.check`.
"""

from __future__ import annotations

import os
import sys
from binascii import crc32

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from smelllint.seen import Seen

HEADER = b"smelllint run 1"
ENDING = ".run"
MOST_TEXT = 16 << 20  # characters of what is printed
# What else a run depends on: colours, where the user's own evidence lies, and whose folders.
ENVIRONMENT = (
    "NO_COLOR", "FORCE_COLOR", "TERM", "SMELLLINT_DATA_DIR", "XDG_DATA_HOME", "LOCALAPPDATA", "HOME",
)  # fmt: skip

_key: bytes | None = None  # of this run


def replayed(arguments: Sequence[str]) -> int | None:
    """Print what the last run with these arguments printed; its exit code. None where there was none, or
    where it might print something else now."""
    global _key
    if arguments[:1] != ["check"]:
        return None
    try:
        _key = key_of(arguments)
        found = load(_key)
    except (OSError, ValueError):  # no such run, or what is kept of it is torn
        return None
    if found is None:
        return None
    code, text = found
    return code if printed(text) else 1


def printed(text: str) -> bool:
    """Whether somebody took all of the text."""
    try:
        getattr(sys.stdout, "reconfigure", lambda **_: None)(errors="backslashreplace")
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # for what Python flushes at its end
        return False
    return True


def key_of(arguments: Sequence[str]) -> bytes:
    """All that a run depends on but the disk."""
    environment = [f"{name}={os.environ.get(name)}" for name in ENVIRONMENT]
    streams = [str(stream is not None and stream.isatty()) for stream in (sys.stdout, sys.stderr)]
    place = [__file__, sys.version, *sys.path, os.getcwd()]
    return os.fsencode("\0".join([*place, *environment, *streams, *arguments]))


def place_of(key: bytes) -> str:
    return os.path.join(home(), f"{crc32(key):08x}{crc32(key[::-1]):08x}{ENDING}")


def load(key: bytes) -> tuple[int, str] | None:
    """Exit code and text of a run that would see the same again. OSError and ValueError where nothing usable
    is kept."""
    with open(place_of(key), "rb", buffering=0) as file:
        head, _, rest = file.read().partition(b"\n")
    header, checksum, code, *sizes = head.rsplit(b" ", 6)
    if header != HEADER or int(checksum) != crc32(rest):
        return None
    parts, start = [], 0
    for size in map(int, sizes):
        parts.append(rest[start : start + size])
        start += size
    kept_key, paths, states, links = parts
    if kept_key != key or not same(paths, states) or not same_links(links):
        return None
    return int(code), rest[start:].decode("utf-8", "surrogatepass")


def same(paths: bytes, states: bytes) -> bool:
    """Whether all is in the state that it was seen in."""
    kept = memoryview(states).cast("Q").tolist()
    at, stat = 0, os.stat
    for path in os.fsdecode(paths).split("\0"):
        try:
            now = stat(path)
        except OSError:
            if kept[at]:
                return False
            at += 4
            continue
        if kept[at + 1]:
            if (
                now.st_ctime_ns != kept[at + 1]
                or now.st_mtime_ns != kept[at]
                or now.st_size != kept[at + 2]
                or now.st_ino != kept[at + 3]
            ):
                return False
        elif now.st_mode & 0o170000 != kept[at]:
            return False
        at += 4
    return True


def same_links(links: bytes) -> bool:
    """Whether all links lead where they led."""
    words = os.fsdecode(links).split("\0") if links else []
    return all(os.path.realpath(path) == end for path, end in zip(words[::2], words[1::2], strict=True))


def remember(seen: Seen, code: int, text: str) -> None:
    """Remember this run, where it was started as a process of its own."""
    if _key is not None and len(text) <= MOST_TEXT:
        keep(_key, seen, code, text)


def keep(key: bytes, seen: Seen, code: int, text: str) -> None:
    """Keep a text that holds as long as all is as it was seen. What cannot be written is not, and no reason
    to fail."""
    if not seen.steady:
        return
    from array import array
    from contextlib import suppress
    from pathlib import Path

    from smelllint.write import write_whole

    with suppress(OSError, OverflowError):
        here = os.path.join(os.getcwd(), "")
        states = {path.removeprefix(here): state for path, state in seen.needed().items()}
        parts = [
            key,
            os.fsencode("\0".join(states)),
            array("Q", [number for state in states.values() for number in state]).tobytes(),
            os.fsencode("\0".join(word for link in seen.links.items() for word in link)),
        ]
        rest = b"".join([*parts, text.encode("utf-8", "surrogatepass")])
        sizes = " ".join(str(len(part)) for part in parts)
        write_whole(
            Path(place_of(key)), b"%s %d %d %s\n%s" % (HEADER, crc32(rest), code, sizes.encode(), rest)
        )


def home() -> str:
    """The user's folder for caches, and ours in it; SMELLLINT_CACHE_DIR moves it."""
    chosen = os.environ.get("SMELLLINT_CACHE_DIR")
    if chosen:
        return chosen
    user = os.path.expanduser("~")
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or os.path.join(user, "AppData", "Local")
    elif sys.platform == "darwin":
        base = os.path.join(user, "Library", "Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or os.path.join(user, ".cache")
    return os.path.join(base, "smelllint")
