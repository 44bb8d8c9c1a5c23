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


def find(facts: Facts, text: str, occurrence: int = 0) -> cst.BaseExpression:
    """The largest expression whose text this is; the first one unless another occurrence is asked for."""
    start = -1
    for _ in range(occurrence + 1):
        start = facts.source.text.index(text, start + 1)
    for node in facts.tree.all:
        if isinstance(node, cst.BaseExpression) and facts.tree.span(node) == (start, start + len(text)):
            return node
    raise LookupError(f"no expression at {text!r}")


def find_call(facts: Facts, text: str, occurrence: int = 0) -> cst.Call:
    """The call whose text this is."""
    node = find(facts, text, occurrence)
    assert isinstance(node, cst.Call)
    return node


def find_last(facts: Facts, text: str) -> cst.BaseExpression:
    """The last expression whose text this is."""
    return find(facts, text, facts.source.text.count(text) - 1)


def function(facts: Facts, name: str) -> cst.FunctionDef:
    """The function of this name."""
    return next(node for node in facts.nodes(cst.FunctionDef) if node.name.value == name)
