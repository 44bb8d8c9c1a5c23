"""Layout: what is around nodes, and where they stand in the text.

Layout.node(node)   a node of a tree with its layout: brackets, commas, blanks
Layout.span(node)   where such a node stands
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import libcst as cst
from libcst._nodes.internal import CodegenState

from smelllint.native import deep_recursion

Span = tuple[int, int]


class Layout:
    """The layout of a statement or of a whole file.

    module     what LibCST has made of `text`, which begins at `start` in the file
    pairs      nodes of the file's tree, each with the same one of the module
    price      what it cost, in lines
    lossless   false where the module prints as another text: spans may then be off
    """

    def __init__(
        self,
        module: cst.Module,
        text: str,
        start: int,
        pairs: Iterable[tuple[cst.CSTNode, cst.CSTNode]],
        price: int = 0,
    ) -> None:
        self.price = price
        self._nodes = dict(pairs)
        self._start = start
        state = printed(module)
        self._spans = state.spans
        said = "".join(state.tokens)
        # The parser drops a lone carriage return at the very end, after everything that has an offset.
        self.lossless = text in (said, f"{said}\r")

    def node(self, node: cst.CSTNode) -> cst.CSTNode:
        """A node of the file's tree, with its layout."""
        return self._nodes[node]

    def span(self, node: cst.CSTNode) -> Span:
        """Start and end offset in the file of a node with its layout, without the whitespace it owns."""
        start, end = self._spans[node]
        return self._start + start, self._start + end

    def moved(self, shift: int) -> Layout:
        """The same layout, so many characters further on in the file, at no price."""
        other = copy.copy(self)
        other._start += shift
        other.price = 0
        return other


def printed(module: cst.Module) -> SpanState:
    """What is noted while a module is printed; to be called in a deep thread."""
    state = SpanState(module.default_indent, module.default_newline)
    with deep_recursion():
        module._codegen(state)
    return state


class SpanState(CodegenState):
    """Notes where each node lands while libcst prints the tree."""

    def __init__(self, default_indent: str, default_newline: str) -> None:
        super().__init__(default_indent, default_newline)
        self.position = 0
        self.starts: list[int] = []
        self.spans: dict[cst.CSTNode, Span] = {}

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
