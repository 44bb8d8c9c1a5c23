"""The rules as a list: what `smelllint rules` prints, and what the overview pages are made of.

Entry       one rule in a line: name, family, title, fix, whether it is on, what is proven
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from smelllint import catalogue
from smelllint.author.evidence import verdict
from smelllint.doc import doc_of
from smelllint.report.records import url
from smelllint.rule import FAMILIES

FIXES = {"safe": "safe", "unsafe": "unsafe", "both": "safe or unsafe"}


@dataclass(frozen=True)
class Entry:
    """One rule: `fix` is safe, unsafe, both or none, `evidence` saves, costs or unproven."""

    name: str
    family: str
    title: str
    fix: str
    default: bool
    evidence: str
    options: dict[str, object]
    url: str | None


def entries() -> list[Entry]:
    """All rules, family by family."""
    return sorted(
        map(_entry, catalogue.names()), key=lambda entry: (FAMILIES.index(entry.family), entry.name)
    )


def as_json() -> str:
    """The list for programs."""
    return json.dumps([asdict(entry) for entry in entries()], indent=2, default=str)


def as_text() -> str:
    """The list for people: a line per rule under its family."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    family = ""
    found = entries()
    wide = max((len(entry.name) for entry in found), default=0)
    for entry in found:
        if entry.family != family:
            family = entry.family
            yield f"{family}:"
        off = "" if entry.default else " (off unless selected)"
        fix = f" [fix: {FIXES[entry.fix]}]" if entry.fix in FIXES else ""
        yield f"  {entry.name:<{wide}}  {entry.title.removesuffix('.')}{fix}{off}"


def _entry(name: str) -> Entry:
    rule, doc = catalogue.load(name), doc_of(name)
    options = dict(rule.options)
    return Entry(
        name,
        rule.family,
        doc.title,
        doc.safety,
        rule.default,
        verdict(catalogue.folder(name)),
        options,
        url(name),
    )
