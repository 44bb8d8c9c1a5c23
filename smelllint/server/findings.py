"""A report as diagnostics of the protocol, by the part that they stand in.

diagnostics(program, report)    the URI of every part -> its diagnostics
diagnostic(finding, place)      one finding
"""

from __future__ import annotations

from lsprotocol.types import CodeDescription, Diagnostic, DiagnosticSeverity, DiagnosticTag, Range

from smelllint import diagnostic as words
from smelllint.report.records import url
from smelllint.server.programs import Program
from smelllint.suppress import UNUSED

NAME = "smelllint"


def diagnostics(program: Program, report: words.FileReport) -> dict[str, list[Diagnostic]]:
    """What is said of each part; of some, nothing."""
    found: dict[str, list[Diagnostic]] = {part.uri: [] for part in program.parts}
    for trouble in report.troubles:
        spot = program.trouble_spot(trouble)
        if spot is not None:
            found[spot[0].uri].append(_trouble(trouble, spot[1]))
    for finding in report.diagnostics:
        spot = program.spot(finding)
        if spot is not None:
            found[spot[0].uri].append(diagnostic(finding, spot[1]))
    return found


def diagnostic(finding: words.Diagnostic, place: Range) -> Diagnostic:
    """One finding."""
    unused, page = finding.rule == UNUSED, url(finding.rule)
    return Diagnostic(
        place,
        finding.message,
        severity=DiagnosticSeverity.Information if unused else DiagnosticSeverity.Warning,
        code=finding.rule,
        code_description=CodeDescription(page) if page else None,
        source=NAME,
        tags=[DiagnosticTag.Unnecessary] if unused else None,
    )


def _trouble(trouble: words.Trouble, place: Range) -> Diagnostic:
    """What kept a file, or a cell, from being looked at."""
    return Diagnostic(
        place, trouble.message, severity=DiagnosticSeverity.Error, code=trouble.name, source=NAME
    )
