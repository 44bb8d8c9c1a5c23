"""Bindings: what gives names their values, scope by scope.

    collect(tree)             note what is bound in a file
    bound(scope, name)        the bindings of a name in one scope, in the order of the text
    home(scope, name)         the scope that holds a name: another one where it is declared global or nonlocal
    attribute(class_, name)   the bindings of `self.<name>` in the methods of a class
    made_by(node)             the binding that a target, parameter, definition or import makes
    stars(module)             the modules of which a file imports `*`

Which of the bindings of a name a place sees, and what they mean, is asked elsewhere: facts/reaching.py and
facts/names.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import libcst as cst

from smelllint.facts.scopes import Scope, Scopes, dotted_name
from smelllint.tree import Tree


@dataclass(frozen=True, eq=False)
class Binding:
    """One place that gives a name its value.

    how     assign, augment, import, for, with, param, def, class, except, delete, match
    node    the target (a Name), the Param, the definition or the ImportAlias
    value   the expression bound, where there is one: the iterable of a `for`, the item of a `with`, a default
    index   the path of tuple positions from value to target; () where the whole value is bound
    at      the place in document order from which the binding holds
    """

    name: str
    how: str
    node: cst.CSTNode
    value: cst.BaseExpression | None
    at: int
    scope: Scope
    index: tuple[int, ...] = ()
    canonical: str | None = None


class Bindings:
    """The bindings of one file, and of those that are linked to it."""

    def __init__(self, scopes: Scopes) -> None:
        self.scopes = scopes
        self.tree = scopes.tree
        self._scopes: dict[Scope, dict[str, list[Binding]]] = {}
        self._elsewhere: dict[tuple[Scope, str], Scope] = {}  # names declared global or nonlocal
        self._attributes: dict[tuple[cst.ClassDef, str], list[Binding]] = {}
        self._made_by: dict[cst.CSTNode, Binding] = {}
        self._stars: dict[cst.Module, list[str]] = {}

    # -- asking -----------------------------------------------------------------------------------------

    def bound(self, scope: Scope, name: str) -> list[Binding]:
        """The bindings of a name that a scope holds, in the order of the text."""
        return self._scopes.get(scope, {}).get(name, [])

    def names(self, scope: Scope) -> Iterator[str]:
        """The names that a scope holds."""
        return iter(self._scopes.get(scope, ()))

    def home(self, scope: Scope, name: str) -> Scope:
        """The scope that holds a name for a scope: itself unless the name is declared global or nonlocal."""
        return self._elsewhere.get((scope, name), scope)

    def attribute(self, class_: cst.ClassDef, name: str) -> list[Binding]:
        """The bindings of `self.<name>` in the methods of a class."""
        return self._attributes.get((class_, name), [])

    def made_by(self, node: cst.CSTNode) -> Binding | None:
        """The binding that a target, parameter, definition or import makes; None for any other node."""
        return self._made_by.get(node)

    def stars(self, module: cst.Module) -> list[str]:
        """The modules of which a file imports `*`."""
        return self._stars.get(module, [])

    def canonicals(self) -> set[str]:
        """The dotted names of everything that is imported by name, as the imports spell them."""
        tables = (found for table in self._scopes.values() for found in table.values())
        return {binding.canonical for found in tables for binding in found if binding.canonical}

    # -- collecting -------------------------------------------------------------------------------------

    def collect(self, tree: Tree) -> None:
        """Note what is bound in a file that is this one, or linked to it."""
        known = len(self._scopes)
        for global_ in tree.nodes(cst.Global):
            self._declare(global_)
        for nonlocal_ in tree.nodes(cst.Nonlocal):
            self._declare(nonlocal_)
        self._collect_definitions(tree)
        self._collect_imports(tree)
        self._collect_assignments(tree)
        self._collect_blocks(tree)
        self._collect_patterns(tree)
        # The scopes of a file hold its own bindings only: those of other files stay as they are.
        for table in islice(self._scopes.values(), known, None):
            for found in table.values():
                found.sort(key=lambda binding: binding.at)

    def _collect_definitions(self, tree: Tree) -> None:
        order = self.tree.order
        for function in tree.nodes(cst.FunctionDef):
            scope = self.scopes.scope(function)
            self._bind(function.name.value, "def", function, None, scope, order[function])
        for class_ in tree.nodes(cst.ClassDef):
            self._bind(class_.name.value, "class", class_, None, self.scopes.scope(class_), order[class_])
        for param in tree.nodes(cst.Param):
            scope = self.scopes.scope(param)
            self._bind(param.name.value, "param", param, param.default, scope, order[scope])

    def _collect_imports(self, tree: Tree) -> None:
        for import_ in tree.nodes(cst.Import):
            self._import(import_)
        for import_from in tree.nodes(cst.ImportFrom):
            self._import_from(import_from)

    def _collect_assignments(self, tree: Tree) -> None:
        end = self.tree.end
        for assign in tree.nodes(cst.Assign):
            for target in assign.targets:
                self._target(target.target, assign.value, "assign", end(assign))
        for annotated in tree.nodes(cst.AnnAssign):
            self._target(annotated.target, annotated.value, "assign", end(annotated))
        for augmented in tree.nodes(cst.AugAssign):
            self._target(augmented.target, augmented.value, "augment", end(augmented))
        for walrus in tree.nodes(cst.NamedExpr):
            self._target(walrus.target, walrus.value, "assign", end(walrus))
        for delete in tree.nodes(cst.Del):
            self._target(delete.target, None, "delete", end(delete))

    def _collect_blocks(self, tree: Tree) -> None:
        for loop in tree.nodes(cst.For):
            self._target(loop.target, loop.iter, "for", self.tree.end(loop.iter))
        for clause in tree.nodes(cst.CompFor):
            self._target(clause.target, clause.iter, "for", self.tree.order[self.scopes.scope(clause)])
        for item in tree.nodes(cst.WithItem):
            if item.asname is not None:
                self._target(item.asname.name, item.item, "with", self.tree.end(item))
        for handler in tree.nodes(cst.ExceptHandler):
            if handler.name is not None:
                self._target(handler.name.name, None, "except", self.tree.end(handler.name))

    def _collect_patterns(self, tree: Tree) -> None:
        for capture in tree.nodes(cst.MatchAs):
            if capture.name is not None:
                self._target(capture.name, None, "match", self.tree.end(capture))
        for star in tree.nodes(cst.MatchStar):
            if star.name is not None:
                self._target(star.name, None, "match", self.tree.end(star))
        for mapping in tree.nodes(cst.MatchMapping):
            if mapping.rest is not None:
                self._target(mapping.rest, None, "match", self.tree.end(mapping))

    def _declare(self, node: cst.Global | cst.Nonlocal) -> None:
        scope = self.scopes.own_scope(self.scopes.scope(node))
        if isinstance(scope, cst.Module):
            return
        outer = next((s for s in list(self.scopes.chain(scope))[1:] if isinstance(s, cst.FunctionDef)), None)
        for item in node.names:
            home = self.scopes.module(node) if isinstance(node, cst.Global) or outer is None else outer
            self._elsewhere[scope, item.name.value] = home

    def _bind(
        self,
        name: str,
        how: str,
        node: cst.CSTNode,
        value: cst.BaseExpression | None,
        scope: Scope,
        at: int,
        index: tuple[int, ...] = (),
        canonical: str | None = None,
    ) -> None:
        home = self._elsewhere.get((scope, name), scope)
        binding = Binding(name, how, node, value, at, scope, index, canonical)
        self._made_by[node] = binding
        self._scopes.setdefault(home, {}).setdefault(name, []).append(binding)

    def _target(
        self,
        target: cst.CSTNode,
        value: cst.BaseExpression | None,
        how: str,
        at: int,
        index: tuple[int, ...] = (),
    ) -> None:
        if isinstance(target, cst.Name):
            scope = self.scopes.scope(target)
            if how != "for" or not isinstance(self.tree.parent(target), cst.CompFor):
                scope = scope if how == "for" else self.scopes.own_scope(scope)
            self._bind(target.value, how, target, value, scope, at, index)
        elif isinstance(target, cst.Attribute):
            class_ = self.scopes.receiver_class(target.value)
            if class_ is not None:
                binding = Binding(target.attr.value, how, target, value, at, self.scopes.scope(target), index)
                self._made_by[target] = binding
                self._attributes.setdefault((class_, target.attr.value), []).append(binding)
        elif isinstance(target, (cst.Tuple, cst.List)):
            # `first, *rest = xs`: which element a target gets is not known.
            starred = any(isinstance(element, cst.StarredElement) for element in target.elements)
            value = None if starred and how == "assign" else value
            for place, element in enumerate(target.elements):
                part, path = self._part(value, place, how)
                self._target(element.value, part, how, at, (*index, *path))

    @staticmethod
    def _part(
        value: cst.BaseExpression | None, place: int, how: str
    ) -> tuple[cst.BaseExpression | None, tuple[int, ...]]:
        """The element of a literal tuple that a target gets, or the whole value and the place in it."""
        if how != "assign" or not isinstance(value, (cst.Tuple, cst.List)) or place >= len(value.elements):
            return value, (place,)
        starred = any(isinstance(element, cst.StarredElement) for element in value.elements)
        return (value, (place,)) if starred else (value.elements[place].value, ())

    def _import(self, node: cst.Import) -> None:
        scope, at = self.scopes.scope(node), self.tree.end(node)
        for alias in node.names:
            dotted = dotted_name(alias.name)
            asname = alias.asname.name if alias.asname is not None else None
            top = dotted.partition(".")[0]
            name, canonical = (asname.value, dotted) if isinstance(asname, cst.Name) else (top, top)
            self._bind(name, "import", alias, None, scope, at, canonical=canonical)

    def _import_from(self, node: cst.ImportFrom) -> None:
        module = dotted_name(node.module) if node.module is not None else ""
        module = "." * len(node.relative) + module
        if isinstance(node.names, cst.ImportStar):
            self._stars.setdefault(self.scopes.module(node), []).append(module)
            return
        scope, at = self.scopes.scope(node), self.tree.end(node)
        for alias in node.names:
            name = dotted_name(alias.name)
            asname = alias.asname.name if alias.asname is not None else None
            bound = asname.value if isinstance(asname, cst.Name) else name
            joined = f"{module}{'' if module.endswith('.') else '.'}{name}"
            self._bind(bound, "import", alias, None, scope, at, canonical=joined)
