"""Names: what a name or dotted expression stands for, through imports, aliases and scopes.

    bindings(name)    the bindings that may reach this use of a name
    may_end(expr, t)  whether that may end in one of some words, without a look at other files
    name(expr)        the canonical dotted name ("torch.nn.functional.softmax"), None where it is not known
    definition(expr)  the class or function of this file, or of another of the project, that it names
    symbol(expr)      an identity shared by all mentions of one variable or attribute
    uses(expr)        all those mentions
    followed(expr)    those of them that may see the same object
    reads(expr)       those of them that read it
    stored(expr)      whether it is written to where it stands
    imports_at(node)  the names that imports alone give a meaning, as a place sees them

What a file imports from another one of its project stands for what it is bound to there: that file is linked
to this one's tree when it is first asked about.
"""

from __future__ import annotations

import builtins
from collections.abc import Container, Hashable, Iterable
from typing import cast

import libcst as cst

from smelllint.facts.bindings import Binding, Bindings
from smelllint.facts.libraries import Libraries
from smelllint.facts.links import Links
from smelllint.facts.reaching import Reaching
from smelllint.facts.scopes import Scopes, dotted_name
from smelllint.project import Project
from smelllint.tree import Tree

Definition = cst.ClassDef | cst.FunctionDef
BUILTINS = frozenset(dir(builtins))
MAX_ALIASES = 40


