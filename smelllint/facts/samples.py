"""Samples: how much data there is, where the file tells.

samples(expr)   the number of rows of a data set, at most; None where it is not known
learnt(call)    what the estimator that a call makes is fitted on, also inside a pipeline or a search
little(call)    whether all of that is known to be so little that no fit takes long
words(expr)     the call of the vectorizer that made a matrix of the words in texts; None for other data
"""

from __future__ import annotations

import libcst as cst

from smelllint.facts.bindings import Binding
from smelllint.facts.fates import SPLITS, Fates
from smelllint.facts.kinds import Kinds
from smelllint.facts.questions import Questions
from smelllint.facts.values import Values

LITTLE = 2000
# Attributes and methods that keep the number of rows, or make it smaller.
SAME_ROWS = frozenset({"data", "target", "values", "frame", "images"})
KEEP_ROWS = frozenset({"astype", "copy", "dropna", "fillna", "drop", "to_numpy", "toarray", "apply", "map"})
GIVE_ROWS = frozenset({"fit_transform", "transform"})
GIVEN_ROWS = ("pandas.DataFrame", "pandas.Series", "pandas.get_dummies", "numpy.array", "numpy.asarray")
SIDE_BY_SIDE = ("numpy.hstack", "numpy.column_stack")
# Weighs counts of words.
WEIGHTS = "sklearn.feature_extraction.text.TfidfTransformer"
SHAPED = ("numpy.random.rand", "numpy.random.randn", "numpy.zeros", "numpy.ones")


