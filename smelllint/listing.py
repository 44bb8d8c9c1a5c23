"""The rules as a list: what `smelllint rules` prints, and what the overview pages are made of.

Entry           one rule in a line: name, family, title, fix, whether it is on, what is proven
rule_as_json    all that is known of one rule, for programs
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

from smelllint import catalogue, proof
from smelllint.doc import doc_of
from smelllint.report.records import url
from smelllint.rule import FAMILIES

FIXES = {"safe": "safe", "unsafe": "unsafe", "both": "safe or unsafe"}

Source = Callable[[str], proof.Proofs]


@dataclass(frozen=True)
class Entry:
    """One rule: `fix` is safe, unsafe, both or none, `default` whether it is on unless asked for, `devices`
    those that it is about (none: any), `evidence` what its proofs make of it (saves, equivalent, costs,
    inconclusive, unproven), `proven` the same with numbers, `measured` the proofs themselves."""

    name: str
    family: str
    title: str
    fix: str
    default: bool
    devices: tuple[str, ...]
    evidence: str
    proven: str
    measured: tuple[proof.Record, ...]
    options: dict[str, object]
    url: str | None


def entries(source: Source = proof.known) -> list[Entry]:
    """All rules, family by family; `source` says whose proofs count."""
    found = (entry(name, source) for name in catalogue.names())
    return sorted(found, key=lambda entry: (FAMILIES.index(entry.family), entry.name))


def entry(name: str, source: Source) -> Entry:
    """One rule in a line."""
    rule, doc = catalogue.load(name), doc_of(name)
    proofs = source(name)
    speaking = proof.relevant(proofs, rule.devices)
    return Entry(
        name=name,
        family=rule.family,
        title=doc.title,
        fix=doc.safety,
        default=proof.on_by_default(rule, proofs),
        devices=tuple(sorted(rule.devices)),
        evidence=proof.standing(speaking),
        proven="; ".join(one.short for one in speaking) or proof.unproven(rule.devices),
        measured=tuple(one.as_json() for one in proofs),
        options=dict(rule.options),
        url=url(name),
    )


def as_json() -> str:
    """The list for programs."""
    return json.dumps([asdict(entry) for entry in entries()], indent=2, default=str)


def rule_as_json(name: str) -> str:
    """One rule with its documentation."""
    doc = asdict(doc_of(name))
    told = {"why": doc["why"], "leave": doc["leave"], "fix_is": doc["fix"]}
    return json.dumps({**asdict(entry(name, proof.known)), **told}, indent=2, default=str)


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
        title = entry.title.removesuffix(".")
        yield f"  {entry.name:<{wide}}  {title}{fix} [{entry.proven}]{off}"
