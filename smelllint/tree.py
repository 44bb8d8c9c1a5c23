"""One parse, one walk: the syntax tree of a file and the index that everything asks.

    parse(text)     guards, then bare nodes; ParseError where the text cannot be dealt with
    whole(text)     guards, then libcst
    Tree            nodes by type, parents, document order, spans
    Tree.layout     the layout of a statement: node by node what is in the bare one
    Tree.link       the nodes of another file, to be asked about like the file's own
    meaning(node)   what it says, whatever its layout

LibCST's parse takes ten times as long as Python's, so nodes are made of Python's tree (`smelllint.bare`) and
LibCST parses a statement when its span or its brackets are asked for, which is when something was found. Its
own visitors and metadata providers cost several times the parse; this walk costs a tenth of it. It
follows the meaningful fields only: no whitespace, no punctuation.
"""

from __future__ import annotations

import copy
import dataclasses
import sys
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from functools import cache, cached_property
from types import FrameType
from typing import Any, TypeVar, cast

import libcst as cst

from smelllint import native
from smelllint.bare import Bare, Rows, UnsureError
from smelllint.layout import Layout, Span
from smelllint.native import deep_recursion, in_deep_thread, parse_module
from smelllint.nodes import quicken
from smelllint.syntax import LINE_END, MAX_DEPTH, ParseError, guard, python, values_of

N = TypeVar("N", bound=cst.CSTNode)

quicken(cst.CSTNode)

# Characters below which a text cannot hold more than is good for the memory.
SMALL = 100_000
ALONE = 5  # lines that LibCST parses and prints in the time that it takes to begin
BARE_FRAMES = 2 * MAX_DEPTH  # two and more for each level

PUNCTUATION = (
    "lpar rpar lbracket rbracket lbrace rbrace comma semicolon equal dot colon first_colon second_colon"
)
LAYOUT = (
    "header footer indent encoding default_indent default_newline has_trailing_newline trailing_comma "
    "separator"
)
MARKS = "operator asynchronous relative star posonly_ind conversion"
NOISE = frozenset(f"{PUNCTUATION} {LAYOUT} {MARKS}".split())
NOISE_PREFIXES = ("whitespace", "leading_", "lines_after", "trailing_")
# Where the order of the fields is not the order in the text.
FIRST: dict[type[cst.CSTNode], tuple[str, ...]] = {
    cst.FunctionDef: ("decorators", "name", "params", "returns"),
    cst.ClassDef: ("decorators", "name", "bases", "keywords"),
    cst.Parameters: ("posonly_params", "params", "star_arg", "kwonly_params", "star_kwarg"),
    cst.Arg: ("keyword", "value"),
    cst.IfExp: ("body", "test", "orelse"),
    cst.ExceptHandler: ("type", "name", "body"),
    cst.ExceptStarHandler: ("type", "name", "body"),
}
LEAVES = frozenset(
    {cst.Name, cst.Integer, cst.Float, cst.Imaginary, cst.SimpleString, cst.FormattedStringText}
)


def parse(text: str) -> Tree:
    """The tree of a text that Python accepts and the parser can bear, of bare nodes where Python's tree tells
    enough; ParseError otherwise."""
    module = python(text) if len(text) < SMALL else guard(text)
    try:
        if module is not None:
            with shallow_recursion():
                made = Bare(text)
                return Tree(made.module(module), text, made.rows)
    except (UnsureError, RecursionError):
        pass  # LibCST is sure, and parses on a stack of its own
    return whole(text)


def whole(text: str) -> Tree:
    """The same tree, its layout included."""
    guard(text)
    return laid_out(text)


def laid_out(text: str) -> Tree:
    with deep_recursion():
        return in_deep_thread(lambda: Tree(parse_module(text), text))


@contextmanager
def shallow_recursion(used: int = 0) -> Iterator[None]:
    """Let Python recurse no deeper than the nests of real programs need, of which so much is used already:
    what is made of deeper ones would be too deep for those who ask about it."""
    before, here = sys.getrecursionlimit(), sys._getframe()
    depth = sum(1 for _ in frames(here))
    sys.setrecursionlimit(depth + max(BARE_FRAMES - used, 0))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def frames(frame: FrameType | None) -> Iterator[FrameType]:
    """A frame and those that called it."""
    while frame is not None:
        yield frame
        frame = frame.f_back


