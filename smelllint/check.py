"""The story of `smelllint check`: paths -> files -> outcomes -> what is printed, and the exit code.

Request     what the command line asks for
check       carries it out
told        the last part of it, which `smelllint.watch` does again and again
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, field, replace
from typing import Any, TextIO

from smelllint import replay, seen, stopwatch
from smelllint.config import Configurations, Overrides
from smelllint.diagnostic import FileReport
from smelllint.examine import FEW, Job, Outcome, examine, examine_all
from smelllint.files import Target, find, shown
from smelllint.keys import ConfigError
from smelllint.narrow import Failing, Narrowing
from smelllint.outputs import Report, write
from smelllint.report import FOR_PEOPLE, by_saving, render
from smelllint.report.style import Style, coloured, harmless
from smelllint.report.summary import diffs, settings_lines, summary
from smelllint.words import closest, counted

CLEAN, FINDINGS, ERROR = 0, 1, 2
STDIN = "-"
TIMELESS = (*FOR_PEOPLE, "json", "json-lines")  # formats that tell neither when nor of which repository
SINGLE = ("full", "concise", "json", "json-lines")  # formats in which findings of a file may stand apart


@dataclass(frozen=True)
class Request:
    """What `smelllint check` was asked. `files` are reports for files, beside the one that is printed."""

    paths: tuple[str, ...] = (".",)
    overrides: Overrides = field(default_factory=Overrides)
    fix: bool = False
    unsafe_fixes: bool = False
    diff: bool = False
    output_format: str = "full"
    sort: str = "place"
    statistics: bool = False
    exit_zero: bool = False
    stdin_filename: str | None = None
    force_exclude: bool = False
    show_files: bool = False
    show_settings: bool = False
    jobs: int | None = None
    quiet: bool = False
    files: tuple[Report, ...] = ()
    changed_since: str | None = None
    baseline: str | None = None
    fail_on: tuple[str, ...] = ()
    add_ignore: str | None = None
    cache: bool = True
    profile: bool = False

    @property
    def stdin(self) -> bool:
        return STDIN in self.paths or (self.stdin_filename is not None and self.paths == (".",))

    @property
    def repeatable(self) -> bool:
        """Whether a run that sees the same of the disk does the same: it only reads, and only the disk."""
        changes = self.fix or self.diff or self.files or self.add_ignore is not None
        looks = self.show_files or self.show_settings or self.profile
        told = self.statistics or self.output_format in TIMELESS
        return self.cache and told and not (self.stdin or self.compared or changes or looks)

    @property
    def compared(self) -> str:
        """What findings are compared with; empty where all are told."""
        return " and ".join(filter(None, (self.changed_since, self.baseline)))

    def narrowing(self) -> Narrowing:
        """What is compared, as it is now."""
        return Narrowing(self.changed_since, self.baseline, self.paths)


def check(request: Request) -> int:
    """Carry out a request; the exit code. ConfigError for a mistake of the user's."""
    if not request.repeatable:
        return carried_out(request)
    with seen.everything() as sight, redirect_stdout(Recorder(sys.stdout)) as recorder:
        code = carried_out(request)
    replay.remember(sight, code, "".join(recorder.told))
    return code


