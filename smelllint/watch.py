"""`smelllint check --watch`: look again whenever something changes, until an interrupt.

watch       the loop: look, tell, wait
Watch       what came of each file, and which of it a change puts in doubt
changes     whether the system has noted a change

A file is looked at again when it changes, when its settings do, and when what its lint asked of the files
around it would be answered in another way.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from smelllint import project
from smelllint.check import Request, job_of, refuse_mixtures, targets_of, told
from smelllint.config import MARKERS
from smelllint.errors import MistakeError
from smelllint.examine import Job, Outcome, each, examine, lost
from smelllint.files import SUFFIXES, Target
from smelllint.keys import ConfigError
from smelllint.project import Asked, Stamp, stamp_of
from smelllint.report import FOR_PEOPLE
from smelllint.report.style import harmless
from smelllint.settings import ALWAYS_EXCLUDED, Settings
from smelllint.source import MARKDOWN
from smelllint.words import counted

if TYPE_CHECKING:
    from smelllint.pool import Loss

DATA = (".toml", ".yaml", ".yml", ".json", ".txt", ".cfg")  # of settings, of requirements
NAMED = (".gitignore", *MARKERS)
TURN = 200  # milliseconds after which the system's list of changes is looked at, empty or not


@dataclass(frozen=True)
class Seen:
    """What came of a file, under which settings, what that rests on, and what the file was then."""

    outcome: Outcome
    settings: Settings
    asked: Asked
    stamp: Stamp | None


def watch(request: Request) -> None:
    """Look at what is asked for, and again after every change; only an interrupt ends it. MistakeError where
    it cannot be done."""
    refuse(request)
    changed = changes(sorted({project.root_of(folder_of(path)) for path in request.paths}))
    next(changed)  # from here on no change is missed
    watched = Watch(request)
    watched.look()
    for anything in changed:
        if anything:
            watched.look()


def refuse(request: Request) -> None:
    """ConfigError for what cannot be asked again and again."""
    refuse_mixtures(request)
    if request.stdin:
        raise ConfigError("--watch looks at files: it does not go with standard input")
    if request.output_format not in FOR_PEOPLE:
        mend = f"--output-format {request.output_format}=FILE writes it anew after every change"
        raise ConfigError(f"--watch prints for people: {mend}")
    once = {
        "--diff": request.diff,
        "--show-files": request.show_files,
        "--show-settings": request.show_settings,
        "--add-ignore": request.add_ignore is not None,
    }
    for option, asked in once.items():
        if asked:
            raise ConfigError(f"{option} is done once: leave out --watch")


class Watch:
    """What is known of the files of a request, by their paths; None before the first look, and after one that
    came to nothing."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.seen: dict[str, Seen] | None = None

    def look(self) -> None:
        """Look at what is in doubt, and tell of everything if anything was. A mistake in a configuration,
        which is perhaps being written, is told as well."""
        try:
            said = self._look()
        except MistakeError as error:
            self.seen = None
            click.clear()
            said = f"error: {harmless(str(error))}"
        sys.stdout.flush()
        if said and not self.request.quiet:
            now = time.strftime("%H:%M:%S")
            print(f"[{now}] {said}; waiting for changes, Ctrl-C ends", file=sys.stderr, flush=True)

    def _look(self) -> str:
        """The story of a round; what is to be said of it, nothing where there is no news."""
        project.forget()
        targets, early = targets_of(self.request)
        narrowing = self.request.narrowing()
        targets = narrowing.targets(targets)
        known = self.seen or {}
        jobs = [job_of(target, None, self.request) for target in targets if in_doubt(target, known)]
        news = dict(zip((job.path for job in jobs), looked_at(jobs, self.request.jobs), strict=True))
        now = {target.path: news.get(target.path) or known[target.path] for target in targets}
        if now == self.seen and not self.request.compared:
            return ""
        self.seen = now
        click.clear()
        told(self.request, narrowing, [*early, *(seen.outcome for seen in now.values())], targets)
        return f"{counted(len(jobs), 'file')} looked at"


def in_doubt(target: Target, known: Mapping[str, Seen]) -> bool:
    """Whether a look at a file may tell something else than is known."""
    seen = known.get(target.path)
    if seen is None or seen.settings != target.settings or seen.stamp != stamp_of(target.path):
        return True
    files = project.around(target.path, target.settings)
    return files is not None and not files.holds(seen.asked)


def looked_at(jobs: Sequence[Job], workers: int | None) -> Iterator[Seen]:
    """What comes of the jobs, in order."""
    return each(seen, unseen, jobs, workers)


def seen(job: Job) -> Seen:
    """What comes of a file. It counts as it was before the look, so that what is saved in the meantime is
    news; if it was mended, as it was written."""
    before = stamp_of(job.path)
    with project.noted() as asked:
        outcome = examine(job)
    stamp = before if outcome.report.after is None else stamp_of(job.path)
    return Seen(outcome, job.settings, asked, stamp)


def unseen(job: Job, how: Loss) -> Seen:
    return Seen(lost(job, how), job.settings, Asked(), None)


# What the system tells of. ----------------------------------------------------------------------------------


def changes(roots: Sequence[str]) -> Iterator[bool]:
    """Whether something has changed below these folders, again and again; the first time, and now and then
    later, nothing has. MistakeError where the extra is missing, or where the system refuses."""
    try:
        from watchfiles import watch as rounds
    except ModuleNotFoundError as error:
        mend = "pip install 'smelllint[watch]'"
        raise MistakeError(f"--watch needs `watchfiles`, which is not installed: {mend}") from error
    try:
        for found in rounds(*roots, watch_filter=Sieve(roots), rust_timeout=TURN, yield_on_timeout=True):
            yield bool(found)
    except (OSError, RuntimeError) as error:
        raise MistakeError(f"the system does not let these files be watched: {error}") from error


class Sieve:
    """Lets through what a look may rest on: Python, notebooks, documents, configurations, data."""

    def __init__(self, roots: Sequence[str]) -> None:
        # Some systems tell paths without links.
        self.roots = [os.path.join(root, "") for named in roots for root in (named, os.path.realpath(named))]

    def __call__(self, change: object, path: str) -> bool:
        below = next((path.removeprefix(root) for root in self.roots if path.startswith(root)), path)
        *folders, name = below.split(os.sep)
        if not set(folders).isdisjoint(ALWAYS_EXCLUDED):
            return False
        return name.endswith((*SUFFIXES, *MARKDOWN, *DATA)) or name in NAMED


def folder_of(path: str) -> str:
    absolute = os.path.abspath(path)
    return absolute if os.path.isdir(absolute) else os.path.dirname(absolute)
