"""Which findings come first where a reader, or a tool, takes only so many: those that save most.

    saving      the share of energy that mending saves for certain, by the rule's evidence; 0 where unproven
    by_saving   the largest saving first, otherwise in the order in which findings are told
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from smelllint import catalogue
from smelllint.diagnostic import Diagnostic


def by_saving(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The findings, those of the largest proven saving first."""
    return sorted(diagnostics, key=lambda diagnostic: -saving(diagnostic.rule))


@cache
def saving(rule: str) -> float:
    """The lower end of the interval of the saving, on the device where it is largest; from 0 to 1."""
    from smelllint.author.evidence import shipped

    if rule not in catalogue.names():
        return 0.0
    found = shipped(catalogue.folder(rule))
    return max((1 - 1 / one.energy.low for one in found if one.verdict.value == "saves"), default=0.0)
