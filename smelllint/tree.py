"""One parse, one walk: the syntax tree of a file and the index that everything asks.

    parse(text)     guards, then bare nodes; ParseError where the text cannot be dealt with
    whole(text)     guards, then libcst
    Tree            nodes by type, parents, document order, spans
    Tree.whole      the same tree with its layout: node by node what is in the bare one
    Tree.link       the nodes of another file, to be asked about like the file's own
    meaning(node)   what it says, whatever its layout

LibCST's parse takes ten times as long as Python's, so nodes are made of Python's tree (`smelllint.bare`) and
LibCST parses the file when a span or a piece of layout is asked for, which is when something was found. Its
own visitors and metadata providers cost several times the parse; this walk costs a tenth of it. It follows
the meaningful fields only: no whitespace, no punctuation.
"""

from __future__ import annotations

import copy
import dataclasses
import sys
import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from functools import cache, cached_property
from types import FrameType
from typing import Any, TypeVar, cast

import libcst as cst
from libcst._nodes.internal import CodegenState

from smelllint import nodes  # noqa: F401  makes LibCST quick
from smelllint.bare import UnsureError, bare
from smelllint.syntax import MAX_DEPTH, ParseError, guard, python, values_of

N = TypeVar("N", bound=cst.CSTNode)
T = TypeVar("T")

# Characters below which a text cannot hold more than is good for the memory.
SMALL = 100_000
# The native parser recurses on the thread's own stack.
STACK_BYTES = 256 << 20
RECURSION_LIMIT = 20_000
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
                return Tree(bare(text, module), text, is_bare=True)
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


def parse_module(text: str) -> cst.Module:
    """LibCST's parse, whatever it raises turned into a ParseError."""
    try:
        return cst.parse_module(text)
    except Exception as error:
        # Python accepts the text, so this is a limit of the parser, never the user's syntax error.
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ParseError("parser-limit", f"is valid Python, but the parser gave up: {reason}") from error


def in_deep_thread(work: Callable[[], T]) -> T:
    """Run on a thread with a stack that the native parser does not outgrow."""
    result: list[T] = []
    failure: list[BaseException] = []

    def run() -> None:
        try:
            result.append(work())
        except BaseException as error:  # handed to the caller's thread
            failure.append(error)

    before = threading.stack_size(STACK_BYTES)
    try:
        thread = threading.Thread(target=run, daemon=True)  # an interrupt does not wait for the parser
        thread.start()
    except RuntimeError as error:  # there is no room for its stack
        raise MemoryError(str(error)) from error
    finally:
        threading.stack_size(before)
    thread.join()
    if failure:
        raise failure[0]
    return result[0]


@contextmanager
def deep_recursion() -> Iterator[None]:
    """Let Python recurse as deep as the guarded trees go."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, RECURSION_LIMIT))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


@contextmanager
def shallow_recursion() -> Iterator[None]:
    """Let Python recurse no deeper than the nests of real programs need: what is made of deeper ones would be
    too deep for those who ask about it."""
    before, here = sys.getrecursionlimit(), sys._getframe()
    depth = sum(1 for _ in frames(here))
    sys.setrecursionlimit(depth + BARE_FRAMES)
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
    all       every meaningful node in document order (a parent before its children), the file's own first
    order     a node's place in `all`
    """

    def __init__(self, module: cst.Module, text: str, *, is_bare: bool = False) -> None:
        self.module = module
        self.text = text
        self._twin: list[Tree] | None = [] if is_bare else None  # with layout, once it was asked for
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

    @property
    def whole(self) -> Tree:
        """The file's own tree with its layout, node by node what this one is. ParseError where LibCST cannot
        deal with what Python can."""
        if self._twin is None:
            return self
        if not self._twin:
            self._twin.append(whole(self.text))
        return self._twin[0]

    @property
    def has_layout(self) -> bool:
        """Whether the layout is there already."""
        return self._twin is None or bool(self._twin)

    def with_layout(self, node: cst.CSTNode) -> cst.CSTNode:
        """The same node, its layout included."""
        file = self.file(node)
        return file.whole.all[file.order[node]]

    @cached_property
    def _spans(self) -> dict[cst.CSTNode, tuple[int, int]]:
        whole = self.whole
        if whole is not self:
            spans, self.lossless = whole._spans, whole.lossless
            return {mine: spans[its] for mine, its in zip(self.all, whole.all, strict=False)}
        return self._printed()

    def _printed(self) -> dict[cst.CSTNode, tuple[int, int]]:
        """Where the nodes land when the tree is printed."""
        spans = SpanState(self.module.default_indent, self.module.default_newline)
        with deep_recursion():
            in_deep_thread(lambda: self.module._codegen(spans))
        printed = "".join(spans.tokens)
        # The parser drops a lone carriage return at the very end, after everything that has an offset.
        self.lossless = self.text in (printed, f"{printed}\r")
        return spans.spans

    lossless = True  # false where printing the tree back differs from the text: spans may then be off

    def span(self, node: cst.CSTNode) -> tuple[int, int]:
        """Start and end offset of a node in the text of its file, without the whitespace it owns."""
        own = self._spans.get(node)
        return own if own is not None else self.file(node)._spans[node]


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


class SpanState(CodegenState):
    """Notes where each node lands while libcst prints the tree."""

    def __init__(self, default_indent: str, default_newline: str) -> None:
        super().__init__(default_indent, default_newline)
        self.position = 0
        self.starts: list[int] = []
        self.spans: dict[cst.CSTNode, tuple[int, int]] = {}

    def add_indent_tokens(self) -> None:
        self.tokens.extend(self.indent_tokens)
        self.position += sum(map(len, self.indent_tokens))

    def add_token(self, value: str) -> None:
        self.tokens.append(value)
        self.position += len(value)

    def before_codegen(self, node: cst.CSTNode) -> None:
        self.starts.append(self.position)

    def after_codegen(self, node: cst.CSTNode) -> None:
        start = self.starts.pop()
        self.spans.setdefault(node, (start, self.position))

    @contextmanager
    def record_syntactic_position(
        self,
        node: cst.CSTNode,
        *,
        start_node: cst.CSTNode | None = None,
        end_node: cst.CSTNode | None = None,
    ) -> Iterator[None]:
        start = self.position
        yield
        first = self.spans[start_node][0] if start_node is not None else start
        last = self.spans[end_node][1] if end_node is not None else self.position
        self.spans[node] = (first, last)
