"""Arrays: what is known of numpy's arrays beyond their kind, and of the tensors made from them.

is_array(expr)   whether it is an array of numpy's with at least one axis, and not a single number of it
fresh(expr)      whether it is such an array that the expression itself makes, so that nobody else holds it
tensor_of(call)  what a call makes a tensor of: `x` in `torch.tensor(x, dtype=torch.float32)`
"""

from __future__ import annotations

import libcst as cst

from smelllint.facts.kinds import Kind, Kinds
from smelllint.facts.libraries import Libraries
from smelllint.facts.names import Names
from smelllint.facts.values import ABSENT, UNKNOWN, Values

MAX_STEPS = 8
# Where a function of `numpy.random` is told how many numbers to draw; without that it draws one.
SIZES = {
    "normal": 2,
    "uniform": 2,
    "randint": 2,
    "choice": 1,
    "random": 0,
    "random_sample": 0,
    "standard_normal": 0,
}
# Methods of an array that leave it an array, and those of them that copy it.
SHAPING = frozenset({"reshape", "transpose", "flatten", "ravel", "astype", "copy"})
COPYING = frozenset({"flatten", "astype", "copy"})
# Methods of a tensor that may leave a single number of it.
REDUCING = frozenset(
    {"item", "sum", "mean", "norm", "max", "min", "std", "var", "prod", "argmax", "argmin", "dot"}
)


class Arrays:
    """The words of this family, for one file."""

    def __init__(self, names: Names, kinds: Kinds, values: Values, libraries: Libraries) -> None:
        self.names = names
        self.kinds = kinds
        self.values = values
        self.libraries = libraries

    def is_array(self, node: cst.BaseExpression, steps: int = MAX_STEPS) -> bool:
        """Whether it is known to be an array with at least one axis: `x[0]` of an array may be a number."""
        if not steps or self.kinds.kind(node) is not Kind.NDARRAY:
            return False
        if isinstance(node, (cst.Name, cst.Attribute)):
            return self._is_held(node, steps)
        if isinstance(node, cst.Call):
            return self._gives_array(node, steps)
        if isinstance(node, cst.BinaryOperation):
            return self.is_array(node.left, steps - 1) or self.is_array(node.right, steps - 1)
        if isinstance(node, cst.Subscript):
            slices = [element.slice for element in node.slice]
            return any(isinstance(cut, cst.Slice) for cut in slices) and self.is_array(node.value, steps - 1)
        return False

    def _is_held(self, node: cst.Name | cst.Attribute, steps: int) -> bool:
        """Whether all that a variable is bound to are arrays; what is only annotated as one is believed."""
        if isinstance(node, cst.Attribute):
            behind = self.values.resolve(node)
            table = self.kinds.kind(node.value) in (Kind.DATAFRAME, Kind.SERIES)
            return table or (behind is not node and self.is_array(behind, steps - 1))
        found = [binding for binding in self.names.bindings(node) if binding.how != "augment"]
        return bool(found) and all(
            isinstance(b.node, cst.Param)
            or (
                b.how == "assign"
                and not b.index
                and b.value is not None
                and self.is_array(b.value, steps - 1)
            )
            for b in found
        )

    def _gives_array(self, call: cst.Call, steps: int) -> bool:
        name = self.names.name(call.func)
        if name is not None and name.startswith("numpy.random."):
            return self._draws_several(call, name.removeprefix("numpy.random."))
        if self.libraries.in_set("array-makers", name):
            return True
        function = self.names.definition(call.func)
        if isinstance(function, cst.FunctionDef):
            returned = self.kinds.reach.returns(function)
            return bool(returned) and all(self.is_array(result, steps - 1) for result in returned)
        return isinstance(call.func, cst.Attribute) and self._method_gives_array(call.func, steps)

    def _method_gives_array(self, func: cst.Attribute, steps: int) -> bool:
        receiver, method = func.value, func.attr.value
        kind = self.kinds.kind(receiver)
        if kind is Kind.NDARRAY:
            return method in SHAPING and self.is_array(receiver, steps - 1)
        if kind is Kind.TENSOR:
            return method == "numpy" and not self._is_reduced(receiver)
        return kind in (Kind.DATAFRAME, Kind.SERIES, Kind.SENTENCE_TRANSFORMER, Kind.ESTIMATOR)

    def _is_reduced(self, tensor: cst.BaseExpression) -> bool:
        """Whether a tensor may be one number: `loss.mean().detach()`, the loss of a criterion."""
        while isinstance(tensor, cst.Call):
            if not isinstance(tensor.func, cst.Attribute):
                return self.kinds.kind(tensor.func) is Kind.LOSS
            if tensor.func.attr.value in REDUCING:
                return True
            tensor = tensor.func.value
        behind = self.values.resolve(tensor)
        return self._is_reduced(behind) if behind is not tensor else isinstance(tensor, cst.Subscript)

    def _draws_several(self, call: cst.Call, function: str) -> bool:
        if function in ("rand", "randn"):
            return bool(call.args)
        place = SIZES.get(function)
        return place is not None and self.values.argument(call, "size", place) not in (ABSENT, UNKNOWN)

    def tensor_of(self, call: cst.Call) -> cst.BaseExpression | None:
        """The data that a call copies into a new tensor; None for a call that does something else. Also for
        `Tensor = torch.cuda.FloatTensor if cuda else torch.FloatTensor`."""
        if not all(self.libraries.in_set("tensor-makers", name) for name in self.may_name(call.func)):
            return None
        given = self.values.argument(call, "data", 0)
        several = len([arg for arg in call.args if arg.keyword is None]) > 1
        return given if isinstance(given, cst.BaseExpression) and not several else None

    def may_name(self, func: cst.BaseExpression) -> list[str | None]:
        """The canonical names of which an expression has one, as the conditions of the file decide."""
        behind = self.values.resolve(func)
        if isinstance(behind, cst.IfExp):
            return [*self.may_name(behind.body), *self.may_name(behind.orelse)]
        return [self.names.name(func)]

    def fresh(self, node: cst.BaseExpression) -> bool:
        """Whether the expression makes the array, in memory of its own that can be written to."""
        if isinstance(node, cst.BinaryOperation):
            return self.is_array(node)
        if not isinstance(node, cst.Call) or not self.is_array(node):
            return False
        name = self.names.name(node.func)
        if name is not None:
            copied = self.values.argument(node, "copy") is ABSENT
            return name.startswith("numpy.random.") or (
                copied and self.libraries.in_set("array-copiers", name)
            )
        if not isinstance(node.func, cst.Attribute) or self.kinds.kind(node.func.value) is not Kind.NDARRAY:
            return False
        method = node.func.attr.value
        if method == "astype":
            return self.values.argument(node, "copy") is ABSENT
        return method in COPYING or (method == "reshape" and self.fresh(node.func.value))
