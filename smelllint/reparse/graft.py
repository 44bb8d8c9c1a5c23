"""New statements in a tree, in the place of those that were there.

Of each list of the tree stays what was before them and what comes behind; new are the statements, and the
nodes around them, which hold other children now.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property
from typing import cast

import libcst as cst

from smelllint.reparse.layout import Layout, UncertainError, keep_layout, require
from smelllint.reparse.window import Parsed, Window
from smelllint.tree import Tree, meaningful_fields

INDENT = " " * 4  # what libcst says of a file without blocks


class Regrown(Tree):
    """A tree that shares most of its nodes with the tree of the text before."""

    def __init__(self, graft: Graft, text: str) -> None:
        self.module, self.text = graft.module, text
        self._twin = None
        self.layout = graft.layout
        self.all = graft.nodes
        self.order = graft.order
        self.by_type = graft.by_type
        self._parents, self._ends = graft.parents, graft.ends
        self._linked = []
        keep_layout(self, self.layout)

    @cached_property
    def _spans(self) -> dict[cst.CSTNode, tuple[int, int]]:
        places = zip(self.layout.start, self.layout.end, strict=True)
        return dict(zip(self.all, places, strict=False))  # behind the own nodes are those of linked files

    def span(self, node: cst.CSTNode) -> tuple[int, int]:
        place = self.order[node]
        if place < len(self.layout.start):
            return self.layout.start[place], self.layout.end[place]
        return self.file(node).span(node)


class Graft:
    """What a tree becomes: each property is that of the new tree.

    at, to    the places of the old statements: they, and what is inside them, are `before.all[at:to]`
    grown     how many places there are more
    new       nodes in the place of those around, and of the statement behind, by the old places
    """

    def __init__(self, before: Tree, window: Window, parsed: Parsed) -> None:
        self.before, self.window, self.parsed = before, window, parsed
        self.level = window.level
        self.at = before.order[self.level.touched[0]]
        self.to = before.end(self.level.touched[-1]) + 1
        self.part = Tree(cst.Module(parsed.statements), window.inner)
        self.grown = len(self.part.all) - 1 - (self.to - self.at)
        self.new: dict[int, cst.CSTNode] = dict(self._behind())
        self.new.update(self._around())

    def tree(self, text: str) -> Tree:
        """The new tree; UncertainError where a whole parse might take another indentation for the usual."""
        blocks = self.by_type.get(cst.IndentedBlock)
        usual = cast("cst.IndentedBlock", blocks[0]).indent is None if blocks else self._indent == INDENT
        require(usual)
        return Regrown(self, text)

    @property
    def _indent(self) -> str:
        return self.before.module.default_indent

    @property
    def module(self) -> cst.Module:
        return cast("cst.Module", self.new[0])

    # -- nodes -----------------------------------------------------------------------------------------

    def _behind(self) -> Iterator[tuple[int, cst.CSTNode]]:
        """The statement behind, where the lines before it have changed."""
        successor, stub = self.level.successor, self.parsed.stub
        if successor is None or stub is None:
            return
        old, new = successor.leading_lines, stub.leading_lines
        if len(old) != len(new) or not all(map(cst.CSTNode.deep_equals, old, new)):
            yield self.to, successor.with_changes(leading_lines=new)

    def _around(self) -> Iterator[tuple[int, cst.CSTNode]]:
        """The block and what is around it, from the inside out."""
        block, level = self.level.block, self.level
        behind: list[cst.CSTNode] = list(block.body[level.to + 1 :])
        if self.to in self.new:
            behind[0] = self.new[self.to]
        body = (*block.body[: level.at], *self.parsed.statements, *behind)
        old: cst.CSTNode = block
        new: cst.CSTNode = block.with_changes(body=body, **self.parsed.owned)
        yield self.before.order[block], new
        for parent in self.before.ancestors(block):
            old, new = parent, with_child(parent, old, new)
            yield self.before.order[parent], new

    @cached_property
    def nodes(self) -> list[cst.CSTNode]:
        nodes = self.before.all[: self.at] + self.part.all[1:] + self.before.all[self.to :]
        for place, node in self.new.items():
            nodes[self._moved(place)] = node
        return nodes

    @cached_property
    def order(self) -> dict[cst.CSTNode, int]:
        order = self.before.order.copy()
        for place in (*range(self.at, self.to), *self.new):
            del order[self.before.all[place]]
        order.update((node, place) for place, node in self.new.items() if place < self.at)
        order.update(zip(self.nodes[self.at :], range(self.at, len(self.nodes)), strict=True))
        return order

    @cached_property
    def by_type(self) -> dict[type[cst.CSTNode], list[cst.CSTNode]]:
        found = {}
        for type_ in self.before.by_type.keys() | self.part.by_type.keys():
            old = self.before.by_type.get(type_, [])
            at, to = (
                bisect_left(old, place, key=self.before.order.__getitem__) for place in (self.at, self.to)
            )
            fresh = self.part.by_type.get(type_, []) if type_ is not cst.Module else []
            found[type_] = old[:at] + fresh + old[to:]
            for place, node in self.new.items():
                if type(node) is type_:
                    index = bisect_left(old, place, key=self.before.order.__getitem__)
                    found[type_][index if index < at else index + len(fresh) - (to - at)] = node
        return {type_: nodes for type_, nodes in found.items() if nodes}

    # -- places ----------------------------------------------------------------------------------------

    def _moved(self, place: int) -> int:
        """The new place of what stays."""
        return place if place < self.at else place + self.grown

    @property
    def _spine(self) -> list[int]:
        """The places of the block and of what is around it, from the inside out."""
        return [place for place in self.new if place < self.at]

    @cached_property
    def parents(self) -> list[int]:
        old, by = self.before._parents, self.at - 1
        block = self.before.order[self.level.block]
        fresh = [place + by if place else block for place in self.part._parents[1:]]
        return old[: self.at] + fresh + [self._moved(place) for place in old[self.to :]]

    @cached_property
    def ends(self) -> list[int]:
        old, by = self.before._ends, self.at - 1
        ends = old[: self.at] + [place + by for place in self.part._ends[1:]]
        ends += [place + self.grown for place in old[self.to :]]
        for place in self._spine:
            ends[place] += self.grown
        return ends

    # -- offsets ---------------------------------------------------------------------------------------

    @cached_property
    def layout(self) -> Layout:
        old, state = self.window.change.layout, self.parsed.state
        spans = [state.spans[node] for node in self.part.all[1:]]
        extents = [state.extents[node] for node in self.part.all[1:]]
        layout = Layout(
            self._spliced(old.start, [start for start, _ in spans]),
            self._spliced(old.end, [end for _, end in spans]),
            self._spliced(old.first, [first for first, _ in extents]),
            self._spliced(old.last, [last for _, last in extents]),
            old.nodes + len(self.part.all),
        )
        if self.to in self.new:
            layout.first[self._moved(self.to)] = (
                state.extents[cast("cst.CSTNode", self.parsed.stub)][0] + self._by
            )
        self._stretch(layout)
        return layout

    @property
    def _by(self) -> int:
        """How far what is printed of the window is from where it stands."""
        return self.window.start - len(self.window.head)

    def _spliced(self, old: list[int], fresh: list[int]) -> list[int]:
        by, shift = self._by, self.window.change.shift
        return old[: self.at] + [at + by for at in fresh] + [at + shift for at in old[self.to :]]

    def _stretch(self, layout: Layout) -> None:
        """What is around the change ends elsewhere."""
        old, shift = self.window.change.layout, self.window.change.shift
        inner: int | None = None
        for place in self._spine:
            layout.last[place] += shift
            if inner is None and place:
                self._enclose(layout, place)
            elif inner is not None and place and old.end[place] == old.end[inner]:
                layout.end[place] = layout.end[inner]
            else:
                layout.end[place] += shift
            inner = place
        layout.end[0] = layout.last[0] = len(self.window.change.new)

    def _enclose(self, layout: Layout, place: int) -> None:
        """A block begins with its first statement and ends with its last one."""
        body = cast("cst.IndentedBlock", self.new[place]).body
        layout.start[place] = layout.start[self.order[body[0]]]
        layout.end[place] = layout.end[self.order[body[-1]]]


def with_child(parent: cst.CSTNode, old: cst.CSTNode, new: cst.CSTNode) -> cst.CSTNode:
    """A node with another child."""
    for name in meaningful_fields(type(parent)):
        value = getattr(parent, name)
        if value is old:
            return parent.with_changes(**{name: new})
        if isinstance(value, (list, tuple)) and any(item is old for item in value):
            return parent.with_changes(**{name: tuple(new if item is old else item for item in value)})
    raise UncertainError
