"""The gate: may this file smell at all? Most files end here, before anything is parsed for real.

    possible(data, rules)         the rules that the bytes of a file leave possible
    candidates(path, data, ...)   those of them that its outline leaves possible as well

A rule says which modules a file must import for the rule to have anything to say, which words must occur, and
which signs its outline must show. The gate may let through what does not smell, never the reverse.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from smelllint.outline import shows
from smelllint.rule import Rule
from smelllint.source import code_of, source_of


def possible(data: bytes, rules: Sequence[Rule]) -> list[Rule]:
    """The rules that the bytes of a file leave possible."""
    modules = frozenset().union(*(rule.imports for rule in rules)) if rules else frozenset()
    found = imported(data, modules)
    return [rule for rule in rules if found & rule.imports and mentions(data, rule.words)]


def candidates(path: str, data: bytes, rules: Sequence[Rule], target: str = "") -> list[Rule]:
    """The rules that a file leaves possible, as far as its bytes and its outline tell. The device that it is
    for counts as if the file said it. SourceError where it has no text."""
    found = possible(code_of(path, data), rules)
    if not any(rule.signs for rule in found):
        return found
    source, given = source_of(path, data), frozenset({f"'{target}'"})
    if source.troubles:  # signs may stand in what had to be left out, and that it had to be is to be told
        return found
    return [rule for rule in found if shows(source.text, rule.signs, given)]


def imported(data: bytes, modules: frozenset[str]) -> frozenset[str]:
    """Which of these top-level modules an import line of the text may name."""
    found: set[str] = set()
    text = b"\n" + data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\\\n", b" ")
    for line in import_lines(modules).findall(text):
        found.update(module for module in modules if re.search(rb"\b%s\b" % module.encode(), line))
    return frozenset(found)


@cache
def import_lines(modules: frozenset[str]) -> re.Pattern[bytes]:
    """Lines that import one of the modules, wherever they stand (`try: import torch`, `if x: import
    torch`)."""
    words = b"|".join(re.escape(module.encode()) for module in sorted(modules)) or rb"(?!)"
    return re.compile(rb"\n([^\n]*\b(?:from|import)\b[^\n]*\b(?:%s)\b[^\n]*)" % words)


def mentions(data: bytes, words: frozenset[str]) -> bool:
    """Whether one of the words occurs; an empty set asks for nothing."""
    return not words or any(word.encode() in data for word in words)
