"""Where a comment has to stand to silence a finding.

    silence(source, finding)   the edit that makes it known to `smelllint.suppress`, None where there is none

A place is only taken once it is seen to work: the text means the same as before, and the comment covers the
finding.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from smelllint.diagnostic import Diagnostic
from smelllint.edit import Edit, splice
from smelllint.source import Source
from smelllint.suppress import DIRECTIVE, UNUSED, Kind, Suppression, suppressions


def silence(source: Source, finding: Diagnostic) -> Edit | None:
    """The edit that adds `# smelllint: ignore[name]`, or the name to a list that is there."""
    if finding.rule == UNUSED:
        return None
    return next((edit for edit in _candidates(source, finding) if _works(source, finding, edit)), None)


def _candidates(source: Source, finding: Diagnostic) -> Iterator[Edit]:
    """Where it might stand, the nearest place first."""
    first, last = (source.location(offset).row for offset in (finding.start, finding.end))
    for one in suppressions(source):
        if one.kind is Kind.LINE and one.names and one.first_row <= first <= one.last_row:
            yield _added(source, one, finding.rule)
    for row in (*range(first, last + 1), *_rows_to_the_end(source, last)):
        end = source.line_starts[row - 1] + len(source.line(row).rstrip())
        yield Edit(end, end, f"  # smelllint: ignore[{finding.rule}]")


def _added(source: Source, one: Suppression, rule: str) -> Edit:
    match = DIRECTIVE.match(source.text, one.start, one.end)
    assert match is not None
    at = match.start("names") + len(match["names"].rstrip())
    return Edit(at, at, f", {rule}")


def _rows_to_the_end(source: Source, last: int) -> Iterator[int]:
    """The rows after a finding, to the end of the statement at the latest."""
    for statement in ast.walk(ast.parse(source.text)):
        if isinstance(statement, ast.stmt) and statement.lineno <= last <= (statement.end_lineno or 0):
            yield from range(last + 1, (statement.end_lineno or last) + 1)


def _works(source: Source, finding: Diagnostic, edit: Edit) -> bool:
    if not source.accepts((edit,)):
        return False
    after = Source("", splice(source.text, [edit]).encode("utf-8", "surrogatepass"))
    try:
        same = ast.dump(ast.parse(after.text)) == ast.dump(ast.parse(source.text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    # The comment stands behind the start of the finding: its row is the same in both texts.
    row = source.location(finding.start).row
    return same and any(one.covers(finding, row) for one in suppressions(after))
