"""Paths: which file of the project an expression means.

    opened(expr, frames)   the file that an expression opens, reads or names
    text(expr)             the path that an expression of literals and the functions of paths evaluates to

A file object is followed to what opened it: `with open("a.yaml") as file`, `Path("a.yaml").read_text()`. A
path that does not start at `__file__` is looked for where programs are run from: `Project.near`.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

import libcst as cst

from smelllint.facts.names import Names
from smelllint.facts.values import Values

if TYPE_CHECKING:
    from smelllint.facts.reach import Reach

OPENERS = ("builtins.open", "io.open", "codecs.open")
READS = ("open", "read", "read_text", "read_bytes")
SAME = ("os.path.abspath", "os.path.realpath")


class Frame(NamedTuple):
    """A call whose function is looked into: its parameters are what this call gives."""

    call: cst.Call
    function: cst.FunctionDef


class Opened(NamedTuple):
    """A file of the project, and whether the command line or a caller may well name another."""

    path: str
    usual: bool


class Paths:
    """The words of this family, for one file."""

    def __init__(self, names: Names, values: Values, reach: Reach) -> None:
        self.names = names
        self.values = values
        self.reach = reach
        self.project = names.links.project

    def opened(self, node: cst.BaseExpression, frames: tuple[Frame, ...] = ()) -> Opened | None:
        """The file of the project that an expression opens, reads or names; None where it is not known."""
        if isinstance(node, cst.Name):
            bindings = self.names.bindings(node)
            binding = bindings[0] if len(bindings) == 1 else None
            if binding is not None and binding.how == "with" and binding.value is not None:
                return self.opened(binding.value, frames)
        node = self.values.resolve(node)
        if isinstance(node, cst.Call) and self.names.name(node.func) in OPENERS:
            return self._named(node.args[0].value, frames) if node.args else None
        method = node.func if isinstance(node, cst.Call) else None
        if isinstance(method, cst.Attribute) and method.attr.value in READS:
            return self.opened(method.value, frames)
        return self._named(node, frames)

    def _named(self, node: cst.BaseExpression, frames: tuple[Frame, ...]) -> Opened | None:
        node = self.given(node, frames)
        name, usual = self.text(node), False
        if name is None:
            name, usual = self.values.usual(node), True
        if self.project is None or not isinstance(name, str):
            return None
        path = self.project.near(name, self.names.links.path(node))
        return Opened(path, usual) if path is not None else None

    def given(self, node: cst.BaseExpression, frames: tuple[Frame, ...]) -> cst.BaseExpression:
        """The argument in the place of a parameter of a function that is looked into."""
        for frame in reversed(frames):
            node = self.values.resolve(node)
            bindings = self.names.bindings(node) if isinstance(node, cst.Name) else []
            param = bindings[0].node if len(bindings) == 1 else None
            if not isinstance(param, cst.Param) or self.names.scope(param) is not frame.function:
                return node
            node = self.reach.given_by(frame.call, param) or node
        return node

    def text(self, node: cst.BaseExpression) -> str | None:
        """The path that an expression of literals, `__file__` and the functions of paths evaluates to."""
        node = self.values.resolve(node)
        text = self.values.value(node)
        if isinstance(text, str):
            return text
        if isinstance(node, cst.Name) and node.value == "__file__":
            return self.names.links.path(node)
        if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Divide):
            return self._joined([node.left, node.right])
        if isinstance(node, cst.Attribute) and node.attr.value == "parent":
            inner = self.text(node.value)
            return os.path.dirname(inner) if inner is not None else None
        return self._of_call(node) if isinstance(node, cst.Call) else None

    def _of_call(self, call: cst.Call) -> str | None:
        name = self.names.name(call.func)
        given = [arg.value for arg in call.args if arg.keyword is None and not arg.star]
        if name in ("os.path.join", "pathlib.Path"):
            return self._joined(given)
        if name in SAME and len(given) == 1:
            return self.text(given[0])
        if name == "os.path.dirname" and len(given) == 1:
            inner = self.text(given[0])
            return os.path.dirname(inner) if inner is not None else None
        if isinstance(call.func, cst.Attribute) and call.func.attr.value in ("resolve", "absolute"):
            return self.text(call.func.value)
        return None

    def _joined(self, parts: list[cst.BaseExpression]) -> str | None:
        paths = [self.text(part) for part in parts]
        known = [path for path in paths if path is not None]
        return os.path.join(*known) if known and len(known) == len(paths) else None
