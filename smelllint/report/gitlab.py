"""GitLab's code quality report: a JSON list, shown in merge requests.

A fingerprint is of one finding alone and stays the same where its lines move, so that GitLab does not take a
moved smell for a new one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from smelllint.fingerprint import digest
from smelllint.report.findings import (
    encodable,
    findings,
    trouble_message,
    troubles,
)
from smelllint.report.style import Style, dumped

if TYPE_CHECKING:
    from smelllint.examine import Outcome

PROVEN, UNPROVEN, TROUBLE = "major", "minor", "critical"


def render(outcomes: Sequence[Outcome], style: Style) -> Iterator[str]:
    """Troubles, then findings, the largest saving first."""
    entries = [
        entry(trouble.name, trouble_message(trouble), digest(path, trouble.name, trouble.message), TROUBLE)
        | {"location": {"path": encodable(path), "lines": {"begin": at.row}}}
        for trouble, path, at in troubles(outcomes)
    ]
    for finding in findings(outcomes):
        severity = PROVEN if finding.saving else UNPROVEN
        rows = {"begin": finding.place.start.row, "end": finding.place.end.row}
        found = entry(finding.rule, finding.message, finding.fingerprint, severity)
        entries.append(found | {"location": {"path": encodable(finding.path), "lines": rows}})
    yield dumped(entries)


def entry(name: str, message: str, fingerprint: str, severity: str) -> dict[str, Any]:
    return {
        "type": "issue",
        "check_name": name,
        "description": message,
        "categories": ["Performance"],
        "fingerprint": fingerprint,
        "severity": severity,
    }
