"""Baselines: the smells of old code that a project lives with for now, so that only new ones count.

    Baseline    the known findings in a file, by paths relative to its folder: `compare` says what a run
                finds beyond them and which are gone, `updated` and `pruned` are what follows from a run
    Run         what a run has looked at

An entry knows its smell by rule, code and scope (smelllint.known): code that moves stays known, a smell that
is mended has to leave, and so that none can come back in its place, a check fails until it has left. Entries
are judged only where a run could have found them: of files that it looked at, or that are gone, by rules that
ran.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass, fields, replace
from functools import cached_property
from pathlib import Path

from smelllint.errors import MistakeError
from smelllint.examine import Outcome
from smelllint.files import shown
from smelllint.known import Found, Known, known_as, matched, with_gone
from smelllint.write import write_whole

FORMAT = 1
DEFAULT = "smelllint-baseline.json"

Active = Callable[[str], Collection[str]]


class BaselineError(MistakeError):
    """A baseline that cannot be used; the message says which, why, and what to do."""


@dataclass(frozen=True)
class Run:
    """What was looked at: the paths asked for, what came of each file, and which rules ran on a file."""

    paths: tuple[str, ...]
    outcomes: Sequence[Outcome]
    active: Active

    def judges(self, path: str, rule: str) -> bool:
        """Whether this run would have found a smell of a rule in a file, were it there."""
        return self._looked_at(path) and rule in self.active(path)

    @cached_property
    def _whole(self) -> dict[str, bool]:
        """The files that were looked at, and whether all of each was."""
        return {os.path.abspath(one.report.path): not one.report.troubles for one in self.outcomes}

    def _looked_at(self, path: str) -> bool:
        if path in self._whole:
            return self._whole[path]
        asked = [os.path.abspath(one) for one in self.paths]
        return any(path == one or path.startswith(os.path.join(one, "")) for one in asked)


@dataclass(frozen=True)
class Baseline:
    """A baseline and where it lies."""

    file: str
    entries: tuple[Known, ...] = ()

    @classmethod
    def read(cls, file: str) -> Baseline:
        """The baseline in a file; BaselineError where there is none."""
        try:
            content = json.loads(Path(file).read_bytes())
            if content["smelllint-baseline"] != FORMAT:
                raise ValueError("it is of another version")
            names = [field.name for field in fields(Known)]
            entries = [Known(**{name: str(smell[name]) for name in names}) for smell in content["smells"]]
        except FileNotFoundError as error:
            raise BaselineError(f"`{file}` does not exist: `smelllint baseline create` writes it") from error
        except OSError as error:
            raise BaselineError(f"`{file}` cannot be read: {error.strerror}") from error
        except (ValueError, KeyError, TypeError) as error:
            mend = "`smelllint baseline create` writes one"
            raise BaselineError(f"`{file}` is no baseline that can be read ({error}): {mend}") from error
        return cls(file, tuple(entries))

    def write(self) -> None:
        """Write the file, one smell a line, so that changes of it are easy to review and to merge."""
        smells = [json.dumps(asdict(entry)) for entry in sorted(self.entries)]
        listed = "[\n    " + ",\n    ".join(smells) + "\n  ]" if smells else "[]"
        try:
            write_whole(Path(self.file), f'{{\n  "smelllint-baseline": {FORMAT},\n  "smells": {listed}\n}}\n')
        except OSError as error:
            raise BaselineError(f"`{self.file}` cannot be written: {error.strerror}") from error

    def compare(self, run: Run) -> tuple[list[Outcome], list[Known]]:
        """The outcomes with new findings only, and what is gone."""
        new, _, left = self._matched(run)
        gone = [replace(entry, path=shown(self._path(entry))) for entry in left if self._judged(entry, run)]
        wanted = {id(one.diagnostic) for one in new}
        kept = []
        for outcome in run.outcomes:
            diagnostics = tuple(one for one in outcome.report.diagnostics if id(one) in wanted)
            kept.append(replace(outcome, report=replace(outcome.report, diagnostics=diagnostics)))
        return with_gone(kept, gone), gone

    def updated(self, run: Run) -> Baseline:
        """What is found now, and what this run cannot judge."""
        new, old, left = self._matched(run)
        unjudged = [entry for entry in left if not self._judged(entry, run)]
        return replace(self, entries=(*unjudged, *(one.known for one in (*new, *old))))

    def pruned(self, run: Run) -> Baseline:
        """The same less what is gone; what moved is known by its new place."""
        _, old, left = self._matched(run)
        unjudged = [entry for entry in left if not self._judged(entry, run)]
        return replace(self, entries=(*unjudged, *(one.known for one in old)))

    def _matched(self, run: Run) -> tuple[list[Found], list[Found], list[Known]]:
        """The findings that are new, those that are known, and the entries that found none."""
        found = [
            one for outcome in run.outcomes for one in known_as(outcome, self._name(outcome.report.path))
        ]
        new, left = matched(found, self.entries, lambda entry: self._judged(entry, run))
        unknown = {id(one) for one in new}
        return new, [one for one in found if id(one) not in unknown], left

    def _judged(self, entry: Known, run: Run) -> bool:
        return run.judges(self._path(entry), entry.rule)

    def _name(self, path: str) -> str:
        """What the baseline calls a file."""
        folder = os.path.dirname(os.path.abspath(self.file))
        return os.path.relpath(os.path.abspath(path), folder).replace(os.sep, "/")

    def _path(self, entry: Known) -> str:
        return os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(self.file)), entry.path))
