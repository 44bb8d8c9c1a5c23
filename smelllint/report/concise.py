"""One line per finding: `path:row:column: rule [*] message (saves 41 % on cpu)`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from smelllint.diagnostic import Diagnostic, Trouble
from smelllint.report.order import saving
from smelllint.report.style import Style, harmless

if TYPE_CHECKING:
    from smelllint.examine import Outcome


def render(outcomes: Sequence[Outcome], style: Style) -> Iterator[str]:
    """Troubles and findings, a line each, file by file."""
    for outcome in outcomes:
        for trouble in outcome.report.troubles:
            yield of_trouble(trouble, style)
        for diagnostic in outcome.report.diagnostics:
            yield of_diagnostic(diagnostic, style)


def of_diagnostic(diagnostic: Diagnostic, style: Style) -> str:
    return headline(diagnostic, style) + evidence(diagnostic, style)


def evidence(diagnostic: Diagnostic, style: Style) -> str:
    """What is proven of the finding, in brackets."""
    return f" ({proven(diagnostic, diagnostic.proven.short, style)})" if diagnostic.proven else ""


def proven(diagnostic: Diagnostic, words: str, style: Style) -> str:
    """What is said of the evidence, in green where it proves a saving."""
    return style.green(harmless(words)) if saving(diagnostic) else harmless(words)


def headline(diagnostic: Diagnostic, style: Style) -> str:
    place = where(diagnostic.path, diagnostic, style)
    return f"{place} {style.red(diagnostic.rule)} {style.mark(diagnostic.fix)}{harmless(diagnostic.message)}"


def of_trouble(trouble: Trouble, style: Style) -> str:
    place = where(trouble.path, trouble, style)
    return f"{place} {style.red(trouble.name)} {harmless(trouble.message)}"


def where(path: str, said: Diagnostic | Trouble, style: Style) -> str:
    """`path:row:column:`, with the cell before the row in a notebook."""
    parts = [style.bold(harmless(path))]
    if said.cell is not None:
        parts.append(f"cell {said.cell}")
    if said.location is not None:
        parts += [str(said.location.row), str(said.location.column)]
    return ":".join(parts) + ":"
