"""A finding with its code: what is wrong, where, what to do, and whether a fix is at hand.

    eval.py:12:9: inference-without-no-grad [*] `model(batch)` is inference, yet it records gradients
       |
    10 |     for batch in loader:
    11 |         batch = batch.to(device)
    12 |         scores = model(batch)
       |                  ^^^^^^^^^^^^
       = mend: Run it under `torch.no_grad()` (--fix --unsafe-fixes)
       = evidence: saves 41 % [38, 44] of CPU-seconds on cpu

The first line is that of the concise format, without what it says of the evidence.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from smelllint.diagnostic import Diagnostic
from smelllint.edit import Safety
from smelllint.report.concise import headline, of_trouble, proven
from smelllint.report.excerpt import excerpt, left_out
from smelllint.report.style import Style, harmless
from smelllint.source import Source

if TYPE_CHECKING:
    from smelllint.examine import Outcome

WIDTH = 160  # characters of a row; what is longer is machine-made
TAB = 4


def render(outcomes: Sequence[Outcome], style: Style) -> Iterator[str]:
    """Troubles and findings, file by file, an empty line after each finding."""
    for outcome in outcomes:
        for trouble in outcome.report.troubles:
            yield of_trouble(trouble, style)
            yield ""
        source = outcome.source if outcome.report.diagnostics else None
        for diagnostic in outcome.report.diagnostics:
            assert source is not None
            yield headline(diagnostic, style)
            yield from code(diagnostic, source, style)
            mark = f"{_indent(diagnostic)} {style.blue('=')}"
            yield f"{mark} {style.bold('mend')}: {mend(diagnostic)}"
            if diagnostic.note is not None:
                yield f"{mark} {style.bold('note')}: {harmless(diagnostic.note)}"
            if diagnostic.proven is not None:
                yield f"{mark} {style.bold('evidence')}: {proven(diagnostic, diagnostic.proven.words, style)}"
            yield ""


def mend(diagnostic: Diagnostic) -> str:
    """What to do: the fix's title and what applies it, or where to read on."""
    fix = diagnostic.fix
    if fix is None:
        return f"see `smelllint rule {diagnostic.rule}`"
    how = {
        Safety.SAFE: " (--fix)",
        Safety.UNSAFE: " (--fix --unsafe-fixes)",
        Safety.SHOWN: f" (by hand: see `smelllint rule {diagnostic.rule}`)",
    }
    return harmless(fix.title) + how[fix.safety]


def code(diagnostic: Diagnostic, source: Source, style: Style) -> Iterator[str]:
    """The rows of code around the start of a finding, its span underlined on each of its rows."""
    wide = len(_indent(diagnostic))
    yield _gutter(diagnostic, style)
    for row in excerpt(diagnostic, source):
        shown, left, long = window(row.text, row.start or 0, row.end or 0)
        yield f"{style.blue(f'{row.number:>{wide}} |')} {shown}".rstrip()
        if row.start is not None:
            yield f"{_gutter(diagnostic, style)} {' ' * left}{style.red('^' * long)}"
    more = left_out(diagnostic)
    if more:
        yield f"{style.blue(' ' * wide + ' :')} and {more} more rows"


def window(line: str, start: int, end: int) -> tuple[str, int, int]:
    """The part of a line worth printing, and where in it, in columns of a terminal, the span lies: from, how
    wide (at least one)."""
    cut = max(0, start - WIDTH // 2) if len(line) > WIDTH else 0
    kept = line[cut : cut + WIDTH]
    head = "..." if cut else ""
    tail = "..." if cut + WIDTH < len(line) else ""
    before, inside = kept[: start - cut], kept[start - cut : max(end - cut, start - cut)]
    shown = head + _columns(kept) + tail
    return shown, _width(head + _columns(before)), max(1, _width(_columns(inside)))


def _columns(text: str) -> str:
    return harmless(tabless(text))


def tabless(text: str) -> str:
    return text.replace("\t", " " * TAB)


def _width(text: str) -> int:
    """How many columns a terminal takes: two for wide characters, none for combining ones."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(character) else 1 + (unicodedata.east_asian_width(character) in "WF")
        for character in text
    )


def _indent(diagnostic: Diagnostic) -> str:
    """The space under the row numbers."""
    return " " * len(str(diagnostic.end_location.row))


def _gutter(diagnostic: Diagnostic, style: Style) -> str:
    return style.blue(f"{_indent(diagnostic)} |")
