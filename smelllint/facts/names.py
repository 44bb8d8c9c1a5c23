"""Names: what a name or dotted expression stands for, through imports, aliases and scopes.

    bindings(name)    the bindings that may reach this use of a name
    name(expr)        the canonical dotted name ("torch.nn.functional.softmax"), None where it is not known
    definition(expr)  the class or function of this file that it names
    symbol(expr)      an identity shared by all mentions of one variable or attribute
    uses(expr)        all those mentions

Reaching bindings follow the order of the text: a binding whose block encloses the use hides the earlier ones;
one in a branch joins them; one later in the same loop joins them as carried over from the round before.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Union

import libcst as cst

from smelllint.facts.libraries import Libraries
from smelllint.tree import Tree

Scope = Union[
    cst.Module,
    cst.FunctionDef,
    cst.Lambda,
    cst.ClassDef,
    cst.ListComp,
    cst.SetComp,
    cst.DictComp,
    cst.GeneratorExp,
]
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
LOOPS = (cst.For, cst.While)
BLOCKS = (cst.IndentedBlock, cst.SimpleStatementSuite, cst.Module)
Definition = Union[cst.ClassDef, cst.FunctionDef]


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


class Names:
    """The words of this family, for one file."""

    def __init__(self, tree: Tree, libraries: Libraries) -> None:
        self.tree = tree
        self.libraries = libraries
        self.stars: list[str] = []  # modules of `from m import *`
        self._scopes: dict[Scope, dict[str, list[Binding]]] = {}
        self._elsewhere: dict[tuple[Scope, str], Scope] = {}  # names declared global or nonlocal
        self._attributes: dict[tuple[cst.ClassDef, str], list[Binding]] = {}
        self._collect()

    # -- scopes -----------------------------------------------------------------------------------------

    def scope(self, node: cst.CSTNode) -> Scope:
        """The innermost scope in which a node is evaluated."""
        child = node
        for parent in self.tree.ancestors(node):
            if isinstance(parent, (cst.FunctionDef, cst.ClassDef)):
                if child is parent.body or (isinstance(parent, cst.FunctionDef) and child is parent.params):
                    return parent
            elif isinstance(parent, SCOPES):
                return parent
            child = parent
        return self.tree.module

    def own_scope(self, scope: Scope) -> Scope:
        """The scope in whose flow it runs: a comprehension runs where it stands."""
        while isinstance(scope, COMPREHENSIONS):
            scope = self.scope(scope)
        return scope

    def chain(self, scope: Scope) -> Iterator[Scope]:
        """The scopes in which a name is looked up from here: classes are seen from themselves only."""
        first = True
        current = scope
        while True:
            if first or not isinstance(current, cst.ClassDef):
                yield current
            if isinstance(current, cst.Module):
                return
            first = first and isinstance(current, COMPREHENSIONS)
            current = self.scope(current)

    # -- collecting -------------------------------------------------------------------------------------

    def _collect(self) -> None:
        tree = self.tree
        for type_ in (cst.Global, cst.Nonlocal):
            for node in tree.nodes(type_):
                self._declare(node)
        for function in tree.nodes(cst.FunctionDef):
            self._bind(function.name.value, "def", function, None, self.scope(function), tree.order[function])
        for class_ in tree.nodes(cst.ClassDef):
            self._bind(class_.name.value, "class", class_, None, self.scope(class_), tree.order[class_])
        for param in tree.nodes(cst.Param):
            scope = self.scope(param)
            self._bind(param.name.value, "param", param, param.default, scope, tree.order[scope])
        for import_ in tree.nodes(cst.Import):
            self._import(import_)
        for import_from in tree.nodes(cst.ImportFrom):
            self._import_from(import_from)
        for assign in tree.nodes(cst.Assign):
            for target in assign.targets:
                self._target(target.target, assign.value, "assign", tree.end(assign))
        for annotated in tree.nodes(cst.AnnAssign):
            self._target(annotated.target, annotated.value, "assign", tree.end(annotated))
        for augmented in tree.nodes(cst.AugAssign):
            self._target(augmented.target, augmented.value, "augment", tree.end(augmented))
        for walrus in tree.nodes(cst.NamedExpr):
            self._target(walrus.target, walrus.value, "assign", tree.end(walrus))
        for loop in tree.nodes(cst.For):
            self._target(loop.target, loop.iter, "for", tree.end(loop.iter))
        for clause in tree.nodes(cst.CompFor):
            scope = self.scope(clause)
            self._target(clause.target, clause.iter, "for", tree.order[scope])
        for item in tree.nodes(cst.WithItem):
            if item.asname is not None:
                self._target(item.asname.name, item.item, "with", tree.end(item))
        for handler in tree.nodes(cst.ExceptHandler):
            if handler.name is not None:
                self._target(handler.name.name, None, "except", tree.end(handler.name))
        for delete in tree.nodes(cst.Del):
            self._target(delete.target, None, "delete", tree.end(delete))
        for capture in tree.nodes(cst.MatchAs):
            if capture.name is not None:
                self._target(capture.name, None, "match", tree.end(capture))
        for table in self._scopes.values():
            for found in table.values():
                found.sort(key=lambda binding: binding.at)

    def _declare(self, node: cst.Global | cst.Nonlocal) -> None:
        scope = self.own_scope(self.scope(node))
        if isinstance(scope, cst.Module):
            return
        outer = list(self.chain(scope))[1:]
        for item in node.names:
            home = self.tree.module if isinstance(node, cst.Global) else outer[0]
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
            scope = self.scope(target)
            if how != "for" or not isinstance(self.tree.parent(target), cst.CompFor):
                scope = scope if how == "for" else self.own_scope(scope)
            self._bind(target.value, how, target, value, scope, at, index)
        elif isinstance(target, cst.Attribute):
            class_ = self.receiver_class(target.value)
            if class_ is not None:
                binding = Binding(target.attr.value, how, target, value, at, self.scope(target), index)
                self._attributes.setdefault((class_, target.attr.value), []).append(binding)
        elif isinstance(target, (cst.Tuple, cst.List)):
            for place, element in enumerate(target.elements):
                part, path = self._part(value, place, how)
                self._target(element.value, part, how, at, (*index, *path))
        elif isinstance(target, cst.StarredElement):
            self._target(target.value, None, how, at)

    @staticmethod
    def _part(
        value: cst.BaseExpression | None, place: int, how: str
    ) -> tuple[cst.BaseExpression | None, tuple[int, ...]]:
        """The element of a literal tuple that a target gets, or the whole value and the place in it."""
        if how == "assign" and isinstance(value, (cst.Tuple, cst.List)) and place < len(value.elements):
            if not any(isinstance(element, cst.StarredElement) for element in value.elements):
                return value.elements[place].value, ()
        return value, (place,)

    def _import(self, node: cst.Import) -> None:
        for alias in node.names:
            dotted = dotted_name(alias.name)
            if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
                self._bind(
                    alias.asname.name.value,
                    "import",
                    alias,
                    None,
                    self.scope(node),
                    self.tree.end(node),
                    canonical=dotted,
                )
            else:
                top = dotted.partition(".")[0]
                self._bind(top, "import", alias, None, self.scope(node), self.tree.end(node), canonical=top)

    def _import_from(self, node: cst.ImportFrom) -> None:
        module = dotted_name(node.module) if node.module is not None else ""
        module = "." * len(node.relative) + module
        if isinstance(node.names, cst.ImportStar):
            self.stars.append(module)
            return
        for alias in node.names:
            name = dotted_name(alias.name)
            asname = alias.asname.name if alias.asname is not None else None
            bound = asname.value if isinstance(asname, cst.Name) else name
            joined = f"{module}{'' if module.endswith('.') else '.'}{name}"
            self._bind(bound, "import", alias, None, self.scope(node), self.tree.end(node), canonical=joined)

    @property
    def imported(self) -> set[str]:
        """The dotted names of everything that the file imports, anywhere."""
        bound = {
            b.canonical
            for table in self._scopes.values()
            for found in table.values()
            for b in found
            if b.canonical
        }
        return {self.libraries.canonical(name) for name in bound} | bound | set(self.stars)

    # -- looking up -------------------------------------------------------------------------------------

    def bindings(self, node: cst.Name) -> list[Binding]:
        """The bindings that may reach this use; empty for a builtin or a name this file never binds."""
        return self.reaching(node.value, node)

    def reaching(self, name: str, at: cst.CSTNode) -> list[Binding]:
        """The bindings of a name that may reach a place."""
        start = self.scope(at)
        flow = self.own_scope(start)
        for scope in self.chain(start):
            home = self._elsewhere.get((scope, name), scope)
            found = self._scopes.get(home, {}).get(name)
            if found:
                same_flow = home is scope and self.own_scope(scope) is flow
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
            else:
                live.append(binding)
        live.extend(self._carried(found, live, at, scope))
        return live or found

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

    def carried_by(self, loop: cst.CSTNode, node: cst.Name) -> bool:
        """Whether a use of a name inside a loop may see a value of an earlier round."""
        place = self.tree.order[node]
        return any(
            self.tree.inside(binding.node, loop) and (binding.at >= place or binding.how == "augment")
            for binding in self.bindings(node)
        )

    def name(self, node: cst.CSTNode) -> str | None:
        """The canonical dotted name of a Name or Attribute; None where it is not known to be one."""
        if isinstance(node, cst.Attribute):
            base = self.name(node.value)
            return self.libraries.canonical(f"{base}.{node.attr.value}") if base else None
        if not isinstance(node, cst.Name):
            return None
        found = self.bindings(node)
        if not found:
            return self._unbound(node.value)
        names = {self._bound(binding) for binding in found}
        return names.pop() if len(names) == 1 else None

    def _bound(self, binding: Binding) -> str | None:
        if binding.canonical is not None:
            return self.libraries.canonical(binding.canonical)
        plain = binding.how == "assign" and not binding.index
        if (
            plain
            and isinstance(binding.value, (cst.Name, cst.Attribute))
            and binding.value is not binding.node
        ):
            return self._alias(binding)
        return None

    def _alias(self, binding: Binding) -> str | None:
        """`F = torch.nn.functional`: an alias, unless the value leads back to the name itself."""
        base: cst.CSTNode | None = binding.value
        while isinstance(base, cst.Attribute):
            base = base.value
        if not isinstance(base, cst.Name) or base.value == binding.name or binding.value is None:
            return None
        return self.name(binding.value)

    def _unbound(self, name: str) -> str | None:
        for module in self.stars:
            dotted = self.libraries.canonical(f"{module}.{name}")
            if self.libraries.calls.get(dotted) is not None:
                return dotted
        return f"builtins.{name}"

    def definition(self, node: cst.CSTNode) -> Definition | None:
        """The class or function of this file that an expression names; None where several may be meant."""
        if isinstance(node, cst.Name):
            found = self.bindings(node)
            if len(found) == 1 and isinstance(found[0].node, (cst.ClassDef, cst.FunctionDef)):
                return found[0].node
            return None
        if isinstance(node, cst.Attribute):
            class_ = self.receiver_class(node.value)
            return self.method(class_, node.attr.value) if class_ is not None else None
        return None

    def method(self, class_: cst.ClassDef, name: str) -> cst.FunctionDef | None:
        """A method that a class of this file defines or inherits within the file."""
        for ancestor in self.lineage(class_):
            found = self._scopes.get(ancestor, {}).get(name, [])
            if found and isinstance(found[-1].node, cst.FunctionDef):
                return found[-1].node
        return None

    def lineage(self, class_: cst.ClassDef) -> list[cst.ClassDef]:
        """A class and the classes of this file that it derives from, nearest first."""
        seen: list[cst.ClassDef] = []
        queue = [class_]
        while queue:
            current = queue.pop(0)
            if current in seen:
                continue
            seen.append(current)
            bases = (self.definition(argument.value) for argument in current.bases)
            queue.extend(base for base in bases if isinstance(base, cst.ClassDef))
        return seen

    def base_names(self, class_: cst.ClassDef) -> set[str]:
        """The canonical names of the library classes that a class derives from, through classes of this file."""
        names = (
            self.name(argument.value) for ancestor in self.lineage(class_) for argument in ancestor.bases
        )
        return {name for name in names if name is not None}

    def receiver_class(self, node: cst.CSTNode) -> cst.ClassDef | None:
        """The class whose method's first parameter (`self`, `cls`) this name is."""
        if not isinstance(node, cst.Name):
            return None
        for function in self.tree.ancestors(node):
            if not isinstance(function, cst.FunctionDef):
                continue
            around = self.scope(function)
            first = [*function.params.posonly_params, *function.params.params][:1]
            if isinstance(around, cst.ClassDef) and first and first[0].name.value == node.value:
                static = any(dotted_name(item.decorator) == "staticmethod" for item in function.decorators)
                return None if static else around
        return None

    def attribute_bindings(self, class_: cst.ClassDef, name: str) -> list[Binding]:
        """All bindings of `self.<name>` in a class and the classes of this file that it derives from."""
        own = [b for ancestor in self.lineage(class_) for b in self._attributes.get((ancestor, name), [])]
        fields = [
            b for ancestor in self.lineage(class_) for b in self._scopes.get(ancestor, {}).get(name, [])
        ]
        return own + [binding for binding in fields if binding.how == "assign"]

    # -- identity ---------------------------------------------------------------------------------------

    def symbol(self, node: cst.CSTNode) -> Hashable | None:
        """An identity shared by all mentions of one variable (`x`), attribute (`self.x`) or part (`x.y`)."""
        if isinstance(node, cst.Name):
            for scope in self.chain(self.scope(node)):
                home = self._elsewhere.get((scope, node.value), scope)
                if node.value in self._scopes.get(home, {}):
                    return (home, node.value)
            return None
        if isinstance(node, cst.Attribute):
            class_ = self.receiver_class(node.value)
            base: Hashable | None = (
                self.lineage(class_)[-1] if class_ is not None else self.symbol(node.value)
            )
            return (base, node.attr.value) if base is not None else None
        return None

    @cached_property
    def _mentions(self) -> dict[Hashable, list[cst.CSTNode]]:
        mentions: dict[Hashable, list[cst.CSTNode]] = {}
        for type_ in (cst.Name, cst.Attribute):
            for node in self.tree.nodes(type_):
                parent = self.tree.parent(node)
                if isinstance(parent, cst.Attribute) and parent.attr is node:
                    continue
                if isinstance(parent, (cst.Arg, cst.Param)) and getattr(parent, "keyword", None) is node:
                    continue
                symbol = self.symbol(node)
                if symbol is not None:
                    mentions.setdefault(symbol, []).append(node)
        for found in mentions.values():
            found.sort(key=self.tree.order.__getitem__)
        return mentions

    def uses(self, node: cst.CSTNode) -> list[cst.CSTNode]:
        """All mentions of the same variable or attribute in the file, in order, this one included."""
        symbol = self.symbol(node)
        return self._mentions.get(symbol, []) if symbol is not None else []


def dotted_name(node: cst.CSTNode) -> str:
    """The text of a Name or of a chain of Attributes; "" for anything else."""
    if isinstance(node, cst.Name):
        return node.value
    if isinstance(node, cst.Attribute):
        base = dotted_name(node.value)
        return f"{base}.{node.attr.value}" if base else ""
    return ""
