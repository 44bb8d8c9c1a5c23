"""Small words: lists, counts and did-you-mean in messages, shares in settings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence


def closest(word: str, known: Iterable[str], prefix: str = "") -> str:
    """`: did you mean `x`?` for the known word that is nearest, or nothing where none is near."""
    import difflib  # only a mistake pays for it

    found = difflib.get_close_matches(word.lower(), sorted(known), n=1, cutoff=0.6)
    return f": did you mean `{prefix}{found[0]}`?" if found else ""


def listed(words: Sequence[str]) -> str:
    """`a`, `b` and `c`."""
    quoted = [f"`{word}`" for word in words]
    return " and ".join(filter(None, [", ".join(quoted[:-1]), quoted[-1]]))


def counted(number: int, noun: str) -> str:
    """1 finding, 2 findings."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def share(text: str) -> float | None:
    """`10%` as 0.1; None for what is no share from 0 % to 100 %."""
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*%\s*", text)
    value = float(found[1]) / 100 if found else None
    return value if value is not None and value <= 1 else None
