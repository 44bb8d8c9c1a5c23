"""The gate: may this file smell at all? Most files end here, before anything is parsed for real.

    possible(data, rules)         the rules that the bytes of a file leave possible
    candidates(path, data, ...)   those of them that its outline leaves possible as well

A rule says which modules a file must import for the rule to have anything to say, which words must occur, and
which signs its outline must show. The gate may let through what does not smell, never the reverse.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, cached_property, lru_cache

from smelllint.outline import Signs, shows
from smelllint.rule import Rule
from smelllint.source import code_of, source_of

WORD = re.compile(rb"\w+")
# Signs of shapes, which no one word gives away.
SHAPES = frozenset({"for", "for epoch", "x = f(x)", "x[i][j] =", "x[:, -1]", "x[None]", "[x]"})


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
    hinted = [rule for rule in found if hints(code, rule.signs, given)]
    return [rule for rule in hinted if shows(source.text, rule.signs, given)]


class Sight:
    """What the bytes of a file show."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._words: dict[str, bool] = {}

    def has(self, word: str) -> bool:
        """Whether a word occurs, whatever it is a part of."""
        if word not in self._words:
            self._words[word] = word.encode() in self.data
        return self._words[word]

    @cached_property
    def imports(self) -> frozenset[bytes]:
        """The words on the lines that import, wherever on them (`try: import torch`)."""
        text = self.data
        if b"\\" in text or b"\r" in text:
            text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\\\n", b" ")
        words: set[bytes] = set()
        place = text.find(b"import")
        while place >= 0:
            end = text.find(b"\n", place)
            end = len(text) if end < 0 else end
            words.update(WORD.findall(text, text.rfind(b"\n", 0, place) + 1, end))
            place = text.find(b"import", end)
        return frozenset(words)


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


def hints(data: bytes, signs: Signs, given: frozenset[str]) -> bool:
    """Whether each of these sets has a sign whose word occurs, that has none, or that is given."""
    seen = sight(data)
    return all(
        any(sign in given or (word := word_of(sign)) is None or seen.has(word) for sign in choice)
        for choice in signs
    )


@cache
def word_of(sign: str) -> str | None:
    """The word without which a text does not show a sign: `cat` of `for cat()`; None where there is none."""
    return None if sign in SHAPES else re.findall(r"\w+", sign)[-1]
