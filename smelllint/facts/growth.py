"""Growth: variables that a loop makes longer, a piece a round.

growth(call)           `x = cat([x, a])`: the variable, and the pieces that it takes
grows(growth, loop)    whether the variable goes from round to round, unread as it grows
alone(growth, loop)    whether the loop does not mention it at all but to grow it
start(growth, loop)    the statement that gives it its first value, just for the loop
"""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from smelllint.facts.kinds import Kind, Kinds
from smelllint.facts.names import Names
from smelllint.facts.places import Loop, Places

JOINERS = "joiners"  # the set of the library tables


@dataclass(frozen=True)
class Growth:
    """`x = cat([x, a, b])`.

    call        the call that joins
    statement   the assignment
    target      the `x` that is assigned
    own         the `x` that is joined
    pieces      what it takes, in order
    first       whether what was there before comes first
    holder      the list that the call joins; None where it takes its pieces as arguments, as `np.append` does
    """

    call: cst.Call
    statement: cst.Assign
    target: cst.Name
    own: cst.Name
    pieces: tuple[cst.BaseExpression, ...]
    first: bool
    holder: cst.BaseExpression | None


class Growths:
    """The words of this family, for one file."""

    def __init__(self, names: Names, kinds: Kinds, places: Places) -> None:
        self.names = names
        self.kinds = kinds
        self.places = places
        self.tree = names.tree

    def growth(self, call: cst.Call) -> Growth | None:
        """What a call adds to the variable that it is assigned to, also as one branch of a conditional
        expression; None for any other call, and where another function mentions the variable."""
        holder, joined = self._joined(call)
        statement = self.tree.parent(call)
        if isinstance(statement, cst.IfExp) and call is not statement.test:
            statement = self.tree.parent(statement)
        if not joined or not isinstance(statement, cst.Assign) or len(statement.targets) != 1:
            return None
        target = statement.targets[0].target
        if not isinstance(target, cst.Name) or self._shared(target):
            return None
        own = [piece for piece in joined if isinstance(piece, cst.Name) and piece.value == target.value]
        pieces = tuple(piece for piece in joined if piece not in own)
        if len(own) != 1 or not pieces:
            return None
        return Growth(call, statement, target, own[0], pieces, joined[0] is own[0], holder)

    def _joined(self, call: cst.Call) -> tuple[cst.BaseExpression | None, list[cst.BaseExpression]]:
        if not call.args:
            return None, []
        if isinstance(call.func, cst.Attribute) and self._appends_rows(call.func):
            return None, [call.func.value, call.args[0].value]
        if not self.names.in_set(JOINERS, call.func):
            return None, []
        first = call.args[0].value
        if (self.names.name(call.func) or "").endswith(".append"):
            return None, [arg.value for arg in call.args[:2] if arg.keyword is None and not arg.star]
        if not isinstance(first, (cst.List, cst.Tuple)):
            return None, []
        starred = any(isinstance(element, cst.StarredElement) for element in first.elements)
        return first, [] if starred else [element.value for element in first.elements]

    def _appends_rows(self, method: cst.Attribute) -> bool:
        return method.attr.value == "append" and self.kinds.kind(method.value) is Kind.DATAFRAME

    def _shared(self, name: cst.Name) -> bool:
        here = self.places.function(name)
        return any(self.places.function(use) is not here for use in self.names.uses(name))

    def grows(self, growth: Growth, loop: Loop) -> bool:
        """Whether the loop carries the variable from round to round, and does not look at what it holds but
        to ask whether it is the first round."""
        if not isinstance(loop, (cst.For, cst.While)) or not self.places.carried(growth.own, loop):
            return False
        uses = [use for use in self.names.uses(growth.target) if self.tree.inside(use, loop)]
        return all(use is growth.own or self._stored(use) or self._asked(use) for use in uses)

    def alone(self, growth: Growth, loop: Loop) -> bool:
        """Whether the loop mentions the variable only to grow it, in this one place."""
        uses = [use for use in self.names.uses(growth.target) if self.tree.inside(use, loop)]
        plain = self.tree.parent(growth.call) is growth.statement
        return plain and all(use in (growth.own, growth.target) for use in uses)

    def _stored(self, use: cst.CSTNode) -> bool:
        return isinstance(self.tree.parent(use), cst.AssignTarget)

    def _asked(self, use: cst.CSTNode) -> bool:
        """`if x is None`, `if len(x) == 0`, `if x.size`: whether there is something yet."""
        child = use
        for outer in self.tree.ancestors(use):
            if isinstance(outer, (cst.If, cst.IfExp)):
                return child is outer.test and self._of_nothing(outer.test)
            child = outer
        return False

    @staticmethod
    def _of_nothing(test: cst.BaseExpression) -> bool:
        if not isinstance(test, cst.Comparison):
            return True
        other = test.comparisons[0].comparator
        return (isinstance(other, cst.Name) and other.value == "None") or (
            isinstance(other, cst.Integer) and other.value == "0"
        )

    def start(self, growth: Growth, loop: Loop) -> cst.Assign | None:
        """The statement `x = ...` that gives the variable its first value and surely runs before the loop,
        where nothing mentions it in between."""
        found = [b for b in self.names.bindings(growth.own) if not self.tree.inside(b.node, loop)]
        target = self.tree.parent(found[0].node) if len(found) == 1 else None
        assign = self.tree.parent(target) if isinstance(target, cst.AssignTarget) else None
        if not isinstance(assign, cst.Assign) or len(assign.targets) != 1:
            return None
        if not self._leads_to(assign, loop):
            return None
        low, high = self.tree.end(assign), self.tree.order[loop]
        mentioned = any(low < self.tree.order[use] < high for use in self.names.uses(growth.target))
        return assign if not mentioned else None

    def _leads_to(self, assign: cst.Assign, loop: Loop) -> bool:
        """Whether the loop runs once after the statement: only `with` blocks stand between them."""
        block = self.tree.parent(self.places.statement(assign))
        for outer in self.tree.ancestors(loop):
            if outer is block:
                return True
            if not isinstance(outer, (cst.IndentedBlock, cst.With)):
                return False
        return False
