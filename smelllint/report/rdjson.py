"""Reviewdog's diagnostic format, with fixes as suggestions. Its columns count bytes of UTF-8."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from smelllint.report.findings import (
    File,
    Finding,
    Place,
    encodable,
    findings,
    trouble_message,
    troubles,
)
from smelllint.report.style import Style, dumped

if TYPE_CHECKING:
    from smelllint.examine import Outcome

MOST_ROWS = 20  # of a suggestion: reviewers read it beside the code

Object = dict[str, Any]


def render(outcomes: Sequence[Outcome], style: Style) -> Iterator[str]:
    """Troubles, then findings, the largest saving first."""
    entries = [
        {
            "message": trouble_message(trouble),
            "location": {"path": encodable(path), "range": {"start": {"line": at.row}}},
            "severity": "ERROR",
            "code": {"value": trouble.name},
        }
        for trouble, path, at in troubles(outcomes)
    ]
    entries += map(entry, findings(outcomes))
    yield dumped({"source": {"name": "smelllint"}, "severity": "WARNING", "diagnostics": entries})


def entry(finding: Finding) -> Object:
    found: Object = {
        "message": finding.message,
        "location": {"path": encodable(finding.path), "range": stretch(finding.file, finding.place)},
        "severity": "WARNING",
        "code": {"value": finding.rule},
    }
    # Suggestions are taken one by one, and the edits of a fix only make sense together.
    edit = finding.joined_edit(MOST_ROWS)
    if edit is not None:
        place, text = edit
        found["suggestions"] = [{"range": stretch(finding.file, place), "text": text}]
    return found


def stretch(file: File, place: Place) -> Object:
    return {
        "start": {"line": place.start.row, "column": file.column(place.start, "utf-8")},
        "end": {"line": place.end.row, "column": file.column(place.end, "utf-8")},
    }
