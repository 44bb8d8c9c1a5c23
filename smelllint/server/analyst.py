"""The report on the latest version of a program.

Analysis   the report, and what it speaks of
Analyst    makes one where there is none yet; however many ask, a version is linted once, and versions that
           were overtaken are not linted at all
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary

from smelllint.diagnostic import FileReport, Trouble
from smelllint.errors import MistakeError
from smelllint.examine import Job, Outcome, examine
from smelllint.files import Target
from smelllint.server.programs import Program
from smelllint.server.settings import Setup
from smelllint.server.worker import Worker, WorkerDiedError


@dataclass(frozen=True)
class Analysis:
    """What is said of a program as it was at a stamp. `job` is None where it is left out; `seconds` is how
    long it took."""

    stamp: int
    generation: int
    report: FileReport
    job: Job | None = None
    seconds: float = 0.0


class Analyst:
    """`complain` is told once of each mistake in a configuration."""

    def __init__(self, worker: Worker, setup: Setup, complain: Callable[[str], None]) -> None:
        self.worker = worker
        self.setup = setup
        self.complain = complain
        self._known: WeakKeyDictionary[Program, Analysis] = WeakKeyDictionary()
        self._complaints: set[tuple[int, str]] = set()

    async def analysis(self, program: Program) -> Analysis:
        """The analysis of the program as it is when this returns."""
        while True:
            analysis = self._fresh(program)
            if analysis is not None:
                return analysis
            async with self.worker.turn:
                if self._fresh(program) is None:
                    self._known[program] = await self._analyse(program)

    async def examine(self, job: Job) -> Outcome:
        """One job, done in the worker; a death is a trouble of its file."""
        try:
            return await self.worker.ask(examine, job)
        except WorkerDiedError:
            message = "ended the process that looked at it, or took too long; exclude it"
            return Outcome(FileReport(job.path, troubles=(Trouble(job.path, "process-died", message),)))

    def target(self, path: str) -> Target | None:
        """The target of a path; None where it is left out, or its configuration is wrong."""
        try:
            return self.setup.target(path)
        except MistakeError as error:
            complaint = self.setup.generation, str(error)
            if complaint not in self._complaints:
                self._complaints.add(complaint)
                self.complain(str(error))
            return None

    def _fresh(self, program: Program) -> Analysis | None:
        analysis = self._known.get(program)
        if analysis is None:
            return None
        current = analysis.stamp == program.stamp and analysis.generation == self.setup.generation
        return analysis if current or program.closed else None

    async def _analyse(self, program: Program) -> Analysis:
        start = time.perf_counter()
        stamp, generation = program.stamp, self.setup.generation
        target = self.target(program.path) if program.wanted else None
        if target is None:
            return Analysis(stamp, generation, FileReport(program.path))
        job = Job(target.path, target.settings, program.data())
        outcome = await self.examine(job)
        return Analysis(stamp, generation, outcome.report, job, time.perf_counter() - start)

    async def mended(self, analysis: Analysis) -> bytes | None:
        """What the file holds once every safe fix is applied; None where nothing changes."""
        if analysis.job is None:
            return None
        async with self.worker.turn:
            outcome = await self.examine(replace(analysis.job, fix=True))
        return outcome.data if outcome.report.after is not None else None
