"""No waste is told twice: two rules that speak of the same expression speak of two wastes."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from pathlib import Path

import pytest

from smelllint import catalogue
from smelllint.examine import Job, examine
from smelllint.settings import Settings

FIXTURES = Path(__file__).parent.parent / "fixtures"
# Couples that may meet on one expression, for mending the one leaves the other's waste.
TWO_WASTES = {
    frozenset(couple.split())
    for couple in (
        "inference-without-no-grad decode-loop-recomputes-prefix",
        "inference-without-no-grad forward-all-positions",
        "inference-without-no-grad redundant-softmax-argmax",
        "respawned-dataloader-workers dataloader-default-batch-size",
        "respawned-dataloader-workers unpinned-dataloader",
        "dataloader-default-batch-size unpinned-dataloader",
        "dataloader-default-batch-size synchronous-dataloader",
        "synchronous-dataloader unpinned-dataloader",
    )
}
# Couples whose advice is the opposite of each other: never on one line.
OPPOSITES = {
    frozenset(couple.split())
    for couple in (
        "half-precision-on-cpu fp32-weights-on-accelerator",
        "half-precision-on-cpu cpu-inference-unquantized",
        "half-precision-on-cpu training-without-mixed-precision",
        "csv-columns-unused csv-reparsed",
    )
}


def couples(rules: set[str]) -> set[frozenset[str]]:
    return set(map(frozenset, combinations(sorted(rules), 2)))


@pytest.mark.parametrize("name", catalogue.names())
def test_no_waste_is_told_twice(name: str) -> None:
    for path in sorted((FIXTURES / name).glob("*.py")):
        spans: dict[tuple[int, int], set[str]] = defaultdict(set)
        lines: dict[int, set[str]] = defaultdict(set)
        for found in examine(Job(str(path), Settings(select=("all",)))).report.diagnostics:
            spans[found.start, found.end].add(found.rule)
            lines[found.location.row].add(found.rule)
        for rules in spans.values():
            assert couples(rules) <= TWO_WASTES, path
        for rules in lines.values():
            assert not couples(rules) & OPPOSITES, path
