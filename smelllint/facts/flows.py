"""Flows: where a value ends.

    ends(expr)         the set of Ends that a tensor-like value may meet, through variables and chained calls
    appends_to(call)   the list that `xs.append(x)` puts its argument into

Only what is seen is said: a value that goes where this file cannot follow ends in PASSED or UNKNOWN.
"""

from __future__ import annotations

from enum import Enum

import libcst as cst

from smelllint.facts.kinds import Kind, Kinds
from smelllint.facts.libraries import Libraries
from smelllint.facts.names import Names

MAX_DEPTH = 150
# Methods of containers that keep their argument.
KEEPING = ("append", "extend", "add", "insert", "put", "update", "setdefault")


class End(Enum):
    """Where a value ends."""

    DISCARDED = "discarded"  # nobody takes it
    DETACHED = "detached"  # `.item()`, `.argmax()`, a comparison, print: no gradient gets past
    BACKWARD = "backward"  # `.backward()` is called on it
    RETURNED = "returned"  # returned or yielded
    STORED = "stored"  # put into a container or an attribute
    PASSED = "passed"  # given to a function that this file does not explain
    UNKNOWN = "unknown"


EMPTY: frozenset[End] = frozenset()


class Flows:
    """The words of this family, for one file."""

    def __init__(self, names: Names, kinds: Kinds, libraries: Libraries) -> None:
        self.names = names
        self.kinds = kinds
        self.tree = names.tree
        self.libraries = libraries

    def appends_to(self, node: cst.CSTNode) -> cst.BaseExpression | None:
        """The list that a call puts its argument into: `xs` of `xs.append(x)`; None for any other call."""
        if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute):
            return None
        plain = node.func.attr.value == "append" and len(node.args) == 1 and not node.args[0].star
        return node.func.value if plain else None

    def ends(self, node: cst.CSTNode) -> frozenset[End]:
        """Where the value of an expression ends; UNKNOWN among them where it cannot be followed."""
        return self._follow(node, set(), 0)

    def _follow(self, node: cst.CSTNode, seen: set[cst.CSTNode], depth: int) -> frozenset[End]:
        if node in seen:
            return EMPTY
        if depth > MAX_DEPTH:
            return frozenset({End.UNKNOWN})
        seen.add(node)
        parent = self.tree.parent(node)
        if isinstance(parent, (cst.Expr, cst.Del)):
            return frozenset({End.DISCARDED})
        if isinstance(parent, (cst.Return, cst.Yield, cst.From)):
            return frozenset({End.RETURNED})
        if isinstance(parent, cst.Attribute):
            return self._attribute(parent, seen, depth)
        if isinstance(parent, cst.Arg):
            return self._argument(parent, seen, depth)
        if isinstance(
            parent,
            (
                cst.Comparison,
                cst.ComparisonTarget,
                cst.FormattedStringExpression,
                cst.Assert,
                cst.If,
                cst.While,
            ),
        ):
            return frozenset({End.DETACHED})
        if isinstance(parent, cst.AugAssign):
            return self._target(parent.target, parent, seen, depth)
        if isinstance(parent, cst.Assign):
            ends = [self._target(target.target, parent, seen, depth) for target in parent.targets]
            return frozenset().union(*ends)
        if isinstance(parent, (cst.AnnAssign, cst.NamedExpr)):
            ends_here = self._target(parent.target, parent, seen, depth)
            return ends_here | (
                self._follow(parent, seen, depth + 1) if isinstance(parent, cst.NamedExpr) else EMPTY
            )
        if isinstance(parent, cst.Subscript):
            if parent.value is node:
                return self._follow(parent, seen, depth + 1)
            return frozenset({End.DETACHED})
        if isinstance(parent, (cst.Index, cst.SubscriptElement, cst.Slice)):
            return frozenset({End.DETACHED})  # an index carries no gradient
        if isinstance(
            parent, (cst.BinaryOperation, cst.UnaryOperation, cst.BooleanOperation, cst.IfExp, cst.Await)
        ):
            if isinstance(parent, cst.IfExp) and parent.test is node:
                return frozenset({End.DETACHED})
            if isinstance(parent, cst.UnaryOperation) and isinstance(parent.operator, cst.Not):
                return frozenset({End.DETACHED})
            return self._follow(parent, seen, depth + 1)
        if isinstance(parent, (cst.Element, cst.DictElement)):
            return self._element(parent, seen, depth)
        if isinstance(parent, (cst.ListComp, cst.GeneratorExp, cst.SetComp, cst.DictComp)):
            return frozenset({End.STORED})
        if isinstance(parent, (cst.For, cst.CompFor)):
            return self._uses(parent.target, seen, depth)
        return frozenset({End.UNKNOWN})

    def _attribute(self, node: cst.Attribute, seen: set[cst.CSTNode], depth: int) -> frozenset[End]:
        name = node.attr.value
        parent = self.tree.parent(node)
        if isinstance(parent, cst.Call) and parent.func is node:
            if name == "backward":
                return frozenset({End.BACKWARD})
            if name in ("max", "min", "sort", "topk", "kthvalue", "median", "mode") and parent.args:
                return self._values_and_indices(parent, seen, depth)
            if self.libraries.in_set("detaching-methods", name):
                return frozenset({End.DETACHED})
            return self._follow(parent, seen, depth + 1)
        if self.libraries.in_set("detaching-attributes", name):
            return frozenset({End.DETACHED})
        return self._follow(node, seen, depth + 1)

    def _values_and_indices(self, call: cst.Call, seen: set[cst.CSTNode], depth: int) -> frozenset[End]:
        """`values, indices = x.max(1)`: the indices carry no gradient."""
        parent = self.tree.parent(call)
        if isinstance(parent, cst.Subscript) and parent.value is call:
            index = parent.slice[0].slice
            if (
                isinstance(index, cst.Index)
                and isinstance(index.value, cst.Integer)
                and index.value.value == "1"
            ):
                return frozenset({End.DETACHED})
        if isinstance(parent, cst.Attribute) and parent.attr.value == "indices":
            return frozenset({End.DETACHED})
        if isinstance(parent, cst.Assign) and len(parent.targets) == 1:
            target = parent.targets[0].target
            if isinstance(target, cst.Tuple) and len(target.elements) == 2:
                return frozenset({End.DETACHED}) | self._uses(target.elements[0].value, seen, depth)
        return self._follow(call, seen, depth + 1)

    def _argument(self, arg: cst.Arg, seen: set[cst.CSTNode], depth: int) -> frozenset[End]:
        call = self.tree.parent(arg)
        if not isinstance(call, cst.Call):
            return frozenset({End.UNKNOWN})
        name = self.names.name(call.func)
        if name in ("torch.max", "torch.min", "torch.sort", "torch.topk") and len(call.args) > 1:
            return self._values_and_indices(call, seen, depth)
        if self.libraries.in_set("detaching-functions", name):
            return frozenset({End.DETACHED})
        if isinstance(call.func, cst.Attribute):
            receiver = self._into_receiver(call.func)
            if receiver is not None:
                return receiver
        through = name is not None and (name.startswith("torch.") and not name.startswith("torch.autograd"))
        method = isinstance(call.func, cst.Attribute) and self._of_tensor_or_scaler(call.func)
        if (
            through
            or method
            or name == "builtins.sum"
            or self.kinds.kind(call.func) in (Kind.MODULE, Kind.HF_MODEL, Kind.LOSS)
        ):
            return self._follow(call, seen, depth + 1)
        return frozenset({End.PASSED})

    def _into_receiver(self, method: cst.Attribute) -> frozenset[End] | None:
        """Where an argument ends that a method keeps: in a container, a tensor, a backward pass."""
        name = method.attr.value
        if name in ("backward", "manual_backward"):
            return frozenset({End.BACKWARD})
        tensor = self.kinds.kind(method.value) is Kind.TENSOR
        in_place = tensor and name.endswith("_") and not name.endswith("__")
        return frozenset({End.STORED}) if in_place or (name in KEEPING and not tensor) else None

    def _of_tensor_or_scaler(self, method: cst.Attribute) -> bool:
        """Whether a method gives its argument's gradient on: `x.add(y)`, `scaler.scale(loss)`."""
        return self.kinds.kind(method.value) is Kind.TENSOR or method.attr.value == "scale"

    def _element(self, node: cst.CSTNode, seen: set[cst.CSTNode], depth: int) -> frozenset[End]:
        container = self.tree.parent(node)
        if container is None:
            return frozenset({End.UNKNOWN})
        around = self.tree.parent(container)
        if isinstance(around, (cst.Return, cst.Yield)):
            return frozenset({End.RETURNED})
        if isinstance(around, cst.Arg):
            return self._argument(around, seen, depth)
        whole = isinstance(container, cst.Tuple) and isinstance(around, cst.Assign)
        joined = isinstance(container, cst.List) and isinstance(around, (cst.BinaryOperation, cst.AugAssign))
        if whole or joined:
            return self._follow(container, seen, depth + 1)
        return frozenset({End.STORED})

    def _target(
        self, target: cst.CSTNode, statement: cst.CSTNode, seen: set[cst.CSTNode], depth: int
    ) -> frozenset[End]:
        if isinstance(target, (cst.Attribute, cst.Subscript, cst.StarredElement)):
            return frozenset({End.STORED})
        return self._uses(target, seen, depth)

    def _uses(self, target: cst.CSTNode, seen: set[cst.CSTNode], depth: int) -> frozenset[End]:
        """Where the variables of a target end: every later mention that this binding may reach."""
        ends: set[End] = set()
        for name in self.tree.within(target):
            for use in self._mentions(name) if isinstance(name, cst.Name) else ():
                parent = self.tree.parent(use)
                if isinstance(parent, cst.AugAssign) and parent.target is use:
                    ends |= self._grown(parent, seen, depth)
                elif not self.names.stored(use):
                    ends |= self._follow(use, seen, depth + 1)
        return frozenset(ends) or frozenset({End.DISCARDED})

    def _mentions(self, name: cst.Name) -> list[cst.CSTNode]:
        """The mentions of a variable that see what is bound here."""
        return [
            use
            for use in self.names.uses(name)
            if use is not name
            and isinstance(use, cst.Name)
            and any(binding.node is name for binding in self.names.bindings(use))
        ]

    def _grown(self, statement: cst.AugAssign, seen: set[cst.CSTNode], depth: int) -> frozenset[End]:
        """Where the sum ends that an augmented assignment makes."""
        if statement in seen or depth > MAX_DEPTH:
            return EMPTY
        seen.add(statement)
        return self._uses(statement.target, seen, depth + 1)
