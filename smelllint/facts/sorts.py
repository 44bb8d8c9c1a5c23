"""Sorts: what becomes of values that a call sorts.

sorted_by(call)   what a call of numpy's, torch's or jax's sorts, and in which way
taken_few(sort)   what is taken of the result, where that is a few of the first or last everywhere
"""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from smelllint.facts.kinds import Kind, Kinds
from smelllint.facts.reach import Reach
from smelllint.facts.scopes import last_name
from smelllint.facts.values import ABSENT, UNKNOWN, Values

FEW = 1000
FUNCTIONS = frozenset(
    {"numpy.sort", "numpy.argsort", "torch.sort", "torch.argsort", "jax.numpy.sort", "jax.numpy.argsort"}
)
TAILS = ("sort", "argsort")
# Sorted so that equal values keep their order, or by several fields.
PARTICULAR = ("stable", "kind", "order")
ARRAYS = frozenset({Kind.NDARRAY, Kind.TENSOR, Kind.SERIES, Kind.UNKNOWN})


@dataclass(frozen=True)
class Sort:
    """A call that sorts.

    call      the call
    values    what it sorts
    places    whether it gives the places of the values, not the values
    tensor    whether it is torch's
    down      whether it sorts from the largest down
    axis      the axis that it is told, an expression; None where it is told none
    """

    call: cst.Call
    values: cst.BaseExpression
    places: bool
    tensor: bool
    down: bool
    axis: cst.BaseExpression | None

    @property
    def pair(self) -> bool:
        """Whether it gives both the values and their places."""
        return self.tensor and not self.places


@dataclass(frozen=True)
class Few:
    """What is taken of a sort in one place.

    node     the expression that takes it, and that turns it round
    of       what it is taken of: the sort, or a variable or part that holds its result
    count    how many, an expression; None for one
    end      whether they are the last ones in the order of the sort
    turned   whether they are handed on from the last to the first
    plain    whether they are cut out of the first axis, by no more than a slice and a turn
    """

    node: cst.BaseExpression
    of: cst.BaseExpression
    count: cst.BaseExpression | None
    end: bool
    turned: bool
    plain: bool


