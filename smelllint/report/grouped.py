"""Findings under the name of their file, in columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from smelllint.diagnostic import Diagnostic, Trouble
from smelllint.report.concise import evidence
from smelllint.report.style import Style, harmless

if TYPE_CHECKING:
    from smelllint.examine import Outcome


def render(outcomes: Sequence[Outcome], style: Style) -> Iterator[str]:
    """One block per file that something is said of."""
    for outcome in outcomes:
        said: list[Diagnostic | Trouble] = [*outcome.report.troubles, *outcome.report.diagnostics]
        if not said:
            continue
        yield f"{style.bold(harmless(outcome.report.path))}:"
        places = [_place(one) for one in said]
        names = [one.rule if isinstance(one, Diagnostic) else one.name for one in said]
        wide, long = max(map(len, places)), max(map(len, names))
        for one, place, name in zip(said, places, names, strict=True):
            mark = style.mark(one.fix) if isinstance(one, Diagnostic) else ""
            proven = evidence(one, style) if isinstance(one, Diagnostic) else ""
            yield f"  {place:>{wide}}  {style.red(name.ljust(long))}  {mark}{harmless(one.message)}{proven}"
        yield ""


def _place(said: Diagnostic | Trouble) -> str:
    parts = [] if said.cell is None else [f"cell {said.cell}"]
    if said.location is not None:
        parts += [str(said.location.row), str(said.location.column)]
    return ":".join(parts) or "-"
