"""Decoding: texts that a loop makes longer by what a model answers.

regrown(call)   the loop in which a forward pass reads a text whole, each round, that grows by its own answers
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from smelllint.facts.flows import Flows
from smelllint.facts.growth import Growths
from smelllint.facts.names import Names
from smelllint.facts.places import Places


class Decoding:
    """The words of this family, for one file."""

    def __init__(self, names: Names, places: Places, growths: Growths, flows: Flows) -> None:
        self.names = names
        self.places = places
        self.growths = growths
        self.flows = flows
        self.tree = names.tree

    def regrown(self, call: cst.Call) -> cst.For | cst.While | None:
        """The loop in which a call is given the whole of a variable that takes in, later in the same round,
        something made of what the call gives. None where it is given a part of the variable, as a sliding
        window is, and where the variable is made anew."""
        for loop in self.places.loops(call):
            if not isinstance(loop, (cst.For, cst.While)):
                continue
            if any(self._grows(name, call, loop) for name in self._given(call, loop)):
                return loop
        return None

    def _given(self, call: cst.Call, loop: cst.CSTNode) -> Iterator[cst.Name]:
        """The variables that a call is given whole, through those that the round itself assigns."""
        waiting: list[cst.CSTNode] = [arg.value for arg in call.args if arg.star != "**"]
        seen: set[cst.CSTNode] = set()
        while waiting:
            node = waiting.pop()
            if any(isinstance(inner, (cst.Slice, cst.IfExp)) for inner in self.tree.within(node)):
                continue
            for name in self._variables(node):
                yield name
                values = [value for value in self._made(name, loop) if value not in seen]
                seen.update(values)
                waiting += values

    def _variables(self, node: cst.CSTNode) -> Iterator[cst.Name]:
        return (
            inner
            for inner in self.tree.within(node)
            if isinstance(inner, cst.Name) and not self.places.is_label(inner)
        )

    def _made(self, name: cst.Name, loop: cst.CSTNode) -> list[cst.BaseExpression]:
        """What the round assigns to a variable before it is mentioned."""
        return [
            binding.value
            for binding in self.names.bindings(name)
            if binding.how == "assign"
            and binding.value is not None
            and self.tree.inside(binding.node, loop)
            and binding.at < self.tree.order[name]
        ]

    def _grows(self, name: cst.Name, call: cst.Call, loop: cst.CSTNode) -> bool:
        if all(self.tree.inside(binding.node, loop) for binding in self.names.bindings(name)):
            return False  # made anew in each round
        symbol = self.names.symbol(name)
        added = (
            piece
            for node in self.tree.within(loop)
            for target, pieces in self._additions(node)
            if symbol is not None and self.names.symbol(target) == symbol
            for piece in pieces
        )
        return any(self._answers(piece, call, loop, set()) for piece in added)

    def _additions(
        self, node: cst.CSTNode
    ) -> Iterator[tuple[cst.BaseExpression, tuple[cst.BaseExpression, ...]]]:
        """The variable that a node makes longer at its end, and what it takes in."""
        if isinstance(node, cst.AugAssign) and isinstance(node.operator, cst.AddAssign):
            yield node.target, (node.value,)
        if not isinstance(node, cst.Call):
            return
        growth = self.growths.growth(node)
        if growth is not None and growth.first:
            yield growth.target, growth.pieces
        listed = self.flows.appends_to(node)
        if listed is not None:
            yield listed, (node.args[0].value,)

    def _answers(self, node: cst.CSTNode, call: cst.Call, loop: cst.CSTNode, seen: set[cst.CSTNode]) -> bool:
        """Whether an expression is made of what a call gives, through the variables of the round."""
        if self.tree.inside(call, node):
            return True
        for name in self._variables(node):
            for binding in self.names.bindings(name):
                value = binding.value
                if value is None or value in seen or not self.tree.inside(binding.node, loop):
                    continue
                seen.add(value)
                if self._answers(value, call, loop, seen):
                    return True
        return False