class Sorts:
    """The words of this family, for one file."""

    def __init__(self, kinds: Kinds, values: Values, reach: Reach) -> None:
        self.kinds = kinds
        self.values = values
        self.reach = reach
        self.names = kinds.names
        self.tree = kinds.tree

    # -- the sort ---------------------------------------------------------------------------------------

    def sorted_by(self, call: cst.Call) -> Sort | None:
        """The sort that a call is; None for any other call, where equal values keep their order, and where
        the result is neither assigned nor taken a part of."""
        if not isinstance(self.tree.parent(call), (cst.Assign, cst.Subscript, cst.Attribute)):
            return None
        values, place = self._sorted(call)
        if values is None or any(self.values.argument(call, name) is not ABSENT for name in PARTICULAR):
            return None
        tensor = self._is_torch(call, values)
        axis = self.values.argument(call, "dim" if tensor else "axis", place)
        way = self.values.argument(call, "descending" if tensor else "kind", place + 1)
        down = self.values.value(way) if isinstance(way, cst.BaseExpression) else way is not ABSENT
        if axis is UNKNOWN or not isinstance(down, bool) or (down and not tensor):
            return None
        told = axis if isinstance(axis, cst.BaseExpression) else None
        return Sort(call, values, last_name(call.func) == "argsort", tensor, down, told)

    def _is_torch(self, call: cst.Call, values: cst.BaseExpression) -> bool:
        name = self.names.name(call.func)
        return (
            name.startswith("torch.")
            if name is not None
            else self.kinds.is_tensor(values) or self._goes_down(call)
        )

    def _goes_down(self, call: cst.Call) -> bool:
        """Whether it is told `descending`, as only torch's are in a file that imports torch."""
        told = self.values.argument(call, "descending") is not ABSENT
        return told and "torch" in self.kinds.imports and not self.kinds.imports & {"polars", "jax"}

    def _sorted(self, call: cst.Call) -> tuple[cst.BaseExpression | None, int]:
        """What a call sorts, and the place of the argument after it."""
        if not self.names.may_end(call.func, TAILS):
            return None, 0
        name, method = self.names.name(call.func), last_name(call.func)
        if name in FUNCTIONS:
            first = call.args[0] if call.args else None
            return (first.value, 1) if first is not None and first.keyword is None else (None, 1)
        if not isinstance(call.func, cst.Attribute) or name is not None or method not in ("sort", "argsort"):
            return None, 0
        values = call.func.value
        kind = self.kinds.kind(values)
        sorts = kind is Kind.TENSOR or (kind is Kind.UNKNOWN and self._goes_down(call))
        return (values if sorts or (method == "argsort" and kind in ARRAYS) else None), 0

    # -- what is taken of it ----------------------------------------------------------------------------

    def taken_few(self, sort: Sort) -> list[Few]:
        """All that is taken of a sort; empty where that is more than a few somewhere, or not seen."""
        parts = self._parts(sort)
        taken = [self._few(part, sort) for part in parts] if parts is not None else []
        return [few for found in taken for few in found] if all(taken) else []

    def _parts(self, sort: Sort) -> list[cst.BaseExpression] | None:
        """The expressions that stand for the sorted values or their places; None where the result goes
        elsewhere."""
        targets = self._targets(sort.call)
        if not sort.pair:
            return [sort.call] if targets is None else self._reads(targets)
        if targets is not None and len(targets) == 2:
            return self._reads(targets)
        wholes = [sort.call] if targets is None else self._reads(targets)
        if wholes is None:
            return None
        halves = [self._half(whole) for whole in wholes]
        found = [half for half in halves if half is not None]
        if len(found) < len(halves):
            return None
        held = [self._targets(half) for half in found]
        reads = [
            [half] if names is None else self._reads(names) for half, names in zip(found, held, strict=True)
        ]
        return None if any(read is None for read in reads) else [one for read in reads for one in read or ()]

    def _half(self, node: cst.BaseExpression) -> cst.BaseExpression | None:
        """`pair[0]`, `pair.indices`: one of the two things that a sort of torch's gives."""
        parent = self.tree.parent(node)
        if isinstance(parent, cst.Attribute) and parent.attr.value in ("values", "indices"):
            return parent
        index = only_index(parent) if isinstance(parent, cst.Subscript) and parent.value is node else None
        return parent if isinstance(parent, cst.Subscript) and index is not None else None

    def _targets(self, node: cst.BaseExpression) -> list[cst.CSTNode] | None:
        """The targets of the assignment of an expression; None where it is assigned to nothing."""
        parent = self.tree.parent(node)
        if not isinstance(parent, cst.Assign):
            return None
        target = parent.targets[0].target
        if isinstance(target, (cst.Tuple, cst.List)):
            return [element.value for element in target.elements]
        return [target]

    def _reads(self, targets: list[cst.CSTNode]) -> list[cst.BaseExpression] | None:
        """What reads the variables; None where they are more than variables of one function."""
        found: list[cst.BaseExpression] = []
        for target in targets:
            if not isinstance(target, cst.Name) or isinstance(self.names.scope(target), cst.ClassDef):
                return None
            for use in self.names.uses(target):
                if not isinstance(use, cst.Name) or use is target or self.names.stored(use):
                    continue
                if any(binding.node is target for binding in self.names.bindings(use)):
                    found.append(use)
        return found

    def _few(self, part: cst.BaseExpression, sort: Sort, turned: bool = False) -> list[Few]:
        """What is taken of sorted values where they stand, and where a variable holds them turned round;
        empty where that is more than a few."""
        node = part
        while (outer := self._cut_from(node)) is not None:
            cut = along_last(outer, sort)
            if cut is None or not is_turn(cut):
                few = self._cut(outer, cut, part, turned) if cut is not None else None
                return [few] if few is not None else []
            node, turned = outer, not turned
        targets = self._targets(node) if node is not part else None
        reads = self._reads(targets) if targets is not None and len(targets) == 1 else None
        taken = [self._few(read, sort, turned) for read in reads or ()]
        return [few for found in taken for few in found] if all(taken) else []

    def _cut_from(self, node: cst.BaseExpression) -> cst.Subscript | None:
        parent = self.tree.parent(node)
        return parent if isinstance(parent, cst.Subscript) and parent.value is node else None

    def _cut(
        self, node: cst.Subscript, cut: cst.BaseSlice, part: cst.BaseExpression, turned: bool
    ) -> Few | None:
        plain = len(node.slice) == 1
        if isinstance(cut, cst.Index):
            place = self.values.value(cut.value)
            if place not in (0, -1) or isinstance(place, bool) or not plain:
                return None
            return Few(node, part, None, (place == -1) != turned, False, plain=False)
        bound = self._bound(cut) if isinstance(cut, cst.Slice) else None
        if bound is None:
            return None
        count, last = bound
        outer = self._cut_from(node)
        turns_back = (
            outer is not None and (again := along(outer, len(node.slice))) is not None and is_turn(again)
        )
        whole: cst.BaseExpression = outer if turns_back and outer is not None else node
        return Few(whole, part, count, last != turned, turned != turns_back, plain)

    def _bound(self, cut: cst.Slice) -> tuple[cst.BaseExpression, bool] | None:
        """How many a slice takes, and whether from the end; None where that may be many."""
        if cut.step is not None and self.values.value(cut.step) != 1:
            return None
        lower = cut.lower if cut.lower is not None and self.values.value(cut.lower) != 0 else None
        if lower is None and cut.upper is not None:
            return (cut.upper, False) if self.is_few(cut.upper) else None
        if cut.upper is not None or not isinstance(lower, cst.UnaryOperation):
            return None
        taken = lower.expression if isinstance(lower.operator, cst.Minus) else None
        return (taken, True) if taken is not None and self.is_few(taken) else None

    def is_few(self, node: cst.BaseExpression) -> bool:
        """Whether a number is known to be small: a constant, a default, the least of several, or what the
        callers in the file pass."""
        value = self.values.usual(node)
        if isinstance(value, int):
            return 0 < value <= FEW
        if isinstance(node, cst.Call) and self.names.name(node.func) == "builtins.min":
            return any(self.is_few(arg.value) for arg in node.args)
        found = self.names.bindings(node) if isinstance(node, cst.Name) else []
        param = found[0].node if len(found) == 1 else None
        passed = self.reach.passed(param) if isinstance(param, cst.Param) else []
        numbers = [self.values.usual(given) for given in passed]
        return bool(numbers) and all(isinstance(number, int) and 0 < number <= FEW for number in numbers)


