"""Mentions: where the value of one assignment is read.

    readers(target)   the mentions that read what a target is given
    mentions(expr)    the mentions of the variable that an expression is assigned to, else itself
    only_mention(e)   the one mention of that variable, where nothing else reads it and it holds nothing else

They see what one assignment gives, where `uses` and `followed` see the variable with all it is ever given.
"""

from __future__ import annotations

import libcst as cst

from smelllint.facts.names import Names
from smelllint.facts.places import Places


class Mentions:
    """The words of this family, for one file."""

    def __init__(self, names: Names, places: Places) -> None:
        self.names = names
        self.places = places
        self.tree = names.tree

    def readers(self, target: cst.Name) -> list[cst.Name]:
        """The mentions that may read what a target is given, in order."""
        reads = [use for use in self.names.reads(target) if isinstance(use, cst.Name)]
        return [use for use in reads if any(binding.node is target for binding in self.names.bindings(use))]

    def mentions(self, node: cst.CSTNode) -> list[cst.CSTNode]:
        """The mentions that may read the variable that an expression is assigned to, in order; the expression
        itself where it is assigned to none."""
        target = self._target(node)
        return [*self.readers(target)] if target is not None else [node]

    def only_mention(self, node: cst.CSTNode) -> cst.Name | None:
        """The one mention of the variable that an expression is assigned to; None where there are several,
        where it may hold something else, and where another function reads it."""
        target = self._target(node)
        reads = self.readers(target) if target is not None else []
        if len(reads) != 1 or len(self.names.bindings(reads[0])) != 1:
            return None
        return reads[0] if self.places.function(reads[0]) is self.places.function(node) else None

    def _target(self, node: cst.CSTNode) -> cst.Name | None:
        assign = self.tree.parent(node)
        if isinstance(assign, cst.AnnAssign) and assign.value is node:
            return assign.target if isinstance(assign.target, cst.Name) else None
        if not isinstance(assign, cst.Assign) or len(assign.targets) != 1:
            return None
        target = assign.targets[0].target
        return target if isinstance(target, cst.Name) else None
