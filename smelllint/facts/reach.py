"""Reach: the file's own call graph.

callee(call)        the function or class of this file that a call runs
callers(function)   the calls in this file that run a function, None where it may be called unseen
returns(function)   the expressions it returns
passed(param)       what the calls in this file pass for a parameter
"""

from __future__ import annotations

import libcst as cst

from smelllint.facts.kinds import Kinds
from smelllint.facts.names import Definition, Names


class Reach:
    """The words of this family, for one file."""

    def __init__(self, names: Names, kinds: Kinds) -> None:
        self.names = names
        self.kinds = kinds
        self.tree = names.tree
        self._calls: dict[cst.CSTNode, list[cst.Call]] | None = None

    def callee(self, call: cst.Call) -> Definition | None:
        """The definition in this file that a call runs; a module's call runs its `forward`."""
        definition = self.names.definition(call.func)
        if definition is not None:
            return definition
        if isinstance(call.func, cst.Attribute):
            class_ = self.kinds.class_of(call.func.value)
            if class_ is not None:
                return self.names.method(class_, call.func.attr.value)
        return None

    def callers(self, function: cst.FunctionDef) -> list[cst.Call]:
        """The calls in this file that run a function, in order."""
        if self._calls is None:
            self._calls = self._index()
        return self._calls.get(function, [])

    def _index(self) -> dict[cst.CSTNode, list[cst.Call]]:
        calls: dict[cst.CSTNode, list[cst.Call]] = {}
        self._calls = calls  # asking kinds below may ask for callers: what is indexed so far will do
        functions = {function.name.value for function in self.tree.nodes(cst.FunctionDef)}
        for call in self.tree.nodes(cst.Call):
            func = call.func
            name = (
                func.value
                if isinstance(func, cst.Name)
                else func.attr.value
                if isinstance(func, cst.Attribute)
                else None
            )
            if name not in functions:
                continue
            found = self.names.definition(func)
            if found is not None:
                calls.setdefault(found, []).append(call)
        return calls

    def returns(self, function: cst.FunctionDef) -> list[cst.BaseExpression]:
        """The expressions that a function returns, in order; bare returns left out."""
        return [
            node.value
            for node in self.tree.within(function)
            if isinstance(node, cst.Return)
            and node.value is not None
            and self.names.own_scope(self.names.scope(node)) is function
        ]

    def passed(self, param: cst.Param) -> list[cst.BaseExpression]:
        """What the calls in this file give for a parameter; empty where one of them cannot be told."""
        function = self.names.scope(param)
        if not isinstance(function, cst.FunctionDef):
            return []
        method = isinstance(self.names.scope(function), cst.ClassDef)
        positional = [*function.params.posonly_params, *function.params.params]
        place = positional.index(param) - method if param in positional else None
        found = [self._given(call, param.name.value, place) for call in self.callers(function)]
        return [value for value in found if value is not None] if None not in found else []

    @staticmethod
    def _given(call: cst.Call, name: str, place: int | None) -> cst.BaseExpression | None:
        for position, arg in enumerate(call.args):
            if arg.star:
                return None
            if arg.keyword is not None and arg.keyword.value == name:
                return arg.value
            if arg.keyword is None and position == place:
                return arg.value
        return None
