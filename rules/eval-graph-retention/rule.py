"""Outputs kept with the graph that made them.

The output of a module holds the graph of its forward pass. A list or dict that collects outputs as they are
keeps the graphs of all batches alive at once, although no backward pass will go through them (again): memory
grows with the data, and with it what the allocator and the garbage collector have to do.

Leave it when something that this file does not show differentiates what is collected.

The fix is unsafe: whoever asks the collected values for their gradients finds none. The numbers stay as they
are.
"""

from __future__ import annotations

from collections.abc import Iterator

from libcst import Assign, Attribute, BaseExpression, Call, CSTNode, Name, Subscript

from smelllint import Fix, Rule, Smell
from smelllint.facts import End, Facts, Phase

rule = Rule(
    family="inference",
    imports=frozenset({"torch", "transformers", "torchvision", "timm", "lightning", "pytorch_lightning"}),
    signs=(
        frozenset({"for"}),
        frozenset(
            {
                "argmax",
                "backward",
                "data",
                "detach",
                "detach_",
                "grad",
                "item",
                "manual_backward",
                "numpy",
                "step",
                "tolist",
            }
        ),
    ),
)


@rule.on(Call)
def collected(call: Call, facts: Facts) -> Iterator[Smell]:
    holder = facts.appends_to(call)
    if holder is not None:
        yield from retained(call, holder, call.args[0].value, facts)


@rule.on(Assign)
def entered(statement: Assign, facts: Facts) -> Iterator[Smell]:
    target, loop = statement.targets[0].target, facts.loop(statement)
    if isinstance(target, Subscript) and loop is not None and facts.depends(target.slice[0], loop):
        yield from retained(statement, target.value, statement.value, facts)


def retained(at: CSTNode, holder: BaseExpression, value: BaseExpression, facts: Facts) -> Iterator[Smell]:
    passes = forward_passes(value, facts) if facts.loops(at) else []
    if not passes or facts.differentiated(holder):
        return
    # In evaluation mode the graph is not wanted in the first place: inference-without-no-grad says so.
    if any(facts.phase(call) is Phase.INFERENCE for call in passes):
        return
    if not (used_up(at, holder, passes, facts) or detached_later(holder, facts)):
        return
    yield Smell(
        at=at,
        message=f"`{facts.text(at)}` keeps the graph of every batch alive",
        fix=keep_the_numbers(value, facts),
    )


def forward_passes(value: BaseExpression, facts: Facts) -> list[Call]:
    """The forward passes to whose graphs a value is tied; none for a loss, which has a rule of its own."""
    ties = facts.ties(value)
    return [tie for tie in ties if isinstance(tie, Call)] if not any(map(facts.is_loss, ties)) else []


def used_up(at: CSTNode, holder: BaseExpression, passes: list[Call], facts: Facts) -> bool:
    """Whether a backward pass of the same round has gone through all the graphs."""
    rounds = [loop for loop in facts.loops(at) if all(facts.spent(call, loop) for call in passes)]
    return bool(rounds) and facts.outlives(holder, rounds[0])


def detached_later(holder: BaseExpression, facts: Facts) -> bool:
    """Whether every later use of the list is seen, and each one leaves the graph behind."""
    if not isinstance(holder, Name):
        return False
    appends = [facts.appends_to(call) for call in facts.nodes(Call)]
    ends = [facts.ends(use) for use in facts.reads(holder) if use not in appends]
    return bool(ends) and all(end <= {End.DETACHED} for end in ends)


def keep_the_numbers(value: BaseExpression, facts: Facts) -> Fix | None:
    computed = isinstance(value, Call) and facts.forward(value) is None
    if not computed and not (
        facts.is_tensor(value) and isinstance(value, (Name, Attribute, Call, Subscript))
    ):
        return None
    edits = facts.replace(value, f"{facts.text(value)}.detach()")
    return Fix.unsafe("Keep the numbers alone: `.detach()`", edits)
