"""Searches: what a search over hyperparameters tries.

search(call)    the search that a call of scikit-learn makes; None for any other call
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import libcst as cst

from smelllint.facts.names import Names
from smelllint.facts.values import ABSENT, UNKNOWN, Values

EXHAUSTIVE = "sklearn.model_selection.GridSearchCV"
RANDOM = "sklearn.model_selection.RandomizedSearchCV"
FOLDS = 5
DRAWS = 10
# Splitters by the folds that they make unless told.
SPLITTERS = {
    **dict.fromkeys(("KFold", "StratifiedKFold", "GroupKFold", "StratifiedGroupKFold", "TimeSeriesSplit"), 5),
    **dict.fromkeys(("ShuffleSplit", "StratifiedShuffleSplit"), 10),
}
REPEATED = ("RepeatedKFold", "RepeatedStratifiedKFold")
REPEATS = 10
SPACES = {"numpy.linspace": 50, "numpy.logspace": 50, "numpy.geomspace": 50}
CHANGES = ("update", "pop", "popitem", "setdefault", "clear")
KEEPING = ("builtins.list", "builtins.tuple", "builtins.sorted", "numpy.array", "numpy.asarray")


@dataclass(frozen=True)
class Search:
    """A search, by the call that makes it.

    estimator    what is fitted again and again
    tuned        the names of the parameters that vary
    candidates   how many settings are tried
    folds        how often each of them is fitted
    """

    call: cst.Call
    exhaustive: bool
    estimator: cst.BaseExpression
    tuned: frozenset[str]
    candidates: int
    folds: int


class Searches:
    """The words of this family, for one file."""

    def __init__(self, names: Names, values: Values) -> None:
        self.names = names
        self.values = values

    def search(self, call: cst.Call) -> Search | None:
        """A grid search or a randomized one whose settings are all written down; None for any other call."""
        name = self.names.name(call.func)
        if name not in (EXHAUSTIVE, RANDOM):
            return None
        estimator = self.values.argument(call, "estimator", 0)
        space = self.values.argument(call, "param_grid" if name == EXHAUSTIVE else "param_distributions", 1)
        if not isinstance(estimator, cst.BaseExpression) or not isinstance(space, cst.BaseExpression):
            return None
        tuned, folds = self._tuned(space), self._folds(call)
        candidates = self._settings(space) if name == EXHAUSTIVE else self._draws(call)
        if tuned is None or candidates is None or folds is None:
            return None
        return Search(call, name == EXHAUSTIVE, estimator, tuned, candidates, folds)

    def _draws(self, call: cst.Call) -> int | None:
        given = self.values.argument(call, "n_iter", 2)
        count = self.values.value(given) if isinstance(given, cst.BaseExpression) else DRAWS
        return count if given is not UNKNOWN and isinstance(count, int) else None

    # -- the grid ---------------------------------------------------------------------------------------

    def _tuned(self, space: cst.BaseExpression) -> frozenset[str] | None:
        grids = [self._offered(grid) for grid in self._grids(space)]
        if not grids or any(grid is None for grid in grids):
            return None
        return frozenset(name for grid in grids for name in grid or ())

    def _settings(self, space: cst.BaseExpression) -> int | None:
        """How many settings a grid, or a list of grids, lays out."""
        total = 0
        for grid in self._grids(space):
            offered = self._offered(grid)
            counts = [self._choices(values) for values in offered.values()] if offered is not None else [None]
            if any(count is None for count in counts):
                return None
            total += math.prod(count for count in counts if count is not None)
        return total or None

    def _grids(self, space: cst.BaseExpression) -> list[cst.BaseExpression]:
        literal = self.values.resolve(space)
        return [part.value for part in literal.elements] if isinstance(literal, cst.List) else [space]

    def _offered(self, grid: cst.BaseExpression) -> dict[str, cst.BaseExpression] | None:
        """The values that a grid offers for each parameter; None where they may be others than it says."""
        literal = self.values.resolve(grid)
        pairs: list[tuple[object, cst.BaseExpression]] = []
        if isinstance(literal, cst.Call) and self.names.name(literal.func) == "builtins.dict":
            pairs = [(arg.keyword.value if arg.keyword else UNKNOWN, arg.value) for arg in literal.args]
        elif isinstance(literal, cst.Dict):
            pairs = [
                (self.values.value(item.key) if isinstance(item, cst.DictElement) else UNKNOWN, item.value)
                for item in literal.elements
            ]
        else:
            return None
        if self._may_change(grid) or not all(isinstance(key, str) for key, _ in pairs):
            return None
        return {key: values for key, values in pairs if isinstance(key, str)}

    def _may_change(self, grid: cst.BaseExpression) -> bool:
        """Whether a grid may be written to after its literal: `g["k"] = v`, `g.update(...)`, `fill(g)`."""
        for use in self.names.followed(grid):
            parent = self.names.tree.parent(use)
            if isinstance(parent, cst.Subscript) and self.names.stored(parent):
                return True
            if isinstance(parent, cst.Attribute) and parent.attr.value in CHANGES:
                return True
            call = self.names.tree.parent(parent) if isinstance(parent, cst.Arg) else None
            if isinstance(call, cst.Call) and self.names.name(call.func) is None and not shows(call):
                return True
        return False

    # -- counting ---------------------------------------------------------------------------------------

    def _choices(self, node: cst.BaseExpression) -> int | None:
        """How many values an expression offers: a literal, a range, `numpy.logspace(-3, 3, 7)`."""
        node = self.values.resolve(node)
        if isinstance(node, (cst.List, cst.Tuple)):
            starred = any(isinstance(element, cst.StarredElement) for element in node.elements)
            return None if starred else len(node.elements)
        if isinstance(node, cst.ListComp):
            return self._comprehended(node.for_in)
        if isinstance(node, cst.BinaryOperation):
            return self._computed(node)
        return self._called(node) if isinstance(node, cst.Call) else None

    def _comprehended(self, clause: cst.CompFor) -> int | None:
        plain = not clause.ifs and clause.inner_for_in is None
        return self._choices(clause.iter) if plain else None

    def _computed(self, node: cst.BinaryOperation) -> int | None:
        """`10.0 ** numpy.arange(-3, 3)`, `[None] + list(range(5))`."""
        left, right = self._choices(node.left), self._choices(node.right)
        if left is not None and right is not None:
            return left + right if isinstance(node.operator, cst.Add) else None
        number = node.right if right is None else node.left
        scaled = isinstance(self.values.value(number), (int, float))
        literal = isinstance(self.values.resolve(node.left if right is None else node.right), cst.List)
        return (left if right is None else right) if scaled and not literal else None

    def _called(self, call: cst.Call) -> int | None:
        name = self.names.name(call.func)
        if name in SPACES:
            given = self.values.argument(call, "num", 2)
            if given is UNKNOWN:
                return None
            count = self.values.value(given) if isinstance(given, cst.BaseExpression) else SPACES[name]
            return count if isinstance(count, int) else None
        if name in ("builtins.range", "numpy.arange"):
            return self._ranged(call)
        if name in KEEPING and len(call.args) == 1:
            return self._choices(call.args[0].value)
        listed = isinstance(call.func, cst.Attribute) and call.func.attr.value == "tolist"
        return self._choices(call.func.value) if listed and isinstance(call.func, cst.Attribute) else None

    def _ranged(self, call: cst.Call) -> int | None:
        bounds = [self.values.value(arg.value) for arg in call.args if arg.keyword is None and not arg.star]
        numbers = [bound for bound in bounds if isinstance(bound, (int, float))]
        if not numbers or len(numbers) != len(call.args) or len(numbers) > 3:
            return None
        start, stop, step = (0, numbers[0], 1) if len(numbers) == 1 else (*numbers, 1)[:3]
        return max(0, math.ceil((stop - start) / step)) if step else None

    def _folds(self, call: cst.Call) -> int | None:
        """How many folds a call that takes `cv` fits on."""
        given = self.values.argument(call, "cv")
        if given is ABSENT:
            return FOLDS
        if not isinstance(given, cst.BaseExpression):
            return None
        splitter = self.values.resolve(given)
        if isinstance(splitter, cst.Call):
            return self._split(splitter)
        count = self.values.value(splitter)
        return FOLDS if count is None else count if isinstance(count, int) else None

    def _split(self, splitter: cst.Call) -> int | None:
        module, _, kind = (self.names.name(splitter.func) or "").rpartition(".")
        if module != "sklearn.model_selection":
            return None
        if kind in REPEATED:
            folds, repeats = self._count(splitter, None, FOLDS), self._count(splitter, "n_repeats", REPEATS)
            return folds * repeats if folds is not None and repeats is not None else None
        return self._count(splitter, 0, SPLITTERS[kind]) if kind in SPLITTERS else None

    def _count(self, splitter: cst.Call, at: int | str | None, usual: int) -> int | None:
        name = at if isinstance(at, str) else "n_splits"
        given = self.values.argument(splitter, name, at if isinstance(at, int) else None)
        if given is UNKNOWN:
            return None
        count = self.values.value(given) if isinstance(given, cst.BaseExpression) else usual
        return count if isinstance(count, int) else None


def shows(call: cst.Call) -> bool:
    """`"tried {}".format(grid)`."""
    return isinstance(call.func, cst.Attribute) and call.func.attr.value == "format"
