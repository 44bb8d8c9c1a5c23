"""Names: what a name or dotted expression stands for, through imports, aliases and scopes.

    bindings(name)    the bindings that may reach this use of a name
    name(expr)        the canonical dotted name ("torch.nn.functional.softmax"), None where it is not known
    definition(expr)  the class or function of this file, or of another of the project, that it names
    symbol(expr)      an identity shared by all mentions of one variable or attribute
    uses(expr)        all those mentions
    followed(expr)    those of them that may see the same object
    reads(expr)       those of them that read it
    stored(expr)      whether it is written to where it stands
    imports_at(node)  the names that imports alone give a meaning, as a place sees them

Reaching bindings follow the order of the text: a binding whose block encloses the use hides the earlier ones;
one in a branch joins them; one later in the same loop joins them as carried over from the round before.

What a file imports from another one of its project stands for what it is bound to there: that file is linked
to this one's tree when it is first asked about.
"""

from __future__ import annotations

import builtins
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import cast

import libcst as cst

from smelllint.facts.libraries import Libraries
from smelllint.facts.links import Links
from smelllint.project import Project
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
LOOPS = (cst.For, cst.While)
STATEMENTS = (cst.BaseStatement, cst.ExceptHandler, cst.ExceptStarHandler, cst.MatchCase)
BLOCKS = (cst.IndentedBlock, cst.SimpleStatementSuite, cst.Module)
Definition = cst.ClassDef | cst.FunctionDef
SURE = ("assign", "import", "with", "def", "class")  # bindings that hold once their block is left
BUILTINS = frozenset(dir(builtins))
MAX_ALIASES = 40


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

    def __init__(
        self, tree: Tree, libraries: Libraries, project: Project | None = None, path: str = ""
    ) -> None:
        self.tree = tree
        self.libraries = libraries
        self.stars: dict[cst.Module, list[str]] = {}  # modules of `from m import *`
        self._scopes: dict[Scope, dict[str, list[Binding]]] = {}
        self._elsewhere: dict[tuple[Scope, str], Scope] = {}  # names declared global or nonlocal
        self._attributes: dict[tuple[cst.ClassDef, str], list[Binding]] = {}
        self._scope_of: dict[cst.CSTNode, Scope] = {}
        self._reaching: dict[cst.Name, list[Binding]] = {}
        self._seen_by: dict[Hashable | None, dict[cst.CSTNode, list[cst.CSTNode]]] = {}
        self._bound_nodes: dict[cst.CSTNode, Binding] = {}
        self._mentions: dict[cst.Module, dict[Hashable, list[cst.CSTNode]]] = {}
        self._named: dict[cst.CSTNode, str | None] = {}
        self._naming: set[cst.CSTNode] = set()
        self._in_else: dict[cst.CSTNode, bool] = {}
        self._definitions: dict[cst.CSTNode, Definition | None] = {}
        self._lineages: dict[cst.ClassDef, list[cst.ClassDef]] = {}
        self._receivers: dict[cst.Name, cst.ClassDef | None] = {}
        self.links = Links(self, project, path)
        self.collect(tree)

    # -- scopes -----------------------------------------------------------------------------------------

    def scope(self, node: cst.CSTNode) -> Scope:
        """The innermost scope in which a node is evaluated."""
        if node not in self._scope_of:
            self._scope_of[node] = self._find_scope(node)
        return self._scope_of[node]

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

    # -- collecting -------------------------------------------------------------------------------------

    def collect(self, tree: Tree) -> None:
        """Note what is bound in a file that is this one, or linked to it."""
        for global_ in tree.nodes(cst.Global):
            self._declare(global_)
        for nonlocal_ in tree.nodes(cst.Nonlocal):
            self._declare(nonlocal_)
        for function in tree.nodes(cst.FunctionDef):
            self._bind(
                function.name.value, "def", function, None, self.scope(function), self.tree.order[function]
            )
        for class_ in tree.nodes(cst.ClassDef):
            self._bind(class_.name.value, "class", class_, None, self.scope(class_), self.tree.order[class_])
        for param in tree.nodes(cst.Param):
            scope = self.scope(param)
            self._bind(param.name.value, "param", param, param.default, scope, self.tree.order[scope])
        for import_ in tree.nodes(cst.Import):
            self._import(import_)
        for import_from in tree.nodes(cst.ImportFrom):
            self._import_from(import_from)
        for assign in tree.nodes(cst.Assign):
            for target in assign.targets:
                self._target(target.target, assign.value, "assign", self.tree.end(assign))
        for annotated in tree.nodes(cst.AnnAssign):
            self._target(annotated.target, annotated.value, "assign", self.tree.end(annotated))
        for augmented in tree.nodes(cst.AugAssign):
            self._target(augmented.target, augmented.value, "augment", self.tree.end(augmented))
        for walrus in tree.nodes(cst.NamedExpr):
            self._target(walrus.target, walrus.value, "assign", self.tree.end(walrus))
        for loop in tree.nodes(cst.For):
            self._target(loop.target, loop.iter, "for", self.tree.end(loop.iter))
        for clause in tree.nodes(cst.CompFor):
            scope = self.scope(clause)
            self._target(clause.target, clause.iter, "for", self.tree.order[scope])
        for item in tree.nodes(cst.WithItem):
            if item.asname is not None:
                self._target(item.asname.name, item.item, "with", self.tree.end(item))
        for handler in tree.nodes(cst.ExceptHandler):
            if handler.name is not None:
                self._target(handler.name.name, None, "except", self.tree.end(handler.name))
        for delete in tree.nodes(cst.Del):
            self._target(delete.target, None, "delete", self.tree.end(delete))
        for capture in tree.nodes(cst.MatchAs):
            if capture.name is not None:
                self._target(capture.name, None, "match", self.tree.end(capture))
        for star in tree.nodes(cst.MatchStar):
            if star.name is not None:
                self._target(star.name, None, "match", self.tree.end(star))
        for mapping in tree.nodes(cst.MatchMapping):
            if mapping.rest is not None:
                self._target(mapping.rest, None, "match", self.tree.end(mapping))
        for table in self._scopes.values():
            for found in table.values():
                found.sort(key=lambda binding: binding.at)

    def _declare(self, node: cst.Global | cst.Nonlocal) -> None:
        scope = self.own_scope(self.scope(node))
        if isinstance(scope, cst.Module):
            return
        outer = next((s for s in list(self.chain(scope))[1:] if isinstance(s, cst.FunctionDef)), None)
        for item in node.names:
            home = self.module(node) if isinstance(node, cst.Global) or outer is None else outer
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
        self._bound_nodes[node] = binding
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
                self._bound_nodes[target] = binding
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
            self.stars.setdefault(self.module(node), []).append(module)
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
        return (
            {self.libraries.canonical(name) for name in bound}
            | bound
            | set(self.stars.get(self.tree.module, ()))
        )

    # -- looking up -------------------------------------------------------------------------------------

    def bindings(self, node: cst.Name) -> list[Binding]:
        """The bindings that may reach this use, those of another file in the place of what imports them;
        empty for a builtin or a name this file never binds."""
        if node not in self._reaching:
            found = self.reaching(node.value, node)
            self._reaching[node] = self.links.followed(found) if found else self.links.starred(node)
        return self._reaching[node]

    def bound(self, module: cst.Module, name: str) -> list[Binding]:
        """The bindings of a name at a module's own level."""
        return self._scopes.get(module, {}).get(name, [])

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
        return self.module(node)

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
        if node in self._named:
            return self._named[node]
        if not isinstance(node, (cst.Name, cst.Attribute)):
            return None
        if node in self._naming or len(self._naming) > MAX_ALIASES:
            return None
        self._naming.add(node)
        try:
            self._named[node] = self.spelled(node, node)
        finally:
            self._naming.discard(node)
        return self._named[node]

    def spelled(self, node: cst.CSTNode, at: cst.CSTNode) -> str | None:
        """The canonical name of an expression as a place sees it, also of one that stands in a quoted
        annotation and so is no part of the tree."""
        if isinstance(node, cst.Attribute):
            members = self.links.members(node, at)
            if members:
                return self._named_by(members)
            base = self.name(node.value) if node is at else self.spelled(node.value, at)
            return self.libraries.canonical(f"{base}.{node.attr.value}") if base else None
        if not isinstance(node, cst.Name):
            return None
        found = self.bindings(node) if node is at else self.links.followed(self.reaching(node.value, at))
        return self._named_by(found) if found else self._unbound(node.value, at)

    def _named_by(self, found: list[Binding]) -> str | None:
        # `torch = None` where the import fails gives the name no other meaning.
        found = [binding for binding in found if not is_none(binding.value)] or found
        names = {self._bound(binding) for binding in found}
        return names.pop() if len(names) == 1 else None

    def _bound(self, binding: Binding) -> str | None:
        if binding.canonical is not None:
            local = self.links.is_local(binding)
            return None if local else self.libraries.canonical(binding.canonical)
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

    def _unbound(self, name: str, at: cst.CSTNode) -> str | None:
        """A name that the file never binds: a builtin, or something of `from m import *` that the tables
        know."""
        stars = self.stars.get(self.module(at), ())
        dotted = (self.libraries.canonical(f"{module}.{name}") for module in stars)
        starred = next((known for known in dotted if self.libraries.knows(known)), None)
        return starred or (f"builtins.{name}" if name in BUILTINS else None)

    def imports_at(self, at: cst.CSTNode | None = None) -> list[tuple[str, str]]:
        """The names that imports alone give a meaning, with what they stand for, as a place sees them; as the
        module's own level sees them where no place is given."""
        scopes = list(self.chain(self.scope(at))) if at is not None else [self.tree.module]
        names = dict.fromkeys(name for scope in scopes for name in self._scopes.get(scope, {}))
        found = []
        for name in names:
            table = self._scopes.get(self.tree.module, {}).get(name, [])
            bindings = self.reaching(name, at) if at is not None else table
            meanings = {binding.canonical for binding in bindings if not is_none(binding.value)}
            meaning = meanings.pop() if len(meanings) == 1 else None
            if meaning is not None:
                found.append((name, meaning))
        return found

    def bound_before(self, name: str, at: cst.CSTNode) -> bool:
        """Whether the module has bound a name when a place at its own level runs. Functions run later."""
        if self.own_scope(self.scope(at)) is not self.tree.module:
            return True
        found = self._scopes.get(self.tree.module, {}).get(name, [])
        return any(binding.at < self.tree.order[at] for binding in found)

    def definition(self, node: cst.CSTNode) -> Definition | None:
        """The class or function of the project that an expression names; None where several may be meant."""
        if node not in self._definitions:
            self._definitions[node] = self._definition(node)
        return self._definitions[node]

    def _definition(self, node: cst.CSTNode) -> Definition | None:
        if isinstance(node, cst.Name):
            return self._defined(self.bindings(node)) or self.own_class(node)
        if not isinstance(node, cst.Attribute):
            return None
        members = self.links.members(node, node)
        if members:
            return self._defined(members)
        class_ = self.receiver_class(node.value) or self.definition(node.value)
        return self.method(class_, node.attr.value) if isinstance(class_, cst.ClassDef) else None

    def defined(self, name: str, at: cst.CSTNode) -> Definition | None:
        """The class or function of the project that a name stands for at a place."""
        return self._defined(self.links.followed(self.reaching(name, at)))

    @staticmethod
    def _defined(found: list[Binding]) -> Definition | None:
        node = found[0].node if len(found) == 1 else None
        return node if isinstance(node, (cst.ClassDef, cst.FunctionDef)) else None

    def method(self, class_: cst.ClassDef, name: str) -> cst.FunctionDef | None:
        """A method that a class of this file defines or inherits within the file."""
        for ancestor in self.lineage(class_):
            found = self._scopes.get(ancestor, {}).get(name, [])
            if found and isinstance(found[-1].node, cst.FunctionDef):
                return found[-1].node
        return None

    def lineage(self, class_: cst.ClassDef) -> list[cst.ClassDef]:
        """A class and the classes of the project that it derives from, nearest first."""
        if class_ not in self._lineages:
            self._lineages[class_] = self._lineage(class_)
        return self._lineages[class_]

    def _lineage(self, class_: cst.ClassDef) -> list[cst.ClassDef]:
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
        """The canonical names of the library classes that a class derives from, through classes of this
        file."""
        names = (
            self.name(argument.value) for ancestor in self.lineage(class_) for argument in ancestor.bases
        )
        return {name for name in names if name is not None}

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

    def own_class(self, node: cst.Name) -> cst.ClassDef | None:
        """The class that a name stands for as the first parameter of a class method."""
        class_ = self.receiver_class(node)
        scope = self.scope(node) if class_ is not None else None
        decorators = scope.decorators if isinstance(scope, cst.FunctionDef) else ()
        is_class = any(dotted_name(item.decorator) == "classmethod" for item in decorators)
        return class_ if is_class else None

    def attribute_bindings(self, class_: cst.ClassDef, name: str) -> list[Binding]:
        """All bindings of `self.<name>` in a class and the classes of this file that it derives from."""
        own = [b for ancestor in self.lineage(class_) for b in self._attributes.get((ancestor, name), [])]
        fields = [
            b for ancestor in self.lineage(class_) for b in self._scopes.get(ancestor, {}).get(name, [])
        ]
        return own + [binding for binding in fields if binding.how == "assign"]

    def stored(self, node: cst.CSTNode) -> bool:
        """Whether an expression is written to where it stands: assigned, augmented, deleted, bound by a
        loop."""
        child, parent = node, self.tree.parent(node)
        while isinstance(parent, (cst.Element, cst.StarredElement, cst.Tuple, cst.List)):
            child, parent = parent, self.tree.parent(parent)
        if isinstance(parent, (cst.AugAssign, cst.AnnAssign, cst.For, cst.CompFor, cst.NamedExpr)):
            return parent.target is child
        return isinstance(parent, (cst.AssignTarget, cst.Del, cst.AsName))

    def free(self, name: str, at: cst.CSTNode) -> bool:
        """Whether nothing in the function around a place, or in the file where there is none, has a name."""
        around = self.own_scope(self.scope(at))
        return all(node.value != name for node in self.tree.within(around) if isinstance(node, cst.Name))

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
            base: Hashable | None = self._eldest(class_) if class_ is not None else self.symbol(node.value)
            return (base, node.attr.value) if base is not None else None
        return None

    def _eldest(self, class_: cst.ClassDef) -> cst.ClassDef:
        """The last of the classes of its own file that a class derives from."""
        file = self.tree.file(class_)
        return [ancestor for ancestor in self.lineage(class_) if self.tree.file(ancestor) is file][-1]

    def _mentioned(self, module: cst.Module) -> dict[Hashable, list[cst.CSTNode]]:
        """All mentions of each variable and attribute in a file, in order."""
        if module not in self._mentions:
            self._mentions[module] = self._find_mentions(module)
        return self._mentions[module]

    def _find_mentions(self, module: cst.Module) -> dict[Hashable, list[cst.CSTNode]]:
        mentions: dict[Hashable, list[cst.CSTNode]] = {}
        for type_ in (cst.Name, cst.Attribute):
            for node in self.tree.nodes(type_, near=module):
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
        """All mentions of the same variable or attribute in its file, in order, this one included."""
        symbol = self.symbol(node)
        return self._mentioned(self.module(node)).get(symbol, []) if symbol is not None else []

    def held(self, node: cst.Name) -> list[Binding]:
        """The bindings that may have given a variable what it holds at a mention; of a target, its own."""
        own = self._bound_nodes.get(node)
        return [own] if own is not None else self.bindings(node)

    def followed(self, node: cst.CSTNode) -> list[cst.CSTNode]:
        """The mentions of a variable that may see the object it holds at this one, also after it was bound to
        what is made of itself (`net = net.to(d)`), in order. All mentions of an attribute."""
        uses = self.uses(node)
        if not isinstance(node, cst.Name):
            return uses
        readers = self._readers(node)
        own: set[cst.CSTNode] = set()
        seeing: set[cst.CSTNode] = set()
        waiting: list[cst.CSTNode] = [binding.node for binding in self.held(node)]
        while waiting:
            bound = waiting.pop()
            if bound in own:
                continue
            own.add(bound)
            fresh = [use for use in readers.get(bound, []) if use not in seeing]
            seeing.update(fresh)
            waiting += [target for use in fresh if (target := self._rebound(use)) is not None]
        return [use for use in uses if use in seeing or use in own]

    def _readers(self, node: cst.Name) -> dict[cst.CSTNode, list[cst.CSTNode]]:
        """The mentions that may see each binding of a variable."""
        symbol = self.symbol(node)
        if symbol not in self._seen_by:
            readers: dict[cst.CSTNode, list[cst.CSTNode]] = {}
            for use in self.uses(node):
                if isinstance(use, cst.Name) and use not in self._bound_nodes:
                    for binding in self.bindings(use):
                        readers.setdefault(binding.node, []).append(use)
            self._seen_by[symbol] = readers
        return self._seen_by[symbol]

    def _rebound(self, use: cst.CSTNode) -> cst.CSTNode | None:
        """The target of the assignment that binds a variable to what is made of it here."""
        statement = next((outer for outer in self.tree.ancestors(use) if isinstance(outer, cst.Assign)), None)
        if statement is None or len(statement.targets) != 1:
            return None
        target = statement.targets[0].target
        return target if self.symbol(target) == self.symbol(use) else None

    def reads(self, node: cst.CSTNode) -> list[cst.CSTNode]:
        """The mentions of the same variable or attribute that read it, in order."""
        return [use for use in self.uses(node) if use not in self._bound_nodes]


def dotted_name(node: cst.CSTNode) -> str:
    """The text of a Name or of a chain of Attributes; "" for anything else."""
    if isinstance(node, cst.Name):
        return node.value
    if isinstance(node, cst.Attribute):
        base = dotted_name(node.value)
        return f"{base}.{node.attr.value}" if base else ""
    return ""


def is_none(node: cst.CSTNode | None) -> bool:
    """Whether an expression is the literal None: a placeholder that tells nothing of what comes in its
    place."""
    return isinstance(node, cst.Name) and node.value == "None"
