"""Kinds: what sort of object an expression is.

    kind(expr)       a Kind; UNKNOWN where the file does not tell
    is_module(expr)  whether it is a torch module, whatever made it
    is_tensor(expr)  whether it is a torch tensor

Kinds come from the library tables, base classes, annotations, `self.` attributes, what functions of the file
return, what their callers pass, and, last, methods that only one kind has.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum
from typing import TYPE_CHECKING

import libcst as cst

from smelllint.facts.bindings import Binding
from smelllint.facts.elements import Elements
from smelllint.facts.libraries import Libraries
from smelllint.facts.names import Names, is_none
from smelllint.facts.origins import Origins, is_of_itself
from smelllint.facts.questions import Questions
from smelllint.facts.scopes import dotted_name

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
    NOTHING = "nothing"  # None, which stands in for whatever comes later
    OTHER = "other"  # known, and none of these
    UNKNOWN = "unknown"


MODULES = frozenset({Kind.MODULE, Kind.HF_MODEL})
ARRAYS = (Kind.TENSOR, Kind.DATAFRAME, Kind.SERIES, Kind.NDARRAY)
SEQUENCES = (Kind.LIST, Kind.TUPLE, Kind.TEXT)
# Bases that make an object nothing that the tables know.
PLAIN_BASES = ("builtins.", "abc.", "typing.", "enum.")
# Annotations that leave open what is passed.
OPEN_TYPES = ("typing.", "collections.abc.", "builtins.object", "builtins.type")
MAX_QUOTED = 200
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
        self.questions = Questions()
        self._uses: dict[int, Kind] = {}
        self.elements = Elements(names, self.questions)
        self.origins = Origins(self)

    def kind(self, node: cst.CSTNode) -> Kind:
        """The kind of object an expression evaluates to. UNKNOWN where bindings disagree or nothing tells."""
        # What a variable gets from itself in a loop says nothing that its other bindings do not say.
        return self.questions.ask(("kind", node), lambda: self._find(node), Kind.NOTHING, Kind.UNKNOWN)

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
            return self._arithmetic(node)
        if isinstance(node, cst.Comparison):
            return self._comparison(node)
        if isinstance(node, cst.UnaryOperation):
            return Kind.OTHER if isinstance(node.operator, cst.Not) else self.kind(node.expression)
        if isinstance(node, cst.IfExp):
            return agree([self.kind(node.body), self.kind(node.orelse)])
        if isinstance(node, cst.BooleanOperation):
            return agree([self.kind(node.left), self.kind(node.right)])
        if isinstance(node, cst.Await):
            return self.kind(node.expression)
        if isinstance(node, cst.NamedExpr):
            return self.kind(node.value)
        return Kind.UNKNOWN

    def _arithmetic(self, node: cst.BinaryOperation) -> Kind:
        left, right = self.kind(node.left), self.kind(node.right)
        known = self._either(left, right)
        repeated = left in SEQUENCES and isinstance(node.operator, (cst.Add, cst.Multiply, cst.Modulo))
        return left if known is Kind.UNKNOWN and repeated else known

    def _comparison(self, node: cst.Comparison) -> Kind:
        if any(isinstance(c.operator, (cst.In, cst.NotIn, cst.Is, cst.IsNot)) for c in node.comparisons):
            return Kind.OTHER
        compared = self._either(self.kind(node.left), self.kind(node.comparisons[0].comparator))
        return compared if compared in ARRAYS or compared is Kind.UNKNOWN else Kind.OTHER

    @staticmethod
    def _either(left: Kind, right: Kind) -> Kind:
        for kind in ARRAYS:
            if kind in (left, right):
                return kind
        return left if left is right else Kind.UNKNOWN

    # -- variables and attributes -----------------------------------------------------------------------

    def _name(self, node: cst.Name) -> Kind:
        if node.value in ("True", "False", "None"):
            return Kind.NOTHING if is_none(node) else Kind.OTHER
        class_ = self.names.receiver_class(node)
        if class_ is not None and self.names.own_class(node) is None:
            return self.instance_kind(class_)
        found = [binding for binding in self.names.bindings(node) if binding.how != "delete"]
        known = agree(self.binding_kind(binding) for binding in found if binding.how != "augment")
        if known is Kind.NUMBER:  # `total = 0` and `total += loss`: a number no longer
            grown = [b.value for b in found if b.how == "augment" and b.value is not None]
            known = agree([known, *(self._either(known, self.kind(value)) for value in grown)][-1:])
        return known if known not in (Kind.UNKNOWN, Kind.NOTHING) else self._by_use(node, known)

    def binding_kind(self, binding: Binding) -> Kind:
        """The kind that a binding gives its name."""
        if binding.how == "param":
            return self._parameter(binding)
        annotated = self._annotation(binding)
        if annotated is not Kind.UNKNOWN:
            return annotated
        if binding.how in ("assign", "with") and binding.value is not None:
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
            if annotated not in (Kind.UNKNOWN, Kind.NOTHING):
                return annotated
            if self._tells(param.annotation.annotation, param.annotation):
                return Kind.UNKNOWN  # of a type that no table knows, as the callers will say
        passed = [self.kind(argument) for argument in self.reach.passed(param)]
        given = agree(passed)
        return given if given is not Kind.NOTHING else Kind.UNKNOWN

    def _tells(self, node: cst.BaseExpression, at: cst.CSTNode) -> bool:
        """Whether an annotation names one type, or None beside it: no protocol and nothing of the project."""
        if is_none(node):
            return True
        if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.BitOr):
            return self._tells(node.left, at) and self._tells(node.right, at)
        node = node.value if isinstance(node, cst.Subscript) else node
        name = self.names.spelled(node, at)
        return name is not None and not name.startswith(OPEN_TYPES)

    def annotated(self, annotation: cst.Annotation) -> Kind:
        """The kind of the instances of an annotation; through Optional, `| None` and quotes."""
        return self._type(annotation.annotation, annotation)

    def _type(self, node: cst.BaseExpression, at: cst.CSTNode) -> Kind:
        if is_none(node):
            return Kind.NOTHING
        if isinstance(node, cst.SimpleString):
            return self._quoted(node, at)
        if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.BitOr):
            return agree([self._type(node.left, at), self._type(node.right, at)])
        if isinstance(node, cst.Subscript):
            return self._generic(node, at)
        definition = self.names.defined(node.value, at) if isinstance(node, cst.Name) else None
        if isinstance(definition, cst.ClassDef):
            return self.instance_kind(definition)
        return self._table(self.names.spelled(node, at) or "")

    def _quoted(self, node: cst.SimpleString, at: cst.CSTNode) -> Kind:
        """The kind of an annotation in quotes."""
        text = node.raw_value
        if len(text) > MAX_QUOTED or not re.fullmatch(r"[\w.\[\]|, '\"]+", text):
            return Kind.UNKNOWN
        try:
            return self._type(cst.parse_expression(text), at)
        except cst.ParserSyntaxError:
            return Kind.UNKNOWN

    def _generic(self, node: cst.Subscript, at: cst.CSTNode) -> Kind:
        """`Optional[X]`, `Union[X, None]`, `Annotated[X, ...]`: X; any other `X[...]`: X as well."""
        inner = [part.slice.value for part in node.slice if isinstance(part.slice, cst.Index)]
        wrapper = self.names.spelled(node.value, at)
        if wrapper in ("typing.Optional", "typing.Union"):
            return agree(self._type(part, at) for part in inner)
        wraps = wrapper in ("typing.Annotated", "typing.Final", "typing.ClassVar")
        return self._type(inner[0] if wraps and inner else node.value, at)

    def _part(self, binding: Binding) -> Kind:
        """The kind of one element of an unpacked value: `model, loader = accelerator.prepare(model,
        loader)`."""
        value = binding.value
        if not isinstance(value, cst.Call) or len(binding.index) != 1:
            return Kind.UNKNOWN
        place = binding.index[0]
        if self._prepares(value) and place < len(value.args):
            return self.kind(value.args[place].value)
        function = self.reach.callee(value)
        if isinstance(function, cst.FunctionDef):
            return agree(self._returned_part(result, place) for result in self.reach.returns(function))
        whole = self.kind(value)
        if self.is_module(value.func):
            return Kind.TENSOR if whole is Kind.TENSOR and place == 0 else Kind.UNKNOWN
        gives = whole is Kind.TENSOR or (whole is Kind.UNKNOWN and self._gives_tensor(value))
        return Kind.TENSOR if gives else Kind.UNKNOWN

    def _prepares(self, call: cst.Call) -> bool:
        """`accelerator.prepare(model, loader)` gives its arguments back."""
        return isinstance(call.func, cst.Attribute) and self.kind(call.func.value) is Kind.ACCELERATOR

    def _gives_tensor(self, call: cst.Call) -> bool:
        return isinstance(call.func, cst.Attribute) and self.kind(call.func.value) is Kind.TENSOR

    def _returned_part(self, result: cst.BaseExpression, place: int) -> Kind:
        if isinstance(result, cst.Tuple) and place < len(result.elements):
            return self.kind(result.elements[place].value)
        return Kind.UNKNOWN

    def _element(self, binding: Binding) -> Kind:
        """The kind of what a loop hands out."""
        iterated = binding.value
        if iterated is not None and self.kind(iterated) is Kind.TENSOR:
            return Kind.TENSOR
        listed = agree(self.kind(element) for element in self.elements.handed_out(binding))
        if listed in MODULES:
            return listed
        if not isinstance(iterated, cst.Call):
            return Kind.UNKNOWN
        if isinstance(iterated.func, cst.Attribute) and iterated.func.attr.value == "iterrows":
            return Kind.SERIES if binding.index == (1,) else Kind.UNKNOWN
        return Kind.NUMBER if self.names.name(iterated.func) == "builtins.range" else Kind.UNKNOWN

    def _by_use(self, node: cst.CSTNode, otherwise: Kind = Kind.UNKNOWN) -> Kind:
        """The kind given away by a method that only it has, in a file that imports its library; of what
        `torch.load` gives only a module can be called."""
        if self._is_loaded(node) and any(self._is_called(use) for use in self.names.followed(node)):
            return Kind.MODULE
        followed = self.names.followed(node)
        if not followed:
            return otherwise
        # The lists of mentions live as long as the file, and many mentions share one.
        if id(followed) not in self._uses:
            self._uses[id(followed)] = self._given_by(followed)
        given = self._uses[id(followed)]
        return given if given is not Kind.UNKNOWN else otherwise

    def _given_by(self, mentions: list[cst.CSTNode]) -> Kind:
        """The kind given away by the first telling method that is called on one of these mentions."""
        for use in mentions:
            parent = self.tree.parent(use)
            if not isinstance(parent, cst.Attribute) or parent.value is not use:
                continue
            called = self.tree.parent(parent)
            if not isinstance(called, cst.Call) or called.func is not parent:
                continue
            kind = self.given_away(called)
            if kind is Kind.MODULE and parent.attr.value == "load_state_dict" and self._steps(use):
                continue
            if kind is not Kind.UNKNOWN:
                return kind
        return Kind.UNKNOWN

    def _is_called(self, use: cst.CSTNode) -> bool:
        parent = self.tree.parent(use)
        return isinstance(parent, cst.Call) and parent.func is use

    def _is_loaded(self, node: cst.CSTNode) -> bool:
        """Whether a variable or attribute holds what `torch.load` gives."""
        if isinstance(node, cst.Name):
            found = [binding for binding in self.names.bindings(node) if not is_of_itself(binding)]
        else:
            class_ = self.names.receiver_class(node.value) if isinstance(node, cst.Attribute) else None
            attribute = node.attr.value if isinstance(node, cst.Attribute) else ""
            found = self.names.attribute_bindings(class_, attribute) if class_ is not None else []
        values = [binding.value for binding in found]
        return bool(values) and all(
            isinstance(value, cst.Call) and self.names.name(value.func) == "torch.load" for value in values
        )

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
        members = self.names.links.members(node, node)
        if members:
            return agree(self.binding_kind(binding) for binding in members)
        class_ = self.names.receiver_class(node.value) or self.origins.class_of(node.value)
        known = self._own_attribute(class_, node.attr.value) if class_ is not None else Kind.UNKNOWN
        if known not in (Kind.UNKNOWN, Kind.NOTHING):
            return known
        receiver = self.kind(node.value)
        given = self.libraries.attributes.get(receiver.value, {}).get(node.attr.value)
        if given is not None:
            return receiver if given == "self" else Kind(given)
        if receiver is Kind.DATAFRAME:
            return Kind.UNKNOWN
        return self._by_use(node, known)

    def _own_attribute(self, class_: cst.ClassDef, name: str) -> Kind:
        """The kind of an attribute of a class of this file: assigned, or given by a property."""
        found = [b for b in self.names.attribute_bindings(class_, name) if b.how != "augment"]
        method = self.names.method(class_, name)
        if method is None or found:
            return agree(self.binding_kind(binding) for binding in found)
        decorators = {dotted_name(item.decorator).rpartition(".")[2] for item in method.decorators}
        return self._returned(method) if decorators & {"property", "cached_property"} else Kind.UNKNOWN

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
        if isinstance(definition, cst.FunctionDef):
            return self._returned(definition)
        if isinstance(node.func, cst.Attribute):
            method = self._method(node.func)
            if method is not Kind.UNKNOWN:
                return method
        called = self.kind(node.func)
        if called in MODULES:
            return self._forwarded(node.func, called)
        function = self.reach.callee(node)
        if isinstance(function, cst.FunctionDef):
            return self._returned(function)
        return Kind.TENSOR if called is Kind.LOSS else Kind.UNKNOWN

    def _returned(self, function: cst.FunctionDef) -> Kind:
        """The kind of what a function of this file gives: by its annotation, else by what it returns."""
        annotated = self.annotated(function.returns) if function.returns is not None else Kind.UNKNOWN
        if annotated not in (Kind.UNKNOWN, Kind.NOTHING):
            return annotated
        return agree(self.kind(result) for result in self.reach.returns(function))

    def _forwarded(self, module: cst.BaseExpression, kind: Kind) -> Kind:
        """What a forward pass gives: several tensors where `forward`, in this file, returns several."""
        class_ = self.origins.class_of(module)
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
        if receiver is Kind.NOTHING and self._gives_itself(func.attr.value):
            return Kind.NOTHING  # `x = x.to(d)` in a loop: what x is, its other bindings say
        given = self.libraries.methods.get(receiver.value, {}).get(func.attr.value)
        if given is None:
            return Kind.UNKNOWN
        return receiver if given == "self" else Kind(given)

    def _gives_itself(self, method: str) -> bool:
        return any(methods.get(method) == "self" for methods in self.libraries.methods.values())

    def instance_kind(self, class_: cst.ClassDef) -> Kind:
        """The kind of the instances of a class of this file, by the library classes it derives from; OTHER
        for a class that stands on its own."""
        bases = self.names.base_names(class_)
        kinds = {self._table(base) for base in bases} - {Kind.UNKNOWN, Kind.OTHER}
        if kinds <= MODULES and kinds:
            return Kind.HF_MODEL if Kind.HF_MODEL in kinds else Kind.MODULE
        if len(kinds) == 1:
            return kinds.pop()
        return Kind.OTHER if self._stands_alone(class_) else Kind.UNKNOWN

    def _stands_alone(self, class_: cst.ClassDef) -> bool:
        bases = [argument.value for ancestor in self.names.lineage(class_) for argument in ancestor.bases]
        return all(
            isinstance(self.names.definition(base), cst.ClassDef)
            or (self.names.name(base) or "").startswith(PLAIN_BASES)
            for base in bases
        )

    def _table(self, name: str) -> Kind:
        given = self.libraries.calls.get(name)
        return Kind.UNKNOWN if given in (None, "arg0", "args") else Kind(given)


def agree(kinds: Iterable[Kind]) -> Kind:
    """The kind that all agree on; the two sorts of torch modules agree on MODULE, and None agrees with
    all."""
    found = set(kinds)
    if len(found) > 1:
        found.discard(Kind.NOTHING)
    if not found:
        return Kind.UNKNOWN
    if len(found) == 1:
        return found.pop()
    return Kind.MODULE if found <= MODULES else Kind.UNKNOWN
