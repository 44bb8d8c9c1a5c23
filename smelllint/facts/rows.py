"""Rows: what is done to a table row by row, and whether whole columns could do it.

rows(node)               the table whose rows a loop, comprehension or lambda goes through
column(expr, rows)       the column that an expression reads from the row, as the text of its key
columns(expr, rows)      the part of the table that a part of the row belongs to, as text
operands(expr)           what an expression of arithmetic, comparisons and choices is made of
elementwise(rows)        whether all that is done to a row is such an expression of its columns
over_columns(expr, rows) the text of the expression with whole columns in the place of fields
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import libcst as cst

from smelllint.facts.batches import Batches
from smelllint.facts.edits import EditWords
from smelllint.facts.kinds import Kind, Kinds
from smelllint.facts.libraries import Libraries
from smelllint.facts.names import Names
from smelllint.facts.places import Places
from smelllint.facts.values import Values

Round = cst.For | cst.ListComp | cst.GeneratorExp | cst.Lambda
COMPARISONS = (
    cst.LessThan,
    cst.LessThanEqual,
    cst.GreaterThan,
    cst.GreaterThanEqual,
    cst.Equal,
    cst.NotEqual,
)
CONSTANTS = (cst.Integer, cst.Float, cst.SimpleString)
# Attributes that a row has beside its columns: one from `itertuples`, and one that is a Series.
OF_TUPLES = frozenset({"Index", "_fields"})
OF_SERIES = frozenset({"index", "name", "values", "shape", "size", "loc", "iloc", "at", "iat", "T", "dtype"})


@dataclass(frozen=True)
class Rows:
    """The rows of a table, one a round.

    over     the loop, comprehension or lambda
    table    the table
    row      the name of the row; "" where its fields have names of their own
    tuples   whether it is a named tuple, not a Series
    index    the names that stand for its place
    fields   the names that stand for fields
    """

    over: Round
    table: cst.BaseExpression
    row: str
    tuples: bool = False
    index: frozenset[str] = field(default_factory=frozenset)
    fields: frozenset[str] = field(default_factory=frozenset)


class RowWords:
    """The words of this family, for one file."""

    def __init__(
        self,
        names: Names,
        kinds: Kinds,
        values: Values,
        places: Places,
        batches: Batches,
        edits: EditWords,
        libraries: Libraries,
    ) -> None:
        self.names = names
        self.kinds = kinds
        self.values = values
        self.places = places
        self.batches = batches
        self.edits = edits
        self.libraries = libraries
        self.tree = names.tree

    # -- tables and rows --------------------------------------------------------------------------------

    def rows(self, node: cst.CSTNode) -> Rows | None:
        """The table that a loop or comprehension goes through by `iterrows` or `itertuples`, or a lambda by
        `apply(..., axis=1)`; None where it is not known to be a DataFrame."""
        if isinstance(node, cst.Lambda):
            return self._applied(node)
        if not isinstance(node, (cst.For, cst.ListComp, cst.GeneratorExp)):
            return None
        call, target = self.places.iterable(node), self.places.target(node)
        if not isinstance(call, cst.Call) or not isinstance(call.func, cst.Attribute) or target is None:
            return None
        table, method = call.func.value, call.func.attr.value
        if method not in ("iterrows", "itertuples") or not self._of_table(call):
            return None
        names = [element.value for element in target.elements] if isinstance(target, cst.Tuple) else [target]
        words = [name.value for name in names if isinstance(name, cst.Name)]
        if len(words) != len(names):
            return None
        if method == "iterrows":
            return Rows(node, table, words[1], index=frozenset(words[:1])) if len(words) == 2 else None
        if isinstance(target, cst.Tuple):
            return Rows(node, table, "", tuples=True, fields=frozenset(words))
        return Rows(node, table, words[0], tuples=True)

    def _applied(self, function: cst.Lambda) -> Rows | None:
        call = self.batches.mapped(function)
        if call is None or not isinstance(call.func, cst.Attribute) or len(function.params.params) != 1:
            return None
        axis = self.values.argument(call, "axis", 1)
        by_row = isinstance(axis, cst.BaseExpression) and self.values.value(axis) in (1, "columns")
        if not by_row or not self._of_table(call):
            return None
        return Rows(function, call.func.value, function.params.params[0].name.value)

    def _of_table(self, call: cst.Call) -> bool:
        """Whether a method is called on a DataFrame."""
        receiver = self.kinds.kind(call.func.value) if isinstance(call.func, cst.Attribute) else Kind.OTHER
        known = receiver if receiver is not Kind.UNKNOWN else self.kinds.given_away(call)
        return known is Kind.DATAFRAME

    def column(self, node: cst.CSTNode, rows: Rows) -> str | None:
        """The column that `row["a"]` or `row.a` reads, as the text of its key; None for anything else."""
        if isinstance(node, cst.Attribute) and self._is(node.value, rows.row):
            others = OF_TUPLES if rows.tuples else OF_SERIES
            return None if node.attr.value in others else f'"{node.attr.value}"'
        if not isinstance(node, cst.Subscript) or not self._is(node.value, rows.row) or len(node.slice) != 1:
            return None
        key = node.slice[0].slice
        if not isinstance(key, cst.Index) or not isinstance(key.value, (cst.SimpleString, cst.Name)):
            return None
        found = self.names.bindings(key.value) if isinstance(key.value, cst.Name) else []
        per_row = any(self.tree.inside(binding.node, rows.over) for binding in found)
        return None if per_row else self.edits.text(key)

    def columns(self, node: cst.BaseExpression, rows: Rows) -> str | None:
        """`df[columns]` for `row[columns]`, `df[["a", "b"]]` for `[row.a, row.b]`, `df` for the row; None
        for anything else."""
        table = self.edits.text(rows.table)
        if self._is(node, rows.row):
            return table
        key = self.column(node, rows)
        if key is not None:
            return f"{table}[{key}]"
        keys = [self.column(item.value, rows) for item in node.elements] if isinstance(node, cst.List) else []
        return f"{table}[[{', '.join(filter(None, keys))}]]" if keys and None not in keys else None

    @staticmethod
    def _is(node: cst.CSTNode, name: str) -> bool:
        return isinstance(node, cst.Name) and node.value == name and bool(name)

    # -- expressions ------------------------------------------------------------------------------------

    def operands(self, node: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
        """The leaves of an expression of arithmetic, comparisons, choices and functions of numbers; an
        expression of any other sort is a leaf itself."""
        parts = self._parts(node)
        if parts is None:
            yield node
            return
        for part in parts:
            yield from self.operands(part)

    def _parts(self, node: cst.BaseExpression) -> list[cst.BaseExpression] | None:
        if isinstance(node, cst.BinaryOperation):
            printf = isinstance(node.operator, cst.Modulo) and isinstance(node.left, cst.SimpleString)
            return None if printf else [node.left, node.right]
        if isinstance(node, cst.BooleanOperation):
            return [node.left, node.right]
        if isinstance(node, cst.UnaryOperation):
            return [node.expression]
        if isinstance(node, cst.IfExp):
            return [node.body, node.test, node.orelse]
        if isinstance(node, cst.Comparison):
            plain = all(isinstance(target.operator, COMPARISONS) for target in node.comparisons)
            return [node.left, *(target.comparator for target in node.comparisons)] if plain else None
        if isinstance(node, cst.Call) and self._of_numbers(node):
            return [arg.value for arg in node.args]
        return None

    def _of_numbers(self, call: cst.Call) -> bool:
        known = any(
            self.libraries.in_set(name, self.names.name(call.func))
            for name in ("column-functions", "number-functions")
        )
        return known and not any(arg.star or arg.keyword for arg in call.args)

    def over_columns(self, node: cst.BaseExpression, rows: Rows) -> str | None:
        """The text of an expression with whole columns in the place of the fields of a row: `df["a"] * 2`
        for `row.a * 2`. None where it chooses (`and`, `if`, `a < b < c`), which columns spell otherwise, and
        where naming the table several times would make it several times."""
        if any(isinstance(part, cst.Call) for part in self.tree.within(rows.table)):
            return None
        inner = [part for part in self.tree.within(node) if isinstance(part, cst.BaseExpression)]
        if any(self._chooses(part) for part in inner) or self.edits.has_comment(node):
            return None
        table, start = self.edits.text(rows.table), self.tree.span(node)[0]
        text, shift = self.edits.text(node), 0
        for leaf in self.operands(node):
            key = self.column(leaf, rows)
            if key is None:
                continue
            a, b = (place - start + shift for place in self.tree.span(leaf))
            text = f"{text[:a]}{table}[{key}]{text[b:]}"
            shift += len(f"{table}[{key}]") - (b - a)
        return text

    def _chooses(self, node: cst.BaseExpression) -> bool:
        if isinstance(node, cst.Comparison):
            return len(node.comparisons) > 1
        if isinstance(node, cst.UnaryOperation):
            return isinstance(node.operator, cst.Not)
        if isinstance(node, cst.Call):
            return not self.libraries.in_set("column-functions", self.names.name(node.func))
        return isinstance(node, (cst.BooleanOperation, cst.IfExp))

    # -- what is done to a row --------------------------------------------------------------------------

    def elementwise(self, rows: Rows) -> bool:
        """Whether everything that is done to a row is arithmetic on its columns that ends in a column, a sum
        or a list, and no row needs another. False where a value of unknown origin takes part."""
        body = Body(self, rows)
        if isinstance(rows.over, cst.For):
            return rows.over.orelse is None and body.plain(rows.over.body)
        if isinstance(rows.over, cst.Lambda):
            return body.known(rows.over.body) and body.reads(rows.over.body)
        clause = rows.over.for_in
        one = clause.inner_for_in is None and all(body.known(condition.test) for condition in clause.ifs)
        return one and body.known(rows.over.elt)


class Body:
    """The statements that a loop runs on a row."""

    def __init__(self, words: RowWords, rows: Rows) -> None:
        self.words = words
        self.rows = rows
        self.tree = words.tree
        self.made: set[str] = set()  # variables that hold something made of the row

    def plain(self, block: cst.BaseSuite) -> bool:
        """Whether each statement of a block is known to be element-wise."""
        return all(self._statement(statement) for statement in block.body)

    def _statement(self, statement: cst.CSTNode) -> bool:
        if isinstance(statement, cst.If):
            return self._choice(statement)
        if isinstance(statement, cst.SimpleStatementLine):
            return all(self._small(small) for small in statement.body)
        return self._small(statement)

    def _choice(self, statement: cst.If) -> bool:
        after = statement.orelse
        otherwise = after is None or (
            self._choice(after) if isinstance(after, cst.If) else self.plain(after.body)
        )
        return self.known(statement.test) and self.plain(statement.body) and otherwise

    def _small(self, statement: cst.CSTNode) -> bool:
        if isinstance(statement, (cst.Continue, cst.Pass)):
            return True
        if isinstance(statement, cst.Assign) and len(statement.targets) == 1:
            return self._stored(statement.targets[0].target, statement.value)
        if isinstance(statement, cst.AugAssign):
            return self._summed(statement)
        return isinstance(statement, cst.Expr) and self._listed(statement.value)

    def _stored(self, target: cst.BaseExpression, value: cst.BaseExpression) -> bool:
        """A variable of the round, a cell, or the place of the row in an array."""
        if not self.known(value):
            return False
        if isinstance(target, cst.Name):
            self.made.add(target.value)
            return not self._kept(target)
        return isinstance(target, cst.Subscript) and self._cell(target)

    def _kept(self, name: cst.Name) -> bool:
        """Whether a variable is read after the loop, or before it is made in a round."""
        names = self.words.names
        for use in names.uses(name):
            if use is name or not isinstance(use, cst.Name):
                continue
            if not any(binding.node is name for binding in names.bindings(use)):
                continue
            if not self.tree.inside(use, self.rows.over) or names.carried_by(self.rows.over, use):
                return True
        return False

    def _cell(self, target: cst.Subscript) -> bool:
        """`df.loc[i, "c"]`, `df.at[i, "c"]`, `out[i]`: the place that belongs to the row."""
        first = target.slice[0].slice
        here = isinstance(first, cst.Index) and self._index(first.value)
        return here and not self._mentions_row(target.value)

    def _summed(self, statement: cst.AugAssign) -> bool:
        """`total += row.a`, where the loop does not read the total."""
        target = statement.target
        if not isinstance(target, cst.Name) or not self.known(statement.value):
            return False
        uses = self.words.names.uses(target)
        return not any(self.tree.inside(use, self.rows.over) and not self._grows(use) for use in uses)

    def _grows(self, use: cst.CSTNode) -> bool:
        parent = self.tree.parent(use)
        return isinstance(parent, cst.AugAssign) and parent.target is use

    def _listed(self, value: cst.BaseExpression) -> bool:
        """`xs.append(row.a * 2)`, where the loop does nothing else to the list."""
        if not isinstance(value, cst.Call) or not isinstance(value.func, cst.Attribute):
            return False
        name = value.func.value
        if value.func.attr.value != "append" or len(value.args) != 1 or not isinstance(name, cst.Name):
            return False
        uses = [use for use in self.words.names.uses(name) if self.tree.inside(use, self.rows.over)]
        return len(uses) <= 1 and self.known(value.args[0].value)

    # -- values -----------------------------------------------------------------------------------------

    def known(self, value: cst.BaseExpression) -> bool:
        """Whether a value is made of columns, constants, and what is the same for all rows."""
        return all(self._leaf(leaf) for leaf in self.words.operands(value))

    def reads(self, value: cst.BaseExpression) -> bool:
        """Whether a value does something to a column, and does not just hand it on."""
        leaves = list(self.words.operands(value))
        return leaves != [value] and any(self.words.column(leaf, self.rows) for leaf in leaves)

    def _leaf(self, leaf: cst.BaseExpression) -> bool:
        if isinstance(leaf, CONSTANTS) or self.words.column(leaf, self.rows) is not None:
            return True
        if isinstance(leaf, cst.Name) and leaf.value in self.made | self.rows.fields:
            return True
        return self._index(leaf) or self._same_for_all(leaf)

    def _index(self, node: cst.BaseExpression) -> bool:
        if isinstance(node, cst.Name):
            return node.value in self.rows.index
        if not isinstance(node, cst.Attribute) or not isinstance(node.value, cst.Name):
            return False
        label = "Index" if self.rows.tuples else "name"
        return node.attr.value == label and node.value.value == self.rows.row

    def _mentions_row(self, node: cst.CSTNode) -> bool:
        bound = {self.rows.row} | self.rows.index | self.rows.fields | self.made
        return any(isinstance(inner, cst.Name) and inner.value in bound for inner in self.tree.within(node))

    def _same_for_all(self, node: cst.BaseExpression) -> bool:
        """A name, attribute or constant place of one, that the rows do not touch."""
        if not isinstance(node, (cst.Name, cst.Attribute, cst.Subscript)) or self._mentions_row(node):
            return False
        if any(isinstance(inner, cst.Call) for inner in self.tree.within(node)):
            return False
        over = self.rows.over
        return isinstance(over, cst.Lambda) or self.words.places.invariant(node, over)
