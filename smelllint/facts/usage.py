"""Usage: what may become of the object that a call makes.

only_asked(call, methods)   whether all that is done with it is to call it, or these methods, and to read it
"""

from __future__ import annotations

from collections.abc import Collection

import libcst as cst

from smelllint.facts.kinds import Kind, Kinds
from smelllint.facts.places import Places
from smelllint.facts.reach import Reach

MAX_STEPS = 12
HANDED_ON = ("to", "cuda", "cpu", "eval", "half", "float", "bfloat16")


class Usage:
    """The words of this family, for one file."""

    def __init__(self, places: Places, kinds: Kinds, reach: Reach) -> None:
        self.places = places
        self.kinds = kinds
        self.reach = reach
        self.names = places.names
        self.tree = places.tree
        self.libraries = kinds.libraries

    def only_asked(self, call: cst.Call, methods: Collection[str]) -> bool:
        """Whether the object that a call makes is only called, asked by these methods, and read, also by the
        functions of this file that return it or are given it. False where it is changed, stored, thrown away
        or given to code that is not seen."""
        return self._asked(call, frozenset(methods), MAX_STEPS)

    def _asked(self, node: cst.CSTNode, methods: frozenset[str], steps: int) -> bool:
        parent = self.tree.parent(node)
        if not steps or parent is None:
            return False
        if isinstance(parent, cst.Call):
            return parent.func is node
        if isinstance(parent, cst.Attribute):
            return self._attribute(parent, methods, steps - 1)
        if isinstance(parent, cst.Arg):
            return self._argument(parent, methods, steps - 1)
        if isinstance(parent, (cst.Await, cst.IfExp)):
            return self._asked(parent, methods, steps - 1)
        if isinstance(parent, cst.Return):
            return self._returned(parent, methods, steps - 1)
        if isinstance(parent, cst.Assign) and len(parent.targets) == 1:
            return self._bound(parent.targets[0].target, methods, steps - 1)
        if isinstance(parent, (cst.AnnAssign, cst.NamedExpr)) and parent.value is node:
            return self._bound(parent.target, methods, steps - 1)
        return False

    def _attribute(self, node: cst.Attribute, methods: frozenset[str], steps: int) -> bool:
        """`model.predict(x)`, `model.to(d)`, `model.config.n`; not `model.x = y`, nor `model.x.change()`."""
        parent = self.tree.parent(node)
        if isinstance(parent, cst.Attribute):
            return self._attribute(parent, frozenset(), steps) if steps else False
        if not isinstance(parent, cst.Call) or parent.func is not node:
            return not self.names.stored(node)
        if node.attr.value in HANDED_ON:
            unused = isinstance(self.tree.parent(parent), cst.Expr)
            return unused or self._asked(parent, methods, steps)
        return node.attr.value in methods

    def _argument(self, arg: cst.Arg, methods: frozenset[str], steps: int) -> bool:
        call = self.tree.parent(arg)
        if not isinstance(call, cst.Call):
            return False
        param = self.reach.parameter_for(arg)
        if param is not None:
            return self._variable(param.name, methods, steps)
        if self.libraries.in_set("askers", self.names.name(call.func)):
            return True
        filled = self._filled(call, arg)
        if filled is not None:
            return self._variable(filled, methods | {"load_state_dict"}, steps)
        return self.kinds.kind(call) is Kind.PIPELINE and self._asked(call, methods, steps)

    def _filled(self, call: cst.Call, arg: cst.Arg) -> cst.Name | None:
        """The model that is made where its weights are loaded: `model.load_state_dict(torch.load(path))`."""
        if not isinstance(call.func, cst.Attribute) or call.func.attr.value != "load_state_dict":
            return None
        model = call.func.value
        made = self.names.bindings(model) if isinstance(model, cst.Name) else []
        places = {(self.places.function(b.node), self.places.loop(b.node)) for b in made}
        here = (self.places.function(arg), self.places.loop(arg))
        return model if isinstance(model, cst.Name) and places == {here} else None

    def _returned(self, node: cst.Return, methods: frozenset[str], steps: int) -> bool:
        function = self.places.function(node)
        callers = self.reach.callers(function) if isinstance(function, cst.FunctionDef) else []
        return bool(callers) and all(self._asked(caller, methods, steps) for caller in callers)

    def _bound(self, target: cst.BaseExpression, methods: frozenset[str], steps: int) -> bool:
        if isinstance(target, cst.Tuple):
            return all(self._bound(element.value, methods, steps) for element in target.elements)
        return isinstance(target, cst.Name) and self._variable(target, methods, steps)

    def _variable(self, name: cst.Name, methods: frozenset[str], steps: int) -> bool:
        """Whether a variable is only asked; False for a global, which others may see."""
        symbol = self.names.symbol(name)
        if symbol != (self.names.own_scope(self.names.scope(name)), name.value):
            return False
        reads = [use for use in self.names.uses(name) if not self.names.stored(use)]
        return all(self._asked(use, methods, steps) for use in reads if use is not name)
