"""Devices: what hardware the code says it runs on.

    device(expr)      the Device of a model or tensor, or of a device expression ("cuda", torch.device(...),
                      device)
    type_device(expr) where tensors of a type live: torch.cuda.FloatTensor, "torch.FloatTensor"
    default_device(n) whether new tensors are made somewhere else than on the CPU there
    runs_on(node)     the Device that the code around a place shows as a whole
    dtype(expr)       the number format that an expression names: "float16", "bfloat16" …

The person may say it: `target` in the settings answers what the code leaves open.
"""

from __future__ import annotations

from enum import Enum

import libcst as cst

from smelllint.facts.kinds import Kind, Kinds
from smelllint.facts.names import Names, is_none
from smelllint.facts.values import Values

DTYPES = {
    "float16": "float16", "half": "float16", "fp16": "float16",
    "bfloat16": "bfloat16", "bf16": "bfloat16",
    "float32": "float32", "float": "float32", "fp32": "float32",
    "float64": "float64", "double": "float64",
}  # fmt: skip
STORING = ("state_dict", "save", "save_pretrained", "push_to_hub")
ACCELERATORS = ("cuda", "mps", "xpu", "hip", "npu", "tpu", "xla")


class Device(Enum):
    """Hardware, as the code tells."""

    CPU = "cpu"
    ACCELERATOR = "accelerator"
    EITHER = "either"  # an accelerator where there is one, else the CPU
    UNKNOWN = "unknown"


