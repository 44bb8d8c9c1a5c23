"""Graphs: which recorded forward pass a value still holds, and when a backward pass has used it up.

ties(expr)             what ties a value to a graph: forward passes, losses that a backward pass starts from
is_loss(expr)          whether a backward pass starts from this very value
spent(tie, loop)       whether a backward pass in the loop uses the graph up
differentiated(expr)   whether a backward pass may start from what a variable collects

A value whose way to a graph is not seen whole (an unknown function, a branch that makes it a number) has no
ties.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import libcst as cst

from smelllint.facts.bindings import Binding
from smelllint.facts.gradient import Grad, Gradient
from smelllint.facts.kinds import Kind
from smelllint.facts.values import ABSENT


@dataclass
class Sources:
    """What a value was made from: bindings of variables, calls, and variables or attributes by identity."""

    bindings: set[Binding] = field(default_factory=set)
    calls: set[cst.CSTNode] = field(default_factory=set)
    symbols: set[object] = field(default_factory=set)


class Graphs:
    """The words of this family, for one file."""

    def __init__(self, gradient: Gradient) -> None:
        self.gradient = gradient
        self.names = gradient.names
        self.kinds = gradient.kinds
        self.values = gradient.values
        self.places = gradient.places
        self.libraries = gradient.libraries
        self.tree = gradient.tree
        self._losses: list[cst.CSTNode] | None = None
        self._made_from: dict[cst.Call, Sources] = {}

    # -- what holds a graph -----------------------------------------------------------------------------

    def ties(self, node: cst.CSTNode) -> list[cst.BaseExpression]:
        """What ties the value of an expression to a graph; empty where it is detached or not known."""
        none: list[cst.BaseExpression] = []
        return self.kinds.questions.ask(("ties", node), lambda: self._find(node), none, none)

    def _find(self, node: cst.CSTNode) -> list[cst.BaseExpression]:
        if isinstance(node, (cst.Name, cst.Attribute)) and self.is_loss(node):
            return [node]
        if isinstance(node, cst.Name):
            return self._bound(node)
        if isinstance(node, cst.Attribute):
            detached = self.libraries.in_set("detaching-attributes", node.attr.value)
            return [] if detached else self.ties(node.value)
        if isinstance(node, cst.Subscript):
            return self.ties(node.value)
        if isinstance(node, (cst.List, cst.Tuple)):
            return self._all(element.value for element in node.elements)
        if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Minus):
            return self.ties(node.expression)
        if not isinstance(node, (cst.Call, cst.BinaryOperation)):
            return []
        forward = isinstance(node, cst.Call) and self.gradient.forward(node) is not None
        ties: list[cst.BaseExpression] = [node] if forward else self._all(self._operands(node))
        return ties if ties and self.gradient.grad(node) is Grad.ON else []

    def _all(self, nodes: Iterable[cst.BaseExpression]) -> list[cst.BaseExpression]:
        """The ties of several expressions, each once."""
        return list(dict.fromkeys(tie for node in nodes for tie in self.ties(node)))

    def _bound(self, node: cst.Name) -> list[cst.BaseExpression]:
        """The ties of a variable; none where one of its bindings has none."""
        found: list[cst.BaseExpression] = []
        for binding in self.names.bindings(node):
            ties = self._given(binding)
            if not ties and binding.how != "augment":
                return []
            found += ties
        return list(dict.fromkeys(found))

    def _given(self, binding: Binding) -> list[cst.BaseExpression]:
        """The ties of what a binding gives its name; an element of a result only where a module gave it."""
        if binding.how not in ("assign", "augment") or binding.value is None:
            return []
        ties = self.ties(binding.value)
        return ties if not binding.index or ties == [binding.value] else []

    def _operands(self, node: cst.Call | cst.BinaryOperation) -> list[cst.BaseExpression]:
        """The parts from which the result of an operation takes its graph."""
        if isinstance(node, cst.BinaryOperation):
            return [node.left, node.right]
        name = self.names.name(node.func)
        if self.kinds.kind(node.func) is Kind.LOSS or self.libraries.in_set("graph-keeping-functions", name):
            return [arg.value for arg in node.args]
        if not isinstance(node.func, cst.Attribute) or name is not None:
            return []
        kept = self.libraries.in_set("graph-keeping-methods", node.func.attr.value)
        return [node.func.value] if kept else []

    # -- backward passes --------------------------------------------------------------------------------

    def is_loss(self, node: cst.CSTNode) -> bool:
        """Whether a backward pass starts from this very value of a variable, or from a multiple of it."""
        if self._losses is None:
            calls = self._passes(self.tree.module)
            self._losses = [
                loss for call in calls for start in self._starts(call) for loss in self._terms(start)
            ]
        same = [loss for loss in self._losses if self._symbol(loss) == self._symbol(node)]
        bound = self._base_bindings(node)
        return bool(same) and bound <= {b for loss in same for b in self._base_bindings(loss)}

    def _passes(self, node: cst.CSTNode) -> list[cst.Call]:
        """The backward passes inside a node, an optimizer's step left out."""
        found = self.gradient.backwards(node)
        return [call for call in found if not self._is_step(call)]

    @staticmethod
    def _is_step(call: cst.Call) -> bool:
        return isinstance(call.func, cst.Attribute) and call.func.attr.value == "step"

    def _starts(self, call: cst.Call) -> list[cst.BaseExpression]:
        """Where a backward pass may start: `loss.backward()`, `accelerator.backward(loss)`."""
        given = [arg.value for arg in call.args if arg.keyword is None]
        if not isinstance(call.func, cst.Attribute):
            return given[:1]
        own = not given or self.kinds.is_tensor(call.func.value)
        return [call.func.value] if own else given

    def _terms(self, node: cst.BaseExpression) -> Iterator[cst.CSTNode]:
        """The variables of which a value is a multiple or a sum: `loss` of `scaler.scale(0.5 * loss / n)`."""
        waiting, seen = [node], {node}
        while waiting:
            term = waiting.pop()
            if isinstance(term, (cst.Name, cst.Attribute)):
                yield term
            parts = [part for part in self._parts(term) if part not in seen]
            seen.update(parts)
            waiting += parts

    def _parts(self, node: cst.BaseExpression) -> list[cst.BaseExpression]:
        """The values that make up a loss, one step down."""
        if isinstance(node, cst.Name):
            found = [b for b in self.names.bindings(node) if b.how in ("assign", "augment") and not b.index]
            return [binding.value for binding in found if binding.value is not None]
        if isinstance(node, cst.BinaryOperation):
            return self._summands(node)
        if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute):
            return []
        if node.func.attr.value == "scale":
            return [arg.value for arg in node.args[:1]]
        kept = self.libraries.in_set("loss-keeping-methods", node.func.attr.value)
        return [node.func.value] if kept else []

    @staticmethod
    def _summands(node: cst.BinaryOperation) -> list[cst.BaseExpression]:
        if isinstance(node.operator, (cst.Add, cst.Subtract)):
            return [node.left, node.right]
        if isinstance(node.operator, cst.Divide):
            return [node.left]
        # Which factor is the loss is plain only where the other one is a number.
        numbers = (cst.Integer, cst.Float)
        plain = [a for a, b in ((node.left, node.right), (node.right, node.left)) if isinstance(b, numbers)]
        return plain if isinstance(node.operator, cst.Multiply) else []

    def _symbol(self, node: cst.CSTNode) -> object:
        return self.names.symbol(node)

    def _base_bindings(self, node: cst.CSTNode) -> set[Binding]:
        while isinstance(node, cst.Attribute):
            node = node.value
        return set(self.names.bindings(node)) if isinstance(node, cst.Name) else set()

    # -- graphs used up ---------------------------------------------------------------------------------

    def spent(self, tie: cst.BaseExpression, loop: cst.CSTNode) -> bool:
        """Whether a backward pass inside the loop goes through the graph of a tie and frees it."""
        return any(
            self.values.argument(call, "retain_graph") is ABSENT and self._made_of(call, tie)
            for call in self._passes(loop)
        )

    def _made_of(self, call: cst.Call, tie: cst.BaseExpression) -> bool:
        sources = self._sources(call)
        if isinstance(tie, cst.Call):
            return tie in sources.calls
        if isinstance(tie, cst.Name):
            return self._base_bindings(tie) <= sources.bindings
        return self._symbol(tie) in sources.symbols

    def differentiated(self, node: cst.CSTNode) -> bool:
        """Whether a variable or attribute, or a part of one, is among what some backward pass of the file
        starts from."""
        while isinstance(node, cst.Subscript):
            node = node.value
        symbol = self._symbol(node)
        return symbol is not None and any(
            symbol in self._sources(call).symbols for call in self._passes(self.tree.module)
        )

    def _sources(self, call: cst.Call) -> Sources:
        """All that the start of a backward pass was made from, through the variables of its function."""
        if call not in self._made_from:
            self._made_from[call] = sources = Sources()
            for start in self._starts(call):
                self._collect(start, sources)
        return self._made_from[call]

    def _collect(self, node: cst.CSTNode, sources: Sources) -> None:
        waiting = [node]
        while waiting:
            for inner in self.tree.within(waiting.pop()):
                if isinstance(inner, cst.Call):
                    sources.calls.add(inner)
                if not isinstance(inner, (cst.Name, cst.Attribute)):
                    continue
                sources.symbols.add(self._symbol(inner))
                for binding in self.names.bindings(inner) if isinstance(inner, cst.Name) else ():
                    if binding not in sources.bindings:
                        sources.bindings.add(binding)
                        if binding.value is not None:
                            waiting.append(binding.value)
