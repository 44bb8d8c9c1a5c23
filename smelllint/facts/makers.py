"""Makers: calls that make an object, and do not hand on one that was there.

makes(call, *kinds)   whether a call makes an object of one of these kinds

What kind a call gives may hang on other files; that most calls cannot give it shows in what they call.
"""

from __future__ import annotations

import libcst as cst

from smelllint.facts.bindings import Binding
from smelllint.facts.kinds import Kind, Kinds


class Makers:
    """The words of this family, for one file."""

    def __init__(self, kinds: Kinds) -> None:
        self.kinds = kinds
        self.names = kinds.names
        self.tree = kinds.tree
        self._defined: set[str] | None = None

    def makes(self, call: cst.Call, *kinds: Kind) -> bool:
        """Whether a call makes an object of one of these kinds: `Net()`, `Net.from_pretrained(name)`, but not
        `model.to(device)`."""
        if not self._may_make(call.func, tuple(kind.value for kind in kinds)):
            return False
        return self.kinds.kind(call) in kinds and self.kinds.chain(call) == [call]

    def _may_make(self, func: cst.BaseExpression, kinds: tuple[str, ...]) -> bool:
        """Whether what is called may make one: a library's by that name, something of the project, or
        whatever a variable holds."""
        if not isinstance(func, (cst.Name, cst.Attribute)):
            return True
        last = func.attr.value if isinstance(func, cst.Attribute) else func.value
        if last in self._own_names() or self.kinds.libraries.may_give(last, kinds):
            return True
        if isinstance(func, cst.Attribute):
            return self.names.definition(func) is not None or self._is_of_a_class(func)
        found = self.names.reaching(func.value, func)
        return self.names.definition(func) is not None or any(self._renames(one, kinds) for one in found)

    def _own_names(self) -> set[str]:
        """The names of the functions and classes of the file."""
        if self._defined is None:
            functions, classes = self.tree.nodes(cst.FunctionDef), self.tree.nodes(cst.ClassDef)
            self._defined = {one.name.value for one in functions} | {one.name.value for one in classes}
        return self._defined

    def _is_of_a_class(self, method: cst.Attribute) -> bool:
        """`Net.from_pretrained`, of a class of the project."""
        return isinstance(self.names.definition(method.value), cst.ClassDef)

    def _renames(self, binding: Binding, kinds: tuple[str, ...]) -> bool:
        """Whether a binding may give what makes one another name."""
        last = (binding.canonical or "").rpartition(".")[2]
        return binding.how == "assign" or self.kinds.libraries.may_give(last, kinds)
