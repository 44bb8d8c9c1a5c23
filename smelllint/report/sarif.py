"""SARIF 2.1.0, as GitHub's code scanning and editors read it.

Places are those in the file, also of a notebook; columns count UTF-16 units, which is what readers take for
granted. Paths are relative to the root of the repository. `primaryLocationLineHash` is what GitHub's upload
action would compute, `smelllint/v1` tells apart findings that share a line.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from smelllint import __version__
from smelllint.diagnostic import Location, Trouble
from smelllint.edit import Safety
from smelllint.fingerprint import line_hashes
from smelllint.report.described import described
from smelllint.report.findings import (
    File,
    Finding,
    Place,
    findings,
    largest,
    root_of,
    said,
    trouble_message,
    troubles,
)
from smelllint.report.style import Style, dumped
from smelllint.suppress import UNUSED

if TYPE_CHECKING:
    from smelllint.examine import Outcome

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
BASE = "%SRCROOT%"
MOST_RESULTS = 25_000  # GitHub takes no more
MOST_CHARACTERS = 1024  # of a description

Object = dict[str, Any]


def render(outcomes: Sequence[Outcome], style: Style) -> Iterator[str]:
    """The log, in one run."""
    found = findings(outcomes)[:MOST_RESULTS]
    savings = largest(found)
    names = list(savings)
    hashes: dict[str, list[str]] = {}
    failed = [of_trouble(*trouble) for trouble in troubles(outcomes)]
    run = {
        "tool": {"driver": driver(names, savings)},
        "automationDetails": {"id": "smelllint/"},
        "columnKind": "utf16CodeUnits",
        "newlineSequences": ["\r\n", "\n", "\r"],
        "originalUriBaseIds": {BASE: {"uri": Path(root_of(os.getcwd())).as_uri().rstrip("/") + "/"}},
        "invocations": [{"executionSuccessful": not failed, "toolExecutionNotifications": failed}],
        "results": [result(finding, names.index(finding.rule), hashes) for finding in found],
    }
    yield dumped({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def driver(names: Sequence[str], savings: Mapping[str, float]) -> Object:
    rules = [rule(name, proven=savings[name] > 0) for name in names]
    return {"name": "smelllint", "semanticVersion": __version__, "rules": rules}


def rule(name: str, *, proven: bool) -> Object:
    """A rule, with all that a reader needs to judge a finding of it."""
    words = described(name)
    return {
        "id": name,
        "name": "".join(part.capitalize() for part in name.split("-")),
        "shortDescription": {"text": words.title[:MOST_CHARACTERS]},
        "fullDescription": {"text": words.why[:MOST_CHARACTERS]},
        "help": {"text": words.why, "markdown": words.page},
        "defaultConfiguration": {"level": "warning"},
        "properties": {
            "tags": ["energy", "performance", words.family],
            "precision": precision(name),
            "problem.severity": "warning" if proven else "recommendation",
        },
    }


def precision(name: str) -> str:
    """How far a finding may be trusted: a comment is read, all else inferred, though never from unknowns."""
    return "very-high" if name == UNUSED else "high"


def result(finding: Finding, index: int, hashes: dict[str, list[str]]) -> Object:
    """A finding. `hashes` keeps the line hashes of files."""
    if finding.path not in hashes:
        text = finding.file.source.data.decode("utf-8", "replace")
        hashes[finding.path] = list(line_hashes(text))
    place = finding.place
    content: Object = {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": "warning",
        "message": {"text": unlinked(finding.message)},
        "locations": [location(finding, place)],
        "partialFingerprints": {
            "primaryLocationLineHash": hashes[finding.path][place.start.row - 1],
            "smelllint/v1": finding.fingerprint,
        },
    }
    if finding.saving:
        content["rank"] = round(100 * finding.saving, 1)
    if finding.diagnostic.proven:
        content["properties"] = {"evidence": finding.diagnostic.proven.as_json()}
    replacements = [replacement(finding.file, *edit) for edit in finding.edits]
    if replacements and finding.diagnostic.fix:
        content["fixes"] = [fix(finding, replacements, finding.diagnostic.fix.safety)]
    return content


def unlinked(message: str) -> str:
    """A message whose brackets cannot be taken for a link."""
    return message.replace("[", r"\[").replace("]", r"\]") if "](" in message else message


def location(finding: Finding, place: Place) -> Object:
    found: Object = {
        "physicalLocation": {
            "artifactLocation": artifact(finding.path),
            "region": region(finding.file, place),
        }
    }
    if finding.diagnostic.cell is not None:
        found["logicalLocations"] = [{"name": f"cell {finding.diagnostic.cell}", "kind": "module"}]
    return found


def artifact(path: str) -> Object:
    """Where a file is; outside the repository by its whole path."""
    if os.path.isabs(path):
        return {"uri": Path(path).as_uri()}
    return {"uri": quote(os.fsencode(path), safe="/~"), "uriBaseId": BASE}


def region(file: File, place: Place) -> Object:
    return {
        "startLine": place.start.row,
        "startColumn": file.column(place.start, "utf-16-le"),
        "endLine": place.end.row,
        "endColumn": file.column(place.end, "utf-16-le"),
    }


def fix(finding: Finding, replacements: Sequence[Object], safety: Safety) -> Object:
    title = finding.diagnostic.fix.title if finding.diagnostic.fix else ""
    return {
        "description": {"text": unlinked(said(title))},
        "artifactChanges": [{"artifactLocation": artifact(finding.path), "replacements": list(replacements)}],
        "properties": {"applicability": safety.value},
    }


def replacement(file: File, place: Place, text: str) -> Object:
    return {"deletedRegion": region(file, place), "insertedContent": {"text": text}}


def of_trouble(trouble: Trouble, path: str, at: Location) -> Object:
    """What could not be dealt with: no result, but said."""
    return {
        "level": "error",
        "message": {"text": unlinked(trouble_message(trouble))},
        "descriptor": {"id": trouble.name},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": artifact(path),
                    "region": {"startLine": at.row},
                }
            }
        ],
    }
