"""Elements: what lists were made of.

elements.of(expr)              the expressions that give a list its elements
elements.handed_out(binding)   those that a loop over a list hands out under a name

Only lists whose making is seen whole: written out, comprehensions, sums of such, what is appended to them.
"""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from smelllint.facts.bindings import Binding
from smelllint.facts.names import Names
from smelllint.facts.questions import Questions

LIST_MAKERS = ("builtins.list", "builtins.tuple", "builtins.reversed", "torch.nn.ModuleList")
# Where in its arguments a method of a list takes an element.
TAKING = {"append": 0, "insert": 1}
Expressions = tuple[cst.BaseExpression, ...]
NOTHING: Expressions = ()


class Elements:
    """The words of this family, for one file."""

    def __init__(self, names: Names, questions: Questions) -> None:
        self.names = names
        self.questions = questions
        self.tree = names.tree

    def handed_out(self, binding: Binding) -> list[cst.BaseExpression]:
        """What a loop hands out under a name, also past `enumerate`; empty where it is not seen whole."""
        iterated, index = binding.value, binding.index
        if isinstance(iterated, cst.Call) and self.names.name(iterated.func) == "builtins.enumerate":
            iterated = iterated.args[0].value if index == (1,) and iterated.args else None
            index = ()
        return self.of(iterated) if iterated is not None and not index else []

    def of(self, node: cst.BaseExpression) -> list[cst.BaseExpression]:
        """The expressions that give a list its elements, each once; empty where any of them is not seen."""
        return list(dict.fromkeys(self._known(node) or NOTHING))

    def _known(self, node: cst.BaseExpression) -> Expressions | None:
        # `self.layers = self.layers + [layer]`: what a list gets from itself says nothing new.
        symbol = self.names.symbol(node) if isinstance(node, cst.Attribute) else None
        unknown: Expressions | None = None
        return self.questions.ask(("elements", symbol or node), lambda: self._find(node), NOTHING, unknown)

    def _find(self, node: cst.BaseExpression) -> Expressions | None:
        if isinstance(node, (cst.List, cst.Tuple)):
            starred = any(isinstance(element, cst.StarredElement) for element in node.elements)
            return None if starred else tuple(element.value for element in node.elements)
        if isinstance(node, cst.ListComp):
            return (node.elt,)
        if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Add):
            return self._all([node.left, node.right])
        if isinstance(node, cst.Call) and self.names.name(node.func) in LIST_MAKERS:
            return self._all(arg.value for arg in node.args)
        return self._grown(node) if isinstance(node, (cst.Name, cst.Attribute)) else None

    def _all(self, lists: Iterable[cst.BaseExpression]) -> Expressions | None:
        found: list[cst.BaseExpression] = []
        for one in lists:
            elements = self._known(one)
            if elements is None:
                return None
            found += elements
        return tuple(found)

    def _grown(self, node: cst.Name | cst.Attribute) -> Expressions | None:
        """The elements of all lists that a variable or attribute is bound to, and what is put into them."""
        if isinstance(node, cst.Name):
            bindings = self.names.bindings(node)
        else:
            class_ = self.names.receiver_class(node.value)
            bindings = self.names.attribute_bindings(class_, node.attr.value) if class_ is not None else []
        lists = [b.value for b in bindings if b.how in ("assign", "augment") and not b.index and b.value]
        if not bindings or len(lists) < len(bindings) or any(map(self._escapes, self.names.uses(node))):
            return None
        put: list[cst.BaseExpression] = []
        for method, call in self._calls_on(node):
            place = TAKING.get(method)
            if place is not None and len(call.args) > place:
                put.append(call.args[place].value)
            elif method == "extend" and call.args:
                lists.append(call.args[0].value)
        known = self._all(lists)
        return None if known is None else (*known, *put)

    def _calls_on(self, node: cst.BaseExpression) -> list[tuple[str, cst.Call]]:
        """The methods that are called on a variable or attribute."""
        found: list[tuple[str, cst.Call]] = []
        for use in self.names.uses(node):
            attribute = self.tree.parent(use)
            call = self.tree.parent(attribute) if isinstance(attribute, cst.Attribute) else None
            if isinstance(attribute, cst.Attribute) and attribute.value is use and isinstance(call, cst.Call):
                found.append((attribute.attr.value, call))
        return found

    def _escapes(self, use: cst.CSTNode) -> bool:
        """Whether somebody else may put something into a list: a part of it is written to, or it is given
        to a function that no library table knows."""
        parent = self.tree.parent(use)
        if isinstance(parent, cst.Subscript):
            return parent.value is use and self.names.stored(parent)
        call = self.tree.parent(parent) if isinstance(parent, cst.Arg) else None
        if not isinstance(call, cst.Call):
            return False
        name = self.names.name(call.func) or ""
        return not name.startswith(("builtins.", "torch.")) and not self.names.libraries.knows(name)
