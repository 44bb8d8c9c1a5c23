"""How often each rule was found, and how much of it `--fix` would mend."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from smelllint.report.style import Style

if TYPE_CHECKING:
    from smelllint.examine import Outcome


def render(outcomes: Sequence[Outcome], style: Style) -> Iterator[str]:
    """The most frequent first: how often, `[*]` where `--fix` mends all of it and `[-]` where some."""
    rows = counts(outcomes, style)
    wide = max((len(str(found)) for _, found, _ in rows), default=0)
    for rule, found, fixable in rows:
        mark = {0: "[ ]", found: f"[{style.cyan('*')}]"}.get(fixable, f"[{style.cyan('-')}]")
        yield f"{found:>{wide}}  {mark} {style.red(rule)}"


def counts(outcomes: Sequence[Outcome], style: Style) -> list[tuple[str, int, int]]:
    """Rule, how often it was found, how many of these have a fix at hand."""
    found: Counter[str] = Counter()
    fixable: Counter[str] = Counter()
    for outcome in outcomes:
        for diagnostic in outcome.report.diagnostics:
            found[diagnostic.rule] += 1
            fixable[diagnostic.rule] += style.applicable(diagnostic.fix)
    order = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return [(rule, number, fixable[rule]) for rule, number in order]
