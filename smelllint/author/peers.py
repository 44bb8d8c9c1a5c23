"""What other linters find, and our rules for the same waste: `peers/*.toml`.

Peer       a tool and its rules, each with ours or with the reason why there is none
related    the rules of other tools that are about the same waste as one of ours, for its page
page       docs/coming-from.md
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from smelllint.toml import loads

HOME = Path(__file__).with_name("peers")

INTRODUCTION = """\
# Coming from another linter

What other tools for Python find of the energy that AI code wastes, and which rule here is about the same.
Their cases and ours differ: rules here ask what an object *is*, and are silent where code does not tell."""


@dataclass(frozen=True)
class PeerRule:
    """A rule of another tool: ours for the same waste, with what differs; or why there is none."""

    id: str
    title: str
    ours: tuple[str, ...] = ()
    note: str = ""
    why: str = ""


@dataclass(frozen=True)
class Case:
    """A test file of another tool: how many lines it marks, we mark, both mark; and why they differ."""

    file: str
    marks: tuple[int, int, int]
    why: str


@dataclass(frozen=True)
class Peer:
    """Another tool."""

    name: str
    link: str
    about: str
    rules: tuple[PeerRule, ...]
    cases: tuple[Case, ...]


@cache
def peers() -> tuple[Peer, ...]:
    """The tools that there is a table of."""
    return tuple(map(_peer, sorted(HOME.glob("*.toml"))))


def _peer(path: Path) -> Peer:
    table = loads(path.read_text(encoding="utf-8"))
    cases = (Case(row["file"], tuple(row["marks"]), row["why"]) for row in table.get("case", ()))
    return Peer(table["name"], table["link"], table["about"], tuple(map(_rule, table["rule"])), tuple(cases))


def _rule(row: dict[str, Any]) -> PeerRule:
    return PeerRule(**{**row, "ours": tuple(row.get("ours", ()))})


def related(name: str) -> str:
    """The line on a rule's page that names its relatives in other tools; empty where it has none."""
    found = [
        f"[{peer.name}]({peer.link}) {rule.id}"
        for peer in peers()
        for rule in peer.rules
        if name in rule.ours
    ]
    return f"{', '.join(found)}; [what differs](../../docs/coming-from.md)." if found else ""


def page() -> str:
    """The page for those who know another tool, in Markdown."""
    return "\n\n".join([INTRODUCTION, *(part for peer in peers() for part in _section(peer))]) + "\n"


def _section(peer: Peer) -> Iterator[str]:
    yield f"## [{peer.name}]({peer.link})"
    yield peer.about
    lines = [f"| {peer.name} | what it finds | here |", "| --- | --- | --- |"]
    lines += [f"| {rule.id} | {rule.title.removesuffix('.')} | {_here(rule)} |" for rule in peer.rules]
    yield "\n".join(lines)
    if peer.cases:
        yield "On its own test files:"
        rows = [f"| `{one.file}` | {' | '.join(map(str, one.marks))} | {one.why} |" for one in peer.cases]
        heads = [f"| file | lines that {peer.name} marks | we mark | both | why |", "| --- |" + " --- |" * 4]
        yield "\n".join([*heads, *rows])


def _here(rule: PeerRule) -> str:
    links = ", ".join(f"[`{name}`](../rules/{name}/README.md)" for name in rule.ours)
    return f"{links}: {rule.note}" if links and rule.note else links or f"none: {rule.why}"
