"""What a finding's rule has to say for itself.

finding_at(program, ...)    the finding at a place
measured_saving(finding)    what its mend was measured to save, in a line
rule_page(name)             the page of a rule; it costs the import of the rules, so it is asked of the worker
"""

from __future__ import annotations

from lsprotocol.types import Position, Range

from smelllint import catalogue
from smelllint.author.pages import GENERATED, page
from smelllint.diagnostic import Diagnostic, FileReport
from smelllint.server.programs import Program


def finding_at(
    program: Program, report: FileReport, uri: str, at: Position
) -> tuple[Diagnostic, Range] | None:
    """The first finding around a place of the part with this URI, and its range."""
    for finding in report.diagnostics:
        spot = program.spot(finding)
        if spot is not None and spot[0].uri == uri and _within(at, spot[1]):
            return finding, spot[1]
    return None


def measured_saving(finding: Diagnostic) -> str | None:
    """What was measured of the finding's rule; None for what no measurement is about."""
    return f"Measured: {finding.proven.words}." if finding.proven is not None else None


def rule_page(name: str) -> str | None:
    """The page of a rule in Markdown, None for what is no rule."""
    return page(name).removeprefix(GENERATED).strip() if name in catalogue.names() else None


def _within(at: Position, place: Range) -> bool:
    start, end = place.start, place.end
    return (start.line, start.character) <= (at.line, at.character) <= (end.line, end.character)
