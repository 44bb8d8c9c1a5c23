"""Markdown for a comment on a change, or for a job's summary: what smells, the largest savings first, and
what smells no longer.

What comes from files stands in `<code>`, each sign of it that Markdown or HTML could take for its own written
as an entity: it can neither break the table, nor link, nor call anyone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from smelllint.diagnostic import Gone
from smelllint.report.findings import Finding, findings, repository_path, said, trouble_message, troubles
from smelllint.report.style import Style
from smelllint.words import counted

if TYPE_CHECKING:
    from smelllint.examine import Outcome

MOST = 50  # rows of a table: more than that nobody reads in a comment
ROOM = 25_000  # characters of a table: GitHub takes 65 536 in all
SPECIAL = re.compile(r"[^A-Za-z0-9\s.,/()=\-]")
QUOTED = re.compile(r"`([^`]*)`")
# A mention, or an address, is made of the text that a reader sees, entities or not.
CALLS = re.compile(r"(?<=@)|(?<=:)(?=//)|(?<=\bwww)(?=\.)|(?<=#)(?=\d)", re.IGNORECASE)
NOTHING = "\u200b"


def render(outcomes: Sequence[Outcome], style: Style) -> Iterator[str]:
    """A heading, a table of findings, one of what is gone, a list of troubles."""
    found = findings(outcomes)
    fixed = [
        (repository_path(outcome.report.path), one) for outcome in outcomes for one in outcome.report.gone
    ]
    yield f"### smelllint: {heading(outcomes, len(found), len(fixed), style)}"
    if style.compared:
        yield from ("", f"Compared with {code(style.compared)}.")
    yield from cut("Added" if fixed else "", ("place", "smell", "what", "evidence"), map(row, found))
    yield from cut("Fixed", ("file", "smell", "in"), (gone_row(path, one) for path, one in fixed))
    failed = [f"- {code(path)}: {text(trouble_message(one))}" for one, path, _ in troubles(outcomes)]
    if failed:
        yield from ("", f"**{counted(len(failed), 'trouble')}**", "", *failed)


def heading(outcomes: Sequence[Outcome], found: int, fixed: int, style: Style) -> str:
    """`2 smells in 1 file`; of a change `2 smells added, 1 fixed`."""
    if style.compared:
        return f"{counted(found, 'smell') if found else 'no smells'} added, {fixed} fixed"
    smelly = sum(bool(outcome.report.diagnostics) for outcome in outcomes)
    return (
        f"{counted(found, 'smell')} in {counted(smelly, 'file')}"
        if found
        else f"no smells in {counted(len(outcomes), 'file')}"
    )


def cut(title: str, heads: Sequence[str], rows: Iterable[str]) -> Iterator[str]:
    """A table, under a title if it has one, of as many rows as a comment holds; nothing without rows."""
    rows = list(rows)
    if not rows:
        return
    if title:
        yield from ("", f"**{title}**")
    yield from ("", f"| {' | '.join(heads)} |", "| --- " * len(heads) + "|")
    shown = rows[:MOST]
    while len("".join(shown)) > ROOM:
        shown.pop()
    yield from shown
    if len(rows) > len(shown):
        yield from ("", f"And {len(rows) - len(shown)} more.")


def row(finding: Finding) -> str:
    place = code(f"{finding.path}:{finding.place.start.row}")
    return f"| {place} | `{finding.rule}` | {text(finding.what)} | {text(finding.evidence)} |"


def gone_row(path: str, one: Gone) -> str:
    return f"| {code(path)} | `{one.rule}` | {code(one.scope) if one.scope else 'the module'} |"


def text(message: str) -> str:
    """A message, its quoted pieces set as code."""
    pieces = QUOTED.split(said(message))
    return "".join(code(piece) if at % 2 else literal(piece) for at, piece in enumerate(pieces))


def code(piece: str) -> str:
    return f"<code>{literal(said(piece))}</code>"


def literal(piece: str) -> str:
    """Text that means nothing but itself."""
    uncalled = CALLS.sub(NOTHING, piece)
    return SPECIAL.sub(lambda match: match[0] if ord(match[0]) > 127 else f"&#{ord(match[0])};", uncalled)
