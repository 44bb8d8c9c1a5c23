"""All findings as one JSON list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from smelllint.report.records import records
from smelllint.report.style import Style, dumped

if TYPE_CHECKING:
    from smelllint.examine import Outcome


def render(outcomes: Sequence[Outcome], style: Style) -> Iterator[str]:
    """The list, indented; empty where there are no findings."""
    yield dumped([record for outcome in outcomes for record in records(outcome)])
