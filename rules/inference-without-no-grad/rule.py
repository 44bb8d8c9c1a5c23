"""Inference that records gradients.

A forward pass outside `torch.no_grad()` notes every operation and keeps every activation alive, for a
backward pass that never comes. That costs memory first, several times what the pass itself needs, and some
per cent of the time; small networks, where the bookkeeping weighs most, pay more.

Leave it when a caller that this file does not show differentiates the result: saliency, adversarial inputs,
perceptual losses.

The fix is unsafe: a caller may differentiate the result, and without gradients torch computes attention,
transformer layers and LSTMs on another path, which rounds the last digits otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile

from libcst import (
    Arg,
    Attribute,
    Await,
    BaseExpression,
    BaseStatement,
    Call,
    ClassDef,
    CSTNode,
    For,
    GeneratorExp,
    IndentedBlock,
    Lambda,
    Name,
    While,
    Yield,
)

from smelllint import Fix, Rule, Smell
from smelllint.facts import Facts, Grad, Iterates, Kind, Often, Phase

rule = Rule(
    family="inference",
    imports=frozenset({"torch", "torchvision", "timm", "transformers"}),
    signs=(
        frozenset(
            {
                "eval",
                "from_pretrained",
                "validation_step",
                "test_step",
                "predict_step",
                "on_validation_epoch_end",
                "on_test_epoch_end",
                "on_predict_epoch_end",
                "validation_epoch_end",
                "test_epoch_end",
                "on_validation_batch_end",
                "on_test_batch_end",
                "allclose",
                "argmax",
                "argmin",
                "argsort",
                "bool",
                "data",
                "detach",
                "detach_",
                "eq",
                "equal",
                "int",
                "item",
                "len",
                "long",
                "multinomial",
                "nonzero",
                "numpy",
                "print",
                "save",
                "save_image",
                "str",
                "to_pil_image",
                "tolist",
                "ToPILImage",
                "float",
            }
        ),
    ),
)

MAX_BETWEEN = 8  # statements between two passes that one context covers


@rule.on(Call)
def forward_with_gradients(call: Call, facts: Facts) -> Iterator[Smell]:
    if not records_for_nothing(call, facts):
        return
    # Of `head(body(x))` the whole is the finding.
    if any(records_for_nothing(outer, facts) for outer in calls_around(call, facts)):
        return
    if is_told_already(call, facts):
        return
    yield Smell(
        at=call,
        message=f"`{facts.text(call)}` records gradients that nobody uses",
        fix=run_without_gradients(call, facts),
    )


def is_told_already(call: Call, facts: Facts) -> bool:
    """Whether an earlier pass of the same loop is a finding: one context around the loop mends them all."""
    loop = widest(call, facts)
    if not isinstance(loop, (For, While)):
        return False
    earlier = [node for node in facts.within(loop) if facts.order(node) < facts.order(call)]
    function = facts.function(call)
    return any(
        isinstance(node, Call) and facts.function(node) is function and records_for_nothing(node, facts)
        for node in earlier
    )


def records_for_nothing(call: Call, facts: Facts) -> bool:
    model = facts.forward(call)
    if model is None or isinstance(facts.function(call), Lambda):
        return False
    # Either the file says that this is inference, or no use of the result can want a gradient in any phase.
    if not facts.undifferentiated(call) and facts.phase(call) is not Phase.INFERENCE:
        return False
    records = facts.grad(call) is Grad.ON and not facts.frozen(model) and not is_trifle(call, model, facts)
    return records and not is_forgotten_loss(call, facts)


def is_trifle(call: Call, model: BaseExpression, facts: Facts) -> bool:
    """Whether it records nothing, for want of weights, or a node or two once, or runs once beside training or
    in a unit test."""
    class_ = facts.class_(call)
    if class_ is not None and "unittest.TestCase" in facts.base_names(class_):
        return True
    if facts.phase(call) is not Phase.INFERENCE and follows_training(call, facts):
        return True
    if is_weightless(model, facts) or is_asked_for_its_shape(call, facts):
        return True
    made = facts.origin(model)
    once = not facts.loops(call) and facts.often(call) is Often.ONCE
    return once and made is not None and facts.calls(made, "torch.nn.Linear", "torch.nn.Embedding")


def is_weightless(model: BaseExpression, facts: Facts) -> bool:
    """Whether it has no parameters: a layer like that of the library, or a class that makes none and runs
    nothing but its own methods and functions of libraries."""
    made = facts.origin(model)
    if made is not None and facts.in_set("weightless-modules", made.func):
        return True
    class_ = facts.class_of(model)
    if class_ is None or set(facts.base_names(class_)) != {"torch.nn.Module"}:
        return False
    calls = [node for node in facts.within(class_.body) if isinstance(node, Call)]
    return not any(may_have_weights(call, class_, facts) for call in calls)


def may_have_weights(call: Call, class_: ClassDef, facts: Facts) -> bool:
    """Whether a call in a module makes a parameter or another module, or may run one that it was given."""
    func = call.func
    if facts.is_module(call) or facts.calls(call, "torch.nn.Parameter"):
        return True
    if not isinstance(func, Attribute):
        return facts.name(func) is None
    held = isinstance(func.value, Name) and func.value.value == "self"
    if held:
        return facts.method(class_, func.attr.value) is None
    root: BaseExpression = func.value
    while isinstance(root, Attribute):
        root = root.value
    return isinstance(root, Name) and root.value == "self"


def is_asked_for_its_shape(call: Call, facts: Facts) -> bool:
    """Whether a pass is made but once, to look at the shape of its answer."""
    read = facts.parent(call)
    looks = isinstance(read, Attribute) and read.attr.value in ("shape", "size")
    return looks and not facts.loops(call) and facts.function(call) is None


def follows_training(call: Call, facts: Facts) -> bool:
    """Whether it runs once in a function that trains for epochs: next to nothing beside them."""
    function = facts.function(call)
    if facts.loops(call) or function is None:
        return False
    loops = [node for node in facts.within(function) if isinstance(node, For)]
    return any(facts.iterates(loop) is Iterates.EPOCHS and facts.trains(loop) for loop in loops)


def is_forgotten_loss(call: Call, facts: Facts) -> bool:
    """Whether the answer is scored by a loss in the midst of a training step: its backward pass may have been
    forgotten, or left out for a while."""
    outer = next(calls_around(call, facts), None)
    scored = outer is not None and (facts.kind(outer.func) is Kind.LOSS or facts.in_set("scores", outer.func))
    loop = facts.loop(call)
    return scored and loop is not None and facts.trains(loop)


def calls_around(call: Call, facts: Facts) -> Iterator[Call]:
    expressions = takewhile(lambda outer: not isinstance(outer, BaseStatement), facts.ancestors(call))
    return (outer for outer in expressions if isinstance(outer, Call))


def run_without_gradients(call: Call, facts: Facts) -> Fix | None:
    region = statements_to_cover(call, facts)
    if not region or any(is_lazy(outer, facts) for outer in facts.ancestors(call)):
        return None
    torch = facts.import_name("torch", call)
    title = f"Run it under `{torch.name}.no_grad()`"
    return Fix.unsafe(title, torch.edits, facts.under(region[0], f"with {torch.name}.no_grad():", region[-1]))


def statements_to_cover(call: Call, facts: Facts) -> Sequence[CSTNode]:
    """One context around neighbouring passes: entering it once a batch would cost some of what it saves."""
    mine = widest(call, facts)
    if not may_be_covered(mine, facts):
        return []
    block = facts.parent(mine)
    if not isinstance(block, IndentedBlock):
        return [mine]
    # Beyond inference, what lies between two passes may be part of the training.
    reach = MAX_BETWEEN if facts.phase(call) is Phase.INFERENCE else 0
    at = block.body.index(mine)
    before = further(block.body[:at][::-1], reach, facts)
    behind = further(block.body[at + 1 :], reach, facts)
    return block.body[at - before : at + behind + 1]


def further(statements: Sequence[CSTNode], reach: int, facts: Facts) -> int:
    """How many of the next statements to cover as well: up to the last one that a mend would cover, with no
    more than `reach` in a row that run no network."""
    wanted = 0
    for place, statement in enumerate(statements):
        calls = [node for node in facts.within(statement) if isinstance(node, Call)]
        passes = [node for node in calls if is_pass(node, facts)]
        if place - wanted > reach or not may_be_covered(statement, facts):
            break
        if not all(records_for_nothing(node, facts) for node in passes):
            break
        if passes:
            wanted = place + 1
    return wanted


def widest(call: Call, facts: Facts) -> CSTNode:
    """The outermost loop around a call that does nothing but infer, else the call's own statement."""
    loops = [loop for loop in facts.loops(call) if isinstance(loop, (For, While))]
    inference = list(takewhile(lambda loop: is_inference(loop, facts), loops))
    return inference[-1] if inference else facts.statement(call)


def is_inference(loop: For | While, facts: Facts) -> bool:
    return facts.iterates(loop) is not Iterates.EPOCHS and may_be_covered(loop, facts)


def may_be_covered(statement: CSTNode, facts: Facts) -> bool:
    """Whether nothing in it trains, and it never hands control to code that would miss its gradients."""
    leaves = any(isinstance(node, (Yield, Await)) for node in facts.within(statement))
    return not leaves and not facts.trains(statement)


def is_pass(call: Call, facts: Facts) -> bool:
    return facts.forward(call) is not None


def is_lazy(node: CSTNode, facts: Facts) -> bool:
    """Whether it is a generator that nobody exhausts on the spot."""
    return isinstance(node, GeneratorExp) and not isinstance(facts.parent(node), Arg)
