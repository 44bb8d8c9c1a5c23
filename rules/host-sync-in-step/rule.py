"""A training step that waits for the accelerator only to log a number.

An accelerator works through what it is sent while Python is already preparing the next step. To read a number
(`.item()`, `float(...)`, `.cpu()`, `print(...)` of a tensor), Python has to wait until all of that is done:
the next batch is loaded and the next step sent off only then, and meanwhile the accelerator idles. Kept as a
tensor, the number can be read once in many steps.

Leave it when the number has to be on the screen in every step. A step that waits in any case is not reported:
one that copies its batch without `non_blocking=True`, scales its gradients, or looks at a number to decide.

The fix is unsafe: a sum that was a Python number becomes a tensor, added up in the tensor's own precision. It
is made for sums that are only printed; what else reads the number is left to its author.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from smelllint import Fix, Rule, Smell
from smelllint.facts import Device, Facts, Iterates, Kind

# Methods on the way from a tensor to its number, and functions that only reshape a number for the reader.
UNWRAPPING = ("detach", "item", "tolist", "numpy", "cpu", "float", "double")
FORMATTING = ("builtins.round", "builtins.str", "builtins.float", "builtins.int", "math.exp", "numpy.mean")
WAITING_METHODS = ("nonzero", "masked_select", "unique", "synchronize")
CARRIERS = (
    *(cst.BinaryOperation, cst.UnaryOperation, cst.FormattedStringExpression, cst.FormattedString),
    *(cst.ConcatenatedString, cst.Element, cst.Tuple, cst.List, cst.DictElement, cst.Dict),
)
TESTS = (cst.Comparison, cst.Assert, cst.BooleanOperation)
ACCELERATORS = {Device.ACCELERATOR, Device.EITHER}
COUNTS = ("builtins.range", "tqdm.trange")
# Fewer steps than this are over before it matters.
FEW = 100
MAX_NAMES = 4

rule = Rule(
    family="training",
    imports=frozenset({"torch", "transformers", "accelerate"}),
    words=frozenset({"backward"}),
    default=False,
    devices=frozenset({"cuda", "mps"}),
)


@rule.on(cst.Call)
def waits_to_log(call: cst.Call, facts: Facts) -> Iterator[Smell]:
    loop = facts.step_loop(call)
    if loop is None or facts.is_trial or not facts.every_round(call, loop):
        return
    tensor = read(call, facts)
    if tensor is None or not is_on_accelerator(tensor, loop, facts):
        return
    if is_short(loop, facts) or not runs_ahead(loop, facts):
        return
    if not (is_shown(call, facts) or only_logged(call, loop, facts)) or waits_anyway(loop, facts):
        return
    yield Smell(
        at=call,
        message=f"`{facts.text(call)}` lets every step wait for the accelerator, only to log a number",
        fix=keep_on_device(call, tensor, facts),
    )


def read(call: cst.Call, facts: Facts) -> cst.BaseExpression | None:
    """The tensor whose numbers a call reads: `loss` of `loss.detach().cpu().item()` and of `print(loss)`."""
    if is_shown(call, facts):
        shown = [node for arg in call.args for node in printed(arg.value)]
        return next((node for node in shown if is_tensor(node, facts)), None)
    tensor = facts.fetched(call)
    outer = facts.parent(facts.parent(call) or call)
    if tensor is None or (isinstance(outer, cst.Call) and facts.fetched(outer) is call):
        return None
    while (inner := facts.receiver(tensor, *UNWRAPPING)) is not None:
        tensor = inner
    if isinstance(tensor, cst.Attribute) and tensor.attr.value == "data":
        tensor = tensor.value
    return tensor if is_tensor(tensor, facts) else None


def is_shown(call: cst.Call, facts: Facts) -> bool:
    return facts.calls(call, "builtins.print")


def printed(node: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    """What a print shows: its arguments, and the parts of those that are f-strings."""
    yield node
    if isinstance(node, cst.FormattedString):
        yield from (part.expression for part in node.parts if isinstance(part, cst.FormattedStringExpression))


def is_tensor(node: cst.BaseExpression, facts: Facts) -> bool:
    return facts.is_tensor(node) or bool(facts.ties(node))


def is_on_accelerator(tensor: cst.BaseExpression, loop: cst.For | cst.While, facts: Facts) -> bool:
    """Whether a value comes from a forward pass of this step, of a model that is moved to an accelerator."""
    passes = facts.forwards(tensor, loop)
    places = {facts.device(model) for call in passes if (model := facts.forward(call)) is not None}
    known = places - {Device.UNKNOWN} or ({facts.runs_on()} if passes else set())
    return bool(known) and known <= ACCELERATORS


def is_short(loop: cst.For | cst.While, facts: Facts) -> bool:
    """Whether the loop is known to take only a few steps."""
    if facts.iterates(loop) is Iterates.LITERAL:
        return True
    counted = counter(loop, facts)
    rounds = facts.value(counted.args[0].value) if counted is not None and len(counted.args) == 1 else None
    return isinstance(rounds, int) and rounds < FEW


def counter(loop: cst.For | cst.While, facts: Facts) -> cst.Call | None:
    """The `range(...)` that a loop goes through."""
    counted = facts.iterable(loop)
    return counted if isinstance(counted, cst.Call) and facts.calls(counted, *COUNTS) else None


def only_logged(node: cst.CSTNode, loop: cst.For | cst.While, facts: Facts, names: int = MAX_NAMES) -> bool:
    """Whether a number is only added up, collected or shown, and decides nothing inside the loop."""
    parent = facts.parent(node)
    while isinstance(parent, CARRIERS):
        node, parent = parent, facts.parent(parent)
    if isinstance(parent, cst.Arg):
        call = facts.parent(parent)
        if not isinstance(call, cst.Call):
            return False
        kept = facts.appends_to(call)
        if kept is not None:
            return not is_tested(kept, loop, facts)
        if is_log(call, facts) or is_meter(call, facts):
            return True
        formats = facts.calls(call, *FORMATTING) or facts.method_call(call, "format")
        return formats and only_logged(call, loop, facts, names)
    if isinstance(parent, cst.AugAssign):
        summed = isinstance(parent.operator, cst.AddAssign) and parent.value is node
        return summed and not is_tested(parent.target, loop, facts)
    if isinstance(parent, cst.Assign) and names:
        target = parent.targets[0].target
        reads = [use for use in facts.reads(target) if facts.inside(use, loop)]
        plain = isinstance(target, cst.Name) and len(parent.targets) == 1 and bool(reads)
        return plain and all(only_logged(use, loop, facts, names - 1) for use in reads)
    return False


def is_tested(holder: cst.CSTNode, loop: cst.For | cst.While, facts: Facts) -> bool:
    """Whether anything inside the loop hangs on what a sum or list holds."""
    while isinstance(holder, cst.Subscript):
        holder = holder.value
    uses = [use for use in facts.uses(holder) if facts.inside(use, loop)]
    return any(decides(use, loop, facts) for use in uses)


def decides(use: cst.CSTNode, loop: cst.For | cst.While, facts: Facts) -> bool:
    child = use
    for outer in facts.ancestors(use):
        if outer is loop:
            return False
        if isinstance(outer, TESTS):
            return True
        if isinstance(outer, (cst.If, cst.While, cst.IfExp)) and outer.test is child:
            return True
        child = outer
    return False


def is_log(call: cst.Call, facts: Facts) -> bool:
    """Whether a call shows or records what it is given: `print`, `wandb.log`, `writer.add_scalar`."""
    if facts.in_set("loggers", call.func):
        return True
    if not isinstance(call.func, cst.Attribute):
        return False
    made = facts.origin(call.func.value)
    return made is not None and facts.in_set("logger-makers", made.func)


def is_meter(call: cst.Call, facts: Facts) -> bool:
    """Whether a call is the `update` of an average that this project defines."""
    meter = facts.receiver(call, "update")
    class_ = facts.class_of(meter) if meter is not None else None
    method = facts.method(class_, "update") if class_ is not None else None
    return method is not None and not any(isinstance(node, cst.If) for node in facts.within(method))


def waits_anyway(loop: cst.For | cst.While, facts: Facts) -> bool:
    """Whether something else in every step waits for the accelerator."""
    return any(waits(node, loop, facts) and facts.every_round(node, loop) for node in facts.within(loop.body))


def waits(node: cst.CSTNode, loop: cst.For | cst.While, facts: Facts) -> bool:
    if isinstance(node, (cst.If, cst.While, cst.Assert, cst.IfExp)):
        return any(is_on_accelerator(part, loop, facts) for part in tensors(node.test, facts))
    if not isinstance(node, cst.Call):
        return False
    if facts.method_call(node, *WAITING_METHODS) or facts.in_set("waits-for-device", node.func):
        return True
    scaler = facts.receiver(node, "step")
    made = facts.origin(scaler) if scaler is not None else None
    if made is not None and facts.in_set("waiting-scalers", made.func):
        return True
    tensor = read(node, facts)
    if tensor is None or is_shown(node, facts) or not is_on_accelerator(tensor, loop, facts):
        return False
    return not only_logged(node, loop, facts)


def is_copy(call: cst.Call, facts: Facts) -> bool:
    """Whether a call brings something from the host to the accelerator."""
    moved = facts.receiver(call, "to", "cuda", "type")
    if moved is None:
        return facts.type_device(call.func) in ACCELERATORS
    if facts.is_module(moved):
        return False
    if facts.method_call(call, "type"):
        return any(facts.type_device(arg.value) in ACCELERATORS for arg in call.args[:1])
    return facts.method_call(call, "cuda") or any(facts.is_device(arg.value) for arg in call.args)


def is_asynchronous(call: cst.Call, facts: Facts) -> bool:
    given = facts.argument(call, "non_blocking")
    return isinstance(given, cst.BaseExpression) and facts.value(given) is not False


def runs_ahead(loop: cst.For | cst.While, facts: Facts) -> bool:
    """Whether Python is known to prepare a step while the accelerator is at the one before: batches are
    copied without waiting, or are parts of what is there already."""
    calls = [node for node in facts.within(loop.body) if isinstance(node, cst.Call)]
    copies = [call for call in calls if is_copy(call, facts)]
    if not all(is_asynchronous(call, facts) for call in copies):
        return False
    # A loop that counts trains on what is there from the start.
    return bool(copies) or counter(loop, facts) is not None


def tensors(node: cst.CSTNode, facts: Facts) -> Iterator[cst.BaseExpression]:
    """The variables inside an expression that hold tensors, apart from those whose shape is asked."""
    for name in facts.within(node):
        shape = isinstance(facts.parent(name), cst.Attribute)
        if isinstance(name, cst.Name) and not shape and is_tensor(name, facts):
            yield name


def keep_on_device(call: cst.Call, tensor: cst.BaseExpression, facts: Facts) -> Fix | None:
    """`total += loss.detach()`, where the total is only printed."""
    if facts.receiver(call, "item") is not tensor and not facts.calls(call, "builtins.float"):
        return None
    around: cst.CSTNode | None = facts.parent(call)
    while isinstance(around, cst.BinaryOperation):
        around = facts.parent(around)
    if not isinstance(around, cst.AugAssign) or not isinstance(around.target, cst.Name):
        return None
    if not all(is_printed(use, facts) for use in facts.reads(around.target) if use is not around.target):
        return None
    text = facts.text(tensor)
    kept = f"{text}.detach()" if facts.ties(tensor) else text
    return Fix.unsafe("Add up on the device, and read the sum when it is shown", facts.replace(call, kept))


def is_printed(use: cst.CSTNode, facts: Facts) -> bool:
    """Whether a sum goes, perhaps divided, into a text, which takes a tensor for a number:
    `print(f"{total / n:.4f}")`."""
    parent = facts.parent(use)
    while isinstance(parent, cst.BinaryOperation):
        if isinstance(parent.operator, cst.Modulo):
            return facts.kind(parent.left) is Kind.TEXT
        parent = facts.parent(parent)
    if isinstance(parent, (cst.FormattedStringExpression, cst.AugAssign)):
        return True
    call = facts.parent(parent) if isinstance(parent, cst.Arg) else None
    return call is not None and facts.method_call(call, "format")
