"""SonarQube's generic issues. SARIF would make security issues of smells; these are of maintainability."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from smelllint.edit import Safety
from smelllint.report.described import Described, described
from smelllint.report.findings import Finding, encodable, findings, largest, trouble_message, troubles
from smelllint.report.style import Style, dumped

if TYPE_CHECKING:
    from smelllint.examine import Outcome

TROUBLE = "could-not-be-checked"
# What it takes to read a finding and mend it, in minutes; a guess, which SonarQube adds up.
EFFORT = {Safety.SAFE: 2, Safety.UNSAFE: 10, Safety.SHOWN: 20, None: 30}

Object = dict[str, Any]


def render(outcomes: Sequence[Outcome], style: Style) -> Iterator[str]:
    """Troubles, then findings, the largest saving first."""
    found, failed = findings(outcomes), list(troubles(outcomes))
    rules = [rule(described(name), "MEDIUM" if saved else "LOW") for name, saved in largest(found).items()]
    if failed:
        words = Described(TROUBLE, "A file that could not be checked.", "Nothing is known of it.", "", "")
        rules.append(rule(words, "HIGH"))
    issues: list[Object] = [
        {
            "ruleId": TROUBLE,
            "primaryLocation": {
                "message": f"{trouble.name}: {trouble_message(trouble)}",
                "filePath": encodable(path),
            },
        }
        for trouble, path, _ in failed
    ]
    yield dumped({"rules": rules, "issues": issues + [issue(finding) for finding in found]})


def rule(words: Described, severity: str) -> Object:
    return {
        "id": words.name,
        "name": words.title.removesuffix("."),
        "description": words.why,
        "engineId": "smelllint",
        "cleanCodeAttribute": "EFFICIENT",
        "type": "CODE_SMELL",
        "severity": {"HIGH": "MAJOR", "MEDIUM": "MINOR", "LOW": "INFO"}[severity],
        "impacts": [{"softwareQuality": "MAINTAINABILITY", "severity": severity}],
    }


def issue(finding: Finding) -> Object:
    fix = finding.diagnostic.fix
    return {
        "ruleId": finding.rule,
        "effortMinutes": EFFORT[fix.safety if fix else None],
        "primaryLocation": {
            "message": finding.message,
            "filePath": encodable(finding.path),
            "textRange": text_range(finding),
        },
    }


def text_range(finding: Finding) -> Object:
    """Columns count from 0, in UTF-16 units. SonarQube refuses an empty range: the row stands for it."""
    start, end = finding.place.start, finding.place.end
    if start == end:
        return {"startLine": start.row}
    return {
        "startLine": start.row,
        "endLine": end.row,
        "startColumn": finding.file.column(start, "utf-16-le") - 1,
        "endColumn": finding.file.column(end, "utf-16-le") - 1,
    }
