"""Reaching: which of the bindings of a name a place may see.

    reaching(name, at)    the bindings of a name that may reach a place
    covers(binding, at)   whether a binding has surely run when control reaches a place after it

Reaching bindings follow the order of the text: a binding whose block encloses the use hides the earlier ones;
one in a branch joins them; one later in the same loop joins them as carried over from the round before.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import libcst as cst

from smelllint.facts.bindings import Binding, Bindings
from smelllint.facts.scopes import COMPREHENSIONS, Scope

LOOPS = (cst.For, cst.While)
STATEMENTS = (cst.BaseStatement, cst.ExceptHandler, cst.ExceptStarHandler, cst.MatchCase)
BLOCKS = (cst.IndentedBlock, cst.SimpleStatementSuite, cst.Module)
SURE = ("assign", "import", "with", "def", "class")  # bindings that hold once their block is left


class Reaching:
    """The words of this family, for one file."""

    def __init__(self, bindings: Bindings) -> None:
        self.bindings = bindings
        self.scopes = bindings.scopes
        self.tree = bindings.tree
        self._in_else: dict[cst.CSTNode, bool] = {}

    def reaching(self, name: str, at: cst.CSTNode) -> list[Binding]:
        """The bindings of a name that may reach a place."""
        start = self.scopes.scope(at)
        flow = self.scopes.own_scope(start)
        for scope in self.scopes.chain(start):
            home = self.bindings.home(scope, name)
            found = self.bindings.bound(home, name)
            if found:
                same_flow = home is scope and self.scopes.own_scope(scope) is flow
                return self._live(found, at, scope) if same_flow else found
        return []

    def _live(self, found: list[Binding], at: cst.CSTNode, scope: Scope) -> list[Binding]:
        if isinstance(scope, COMPREHENSIONS):
            return found
        place = self.tree.order[at]
        live: list[Binding] = []
        for binding in found:
            # A use inside the binding's own target or value comes before it.
            if binding.at >= place and not isinstance(binding.node, cst.Param):
                continue
            if binding.how != "augment" and self.covers(binding, at):
                live = [binding]
            elif not self._in_other_branch(binding.node, at):
                live.append(binding)
                live = self._after_all_branches(live, binding, at)
        live.extend(self._carried(found, live, at, scope))
        return live or found

    def _in_other_branch(self, node: cst.CSTNode, at: cst.CSTNode) -> bool:
        """Whether a place is in the `else` of an `if` that ran a binding instead; a loop may run both."""
        if not self._is_in_an_else(at):
            return False
        for outer in self.tree.ancestors(node):
            if isinstance(outer, (cst.FunctionDef, cst.ClassDef, cst.Lambda, *LOOPS)):
                return False
            if not isinstance(outer, cst.If) or outer.orelse is None:
                continue
            if self.tree.inside(node, outer.body) and self.tree.inside(at, outer.orelse):
                return not any(isinstance(around, LOOPS) for around in self._flow_around(outer))
        return False

    def _is_in_an_else(self, at: cst.CSTNode) -> bool:
        """Whether any `if` ran its `else` where a place is reached; remembered by the statement around it."""
        statement = next((outer for outer in self.tree.ancestors(at) if isinstance(outer, STATEMENTS)), at)
        if statement not in self._in_else:
            around = [at, *self._flow_around(at)]
            self._in_else[statement] = any(
                isinstance(outer, cst.If) and outer.orelse is inner for inner, outer in pairwise(around)
            )
        return self._in_else[statement]

    def _flow_around(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """What is around a node inside its function or class."""
        for outer in self.tree.ancestors(node):
            if isinstance(outer, (cst.FunctionDef, cst.ClassDef, cst.Lambda)):
                return
            yield outer

    def _after_all_branches(self, live: list[Binding], last: Binding, at: cst.CSTNode) -> list[Binding]:
        """Without what came before an `if` whose branches, an `else` among them, all bind the name anew."""
        branches = self._branches(self._own_block(last.node)) if last.how in SURE else []
        if not branches or self.tree.inside(at, branches[0]):
            return live
        first = self.tree.parent(branches[-1])
        rebound = {self._own_block(binding.node) for binding in live if binding.how in SURE}
        if (
            first is None
            or not rebound.issuperset(branches)
            or not self.tree.inside(at, self._own_block(first))
        ):
            return live
        return [binding for binding in live if binding.at >= self.tree.order[first]]

    def _branches(self, block: cst.CSTNode) -> list[cst.CSTNode]:
        """The blocks of an `if`, the last one first, of which an `else` block is the last; empty for any
        other block."""
        branches: list[cst.CSTNode] = []
        otherwise = self.tree.parent(block)
        around = self.tree.parent(otherwise) if isinstance(otherwise, cst.Else) else None
        while isinstance(around, cst.If):
            branches.append(around.body)
            around = self.tree.parent(around)
        return [block, *branches] if branches else []

    def _own_block(self, node: cst.CSTNode) -> cst.CSTNode:
        """The block of statements to whose end a binding holds: beyond the `with` blocks around it."""
        for region in self.tree.ancestors(node):
            if isinstance(region, BLOCKS) and not isinstance(self.tree.parent(region), cst.With):
                return region
        return self.scopes.module(node)

    def _carried(
        self, found: list[Binding], live: list[Binding], at: cst.CSTNode, scope: Scope
    ) -> list[Binding]:
        """Bindings later in a loop around the use, which reach it from the round before."""
        place = self.tree.order[at]
        later = [binding for binding in found if binding.at >= place]
        if not later:
            return []
        carried = []
        for loop in self.tree.ancestors(at):
            if loop is scope:
                break
            if not isinstance(loop, LOOPS) or self.tree.inside(
                at, loop.iter if isinstance(loop, cst.For) else loop.test
            ):
                continue
            if any(self.tree.inside(binding.node, loop) and self.covers(binding, at) for binding in live):
                break
            carried += [
                binding
                for binding in later
                if self.tree.inside(binding.node, loop) and binding not in carried
            ]
        return carried

    def covers(self, binding: Binding, at: cst.CSTNode) -> bool:
        """Whether the binding has surely run when control reaches a place after it."""
        if isinstance(binding.node, cst.Param):
            return True
        for region in self.tree.ancestors(binding.node):
            if isinstance(region, cst.For) and binding.how == "for" and binding.value is region.iter:
                return self.tree.inside(at, region.body)
            if isinstance(region, BLOCKS):
                around = self.tree.parent(region)
                if isinstance(around, cst.With):
                    continue
                return self.tree.inside(at, region)
        return True
