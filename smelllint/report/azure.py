"""Logging commands of Azure Pipelines: each finding becomes an issue of the run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from smelllint.report.findings import findings, said, trouble_message, troubles
from smelllint.report.style import Style

if TYPE_CHECKING:
    from smelllint.examine import Outcome


def render(outcomes: Sequence[Outcome], style: Style) -> Iterator[str]:
    """Troubles as errors, findings as warnings, the largest saving first."""
    for trouble, path, at in troubles(outcomes):
        yield issue("error", path, at.row, at.column, trouble.name, trouble_message(trouble))
    for finding in findings(outcomes):
        start = finding.place.start
        yield issue("warning", finding.path, start.row, start.column, finding.rule, finding.message)


def issue(kind: str, path: str, row: int, column: int, code: str, message: str) -> str:
    """`##vso[task.logissue type=warning;sourcepath=a.py;...]message`."""
    properties = {"type": kind, "sourcepath": path, "linenumber": row, "columnnumber": column, "code": code}
    listed = ";".join(f"{key}={in_property(said(str(value)))}" for key, value in properties.items())
    return f"##vso[task.logissue {listed}]{in_message(message)}"


def in_message(text: str) -> str:
    return text.replace("%", "%AZP25").replace("\r", "%0D").replace("\n", "%0A")


def in_property(text: str) -> str:
    return in_message(text).replace("]", "%5D").replace(";", "%3B")
