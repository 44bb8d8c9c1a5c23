"""Scopes: in which scope a place is evaluated, and where names are looked up from there.

scope(node)            the innermost scope in which a node is evaluated
module(node)           the module of the file that a node is from
own_scope(scope)       the scope in whose flow it runs
chain(scope)           the scopes in which a name is looked up from there
receiver_class(node)   the class whose method's first parameter a name is
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import libcst as cst

from smelllint.tree import Tree

Scope = (
    cst.Module
    | cst.FunctionDef
    | cst.Lambda
    | cst.ClassDef
    | cst.ListComp
    | cst.SetComp
    | cst.DictComp
    | cst.GeneratorExp
)
SCOPES = (
    cst.Module,
    cst.FunctionDef,
    cst.Lambda,
    cst.ClassDef,
    cst.ListComp,
    cst.SetComp,
    cst.DictComp,
    cst.GeneratorExp,
)
COMPREHENSIONS = (cst.ListComp, cst.SetComp, cst.DictComp, cst.GeneratorExp)
# What is right below any other node is evaluated in the scope of that one.
BORDERS = frozenset({*SCOPES, cst.Param, cst.CompFor})


class Scopes:
    """The words of this family, for one file."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._scope_of: dict[cst.CSTNode, Scope] = {}
        self._receivers: dict[cst.Name, cst.ClassDef | None] = {}

    def scope(self, node: cst.CSTNode) -> Scope:
        """The innermost scope in which a node is evaluated."""
        known = self._scope_of
        path = [node]
        while path[-1] not in known:
            around = self.tree.parent(path[-1])
            if around is None or type(around) in BORDERS:
                known[path[-1]] = self._find_scope(path[-1])
                break
            path.append(around)
        found = known[path.pop()]
        for inner in path:
            known[inner] = found
        return found

    def _find_scope(self, node: cst.CSTNode) -> Scope:
        child = node
        outside = False  # in a default or an annotation, which are evaluated where the function is defined
        for parent in self.tree.ancestors(node):
            # By type, for this is asked of every name, and `isinstance` is slow on nodes: of abstract bases.
            type_ = type(parent)
            if type_ is cst.Param:
                outside = child is not getattr(parent, "name", None)
            elif type_ is cst.CompFor:
                first = getattr(self.tree.parent(parent), "for_in", None) is parent
                outside = first and child is getattr(parent, "iter", None)
            elif type_ in SCOPES and self._opens(cast("Scope", parent), child):
                if not outside:
                    return cast("Scope", parent)
                outside = False
            child = parent
        return self.module(node)

    def module(self, node: cst.CSTNode) -> cst.Module:
        """The module of the file that a node is from."""
        return self.tree.file(node).module

    @staticmethod
    def _opens(scope: Scope, child: cst.CSTNode) -> bool:
        """Whether a part of a definition is evaluated in the scope that the definition makes."""
        if type(scope) is cst.FunctionDef:
            return child is scope.body or child is scope.params
        return type(scope) is not cst.ClassDef or child is scope.body

    def own_scope(self, scope: Scope) -> Scope:
        """The scope in whose flow it runs: a comprehension runs where it stands."""
        while type(scope) in COMPREHENSIONS:
            scope = self.scope(scope)
        return scope

    def chain(self, scope: Scope) -> Iterator[Scope]:
        """The scopes in which a name is looked up from here: classes are seen from themselves only."""
        first = True
        current = scope
        while True:
            type_ = type(current)
            if first or type_ is not cst.ClassDef:
                yield current
            if type_ is cst.Module:
                return
            first = first and type_ in COMPREHENSIONS
            current = self.scope(current)

    def receiver_class(self, node: cst.CSTNode) -> cst.ClassDef | None:
        """The class whose method's first parameter (`self`, `cls`) this name is."""
        if not isinstance(node, cst.Name):
            return None
        if node not in self._receivers:
            self._receivers[node] = self._receiver(node)
        return self._receivers[node]

    def _receiver(self, node: cst.Name) -> cst.ClassDef | None:
        for function in self.tree.ancestors(node):
            if not isinstance(function, cst.FunctionDef):
                continue
            around = self.scope(function)
            first = [*function.params.posonly_params, *function.params.params][:1]
            if isinstance(around, cst.ClassDef) and first and first[0].name.value == node.value:
                static = any(dotted_name(item.decorator) == "staticmethod" for item in function.decorators)
                return None if static else around
        return None


def last_name(node: cst.CSTNode) -> str | None:
    """`cat` of `torch.cat` and of `cat`; None of what is no Name or Attribute."""
    if isinstance(node, cst.Attribute):
        return node.attr.value
    return node.value if isinstance(node, cst.Name) else None


def dotted_name(node: cst.CSTNode) -> str:
    """The text of a Name or of a chain of Attributes; "" for anything else."""
    if isinstance(node, cst.Name):
        return node.value
    if isinstance(node, cst.Attribute):
        base = dotted_name(node.value)
        return f"{base}.{node.attr.value}" if base else ""
    return ""
