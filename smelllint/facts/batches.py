"""Batches: one item where many could go, and lists that take one item a round.

single(expr)             the item in a batch of one
encoded(expr)            the call of a tokenizer that made a batch
items_of(item, loop)     the collection that an item of a loop runs through
few(loop)                whether a loop is known to run a handful of rounds
batch_size(batch)        how many items a loader usually hands out at a time
gathered(expr)           the list that takes an expression once a round, and nothing else
at_once(list, text)      the edits that put one expression in the place of the whole loop
mapped(lambda)           the call that runs a lambda on each element
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import libcst as cst

from smelllint.edit import Edits
from smelllint.facts.edits import EditWords
from smelllint.facts.kinds import Kind, Kinds
from smelllint.facts.libraries import Libraries
from smelllint.facts.names import Names
from smelllint.facts.places import Loop, Places
from smelllint.facts.values import ABSENT, Values
from smelllint.tree import meaning

MAX_STEPS = 12
FEW = 20  # rounds that are not worth a word
# Methods that hand the same items on: another type, another device.
SAME_ITEMS = frozenset(
    {
        "astype",
        "contiguous",
        "copy",
        "cpu",
        "cuda",
        "detach",
        "clone",
        "double",
        "float",
        "half",
        "int",
        "long",
        "numpy",
        "to",
        "type",
    }
)


@dataclass(frozen=True)
class Gathering:
    """A list that takes one expression a round and nothing else: `[f(x) for x in xs]`, or `ys = []` and a
    loop that is only `ys.append(f(x))`.

    loop     the loop or comprehension
    spread   whether a round gives several items (`ys.extend(...)`)
    init     the statement `ys = []`; None for a comprehension
    take     the statement `ys.append(...)`; None for a comprehension
    """

    loop: Loop
    spread: bool = False
    init: cst.SimpleStatementLine | None = None
    take: cst.SimpleStatementLine | None = None
    name: str = ""


class Batches:
    """The words of this family, for one file."""

    def __init__(
        self,
        names: Names,
        kinds: Kinds,
        values: Values,
        places: Places,
        edits: EditWords,
        libraries: Libraries,
    ) -> None:
        self.names = names
        self.kinds = kinds
        self.values = values
        self.places = places
        self.edits = edits
        self.libraries = libraries
        self.tree = names.tree

    # -- batches of one ---------------------------------------------------------------------------------

    def single(self, node: cst.BaseExpression, steps: int = MAX_STEPS) -> cst.BaseExpression | None:
        """The item in a batch of one: `x` of `[x]`, `x[None]`, `x.unsqueeze(0)`, `x.reshape(1, -1)`,
        `np.array([x])`; the slice itself of `xs[i : i + 1]`. None where it is not known to be one."""
        behind = self.values.resolve(node)
        if steps == 0 or (behind is not node and self._changed(node)):
            return None
        if isinstance(behind, (cst.List, cst.Tuple)):
            return self._only_element(behind)
        if isinstance(behind, cst.Subscript):
            return self._sliced(behind)
        if isinstance(behind, cst.Call):
            return self._made(behind, steps)
        return None

    def _changed(self, node: cst.BaseExpression) -> bool:
        """Whether something is called on, or put into, the variable that holds a batch."""
        parents = [self.tree.parent(use) for use in self.names.uses(node)]
        return any(
            isinstance(p, cst.Attribute) and p.attr.value in ("append", "extend", "insert") for p in parents
        )

    @staticmethod
    def _only_element(node: cst.List | cst.Tuple) -> cst.BaseExpression | None:
        if len(node.elements) != 1 or isinstance(node.elements[0], cst.StarredElement):
            return None
        return node.elements[0].value

    def _sliced(self, node: cst.Subscript) -> cst.BaseExpression | None:
        first = node.slice[0].slice
        if isinstance(first, cst.Index):
            if self._is_new_axis(first.value):
                return node.value
            listed = isinstance(first.value, cst.List) and len(first.value.elements) == 1
            return node if listed and len(node.slice) == 1 else None
        if not isinstance(first, cst.Slice) or first.step is not None:
            return None
        return node if self._next_of(first.lower, first.upper) else None

    def _is_new_axis(self, node: cst.BaseExpression) -> bool:
        none = isinstance(node, cst.Name) and node.value == "None"
        return none or self.libraries.in_set("new-axis", self.names.name(node))

    def _next_of(self, lower: cst.BaseExpression | None, upper: cst.BaseExpression | None) -> bool:
        return (
            lower is not None
            and isinstance(upper, cst.BinaryOperation)
            and isinstance(upper.operator, cst.Add)
            and self.values.value(upper.right) == 1
            and meaning(upper.left) == meaning(lower)
        )

    def _made(self, call: cst.Call, steps: int) -> cst.BaseExpression | None:
        """The item in what a call makes: a container around a literal, an axis put in front, a new shape."""
        name = self.names.name(call.func)
        if self.libraries.in_set("batch-makers", name) and call.args:
            return self._container(call.args[0].value, steps)
        if self.libraries.in_set("axis-makers", name) and call.args:
            return call.args[0].value if self._in_front(call, ("axis", "dim"), 1) else None
        if self.libraries.in_set("batch-keepers", name) and call.args:
            return self.single(call.args[0].value, steps - 1)
        if self.libraries.in_set("fillers", name):
            return call if self._one_row_made(call) else None
        if self.libraries.in_set("reshapers", name) and len(call.args) == 2:
            return call.args[0].value if self._one_row(call.args[1:]) else None
        if self.kinds.kind(call.func) is Kind.KERAS_LAYER and len(call.args) == 1:
            return self.single(call.args[0].value, steps - 1)
        if not isinstance(call.func, cst.Attribute):
            return None
        receiver, method = call.func.value, call.func.attr.value
        if method == "unsqueeze":
            return receiver if self._in_front(call, ("dim",), 0) else None
        if method in ("reshape", "view") and call.args:
            return receiver if self._one_row(call.args) else None
        if method == "transform" and self.kinds.kind(receiver) is Kind.ESTIMATOR and call.args:
            return self.single(call.args[0].value, steps - 1)
        return self.single(receiver, steps - 1) if method in SAME_ITEMS else None

    def _container(self, node: cst.BaseExpression, steps: int) -> cst.BaseExpression | None:
        """The item of `[x]`; of a table `{"a": [x], "b": [y]}` the table itself."""
        if isinstance(node, cst.Dict):
            columns = [element.value for element in node.elements]
            rows = [self._only_element(c) if isinstance(c, cst.List) else None for c in columns]
            return node if rows and None not in rows else None
        return self.single(node, steps - 1)

    def _in_front(self, call: cst.Call, keywords: tuple[str, ...], at: int) -> bool:
        given = [self.values.argument(call, keyword, at) for keyword in keywords]
        return any(isinstance(axis, cst.BaseExpression) and self.values.value(axis) == 0 for axis in given)

    def _one_row_made(self, call: cst.Call) -> bool:
        shape = self.values.argument(call, "shape", 0)
        if not isinstance(shape, (cst.Tuple, cst.List)) or len(shape.elements) < 2:
            return False
        return bool(self.values.value(shape.elements[0].value) == 1)

    def _one_row(self, given: Sequence[cst.Arg]) -> bool:
        """Whether a new shape has one row and does not come from a scalar: `(1, -1)`, `1, 28, 28`."""
        first = given[0].value
        shape = [e.value for e in first.elements] if isinstance(first, (cst.Tuple, cst.List)) else None
        sizes = shape if shape is not None else [arg.value for arg in given]
        return len(sizes) > 1 and self.values.value(sizes[0]) == 1

    def encoded(self, node: cst.BaseExpression, steps: int = MAX_STEPS) -> cst.Call | None:
        """The call of a tokenizer that made what a model is given, also moved to another device as a whole or
        part by part, or taken out by name; None for anything else."""
        behind = self.values.resolve(node)
        if steps == 0:
            return None
        if isinstance(behind, cst.DictComp):
            over = behind.for_in.iter
            if (
                behind.for_in.ifs
                or not isinstance(over, cst.Call)
                or not isinstance(over.func, cst.Attribute)
            ):
                return None
            return self.encoded(over.func.value, steps - 1)
        if isinstance(behind, (cst.Attribute, cst.Subscript)):
            return self.encoded(behind.value, steps - 1) if self._names_ids(behind) else None
        if not isinstance(behind, cst.Call):
            return None
        if self.kinds.kind(behind.func) is Kind.TOKENIZER:
            return behind
        if not isinstance(behind.func, cst.Attribute) or behind.func.attr.value not in SAME_ITEMS:
            return None
        return self.encoded(behind.func.value, steps - 1)

    def _names_ids(self, node: cst.Attribute | cst.Subscript) -> bool:
        if isinstance(node, cst.Attribute):
            return node.attr.value == "input_ids"
        index = node.slice[0].slice
        return isinstance(index, cst.Index) and self.values.value(index.value) == "input_ids"

    # -- what a loop runs through -----------------------------------------------------------------------

    def items_of(self, item: cst.CSTNode, loop: Loop) -> cst.BaseExpression | None:
        """The collection that an expression runs through, an item a round: `xs` for the `x` of `for x in xs`,
        and for `xs[i]`, `xs[[i]]`, `xs[i : i + 1]` in `for i in range(len(xs))`. None for anything else."""
        if isinstance(item, cst.Name):
            return self._handed_out(item, loop)
        if not isinstance(item, cst.Subscript) or len(item.slice) != 1:
            return None
        place = self._place(item)
        if place is None or not isinstance(place, cst.Name):
            return None
        counted = self._handed_out(place, loop)
        collection = item.value
        if isinstance(collection, cst.Attribute) and collection.attr.value == "iloc":
            collection = collection.value
        return collection if counted is not None and self._counts(counted, collection) else None

    @staticmethod
    def _place(item: cst.Subscript) -> cst.BaseExpression | None:
        inner = item.slice[0].slice
        if isinstance(inner, cst.Slice):
            return inner.lower
        place = inner.value if isinstance(inner, cst.Index) else None
        if isinstance(place, cst.List) and len(place.elements) == 1:
            return place.elements[0].value
        return place

    def _handed_out(self, name: cst.Name, loop: Loop) -> cst.BaseExpression | None:
        found = self.names.bindings(name)
        if len(found) != 1 or found[0].how != "for" or not self.tree.inside(found[0].node, loop):
            return None
        if isinstance(loop, cst.While):
            return None
        node: cst.BaseExpression = loop.iter if isinstance(loop, cst.For) else loop.for_in.iter
        if found[0].value is not node:
            return None
        index = found[0].index
        while isinstance(node, cst.Call) and node.args and self.places._wraps(node):
            wrapper = (self.names.name(node.func) or "").rpartition(".")[2]
            if wrapper == "enumerate" and index[:1] == (1,):
                index = index[1:]
            elif wrapper in ("enumerate", "zip", "sorted", "reversed"):
                return None
            node = node.args[0].value
        return node if not index else None

    def _counts(self, counted: cst.BaseExpression, collection: cst.BaseExpression) -> bool:
        """Whether numbers run over a whole collection: `range(len(xs))`, `range(xs.shape[0])`."""
        if not isinstance(counted, cst.Call) or self.names.name(counted.func) != "builtins.range":
            return False
        if len(counted.args) != 1:
            return False
        size = counted.args[0].value
        if isinstance(size, cst.Call) and self.names.name(size.func) == "builtins.len" and size.args:
            return meaning(size.args[0].value) == meaning(collection)
        shape = size.value if isinstance(size, cst.Subscript) else None
        return (
            isinstance(shape, cst.Attribute)
            and shape.attr.value == "shape"
            and meaning(shape.value) == meaning(collection)
        )

    def few(self, loop: Loop, most: int = FEW) -> bool:
        """Whether a loop is known to run a handful of rounds: over what is written out, a short range, the
        head of a table, the items of a small batch, the layers of a module."""
        node = self.places.iterable(loop)
        return node is not None and self._short(node, most)

    def _short(self, node: cst.BaseExpression, most: int) -> bool:
        behind = self.values.resolve(node)
        if isinstance(behind, (cst.List, cst.Tuple, cst.Set, cst.Dict)):
            return len(behind.elements) <= most and not self._changed(node)
        if isinstance(behind, cst.Call) and self._short_call(behind, most):
            return True
        if isinstance(behind, cst.Subscript) and isinstance(behind.slice[0].slice, cst.Slice):
            stop = behind.slice[0].slice.upper
            return stop is not None and is_at_most(most, self.values.value(stop))
        return self.kinds.is_module(node) or self._of_small_batch(behind, most)

    def _of_small_batch(self, node: cst.BaseExpression, most: int) -> bool:
        size = self._told_size(node)
        return size is not None and is_at_most(most, self.values.value(size))

    def batch_size(self, node: cst.BaseExpression) -> int | None:
        """How many items a batch of a loader has, or the same on another device, unless the program is told
        otherwise; None where that is not known."""
        behind, steps = self.values.resolve(node), MAX_STEPS
        while isinstance(behind, cst.Call) and steps:
            same = isinstance(behind.func, cst.Attribute) and behind.func.attr.value in SAME_ITEMS
            if same and isinstance(behind.func, cst.Attribute):
                behind = self.values.resolve(behind.func.value)
            elif self.names.name(behind.func) == "torch.autograd.Variable" and behind.args:
                behind = self.values.resolve(behind.args[0].value)
            else:
                break
            steps -= 1
        told = self._told_size(behind)
        size = self.values.usual(told) if told is not None else None
        return size if isinstance(size, int) else None

    def _told_size(self, node: cst.BaseExpression) -> cst.BaseExpression | None:
        """The size that a loader is told, of what it hands out at a time, or of a part of that:
        `next(iter(loader))["image"]`, the `images` of `for images, labels in loader`."""
        if isinstance(node, cst.Subscript):
            index = node.slice[0].slice
            named = isinstance(index, cst.Index) and isinstance(index.value, cst.SimpleString)
            return self._told_size(self.values.resolve(node.value)) if named else None
        loader = self._loader_behind(node)
        made = self.kinds.origins.origin(loader) if loader is not None else None
        if made is None or self.names.name(made.func) != "torch.utils.data.DataLoader":
            return None
        if any(self.values.argument(made, name) is not ABSENT for name in ("batch_sampler", "collate_fn")):
            return None
        size = self.values.argument(made, "batch_size", 1)
        return size if isinstance(size, cst.BaseExpression) else None

    def _loader_behind(self, node: cst.BaseExpression) -> cst.BaseExpression | None:
        """What hands out a batch: `loader` of `next(iter(loader))` and of `for batch in loader`."""
        if isinstance(node, cst.Name):
            found = self.names.bindings(node)
            if len(found) != 1 or found[0].value is None:
                return None
            if found[0].how == "for":
                return self.places.unwrapped(found[0].value)
            return self._loader_behind(found[0].value) if found[0].how == "assign" else None
        if not isinstance(node, cst.Call) or self.names.name(node.func) != "builtins.next" or not node.args:
            return None
        iterator = self.values.resolve(node.args[0].value)
        if not isinstance(iterator, cst.Call) or self.names.name(iterator.func) != "builtins.iter":
            return None
        return iterator.args[0].value if iterator.args else None

    def _short_call(self, call: cst.Call, most: int) -> bool:
        if self.names.name(call.func) == "builtins.range" and call.args:
            stop = call.args[-1 if len(call.args) < 2 else 1].value
            return is_at_most(most, self.values.value(stop))
        if self.names.name(call.func) == "pandas.DataFrame" and call.args:
            return self._short_table(call.args[0].value, most)
        if not isinstance(call.func, cst.Attribute):
            return False
        receiver, method = call.func.value, call.func.attr.value
        if method in ("iterrows", "itertuples", "items", "keys", "values", "children", "modules"):
            return self._short(receiver, most)
        if method not in ("head", "tail", "nlargest", "nsmallest", "sample"):
            return False
        size = self.values.argument(call, "n", 0)
        return is_at_most(most, self.values.value(size) if isinstance(size, cst.BaseExpression) else 5)

    def _short_table(self, node: cst.BaseExpression, most: int) -> bool:
        columns = self.values.resolve(node)
        values = [element.value for element in columns.elements] if isinstance(columns, cst.Dict) else []
        return bool(values) and all(isinstance(v, cst.List) and self._short(v, most) for v in values)

    def mapped(self, function: cst.CSTNode) -> cst.Call | None:
        """The call that runs a lambda, or a function by its name, on each element: `table.apply(f, axis=1)`,
        `map(f, xs)`."""
        arg = self.tree.parent(function)
        call = self.tree.parent(arg) if isinstance(arg, cst.Arg) else None
        named = isinstance(function, (cst.Lambda, cst.Name))
        if not named or not isinstance(call, cst.Call) or call.args[0] is not arg:
            return None
        if self.names.name(call.func) == "builtins.map":
            return call
        methods = ("apply", "map", "progress_apply")
        found = isinstance(call.func, cst.Attribute) and call.func.attr.value in methods
        return call if found else None

    # -- lists filled one a round -----------------------------------------------------------------------

    def gathered(self, node: cst.BaseExpression) -> Gathering | None:
        """The list that takes this expression once a round of the innermost loop; None where the loop does
        anything else, or has a condition, a second clause or an `else`."""
        parent = self.tree.parent(node)
        if isinstance(parent, cst.ListComp):
            plain = parent.elt is node and not parent.for_in.ifs and parent.for_in.inner_for_in is None
            return Gathering(parent) if plain and parent.for_in.asynchronous is None else None
        call = self.tree.parent(parent) if isinstance(parent, cst.Arg) else None
        if not isinstance(call, cst.Call) or len(call.args) != 1 or not isinstance(call.func, cst.Attribute):
            return None
        loop, name, method = self.places.loop(node), call.func.value, call.func.attr.value
        if not isinstance(loop, cst.For) or not isinstance(name, cst.Name) or not self._only(call, loop):
            return None
        init = self._empty_list(name, loop)
        take = self.places.statement(call)
        if (
            init is None
            or method not in ("append", "extend")
            or not isinstance(take, cst.SimpleStatementLine)
        ):
            return None
        return Gathering(loop, method == "extend", init, take, name.value)

    def _only(self, call: cst.Call, loop: cst.For) -> bool:
        """Whether a call is all that the loop does."""
        body = loop.body.body
        line = body[0] if len(body) == 1 else None
        if not isinstance(line, cst.SimpleStatementLine) or len(line.body) != 1:
            return False
        plain = loop.orelse is None and loop.asynchronous is None
        return plain and self.tree.parent(call) is line.body[0]

    def _empty_list(self, name: cst.Name, loop: cst.For) -> cst.SimpleStatementLine | None:
        """The statement `name = []` in the block of the loop, where nothing mentions the name in between."""
        found = [binding for binding in self.names.bindings(name) if binding.how == "assign"]
        if len(found) != 1 or not isinstance(found[0].value, cst.List) or found[0].value.elements:
            return None
        statement = self.places.statement(found[0].node)
        if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
            return None
        if self.tree.parent(statement) is not self.tree.parent(loop):
            return None
        low, high = self.tree.end(statement), self.tree.order[loop.body]
        between = [use for use in self.names.uses(name) if low < self.tree.order[use] < high]
        return statement if not between else None

    def at_once(self, gathering: Gathering, text: str) -> Edits | None:
        """The edits that put one expression in the place of all rounds; None where they lose a comment."""
        if gathering.init is None or gathering.take is None:
            return self.edits.replace(gathering.loop, text)
        start, first = self.tree.span(gathering.loop)[0], self.tree.span(gathering.take)[0]
        parts = (
            self.edits.remove_statement(gathering.init),
            self.edits.replace_span(start, first, ""),
            self.edits.replace(gathering.take.body[0], f"{gathering.name} = {text}"),
        )
        found = [part for part in parts if part is not None]
        return tuple(edit for part in found for edit in part) if len(found) == len(parts) else None


def is_at_most(most: int, size: object) -> bool:
    return isinstance(size, int) and 0 <= size <= most
