"""What a mend would save, shown at the end of the line that it is about.

    hints(program, report, uri, place)   a hint for each line of a part with findings whose saving is measured

A hint and no code lens: it takes no line of its own, and more editors show it.
"""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol.types import InlayHint, Position, Range

from smelllint.diagnostic import Diagnostic, FileReport
from smelllint.server.programs import Part, Program


def hints(program: Program, report: FileReport, uri: str, place: Range) -> list[InlayHint]:
    """The hints between two places of the part with this URI, in order."""
    best: dict[int, tuple[Part, Diagnostic]] = {}
    for line, part, finding in _measured(program, report, uri):
        known = best.get(line)
        if place.start.line <= line <= place.end.line and (
            known is None or _saving(finding) > _saving(known[1])
        ):
            best[line] = part, finding
    return [_hint(part, line, finding) for line, (part, finding) in sorted(best.items())]


def _measured(program: Program, report: FileReport, uri: str) -> Iterator[tuple[int, Part, Diagnostic]]:
    """The findings that a measured saving speaks of, each with the line that it ends on."""
    for finding in report.diagnostics:
        spot = program.spot(finding)
        if spot is not None and spot[0].uri == uri and _saving(finding) > 0:
            yield spot[1].end.line, spot[0], finding


def _hint(part: Part, line: int, finding: Diagnostic) -> InlayHint:
    assert finding.proven is not None
    return InlayHint(
        part.text.end_of_line(Position(line, 0)),
        finding.proven.short,
        tooltip=f"{finding.rule}: {finding.proven.words}.",
        padding_left=True,
    )


def _saving(finding: Diagnostic) -> float:
    return finding.proven.saving if finding.proven is not None else 0.0
