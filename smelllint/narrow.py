"""Which findings of a run count, and which of them let it fail.

Narrowing   by a change, by a baseline: what is looked at, what is left of it, and why that fails the run
Failing     the findings that fail a run: `--fail-on` with a number, with names of rules and families
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from smelllint import declared, proof
from smelllint.errors import MistakeError
from smelllint.settings import expand
from smelllint.suppress import FAMILY, UNUSED
from smelllint.words import closest, counted

if TYPE_CHECKING:
    from smelllint.change import Change
    from smelllint.diagnostic import Diagnostic
    from smelllint.examine import Outcome
    from smelllint.files import Target
    from smelllint.settings import Settings


class NarrowError(MistakeError):
    """What cannot be asked for, and what to ask for instead."""


@dataclass(frozen=True)
class Narrowing:
    """What a run is compared with: a revision, a baseline, both or nothing."""

    changed_since: str | None = None
    baseline: str | None = None
    paths: tuple[str, ...] = (".",)

    @cached_property
    def change(self) -> Change | None:
        if self.changed_since is None:
            return None
        from smelllint.change import Change

        return Change.since(self.changed_since)

    def targets(self, targets: Sequence[Target]) -> list[Target]:
        """Those that have to be looked at."""
        if self.change is None:
            return list(targets)
        return [target for target in targets if self.change.of(target.path)]

    def outcomes(
        self, outcomes: Sequence[Outcome], targets: Sequence[Target]
    ) -> tuple[list[Outcome], str | None]:
        """What is left of the findings, and what the run has to fail for beside them."""
        narrowed = list(outcomes)
        if self.change is not None:
            narrowed = self.change.brought(narrowed, targets)
        if self.baseline is None:
            return narrowed, None
        from smelllint.baseline import Baseline, Run

        # Of a change only its own files are looked at: nothing can be said of the others.
        run = Run(() if self.change else self.paths, outcomes, Active(targets))
        beyond, gone = Baseline.read(self.baseline).compare(run)
        new = {id(one) for outcome in beyond for one in outcome.report.diagnostics}
        if self.change is not None:
            return [_only(outcome, new) for outcome in narrowed], None
        return beyond, _stale(self.baseline, len(gone)) if gone else None


@dataclass(frozen=True)
class Active:
    """Which rules ran on a file; of one that is gone, those of the first of the others."""

    targets: Sequence[Target]

    def __call__(self, path: str) -> Collection[str]:
        settings = self._settings.get(path) or next(iter(self._settings.values()), None)
        return active_rules(settings, path) if settings else ()

    @cached_property
    def _settings(self) -> dict[str, Settings]:
        return {os.path.abspath(target.path): target.settings for target in self.targets}


@dataclass(frozen=True)
class Failing:
    """`least` findings of these rules fail a run; `rules` None means any."""

    least: int = 1
    rules: frozenset[str] | None = None

    @classmethod
    def of(cls, words: Sequence[str]) -> Failing:
        """From the words of the command line; NarrowError for one that is neither a number nor a name."""
        numbers = [word for word in words if word.isdigit()]
        names = [word for word in words if not word.isdigit()]
        if len(numbers) > 1 or "0" in numbers:
            raise NarrowError("--fail-on takes one number, of 1 or more: how many findings fail the run")
        families = {UNUSED: FAMILY, **families_of_rules()}
        known = {"all", "proven", *families, *families.values()}
        for name in names:
            if name not in known:
                mend = closest(name, known) or "; `smelllint rules` lists them"
                raise NarrowError(f"--fail-on: `{name}` is no rule and no family{mend}")
        rules = frozenset(expand(names, families, ())) | (frozenset({"proven"}) & frozenset(names))
        return cls(int(numbers[0]) if numbers else 1, rules if names else None)

    def by(self, diagnostics: Iterable[Diagnostic]) -> bool:
        """Whether these findings fail a run."""
        return sum(map(self._counts, diagnostics)) >= self.least

    def _counts(self, diagnostic: Diagnostic) -> bool:
        if self.rules is None or diagnostic.rule in self.rules:
            return True
        if "proven" not in self.rules:
            return False
        from smelllint.report.order import saving

        return saving(diagnostic) > 0


def families_of_rules() -> dict[str, str]:
    """The family of every rule."""
    return {rule.name: rule.family for rule in declared.rules()}


def active_rules(settings: Settings, path: str) -> Collection[str]:
    """The rules that look at a file, and whose findings are all told."""
    return () if settings.min_saving else settings.selected(path, families_of_rules(), proof.defaults())


def _stale(file: str, number: int) -> str:
    verb = "is" if number == 1 else "are"
    return f"{counted(number, 'smell')} of `{file}` {verb} gone: run `smelllint baseline prune`"


def _only(outcome: Outcome, wanted: Collection[int]) -> Outcome:
    found = tuple(one for one in outcome.report.diagnostics if id(one) in wanted)
    return replace(outcome, report=replace(outcome.report, diagnostics=found))
