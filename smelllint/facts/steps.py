"""Steps: the loops in which something is trained, and what every round of a loop does.

step_loop(node)          the loop of whose training steps a node is a part
every_round(node, loop)  whether each round of a loop runs a node
forwards(expr, loop)     the forward passes of the loop's round that a value on the device was computed from
"""

from __future__ import annotations

import libcst as cst

from smelllint.facts.gradient import Gradient
from smelllint.facts.places import Loop, Places
from smelllint.facts.scopes import COMPREHENSIONS

# What copies a tensor's numbers to the host, and so waits for them.
FETCHING_METHODS = ("item", "tolist", "numpy", "cpu")
FETCHING_FUNCTIONS = ("builtins.float", "builtins.int", "builtins.bool")
GUARDS = (cst.If, cst.IfExp, cst.BooleanOperation, cst.ExceptHandler, cst.Match)


class Steps:
    """The words of this family, for one file."""

    def __init__(self, places: Places, gradient: Gradient) -> None:
        self.places = places
        self.gradient = gradient
        self.names = places.names
        self.tree = places.tree

    def step_loop(self, node: cst.CSTNode) -> cst.For | cst.While | None:
        """The innermost loop around a node, where its body itself runs a backward pass; else None."""
        loop = self.places.loop(node)
        if loop is None or isinstance(loop, COMPREHENSIONS):
            return None
        passes = [call for call in self.gradient.backwards(loop.body) if is_pass(call)]
        return loop if any(self.places.loop(call) is loop for call in passes) else None

    def every_round(self, node: cst.CSTNode, loop: Loop) -> bool:
        """Whether each round of the loop around a node runs it: no condition guards it, and none skips the
        rest of the round before it."""
        for outer in self.tree.ancestors(node):
            if outer is loop:
                break
            if isinstance(outer, GUARDS):
                return False
        leaves = [
            other
            for other in self.tree.within(loop)
            if isinstance(other, (cst.Continue, cst.Break)) and self.places.loop(other) is loop
        ]
        return not any(self.tree.order[other] < self.tree.order[node] for other in leaves)

    def forwards(self, node: cst.CSTNode, loop: Loop) -> list[cst.Call]:
        """The forward passes inside a loop that a value was computed from; none for what was fetched from
        the device before."""
        found: list[cst.Call] = []
        waiting, seen = [node], {node}
        while waiting:
            for inner in self.tree.within(waiting.pop()):
                if isinstance(inner, cst.Call):
                    if self.fetched(inner) is not None:
                        return []
                    found += [inner] if self.gradient.forward(inner) is not None else []
                behind = self._given(inner, loop) if isinstance(inner, cst.Name) else []
                waiting += [value for value in behind if value not in seen]
                seen.update(behind)
        return found

    def _given(self, name: cst.Name, loop: Loop) -> list[cst.BaseExpression]:
        """What a variable is given inside the loop."""
        values = [binding.value for binding in self.names.bindings(name)]
        return [value for value in values if value is not None and self.tree.inside(value, loop)]

    def fetched(self, call: cst.Call) -> cst.BaseExpression | None:
        """The tensor whose numbers a call copies to the host, if it is given one: `x` of `x.item()`,
        `float(x)`."""
        if self.names.name(call.func) in FETCHING_FUNCTIONS:
            return call.args[0].value if len(call.args) == 1 else None
        if call.args or not isinstance(call.func, cst.Attribute):
            return None
        return call.func.value if call.func.attr.value in FETCHING_METHODS else None


def is_pass(call: cst.Call) -> bool:
    """Whether a call is spelt like a backward pass: `loss.backward()`, `self.manual_backward(loss)`."""
    return isinstance(call.func, cst.Attribute) and call.func.attr.value in ("backward", "manual_backward")
