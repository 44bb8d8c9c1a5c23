"""What rules say of themselves, read from their `rule.py` without importing it.

To import a rule is to import libcst, and that takes longer than all else that a file without a smell needs.
Understood are literals, names of literals, `frozenset(...)`, unions of sets, and tuples of these.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from smelllint import catalogue
from smelllint.rule import Rule

FIELDS = ("family", "imports", "words", "signs", "default", "devices")


@cache
def rules() -> tuple[Rule, ...]:
    """All rules with what they declare of the fields above, but without documentation and checks."""
    return tuple(_rule(name) for name in catalogue.names())


def devices(name: str) -> frozenset[str]:
    """The devices that a rule is about; none for any, and for what is no rule."""
    return next((rule.devices for rule in rules() if rule.name == name), frozenset())


def _rule(name: str) -> Rule:
    """The rule as its `rule = Rule(...)` spells it; imported after all where that is not understood."""
    try:
        text = (catalogue.folder(name) / "rule.py").read_bytes()
        head, _, _ = text.partition(b"\n@rule.on")  # the checks come last, and are most of the file
        return Rule(name=name, **declaration(ast.parse(head)))
    except (KeyError, TypeError, ValueError, SyntaxError):
        return catalogue.load(name)


def declaration(tree: ast.Module) -> dict[str, Any]:
    """What the `rule = Rule(...)` of a module says; ValueError or KeyError where it is not understood."""
    assigned = {
        node.targets[0].id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    call = assigned["rule"]
    if not isinstance(call, ast.Call) or ast.unparse(call.func) != "Rule":
        raise ValueError("`rule` is not made by Rule(...)")
    return {
        keyword.arg: _value(keyword.value, assigned) for keyword in call.keywords if keyword.arg in FIELDS
    }


def _value(node: ast.expr, assigned: Mapping[str, ast.expr]) -> Any:
    if isinstance(node, ast.Name):
        return _value(assigned[node.id], assigned)
    if isinstance(node, ast.Tuple):
        return tuple(_value(element, assigned) for element in node.elts)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return _elements(node.left, assigned) | _elements(node.right, assigned)
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "frozenset":
        return _elements(node.args[0], assigned) if node.args else frozenset()
    return ast.literal_eval(node)


def _elements(node: ast.expr, assigned: Mapping[str, ast.expr]) -> frozenset[object]:
    found: Iterable[object] = _value(node, assigned)
    return frozenset(found)
