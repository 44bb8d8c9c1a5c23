"""Where each node of a tree begins and ends in the text.

Layout            offsets by the place of a node in the tree's order
layout_of(tree)   the layout of a tree; UncertainError where it prints back as another text
printed(module)   what is noted while a module is printed
measured(text)    how deep and how large Python's own tree of a text is
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import libcst as cst

from smelllint.tree import SpanState, Tree, in_deep_thread


class UncertainError(Exception):
    """It is not certain what a whole parse would give."""


def require(condition: bool) -> None:
    """UncertainError where something is not as it should be."""
    if not condition:
        raise UncertainError


@dataclass(frozen=True)
class Layout:
    """Offsets by the place of a node in the tree's order.

    start, end    the node, without the whitespace that it owns, as `Tree.span` has it
    first, last   with its leading lines, and to the end of its last line
    nodes         no fewer than Python's own tree of the text has
    """

    start: list[int]
    end: list[int]
    first: list[int]
    last: list[int]
    nodes: int

    @classmethod
    def of(cls, tree: Tree) -> Layout:
        """Print the whole tree to see; SyntaxError where Python itself does not read the text."""
        _, nodes = measured(tree.text)
        state = printed(tree.module)
        require("".join(state.tokens) == tree.text)
        start, end = zip(*map(state.spans.__getitem__, tree.all), strict=True)
        first, last = zip(*map(state.extents.__getitem__, tree.all), strict=True)
        layout = cls(list(start), list(end), list(first), list(last), nodes)
        layout.end[0] = layout.last[0] = len(tree.text)  # libcst counts a last line end that is not there
        return layout


_layouts: WeakKeyDictionary[Tree, Layout | None] = WeakKeyDictionary()


def layout_of(tree: Tree) -> Layout:
    """The layout of a tree, found once."""
    if tree not in _layouts:
        _layouts[tree] = None
        _layouts[tree] = Layout.of(tree)
    layout = _layouts[tree]
    if layout is None:
        raise UncertainError
    return layout


def keep_layout(tree: Tree, layout: Layout) -> None:
    """Note a layout that was found in another way."""
    _layouts[tree] = layout


class ExtentState(SpanState):
    """Notes of each node, beside its span, where all of its code begins and ends."""

    def __init__(self, default_indent: str, default_newline: str) -> None:
        super().__init__(default_indent, default_newline)
        self.extents: dict[cst.CSTNode, tuple[int, int]] = {}

    def after_codegen(self, node: cst.CSTNode) -> None:
        self.extents[node] = self.starts[-1], self.position
        super().after_codegen(node)


def printed(module: cst.Module) -> ExtentState:
    """A module printed, with all that is noted on the way."""
    state = ExtentState(module.default_indent, module.default_newline)
    in_deep_thread(lambda: module._codegen(state))
    return state


def measured(text: str) -> tuple[int, int]:
    """How many levels and nodes Python's own tree of a text has; SyntaxError where it has none."""
    depth = nodes = 0
    level: list[ast.AST] = [ast.parse(text)]
    while level:
        depth, nodes = depth + 1, nodes + len(level)
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    return depth, nodes
