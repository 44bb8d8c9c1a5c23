"""The cache: what came of files that are as they were, so that they need not be looked at again.

    examine_all(jobs, workers)   what comes of each job, in order; of most, what is remembered
    home()                       the folder that it is kept in
    clean()                      empty that folder

A manifest for each working folder holds, for each file, its stamp and digest, what the lint asked of the
files around it, and what it found. What comes of a file follows from its bytes, its settings, these answers,
and smelllint itself; all of it is compared before anything is believed. A stamp stands for the bytes only
where the file had been at rest for a while when it was taken; otherwise they are read and their digest is
compared.

The folder is the user's, not the project's: a repository cannot bring findings, or their absence, along. The
manifests are JSON below their checksum, written whole; one that is torn or foreign counts as none.
"""

from __future__ import annotations

import json
import os
import stat
import sys
import time
from binascii import crc32
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smelllint import catalogue, examine, project, proof, replay, seen
from smelllint.answers import Answers
from smelllint.diagnostic import FileReport
from smelllint.engine import applicable
from smelllint.errors import MistakeError
from smelllint.examine import Job, Outcome
from smelllint.plain import Plain, from_plain, to_plain
from smelllint.project import Asked, Disk
from smelllint.read import UnreadableError, read
from smelllint.stamps import Stamp, digest_of

if TYPE_CHECKING:
    from smelllint.pool import Loss

HEADER = b"smelllint manifest 1 %d"  # with the checksum of all that follows
OLD = 30 * 24 * 3600.0  # seconds without use after which a manifest is removed
ENDING = ".json"
TORN = ".smelllint"  # what a process was writing when it was killed: see `smelllint.write`
ENDINGS = (ENDING, replay.ENDING, TORN)
MOST_BYTES = 256 << 20  # of all manifests together


@dataclass(frozen=True)
class Look:
    """What came of a job, the digest of the bytes that were looked at, and what it rests on besides; no
    digest where it is not to be remembered."""

    outcome: Outcome
    digest: str | None = None
    asked: Asked | None = None


def examine_all(jobs: Sequence[Job], workers: int | None = None) -> Iterator[Outcome]:
    """What comes of each job, in order. What is new is remembered, also where the run is broken off."""
    manifest = Manifest(home() / f"{digest_of(os.getcwd().encode())}-{fingerprint()}.json")
    known = [manifest.recall(job) for job in jobs]
    unknown = [job for job, outcome in zip(jobs, known, strict=True) if outcome is None]
    looks = examine.each(look, lost, unknown, workers)
    try:
        for job, outcome in zip(jobs, known, strict=True):
            yield outcome if outcome is not None else manifest.remember(job, next(looks))
        manifest.witness()
    finally:
        manifest.write()


def look(job: Job) -> Look:
    """Examine a file, and note what the result rests on."""
    try:
        data = read(job.path) if job.data is None else job.data
    except UnreadableError:  # which is what comes of it
        return Look(examine.examine(job))
    with project.noted() as asked:
        outcome = examine.examine(replace(job, data=data))
    told = job.data is None and not outcome.report.troubles and outcome.report.after is None
    return Look(outcome, digest_of(data), asked) if told else Look(outcome)


def lost(job: Job, how: Loss) -> Look:
    return Look(examine.lost(job, how))


