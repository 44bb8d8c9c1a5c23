"""Attention: where a file writes it out, step by step.

written_out(call)   the product that a softmax is taken of, where it weighs values by the likeness of queries
                    and keys and nothing else looks at the weights
"""

from __future__ import annotations

import libcst as cst

from smelllint.facts.kinds import Kinds
from smelllint.facts.mentions import Mentions
from smelllint.facts.names import Names
from smelllint.facts.values import Values

SOFTMAX = ("torch.softmax", "torch.nn.functional.softmax")
PRODUCTS = ("torch.matmul", "torch.bmm")
TURNS = frozenset({"transpose", "permute", "mT", "swapaxes", "swapdims"})
# What scales and masks the likeness of queries and keys, as the fused kernels can …
SCALED = (cst.Multiply, cst.Divide, cst.Add, cst.Subtract)
MASKED = frozenset(
    {"masked_fill", "masked_fill_", "float", "to", "div", "mul", "div_", "mul_", "add", "add_"}
)
# … and what thins out or converts the weights.
THINNED = frozenset({"to", "type_as", "float", "half", "bfloat16", "type"})
LAST = (-1, 3)
MAX_STEPS = 20
Known = dict[cst.CSTNode, "cst.BaseExpression | None"]


class Attention:
    """The words of this family, for one file."""

    def __init__(self, names: Names, kinds: Kinds, values: Values, mentions: Mentions) -> None:
        self.names = names
        self.kinds = kinds
        self.values = values
        self.mentions = mentions
        self.tree = names.tree

    def written_out(self, call: cst.Call) -> cst.BaseExpression | None:
        """The product of queries and keys whose softmax a call takes; None for any other call, where the
        weights are used for anything but one product with the values, and where the likeness is changed in a
        way that the fused kernels do not know."""
        scores = self._squashed(call)
        product = self._product(scores, {}) if scores is not None else None
        return product if product is not None and self._weighs(call, MAX_STEPS) else None

    # -- the softmax ------------------------------------------------------------------------------------

    def _squashed(self, call: cst.Call) -> cst.BaseExpression | None:
        """What a call takes the softmax of, along the last axis."""
        if self.names.name(call.func) in SOFTMAX:
            scores = self.values.argument(call, "input", 0)
            return scores if isinstance(scores, cst.BaseExpression) and self._is_last(call, 1) else None
        if isinstance(call.func, cst.Attribute) and call.func.attr.value == "softmax":
            tensor = self.kinds.is_tensor(call.func.value)
            return call.func.value if tensor and self._is_last(call, 0) else None
        # Of all calls with one argument, few are given a product; where what is called comes from, is dearer.
        if len(call.args) != 1 or self._product(call.args[0].value, {}) is None:
            return None
        made = self.kinds.origins.origin(call.func)
        if made is None or self.names.name(made.func) != "torch.nn.Softmax" or not self._is_last(made, 0):
            return None
        return call.args[0].value

    def _is_last(self, call: cst.Call, place: int) -> bool:
        axis = self.values.argument(call, "dim", place)
        return isinstance(axis, cst.BaseExpression) and self.values.value(axis) in LAST

    # -- before it: the likeness of queries and keys ----------------------------------------------------

    def _product(self, node: cst.BaseExpression, known: Known) -> cst.BaseExpression | None:
        """The product of queries and turned keys that an expression scales or masks."""
        if node not in known and len(known) < MAX_STEPS:
            known[node] = None  # while it is looked for: it may lead back to itself
            known[node] = self._find(node, known)
        return known.get(node)

    def _find(self, node: cst.BaseExpression, known: Known) -> cst.BaseExpression | None:
        sides = self._sides(node)
        if sides is not None:
            return node if self._is_turned(sides[1], set()) else None
        if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, SCALED):
            return self._changed(node, known)
        if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
            masks = node.func.attr.value in MASKED
            return self._product(node.func.value, known) if masks else None
        return self._behind(node, known) if isinstance(node, cst.Name) else None

    def _behind(self, node: cst.Name, known: Known) -> cst.BaseExpression | None:
        """The one product behind all that a variable may hold."""
        bound = self.names.bindings(node)
        found = [binding for binding in bound if binding.how != "augment"]
        if any(b.value is None or self._is_of_self(b.value) for b in bound if b.how == "augment"):
            return None
        plain = [b.value for b in found if b.how == "assign" and not b.index and b.value is not None]
        products = [self._product(value, known) for value in plain]
        alike = [product for product in products if product is not None]
        return alike[0] if plain and len(alike) == len(found) else None

    def _changed(self, node: cst.BinaryOperation, known: Known) -> cst.BaseExpression | None:
        """The product that an expression scales by a number, or adds a mask to; None where weights of the
        network do it, with which the fused kernels save little: a bias for each distance, a scale for each
        head."""
        for side, other in ((node.left, node.right), (node.right, node.left)):
            product = self._product(side, known)
            if product is None:
                continue
            scaled = isinstance(node.operator, (cst.Multiply, cst.Divide))
            learnt = self._is_parameter(other) if scaled else self._is_of_self(other)
            return None if learnt else product
        return None

    def _is_parameter(self, node: cst.BaseExpression) -> bool:
        made = self.kinds.origins.origin(node)
        return made is not None and self.names.name(made.func) == "torch.nn.Parameter"

    def _is_of_self(self, node: cst.BaseExpression) -> bool:
        """Whether an expression, or what its variables are given, reads anything of the network itself."""
        names = [inner for inner in self.tree.within(node) if isinstance(inner, cst.Name)]
        behind = [b.value for name in names for b in self.names.bindings(name) if b.value is not None]
        for value in behind:
            names += [inner for inner in self.tree.within(value) if isinstance(inner, cst.Name)]
        return any(self.names.receiver_class(name) is not None for name in names)

    def _sides(self, node: cst.BaseExpression) -> tuple[cst.BaseExpression, cst.BaseExpression] | None:
        """The two sides of a matrix product."""
        if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.MatrixMultiply):
            return node.left, node.right
        if not isinstance(node, cst.Call):
            return None
        given = [arg.value for arg in node.args if arg.keyword is None and not arg.star]
        if self.names.name(node.func) in PRODUCTS and len(given) >= 2:
            return given[0], given[1]
        method = isinstance(node.func, cst.Attribute) and node.func.attr.value in ("matmul", "bmm")
        if method and isinstance(node.func, cst.Attribute) and self.kinds.is_tensor(node.func.value):
            return (node.func.value, given[0]) if given else None
        return None

    def _is_turned(self, node: cst.BaseExpression, seen: set[cst.CSTNode]) -> bool:
        """Whether an expression turns the last two axes of something, itself or where its variable is
        made."""
        if node in seen or len(seen) > MAX_STEPS:
            return False
        seen.add(node)
        called = node.func if isinstance(node, cst.Call) else node
        if isinstance(called, cst.Attribute) and called.attr.value in TURNS:
            return True
        found = self.names.bindings(node) if isinstance(node, cst.Name) else []
        values = [b.value for b in found if b.how == "assign" and not b.index and b.value is not None]
        return bool(values) and all(self._is_turned(value, seen) for value in values)

    # -- after it: the values weighed -------------------------------------------------------------------

    def _weighs(self, weights: cst.CSTNode, steps: int) -> bool:
        """Whether all that is done with the weights is to multiply the values with them."""
        uses = self.mentions.mentions(weights)
        return bool(uses) and steps > 0 and all(self._is_weighing(use, steps - 1) for use in uses)

    def _is_weighing(self, use: cst.CSTNode, steps: int) -> bool:
        parent = self.tree.parent(use)
        if isinstance(parent, cst.BinaryOperation):
            return isinstance(parent.operator, cst.MatrixMultiply) and parent.left is use
        if isinstance(parent, cst.Attribute):
            call = self.tree.parent(parent)
            if not isinstance(call, cst.Call) or call.func is not parent:
                return False
            if parent.attr.value in THINNED:
                return self._weighs(call, steps)
            return parent.attr.value in ("matmul", "bmm")
        if not isinstance(parent, cst.Arg):
            return False
        call = self.tree.parent(parent)
        if not isinstance(call, cst.Call) or call.args[0] is not parent:
            return False
        if self.names.name(call.func) in PRODUCTS:
            return True
        return self._thins(call) and self._weighs(call, steps)

    def _thins(self, call: cst.Call) -> bool:
        """Whether a call is a dropout."""
        if self.names.name(call.func) == "torch.nn.functional.dropout":
            return True
        made = self.kinds.origins.origin(call.func)
        return made is not None and self.names.name(made.func) == "torch.nn.Dropout"
