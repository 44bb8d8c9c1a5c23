"""Tables: what becomes of a table that a call reads from a file.

taken(call)         the columns taken from it, where the file shows all that is done with it
named_columns(expr) the columns that an expression names
glanced(call)       whether only the head of a file is read, or a text that is in memory already
reparsed(call)      whether the same file is parsed again, and why
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

import libcst as cst

from smelllint.facts.hot import HotPaths, Why
from smelllint.facts.kinds import Kinds
from smelllint.facts.places import Iterates, Loop, Places
from smelllint.facts.reach import Reach
from smelllint.facts.values import ABSENT, Values
from smelllint.tree import meaning

MAX_STEPS = 20
FEW_ROWS = 1000
# Methods that give some or all of the rows, all columns kept …
SAME_COLUMNS = frozenset({"copy", "head", "tail", "sample", "sort_index", "truncate"})
# … and those that name the columns that they look at, by their first argument.
NAMING = {
    "sort_values": "by",
    "set_index": "keys",
    "drop_duplicates": "subset",
    "duplicated": "subset",
    "nlargest": "columns",
    "nsmallest": "columns",
}
# What tells of a table nothing that hangs on its columns.
NEUTRAL = frozenset({"index", "empty"})
# Methods of a column that give a mask of rows.
MASKS = frozenset(
    {
        *("isin", "isna", "isnull", "notna", "notnull", "between", "duplicated"),
        *("contains", "startswith", "endswith", "match", "fullmatch", "eq", "ne", "lt", "le", "gt", "ge"),
    }
)
# What writes a file, beside `open` with a mode that does.
WRITING = frozenset({"to_csv", "write_text", "write_bytes"})
MOVING = frozenset(
    {
        *("shutil.copy", "shutil.copyfile", "shutil.copy2", "shutil.move", "os.rename", "os.replace"),
        "urllib.request.urlretrieve",
    }
)
MODE = re.compile(r"[rbt+]*[wax][rbt+]*|r[bt]?\+[bt]?")


@dataclass
class Taken:
    """What a file does with a table that it reads.

    columns    the columns of the file that it names, in order
    selected   the selections of several columns: `df[["a", "b"]]`
    rowwise    whether it takes rows, whose fields get one type that hangs on all columns
    """

    columns: list[str] = field(default_factory=list)
    selected: list[list[str]] = field(default_factory=list)
    rowwise: bool = False


@dataclass
class Seen:
    """A walk along the uses of one table."""

    steps: int = MAX_STEPS
    reads: list[tuple[str, cst.CSTNode]] = field(default_factory=list)
    stores: list[tuple[str, cst.CSTNode]] = field(default_factory=list)
    selected: list[list[str]] = field(default_factory=list)
    rowwise: bool = False
    bound: set[cst.CSTNode] = field(default_factory=set)


class Tables:
    """The words of this family, for one file."""

    def __init__(
        self, places: Places, kinds: Kinds, values: Values, reach: Reach, hot_paths: HotPaths
    ) -> None:
        self.places = places
        self.kinds = kinds
        self.values = values
        self.reach = reach
        self.hot_paths = hot_paths
        self.names = places.names
        self.tree = places.tree
        self.libraries = kinds.libraries

    # -- columns ----------------------------------------------------------------------------------------

    def taken(self, call: cst.Call) -> Taken | None:
        """The columns that are taken from the table a call makes. None where the table goes where the file
        does not show it, or where something is done with it that may look at all its columns."""
        seen = Seen()
        if not self._table(call, seen):
            return None
        columns: list[str] = []
        for name, read in sorted(seen.reads, key=lambda one: self.tree.end(one[1])):
            own = self._in_the_file(name, read, seen)
            if own is None:
                return None
            if own and name not in columns:
                columns.append(name)
        return Taken(columns, seen.selected, seen.rowwise)

    def _in_the_file(self, name: str, read: cst.CSTNode, seen: Seen) -> bool | None:
        """Whether a column that is read comes from the file, and not from an assignment before; None where
        both may be."""
        stores = [store for made, store in seen.stores if made == name]
        earlier = [store for store in stores if self.tree.end(self._line(store)) < self.tree.order[read]]
        if not earlier:
            here = all(self.places.function(store) is self.places.function(read) for store in stores)
            return True if here else None
        covered = any(self.tree.inside(read, self.places.block(self._line(store))) for store in earlier)
        return False if covered else None

    def _line(self, node: cst.CSTNode) -> cst.BaseStatement:
        return self.places.statement(node)

    def _table(self, node: cst.CSTNode, seen: Seen) -> bool:
        """Whether all that is done with the table that an expression gives names its columns."""
        seen.steps -= 1
        parent = self.tree.parent(node)
        if seen.steps < 0:
            return False
        if isinstance(parent, cst.Subscript) and parent.value is node:
            return self._subscript(parent, seen)
        if isinstance(parent, cst.Attribute):
            return self._attribute(parent, seen)
        if isinstance(parent, cst.Arg):
            return self._argument(parent, seen)
        if isinstance(parent, cst.Assign) and len(parent.targets) == 1:
            return self._bound(parent.targets[0].target, seen)
        if isinstance(parent, (cst.AnnAssign, cst.NamedExpr)) and parent.value is node:
            return self._bound(parent.target, seen)
        return isinstance(parent, cst.Del)

    def _bound(self, target: cst.CSTNode, seen: Seen) -> bool:
        """Whether all mentions of a variable or an attribute of `self` that may see the table do."""
        if target in seen.bound:
            return True
        seen.bound.add(target)
        if isinstance(target, cst.Name) and not isinstance(self.names.scope(target), cst.ClassDef):
            uses = [use for use in self.names.uses(target) if self._may_see(use, target)]
        elif isinstance(target, cst.Attribute) and self.names.receiver_class(target.value) is not None:
            uses = [use for use in self.names.uses(target) if not self.names.stored(use)]
            if self._elsewhere(target):
                return False
        else:
            return False
        return all(self._table(use, seen) for use in uses)

    def _may_see(self, use: cst.CSTNode, target: cst.Name) -> bool:
        if use is target or not isinstance(use, cst.Name) or isinstance(self.tree.parent(use), cst.Param):
            return False
        if isinstance(self.tree.parent(use), cst.AssignTarget):
            return False
        return any(binding.node in (target, self.tree.parent(target)) for binding in self.names.bindings(use))

    def _elsewhere(self, target: cst.Attribute) -> bool:
        """Whether an attribute of this name is read from anything but `self`."""
        known = set(self.names.uses(target))
        named = (node for node in self.tree.nodes(cst.Attribute) if node.attr.value == target.attr.value)
        return any(node not in known for node in named)

    def _subscript(self, node: cst.Subscript, seen: Seen) -> bool:
        key = only(node)
        names = self.named_columns(key) if key is not None else None
        if isinstance(self.tree.parent(node), cst.Del):
            return False
        if self.names.stored(node):
            return self._stored(node, names, seen)
        if names is not None and key is not None:
            return self._choose(key, names, node, seen)
        rows = isinstance(node.slice[0].slice, cst.Slice) and len(node.slice) == 1
        return (rows or self._is_mask(key)) and self._table(node, seen)

    def _stored(self, node: cst.Subscript, names: list[str] | None, seen: Seen) -> bool:
        if names is None:
            return False
        if isinstance(self.tree.parent(node), cst.AugAssign):
            seen.reads += [(name, node) for name in names]
        seen.stores += [(name, node) for name in names]
        return True

    def _choose(self, key: cst.BaseExpression, names: list[str], node: cst.CSTNode, seen: Seen) -> bool:
        if isinstance(self.values.value(key), list):
            seen.selected.append(names)
        return self._read(node, names, seen)

    @staticmethod
    def _read(node: cst.CSTNode, names: list[str], seen: Seen) -> bool:
        seen.reads += [(name, node) for name in names]
        return True

    def _attribute(self, node: cst.Attribute, seen: Seen) -> bool:
        name, parent = node.attr.value, self.tree.parent(node)
        if self.names.stored(node):
            return False
        if isinstance(parent, cst.Call) and parent.func is node:
            return self._method(name, parent, seen)
        if isinstance(parent, cst.Subscript) and parent.value is node:
            if name in ("loc", "at", "iloc"):
                return self._located(name, parent, seen)
            if name == "shape":
                return bool(self.values.value(only(parent) or node) == 0)
        if self.libraries.in_set("dataframe-members", name):
            return name in NEUTRAL
        return self._read(node, [name], seen)

    def _located(self, how: str, node: cst.Subscript, seen: Seen) -> bool:
        """`df.loc[rows, "a"]`, `df.loc[rows]`, `df.iloc[i]["a"]`."""
        if self.names.stored(node) or len(node.slice) > 2:
            return False
        if len(node.slice) == 2:
            second = node.slice[1].slice
            column = second.value if isinstance(second, cst.Index) else None
            names = self.named_columns(column) if column is not None and how != "iloc" else None
            return column is not None and names is not None and self._choose(column, names, node, seen)
        key = only(node)
        whole = key is None or self._is_mask(key)
        return self._table(node, seen) if whole else self._row(node, seen)

    def _row(self, node: cst.CSTNode, seen: Seen) -> bool:
        """Whether a row is asked for a column right away: `df.iloc[i]["a"]`."""
        seen.rowwise = True
        parent = self.tree.parent(node)
        if not isinstance(parent, cst.Subscript) or parent.value is not node or self.names.stored(parent):
            return False
        key = only(parent)
        names = self.named_columns(key) if key is not None else None
        return names is not None and self._read(parent, names, seen)

    def _method(self, name: str, call: cst.Call, seen: Seen) -> bool:
        if self.values.argument(call, "inplace") is not ABSENT:
            return False
        if name in SAME_COLUMNS:
            return self._table(call, seen)
        if name == "reset_index":
            drop = self.values.argument(call, "drop", 1)
            known = isinstance(drop, cst.BaseExpression) and self.values.value(drop) is True
            return known and self._table(call, seen)
        if name == "dropna":
            return self._names(call, "subset", None, seen) and self._table(call, seen)
        if name in NAMING:
            place = 1 if name in ("nlargest", "nsmallest") else 0
            named = self._names(call, NAMING[name], place, seen)
            return named and (name == "duplicated" or self._table(call, seen))
        return name == "groupby" and self._names(call, "by", 0, seen) and self._grouped(call, seen)

    def _grouped(self, call: cst.Call, seen: Seen) -> bool:
        """`df.groupby("a")["b"]`, `df.groupby("a").size()`."""
        parent = self.tree.parent(call)
        if isinstance(parent, cst.Attribute):
            return parent.attr.value in ("size", "ngroups", "indices", "ngroup", "cumcount")
        if not isinstance(parent, cst.Subscript) or parent.value is not call:
            return False
        key = only(parent)
        names = self.named_columns(key) if key is not None else None
        return names is not None and self._read(parent, names, seen)

    def _names(self, call: cst.Call, name: str, place: int | None, seen: Seen) -> bool:
        """Note the columns that an argument names."""
        given = self.values.argument(call, name, place)
        names = self.named_columns(given) if isinstance(given, cst.BaseExpression) else None
        return names is not None and self._read(call, names, seen)

    def _argument(self, arg: cst.Arg, seen: Seen) -> bool:
        call = self.tree.parent(arg)
        if not isinstance(call, cst.Call):
            return False
        param = self.reach.parameter_for(arg)
        if param is not None:
            return self._bound(param.name, seen)
        return self.names.name(call.func) == "builtins.len"

    def named_columns(self, node: cst.BaseExpression) -> list[str] | None:
        """The names in a literal or constant name or list of names; None for any other expression."""
        value: Any = self.values.value(node)
        if isinstance(value, str):
            return [value]
        if not isinstance(value, list) or not value or self._may_grow(node):
            return None
        return value if all(isinstance(name, str) for name in value) else None

    def _may_grow(self, node: cst.BaseExpression) -> bool:
        """Whether a list behind a variable may be used for more than to choose columns and to go through
        them."""
        if isinstance(node, (cst.List, cst.Tuple)):
            return False
        uses = [use for use in self.names.uses(node) if not self.names.stored(use)]
        return not uses or not all(self._only_read(use) for use in uses)

    def _only_read(self, use: cst.CSTNode) -> bool:
        parent = self.tree.parent(use)
        call = self.tree.parent(parent) if isinstance(parent, cst.Arg) else None
        name = self.names.name(call.func) if isinstance(call, cst.Call) else None
        known = name is not None and (name == "builtins.len" or self.libraries.in_set("csv-readers", name))
        return known or isinstance(parent, (cst.Index, cst.For, cst.CompFor))

    def _is_mask(self, node: cst.BaseExpression | None) -> bool:
        """Whether an expression between brackets chooses rows."""
        if isinstance(node, cst.Name):
            behind = self.values.resolve(node)
            return behind is not node and self._is_mask(behind)
        if isinstance(node, cst.Comparison):
            return not any(isinstance(part.operator, (cst.In, cst.NotIn)) for part in node.comparisons)
        if isinstance(node, cst.UnaryOperation):
            return isinstance(node.operator, cst.BitInvert) and self._is_mask(node.expression)
        if isinstance(node, cst.BinaryOperation):
            bitwise = isinstance(node.operator, (cst.BitAnd, cst.BitOr, cst.BitXor))
            return bitwise and self._is_mask(node.left) and self._is_mask(node.right)
        method = (
            node.func.attr.value
            if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute)
            else ""
        )
        return method in MASKS

    # -- what is read -----------------------------------------------------------------------------------

    def glanced(self, call: cst.Call) -> bool:
        """Whether a call reads only the head of a file, or a text that is in memory already."""
        rows = self.values.argument(call, "nrows")
        most = self.values.usual(rows) if isinstance(rows, cst.BaseExpression) else None
        source = call.args[0].value if call.args else call
        behind = self.values.resolve(source)
        in_memory = isinstance(behind, cst.Call) and self.names.name(behind.func) in (
            "io.StringIO",
            "io.BytesIO",
        )
        return in_memory or (isinstance(most, int) and most <= FEW_ROWS)

    # -- parsed again -----------------------------------------------------------------------------------

    def reparsed(self, call: cst.Call) -> Why | cst.Call | None:
        """Why the file that a call reads is parsed again: a loop or handler, or the call before that has just
        parsed it. None where that is not known, and where the file may be another by then."""
        hot = self.hot_paths.hot(call)
        loop = hot.loop if hot is not None else None
        if loop is not None and self._waits(loop):
            return None
        regions = [loop, *self.reach.reached(loop)] if loop is not None else [self.tree.module]
        if any(self._writes(region, call) for region in regions):
            return None
        return hot.why if hot is not None else self._parsed_before(call)

    def _waits(self, loop: Loop) -> bool:
        """Whether a loop runs a few times only, or lets time pass, in which the file may change."""
        if self.hot_paths.batches.few(loop) or self.places.iterates(loop) is Iterates.STREAM:
            return True
        called = (self.names.name(node.func) for node in self.tree.within(loop) if isinstance(node, cst.Call))
        return any((name or "").startswith(("time.", "timeit.", "asyncio.")) for name in called)

    def _parsed_before(self, call: cst.Call) -> cst.Call | None:
        """An earlier call with the same arguments that has surely run in the same function."""
        if self.places.loops(call):
            return None
        name, here = self.names.name(call.func), self.places.function(call)
        for other in self.tree.nodes(cst.Call):
            if self.tree.order[other] >= self.tree.order[call]:
                return None
            same = self.names.name(other.func) == name and self.places.function(other) is here
            if same and self._alike(call, other) and self._has_run(other, call):
                return other
        return None

    def _has_run(self, other: cst.Call, call: cst.Call) -> bool:
        around = self.places.block(self.places.statement(other))
        return not self.places.loops(other) and self.tree.inside(call, around)

    def _alike(self, call: cst.Call, other: cst.Call) -> bool:
        """Whether two calls are given the same path, and spell all else the same."""
        if not call.args or not other.args:
            return False
        path = self.values.value(call.args[0].value)
        return (
            isinstance(path, str)
            and path == self.values.value(other.args[0].value)
            and self._rest(call) == self._rest(other)
        )

    @staticmethod
    def _rest(call: cst.Call) -> set[Hashable]:
        return {meaning(arg) for arg in call.args[1:]}

    def _writes(self, region: cst.CSTNode, call: cst.Call) -> bool:
        """Whether anything in a part of the file may write the path that a call reads."""
        path = self.values.value(call.args[0].value) if call.args else None
        others = (node for node in self.tree.within(region) if isinstance(node, cst.Call))
        return any(self._may_write(other, path) for other in others)

    def _may_write(self, call: cst.Call, path: Any) -> bool:
        func = call.func
        method = func.attr.value if isinstance(func, cst.Attribute) else None
        opens = method == "open" or self.names.name(func) == "builtins.open"
        writes = method in WRITING or self.names.name(func) in MOVING
        if not opens and not writes:
            return False
        given = [value for arg in call.args if isinstance(value := self.values.value(arg.value), str)]
        if not writes and not any(map(MODE.fullmatch, given)):
            return False
        paths = [text for text in given if not MODE.fullmatch(text)]
        return not isinstance(path, str) or not paths or path in paths


def only(node: cst.Subscript) -> cst.BaseExpression | None:
    """What stands alone between the brackets; None for a slice and for several things."""
    first = node.slice[0].slice
    return first.value if len(node.slice) == 1 and isinstance(first, cst.Index) else None
