"""Fates: what an object meets, wherever it goes in the file.

used(expr)      the mentions at which something is done with the object that an expression gives
employed(call)  the same for an estimator, and for the pipelines that it is a step of
put_into(use)   the pipeline, search or ensemble that a use puts an estimator into
"""

from __future__ import annotations

import libcst as cst

from smelllint.facts.kinds import Kind, Kinds
from smelllint.facts.reach import Reach

# Gives each of its arrays back in two parts, one after the other.
SPLITS = "sklearn.model_selection.train_test_split"
PIPELINES = ("sklearn.pipeline.Pipeline", "sklearn.pipeline.make_pipeline")


class Fates:
    """The words of this family, for one file."""

    def __init__(self, kinds: Kinds, reach: Reach) -> None:
        self.kinds = kinds
        self.reach = reach
        self.names = kinds.names
        self.tree = kinds.tree

    def used(self, node: cst.CSTNode) -> list[cst.CSTNode]:
        """The expressions at which the object is used in the end: behind variables, the two parts of a split,
        functions of this file that take or return it, and methods that hand it on (`model.fit(x, y)`, which
        is a use as well). What the parent of each does with it is for the caller to judge; one that this file
        cannot follow, such as a `return` to callers unseen, is among them."""
        found: list[cst.CSTNode] = []
        self._follow(node, found, set())
        return found

    def employed(self, call: cst.Call) -> list[cst.CSTNode]:
        """The uses of the estimator that a call makes; in the place of those that put it into a pipeline, the
        uses of that."""
        found: list[cst.CSTNode] = []
        for use in self.used(call):
            holder = self.put_into(use)
            steps = holder is not None and self.names.name(holder.func) in PIPELINES
            found += self.employed(holder) if steps and holder is not None else [use]
        return found

    def put_into(self, use: cst.CSTNode) -> cst.Call | None:
        """The call that takes an estimator into a pipeline, search or ensemble: `Bagging(model)`."""
        for outer in self.tree.ancestors(use):
            if isinstance(outer, cst.Call):
                return outer if self.kinds.kind(outer) is Kind.ESTIMATOR else None
            if not isinstance(outer, (cst.Arg, cst.Element, cst.List, cst.Tuple)):
                return None
        return None

    def _follow(self, node: cst.CSTNode, found: list[cst.CSTNode], seen: set[cst.CSTNode]) -> None:
        if node in seen:
            return
        seen.add(node)
        parent = self.tree.parent(node)
        if isinstance(parent, cst.Expr):
            return
        onward = self._onward(node, parent)
        if onward is None or self._hands_on(node) is not None:
            found.append(node)
        for use in onward or ():
            self._follow(use, found, seen)

    def _onward(self, node: cst.CSTNode, parent: cst.CSTNode | None) -> list[cst.CSTNode] | None:
        """The expressions that stand for the same object from here on; None where it is used here."""
        handed_on = self._hands_on(node)
        if handed_on is not None:
            return [handed_on]
        if isinstance(parent, cst.Assign) and len(parent.targets) == 1:
            return self._read(parent.targets[0].target)
        if isinstance(parent, (cst.AnnAssign, cst.NamedExpr)) and parent.value is node:
            return self._read(parent.target)
        if isinstance(parent, cst.IfExp) and parent.test is not node:
            return [parent]
        if isinstance(parent, cst.Return):
            return self._callers(parent)
        if isinstance(parent, cst.Arg):
            return self._given(parent)
        return None

    def _read(self, target: cst.CSTNode) -> list[cst.CSTNode] | None:
        """The mentions of a variable that read what it holds; None for an attribute, which others may see."""
        if not isinstance(target, cst.Name):
            return None
        mentions = self.names.followed(target)
        return [use for use in mentions if use is not target and not self.names.stored(use)]

    def _hands_on(self, node: cst.CSTNode) -> cst.Call | None:
        """The call of a method that gives the object back: `model.fit(x, y)`."""
        attribute = self.tree.parent(node)
        call = self.tree.parent(attribute) if isinstance(attribute, cst.Attribute) else None
        if not isinstance(attribute, cst.Attribute) or not isinstance(call, cst.Call):
            return None
        if attribute.value is not node or call.func is not attribute:
            return None
        methods = self.kinds.libraries.methods.get(self.kinds.kind(node).value, {})
        return call if methods.get(attribute.attr.value) == "self" else None

    def _callers(self, returned: cst.Return) -> list[cst.CSTNode] | None:
        function = self.names.own_scope(self.names.scope(returned))
        if not isinstance(function, cst.FunctionDef) or any(self.reach.unseen(function)):
            return None
        return list(self.reach.callers(function)) or None

    def _given(self, arg: cst.Arg) -> list[cst.CSTNode] | None:
        """What an argument becomes in the function of this file that takes it, or where a split puts it."""
        param = self.reach.parameter_for(arg)
        if param is not None:
            return [use for use in self.names.followed(param.name) if use is not param.name]
        call = self.tree.parent(arg)
        if not isinstance(call, cst.Call) or self.names.name(call.func) != SPLITS or arg.keyword is not None:
            return None
        assign = self.tree.parent(call)
        target = assign.targets[0].target if isinstance(assign, cst.Assign) else None
        if not isinstance(target, (cst.Tuple, cst.List)):
            return None
        place = 2 * call.args.index(arg)
        parts = [self._read(part.value) for part in target.elements[place : place + 2]]
        if len(parts) < 2 or any(part is None for part in parts):
            return None
        return [use for part in parts for use in part or ()]
