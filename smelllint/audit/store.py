"""The folder of results.

    run.json                 what the audit was asked for: another one does not go there
    findings/000000.jsonl    the records of a shard, or .parquet
    shards/000000.json       that this shard is done: its digest and counts
    summary.json             what came of all of it, once all is done

Each file is written whole or not at all, a shard's records before the note that it is done. So after a kill
at any moment what is noted is there, and nothing that is noted is done again.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from smelllint.audit.shards import Shard
from smelllint.audit.tally import Tally
from smelllint.audit.work import Result
from smelllint.errors import MistakeError
from smelllint.report.records import Record
from smelllint.report.style import dumped
from smelllint.words import listed
from smelllint.write import write_whole

if sys.platform != "win32":
    import fcntl

FORMAT = 1
RUN, SUMMARY, LOCK = "run.json", "summary.json", ".lock"
JSON_LINES, PARQUET = FORMATS = "json-lines", "parquet"
ENDINGS = {JSON_LINES: "jsonl", PARQUET: "parquet"}
Asked = dict[str, Any]


class StoreError(MistakeError):
    """A folder that results cannot go to."""


class Store:
    """A folder of results in one of FORMATS."""

    def __init__(self, folder: Path, output_format: str) -> None:
        self.folder = folder
        self.output_format = output_format
        self.pack = _packer(output_format)

    def begin(self, asked: Asked) -> None:
        """Claim the folder for an audit that was asked for this; StoreError where it holds another."""
        kept = json.loads(json.dumps({"smelllint-audit": FORMAT, **asked}))  # as it will be read again
        before = self._asked_before()
        if before is None:
            self._write(self.folder / RUN, json.dumps(kept, indent=1) + "\n")
        elif before != kept:
            other = [name for name in {**before, **kept} if before.get(name) != kept.get(name)]
            raise StoreError(
                f"`{self.folder}` holds an audit that was asked for something else ({listed(other)}): "
                "name another folder, or remove it"
            )

    def _asked_before(self) -> Asked | None:
        """What was asked of the audit that is there; None where there is none."""
        path = self.folder / RUN
        try:
            if path.is_file():
                before: Asked = json.loads(path.read_bytes())
                return before
            if not self.folder.exists() or not set(os.listdir(self.folder)) - {LOCK}:
                return None
        except (OSError, ValueError) as error:
            raise StoreError(f"`{path}` cannot be read: {error}; remove the folder") from error
        raise StoreError(f"`{self.folder}` is not empty, and no audit: name another folder")

    @contextmanager
    def held(self) -> Iterator[None]:
        """The folder for this process alone; StoreError where another one is at it."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.folder / LOCK, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:
            raise StoreError(f"`{self.folder}` cannot be written to: {error.strerror}") from error
        try:
            _lock(descriptor, self.folder)
            yield
        finally:
            os.close(descriptor)

    def done(self, shard: Shard) -> Tally | None:
        """The counts of a shard that is done, and as it was; None where it has yet to be done."""
        try:
            kept = json.loads(self._note(shard.number).read_bytes())
            if kept["digest"] == shard.digest and self._findings(shard.number).is_file():
                return Tally.from_json(kept)
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            return None
        return None

    def keep(self, shard: Shard, result: Result) -> None:
        """Write what came of a shard, and then that it is done."""
        self._write(self._findings(shard.number), self.pack(result.records))
        note = {"digest": shard.digest, **result.tally.as_json()}
        self._write(self._note(shard.number), json.dumps(note, indent=1) + "\n")

    def finish(self, shards: int, summary: dict[str, Any]) -> Path:
        """Write the summary of so many shards; the file. What an earlier run had beyond them is removed."""
        for path in [*self.folder.glob("shards/*.json"), *self.folder.glob("findings/*.*")]:
            if path.stem.isdigit() and int(path.stem) >= shards:
                path.unlink()
        self._write(self.folder / SUMMARY, json.dumps(summary, indent=1) + "\n")
        return self.folder / SUMMARY

    def unfinished(self) -> None:
        """Take away the summary of an earlier run, which is none of this one."""
        with suppress(FileNotFoundError):
            (self.folder / SUMMARY).unlink()

    def _findings(self, number: int) -> Path:
        return self.folder / "findings" / f"{number:06}.{ENDINGS[self.output_format]}"

    def _note(self, number: int) -> Path:
        return self.folder / "shards" / f"{number:06}.json"

    def _write(self, path: Path, content: str | bytes) -> None:
        try:
            write_whole(path, content)
        except OSError as error:
            raise StoreError(f"`{path}` could not be written: {error.strerror or error}") from error


def _packer(output_format: str) -> Callable[[Sequence[Record]], bytes]:
    """What makes a file of records."""
    if output_format == PARQUET:
        from smelllint.audit.parquet import packed

        return packed
    return _lines


def _lines(records: Sequence[Record]) -> bytes:
    return "".join(f"{dumped(record, indent=None)}\n" for record in records).encode()


def _lock(descriptor: int, folder: Path) -> None:
    """Lock an open file for this process, not for those that it starts: a worker may outlive it."""
    if sys.platform == "win32":
        return
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise StoreError(f"`{folder}` is being written by another audit") from error
