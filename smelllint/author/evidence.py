"""What the evidence in a rule's folder says, in the words of pages and lists.

Only what is shipped counts here, and only while it is fresh: the pages must be the same on every machine.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from smelllint.bench.evidence import Evidence

UNPROVEN = "unproven"


def verdict(folder: Path) -> str:
    """saves, costs, equivalent, inconclusive or unproven."""
    found = shipped(folder)
    if not found:
        return UNPROVEN
    from smelllint.bench.evidence import standing

    return standing(found)


def section(folder: Path) -> str:
    """The evidence as Markdown: a row for each device."""
    found = shipped(folder)
    if not found:
        return "Unproven: there is no measurement of this pair as it stands."
    head = ["| device | machine | smelly / lean | energy | memory | measured by | on |", "| --- " * 7 + "|"]
    return "\n".join([*head, *map(_row, found)])


def shipped(folder: Path) -> list[Evidence]:
    """The fresh evidence of a rule's folder, by device; EvidenceError for a file that cannot be used."""
    files = sorted((folder / "evidence").glob("*.json"))
    if not files:
        return []
    from smelllint.bench.evidence import read
    from smelllint.bench.pairs import Pair

    pair = Pair(folder.name, folder).digest
    return [evidence for evidence in map(read, files) if evidence.pair == pair]


def _row(one: Evidence) -> str:
    cells = (
        one.device, one.machine, str(one.energy), one.verdict.value, one.memory_verdict.value,
        f"{one.meter} ({one.level})", one.taken,
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"
