"""Origins: where an object comes from.

    origin(expr)         the call that made it, behind variables and chained calls
    chain(expr)          that call, and those that moved it on: Net(), .to(d), .eval()
    trail(expr)          all the expressions on the way
    makes(call, *kinds)  whether a call makes an object of one of these kinds, itself
    type_name(expr)      the name of its class, from an annotation or the call that made it
    class_of(expr)       the class of the project that it is an instance of
    holder(call)         the variable or attribute that the object made by a call is bound to
    finished(call)       the last of the chained calls that hand that object on

What kind a call gives may hang on other files; that most calls cannot give it shows in what they call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from smelllint.facts.bindings import Binding
from smelllint.facts.names import is_none
from smelllint.facts.scopes import last_name

if TYPE_CHECKING:
    from smelllint.facts.kinds import Kind, Kinds

MAX_DEPTH = 25


class Origins:
    """The words of this family, for one file."""

    def __init__(self, kinds: Kinds) -> None:
        self.kinds = kinds
        self.names = kinds.names
        self.tree = kinds.tree
        self.libraries = kinds.libraries
        self.questions = kinds.questions
        self._defined: set[str] | None = None

    def origin(self, node: cst.CSTNode) -> cst.Call | None:
        """The call that made the object (`Net(...)`, `AutoModel.from_pretrained(...)`); None where not
        known."""
        calls = self.chain(node)
        return calls[0] if calls else None

    def chain(self, node: cst.CSTNode) -> list[cst.Call]:
        """The calls that made the object and handed it on, the maker first; empty where it is not known."""
        return [link for link in reversed(self.trail(node)) if isinstance(link, cst.Call)]

    def trail(self, node: cst.CSTNode) -> list[cst.CSTNode]:
        """The expressions through which an object came here, from this one back to the call that made it:
        variables, attributes, chained calls, functions of this file; empty where its maker is not known."""
        trail: list[cst.CSTNode] = []
        current: cst.CSTNode | None = node
        while current is not None and current not in trail:
            trail.append(current)
            if not isinstance(current, cst.Call):
                current = self._value_behind(current)
                continue
            handed_on = self._hands_on(current)
            if handed_on is None:
                return trail
            current = handed_on
        return []

    def _hands_on(self, call: cst.Call) -> cst.CSTNode | None:
        """The object that a call gives back changed or wrapped; None for the call that makes it."""
        name = self.names.name(call.func)
        if name is not None:
            given = self.libraries.calls.get(name)
            return call.args[0].value if given == "arg0" and call.args else None
        if isinstance(call.func, cst.Attribute):
            receiver = self.kinds.kind(call.func.value)
            given = self.libraries.methods.get(receiver.value, {}).get(call.func.attr.value)
            if given == "self" and not isinstance(self.names.definition(call.func.value), cst.ClassDef):
                return call.func.value
        return self._made_by_function(call)

    def _made_by_function(self, call: cst.Call) -> cst.CSTNode | None:
        """The one expression that a function of this file returns."""
        function = self.names.definition(call.func)
        returned = self.kinds.reach.returns(function) if isinstance(function, cst.FunctionDef) else []
        made = [result for result in returned if not is_none(result)]
        return made[0] if len(made) == 1 else None

    def _value_behind(self, node: cst.CSTNode) -> cst.CSTNode | None:
        if isinstance(node, cst.Name):
            found = self.names.held(node)
        elif isinstance(node, cst.Attribute):
            class_ = self.names.receiver_class(node.value) or self.class_of(node.value)
            members = self.names.links.members(node, node)
            own = self.names.attribute_bindings(class_, node.attr.value) if class_ is not None else []
            found = members or own
        else:
            return None
        found = [binding for binding in found if not is_none(binding.value)]
        made = [binding for binding in found if not is_of_itself(binding)] or found
        if len(made) != 1:
            return None
        if made[0].how == "param" and isinstance(made[0].node, cst.Param):
            passed = self.kinds.reach.passed(made[0].node)
            return passed[0] if len(passed) == 1 else None
        if made[0].how == "for":
            handed_out = self.kinds.elements.handed_out(made[0])
            return handed_out[0] if len(handed_out) == 1 else None
        return made[0].value if made[0].how in ("assign", "with") and not made[0].index else None

    def type_name(self, node: cst.CSTNode) -> str | None:
        """The canonical name of the library class that an object is an instance of, or of the function that
        made it: by the annotation of the parameter, or by the call that made it. None where neither is
        known."""
        for binding in self.names.bindings(node) if isinstance(node, cst.Name) else ():
            if isinstance(binding.node, cst.Param) and binding.node.annotation is not None:
                return self.names.name(binding.node.annotation.annotation)
        made = self.origin(node)
        name = self.names.name(made.func) if made is not None else None
        head, _, last = (name or "").rpartition(".")
        factory = last[:1].islower() and head.rpartition(".")[2][:1].isupper()
        return head if factory else name

    def holder(self, call: cst.Call) -> cst.BaseExpression | None:
        """The variable or attribute that the object a call makes is bound to, behind chained calls that hand
        it on (`model = Net().to(d).eval()`); None where it is bound to none, or to several."""
        made: cst.CSTNode = self.finished(call)
        while isinstance(parent := self.tree.parent(made), (cst.Await, cst.NamedExpr)):
            if isinstance(parent, cst.NamedExpr):
                return parent.target
            made = parent
        if isinstance(parent, cst.AnnAssign) and parent.value is made:
            return parent.target
        if isinstance(parent, cst.Assign) and len(parent.targets) == 1:
            target = parent.targets[0].target
            return target if isinstance(target, (cst.Name, cst.Attribute)) else None
        return None

    def finished(self, call: cst.Call) -> cst.Call:
        """The last of the chained calls that hand an object on: `Net().to(d).eval()` for `Net()`."""
        while True:
            attribute = self.tree.parent(call)
            outer = self.tree.parent(attribute) if isinstance(attribute, cst.Attribute) else None
            if (
                not isinstance(outer, cst.Call)
                or outer.func is not attribute
                or self._hands_on(outer) is not call
            ):
                return call
            call = outer

    def class_of(self, node: cst.CSTNode) -> cst.ClassDef | None:
        """The class of this file that an expression is an instance of."""
        receiver = self.names.receiver_class(node)
        if receiver is not None:
            return receiver
        if not isinstance(node, (cst.Name, cst.Attribute, cst.Call)):
            return None
        return self.questions.ask(("class", node), lambda: self._made_class(node), None, None)

    def _made_class(self, node: cst.CSTNode) -> cst.ClassDef | None:
        made = self.origin(node)
        if made is None:
            return None
        definition = self.names.definition(made.func)
        if definition is None and isinstance(made.func, cst.Attribute):
            # `Net.from_pretrained(...)`: a method of the library's that makes an instance.
            definition = self.names.definition(made.func.value)
        return definition if isinstance(definition, cst.ClassDef) else None

    # -- calls that make, and hand on nothing ---------------------------------------------------------------

    def makes(self, call: cst.Call, *kinds: Kind) -> bool:
        """Whether a call makes an object of one of these kinds: `Net()`, `Net.from_pretrained(name)`, but not
        `model.to(device)`."""
        if not self._may_make(call.func, tuple(kind.value for kind in kinds)):
            return False
        return self.kinds.kind(call) in kinds and self.chain(call) == [call]

    def _may_make(self, func: cst.BaseExpression, kinds: tuple[str, ...]) -> bool:
        """Whether what is called may make one: a library's by that name, something of the project, or
        whatever a variable holds."""
        last = last_name(func)
        if last is None or last in self._own_names() or self.libraries.may_give(last, kinds):
            return True
        if not isinstance(func, cst.Name):
            return self.names.definition(func) is not None or self._is_of_a_class(func)
        found = self.names.reaching(func.value, func)
        return self.names.definition(func) is not None or any(self._renames(one, kinds) for one in found)

    def _own_names(self) -> set[str]:
        """The names of the functions and classes of the file."""
        if self._defined is None:
            functions, classes = self.tree.nodes(cst.FunctionDef), self.tree.nodes(cst.ClassDef)
            self._defined = {one.name.value for one in functions} | {one.name.value for one in classes}
        return self._defined

    def _is_of_a_class(self, func: cst.BaseExpression) -> bool:
        """`Net.from_pretrained`, of a class of the project."""
        owner = func.value if isinstance(func, cst.Attribute) else func
        return isinstance(self.names.definition(owner), cst.ClassDef)

    def _renames(self, binding: Binding, kinds: tuple[str, ...]) -> bool:
        """Whether a binding may give what makes one another name."""
        last = (binding.canonical or "").rpartition(".")[2]
        return binding.how == "assign" or self.libraries.may_give(last, kinds)


def is_of_itself(binding: Binding) -> bool:
    """`x = x.to(d)`: whether a variable is given what chained calls make of it."""
    value: cst.CSTNode | None = binding.value
    hops = 0
    while isinstance(value, (cst.Call, cst.Attribute)) and hops < MAX_DEPTH:
        hops += 1
        if isinstance(value, cst.Call):
            if not isinstance(value.func, cst.Attribute):
                return False
            value = value.func.value
        else:
            value = value.value
    return (
        hops > 0 and isinstance(value, cst.Name) and value.value == binding.name and binding.how == "assign"
    )
