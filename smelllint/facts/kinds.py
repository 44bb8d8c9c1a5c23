"""Kinds: what sort of object an expression is.

    kind(expr)       a Kind; UNKNOWN where the file does not tell
    is_module(expr)  whether it is a torch module, whatever made it
    origin(expr)     the call that made the object, behind variables and chained calls
    type_name(expr)  the name of its class, from an annotation or the call that made it
    class_of(expr)   the class of this file that it is an instance of
    chain(expr)      the calls that made it and moved it on: Net(), .to(d), .eval()
    holder(call)     the variable or attribute that the object made by a call is bound to

Kinds come from the library tables, base classes, annotations, `self.` attributes, what functions of the file
return, what their callers pass, and, last, methods that only one kind has.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import TYPE_CHECKING

import libcst as cst

from smelllint.facts.libraries import Libraries
from smelllint.facts.names import Binding, Names

if TYPE_CHECKING:
    from smelllint.facts.reach import Reach


class Kind(Enum):
    """Sorts of objects; the values are the words of the library tables."""

    MODULE = "module"
    HF_MODEL = "hf-model"
    LOSS = "loss"
    SENTENCE_TRANSFORMER = "sentence-transformer"
    CROSS_ENCODER = "cross-encoder"
    EMBEDDINGS = "embeddings"
    PIPELINE = "pipeline"
    DIFFUSION_PIPELINE = "diffusion-pipeline"
    TOKENIZER = "tokenizer"
    RUST_TOKENIZER = "rust-tokenizer"
    PROCESSOR = "processor"
    KERAS_MODEL = "keras-model"
    KERAS_LAYER = "keras-layer"
    KERAS_TENSOR = "keras-tensor"
    ESTIMATOR = "estimator"
    BOOSTER = "booster"
    DMATRIX = "dmatrix"
    DATALOADER = "dataloader"
    DATASET = "dataset"
    HF_DATASET = "hf-dataset"
    TENSOR = "tensor"
    OUTPUT = "output"  # what a model of transformers gives: tensors by name
    NDARRAY = "ndarray"
    DATAFRAME = "dataframe"
    SERIES = "series"
    OPTIMIZER = "optimizer"
    SCHEDULER = "scheduler"
    TRAINER = "trainer"
    ACCELERATOR = "accelerator"
    CALLBACK = "callback"
    CONFIG = "config"
    TRANSFORM = "transform"
    DEVICE = "device"
    HISTORY = "history"
    NUMBER = "number"
    TEXT = "text"
    LIST = "list"
    TUPLE = "tuple"
    DICT = "dict"
    OTHER = "other"  # known, and none of these
    UNKNOWN = "unknown"


MODULES = frozenset({Kind.MODULE, Kind.HF_MODEL})
MAX_DEPTH = 25
LITERALS: dict[type[cst.CSTNode], Kind] = {
    cst.Integer: Kind.NUMBER,
    cst.Float: Kind.NUMBER,
    cst.SimpleString: Kind.TEXT,
    cst.FormattedString: Kind.TEXT,
    cst.ConcatenatedString: Kind.TEXT,
    cst.List: Kind.LIST,
    cst.ListComp: Kind.LIST,
    cst.Tuple: Kind.TUPLE,
    cst.Dict: Kind.DICT,
    cst.DictComp: Kind.DICT,
}


class Kinds:
    """The words of this family, for one file."""

    def __init__(self, names: Names, libraries: Libraries, imports: frozenset[str]) -> None:
        self.names = names
        self.tree = names.tree
        self.libraries = libraries
        self.imports = imports
        self.reach: Reach  # set by Facts: the two families ask each other
        self._known: dict[cst.CSTNode, Kind] = {}
        self._asking: set[cst.CSTNode] = set()

    def kind(self, node: cst.CSTNode) -> Kind:
        """The kind of object an expression evaluates to. UNKNOWN where bindings disagree or nothing tells."""
        if node in self._known:
            return self._known[node]
        if node in self._asking or len(self._asking) > MAX_DEPTH:
            return Kind.UNKNOWN
        self._asking.add(node)
        try:
            found = self._find(node)
        finally:
            self._asking.discard(node)
        if not self._asking:  # inside a cycle an answer may be cut short: remember whole ones only
            self._known[node] = found
        return found

    def is_module(self, node: cst.CSTNode) -> bool:
        """Whether it is known to be a torch module."""
        return self.kind(node) in MODULES

    def is_tensor(self, node: cst.CSTNode) -> bool:
        """Whether it is known to be a torch tensor."""
        return self.kind(node) is Kind.TENSOR

    def _find(self, node: cst.CSTNode) -> Kind:
        if type(node) in LITERALS:
            return LITERALS[type(node)]
        if isinstance(node, cst.Name):
            return self._name(node)
        if isinstance(node, cst.Attribute):
            return self._attribute(node)
        if isinstance(node, cst.Call):
            return self._call(node)
        if isinstance(node, cst.Subscript):
            return self._subscript(node)
        if isinstance(node, cst.BinaryOperation):
            return self._either(self.kind(node.left), self.kind(node.right))
        if isinstance(node, cst.Comparison):
            return self._either(self.kind(node.left), Kind.UNKNOWN)
        if isinstance(node, cst.UnaryOperation):
            return self.kind(node.expression)
        if isinstance(node, cst.IfExp):
            return agree([self.kind(node.body), self.kind(node.orelse)])
        if isinstance(node, cst.Await):
            return self.kind(node.expression)
        if isinstance(node, cst.NamedExpr):
            return self.kind(node.value)
        return Kind.UNKNOWN

    @staticmethod
    def _either(left: Kind, right: Kind) -> Kind:
        for kind in (Kind.TENSOR, Kind.DATAFRAME, Kind.SERIES, Kind.NDARRAY):
            if kind in (left, right):
                return kind
        return left if left is right else Kind.UNKNOWN

    # -- variables and attributes -----------------------------------------------------------------------

    def _name(self, node: cst.Name) -> Kind:
        if node.value in ("True", "False"):
            return Kind.OTHER
        found = [binding for binding in self.names.bindings(node) if binding.how not in ("augment", "delete")]
        # `model = model.to(d)` says nothing that the binding before it does not say.
        kinds = [self.binding_kind(binding) for binding in found if not self._of_itself(binding)]
        known = agree(kinds)
        return known if known is not Kind.UNKNOWN else self._by_use(node)

    def _of_itself(self, binding: Binding) -> bool:
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
            hops > 0
            and isinstance(value, cst.Name)
            and value.value == binding.name
            and binding.how == "assign"
        )

    def binding_kind(self, binding: Binding) -> Kind:
        """The kind that a binding gives its name."""
        if binding.how == "param":
            return self._parameter(binding)
        if binding.how in ("assign", "with") and binding.value is not None:
            annotation = self._annotation(binding)
            if annotation is not Kind.UNKNOWN:
                return annotation
            return self._part(binding) if binding.index else self.kind(binding.value)
        if binding.how == "for" and binding.value is not None:
            return self._element(binding)
        return Kind.UNKNOWN

    def _annotation(self, binding: Binding) -> Kind:
        parent = self.tree.parent(binding.node)
        return self.annotated(parent.annotation) if isinstance(parent, cst.AnnAssign) else Kind.UNKNOWN

    def _parameter(self, binding: Binding) -> Kind:
        param = binding.node
        if not isinstance(param, cst.Param):
            return Kind.UNKNOWN
        if param.annotation is not None:
            annotated = self.annotated(param.annotation)
            if annotated is not Kind.UNKNOWN:
                return annotated
        passed = [self.kind(argument) for argument in self.reach.passed(param)]
        return agree(passed)

    def annotated(self, annotation: cst.Annotation) -> Kind:
        """The kind of the instances of an annotation; through Optional, `| None` and quotes."""
        return self._type(annotation.annotation)

    def _type(self, node: cst.BaseExpression) -> Kind:
        if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.BitOr):
            sides = [
                side
                for side in (node.left, node.right)
                if not (isinstance(side, cst.Name) and side.value == "None")
            ]
            return agree([self._type(side) for side in sides])
        if isinstance(node, cst.Subscript):
            if self.names.name(node.value) == "typing.Optional" and isinstance(
                node.slice[0].slice, cst.Index
            ):
                return self._type(node.slice[0].slice.value)
            return self._type(node.value)
        definition = self.names.definition(node)
        if isinstance(definition, cst.ClassDef):
            return self.instance_kind(definition)
        name = self.names.name(node)
        return self._table(name) if name else Kind.UNKNOWN

    def _part(self, binding: Binding) -> Kind:
        """The kind of one element of an unpacked value: `model, loader = accelerator.prepare(model, loader)`."""
        value = binding.value
        if isinstance(value, cst.Call) and len(binding.index) == 1:
            place = binding.index[0]
            prepared = (
                isinstance(value.func, cst.Attribute) and self.kind(value.func.value) is Kind.ACCELERATOR
            )
            if prepared and place < len(value.args):
                return self.kind(value.args[place].value)
            if self._table(self.names.name(value.func) or "") is Kind.TENSOR or self._gives_tensor(value):
                return Kind.TENSOR
            function = self.reach.callee(value)
            if isinstance(function, cst.FunctionDef):
                return agree([self._returned_part(result, place) for result in self.reach.returns(function)])
        return Kind.UNKNOWN

    def _gives_tensor(self, call: cst.Call) -> bool:
        return isinstance(call.func, cst.Attribute) and self.kind(call.func.value) is Kind.TENSOR

    def _returned_part(self, result: cst.BaseExpression, place: int) -> Kind:
        if isinstance(result, cst.Tuple) and place < len(result.elements):
            return self.kind(result.elements[place].value)
        return Kind.UNKNOWN

    def _element(self, binding: Binding) -> Kind:
        """The kind of what a loop hands out."""
        iterated = binding.value
        if not isinstance(iterated, cst.Call):
            return (
                Kind.TENSOR if iterated is not None and self.kind(iterated) is Kind.TENSOR else Kind.UNKNOWN
            )
        if isinstance(iterated.func, cst.Attribute) and iterated.func.attr.value == "iterrows":
            return Kind.SERIES if binding.index == (1,) else Kind.UNKNOWN
        return Kind.NUMBER if self.names.name(iterated.func) == "builtins.range" else Kind.UNKNOWN

    def _by_use(self, node: cst.CSTNode) -> Kind:
        """The kind given away by a method that only it has, in a file that imports its library."""
        for use in self.names.uses(node):
            parent = self.tree.parent(use)
            called = (
                self.tree.parent(parent)
                if isinstance(parent, cst.Attribute) and parent.value is use
                else None
            )
            if (
                not isinstance(called, cst.Call)
                or called.func is not parent
                or not isinstance(parent, cst.Attribute)
            ):
                continue
            kind = self.given_away(called)
            if kind is Kind.MODULE and parent.attr.value == "load_state_dict" and self._steps(node):
                continue
            if kind is not Kind.UNKNOWN:
                return kind
        return Kind.UNKNOWN

    def given_away(self, call: cst.Call) -> Kind:
        """The kind of object that a method call gives away, because no other kind has the method and the file
        imports its library; UNKNOWN for any other call."""
        if not isinstance(call.func, cst.Attribute):
            return Kind.UNKNOWN
        method = call.func.attr.value
        evaluates = method == "eval" and not call.args
        if "torch" in self.imports and (evaluates or method in self.libraries.uses["module"]):
            return Kind.MODULE
        has_axis = any(arg.keyword is not None and arg.keyword.value == "axis" for arg in call.args)
        by_row = method == "apply" and has_axis
        if "pandas" in self.imports and (by_row or method in self.libraries.uses["dataframe"]):
            return Kind.DATAFRAME
        return Kind.UNKNOWN

    def _steps(self, node: cst.CSTNode) -> bool:
        """Whether it is stepped like an optimizer, which also loads state."""
        parents = [self.tree.parent(use) for use in self.names.uses(node)]
        methods = {parent.attr.value for parent in parents if isinstance(parent, cst.Attribute)}
        return bool(methods & {"step", "zero_grad", "get_last_lr", "update"}) and "eval" not in methods

    def _attribute(self, node: cst.Attribute) -> Kind:
        class_ = self.names.receiver_class(node.value) or self.class_of(node.value)
        if class_ is not None:
            found = [b for b in self.names.attribute_bindings(class_, node.attr.value) if b.how != "augment"]
            known = agree([self.binding_kind(binding) for binding in found])
            if known is not Kind.UNKNOWN:
                return known
        receiver = self.kind(node.value)
        given = self.libraries.attributes.get(receiver.value, {}).get(node.attr.value)
        if given is not None:
            return receiver if given == "self" else Kind(given)
        if receiver is Kind.DATAFRAME:
            return Kind.UNKNOWN
        return self._by_use(node)

    def _subscript(self, node: cst.Subscript) -> Kind:
        base = self.kind(node.value)
        if base in (Kind.TENSOR, Kind.NDARRAY):
            return base
        if base is Kind.OUTPUT:
            return Kind.TENSOR
        if base is Kind.DATAFRAME and len(node.slice) == 1 and isinstance(node.slice[0].slice, cst.Index):
            key = node.slice[0].slice.value
            if isinstance(key, cst.SimpleString):
                return Kind.SERIES
            return Kind.DATAFRAME if isinstance(key, (cst.List, cst.Comparison)) else Kind.UNKNOWN
        return Kind.UNKNOWN

    # -- calls ------------------------------------------------------------------------------------------

    def _call(self, node: cst.Call) -> Kind:
        name = self.names.name(node.func)
        if name is not None:
            given = self.libraries.calls.get(name)
            if given == "arg0":
                return self.kind(node.args[0].value) if node.args else Kind.UNKNOWN
            if given is not None:
                return Kind(given)
        definition = self.names.definition(node.func)
        if isinstance(definition, cst.ClassDef):
            return self.instance_kind(definition)
        function = self.reach.callee(node)
        if isinstance(function, cst.FunctionDef):
            return agree([self.kind(result) for result in self.reach.returns(function)])
        if isinstance(node.func, cst.Attribute):
            method = self._method(node.func)
            if method is not Kind.UNKNOWN:
                return method
        called = self.kind(node.func)
        if called in MODULES:
            return self._forwarded(node.func, called)
        return Kind.TENSOR if called is Kind.LOSS else Kind.UNKNOWN

    def _forwarded(self, module: cst.BaseExpression, kind: Kind) -> Kind:
        """What a forward pass gives: several tensors where `forward`, in this file, returns several."""
        class_ = self.class_of(module)
        forward = self.names.method(class_, "forward") if class_ is not None else None
        results = self.reach.returns(forward) if forward is not None else []
        given = agree(self.kind(result) for result in results)
        if given in (Kind.TUPLE, Kind.LIST, Kind.DICT):
            return given
        return Kind.OUTPUT if kind is Kind.HF_MODEL else Kind.TENSOR

    def _method(self, func: cst.Attribute) -> Kind:
        definition = self.names.definition(func.value)
        if isinstance(definition, cst.ClassDef):  # Net.from_pretrained(...), Net.load_from_checkpoint(...)
            instance = self.instance_kind(definition)
            given = self.libraries.methods.get(instance.value, {}).get(func.attr.value)
            return instance if given == "self" else Kind.UNKNOWN
        receiver = self.kind(func.value)
        given = self.libraries.methods.get(receiver.value, {}).get(func.attr.value)
        if given is None:
            return Kind.UNKNOWN
        return receiver if given == "self" else Kind(given)

    def instance_kind(self, class_: cst.ClassDef) -> Kind:
        """The kind of the instances of a class of this file, by the library classes it derives from."""
        kinds = {self._table(base) for base in self.names.base_names(class_)} - {Kind.UNKNOWN, Kind.OTHER}
        if kinds <= MODULES and kinds:
            return Kind.HF_MODEL if Kind.HF_MODEL in kinds else Kind.MODULE
        return kinds.pop() if len(kinds) == 1 else Kind.UNKNOWN

    def _table(self, name: str) -> Kind:
        given = self.libraries.calls.get(name)
        return Kind.UNKNOWN if given in (None, "arg0", "args") else Kind(given)

    # -- where an object comes from ---------------------------------------------------------------------

    def origin(self, node: cst.CSTNode) -> cst.Call | None:
        """The call that made the object (`Net(...)`, `AutoModel.from_pretrained(...)`); None where not known."""
        calls = self.chain(node)
        return calls[0] if calls else None

    def chain(self, node: cst.CSTNode) -> list[cst.Call]:
        """The calls that made the object and handed it on, the maker first; empty where it is not known."""
        links: list[cst.Call] = []
        seen: set[cst.CSTNode] = set()
        current: cst.CSTNode | None = node
        while current is not None and current not in seen:
            seen.add(current)
            if not isinstance(current, cst.Call):
                current = self._value_behind(current)
                continue
            links.insert(0, current)
            handed_on = self._hands_on(current)
            if handed_on is None:
                return links
            current = handed_on
        return []

    def _hands_on(self, call: cst.Call) -> cst.CSTNode | None:
        """The object that a call gives back changed or wrapped; None for the call that makes it."""
        name = self.names.name(call.func)
        if name is not None:
            given = self.libraries.calls.get(name)
            return call.args[0].value if given == "arg0" and call.args else None
        if isinstance(call.func, cst.Attribute):
            receiver = self.kind(call.func.value)
            given = self.libraries.methods.get(receiver.value, {}).get(call.func.attr.value)
            if given == "self" and not isinstance(self.names.definition(call.func.value), cst.ClassDef):
                return call.func.value
        return None

    def _value_behind(self, node: cst.CSTNode) -> cst.CSTNode | None:
        if isinstance(node, cst.Name):
            found = self.names.bindings(node)
        elif isinstance(node, cst.Attribute):
            class_ = self.names.receiver_class(node.value) or self.class_of(node.value)
            found = self.names.attribute_bindings(class_, node.attr.value) if class_ is not None else []
        else:
            return None
        made = [binding for binding in found if not self._of_itself(binding)] or found
        if len(made) != 1:
            return None
        if made[0].how == "param" and isinstance(made[0].node, cst.Param):
            passed = self.reach.passed(made[0].node)
            return passed[0] if len(passed) == 1 else None
        return made[0].value if made[0].how in ("assign", "with") and not made[0].index else None

    def type_name(self, node: cst.CSTNode) -> str | None:
        """The canonical name of the library class that an object is an instance of, or of the function that made
        it: by the annotation of the parameter, or by the call that made it. None where neither is known."""
        for binding in self.names.bindings(node) if isinstance(node, cst.Name) else ():
            if isinstance(binding.node, cst.Param) and binding.node.annotation is not None:
                return self.names.name(binding.node.annotation.annotation)
        made = self.origin(node)
        name = self.names.name(made.func) if made is not None else None
        head, _, last = (name or "").rpartition(".")
        factory = last[:1].islower() and head.rpartition(".")[2][:1].isupper()
        return head if factory else name

    def holder(self, call: cst.Call) -> cst.BaseExpression | None:
        """The variable or attribute that the object a call makes is bound to, behind chained calls that hand it
        on (`model = Net().to(d).eval()`); None where it is bound to none, or to several."""
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
        if not isinstance(node, (cst.Name, cst.Attribute, cst.Call)) or node in self._asking:
            return None
        self._asking.add(node)
        try:
            made = self.origin(node)
        finally:
            self._asking.discard(node)
        definition = self.names.definition(made.func) if made is not None else None
        return definition if isinstance(definition, cst.ClassDef) else None


def agree(kinds: Iterable[Kind]) -> Kind:
    """The kind that all agree on; the two sorts of torch modules agree on MODULE."""
    found = set(kinds)
    if not found:
        return Kind.UNKNOWN
    if len(found) == 1:
        return found.pop()
    return Kind.MODULE if found <= MODULES else Kind.UNKNOWN