class Recorder:
    """A stream that remembers what is written to it."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.told: list[str] = []

    def write(self, text: str) -> int:
        self.told.append(text)
        return self.stream.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


def carried_out(request: Request) -> int:
    refuse_mixtures(request)
    failing = Failing.of(request.fail_on) if request.fail_on else Failing()
    narrowing = request.narrowing()
    targets, early = targets_of(request)
    targets = narrowing.targets(targets)
    if request.show_files:
        _print(sys.stdout, (harmless(target.path) for target in targets))
        return CLEAN
    if request.show_settings:
        _print(sys.stdout, settings_lines(targets[0]) if targets else ["no files, so no settings"])
        return CLEAN
    if not targets and not early and not request.quiet and not request.changed_since:
        print("warning: no Python files found under the given paths", file=sys.stderr)
    data = sys.stdin.buffer.read() if request.stdin else None
    jobs = [job_of(target, data, request) for target in targets]
    examined = [*early, *_watched(_examined(jobs, request), len(jobs), request)]
    outcomes, stale = told(request, narrowing, examined, targets, data)
    return _exit_code(request, outcomes, failing, stale=stale)


def _examined(jobs: Sequence[Job], request: Request) -> Iterator[Outcome]:
    """What comes of each job; of those that are as they were, without looking at them again."""
    if request.profile:
        return _timed(jobs)
    if not request.cache or len(jobs) < 2:
        seen.distrust()  # nobody looks whether smelllint itself is as it was
        return examine_all(jobs, request.jobs)
    from smelllint import cache

    return cache.examine_all(jobs, request.jobs)


def _timed(jobs: Sequence[Job]) -> Iterator[Outcome]:
    """What comes of each job, in this process, and after the last one where the time went."""
    with stopwatch.running() as watch:
        yield from map(examine, jobs)
    _print(sys.stderr, stopwatch.table(watch))


def told(
    request: Request,
    narrowing: Narrowing,
    examined: Sequence[Outcome],
    targets: Sequence[Target],
    data: bytes | None = None,
) -> tuple[Sequence[Outcome], bool]:
    """Print and write what came of the targets; what counts of it, and whether a baseline is stale."""
    outcomes, stale = narrowing.outcomes(examined, targets)
    if request.add_ignore is not None:
        outcomes = _ignored(request, outcomes)
    if request.files:
        write(request.files, outcomes, Style(unsafe=request.unsafe_fixes, compared=request.compared))
    _report(request, outcomes, data)
    if stale:
        print(stale, file=sys.stderr)
    return outcomes, stale is not None


def refuse_mixtures(request: Request) -> None:
    """ConfigError for options that make no sense together."""
    writes = request.fix or request.diff
    if request.changed_since and writes:
        raise ConfigError("--changed-since looks at lines, and fixes mend whole files: leave out one of them")
    if request.files and request.diff:
        raise ConfigError("--diff prints what would change, and goes with no report for a file")
    if request.add_ignore is not None and (writes or request.stdin):
        raise ConfigError("--add-ignore writes files itself: it goes with neither fixes nor standard input")


def _ignored(request: Request, outcomes: Sequence[Outcome]) -> list[Outcome]:
    """The outcomes once suppressions are written for their findings."""
    from smelllint.ignoring import add_ignores

    left, silenced = add_ignores(outcomes, request.add_ignore or "")
    if not request.quiet:
        print(f"silenced {counted(silenced, 'smell')}", file=sys.stderr)
    return left


def looked_at(request: Request) -> tuple[list[Outcome], list[Target]]:
    """What comes of the files that a request means, and which they are."""
    targets, early = targets_of(request)
    jobs = [job_of(target, None, request) for target in targets]
    return [*early, *examine_all(jobs, request.jobs)], targets


def targets_of(request: Request) -> tuple[list[Target], list[Outcome]]:
    """The files to look at, and what is already known of folders that cannot be searched."""
    configurations = Configurations(request.overrides)
    if request.stdin:
        if set(request.paths) - {STDIN, "."}:
            raise ConfigError("`-` reads standard input and goes with no other path")
        path = os.path.abspath(request.stdin_filename or STDIN)
        settings = configurations.of(os.path.dirname(path))
        left_out = request.force_exclude and settings.excludes(path)
        return [] if left_out else [Target(shown(path), settings, named=True)], []
    for path in request.paths:
        if not os.path.lexists(path):
            raise ConfigError(f"`{path}` does not exist{near(path)}")
    targets, troubles = find(request.paths, configurations.of, force_exclude=request.force_exclude)
    return targets, [Outcome(FileReport(trouble.path, troubles=(trouble,))) for trouble in troubles]


def near(path: str) -> str:
    """A did-you-mean for a path that does not exist, from what its folder holds."""
    folder, name = os.path.split(path.rstrip("/"))
    try:
        names = os.listdir(folder or ".")
    except OSError:
        return ""
    return closest(name, names, prefix=os.path.join(folder, ""))


def job_of(target: Target, data: bytes | None, request: Request) -> Job:
    mend = request.fix or request.diff
    write = request.fix and not request.diff and data is None
    return Job(target.path, target.settings, data, mend, request.unsafe_fixes, write, target.named)


def _watched(outcomes: Iterator[Outcome], total: int, request: Request) -> Iterator[Outcome]:
    """The outcomes, with a count of them on a terminal where there are many."""
    if total <= FEW or request.quiet or not sys.stderr.isatty():
        yield from outcomes
        return
    last = 0.0
    for done, outcome in enumerate(outcomes, 1):
        if time.monotonic() - last > 0.1:
            last = time.monotonic()
            print(f"\r{done}/{total} files", end="", file=sys.stderr, flush=True)
        yield outcome
    print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _report(request: Request, outcomes: Sequence[Outcome], data: bytes | None) -> None:
    """Print what came of it. Mended standard input goes to standard output, and the report beside it."""
    stream = sys.stdout
    if data is not None and request.fix and not request.diff:
        stream = sys.stderr
        sys.stdout.buffer.write(next((one.data for one in outcomes if one.data is not None), data))
        sys.stdout.buffer.flush()
    terminal = stream.isatty()
    style = Style(coloured(os.environ, terminal=terminal), request.unsafe_fixes, terminal, request.compared)
    for_people = request.output_format in FOR_PEOPLE
    if request.diff:
        _print(stream, diffs(outcomes, style))
        stream = sys.stderr
        outcomes = [replace(one, report=replace(one.report, diagnostics=())) for one in outcomes]
        _print(stream, render("concise", outcomes, style))
    elif request.statistics:
        _print(stream, render("statistics" if for_people else "statistics-json", outcomes, style))
    else:
        _print(stream, render(request.output_format, _ordered(request, outcomes), style))
    if for_people and not request.quiet:
        _print(stream, summary(outcomes, style, diff=request.diff))


def _ordered(request: Request, outcomes: Sequence[Outcome]) -> Sequence[Outcome]:
    """The outcomes in the order that was asked for."""
    if request.sort == "place":
        return outcomes
    return by_saving(outcomes, whole_files=request.output_format not in SINGLE)


def _print(stream: TextIO, lines: Sequence[str] | Iterator[str]) -> None:
    for line in lines:
        stream.write(line + "\n")


def _exit_code(request: Request, outcomes: Sequence[Outcome], failing: Failing, *, stale: bool) -> int:
    reports = [outcome.report for outcome in outcomes]
    if any(report.troubles for report in reports):
        return ERROR
    if request.diff:
        found = any(report.after is not None for report in reports)
    else:
        found = stale or failing.by(one for report in reports for one in report.diagnostics)
    return FINDINGS if found and not request.exit_zero else CLEAN
