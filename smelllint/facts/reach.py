"""Reach: the call graph of the file, and of those of its project that it needs.

callee(call)        the function or class of the project that a call runs
callers(function)   the calls that run a function, in its file and in those that import it
unseen(function)    the places that may run it though no file shows it
returns(function)   the expressions it returns
passed(param)       what the calls pass for a parameter
given(param)        the same, each with its call
reached(node)       the functions of the project that run when a node does
handled(call)       the calls of its methods, and of itself, on the object that a call made
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

import libcst as cst

from smelllint.facts.kinds import Kinds
from smelllint.facts.names import Definition, Names
from smelllint.facts.scopes import dotted_name, last_name

MAX_PASSES = 3
RUN_BY_CALL = ("forward", "__call__")  # by a call of the object itself
# Methods of containers, strings, files and tensors, after which nobody calls a part of a module.
NO_MODULES = frozenset(
    {
        *("append", "extend", "items", "keys", "values", "pop", "insert", "setdefault", "get", "update"),
        *("join", "split", "strip", "format", "startswith", "endswith", "replace", "lower", "upper"),
        *("read", "write", "close", "exists", "add_argument", "parse_args", "info", "warning"),
        *("view", "reshape", "size", "unsqueeze", "squeeze", "contiguous", "permute", "detach", "item"),
        *("cuda", "cpu", "numpy", "tolist", "backward", "step", "zero_grad", "parameters"),
        *("named_parameters", "state_dict", "load_state_dict", "eval", "train", "manual_seed"),
        "requires_grad_",
    }
)


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
        self._by_callee: dict[cst.Module, dict[str, list[cst.Call]]] = {}
        self._by_attribute: dict[cst.Module, dict[str, list[cst.CSTNode]]] = {}
        self._of_objects: dict[cst.Module, list[cst.Call]] = {}

    def callee(self, call: cst.Call) -> Definition | None:
        """The definition in the project that a call runs; a module's call runs its `forward`. None where it
        is not known."""
        definition = self.names.definition(call.func)
        if definition is not None:
            return definition
        if isinstance(call.func, cst.Attribute):
            class_ = self.kinds.origins.class_of(call.func.value)
            method = self.names.method(class_, call.func.attr.value) if class_ is not None else None
            if method is not None:
                return method
        class_ = self.kinds.origins.class_of(call.func)
        if class_ is None:
            return None
        return self.names.method(class_, "__call__") or self.names.method(class_, "forward")

    def callers(self, function: cst.FunctionDef) -> list[cst.Call]:
        """The calls that run a function, in its own file and those that import it, in order; those on objects
        of unknown class left out."""
        question = ("callers", function)
        return self.kinds.questions.ask(question, lambda: list(self.each_caller(function)), [], [])

    def each_caller(self, function: cst.FunctionDef) -> Iterator[cst.Call]:
        """The same, one by one: another file is looked at when those before it were not enough."""
        name = function.name.value
        if name == "__init__":
            class_ = self.names.scope(function)
            made = self._calls_of(class_) if isinstance(class_, cst.ClassDef) else ()
            return (call for call in made if self.names.definition(call.func) is class_)
        home = self.names.module(function)
        calls = self._calls_of_objects(home) if name in RUN_BY_CALL else self._calls_of(function)
        return (call for call in calls if self.callee(call) is function)

    def _calls_of(self, definition: Definition) -> Iterator[cst.Call]:
        """The calls of anything that has a definition's name, in the files that may use it."""
        for module in chain([self.names.module(definition)], self.names.links.callers(definition)):
            yield from self._called(module).get(definition.name.value, [])

    def _calls_of_objects(self, module: cst.Module) -> list[cst.Call]:
        """The calls of a file that may call an object, or the method that such a call runs: of what no
        library and no function of the project is."""
        if module not in self._of_objects:
            calls = self.tree.nodes(cst.Call, near=module)
            self._of_objects[module] = [call for call in calls if self._may_call_object(call.func)]
        return self._of_objects[module]

    def _may_call_object(self, func: cst.BaseExpression) -> bool:
        if isinstance(func, cst.Attribute) and func.attr.value in NO_MODULES:
            return False
        definition = self.names.definition(func)
        if definition is not None:
            return definition.name.value in RUN_BY_CALL
        return self.names.name(func) is None

    def _called(self, module: cst.Module) -> dict[str, list[cst.Call]]:
        """The calls of a file by the last part of what they call."""
        if module not in self._by_callee:
            calls: dict[str, list[cst.Call]] = {}
            for call in self.tree.nodes(cst.Call, near=module):
                name = last_name(call.func)
                if name is not None:
                    calls.setdefault(name, []).append(call)
            self._by_callee[module] = calls
        return self._by_callee[module]

    def unseen(self, function: cst.FunctionDef) -> Iterator[cst.CSTNode]:
        """The places that may run a function though the file does not show it: mentions of it as a value, and
        calls of its name on objects of unknown class. One by one, as callers are."""
        method = isinstance(self.names.scope(function), cst.ClassDef)
        mentions = self._methods_named(function) if method else self._named(function)
        return (place for use in mentions if (place := self._may_run(use, function)) is not None)

    def _methods_named(self, function: cst.FunctionDef) -> Iterator[cst.CSTNode]:
        """The attributes that have a method's name, in all files."""
        for module in chain([self.names.module(function)], self.names.links.mentioning(function)):
            yield from self._attributes(module).get(function.name.value, [])

    def _named(self, function: cst.FunctionDef) -> Iterator[cst.CSTNode]:
        """The mentions of a function, in the files that import it."""
        yield from self.names.uses(function.name)
        importers = list(self.names.links.importers(function))
        known_as = {
            function.name.value,
            *(name for module in importers for name in self._given_names(module)),
        }
        for module in importers:
            names = [name for name in self.tree.nodes(cst.Name, near=module) if name.value in known_as]
            attributes = [node for name in known_as for node in self._attributes(module).get(name, [])]
            yield from (node for node in (*names, *attributes) if self.names.definition(node) is function)

    def _given_names(self, module: cst.Module) -> Iterator[str]:
        """The names that a file gives to what it imports."""
        for alias in self.tree.nodes(cst.ImportAlias, near=module):
            if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
                yield alias.asname.name.value

    def _may_run(self, use: cst.CSTNode, function: cst.FunctionDef) -> cst.CSTNode | None:
        parent = self.tree.parent(use)
        if isinstance(parent, (cst.FunctionDef, cst.ImportAlias, cst.AsName)) or self.names.stored(use):
            return None
        if not isinstance(parent, cst.Call) or parent.func is not use:
            elsewhere = isinstance(use, cst.Attribute) and self.names.definition(use) is not function
            return None if elsewhere else use
        return parent if self.callee(parent) is None else None

    def _attributes(self, module: cst.Module) -> dict[str, list[cst.CSTNode]]:
        """The attributes of a file by their name."""
        if module not in self._by_attribute:
            attributes: dict[str, list[cst.CSTNode]] = {}
            for node in self.tree.nodes(cst.Attribute, near=module):
                attributes.setdefault(node.attr.value, []).append(node)
            self._by_attribute[module] = attributes
        return self._by_attribute[module]

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
        """What the calls give for a parameter; empty where one of them cannot be told."""
        return [value for _, value in self.given(param)]

    def given(self, param: cst.Param) -> list[tuple[cst.Call, cst.BaseExpression]]:
        """The calls that run a parameter's function, each with what it gives for the parameter, its default
        where nothing is given; empty where one of them cannot be told."""
        function = self.names.scope(param)
        if not isinstance(function, cst.FunctionDef):
            return []
        found: list[tuple[cst.Call, cst.BaseExpression]] = []
        for call in self.callers(function):
            value = self._given(call, param, function)
            if value is None:
                return []
            found.append((call, value))
        return found

    def given_by(self, call: cst.Call, param: cst.Param) -> cst.BaseExpression | None:
        """What a call gives for a parameter of the function that it runs; None where that cannot be told."""
        function = self.names.scope(param)
        return self._given(call, param, function) if isinstance(function, cst.FunctionDef) else None

    def _given(
        self, call: cst.Call, param: cst.Param, function: cst.FunctionDef
    ) -> cst.BaseExpression | None:
        positional = self._positional(function)
        place = positional.index(param) - self._bound(call, function) if param in positional else None
        for position, arg in enumerate(call.args):
            if arg.star:
                return None
            if arg.keyword is not None and arg.keyword.value == param.name.value:
                return arg.value
            if arg.keyword is None and position == place:
                return arg.value
        return param.default

    @staticmethod
    def _positional(function: cst.FunctionDef) -> list[cst.Param]:
        return [*function.params.posonly_params, *function.params.params]

    def _bound(self, call: cst.Call, function: cst.FunctionDef) -> int:
        """How many parameters the call fills by itself: one for a method of an object, none for
        `Net.method(net, x)` and for static methods."""
        if not isinstance(self.names.scope(function), cst.ClassDef):
            return 0
        decorators = {dotted_name(item.decorator) for item in function.decorators}
        if "staticmethod" in decorators:
            return 0
        on_class = isinstance(call.func, cst.Attribute) and isinstance(
            self.names.definition(call.func.value), cst.ClassDef
        )
        return 0 if on_class and "classmethod" not in decorators else 1

    def reached(self, node: cst.CSTNode) -> list[cst.FunctionDef]:
        """The functions of the project that the calls inside a node run, directly or through each other."""
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
        made, last = call, self.kinds.origins.finished(call)
        chained: list[Handled] = []
        while made is not last and (link := self._call_on(made)) is not None:
            chained.append(link)
            made = link.call
        onward = self._call_on(last)
        if onward is not None:
            return [*chained, onward]
        holder = self.kinds.origins.holder(call)
        return [*chained, *self._on_variable(holder, MAX_PASSES)] if holder is not None else chained

    def _on_variable(self, node: cst.CSTNode, passes: int) -> list[Handled]:
        found: list[Handled] = []
        for use in self.names.followed(node):
            handled = self._call_on(use)
            if handled is not None:
                found.append(handled)
            elif passes and isinstance(arg := self.tree.parent(use), cst.Arg):
                param = self.parameter_for(arg)
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

    def parameter_for(self, arg: cst.Arg) -> cst.Param | None:
        """The parameter of a function of this file that an argument is given to."""
        call = self.tree.parent(arg)
        function = self.callee(call) if isinstance(call, cst.Call) else None
        if not isinstance(call, cst.Call) or not isinstance(function, cst.FunctionDef) or arg.star:
            return None
        positional = self._positional(function)
        params = [*positional, *function.params.kwonly_params]
        if arg.keyword is not None:
            return next((param for param in params if param.name.value == arg.keyword.value), None)
        place = call.args.index(arg) + self._bound(call, function)
        return positional[place] if place < len(positional) else None
