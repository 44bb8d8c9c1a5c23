"""Markdown for a comment on a change, or for a job's summary: a table, the largest savings first.

What comes from files stands in `<code>`, each sign of it that Markdown or HTML could take for its own written
as an entity: it can neither break the table, nor link, nor call anyone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from smelllint.report.findings import Finding, findings, repository_path, said, trouble_message, troubles
from smelllint.report.style import Style
from smelllint.words import counted

if TYPE_CHECKING:
    from smelllint.examine import Outcome

MOST = 50  # rows: more than that nobody reads in a comment
SPECIAL = re.compile(r"[^A-Za-z0-9\s.,/()=\-]")
QUOTED = re.compile(r"`([^`]*)`")
# A mention, or an address, is made of the text that a reader sees, entities or not.
CALLS = re.compile(r"(?<=@)|(?<=:)(?=//)|(?<=\bwww)(?=\.)|(?<=#)(?=\d)", re.IGNORECASE)
NOTHING = "\u200b"


def render(outcomes: Sequence[Outcome], style: Style) -> Iterator[str]:
    """A heading, a table of findings, a list of troubles."""
    found = findings(outcomes)
    smelly = sum(bool(outcome.report.diagnostics) for outcome in outcomes)
    if not found:
        yield f"### smelllint: no smells in {counted(len(outcomes), 'file')}"
    else:
        yield f"### smelllint: {counted(len(found), 'smell')} in {counted(smelly, 'file')}"
        yield ""
        yield from table(found[:MOST])
    if len(found) > MOST:
        yield ""
        yield f"And {counted(len(found) - MOST, 'smell')} more."
    yield from gone(outcomes)
    failed = [f"- {code(path)}: {text(trouble_message(one))}" for one, path, _ in troubles(outcomes)]
    if failed:
        yield from ("", f"**{counted(len(failed), 'trouble')}**", "", *failed)


def table(found: Sequence[Finding]) -> Iterator[str]:
    yield "| place | smell | what | evidence |"
    yield "| --- | --- | --- | --- |"
    for finding in found:
        place = code(f"{finding.path}:{finding.place.start.row}")
        yield f"| {place} | `{finding.rule}` | {text(finding.what)} | {text(finding.evidence)} |"


def gone(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """What was known of files before, and is there no more."""
    for outcome in outcomes:
        rules = outcome.report.gone
        if rules:
            named = ", ".join(f"`{rule}`" for rule in sorted(set(rules)))
            yield ""
            path = code(repository_path(outcome.report.path))
            yield f"Gone: {counted(len(rules), 'smell')} in {path} ({named})"


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