def only_index(node: cst.Subscript) -> cst.BaseExpression | None:
    first = node.slice[0].slice
    return first.value if len(node.slice) == 1 and isinstance(first, cst.Index) else None


def along_last(node: cst.Subscript, sort: Sort) -> cst.BaseSlice | None:
    """What is cut along the axis that is sorted; None where it is another one, or not known to be it."""
    axis = axis_number(sort.axis)
    first = node.slice[0].slice
    if len(node.slice) == 1:
        return first if axis in (0, None) else None
    if len(node.slice) != 2:
        return None
    every = (
        isinstance(first, cst.Slice) and first.lower is None and first.upper is None and first.step is None
    )
    rest = isinstance(first, cst.Index) and isinstance(first.value, cst.Ellipsis)
    whole = (every and axis in (1, -1, None)) or (rest and axis in (-1, None))
    return node.slice[1].slice if whole else None


def along(node: cst.Subscript, axes: int) -> cst.BaseSlice | None:
    return node.slice[-1].slice if len(node.slice) == axes else None


def axis_number(node: cst.BaseExpression | None) -> int | None:
    """A literal axis; None where none is told, 99 for an axis that is not known."""
    if node is None:
        return None
    if isinstance(node, cst.Integer):
        return int(node.value)
    negative = isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Minus)
    if negative and isinstance(node, cst.UnaryOperation) and isinstance(node.expression, cst.Integer):
        return -int(node.expression.value)
    return 99


def is_turn(cut: cst.BaseSlice) -> bool:
    """Whether it is `[::-1]`."""
    if not isinstance(cut, cst.Slice) or cut.lower is not None or cut.upper is not None:
        return False
    step = cut.step
    negative = isinstance(step, cst.UnaryOperation) and isinstance(step.operator, cst.Minus)
    return (
        negative
        and isinstance(step, cst.UnaryOperation)
        and isinstance(step.expression, cst.Integer)
        and step.expression.value == "1"
    )