class Devices:
    """The words of this family, for one file."""

    def __init__(self, names: Names, kinds: Kinds, values: Values, target: str) -> None:
        self.names = names
        self.kinds = kinds
        self.values = values
        self.tree = names.tree
        self.target = {"cpu": Device.CPU, "cuda": Device.ACCELERATOR, "mps": Device.ACCELERATOR}.get(
            target, Device.UNKNOWN
        )

    def device(self, node: cst.CSTNode) -> Device:
        """Where a model or tensor lives, or what a device expression names: the last move that is seen in the
        chain of calls that made it or among the moves of the same variable; a move after the last use tells
        nothing. UNKNOWN where none is seen, unless the settings name a target."""
        found = self._of_expression(node)
        if found is Device.UNKNOWN:
            found = self._of_object(node)
        if found in (Device.UNKNOWN, Device.EITHER) and self.target is not Device.UNKNOWN:
            return self.target
        return found

    def dtype(self, node: cst.CSTNode) -> str | None:
        """The number format that an expression names, as torch calls it: `torch.half`, `"float16"`, a
        constant of the file. None for what names none, and where it is not known."""
        if not isinstance(node, cst.BaseExpression):
            return None
        value = self.values.value(node)
        named = value if isinstance(value, str) else (self.names.name(self.values.resolve(node)) or "")
        head, _, last = named.rpartition(".")
        return DTYPES.get(last) if head in ("", "torch", "numpy") else None

    def is_device(self, node: cst.CSTNode) -> bool:
        """Whether an expression names a device: a device string, torch.device(...), `x.device`, `device`."""
        if self._of_expression(node) is not Device.UNKNOWN or self.kinds.kind(node) is Kind.DEVICE:
            return True
        if isinstance(node, cst.Attribute):
            return "device" in node.attr.value.lower()
        return isinstance(node, cst.Name) and "device" in node.value.lower()

    def _of_expression(self, node: cst.CSTNode, steps: int = 8) -> Device:
        if not steps or not isinstance(node, cst.BaseExpression):
            return Device.UNKNOWN
        node = self.values.resolve(node)
        value = self.values.value(node)
        if isinstance(value, str):
            return self._of_text(value)
        if isinstance(node, cst.FormattedString) and node.parts:
            first = node.parts[0]
            return (
                self._of_text(first.value) if isinstance(first, cst.FormattedStringText) else Device.UNKNOWN
            )
        fallback = self._fallback(node)
        if fallback is not None:
            return _unless_given(self._of_expression(fallback, steps - 1))
        if isinstance(node, cst.IfExp):
            sides = {self._of_expression(node.body, steps - 1), self._of_expression(node.orelse, steps - 1)}
            return _join(sides)
        if isinstance(node, cst.Call):
            name = self.names.name(node.func)
            if name == "torch.device" and node.args:
                return self._of_expression(node.args[0].value, steps - 1)
            if name == "torch.cuda.current_device":
                return Device.ACCELERATOR
        if isinstance(node, cst.Name):
            found = [
                b
                for b in self.names.bindings(node)
                if b.how == "assign" and not b.index and b.value is not None
            ]
            if len(found) > 1:
                return _join({self._of_expression(b.value, steps - 1) for b in found if b.value is not None})
        return Device.UNKNOWN

    def type_device(self, node: cst.BaseExpression) -> Device:
        """Where tensors of a type live: `torch.cuda.FloatTensor if cuda else torch.FloatTensor` is EITHER;
        UNKNOWN for what names no tensor type. The settings' target decides where the code does not."""
        found = self._of_type(node)
        return self.target if found is Device.EITHER and self.target is not Device.UNKNOWN else found

    def _of_type(self, node: cst.BaseExpression, steps: int = 8) -> Device:
        node = self.values.resolve(node)
        if not steps:
            return Device.UNKNOWN
        if isinstance(node, cst.IfExp):
            return _join({self._of_type(node.body, steps - 1), self._of_type(node.orelse, steps - 1)})
        value = self.values.value(node)
        name = value if isinstance(value, str) else self.names.name(node)
        if name is not None and name.startswith("torch.") and name.endswith("Tensor"):
            return Device.ACCELERATOR if name.startswith("torch.cuda.") else Device.CPU
        found = self.names.bindings(node) if name is None and isinstance(node, cst.Name) else []
        given = [b.value if b.how == "assign" and not b.index else None for b in found]
        return _join({self._of_type(v, steps - 1) if v is not None else Device.UNKNOWN for v in given})

    def _fallback(self, node: cst.BaseExpression) -> cst.BaseExpression | None:
        """What stands in for a parameter that is None unless somebody gives it: the other side of `given or
        other` and of `other if given is None else given`; what `if given is None: given = other` assigns."""
        if isinstance(node, cst.BooleanOperation) and isinstance(node.operator, cst.Or):
            return node.right if self._is_optional(node.left) else None
        if isinstance(node, cst.IfExp) and isinstance(node.test, cst.Comparison):
            sides = [side for side in (node.body, node.orelse) if not self._is_optional(side)]
            asked = self._is_optional(node.test.left) and is_none(node.test.comparisons[0].comparator)
            return sides[0] if asked and len(sides) == 1 else None
        found = self.names.bindings(node) if isinstance(node, cst.Name) else []
        given = [binding for binding in found if binding.how == "param" and is_none(binding.value)]
        others = [binding.value for binding in found if binding.how == "assign" and not binding.index]
        return others[0] if len(given) == len(others) == 1 and len(found) == 2 else None

    def _is_optional(self, node: cst.BaseExpression) -> bool:
        """Whether it is a parameter that is None unless somebody gives it."""
        found = self.names.bindings(node) if isinstance(node, cst.Name) else []
        return len(found) == 1 and found[0].how == "param" and is_none(found[0].value)

    @staticmethod
    def _of_text(text: str) -> Device:
        head = text.split(":")[0].lower()
        if head == "cpu":
            return Device.CPU
        return Device.ACCELERATOR if head in ACCELERATORS else Device.UNKNOWN

    def _of_object(self, node: cst.CSTNode) -> Device:
        moves = [self._of_call(call) for call in self.kinds.origins.chain(node) or self._handed_on(node)]
        # A tensor stays where it is: `x.cpu()` gives another one.
        uses = [] if self.kinds.is_tensor(node) else self.names.followed(node)
        for place, use in enumerate(uses):
            attribute = self.tree.parent(use)
            call = (
                self.tree.parent(attribute)
                if isinstance(attribute, cst.Attribute) and attribute.value is use
                else None
            )
            moved = isinstance(call, cst.Call) and call.func is attribute
            if isinstance(call, cst.Call) and moved and not self._is_farewell(call, uses[place + 1 :]):
                moves.append(self._of_call(call))
        seen = [move for move in moves if move is not None]
        return seen[-1] if seen and len(set(seen)) == 1 else (_join(set(seen)) if seen else Device.UNKNOWN)

    def _handed_on(self, node: cst.CSTNode) -> list[cst.Call]:
        """The chained calls whose result a variable holds, where what they began with is not known: those of
        `x = x.to(device).float()`."""
        found = self.names.held(node) if isinstance(node, cst.Name) else []
        link = found[0].value if len(found) == 1 and found[0].how == "assign" and not found[0].index else None
        calls: list[cst.Call] = []
        while isinstance(link, cst.Call) and isinstance(link.func, cst.Attribute):
            calls.append(link)
            link = link.func.value
        return calls[::-1]

    def _is_farewell(self, call: cst.Call, later: list[cst.CSTNode]) -> bool:
        """Whether an object is moved when its work is done: all that follows is to store or delete it."""
        parent = self.tree.parent(call)
        if isinstance(parent, cst.Assign):
            target = self.names.symbol(parent.targets[0].target)
            moved = call.func.value if isinstance(call.func, cst.Attribute) else call.func
            if target is None or target != self.names.symbol(moved):
                return False
        elif not isinstance(parent, cst.Expr):
            return False
        around = [self.tree.parent(use) for use in later]
        return all(
            isinstance(node, (cst.Del, cst.AssignTarget))
            or (isinstance(node, cst.Attribute) and node.attr.value in STORING)
            for node in around
        )

    def _of_call(self, call: cst.Call) -> Device | None:
        """Where a call puts its object; None for a call that moves nothing."""
        if isinstance(call.func, cst.Attribute):
            method = call.func.attr.value
            if method == "cuda":
                return Device.ACCELERATOR
            if method == "cpu":
                return Device.CPU
            if method in ("enable_model_cpu_offload", "enable_sequential_cpu_offload"):
                return Device.ACCELERATOR  # the CPU is only where it waits
            if method == "to" and call.args and call.args[0].keyword is None:
                place = call.args[0].value
                return self._of_expression(place) if self.is_device(place) else None
        for keyword in ("device", "device_map", "map_location"):
            given = self.values.argument(call, keyword)
            if isinstance(given, cst.BaseExpression):
                return self._of_argument(given)
        return None

    def _of_argument(self, node: cst.BaseExpression) -> Device:
        """What an argument called `device` says: a number counts accelerators, -1 is the CPU."""
        node = self.values.resolve(node)
        if isinstance(node, cst.IfExp):
            return _join({self._of_argument(node.body), self._of_argument(node.orelse)})
        value = self.values.value(node)
        if isinstance(value, int) and not isinstance(value, bool):
            return Device.ACCELERATOR if value >= 0 else Device.CPU
        if isinstance(value, str) and value in ("auto", "balanced", "sequential"):
            return Device.EITHER
        return self._of_expression(node)

    def runs_on(self) -> Device:
        """What the file as a whole shows: ACCELERATOR or CPU where it names only that one, EITHER where it
        asks what there is, UNKNOWN where it says nothing; the settings' target comes first."""
        if self._place is None:
            self._place = self.target if self.target is not Device.UNKNOWN else self._seen_in_file()
        return self._place

    _place: Device | None = None

    def _seen_in_file(self) -> Device:
        seen = {self._shown(call) for call in self.tree.nodes(cst.Call)} - {None, Device.UNKNOWN}
        asks = any(
            self.names.name(call.func) == "torch.cuda.is_available" for call in self.tree.nodes(cst.Call)
        )
        if asks:
            return Device.EITHER
        return _join({device for device in seen if device is not None}) if seen else Device.UNKNOWN

    def _shown(self, call: cst.Call) -> Device | None:
        """What a call shows of where the work is done; nothing where a result is fetched to the CPU, or
        weights are first loaded there."""
        func = call.func
        if (
            isinstance(func, cst.Attribute)
            and func.attr.value == "cpu"
            and not self.kinds.is_module(func.value)
        ):
            return None
        given = isinstance(self.values.argument(call, "map_location"), cst.BaseExpression)
        return None if given else self._of_call(call)

    def default_device(self, node: cst.CSTNode) -> bool:
        """Whether something says where new tensors are made at a place: `torch.set_default_device(...)`
        anywhere in the file, or a `with torch.device(...):` around it."""
        setters = ("torch.set_default_device", "torch.set_default_tensor_type")
        if any(self.names.name(call.func) in setters for call in self.tree.nodes(cst.Call)):
            return True
        blocks = (outer for outer in self.tree.ancestors(node) if isinstance(outer, cst.With))
        return any(self.kinds.kind(item.item) is Kind.DEVICE for block in blocks for item in block.items)


def _unless_given(device: Device) -> Device:
    """The device that a parameter falls back to: a caller who gives one is not on the CPU for sure."""
    return Device.UNKNOWN if device is Device.CPU else device


def _join(devices: set[Device]) -> Device:
    if len(devices) == 1:
        return next(iter(devices))
    known = devices - {Device.UNKNOWN}
    return Device.EITHER if known == devices and known else Device.UNKNOWN
