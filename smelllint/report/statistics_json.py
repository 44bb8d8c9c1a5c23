"""How often each rule was found, for programs: a JSON list of rule, count, fixable."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from smelllint.report.statistics import counts
from smelllint.report.style import Style

if TYPE_CHECKING:
    from smelllint.examine import Outcome


def render(outcomes: Sequence[Outcome], style: Style) -> Iterator[str]:
    """The list, the most frequent rule first."""
    rows = [{"rule": rule, "count": n, "fixable": fixable} for rule, n, fixable in counts(outcomes, style)]
    yield json.dumps(rows, indent=2)