@cache
def meaningful_fields(type_: type[cst.CSTNode]) -> tuple[str, ...]:
    """The fields of a node type that hold syntax with a meaning, in the order of the text."""
    fields = [
        field.name
        for field in dataclasses.fields(cast(type, type_))
        if field.name not in NOISE and not field.name.startswith(NOISE_PREFIXES)
    ]
    first = FIRST.get(type_, ())
    return (*first, *(name for name in fields if name not in first))


@cache
def parts_backwards(type_: type[cst.CSTNode]) -> Callable[[cst.CSTNode], tuple[object, ...]]:
    """What gives the values of a node's meaningful fields, the last first; none of what can be no node."""
    return values_of(() if type_ in LEAVES else meaningful_fields(type_)[::-1])


class Tree:
    """A parsed file, and those that were linked to it.

    module    libcst's Module
    rows      where its nodes are bare: the first and last line of each statement, from 1
    all       every meaningful node in document order (a parent before its children), the file's own first
    order     a node's place in `all`
    """

    def __init__(self, module: cst.Module, text: str, rows: Rows | None = None) -> None:
        self.module = module
        self.text = text
        self.rows = rows
        self._layouts: dict[cst.CSTNode, Layout] = {}  # by statement, as far as they were asked for
        self.all: list[cst.CSTNode] = []
        self.order: dict[cst.CSTNode, int] = {}
        self.by_type: dict[type[cst.CSTNode], list[cst.CSTNode]] = {}
        self._parents: list[int] = []
        self._walk()
        self._ends = self._last_descendants()
        self._linked: list[tuple[int, Tree]] = []  # other files, and where their nodes begin

    def _walk(self) -> None:
        everything, order, parents, by_type = self.all, self.order, self._parents, self.by_type
        stack: list[tuple[cst.CSTNode, int]] = [(self.module, -1)]
        while stack:
            node, parent = stack.pop()
            place = len(everything)
            everything.append(node)
            order[node] = place
            parents.append(parent)
            type_ = type(node)
            alike = by_type.get(type_)
            if alike is None:
                alike = by_type[type_] = []
            alike.append(node)
            for value in parts_backwards(type_)(node):
                if isinstance(value, cst.CSTNode):
                    stack.append((value, place))
                elif isinstance(value, (list, tuple)):
                    stack += [(item, place) for item in reversed(value) if isinstance(item, cst.CSTNode)]

    def _last_descendants(self) -> list[int]:
        ends = list(range(len(self.all)))
        for place in range(len(self.all) - 1, 0, -1):
            parent = self._parents[place]
            ends[parent] = max(ends[parent], ends[place])
        return ends

    def copy(self) -> Tree:
        """The same file's tree, to link others to."""
        other = copy.copy(self)
        other.all, other.order = self.all.copy(), self.order.copy()
        other._parents, other._ends = self._parents.copy(), self._ends.copy()
        other._linked = []
        return other

    def link(self, other: Tree) -> None:
        """Take in the nodes of another file. That one stays as it is: many may have it linked."""
        start = len(self.all)
        self._linked.append((start, other))
        self.all += other.all
        self.order.update(zip(other.all, range(start, len(self.all)), strict=True))
        self._parents += [place + start if place >= 0 else place for place in other._parents]
        self._ends += [place + start for place in other._ends]

    def file(self, node: cst.CSTNode) -> Tree:
        """The tree of the file that a node is from."""
        place = self.order[node]
        return next((tree for start, tree in reversed(self._linked) if start <= place), self)

    def own(self, node: cst.CSTNode) -> bool:
        """Whether a node is from this file itself."""
        return not self._linked or self.file(node) is self

    def nodes(self, type_: type[N], near: cst.CSTNode | None = None) -> list[N]:
        """All nodes of exactly this type in the file, or in the file of another node, in document order."""
        tree = self if near is None else self.file(near)
        return cast("list[N]", tree.by_type.get(type_, []))

    def parent(self, node: cst.CSTNode) -> cst.CSTNode | None:
        """The node around it; None for the module."""
        place = self._parents[self.order[node]]
        return self.all[place] if place >= 0 else None

    def ancestors(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """The nodes around it, innermost first."""
        place = self._parents[self.order[node]]
        while place >= 0:
            yield self.all[place]
            place = self._parents[place]

    def end(self, node: cst.CSTNode) -> int:
        """The place in the order of the last node inside it."""
        return self._ends[self.order[node]]

    def inside(self, node: cst.CSTNode, outer: cst.CSTNode) -> bool:
        """Whether a node is `outer` or lies inside it."""
        return self.order[outer] <= self.order[node] <= self.end(outer)

    def within(self, outer: cst.CSTNode) -> list[cst.CSTNode]:
        """A node and all that is inside it, in document order."""
        return self.all[self.order[outer] : self.end(outer) + 1]

    def span(self, node: cst.CSTNode) -> Span:
        """Start and end offset of a node in the text of its file, without the whitespace it owns."""
        layout = self.layout(node)
        return layout.span(layout.node(node))

    def layout(self, node: cst.CSTNode) -> Layout:
        """The layout of the statement around a node, where that can be told by itself, else of its file.
        ParseError where LibCST cannot deal with what Python can."""
        file = self.file(node)
        around, layouts = file._statement_around(node), file._layouts
        if around not in layouts and file.module not in layouts:
            in_deep_thread(lambda: file._lay_out(around))
        return layouts[around if around in layouts else file.module]

    @property
    def lossless(self) -> bool:
        """Whether all that was asked for prints back as the text: where it does not, spans may be off."""
        return all(layout.lossless for layout in self._layouts.values())

    def _statement_around(self, node: cst.CSTNode) -> cst.CSTNode:
        """The innermost statement that has lines of its own and holds a node; the module where none does."""
        rows = self.rows or {}
        return next((each for each in (node, *self.ancestors(node)) if each in rows), self.module)

    def _lay_out(self, statement: cst.CSTNode) -> None:
        """Find the layout of a statement, or of the file."""
        alone = self._layout_of_lines(statement) if self._is_cheap(statement) else None
        if alone is not None:
            self._layouts[statement] = alone
            return
        laid_out = self if self.rows is None else whole(self.text)
        pairs = zip(self.all, laid_out.all, strict=False)  # behind the own nodes are those of linked files
        self._layouts[self.module] = Layout(laid_out.module, self.text, 0, pairs)

    def _is_cheap(self, statement: cst.CSTNode) -> bool:
        """Whether the statements that were parsed by themselves, and this one, cost less than the file."""
        paid = sum(layout.price for layout in self._layouts.values())
        return statement is not self.module and paid + self._price(statement) < len(self.line_starts)

    def _price(self, statement: cst.CSTNode) -> int:
        """What it costs to parse a statement by itself, in lines of a file."""
        first, last = (self.rows or {})[statement]
        return ALONE + last - first + 1

    def _layout_of_lines(self, statement: cst.CSTNode) -> Layout | None:
        """The layout of a statement from its own lines; None where they mean something else by themselves."""
        start, end = self.lines(statement)
        try:
            text, module, alone = native.statement(self.text[start:end])
        except ParseError:
            return None
        mine, theirs = self.within(statement), Tree(module, text).within(alone)
        if list(map(type, mine)) != list(map(type, theirs)):
            return None
        price = self._price(statement)
        layout = Layout(module, text, end - len(text), zip(mine, theirs, strict=True), price)
        return layout if layout.lossless else None

    def lines(self, statement: cst.CSTNode) -> Span:
        """Start and end offset of the lines of a statement of bare nodes."""
        first, last = (self.rows or {})[statement]
        starts = self.line_starts
        return starts[first - 1], starts[last] if last < len(starts) else len(self.text)

    @cached_property
    def line_starts(self) -> list[int]:
        """The offset at which each line begins."""
        return line_starts(self.text)


def line_starts(text: str) -> list[int]:
    """The offset at which each line begins."""
    return [0, *(match.end() for match in LINE_END.finditer(text))]


def meaning(node: cst.CSTNode) -> Hashable:
    """What a node says, whatever its layout: equal for code that is equal but for blanks and brackets."""
    said: list[Hashable] = [type(node)]
    for value in tell_tale(type(node))(node):
        if isinstance(value, cst.CSTNode):
            said.append(meaning(value))
        elif isinstance(value, (list, tuple)):
            said.append(tuple(map(meaning, value)))
        else:
            said.append(value)
    return tuple(said)


@cache
def tell_tale(type_: type[cst.CSTNode]) -> Callable[[cst.CSTNode], tuple[Any, ...]]:
    """What gives the values of the fields by which nodes of a type differ in their meaning."""
    marks = [field.name for field in dataclasses.fields(cast(type, type_)) if field.name in MARKS.split()]
    return values_of([*meaningful_fields(type_), *marks])
