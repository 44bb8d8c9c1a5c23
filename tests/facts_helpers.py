"""For the tests of the facts: facts of a piece of code, and the node that a piece of its text names."""

from __future__ import annotations

import textwrap
from typing import Any

import libcst as cst

from smelllint.facts import Facts
from smelllint.settings import Settings
from smelllint.source import Source
from smelllint.tree import parse


def facts_of(code: str, **settings: Any) -> Facts:
    """The facts of a dedented piece of code, under settings such as target="cuda"."""
    text = textwrap.dedent(code)
    return Facts(Source("example.py", text.encode()), parse(text), Settings(**settings))


def find(facts: Facts, text: str, occurrence: int = 0) -> cst.CSTNode:
    """The largest expression whose text this is; the first one unless another occurrence is asked for."""
    start = -1
    for _ in range(occurrence + 1):
        start = facts.source.text.index(text, start + 1)
    for node in facts.tree.all:
        if isinstance(node, cst.BaseExpression) and facts.tree.span(node) == (start, start + len(text)):
            return node
    raise LookupError(f"no expression at {text!r}")
