"""Workflow commands of GitHub Actions: each finding becomes an annotation of the lines of a change.

GitHub shows ten warnings of a step and lists the others in its log, so those that save most come first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from smelllint.report.findings import findings, said, trouble_message, troubles
from smelllint.report.style import Style
from smelllint.words import counted

if TYPE_CHECKING:
    from smelllint.examine import Outcome

SHOWN = 10

Properties = dict[str, str | int]


def render(outcomes: Sequence[Outcome], style: Style) -> Iterator[str]:
    """Troubles as errors, findings as warnings, and a notice of what GitHub leaves out."""
    for trouble, path, at in troubles(outcomes):
        place: Properties = {"file": path, "line": at.row, "col": at.column}
        yield command("error", trouble_message(trouble), title=f"smelllint ({trouble.name})", **place)
    found = findings(outcomes)
    for finding in found:
        start, end = finding.place.start, finding.place.end
        place = {"file": finding.path, "line": start.row, "endLine": end.row}
        if start.row == end.row:
            place |= {"col": start.column, "endColumn": end.column}
        yield command("warning", finding.message, title=f"smelllint ({finding.rule})", **place)
    if len(found) > SHOWN:
        more = counted(len(found) - SHOWN, "more finding")
        yield command("notice", f"GitHub shows {SHOWN} warnings; {more} in the log", title="smelllint")


def command(name: str, message: str, **properties: str | int) -> str:
    """`::warning file=a.py,line=3::message`."""
    listed = ",".join(f"{key}={in_property(said(str(value)))}" for key, value in properties.items())
    return f"::{name} {listed}::{in_message(message)}"


def in_message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def in_property(text: str) -> str:
    return in_message(text).replace(":", "%3A").replace(",", "%2C")
