"""What a run prints: one module per format, each with `render(outcomes, style)`, imported when asked for.

full concise grouped        for people
json json_lines             for programs
sarif github gitlab azure   for where code is reviewed and built, as are
junit rdjson sonarqube markdown
html                        to hand to somebody
findings described          what those have in common
excerpt hunks               the code of a finding, the diff of its mend
statistics statistics_json  how often each rule was found
records                     findings as plain data
order                       findings by what they are proven to save
summary                     closing lines, diffs, settings
style                       colour, and the escaping of what a terminal must not get
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from smelllint.options import FOR_PEOPLE, FORMATS, ORDERS
from smelllint.report.order import by_saving
from smelllint.report.style import Style

if TYPE_CHECKING:
    from smelllint.examine import Outcome

__all__ = ["FORMATS", "FOR_PEOPLE", "ORDERS", "by_saving", "render"]


class Format(Protocol):
    """A module of this package that is a format."""

    def render(self, outcomes: Sequence[Outcome], style: Style) -> Iterator[str]:
        """The lines to print, without line ends."""
        ...


def render(name: str, outcomes: Sequence[Outcome], style: Style) -> Iterator[str]:
    """The lines of a report in one of the `FORMATS`, or of the statistics."""
    module = import_module(f"smelllint.report.{name.replace('-', '_')}")
    return cast(Format, module).render(outcomes, style)
