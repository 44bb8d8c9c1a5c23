"""Links: what the names that a file imports from its own project are bound to there.

    followed(bindings)    the same, with the bindings of the other file in the place of an import
    starred(name)         what `from module import *` gives a name
    members(attribute)    the bindings of `module.name`, where the module is a file of the project
    is_local(binding)     whether an import means a file of the project
    path(node)            the path of the file that a node is from
    callers(definition)   the other files that seem to call a class or function
    importers(definition) the other files that seem to use it in whatever way

Without a project every import is a library's, as far as anybody knows, and nothing is followed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from smelllint.project import Project

if TYPE_CHECKING:
    from smelllint.facts.bindings import Binding
    from smelllint.facts.names import Definition, Names

MOST_LINKED = 30
MOST_IMPORTERS = 12


class Links:
    """The words of this family, for one file."""

    def __init__(self, names: Names, project: Project | None, path: str) -> None:
        self.names = names
        self.project = project
        self._paths: dict[cst.Module, str] = {names.tree.module: os.path.abspath(path)}
        self._modules: dict[str, cst.Module | None] = {os.path.abspath(path): names.tree.module}
        self._followed: dict[Binding, list[Binding]] = {}
        self._members: dict[cst.Attribute, list[Binding]] = {}
        self._exporting: set[tuple[cst.Module, str]] = set()

    # -- from an import to what it means ----------------------------------------------------------------

    def followed(self, found: list[Binding]) -> list[Binding]:
        """Bindings, with those of another file of the project in the place of what imports them."""
        if self.project is None or not any(binding.how == "import" for binding in found):
            return found
        return [behind for binding in found for behind in self._behind(binding)]

    def _behind(self, binding: Binding) -> list[Binding]:
        if binding.how != "import":
            return [binding]
        if binding not in self._followed:
            self._followed[binding] = self._imported(binding) or [binding]
        return self._followed[binding]

    def _imported(self, binding: Binding) -> list[Binding]:
        """The bindings that `from m import x` imports; empty for a whole module and where there are none."""
        if not self._is_from(binding) or binding.canonical is None:
            return []
        module, name = split(binding.canonical)
        file = self._file(module, binding.node)
        return self._exported(file, name) if file is not None else []

    def _is_from(self, binding: Binding) -> bool:
        return isinstance(self.names.tree.parent(binding.node), cst.ImportFrom)

    def members(self, node: cst.Attribute, at: cst.CSTNode) -> list[Binding]:
        """What `module.name` is bound to in the file of the project that the module is; empty where it is
        none."""
        if self.project is None:
            return []
        if node is not at:
            return self._find_members(node, at)
        if node not in self._members:
            self._members[node] = self._find_members(node, at)
        return self._members[node]

    def _find_members(self, node: cst.Attribute, at: cst.CSTNode) -> list[Binding]:
        module = self._module_named(node.value, at)
        file = self._file(module, at) if module is not None else None
        return self._exported(file, node.attr.value) if file is not None else []

    def _module_named(self, node: cst.BaseExpression, at: cst.CSTNode) -> str | None:
        """The dotted name of the module that an expression stands for, as the file imports it."""
        if isinstance(node, cst.Attribute):
            base = self._module_named(node.value, at)
            return f"{base}{'' if base.endswith('.') else '.'}{node.attr.value}" if base else None
        if not isinstance(node, cst.Name):
            return None
        found = self.names.reaching(node.value, at)
        meant = {binding.canonical if binding.how == "import" else None for binding in found}
        return meant.pop() if len(meant) == 1 else None

    def is_local(self, binding: Binding) -> bool:
        """Whether an import means a file of the project, or something in one."""
        if self.project is None or binding.canonical is None:
            return False
        module = split(binding.canonical)[0] if self._is_from(binding) else binding.canonical
        return self._home(module, binding.node) is not None

    # -- files ------------------------------------------------------------------------------------------

    def path(self, node: cst.CSTNode) -> str:
        """The path of the file that a node is from."""
        return self._paths[self.names.module(node)]

    def _home(self, module: str, at: cst.CSTNode) -> str | None:
        """The file that a module's name means in the file of a node. A library's name means the library, also
        in the library's own project, unless a script has a file of that name beside it."""
        top = module.partition(".")[0]
        path = self._paths.get(self.names.module(at))
        if self.project is None or path is None or top in sys.stdlib_module_names:
            return None
        if top in self.names.libraries.tops:
            return self.project.beside(module, path) if self.project.beside(top, path) else None
        return self.project.home(module, path)

    def _file(self, module: str, at: cst.CSTNode) -> cst.Module | None:
        """The module that a dotted name means in the file of a node, linked to this file's tree."""
        path = self._home(module, at)
        return self.module(path) if path is not None else None

    def module(self, path: str) -> cst.Module | None:
        """A file of the project, linked when it is first asked for; None where it holds no Python, and where
        too many are linked."""
        if path not in self._modules:
            self._modules[path] = self._link(path) if len(self._paths) < MOST_LINKED else None
        return self._modules[path]

    def _link(self, path: str) -> cst.Module | None:
        tree = self.project.tree(path) if self.project is not None else None
        if tree is None:
            return None
        self._paths[tree.module] = path
        self.names.tree.link(tree)
        self.names.table.collect(tree)
        return tree.module

    def _exported(self, module: cst.Module, name: str) -> list[Binding]:
        """The bindings of a name at a file's own level, in the files that it imports it from in turn."""
        if (module, name) in self._exporting:
            return []
        self._exporting.add((module, name))
        try:
            return self.followed(self.names.table.bound(module, name)) or self._starred(module, name)
        finally:
            self._exporting.discard((module, name))

    def starred(self, node: cst.Name) -> list[Binding]:
        """What a name that the file never binds gets from `from m import *` of a file of the project."""
        return self._starred(self.names.module(node), node.value) if self.project is not None else []

    def _starred(self, module: cst.Module, name: str) -> list[Binding]:
        if name.startswith("_"):
            return []
        stars = (self._file(star, module) for star in self.names.table.stars(module))
        exported = (self._exported(file, name) for file in stars if file is not None)
        return next(filter(None, exported), [])

    def callers(self, definition: Definition) -> Iterator[cst.Module]:
        """The other files of the project that call something of a definition's name, and import from the file
        or package that it is in."""
        return self._importing(definition, f"{definition.name.value}(")

    def importers(self, definition: Definition) -> Iterator[cst.Module]:
        """The other files of the project that mention a definition, and import from its file or package."""
        return self._importing(definition, definition.name.value)

    def mentioning(self, method: cst.FunctionDef) -> Iterator[cst.Module]:
        """The other files of the project that mention a method by name, on whatever object."""
        return self._others(self.names.module(method), f".{method.name.value}")

    def _importing(self, definition: Definition, phrase: str) -> Iterator[cst.Module]:
        home = self.names.module(definition)
        path = self._paths.get(home)
        if self.project is None or path is None:
            return iter(())
        stem = os.path.splitext(os.path.basename(path))[0]
        stem = os.path.basename(os.path.dirname(path)) if stem == "__init__" else stem
        return self._others(home, phrase, f"import {stem}")

    def _others(self, home: cst.Module, *phrases: str) -> Iterator[cst.Module]:
        paths = self.project.mentioning(*phrases) if self.project is not None else []
        others = [path for path in paths if path != self._paths.get(home)][:MOST_IMPORTERS]
        return (module for path in others if (module := self.module(path)) is not None)


def split(dotted: str) -> tuple[str, str]:
    """The module and the name of what `from module import name` imports: `..models`, `Net`."""
    module, dot, name = dotted.rpartition(".")
    return (module + dot if not module.strip(".") else module), name
