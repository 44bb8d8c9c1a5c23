"""What the rules of findings have to say for themselves.

findings_at(program, ...)   the findings around a place
measured_saving(finding)    what its mend was measured to save, in a line
rule_page(name)             the page of a rule
mends(name)                 whether a rule has a mend

The last two cost the import of the rules, so they are asked of the worker.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lsprotocol.types import Position, Range

from smelllint import catalogue
from smelllint.author.pages import GENERATED, page
from smelllint.diagnostic import Diagnostic, FileReport
from smelllint.doc import doc_of
from smelllint.server.programs import Program

INTERVAL = re.compile(r"\[([^,\]]+), ([^\]]+)\]")


def findings_at(
    program: Program, report: FileReport, uri: str, at: Position
) -> Iterator[tuple[Diagnostic, Range]]:
    """The findings around a place of the part with this URI, each with its range."""
    for finding in report.diagnostics:
        spot = program.spot(finding)
        if spot is not None and spot[0].uri == uri and _within(at, spot[1]):
            yield finding, spot[1]


def measured_saving(finding: Diagnostic) -> str | None:
    """What was measured of the finding's rule, in Markdown; None for what no measurement is about."""
    if finding.proven is None:
        return None
    # In brackets, editors take an interval for a link, and some show what would escape them.
    words = INTERVAL.sub(r"(\1 to \2)", finding.proven.words)
    return f"Measured: {words}."


def rule_page(name: str) -> str | None:
    """The page of a rule in Markdown, None for what is no rule."""
    return page(name).removeprefix(GENERATED).strip() if name in catalogue.names() else None


def mends(name: str) -> bool:
    """Whether a rule has a mend for some of its findings."""
    return name in catalogue.names() and doc_of(name).safety != "none"


def _within(at: Position, place: Range) -> bool:
    start, end = place.start, place.end
    return (start.line, start.character) <= (at.line, at.character) <= (end.line, end.character)