class Manifest:
    """What is remembered of the files of a working folder.

    files      by path: settings, stamp, digest, places of what was asked, findings
    answers    what was asked, with the answers
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.files, self.answers = loaded(path)
        self.changed = False
        self._stamps: dict[str, Stamp | None] = {}
        self._sure: set[str] = set()  # what has been recalled or remembered in this run
        self._keys: dict[int, str] = {}
        self._disks: dict[str, Disk | None] = {}
        self._told: set[int] = set()  # the places of what was asked in this run, in whatever process

    def recall(self, job: Job) -> Outcome | None:
        """What comes of a job, if that is known."""
        self._stamps[job.path] = seen.stamp(job.path)
        entry = self.files.get(job.path)
        if entry is None or job.data is not None:
            return None
        try:
            return self._recalled(job, entry)
        except (UnreadableError, ValueError, TypeError, LookupError):  # not there, or not what we write
            return None

    def _recalled(self, job: Job, entry: Plain) -> Outcome | None:
        key, stamp, digest, asked, found = entry
        if key != self._key(job) or not isinstance(found, list) or not isinstance(asked, list):
            return None
        data: bytes | None = None
        now = self._stamps[job.path]
        if found or now is None or now != stamp:
            data = read(job.path)
            if digest_of(data) != digest:
                return None
            entry[1], self.changed = now, self.changed or now != stamp
        if asked and not self.answers.hold(asked, self._disk(job)):
            return None
        diagnostics = tuple(from_plain(job.path, plain) for plain in found)
        self._sure.add(job.path)
        if job.fix and any(applicable(one.fix, job.unsafe) for one in diagnostics):
            return None
        report = FileReport(job.path, tuple(map(examine.proven, diagnostics)))
        return Outcome(report, data if diagnostics else None)

    def remember(self, job: Job, look: Look) -> Outcome:
        """Write down what came of a job; the outcome itself."""
        if look.digest is None or look.asked is None:
            self.changed |= self.files.pop(job.path, None) is not None
            return look.outcome
        found = list(map(to_plain, look.outcome.report.diagnostics))
        asked = self.answers.note(look.asked, self._disk(job)) if look.asked else []
        self._told.update(asked)
        self.files[job.path] = [self._key(job), self._stamps.get(job.path), look.digest, asked, found]
        self._sure.add(job.path)
        self.changed = True
        return look.outcome

    def _key(self, job: Job) -> str:
        """What the result follows from besides: the settings, and whether somebody named the file."""
        if id(job.settings) not in self._keys:
            self._keys[id(job.settings)] = digest_of(repr(job.settings).encode())
        return f"{self._keys[id(job.settings)]}{'!' * job.named}"

    def _disk(self, job: Job) -> Disk | None:
        """The folder of the project that a file belongs to."""
        folder = os.path.dirname(job.path)
        if folder not in self._disks:
            files = project.around(job.path, job.settings)
            self._disks[folder] = files.disk if files is not None else None
        return self._disks[folder]

    def witness(self) -> None:
        """See for ourselves what other processes were told, where what this run sees is to be remembered."""
        if seen.watched() and not self.answers.told_again(self._told):
            seen.distrust()

    def write(self) -> None:
        """Keep it for the next run. A cache that cannot be written is none, and no reason to fail."""
        with suppress(OSError):
            if not self.changed:
                os.utime(self.path)
                return
            from smelllint.write import write_whole

            write_whole(self.path, dumped(self._plain()))
            sweep()

    def _plain(self) -> dict[str, Any]:
        """All of it as JSON has it: the files of this run, and those of others that are still there and rest
        on nothing that has changed."""
        kept = {
            path: entry
            for path, entry in self.files.items()
            if path in self._sure or (os.path.exists(path) and self.answers.stand(entry[3]))
        }
        answers, places = self.answers.compact(place for entry in kept.values() for place in entry[3])
        files = {
            path: [key, stamp, digest, [places[place] for place in asked], found]
            for path, (key, stamp, digest, asked, found) in kept.items()
        }
        return {"files": files, "answers": answers}


def dumped(plain: dict[str, Any]) -> str:
    """A manifest as it is written."""
    body = json.dumps(plain, separators=(",", ":"))
    return f"{(HEADER % crc32(body.encode())).decode()}\n{body}"


def loaded(path: Path) -> tuple[dict[str, Plain], Answers]:
    """What a manifest holds; nothing where there is none that can be used."""
    try:
        head, _, body = path.read_bytes().partition(b"\n")
        kept = json.loads(body) if head == HEADER % crc32(body) else {}
        if isinstance(kept["files"], dict):
            return kept["files"], Answers(kept["answers"])
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return {}, Answers({})
    return {}, Answers({})


# Where it is kept. ------------------------------------------------------------------------------------------


def home() -> Path:
    """The user's folder for caches, and ours in it."""
    return Path(replay.home())


@cache
def fingerprint() -> str:
    """What results follow from besides files and settings: our own code and tables, LibCST, Python, and the
    evidence of this user, by their stamps."""
    parser = find_spec("libcst")
    folders = [Path(__file__).parent, catalogue.home(), proof.local_folder()]
    if parser is not None and parser.origin is not None:
        folders.append(Path(parser.origin))
    state = [sys.version, [stamps_below(str(folder)) for folder in folders]]
    return digest_of(repr(state).encode())


def stamps_below(path: str) -> list[tuple[str, int, int]]:
    """The paths, times and sizes of a file, or of all files below a folder but compiled ones and pages."""
    if not os.path.isdir(path):
        return stamps_of([path])
    seen.note(path)
    with os.scandir(path) as scan:
        entries = sorted(scan, key=lambda entry: entry.name)
    folders = [entry.path for entry in entries if entry.is_dir() and entry.name != "__pycache__"]
    files = [entry.path for entry in entries if entry.is_file() and not entry.name.endswith((".md", ".svg"))]
    return [*stamps_of(files), *(stamp for folder in folders for stamp in stamps_below(folder))]


def stamps_of(paths: Sequence[str]) -> list[tuple[str, int, int]]:
    found = []
    for path in paths:
        seen.note(path)
        with suppress(OSError):
            status = os.stat(path)
            found.append((path, status.st_mtime_ns, status.st_size))
    return found


def kept(*endings: str) -> list[tuple[float, int, Path]]:
    """All that is kept: when it was last used, its size, its place; the last used first."""
    found = []
    for path in home().glob("*"):
        if path.suffix not in endings:
            continue
        with suppress(OSError):  # another process has just taken it away
            status = path.stat()
            if stat.S_ISREG(status.st_mode):
                found.append((status.st_mtime, status.st_size, path))
    return sorted(found, reverse=True)


def sweep() -> None:
    """Remove what nobody has used for long, and what is too much."""
    room = MOST_BYTES
    for used, size, path in kept(*ENDINGS):
        room -= size
        if room < 0 or time.time() - used > OLD:
            with suppress(OSError):
                path.unlink()


def clean() -> int:
    """Remove all that is kept; how many manifests that were. MistakeError where one cannot be removed."""
    found = [path for _, _, path in kept(*ENDINGS)]
    try:
        for path in found:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise MistakeError(f"`{error.filename}` cannot be removed: {error.strerror}") from error
    return sum(path.suffix == ENDING for path in found)
