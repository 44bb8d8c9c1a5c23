"""A tensor that is taken to the host and straight back to the device.

To hand a tensor over, the device must first finish all that was asked of it; then the numbers cross the bus,
numpy works on them with one processor while the device waits, and they cross the bus again. What numpy does
there, torch does on the device. On the CPU nothing moves, and there is little to save.

Leave it when the operation does not exist on the device, or must give the same bits as on the CPU.

There is no fix: the functions of torch that stand for those of numpy take other arguments and give other
number formats.
"""

from __future__ import annotations

from collections.abc import Iterator

from libcst import (
    Attribute,
    BaseExpression,
    BinaryOperation,
    Call,
    Comparison,
    CSTNode,
    Index,
    List,
    Name,
    Subscript,
    Tuple,
    UnaryOperation,
)

from smelllint import Rule, Smell
from smelllint.facts import Device, Facts

rule = Rule(
    family="data",
    imports=frozenset({"torch"}),
    words=frozenset({"from_numpy", "tensor", "Tensor"}),
    devices=frozenset({"cuda", "mps"}),
    signs=(
        frozenset({"FloatTensor()", "LongTensor()", "as_tensor()", "from_numpy()", "tensor()"}),
        frozenset({"item()", "numpy()", "tolist()"}),
    ),
)

MAKERS = ("torch.from_numpy", "torch.tensor", "torch.as_tensor", "torch.FloatTensor", "torch.LongTensor")
FETCHING = frozenset({"numpy", "tolist", "item"})
# Methods that leave a tensor what it is on its way to the host …
HANDING = frozenset({"detach", "cpu", "cuda", "float", "view", "contiguous"})
# … and what both torch and numpy do, as methods and as functions.
ALIKE = frozenset(
    {
        *(
            "argmax",
            "argmin",
            "argsort",
            "sort",
            "astype",
            "copy",
            "reshape",
            "transpose",
            "squeeze",
            "flatten",
        ),
        *(
            "ravel",
            "clip",
            "mean",
            "sum",
            "max",
            "min",
            "cumsum",
            "round",
            "any",
            "all",
            "std",
            "var",
            "prod",
        ),
    }
)
FUNCTIONS = ALIKE | {
    *("abs", "exp", "log", "sqrt", "maximum", "minimum", "where", "concatenate", "stack", "expand_dims"),
    *("array", "asarray", "ascontiguousarray", "flip", "roll", "unique", "sign", "tile", "nonzero", "square"),
}
AWAY = (Device.ACCELERATOR, Device.EITHER)
MAX_STEPS = 20


@rule.on(Call)
def there_and_back(made: Call, facts: Facts) -> Iterator[Smell]:
    if not facts.calls(made, *MAKERS):
        return
    given = made.args[0].value if made.args else None
    fetched = fetch(given, facts, MAX_STEPS) if given is not None else None
    if fetched is None or not goes_to_device(made, facts) or not facts.repeated(made):
        return
    yield Smell(
        at=made, message=f"`{facts.text(fetched)}` is taken to the host and then straight back to the device"
    )


# -- back to the device ---------------------------------------------------------------------------------


def goes_to_device(made: Call, facts: Facts) -> bool:
    """Whether a tensor is made on a device, or moved to one by a call right behind."""
    device = facts.argument(made, "device")
    if isinstance(device, BaseExpression):
        return facts.device(device) is not Device.CPU
    node: CSTNode = made
    for _ in range(MAX_STEPS):
        call = method_call(node, facts)
        if call is None:
            return False
        if is_move(call, facts):
            return True
        node = call
    return False


def method_call(node: CSTNode, facts: Facts) -> Call | None:
    """The call of a method on an expression."""
    attribute = facts.parent(node)
    call = facts.parent(attribute) if isinstance(attribute, Attribute) and attribute.value is node else None
    return call if isinstance(call, Call) and call.func is attribute else None


def is_move(call: Call, facts: Facts) -> bool:
    if facts.method_call(call, "cuda"):
        return True
    if not facts.method_call(call, "to") or not call.args:
        return False
    place = call.args[0].value
    return facts.is_device(place) and facts.device(place) is not Device.CPU


# -- from the device ------------------------------------------------------------------------------------


def fetch(node: BaseExpression, facts: Facts, steps: int) -> Call | None:
    """The call that takes a tensor from the device, behind variables that nothing else reads and what numpy
    does that torch does as well."""
    if not steps:
        return None
    if isinstance(node, Call):
        return fetched_by(node, facts, steps)
    parts = parts_of(node, facts)
    return next((found for part in parts if (found := fetch(part, facts, steps - 1)) is not None), None)


def fetched_by(call: Call, facts: Facts, steps: int) -> Call | None:
    receiver = facts.receiver(call, *FETCHING)
    if receiver is not None:
        return call if is_on_device(receiver, facts) else None
    library, _, function = (facts.name(call.func) or "").rpartition(".")
    if library == "numpy":
        given = [arg.value for arg in call.args] if function in FUNCTIONS else []
        found = (fetch(value, facts, steps - 1) for value in given)
        return next((one for one in found if one is not None), None)
    array = facts.receiver(call, *ALIKE)
    return fetch(array, facts, steps - 1) if array is not None else None


def is_on_device(node: BaseExpression, facts: Facts) -> bool:
    """Whether a tensor comes from a device: it is known to be there, or `.cpu()` or `.cuda()` says so."""
    if not facts.is_tensor(node):
        return False
    said = False
    while (receiver := facts.receiver(node, *HANDING, *ALIKE)) is not None:
        said = said or facts.method_call(node, "cpu", "cuda")
        node = receiver
    where = facts.device(node)
    return where in AWAY or (said and where is not Device.CPU)


def parts_of(node: BaseExpression, facts: Facts) -> list[BaseExpression]:
    """What an expression is computed from."""
    if isinstance(node, Name):
        return given_to(node, facts)
    if isinstance(node, BinaryOperation):
        return [node.left, node.right]
    if isinstance(node, UnaryOperation):
        return [node.expression]
    if isinstance(node, Comparison):
        return [node.left, *(each.comparator for each in node.comparisons)]
    if isinstance(node, (List, Tuple)):
        return [node.elements[0].value] if len(node.elements) == 1 else []
    if isinstance(node, Subscript):
        indexes = [part.slice.value for part in node.slice if isinstance(part.slice, Index)]
        return [node.value, *indexes]
    return []


def given_to(name: Name, facts: Facts) -> list[BaseExpression]:
    """What a variable is given that only this mention reads."""
    found = facts.bindings(name)
    value = found[0].value if len(found) == 1 and found[0].how == "assign" and not found[0].index else None
    return [value] if value is not None and facts.only_mention(value) is name else []