class Names:
    """The words of this family, for one file."""

    def __init__(
        self, tree: Tree, libraries: Libraries, project: Project | None = None, path: str = ""
    ) -> None:
        self.tree = tree
        self.libraries = libraries
        self.scopes = scopes = Scopes(tree)
        self.table = Bindings(scopes)
        self.links = Links(self, project, path)
        self._seen: dict[cst.Name, list[Binding]] = {}
        self._named: dict[cst.CSTNode, str | None] = {}
        self._naming: set[cst.CSTNode] = set()
        self._definitions: dict[cst.CSTNode, Definition | None] = {}
        self._lineages: dict[cst.ClassDef, list[cst.ClassDef]] = {}
        self._symbols: dict[cst.CSTNode, Hashable | None] = {}
        self._spellings: dict[cst.Module, dict[str, list[cst.CSTNode]]] = {}
        self._uses: dict[tuple[Hashable, cst.Module], list[cst.CSTNode]] = {}
        self._followed: dict[Hashable, list[cst.CSTNode]] = {}
        self._seen_by: dict[Hashable | None, dict[cst.CSTNode, list[cst.CSTNode]]] = {}
        self.table.collect(tree)

        self.scope = scopes.scope
        self.own_scope = scopes.own_scope
        self.module = scopes.module
        self.receiver_class = scopes.receiver_class
        self.reaching = Reaching(self.table).reaching

    @property
    def imported(self) -> set[str]:
        """The dotted names of everything that the file imports, anywhere."""
        bound = self.table.canonicals()
        return bound | set(map(self.libraries.canonical, bound)) | set(self.table.stars(self.tree.module))

    # -- looking up -------------------------------------------------------------------------------------

    def bindings(self, node: cst.Name) -> list[Binding]:
        """The bindings that may reach this use, those of another file in the place of what imports them;
        empty for a builtin or a name this file never binds."""
        if node not in self._seen:
            found = self.reaching(node.value, node)
            self._seen[node] = self.links.followed(found) if found else self.links.starred(node)
        return self._seen[node]

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

    def may_end(self, node: cst.CSTNode, tails: Container[str]) -> bool:
        """Whether the canonical name of a Name or Attribute may end in one of these words, as far as its own
        file tells: no other one is linked to find out."""
        if isinstance(node, cst.Attribute):
            return node.attr.value in tails
        if not isinstance(node, cst.Name):
            return False
        if node.value in tails:
            return True
        return any(
            binding.how == "assign" or (binding.canonical or "").rpartition(".")[2] in tails
            for binding in self.reaching(node.value, node)
        )

    def in_set(self, set_name: str, node: cst.CSTNode) -> bool:
        """Whether an expression names a member of a named set of the library tables."""
        ends = self.libraries.tails_of_set(set_name)
        if ends is not None and not self.may_end(node, ends):
            return False
        return self.libraries.in_set(set_name, self.name(node))

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
        stars = self.table.stars(self.module(at))
        dotted = (self.libraries.canonical(f"{module}.{name}") for module in stars)
        starred = next((known for known in dotted if self.libraries.knows(known)), None)
        return starred or (f"builtins.{name}" if name in BUILTINS else None)

    def imports_at(self, at: cst.CSTNode | None = None) -> list[tuple[str, str]]:
        """The names that imports alone give a meaning, with what they stand for, as a place sees them; as the
        module's own level sees them where no place is given."""
        scopes = list(self.scopes.chain(self.scope(at))) if at is not None else [self.tree.module]
        names = dict.fromkeys(name for scope in scopes for name in self.table.names(scope))
        found = []
        for name in names:
            table = self.table.bound(self.tree.module, name)
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
        found = self.table.bound(self.tree.module, name)
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
            found = self.table.bound(ancestor, name)
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

    def own_class(self, node: cst.Name) -> cst.ClassDef | None:
        """The class that a name stands for as the first parameter of a class method."""
        class_ = self.receiver_class(node)
        scope = self.scope(node) if class_ is not None else None
        decorators = scope.decorators if isinstance(scope, cst.FunctionDef) else ()
        is_class = any(dotted_name(item.decorator) == "classmethod" for item in decorators)
        return class_ if is_class else None

    def attribute_bindings(self, class_: cst.ClassDef, name: str) -> list[Binding]:
        """All bindings of `self.<name>` in a class and the classes of this file that it derives from."""
        own = [b for ancestor in self.lineage(class_) for b in self.table.attribute(ancestor, name)]
        fields = [b for ancestor in self.lineage(class_) for b in self.table.bound(ancestor, name)]
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
        if node not in self._symbols:
            self._symbols[node] = self._symbol(node)
        return self._symbols[node]

    def _symbol(self, node: cst.CSTNode) -> Hashable | None:
        if isinstance(node, cst.Name):
            for scope in self.scopes.chain(self.scope(node)):
                home = self.table.home(scope, node.value)
                if self.table.bound(home, node.value):
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

    def _spelled(self, module: cst.Module) -> dict[str, list[cst.CSTNode]]:
        """The variables and attributes of a file by their name, in order; no labels of arguments."""
        if module not in self._spellings:
            found: dict[str, list[cst.CSTNode]] = {}
            for name in self.tree.nodes(cst.Name, near=module):
                parent = self.tree.parent(name)
                if type(parent) is cst.Attribute and parent.attr is name:
                    found.setdefault(name.value, []).append(parent)
                elif type(parent) is not cst.Arg or parent.keyword is not name:
                    found.setdefault(name.value, []).append(name)
            self._spellings[module] = found
        return self._spellings[module]

    def uses(self, node: cst.CSTNode) -> list[cst.CSTNode]:
        """All mentions of the same variable or attribute in its file, in order, this one included."""
        symbol = self.symbol(node)
        if symbol is None:
            return []
        key = symbol, self.module(node)
        if key not in self._uses:
            last = node.value if isinstance(node, cst.Name) else cast("cst.Attribute", node).attr.value
            alike = self._spelled(key[1]).get(last, [])
            self._uses[key] = sorted(
                (use for use in alike if self.symbol(use) == symbol), key=self.tree.order.__getitem__
            )
        return self._uses[key]

    def held(self, node: cst.Name) -> list[Binding]:
        """The bindings that may have given a variable what it holds at a mention; of a target, its own."""
        own = self.table.made_by(node)
        return [own] if own is not None else self.bindings(node)

    def followed(self, node: cst.CSTNode) -> list[cst.CSTNode]:
        """The mentions of a variable that may see the object it holds at this one, also after it was bound to
        what is made of itself (`net = net.to(d)`), in order. All mentions of an attribute."""
        if not isinstance(node, cst.Name):
            return self.uses(node)
        held = tuple(binding.node for binding in self.held(node))
        key = self.symbol(node), self.module(node), held
        if key not in self._followed:
            self._followed[key] = self._follow(node, held)
        return self._followed[key]

    def _follow(self, node: cst.Name, held: Iterable[cst.CSTNode]) -> list[cst.CSTNode]:
        uses = self.uses(node)
        readers = self._readers(node)
        own: set[cst.CSTNode] = set()
        seeing: set[cst.CSTNode] = set()
        waiting = list(held)
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
                if isinstance(use, cst.Name) and self.table.made_by(use) is None:
                    for binding in self.bindings(use):
                        readers.setdefault(binding.node, []).append(use)
            self._seen_by[symbol] = readers
        return self._seen_by[symbol]

    def _rebound(self, use: cst.CSTNode) -> cst.CSTNode | None:
        """The target of the assignment that binds a variable to what is made of it here."""
        for outer in self.tree.ancestors(use):
            if type(outer) is cst.Assign:
                target = outer.targets[0].target if len(outer.targets) == 1 else None
                return target if target is not None and self.symbol(target) == self.symbol(use) else None
        return None

    def reads(self, node: cst.CSTNode) -> list[cst.CSTNode]:
        """The mentions of the same variable or attribute that read it, in order."""
        return [use for use in self.uses(node) if self.table.made_by(use) is None]


def is_none(node: cst.CSTNode | None) -> bool:
    """Whether an expression is the literal None: a placeholder that tells nothing of what comes in its
    place."""
    return isinstance(node, cst.Name) and node.value == "None"
