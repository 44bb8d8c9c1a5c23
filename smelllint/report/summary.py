"""What stands beside the findings: the closing lines, diffs, and the settings in force."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from smelllint.edit import Safety
from smelllint.report.style import Style, harmless
from smelllint.words import counted

if TYPE_CHECKING:
    from smelllint.examine import Outcome
    from smelllint.files import Target

# Lines as `patch` has them, whatever else Python takes for the end of one.
LINE = re.compile(r"[^\n]*\n|[^\n]+")


def summary(outcomes: Sequence[Outcome], style: Style, *, diff: bool = False) -> Iterator[str]:
    """How much was found, fixed, and could be fixed; and what could not be looked at."""
    reports = [outcome.report for outcome in outcomes]
    found = sum(len(report.diagnostics) for report in reports)
    fixed = sum(report.fixed for report in reports)
    smelly = sum(1 for report in reports if report.diagnostics or report.fixed)
    if diff:
        changed = sum(1 for report in reports if report.after is not None)
        yield f"Would mend {counted(fixed, 'smell')} in {counted(changed, 'file')}."
    elif fixed:
        yield f"Found {counted(found + fixed, 'smell')} ({fixed} fixed, {found} remaining)."
    elif found:
        yield f"Found {counted(found, 'smell')} in {smelly} of {counted(len(reports), 'file')}."
    elif reports:
        yield f"No smells in {counted(len(reports), 'file')}."
    if found and not diff:
        yield from _fixable(outcomes, style)
    failed = sum(1 for report in reports if report.troubles)
    if failed:
        yield f"{counted(failed, 'file')} could not be dealt with as asked."


def _fixable(outcomes: Iterable[Outcome], style: Style) -> Iterator[str]:
    """`[*] 1 fixable with --fix (2 more with --unsafe-fixes).`"""
    fixes = [diagnostic.fix for outcome in outcomes for diagnostic in outcome.report.diagnostics]
    ready = sum(map(style.applicable, fixes))
    more = sum(fix is not None and fix.safety is Safety.UNSAFE for fix in fixes) if not style.unsafe else 0
    if ready or more:
        extra = f" ({more} more with --unsafe-fixes)" if more else ""
        yield f"[{style.cyan('*')}] {ready} fixable with --fix{extra}."


def diffs(outcomes: Iterable[Outcome], style: Style) -> Iterator[str]:
    """What fixing changes, as unified diffs that `patch` takes."""
    import difflib

    for outcome in outcomes:
        report = outcome.report
        if report.before is None or report.after is None:
            continue
        before, after = LINE.findall(report.before), LINE.findall(report.after)
        for line in difflib.unified_diff(before, after, report.path, report.path):
            yield from _diff_line(line, style)


def _diff_line(line: str, style: Style) -> Iterator[str]:
    text = line.removesuffix("\n")
    paint = {"+": style.green, "-": style.red, "@": style.cyan}.get(text[:1], str)
    # Into a file or a pipe goes what `patch` needs, on a terminal what is harmless to it.
    yield paint(harmless(text.removesuffix("\r")) if style.terminal else text)
    if not line.endswith("\n"):
        yield "\\ No newline at end of file"


def settings_lines(target: Target) -> Iterator[str]:
    """The settings that hold for a file."""
    yield f"# {harmless(target.path)}"
    for key, value in asdict(target.settings).items():
        yield f"{key.replace('_', '-')} = {json.dumps(value, default=str)}"
