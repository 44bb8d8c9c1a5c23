"""Findings by what they are proven to save: the largest share of energy first.

What is proven to save nothing, or not proven at all, keeps its place after them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from smelllint.diagnostic import Diagnostic

if TYPE_CHECKING:
    from smelllint.examine import Outcome


def by_saving(outcomes: Sequence[Outcome], *, whole_files: bool = False) -> list[Outcome]:
    """The same findings in the order of their saving, each in an outcome of its own; with `whole_files` those
    of a file stay together, and files go by their largest saving. Troubles stay with what comes first."""
    parts = [_inside(outcome) for outcome in outcomes]
    if not whole_files:
        parts = [single for part in parts for single in _singles(part)]
    return sorted(parts, key=_largest, reverse=True)


def saving(diagnostic: Diagnostic) -> float:
    """The share of energy that is sure to be saved; 0 where none is proven."""
    return diagnostic.proven.saving if diagnostic.proven else 0.0


def _inside(outcome: Outcome) -> Outcome:
    found = sorted(outcome.report.diagnostics, key=saving, reverse=True)
    return replace(outcome, report=replace(outcome.report, diagnostics=tuple(found)))


def _singles(outcome: Outcome) -> Iterator[Outcome]:
    """An outcome for each finding; the first keeps all that is said of the file beside them."""
    report = outcome.report
    yield replace(outcome, report=replace(report, diagnostics=report.diagnostics[:1]))
    for found in report.diagnostics[1:]:
        yield replace(outcome, report=replace(report, diagnostics=(found,), troubles=()))


def _largest(outcome: Outcome) -> float:
    return max(map(saving, outcome.report.diagnostics), default=0.0)
