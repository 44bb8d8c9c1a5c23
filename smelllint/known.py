"""Findings that were known before, told from new ones: by a baseline, or by the revision compared with.

    Known       a finding as it was known: file, rule, code, scope (smelllint.fingerprint)
    known_as    what the findings of an outcome are known as
    matched     pairs findings with what is known of them, and says what is left on both sides
    with_gone   tells of what is left of the known ones

A finding is first looked for in its own file, where only its code has to be the same; then anywhere among
what was known of other files and is not there any more, where its scope has to be the same too: code that
moved.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from smelllint.diagnostic import Diagnostic, FileReport, Gone
from smelllint.examine import Outcome
from smelllint.fingerprint import identities


@dataclass(frozen=True, order=True)
class Known:
    """A finding without its place: `path` is whatever both sides call the file."""

    path: str
    rule: str
    scope: str
    code: str


@dataclass(frozen=True)
class Found:
    """A finding of this run, and what it is known as."""

    diagnostic: Diagnostic
    known: Known


def known_as(outcome: Outcome, path: str) -> Iterator[Found]:
    """The findings of a file that is called by this path."""
    if not outcome.report.diagnostics:
        return
    for diagnostic, identity in identities(outcome.report.diagnostics, outcome.source).items():
        yield Found(diagnostic, Known(path, identity.rule, identity.scope, identity.code))


def matched(
    found: Sequence[Found], known: Iterable[Known], movable: Callable[[Known], bool]
) -> tuple[list[Found], list[Known]]:
    """The findings that were not known, and what was known and not found. Only what is `movable` is looked
    for in other files."""
    left = list(known)
    new, left = _paired(found, left, _everything)
    new, left = _paired(new, left, _in_file)
    moved, stay = [one for one in left if movable(one)], [one for one in left if not movable(one)]
    new, moved = _paired(new, moved, _anywhere)
    return new, sorted(stay + moved)


def with_gone(outcomes: Sequence[Outcome], gone: Iterable[Known]) -> list[Outcome]:
    """The outcomes, with what was known of their files and is there no more; `path` is as reports have it. A
    file that is gone itself gets an outcome of its own."""
    by_path: defaultdict[str, list[Gone]] = defaultdict(list)
    for one in gone:
        by_path[one.path].append(Gone(one.rule, one.scope))
    told = [
        replace(outcome, report=replace(outcome.report, gone=tuple(by_path.pop(outcome.report.path, ()))))
        for outcome in outcomes
    ]
    return [*told, *(Outcome(FileReport(path, gone=tuple(ones))) for path, ones in sorted(by_path.items()))]


def _paired(
    found: Sequence[Found], known: Sequence[Known], key: Callable[[Known], Hashable]
) -> tuple[list[Found], list[Known]]:
    """What is left of both sides once those of the same key are paired off."""
    waiting: defaultdict[Hashable, list[Known]] = defaultdict(list)
    for one in known:
        waiting[key(one)].append(one)
    new = []
    for one_found in found:
        if waiting[key(one_found.known)]:
            waiting[key(one_found.known)].pop()
        else:
            new.append(one_found)
    return new, [one for ones in waiting.values() for one in ones]


def _everything(known: Known) -> Hashable:
    return known


def _in_file(known: Known) -> Hashable:
    return known.path, known.rule, known.code


def _anywhere(known: Known) -> Hashable:
    return known.rule, known.scope, known.code
