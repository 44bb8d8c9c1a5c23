"""One file from the disk to an `Outcome`, and all the files of a run.

Job         what to do with one file
Outcome     what came of it: the report, and the bytes that its findings speak of
examine     read, lint or mend, write; whatever happens becomes a Trouble
examine_all the same for many, in processes where there are enough of them
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from smelllint import catalogue, declared, engine, gate, proof
from smelllint.diagnostic import Diagnostic, FileReport, Trouble
from smelllint.errors import MistakeError
from smelllint.project import around
from smelllint.read import UnreadableError, read
from smelllint.rule import Rule
from smelllint.settings import Settings
from smelllint.source import Source, SourceError, code_of, source_of
from smelllint.stopwatch import lap
from smelllint.suppress import MARK

if TYPE_CHECKING:
    from smelllint.pool import Loss

R = TypeVar("R")
FORKS = sys.platform == "linux"
LOST = {
    "took-too-long": "takes too long to look at",
    "process-died": "ended the process that looked at it",
}
MOST_GARBAGE = 1_000_000  # objects made since the last collection: some 100 MB
FEW = 50  # files below which starting processes costs more than it saves


@dataclass(frozen=True)
class Job:
    """One file to look at. `data` are its bytes where they do not come from the disk; `fix` asks for a mend,
    `unsafe` for the unsafe ones too, `write` for the file to be written; `named` says that somebody named the
    file in person."""

    path: str
    settings: Settings
    data: bytes | None = None
    fix: bool = False
    unsafe: bool = False
    write: bool = False
    named: bool = False


@dataclass(frozen=True)
class Outcome:
    """What came of a file: `data` are the bytes that the findings' offsets refer to, None where there are no
    findings or no bytes."""

    report: FileReport
    data: bytes | None = None

    @property
    def source(self) -> Source:
        """The text that the findings refer to."""
        assert self.data is not None
        return source_of(self.report.path, self.data)


def examine_all(jobs: Sequence[Job], workers: int | None = None) -> Iterator[Outcome]:
    """What comes of each job, in order, with so many processes; all processors where it is not said."""
    return each(examine, lost, jobs, workers)


def each(
    work: Callable[[Job], R],
    lost: Callable[[Job, Loss], R],
    jobs: Sequence[Job],
    workers: int | None = None,
) -> Iterator[R]:
    """What `work` makes of each job, in order; what `lost` makes of those that end their process. Processes
    are begun where there is enough to do for several, and, where they can be forked, for whatever native code
    will parse: it may take its process with it."""
    many = len(jobs) > FEW
    if not many and not (FORKS and any(map(is_parsed, jobs))):
        yield from map(work, jobs)
        return
    from smelllint.pool import Pool

    yield from Pool(work, lost, (workers or processors()) if many else 1).map(jobs)


def is_parsed(job: Job) -> bool:
    """Whether a file gets past the gate."""
    try:
        data = read(job.path) if job.data is None else job.data
        return bool(gate.candidates(job.path, data, declared.rules(), job.settings.target))
    except (UnreadableError, SourceError):
        return False


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def examine(job: Job) -> Outcome:
    """Deal with one file: what it holds never raises; a mistake in the installation and an interrupt do."""
    try:
        with uncollected():
            outcome = _examine(job)
        diagnostics = tuple(map(proven, outcome.report.diagnostics))
        return replace(outcome, report=replace(outcome.report, diagnostics=diagnostics))
    except MistakeError:
        raise
    except UnreadableError as error:
        return Outcome(_troubled(job, error.name, error.message))
    except MemoryError:
        return Outcome(_troubled(job, "too-complex", "takes more memory than a file may; exclude it"))
    except Exception as error:
        message = f"smelllint failed on it, please report this: {type(error).__name__}: {error}"
        return Outcome(_troubled(job, "internal-error", message))


@contextmanager
def uncollected() -> Iterator[None]:
    """Leave garbage for later: what a syntax tree is made of lives as long as its file, and to look through
    it again and again, as it grows, takes a quarter of the time. Where the process never collects of itself,
    this is where it does, after some dozens of files, and among what came since: what outlives those is a
    kept tree, which is in no circle and goes when nobody holds it any more."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
        elif gc.get_count()[0] > MOST_GARBAGE:
            gc.collect(0)


def _examine(job: Job) -> Outcome:
    with lap("read"):
        data = read(job.path) if job.data is None else job.data
    with lap("gate"):
        rules = _rules(job, data)
    project = around(job.path, job.settings) if rules else None
    if not job.fix:
        report = engine.lint(
            job.path,
            data,
            rules,
            job.settings,
            named=job.named,
            keep=_keep(job),
            project=project,
        )
        return Outcome(report, data if report.diagnostics else None)
    report = engine.mend(
        job.path,
        data,
        rules,
        job.settings,
        job.unsafe,
        named=job.named,
        keep=_keep(job),
        project=project,
    )
    if report.after is None:
        return Outcome(report, data if report.diagnostics else None)
    after = source_of(job.path, data).encode(report.after)
    if job.write:
        report, after = _written(job, data, after, report)
    return Outcome(report, after)


def _written(job: Job, before: bytes, after: bytes, report: FileReport) -> tuple[FileReport, bytes]:
    """The report and the bytes on the disk, once the mended file is written or could not be."""
    from smelllint.write import NotWrittenError, replace_file

    try:
        replace_file(job.path, before, after)
    except NotWrittenError as error:
        rules, project = _rules(job, before), around(job.path, job.settings)
        again = engine.lint(job.path, before, rules, job.settings, keep=_keep(job), project=project)
        trouble = Trouble(job.path, "not-written", str(error))
        return replace(again, troubles=(*again.troubles, trouble)), before
    return report, after


def _rules(job: Job, data: bytes) -> list[Rule]:
    """The rules that look at this file; as mere declarations where the bytes show that none can fire."""
    try:
        possible = gate.candidates(job.path, data, declared.rules(), job.settings.target)
        if MARK not in code_of(job.path, data) and not possible:
            return []  # what is selected, and what that rests on, is of no matter
    except SourceError:  # the engine says what is wrong
        return []
    selected = job.settings.selected(job.path, _families(), proof.defaults())
    rules = [rule for rule in declared.rules() if rule.name in selected]
    wanted = {rule.name for rule in possible} & selected
    if not job.fix:
        return [catalogue.load(rule.name) if rule.name in wanted else rule for rule in rules]
    # All or none: what a fix writes may be another rule's smell.
    return catalogue.load_all(rule.name for rule in rules) if wanted else rules


@cache
def _families() -> dict[str, str]:
    return {rule.name: rule.family for rule in declared.rules()}


def _keep(job: Job) -> engine.Keep:
    """What is to be told: all, or what is proven to save enough."""
    least = job.settings.min_saving
    return (lambda found: _saving(found) >= least) if least else engine.everything


def _saving(found: Diagnostic) -> float:
    return proof.proven(found.rule, found.device).saving


def proven(found: Diagnostic) -> Diagnostic:
    """The finding with what is proven of its rule; other findings as they are."""
    if found.rule not in _families():
        return found
    return replace(found, proven=proof.proven(found.rule, found.device))


def lost(job: Job, how: Loss) -> Outcome:
    """What is said of a file that ended its process."""
    return Outcome(_troubled(job, how.value, f"{LOST[how.value]}; exclude it"))


def _troubled(job: Job, name: str, message: str) -> FileReport:
    return FileReport(job.path, troubles=(Trouble(job.path, name, message),))
