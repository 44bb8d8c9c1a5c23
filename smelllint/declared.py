"""What rules say of themselves, read from their `rule.py` without importing it.

To import a rule is to import libcst, and that takes longer than all else that a file without a smell needs.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from functools import cache
from typing import Any

from smelllint import catalogue
from smelllint.rule import Rule

FIELDS = ("family", "imports", "words", "default")


@cache
def rules() -> tuple[Rule, ...]:
    """All rules with their name, family, imports, words and default, but without documentation and checks."""
    return tuple(_rule(name) for name in catalogue.names())


def _rule(name: str) -> Rule:
    """The rule as its `rule = Rule(...)` spells it; imported after all where that is not made of literals."""
    try:
        tree = ast.parse((catalogue.folder(name) / "rule.py").read_bytes())
        return Rule(name=name, **declaration(tree))
    except (StopIteration, KeyError, TypeError, ValueError, SyntaxError):
        return catalogue.load(name)


def declaration(tree: ast.Module) -> dict[str, Any]:
    """What the `rule = Rule(...)` of a module says in literals."""
    keywords = next(_keywords(node) for node in tree.body if _is_rule(node))
    return {field: _literal(keywords[field]) for field in FIELDS if field in keywords}


def _is_rule(node: ast.stmt) -> bool:
    """Whether this is `rule = Rule(...)`."""
    return (
        isinstance(node, ast.Assign)
        and [ast.unparse(target) for target in node.targets] == ["rule"]
        and isinstance(node.value, ast.Call)
        and ast.unparse(node.value.func) == "Rule"
    )


def _keywords(node: ast.stmt) -> dict[str, ast.expr]:
    assert isinstance(node, ast.Assign)
    assert isinstance(node.value, ast.Call)
    return {keyword.arg: keyword.value for keyword in node.value.keywords if keyword.arg}


def _literal(node: ast.expr) -> object:
    """A literal, a frozenset of one, or a union of sets; ValueError where it is none of them."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return set(_elements(node.left)) | set(_elements(node.right))
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "frozenset":
        return frozenset(_elements(node.args[0])) if node.args else frozenset()
    return ast.literal_eval(node)


def _elements(node: ast.expr) -> Iterable[object]:
    found = _literal(node)
    if not isinstance(found, (set, frozenset, list, tuple)):
        raise ValueError("not a collection")
    return found
