"""Writing suppressions: `# smelllint: ignore[name] reason` on the statement of every finding.

    ignored         the text of a file with suppressions for its findings, and which findings got one
    add_ignores     the same for the files of a run, written to the disk

A suppression goes behind the last line of the statement, or joins the one that is already there. What cannot
take one, a magic of a notebook for instance, is left as it is.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from smelllint.diagnostic import Diagnostic, Trouble
from smelllint.edit import Edit
from smelllint.errors import MistakeError
from smelllint.examine import Outcome
from smelllint.source import Source, SourceError, source_of
from smelllint.suppress import DIRECTIVE, UNUSED, Kind, Suppression, logical_lines, suppressions
from smelllint.write import NotWrittenError, replace_file

NOT_WRITTEN = "not-written"


class ReasonError(MistakeError):
    """A reason that a comment cannot hold."""


def checked(reason: str) -> str:
    """The reason, if it can stand in a comment; ReasonError otherwise."""
    if not reason.strip() or not reason.isprintable() or "#" in reason:
        raise ReasonError("--add-ignore takes a reason: one line of text, without `#`")
    return " ".join(reason.split())


def add_ignores(outcomes: Sequence[Outcome], reason: str) -> tuple[list[Outcome], int]:
    """Write suppressions for all findings of a run. The outcomes with the findings that are left, and how
    many were silenced."""
    silenced = 0
    left = []
    for outcome in outcomes:
        written = _written(outcome, checked(reason)) if outcome.report.diagnostics else outcome
        silenced += len(outcome.report.diagnostics) - len(written.report.diagnostics)
        left.append(written)
    return left, silenced


def ignored(
    source: Source, diagnostics: Iterable[Diagnostic], reason: str
) -> tuple[str, frozenset[Diagnostic]]:
    """The text of the file with suppressions, and the findings that they silence. SourceError or ValueError
    where it cannot be written so."""
    rules: defaultdict[int, set[str]] = defaultdict(set)
    silenced: defaultdict[int, list[Diagnostic]] = defaultdict(list)
    lines = logical_lines(source)
    present = {one.last_row: one for one in suppressions(source) if one.kind is Kind.LINE and one.names}
    for diagnostic in diagnostics:
        row = source.location(diagnostic.start).row
        line = next((line for line in lines if line.first_row <= row <= line.last_row), None)
        if line is not None and diagnostic.rule != UNUSED:
            rules[line.last_row].add(diagnostic.rule)
            silenced[line.last_row].append(diagnostic)
    edits = []
    done: list[Diagnostic] = []
    for row in sorted(rules):
        edit = _edit(source, row, rules[row], present.get(row), reason)
        if source.accepts((edit,)):
            edits.append(edit)
            done += silenced[row]
    return source.mended(edits), frozenset(done)


def _edit(source: Source, row: int, rules: set[str], there: Suppression | None, reason: str) -> Edit:
    """The suppression of some rules behind a row, or these rules in the list that is there."""
    if there is not None:
        match = DIRECTIVE.match(source.text, there.start, there.end)
        assert match is not None
        return Edit(match.start("names"), match.end("names"), ", ".join(sorted(there.names | rules)))
    end = source.line_starts[row - 1] + len(source.line(row).rstrip())
    return Edit(end, end, f"  # smelllint: ignore[{', '.join(sorted(rules))}] {reason}")


def _written(outcome: Outcome, reason: str) -> Outcome:
    """A file with its suppressions written, and the findings that they do not reach."""
    report, source = outcome.report, outcome.source
    try:
        text, silenced = ignored(source, report.diagnostics, reason)
        after = source.encode(text)
        if ast.dump(ast.parse(source_of(report.path, after).text)) != ast.dump(ast.parse(source.text)):
            raise ValueError("it would change what the code does")
        if after != source.data:
            replace_file(report.path, source.data, after)
    except (SourceError, NotWrittenError, SyntaxError, ValueError) as error:
        trouble = Trouble(report.path, NOT_WRITTEN, f"suppressions were not added: {error}")
        return replace(outcome, report=replace(report, troubles=(*report.troubles, trouble)))
    kept = tuple(one for one in report.diagnostics if one not in silenced)
    moved = replace(report, diagnostics=kept)
    return replace(outcome, report=moved)
