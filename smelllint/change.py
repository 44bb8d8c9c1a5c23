"""What a change brings: its findings on the lines that it touches, by what git knows of it.

    Change          the files that differ from a revision, their touched lines, and how they were
    Change.since    compared with where this branch left a revision; files that git does not track count too

A line counts as touched where git shows it as added. Smells that were there before are left out though: code
that moved, within its file, to another, or with a file that was renamed, brings none.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from smelllint.diagnostic import Diagnostic
from smelllint.errors import MistakeError
from smelllint.examine import Job, Outcome, examine
from smelllint.files import SUFFIXES, Target, shown
from smelllint.known import Known, known_as, matched, with_gone
from smelllint.source import Source

SECTION = re.compile(rb"^diff --git ", re.MULTILINE)
HUNK = re.compile(rb"^@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@", re.MULTILINE)
ENTRY = re.compile(rb":\d+ \d+ ([0-9a-f]+) [0-9a-f]+ ([A-Z])\d*\Z")
# Nothing of the repository's own configuration may run a program or change what is printed.
GIT = ("git", "--no-pager", "-c", "core.fsmonitor=false", "-c", "core.quotePath=false")
DIFF = (
    "diff", "--raw", "--patch", "-z", "--no-abbrev", "--unified=0", "--find-renames", "--diff-filter=ADMR",
    "--no-color", "--no-ext-diff", "--no-textconv", "--no-relative", "--ignore-submodules",
)  # fmt: skip

Lines = Sequence[range]
ALL: Lines = (range(1, 2**62),)


class ChangeError(MistakeError):
    """Why there is nothing to compare with, and what to do."""


@dataclass(frozen=True)
class Changed:
    """A file that differs: its touched lines, and what git calls its text before, None where it is new.
    `path` is absolute; of a file that is gone the one it had."""

    path: str
    lines: Lines
    before: str | None


@dataclass(frozen=True)
class Change:
    """All files that differ, by their path."""

    files: Mapping[str, Changed]

    @classmethod
    def since(cls, revision: str) -> Change:
        """What this working tree differs in; ChangeError outside of a repository or without that revision."""
        root = os.path.realpath(os.fsdecode(git("rev-parse", "--show-toplevel").removesuffix(b"\n")))
        base = _base(revision)
        patterns = [f":(top,glob)**/*{suffix}" for suffix in SUFFIXES]
        files = [*_differing(root, git(*DIFF, base, "--", *patterns))]
        listed = git("ls-files", "-z", "--others", "--exclude-standard", "--full-name", "--", *patterns)
        files += [Changed(path, ALL, None) for path in _paths(root, listed)]
        return cls({changed.path: changed for changed in files})

    def of(self, path: str) -> Changed | None:
        """How the file of a target differs, None where it does not."""
        return self.files.get(os.path.realpath(path))

    def brought(self, outcomes: Sequence[Outcome], targets: Sequence[Target]) -> list[Outcome]:
        """The same outcomes with the findings that the change brings, and what it took away."""
        found = [
            one for outcome in outcomes for one in known_as(outcome, os.path.realpath(outcome.report.path))
        ]
        new, gone = matched(found, self._before(targets), lambda _: True)
        wanted = {id(one.diagnostic) for one in new}
        kept = [_only(outcome, self._touched(outcome, wanted)) for outcome in outcomes]
        return with_gone(kept, [replace(one, path=shown(one.path)) for one in gone])

    def _before(self, targets: Sequence[Target]) -> Iterator[Known]:
        """What smelled before in the files that differ, under the paths they have now."""
        settings = {os.path.realpath(target.path): target.settings for target in targets}
        if not settings:
            return
        elsewhere = next(iter(settings.values()))
        for changed in self.files.values():
            if changed.before is None:
                continue
            job = Job(changed.path, settings.get(changed.path, elsewhere), data=_content(changed.before))
            outcome = examine(job)
            yield from (found.known for found in known_as(outcome, changed.path))

    def _touched(self, outcome: Outcome, wanted: set[int]) -> Iterator[Diagnostic]:
        changed = self.of(outcome.report.path)
        if changed is None or not outcome.report.diagnostics:
            return
        source = outcome.source
        for diagnostic in outcome.report.diagnostics:
            if id(diagnostic) in wanted and touches(changed.lines, diagnostic, source):
                yield diagnostic


def touches(lines: Lines, diagnostic: Diagnostic, source: Source) -> bool:
    """Whether a finding lies on one of these lines of the file, as git counts them."""
    start = source.raw.count("\n", 0, source.raw_offset(diagnostic.start)) + 1
    end = source.raw.count("\n", 0, source.raw_offset(diagnostic.end)) + 1
    return any(stretch.start <= end and start < stretch.stop for stretch in lines)


def git(*arguments: str) -> bytes:
    """What git prints; ChangeError in its own words where it fails."""
    try:
        environment = {**os.environ, "LC_ALL": "C"}
        done = subprocess.run([*GIT, *arguments], capture_output=True, check=False, env=environment)
    except OSError as error:
        raise ChangeError("--changed-since needs `git`, which cannot be run here") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise ChangeError(f"git {arguments[0]} failed: {said[-1] if said else done.returncode}")
    return done.stdout


def _base(revision: str) -> str:
    """The commit to compare with: where this branch left the revision, or itself where they share nothing."""
    try:
        asked = git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    except ChangeError as error:
        mend = "fetch it first (in CI: the whole history, not the last commit alone)"
        raise ChangeError(f"`{revision}` is no commit that is known here: {mend}") from error
    commit = asked.decode().strip()
    try:
        return git("merge-base", commit, "HEAD").decode().strip()
    except ChangeError:
        return commit


def _differing(root: str, printed: bytes) -> Iterator[Changed]:
    """The files of a raw list and of the patch after it, which tell of the same files in the same order."""
    raw, _, patch = printed.partition(b"\0\0")
    fields = iter(raw.split(b"\0") if raw else [])
    sections = SECTION.split(patch)[1:]
    entries = []
    for field in fields:
        entry = ENTRY.match(field)
        if entry is None:
            raise ChangeError("git prints its list of changes in a way that is not understood")
        old = path = next(fields)
        if entry[2] == b"R":
            path = next(fields)
        entries.append((entry[1].decode(), entry[2], path, old))
    for (before, kind, path, _), section in zip(entries, sections, strict=True):
        absolute = os.path.join(root, os.fsdecode(path))
        yield Changed(absolute, [*_lines(section)], None if kind == b"A" else before)


def _lines(section: bytes) -> Iterator[range]:
    for hunk in HUNK.finditer(section):
        first, count = int(hunk[1]), int(hunk[2] or 1)
        yield range(first, first + count)


def _paths(root: str, listed: bytes) -> Iterator[str]:
    return (os.path.join(root, os.fsdecode(path)) for path in listed.split(b"\0") if path)


def _content(object_name: str) -> bytes:
    return git("cat-file", "blob", object_name)


def _only(outcome: Outcome, diagnostics: Iterator[Diagnostic]) -> Outcome:
    return replace(outcome, report=replace(outcome.report, diagnostics=tuple(diagnostics)))