class Samples:
    """The words of this family, for one file."""

    def __init__(self, kinds: Kinds, values: Values, fates: Fates) -> None:
        self.kinds = kinds
        self.values = values
        self.fates = fates
        self.names = kinds.names
        self.tree = kinds.tree
        self.rows_of = kinds.libraries.rows
        self.questions = Questions()

    def little(self, call: cst.Call) -> bool:
        """Whether an estimator is fitted, and on data known to be little only."""
        data = self.learnt(call)
        counts = [self.samples(part) for part in data]
        return bool(counts) and all(count is not None and count < LITTLE for count in counts)

    def learnt(self, call: cst.Call) -> list[cst.BaseExpression]:
        """The data that the estimator made by a call is fitted on."""
        return self._learnt(call, set())

    def _learnt(self, call: cst.Call, seen: set[cst.CSTNode]) -> list[cst.BaseExpression]:
        if call in seen:
            return []
        seen.add(call)
        found: list[cst.BaseExpression] = []
        for use in self.fates.used(call):
            fitted = self._fitted(use)
            around = self.fates.put_into(use)
            if fitted is not None:
                found.append(fitted)
            elif around is not None:
                found += self._learnt(around, seen)
        return found

    def _fitted(self, use: cst.CSTNode) -> cst.BaseExpression | None:
        """`x` of `model.fit(x, y)` and of `cross_val_score(model, x, y)`."""
        parent = self.tree.parent(use)
        call = self.tree.parent(parent) if parent is not None else None
        if not isinstance(call, cst.Call):
            return None
        if isinstance(parent, cst.Attribute) and parent.attr.value.startswith("fit"):
            return self._first(call, 0)
        folds = self.kinds.libraries.in_set("cross-validators", self.names.name(call.func))
        return self._first(call, 1) if folds and self.values.argument(call, "estimator", 0) is use else None

    def _first(self, call: cst.Call, place: int) -> cst.BaseExpression | None:
        given = self.values.argument(call, "X", place)
        return given if isinstance(given, cst.BaseExpression) else None

    def samples(self, node: cst.BaseExpression) -> int | None:
        """How many rows an array or table has; at most, where it was cut or filtered."""
        return self.questions.ask(("samples", node), lambda: self._samples(node), None, None)

    def _samples(self, node: cst.BaseExpression) -> int | None:
        if isinstance(node, (cst.List, cst.Tuple)):
            starred = any(isinstance(element, cst.StarredElement) for element in node.elements)
            return None if starred else len(node.elements)
        if isinstance(node, cst.Name):
            return most([self._bound(binding) for binding in self.names.bindings(node)])
        if isinstance(node, cst.Attribute):
            return self.samples(node.value) if node.attr.value in SAME_ROWS else None
        if isinstance(node, cst.Subscript):
            return self._cut(node)
        if isinstance(node, cst.BinaryOperation):
            return self._either(node)
        return self._made(node) if isinstance(node, cst.Call) else None

    def words(self, node: cst.BaseExpression) -> cst.Call | None:
        """The call that made the vectorizer which counted the words of texts, a column a word."""
        return self.questions.ask(("words", node), lambda: self._words(node), None, None)

    def _words(self, node: cst.BaseExpression) -> cst.Call | None:
        if isinstance(node, cst.Subscript):
            return self.words(node.value) if isinstance(node.slice[0].slice, cst.Slice) else None
        if isinstance(node, cst.Name):
            found = [self._words_bound(binding) for binding in self.names.bindings(node)]
            return found[0] if found and all(made is found[0] for made in found) else None
        if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute) or not node.args:
            return None
        if node.func.attr.value not in GIVE_ROWS:
            return None
        made = self.kinds.origins.origin(node.func.value)
        name = self.names.name(made.func) if made is not None else None
        if name == WEIGHTS:
            return self.words(node.args[0].value)
        return made if self.kinds.libraries.in_set("text-vectorizers", name) else None

    def _words_bound(self, binding: Binding) -> cst.Call | None:
        value = binding.value
        if binding.how != "assign" or value is None:
            return None
        if not binding.index:
            return self.words(value)
        part = self._part_of_split(binding)
        return self.words(part) if part is not None else None

    def _part_of_split(self, binding: Binding) -> cst.BaseExpression | None:
        """What was split into the parts of which a variable holds one."""
        value = binding.value
        if (
            not isinstance(value, cst.Call)
            or self.names.name(value.func) != SPLITS
            or len(binding.index) != 1
        ):
            return None
        place = binding.index[0] // 2
        return value.args[place].value if place < len(value.args) else None

    def _bound(self, binding: Binding) -> int | None:
        value = binding.value
        if isinstance(binding.node, cst.Param):
            return most([self.samples(given) for given in self.kinds.reach.passed(binding.node)])
        if binding.how != "assign" or value is None:
            return None
        if not binding.index:
            return self.samples(value)
        part = self._part_of_split(binding)
        if part is not None:
            return self.samples(part)
        return self._data_set(value) if isinstance(value, cst.Call) and len(binding.index) == 1 else None

    def _cut(self, node: cst.Subscript) -> int | None:
        """`x[:100]`, `x[:100, 2:]`; any other part has no more rows than the whole."""
        whole = self.samples(node.value)
        first = node.slice[0].slice
        stop = first.upper if isinstance(first, cst.Slice) else None
        bound = self.values.value(stop) if stop is not None else None
        if isinstance(bound, int) and bound >= 0:
            return bound if whole is None else min(bound, whole)
        return whole

    def _either(self, node: cst.BinaryOperation) -> int | None:
        """The rows of `x + noise`: both sides have as many, or one is a number."""
        left, right = self.samples(node.left), self.samples(node.right)
        return left if right is None else right if left is None else max(left, right)

    def _made(self, call: cst.Call) -> int | None:
        name = self.names.name(call.func)
        known = self._data_set(call)
        if known is not None:
            return known
        if name in SHAPED:
            return self._first_axis(call)
        if not isinstance(call.func, cst.Attribute):
            return self.samples(call.args[0].value) if name in GIVEN_ROWS and call.args else None
        method = call.func.attr.value
        if method == "head":
            given = self.values.argument(call, "n", 0)
            count = self.values.value(given) if isinstance(given, cst.BaseExpression) else 5
            return count if isinstance(count, int) else None
        if name in SIDE_BY_SIDE:
            return self._side_by_side(call)
        if name in GIVEN_ROWS or method in GIVE_ROWS:
            return self.samples(call.args[0].value) if call.args else None
        return self.samples(call.func.value) if method in KEEP_ROWS else None

    def _side_by_side(self, call: cst.Call) -> int | None:
        """The rows of tables that are put beside each other."""
        parts = call.args[0].value if call.args else None
        if not isinstance(parts, (cst.Tuple, cst.List)):
            return None
        return next((rows for part in parts.elements if (rows := self.samples(part.value)) is not None), None)

    def _first_axis(self, call: cst.Call) -> int | None:
        size = self.values.value(call.args[0].value) if call.args else None
        size = size[0] if isinstance(size, list) and size else size
        return size if isinstance(size, int) else None

    def _data_set(self, call: cst.Call) -> int | None:
        """The rows of a data set of scikit-learn; those that are made up have as many as is asked for."""
        name = self.names.name(call.func) or ""
        rows = self.rows_of.get(name)
        if rows is not None or not name.startswith("sklearn.datasets.make_"):
            return rows
        given = self.values.argument(call, "n_samples", 0)
        count = self.values.value(given) if isinstance(given, cst.BaseExpression) else 100
        return count if isinstance(count, int) else None


def most(counts: list[int | None]) -> int | None:
    """The largest of several counts; None where there is none, or one is not known."""
    known = [count for count in counts if count is not None]
    return max(known) if known and len(known) == len(counts) else None
