"""The findings of every file of the workspace: of what is open as it is, of the rest as it is on the disk.

FileFindings   what is said of one file
Survey         all of them, one after the other; between two files an edit gets its turn
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass

from lsprotocol.types import Diagnostic
from pygls.uris import from_fs_path

from smelllint.examine import Job
from smelllint.files import Target, find
from smelllint.read import UnreadableError, read
from smelllint.server.analyst import Analyst
from smelllint.server.documents import program_of
from smelllint.server.findings import diagnostics
from smelllint.server.programs import PYTHON, Part, Program
from smelllint.server.text import Text
from smelllint.source import SourceError, source_of


@dataclass(frozen=True)
class FileFindings:
    """What is said of a file or cell. `items` is None where it is what the client knows already under
    `result_id`."""

    uri: str
    version: int | None
    result_id: str
    items: Sequence[Diagnostic] | None


class Survey:
    """The files that `smelllint check FOLDERS` would look at; MistakeError where a configuration is wrong."""

    def __init__(self, analyst: Analyst, folders: Iterable[str], encoding: str) -> None:
        self.analyst = analyst
        self.encoding = encoding
        existing = [folder for folder in folders if os.path.isdir(folder)]
        targets, _ = find(existing, analyst.setup.configurations.of)
        self.targets = {os.path.abspath(target.path): target for target in targets}

    async def closed(self, opened: Iterable[Program], known: dict[str, str]) -> AsyncIterator[FileFindings]:
        """What is said of the files that are not open. `known` maps URIs to what the client has of them."""
        skipped = {program.path for program in opened}
        for path, target in self.targets.items():
            if path in skipped:
                continue
            uri = from_fs_path(path) or ""
            result_id = self._state(path)
            if known.get(uri) == result_id:
                yield FileFindings(uri, None, result_id, None)
            else:
                yield FileFindings(uri, None, result_id, await self._examined(uri, target))

    async def _examined(self, uri: str, target: Target) -> list[Diagnostic]:
        try:
            data = read(target.path)
            text = source_of(target.path, data).raw
        except (UnreadableError, SourceError):  # said without a place
            data, text = None, ""
        async with self.analyst.worker.turn:
            outcome = await self.analyst.examine(Job(target.path, target.settings, data))
        program = program_of(Part(uri, None, PYTHON, Text(text, self.encoding)))
        return diagnostics(program, outcome.report)[uri]

    def _state(self, path: str) -> str:
        """A word for a file as it is now, under the settings as they are now."""
        try:
            status = os.stat(path)
        except OSError:
            return ""
        state = f"{status.st_mtime_ns} {status.st_size} {self.analyst.setup.generation}"
        return hashlib.sha1(state.encode()).hexdigest()
