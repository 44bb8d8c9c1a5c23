"""The gate: may this file smell at all? Most files end here, before anything is parsed for real.

    possible(data, rules)         the rules that the bytes of a file leave possible
    candidates(path, data, ...)   those of them that its outline leaves possible as well

A rule says which modules a file must import for the rule to have anything to say, which words must occur, and
which signs its outline must show. The gate may let through what does not smell, never the reverse.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from smelllint.hints import Sight, hints
from smelllint.outline import shows
from smelllint.rule import Rule
from smelllint.source import code_of, source_of


def possible(data: bytes, rules: Sequence[Rule]) -> list[Rule]:
    """The rules that the bytes of a file leave possible."""
    found = imported(data, frozenset().union(*(rule.imports for rule in rules)))
    return [rule for rule in rules if found & rule.imports and mentions(data, rule.words)] if found else []


def candidates(path: str, data: bytes, rules: Sequence[Rule], target: str = "") -> list[Rule]:
    """The rules that a file leaves possible, as far as its bytes and its outline tell. The device that it is
    for counts as if the file said it. SourceError where it has no text."""
    code, given = code_of(path, data), frozenset({f"'{target}'"})
    found = possible(code, rules)
    if not any(rule.signs for rule in found):
        return found
    source = source_of(path, data)
    if source.troubles:  # signs may stand in what had to be left out, and that it had to be is to be told
        return found
    hinted = [rule for rule in found if hints(sight(code), rule.signs, given)]
    return [rule for rule in hinted if shows(source.text, rule.signs, given)]


@lru_cache(maxsize=2)
def sight(data: bytes) -> Sight:
    """What the bytes of a file show; of the last ones it is kept what was seen."""
    return Sight(data)


def imported(data: bytes, modules: frozenset[str]) -> frozenset[str]:
    """Which of these top-level modules an import line of the text may name."""
    words = sight(data).imports
    return frozenset(module for module in modules if module.encode() in words) if words else frozenset()


def mentions(data: bytes, words: frozenset[str]) -> bool:
    """Whether one of the words occurs; an empty set asks for nothing."""
    return not words or any(map(sight(data).has, words))
