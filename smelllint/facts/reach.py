"""Reach: the file's own call graph.

callee(call)        the function or class of this file that a call runs
callers(function)   the calls in this file that run a function, None where it may be called unseen
returns(function)   the expressions it returns
passed(param)       what the calls in this file pass for a parameter
reached(node)       the functions of this file that run when a node does
handled(call)       the calls of its methods, and of itself, on the object that a call made
"""

from __future__ import annotations

from typing import NamedTuple

import libcst as cst

from smelllint.facts.kinds import Kinds
from smelllint.facts.names import Definition, Names

MAX_PASSES = 3


class Handled(NamedTuple):
    """One thing done to an object: the method, `__call__` for a call of the object itself, and the call."""

    method: str
    call: cst.Call


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

    def reached(self, node: cst.CSTNode) -> list[cst.FunctionDef]:
        """The functions of this file that the calls inside a node run, directly or through each other."""
        found: list[cst.FunctionDef] = []
        queue: list[cst.CSTNode] = [node]
        while queue:
            for call in self.tree.within(queue.pop()):
                function = self.callee(call) if isinstance(call, cst.Call) else None
                if isinstance(function, cst.FunctionDef) and function not in found:
                    found.append(function)
                    queue.append(function.body)
        return found

    def handled(self, call: cst.Call) -> list[Handled]:
        """What is done to the object that a call makes: the calls chained to it, then the calls of it and of
        its methods on the variable that holds it, also in functions of this file that it is passed to."""
        made, last = call, self.kinds.finished(call)
        chained: list[Handled] = []
        while made is not last and (link := self._call_on(made)) is not None:
            chained.append(link)
            made = link.call
        onward = self._call_on(last)
        if onward is not None:
            return [*chained, onward]
        holder = self.kinds.holder(call)
        return [*chained, *self._on_variable(holder, MAX_PASSES)] if holder is not None else chained

    def _on_variable(self, node: cst.CSTNode, passes: int) -> list[Handled]:
        found: list[Handled] = []
        for use in self.names.uses(node):
            handled = self._call_on(use)
            if handled is not None:
                found.append(handled)
            elif passes and isinstance(arg := self.tree.parent(use), cst.Arg):
                param = self._parameter_for(arg)
                found += self._on_variable(param.name, passes - 1) if param is not None else []
        return found

    def _call_on(self, node: cst.CSTNode) -> Handled | None:
        """The call of an object itself, or of a method right on it."""
        parent = self.tree.parent(node)
        if isinstance(parent, cst.Call) and parent.func is node:
            return Handled("__call__", parent)
        if not isinstance(parent, cst.Attribute) or parent.value is not node:
            return None
        call = self.tree.parent(parent)
        return (
            Handled(parent.attr.value, call) if isinstance(call, cst.Call) and call.func is parent else None
        )

    def _parameter_for(self, arg: cst.Arg) -> cst.Param | None:
        """The parameter of a function of this file that an argument is given to."""
        call = self.tree.parent(arg)
        function = self.callee(call) if isinstance(call, cst.Call) else None
        if not isinstance(call, cst.Call) or not isinstance(function, cst.FunctionDef) or arg.star:
            return None
        params = [*function.params.posonly_params, *function.params.params, *function.params.kwonly_params]
        if arg.keyword is not None:
            return next((param for param in params if param.name.value == arg.keyword.value), None)
        place = call.args.index(arg) + isinstance(self.names.scope(function), cst.ClassDef)
        return params[place] if place < len(params) else None
