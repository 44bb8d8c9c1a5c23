"""The tree of a text that has changed a little: only the statements that the change touches are parsed.

    reparse(tree, text)   the tree of a text, from that of the text before; ParseError as `tree.parse` has it

    Change    which lines of the text have changed
    Window    the statements of a block that the change touches, and what they are now
    Regrown   the tree with these in their place

Bare nodes do not know where they stand, so those of all other statements can stay. What comes out is what a
whole parse would give, node by node. Where that is not certain, the whole is parsed.
"""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, cast

import libcst as cst

from smelllint.bare import MODULE, Bare, Rows, UnsureError, first_row, maker
from smelllint.layout import Layout
from smelllint.native import FRAME
from smelllint.syntax import LARGE, MAX_NODES, ParseError, guard
from smelllint.tree import SMALL, Tree, line_starts, meaningful_fields, parse, shallow_recursion

Block = cst.Module | cst.IndentedBlock

# Where lines end for some readers only, or do not end what stands on them.
ODD = re.compile(r"\r(?!\n)|\f|\\\r?\n[ \t]*(?:\r?\n|\Z)")
CODE = re.compile(r"^[ \t]*[^\s#]", re.MULTILINE)
INDENT = re.compile(r"[ \t]*")
FRAMES = 8  # of Python's own, no fewer than a block takes while its nodes are made


class UncertainError(Exception):
    """It is not certain what a whole parse would give."""


def require(condition: bool) -> None:
    """UncertainError where something is not as it should be."""
    if not condition:
        raise UncertainError


def reparse(tree: Tree, text: str) -> Tree:
    """The tree of a text, from the tree of one that differs little from it."""
    try:
        return regrown(windows(Change.of(tree, text)))
    except (UncertainError, UnsureError, ParseError, RecursionError):
        return parse(text)  # which says what is wrong, if anything is


def regrown(windows: Sequence[Window]) -> Tree:
    """The tree after a change, from the last of the windows that shows it whole."""
    *around, window = windows
    try:
        return Regrown(window, window.parsed())
    except UncertainError:
        if not around:
            raise
        return regrown(around)


# -- what has changed -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Change:
    """The lines from `first` to `last` of a tree's text, counted from 1, have become others of `text`."""

    tree: Tree
    rows: Rows
    text: str
    starts: list[int]
    first: int
    last: int

    @classmethod
    def of(cls, tree: Tree, text: str) -> Change:
        """The smallest change that makes a tree's text another."""
        if tree.rows is None:
            raise UncertainError
        require(bool(tree.module.body) and len(text) <= LARGE)
        require(len(text) < SMALL or 2 * len(tree.all) <= MAX_NODES)  # as far as `guard` might refuse it
        start, end = changed(tree.text, text)
        before, starts = tree.line_starts, line_starts(text)
        return cls(tree, tree.rows, text, starts, bisect_right(before, start), bisect_right(before, end))

    @property
    def grown(self) -> int:
        """How many lines there are more."""
        return len(self.starts) - len(self.tree.line_starts)

    @property
    def shift(self) -> int:
        """How far what stands behind has moved."""
        return len(self.text) - len(self.tree.text)


def changed(old: str, new: str) -> tuple[int, int]:
    """The smallest stretch of the old text outside of which the two are alike."""
    start = alike(old, new, min(len(old), len(new)))
    most = min(len(old), len(new)) - start
    return start, len(old) - alike(old[::-1], new[::-1], most)


