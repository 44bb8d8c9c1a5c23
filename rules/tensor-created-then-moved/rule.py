"""A tensor that is made on the CPU only to be moved.

`torch.zeros(n).to(device)` allocates and fills host memory, copies it over the bus, and frees it, where
`torch.zeros(n, device=device)` fills memory of the device at once. Inside a forward pass this happens for
every batch, and the copy makes the host wait. On the CPU the move does nothing: there is nothing to save; nor
is there much where it happens once, when a program starts, or before a loop that runs a network.

Leave it when the numbers must come from the CPU's random stream, so that every device draws the same ones.

The fix is safe for factories that write the same bits on every device (zeros, ones, full, empty, eye, a range
of whole numbers). It is unsafe for random ones, which then draw from the stream of the device, and for ranges
of fractions, which a device may round differently. There is none where several statements lie between the
tensor and its move, and where a type or another tensor names the device.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

from libcst import (
    Arg,
    Assign,
    Attribute,
    BaseExpression,
    Call,
    CSTNode,
    Divide,
    Expr,
    Float,
    For,
    Name,
    Subscript,
    While,
)

from smelllint import Fix, Rule, Smell
from smelllint.facts import ABSENT, Device, Facts

rule = Rule(
    family="data",
    imports=frozenset({"torch"}),
    words=frozenset({".to(", ".cuda(", ".type(", ".type_as("}),
    devices=frozenset({"cuda", "mps"}),
    signs=(
        frozenset(
            {
                "def arange()",
                "def empty()",
                "def empty_like()",
                "def eye()",
                "def full()",
                "def full_like()",
                "def linspace()",
                "def logspace()",
                "def ones()",
                "def ones_like()",
                "def rand()",
                "def rand_like()",
                "def randint()",
                "def randint_like()",
                "def randn()",
                "def randn_like()",
                "def randperm()",
                "def zeros()",
                "def zeros_like()",
            }
        ),
    ),
)

# What makes it another tensor on the device: a leaf, a host generator, pinned memory, a place of its own.
BOUND_TO_THE_HOST = ("device", "requires_grad", "generator", "pin_memory", "out")
MAX_STATEMENTS = 5
MIN_NUMBERS = 16
# Factories whose positional arguments are the shape.
SHAPED = ("torch.zeros", "torch.ones", "torch.empty", "torch.rand", "torch.randn")


@rule.on(Call)
def made_here_used_there(made: Call, facts: Facts) -> Iterator[Smell]:
    if not is_factory(made, facts) or is_seeded(made, facts):
        return
    last = shaped(made, facts)
    move = method_call(last, facts)
    moved = move is not None and is_move(move, facts)
    moves = [] if moved else moves_of(last, made, facts, MAX_STATEMENTS)
    if not (moved or moves) or not facts.repeated(made):
        return
    if facts.default_device(made) or starts_a_loop_of_passes(made, facts):
        return
    if move is not None and moved:
        yield Smell(
            at=move,
            message=f"`{facts.text(move)}` fills a tensor on the CPU, then copies it to the device",
            fix=make_it_there(move, made, facts),
        )
    else:
        yield Smell(
            at=made,
            message=f"`{facts.text(made)}` fills a tensor on the CPU, "
            f"which `{facts.text(moves[0])}` then copies to the device",
        )


def is_factory(made: Call, facts: Facts) -> bool:
    if not any(facts.in_set(kind, made.func) for kind in ("deterministic-factories", "random-factories")):
        return False
    if any(facts.argument(made, name) is not ABSENT for name in BOUND_TO_THE_HOST):
        return False
    if is_tiny(made, facts):
        return False
    like = (facts.name(made.func) or "").endswith("_like")
    # `zeros_like(x)` is made where x is.
    return not like or (bool(made.args) and facts.device(made.args[0].value) is Device.CPU)


def is_tiny(made: Call, facts: Facts) -> bool:
    """Whether it is known to hold a handful of numbers: `ones([])`, `ones(1, 8)`."""
    sizes = [size_of(arg.value, facts) for arg in made.args if arg.keyword is None]
    flat = [size for given in sizes for size in (given if isinstance(given, list) else [given])]
    shaped = bool(made.args) and all(isinstance(size, int) for size in flat)
    return shaped and facts.calls(made, *SHAPED) and prod(flat) < MIN_NUMBERS


def size_of(node: BaseExpression, facts: Facts) -> Any:
    """What a part of a shape usually is: also of `batch.size(0)`, where a loader is told how many."""
    batch = facts.receiver(node, "size")
    first = isinstance(node, Call) and len(node.args) == 1 and facts.value(node.args[0].value) == 0
    return facts.batch_size(batch) if batch is not None and first else facts.usual(node)


def starts_a_loop_of_passes(made: Call, facts: Facts) -> bool:
    """Whether its function goes on to run a network round by round, beside which one tensor is nothing: a
    sampler that starts from noise."""
    function = facts.function(made)
    nodes = facts.within(function) if function is not None else []
    loops = [node for node in nodes if isinstance(node, (For, While))]
    later = [loop for loop in loops if facts.order(loop) > facts.order(made)]
    calls = (node for loop in later for node in facts.within(loop) if isinstance(node, Call))
    return any(facts.forward(call) is not None for call in calls)


def is_seeded(made: Call, facts: Facts) -> bool:
    """Whether its function seeds the random stream first, so that every device draws the same numbers."""
    function = facts.function(made)
    if function is None or not facts.in_set("random-factories", made.func):
        return False
    return any(facts.calls(node, "torch.manual_seed") for node in facts.within(function))


# -- from the tensor to its move ------------------------------------------------------------------------


def method_call(node: CSTNode, facts: Facts) -> Call | None:
    """The call of a method on an expression."""
    attribute = facts.parent(node)
    call = facts.parent(attribute) if isinstance(attribute, Attribute) and attribute.value is node else None
    return call if isinstance(call, Call) and call.func is attribute else None


def shaped(node: CSTNode, facts: Facts) -> CSTNode:
    """The end of the calls chained to a tensor that fill, shape or convert it wherever it is."""
    while True:
        call = method_call(node, facts)
        if call is None:
            around = facts.parent(facts.parent(node) or node)
            call = around if isinstance(around, Call) and around.args[:1] == (facts.parent(node),) else None
            if call is None or not facts.in_set("placeless-functions", call.func):
                return node
        elif not is_placeless(call, facts):
            return node
        node = call


def is_placeless(call: Call, facts: Facts) -> bool:
    method = call.func.attr.value if isinstance(call.func, Attribute) else ""
    if method in ("to", "type"):
        return len(call.args) == 1 and facts.in_set("dtypes", call.args[0].value)
    return facts.libraries.in_set("placeless-methods", method)


def moves_of(made: CSTNode, factory: Call, facts: Facts, statements: int) -> list[Call]:
    """The moves to which all that is done with a tensor leads, through variables; empty where anything else
    is done with it."""
    target = assigned_to(made, facts)
    if target is None or not statements:
        return []
    found: list[Call] = []
    for use in facts.uses(target):
        seen = [binding.node for binding in facts.bindings(use)] if isinstance(use, Name) else []
        if use is target or target not in seen or facts.stored(use):
            continue
        if len(seen) > 1 or facts.loops(use) != facts.loops(factory):
            return []
        if facts.function(use) is not facts.function(factory):
            return []
        if is_filled(use, facts):
            continue
        last = shaped(use, facts)
        move = method_call(last, facts)
        ahead = (
            [move]
            if move is not None and is_move(move, facts)
            else moves_of(last, factory, facts, statements - 1)
        )
        if not ahead:
            return []
        found += ahead
    return found


def assigned_to(node: CSTNode, facts: Facts) -> Name | None:
    """The variable that an expression is assigned to."""
    statement = facts.parent(node)
    if not isinstance(statement, Assign) or len(statement.targets) != 1:
        return None
    target = statement.targets[0].target
    return target if isinstance(target, Name) else None


def is_filled(use: CSTNode, facts: Facts) -> bool:
    """Whether a mention writes to a tensor or asks for its shape: `x[:, 0] = 1`, `x.fill_(1)`, `x.shape`."""
    parent = facts.parent(use)
    if isinstance(parent, Subscript):
        return parent.value is use and facts.stored(parent)
    if isinstance(parent, Attribute) and parent.attr.value in (
        "shape",
        "size",
        "dim",
        "ndim",
        "numel",
        "dtype",
    ):
        return True
    last = shaped(use, facts)
    method = last.func.attr.value if isinstance(last, Call) and isinstance(last.func, Attribute) else ""
    return method.endswith("_") and isinstance(facts.parent(last), Expr)


# -- the move -------------------------------------------------------------------------------------------


def is_move(call: Call, facts: Facts) -> bool:
    """Whether a call puts a tensor somewhere else than on the CPU."""
    if destination(call, facts) is not None:
        return True
    if len(call.args) != 1 or call.args[0].star:
        return False
    given = call.args[0].value
    away = (Device.ACCELERATOR, Device.EITHER)
    if facts.method_call(call, "type_as"):
        return facts.device(bare(given)) in away
    return facts.method_call(call, "type") and facts.type_device(given) in away


def bare(node: BaseExpression) -> BaseExpression:
    """`x` for `x.data`, which lives where `x` does."""
    return node.value if isinstance(node, Attribute) and node.attr.value == "data" else node


def destination(move: Call, facts: Facts) -> str | None:
    """The text of the device; None where it is the CPU, or may be a dtype or another tensor."""
    if not facts.method_call(move, "to", "cuda"):
        return None
    arguments = [arg for arg in move.args if not is_keyword(arg, "non_blocking", "copy")]
    if facts.method_call(move, "cuda") and not arguments:
        return '"cuda"'
    if len(arguments) != 1 or arguments[0].star or not is_keyword(arguments[0], "device", ""):
        return None
    device = arguments[0].value
    if facts.method_call(move, "to") and not facts.is_device(device):
        return None
    return facts.text(device) if facts.device(device) is not Device.CPU else None


def is_keyword(arg: Arg, *names: str) -> bool:
    return (arg.keyword.value if arg.keyword else "") in names


# -- the fix --------------------------------------------------------------------------------------------


def make_it_there(move: Call, made: Call, facts: Facts) -> Fix | None:
    device = destination(move, facts)
    links = [node for node in facts.within(move) if isinstance(node, Call) and facts.inside(made, node)]
    if device is None or any(facts.in_brackets(link) for link in links if link is not move):
        return None
    moved = move.func.value if isinstance(move.func, Attribute) else move.func
    edits = (
        facts.add_argument(made, f"device={device}"),
        facts.replace_span(facts.tree.span(moved)[1], facts.tree.span(move)[1], ""),
    )
    title = f"Make it on the device: `device={device}`"
    drawn = any(facts.libraries.in_set("random-fillers", method_of(link)) for link in links)
    same_bits = (
        facts.in_set("deterministic-factories", made.func) and not drawn and not has_fractions(made, facts)
    )
    return Fix.safe(title, *edits) if same_bits else Fix.unsafe(title, *edits)


def method_of(call: Call) -> str:
    return call.func.attr.value if isinstance(call.func, Attribute) else ""


def has_fractions(made: Call, facts: Facts) -> bool:
    """Whether the values are computed, so that the last bit may depend on the device."""
    if facts.name(made.func) in ("torch.linspace", "torch.logspace"):
        return True
    inside = any(isinstance(node, (Float, Divide)) for node in facts.within(made))
    # `arange(n)` counts from nought by ones; where it starts and how it steps may be a fraction.
    given = [arg.value for arg in made.args if arg.keyword is None]
    counts = len(given) == 1 or all(isinstance(facts.value(value), int) for value in given)
    named = any(is_keyword(arg, "start", "end", "step") for arg in made.args)
    return facts.name(made.func) == "torch.arange" and (inside or named or not counts)
