"""Findings as plain data, with the field names of ruff's JSON and some of our own.

    rule, family, url   what found it, and where to read on
    device              where the code is known to run: cpu, cuda or mps; null where that is not known
    evidence            what was measured of the rule, a record for each device; empty where nothing was
    note                what else to know: of a notebook, that its cells were run in another order
    proven_saving       the share of energy that is sure to be saved, 0.38 for 38 %; 0 where none is

A file that could not be dealt with is a record too: `rule` is then the name of the trouble, `family` is
"trouble", and there is neither a fix, nor evidence, nor a url.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from smelllint import catalogue
from smelllint.diagnostic import Diagnostic, Location, Trouble
from smelllint.edit import Edit, Fix
from smelllint.source import Source

if TYPE_CHECKING:
    from smelllint.examine import Outcome

Record = dict[str, Any]
TROUBLE = "trouble"  # the family of what is no finding


def records(outcome: Outcome) -> Iterator[Record]:
    """The records of one file."""
    for trouble in outcome.report.troubles:
        yield of_trouble(trouble)
    if outcome.report.diagnostics:
        source = outcome.source
        for diagnostic in outcome.report.diagnostics:
            yield of_diagnostic(diagnostic, source)


def of_diagnostic(diagnostic: Diagnostic, source: Source) -> Record:
    proven = diagnostic.proven
    return {
        "cell": diagnostic.cell,
        "device": proven.device if proven else diagnostic.device,
        "end_location": _location(diagnostic.end_location),
        "evidence": proven.as_json() if proven else [],
        "family": diagnostic.family,
        "filename": os.path.abspath(diagnostic.path),
        "fix": None if diagnostic.fix is None else _fix(diagnostic.fix, source),
        "location": _location(diagnostic.location),
        "message": diagnostic.message,
        "note": diagnostic.note,
        "proven_saving": round(proven.saving, 4) if proven else 0.0,
        "rule": diagnostic.rule,
        "url": url(diagnostic.rule),
    }


def of_trouble(trouble: Trouble) -> Record:
    place = _location(trouble.location or Location(1, 1))
    return {
        "cell": trouble.cell,
        "device": None,
        "end_location": place,
        "evidence": [],
        "family": TROUBLE,
        "filename": os.path.abspath(trouble.path),
        "fix": None,
        "location": place,
        "message": trouble.message,
        "note": None,
        "proven_saving": 0.0,
        "rule": trouble.name,
        "url": None,
    }


def url(rule: str) -> str | None:
    """Where the rule's page is: every installation has it, so that it can be read without a network."""
    if rule not in catalogue.names():
        return None
    return (catalogue.folder(rule) / "README.md").resolve().as_uri()


def _fix(fix: Fix, source: Source) -> Record:
    edits = [_edit(edit, source) for edit in source.part_edits(fix.edits)]
    return {"applicability": fix.safety.value, "edits": edits, "message": fix.title}


def _edit(edit: Edit, source: Source) -> Record:
    """An edit; in a notebook with its cell, which need not be that of the finding."""
    cell, start = source.in_cell(source.location(edit.start))
    _, end = source.in_cell(source.location(edit.end))
    place = {} if cell is None else {"cell": cell}
    return {**place, "content": edit.text, "end_location": _location(end), "location": _location(start)}


def _location(location: Location) -> Record:
    return {"column": location.column, "row": location.row}
