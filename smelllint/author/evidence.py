"""What the evidence in a rule's folder says, in the words of pages and lists."""

from __future__ import annotations

from pathlib import Path

UNPROVEN = "unproven"


def verdict(folder: Path) -> str:
    """saves, costs or unproven."""
    return UNPROVEN


def section(folder: Path) -> str:
    """The evidence as Markdown."""
    return "Unproven: no measurement of this pair is on record yet."
