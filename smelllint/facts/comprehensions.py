"""Comprehensions: what one collects, and the one list that could be handed over in its stead.

collected(call)              the list comprehension that collects what a call gives
listed(comprehension, expr)  what it hands to an expression round by round, as the text of one list
made_from(comprehension, …)  the edits that make its elements from results that are there at once
"""

from __future__ import annotations

import libcst as cst

from smelllint.edit import Edits
from smelllint.facts.edits import EditWords
from smelllint.facts.kinds import Kind, Kinds
from smelllint.facts.places import Places

# What makes it matter when, or whether, a part of an element is run.
ORDERED = (cst.Await, cst.Yield, cst.NamedExpr, cst.IfExp, cst.BooleanOperation, cst.Lambda)


class Comprehensions:
    """The words of this family, for one file."""

    def __init__(self, places: Places, kinds: Kinds, edits: EditWords) -> None:
        self.places = places
        self.kinds = kinds
        self.edits = edits
        self.tree = places.tree

    def collected(self, call: cst.Call) -> cst.ListComp | None:
        """The list comprehension whose every element holds what a call gives in its round; None where the
        call stands in a condition, or runs only sometimes."""
        comprehension = self.places.loop(call)
        if not isinstance(comprehension, cst.ListComp) or not self.tree.inside(call, comprehension.elt):
            return None
        ordered = any(isinstance(inner, ORDERED) for inner in self.tree.within(comprehension.elt))
        return None if ordered else comprehension

    def listed(self, comprehension: cst.ListComp, node: cst.BaseExpression) -> str | None:
        """`xs` itself where it is a list that is gone through as it is, `list(xs)` where it may be something
        else, `[x.text for x in xs if x]` in general; without a progress bar, which would show nothing. None
        where a comment would be lost."""
        if self.edits.has_comment(comprehension):
            return None
        clause = comprehension.for_in
        whole = (
            isinstance(node, cst.Name)
            and isinstance(clause.target, cst.Name)
            and node.value == clause.target.value
            and not clause.ifs
            and clause.inner_for_in is None
            and clause.asynchronous is None
        )
        source = self.places.unwatched(clause.iter)
        items = self.edits.text(source)
        if not whole:
            first, last = self.edits.bracketed(node)
            rounds = self.edits.text_with(clause, clause.iter, items).strip()
            return f"[{self.edits.whole[first:last]} {rounds}]"
        return items if self.kinds.kind(source) is Kind.LIST else f"list({items})"

    def made_from(
        self, comprehension: cst.ListComp, part: cst.BaseExpression, name: str, results: str, alone: str
    ) -> Edits | None:
        """The edits that put `[name + 1 for name in results]` in the place of `[part + 1 for x in xs]`, and
        `alone` in the place of `[part for x in xs]`. None where the name is taken or a comment is lost."""
        element = comprehension.elt
        if part is element:
            return self.edits.replace(comprehension, alone)
        if any(isinstance(inner, cst.Name) and inner.value == name for inner in self.tree.within(element)):
            return None
        each = self.edits.text_with(element, part, name)
        return self.edits.replace(comprehension, f"[{each} for {name} in {results}]")
