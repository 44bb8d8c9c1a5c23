"""What the front page says of the rules: how many of each family there are, and which save most."""

from __future__ import annotations

from collections.abc import Sequence

from smelllint import proof
from smelllint.listing import Entry

HEADS = (
    "family",
    "rules",
    "on by default",
    "with a fix",
    "save",
    "save nothing",
    "cost",
    "undecided",
    "unproven",
)
VERDICTS = ("saves", "equivalent", "costs", "inconclusive", "unproven")
MOST = 10


def counts(rows: Sequence[Entry]) -> str:
    """The number of rules by family, with a fix and by what their evidence says, as a Markdown table."""
    families = dict.fromkeys(entry.family for entry in rows)
    lines = [_row(HEADS), _row(["---"] * len(HEADS))]
    lines += [_row(_counted(family, [one for one in rows if one.family == family])) for family in families]
    return "\n".join([*lines, _row(_counted("**all**", rows))])


def _counted(name: str, rows: Sequence[Entry]) -> list[str]:
    by_verdict = [sum(entry.evidence == verdict for entry in rows) for verdict in VERDICTS]
    on, fixes = sum(entry.default for entry in rows), sum(entry.fix != "none" for entry in rows)
    return [name, *(str(number) if number else "" for number in (len(rows), on, fixes, *by_verdict))]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def most_saving(rows: Sequence[Entry]) -> list[Entry]:
    """The rules that are proven to save most, best first."""
    saving = {
        entry.name: max((one.saving for one in proof.shipped(entry.name)), default=0.0) for entry in rows
    }
    return sorted((entry for entry in rows if saving[entry.name] > 0), key=lambda one: -saving[one.name])[
        :MOST
    ]