def alike(one: str, other: str, most: int) -> int:
    """How many characters two texts have in common from the beginning, so many at most."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


# -- the statements that it touches -----------------------------------------------------------------------


@dataclass(frozen=True)
class Parsed:
    """What came of a window: its statements, and their lines in the new text."""

    statements: Sequence[cst.CSTNode]
    rows: Rows


@dataclass(frozen=True)
class Window:
    """The statements of a block from `at` to `to`, on the old lines from `first` to `last`: a change lies
    among them, and lines that are no statements. `depth` is how many blocks are around."""

    change: Change
    block: Block
    at: int
    to: int
    first: int
    last: int
    depth: int

    @property
    def touched(self) -> Sequence[cst.CSTNode]:
        return self.block.body[self.at : self.to + 1]

    def parsed(self) -> Parsed:
        """The statements as they are now; UncertainError where they do not stand as they should."""
        old, new, change = self.change.tree.text, self.change.text, self.change
        starts = change.tree.line_starts
        start = starts[self.first - 1]
        end = starts[self.last] if self.last < len(starts) else len(old)
        inner = new[start : end + change.shift]
        require(
            bool(CODE.search(inner)) and not ODD.search(inner) and (end == len(old) or inner.endswith("\n"))
        )
        require(start == 0 or new[start - 1] == "\n")
        head = FRAME if self.depth else ""
        made, body = self._made(head + inner)
        by = self.first - 1 - head.count("\n")
        return Parsed(body, {node: (first + by, last + by) for node, (first, last) in made.rows.items()})

    def _made(self, text: str) -> tuple[Bare, Sequence[cst.CSTNode]]:
        module = guard(text)
        body: Sequence[ast.stmt] = module.body if module is not None else ()
        if self.depth:
            frame = body[0] if len(body) == 1 else None
            body = frame.body if isinstance(frame, ast.If) and not frame.orelse else ()
        require(bool(body))
        line = text.split("\n")[first_row(body[0]) - 1]
        require(indent(line) == self._indent)
        made = Bare(text)
        with shallow_recursion(FRAMES * self.depth):
            return made, made.statements(body)

    @property
    def _indent(self) -> str:
        """The indentation of the block."""
        tree = self.change.tree
        return indent(tree.text[slice(*tree.lines(self.block.body[0]))])


def indent(line: str) -> str:
    match = INDENT.match(line)
    return match.group() if match else ""


def windows(change: Change) -> list[Window]:
    """The windows on a change, from the outside in; one at least."""
    found: list[Window] = []
    window = window_in(change, change.tree.module, 0)
    while window is not None:
        found.append(window)
        window = next(inner_windows(change, window), None)
    require(bool(found))
    return found


def window_in(change: Change, block: Block, depth: int) -> Window | None:
    """The statements of a block that a change touches; None where it may touch more than the block."""
    rows, body = change.rows, block.body
    if any(statement not in rows for statement in (body[0], body[-1])):
        return None
    firsts = [rows[statement][0] for statement in body]
    at, to = (bisect_right(firsts, row) - 1 for row in (change.first, change.last))
    if depth == 0:
        first = 1 if at < 0 else firsts[at]
        at, to = max(at, 0), max(to, 0)
        last = firsts[to + 1] - 1 if to + 1 < len(body) else len(change.tree.line_starts)
        return Window(change, block, at, to, first, last, depth)
    last = firsts[to + 1] - 1 if to + 1 < len(body) else rows[body[to]][1]
    if at < 0 or change.last > last:
        return None
    return Window(change, block, at, to, firsts[at], last, depth)


def inner_windows(change: Change, window: Window) -> Iterator[Window]:
    """The window in a block of the only statement that is touched."""
    for block in blocks(window.touched[0]) if window.at == window.to else ():
        inner = window_in(change, block, window.depth + 1)
        if inner is not None:
            yield inner


def blocks(statement: cst.CSTNode) -> Iterator[cst.IndentedBlock]:
    """The blocks of a statement and of its clauses, not those inside them."""
    waiting: list[cst.CSTNode] = [statement]
    while waiting:
        node = waiting.pop()
        for name in ("body", "orelse", "finalbody", "handlers"):
            value = getattr(node, name, None)
            if isinstance(value, cst.IndentedBlock):
                yield value
            elif name == "handlers":
                waiting += value or ()
            elif isinstance(value, (cst.If, cst.Else, cst.Finally)):
                waiting.append(value)


# -- the new tree -----------------------------------------------------------------------------------------


class Regrown(Tree):
    """A tree that shares most of its nodes with the tree of the text before. Between the places `at` and `to`
    of that one are the old statements."""

    def __init__(self, window: Window, parsed: Parsed) -> None:
        change, before = window.change, window.change.tree
        at, to = before.order[window.touched[0]], before.end(window.touched[-1]) + 1
        part = Tree(MODULE(parsed.statements), "")
        by, grown = at - 1, len(part.all) - 1 - (to - at)
        around = dict(with_statements(window, parsed.statements))

        self.text = change.text
        self.line_starts = change.starts
        self.all = before.all[:at] + part.all[1:] + before.all[to:]
        for place, node in around.items():
            self.all[place] = node
        self.module = cast("cst.Module", self.all[0])
        self.order = dict(zip(self.all, range(len(self.all)), strict=True))
        self.by_type = {}
        for node in self.all:
            self.by_type.setdefault(type(node), []).append(node)
        block = before.order[window.block]
        self._parents = before._parents[:at] + [p + by if p else block for p in part._parents[1:]]
        self._parents += [p if p < at else p + grown for p in before._parents[to:]]
        self._ends = before._ends[:at] + [p + by for p in part._ends[1:]]
        self._ends += [p + grown for p in before._ends[to:]]
        for place in around:
            self._ends[place] += grown
        self._linked = []
        self.rows = dict(moved_rows(window, parsed, around))
        self._layouts = dict(moved_layouts(window, around))


def with_statements(window: Window, statements: Sequence[cst.CSTNode]) -> Iterator[tuple[int, cst.CSTNode]]:
    """The block with other statements, and what is around it, from the inside out, by their places."""
    tree, block = window.change.tree, window.block
    old: cst.CSTNode = block
    body = (*block.body[: window.at], *statements, *block.body[window.to + 1 :])
    new = with_field(block, "body", body)
    yield tree.order[block], new
    for parent in tree.ancestors(block):
        old, new = parent, with_child(parent, old, new)
        yield tree.order[parent], new


def with_child(parent: cst.CSTNode, old: cst.CSTNode, new: cst.CSTNode) -> cst.CSTNode:
    """A node with another child."""
    for name in meaningful_fields(type(parent)):
        value = getattr(parent, name)
        if value is old:
            return with_field(parent, name, new)
        if isinstance(value, (list, tuple)) and any(item is old for item in value):
            return with_field(parent, name, tuple(new if item is old else item for item in value))
    raise UncertainError


def with_field(node: cst.CSTNode, name: str, value: object) -> cst.CSTNode:
    """A node with another value of a field; what was not set stays so."""
    values = {
        field.name: getattr(node, field.name)
        for field in fields(cast("Any", node))
        if hasattr(node, field.name)
    }
    values[name] = value
    return cast("cst.CSTNode", maker(type(node), *values)(*values.values()))


def moved_rows(
    window: Window, parsed: Parsed, around: Mapping[int, cst.CSTNode]
) -> Iterator[tuple[cst.CSTNode, tuple[int, int]]]:
    """The lines of each statement in the new text."""
    change, order = window.change, window.change.tree.order
    at, to = order[window.touched[0]], change.tree.end(window.touched[-1])
    old_end, new_end = change.rows[window.touched[-1]][1], parsed.rows[parsed.statements[-1]][1]
    for node, (first, last) in change.rows.items():
        place = order[node]
        if place > to:
            yield node, (first + change.grown, last + change.grown)
        elif place in around:
            yield around[place], (first, new_end if last == old_end else last + change.grown)
        elif place < at:
            yield node, (first, last)
    yield from parsed.rows.items()


def moved_layouts(window: Window, around: Mapping[int, cst.CSTNode]) -> Iterator[tuple[cst.CSTNode, Layout]]:
    """The layouts of the statements that stay."""
    change, order = window.change, window.change.tree.order
    at, to = order[window.touched[0]], change.tree.end(window.touched[-1])
    for statement, layout in change.tree._layouts.items():
        place = order[statement]
        if place > to:
            yield statement, layout.moved(change.shift)
        elif place < at and place not in around:
            yield statement, layout.moved(0)
