"""A sum or list of losses that keeps the graph of every step.

A loss is the last node of the graph of its step. Added up or collected as it is, it keeps that graph from
being freed, although the backward pass has gone through it: memory grows with every step of the epoch, and
with it what the allocator and the garbage collector have to do.

Leave it when the sum itself is differentiated later, in a backward pass that this file does not show.

The fix is unsafe: whoever asks the sum for its gradient finds none. The numbers stay the same, and unlike
`.item()`, `.detach()` does not make the host wait for an accelerator.
"""

from __future__ import annotations

from collections.abc import Iterator

from libcst import Add, AddAssign, Assign, AugAssign, BaseExpression, BinaryOperation, Call, CSTNode

from smelllint import Fix, Rule, Smell
from smelllint.facts import Facts, Grad

rule = Rule(
    family="training",
    imports=frozenset({"torch", "lightning", "pytorch_lightning", "accelerate", "transformers"}),
    words=frozenset({".backward(", "manual_backward("}),
)


@rule.on(AugAssign)
def added(statement: AugAssign, facts: Facts) -> Iterator[Smell]:
    if isinstance(statement.operator, AddAssign):
        yield from recorded(kept(statement, statement.target, statement.value, facts), facts)


@rule.on(Assign)
def added_and_assigned(statement: Assign, facts: Facts) -> Iterator[Smell]:
    total, value = statement.targets[0].target, statement.value
    if not isinstance(value, BinaryOperation) or not isinstance(value.operator, Add):
        return
    if facts.alike(total, value.left):
        yield from recorded(kept(statement, total, value.right, facts), facts)


@rule.on(Call)
def collected(call: Call, facts: Facts) -> Iterator[Smell]:
    holder = facts.appends_to(call)
    if holder is not None:
        yield from kept(call, holder, call.args[0].value, facts)


def recorded(smells: Iterator[Smell], facts: Facts) -> Iterator[Smell]:
    """Those where a sum is recorded for a backward pass."""
    return (smell for smell in smells if facts.grad(smell.at) is Grad.ON)


def kept(at: CSTNode, holder: BaseExpression, value: BaseExpression, facts: Facts) -> Iterator[Smell]:
    losses = [tie for tie in facts.ties(value) if facts.is_loss(tie)] if facts.loops(at) else []
    if not losses or facts.differentiated(holder):
        return
    rounds = [loop for loop in facts.loops(at) if all(facts.spent(loss, loop) for loss in losses)]
    if not rounds or not facts.outlives(holder, rounds[0]):
        return
    yield Smell(
        at=at,
        message=f"`{facts.text(at)}` keeps the graph of every step alive",
        fix=keep_the_number(losses, facts),
    )


def keep_the_number(losses: list[BaseExpression], facts: Facts) -> Fix | None:
    edits = [facts.replace(loss, f"{facts.text(loss)}.detach()") for loss in losses]
    return Fix.unsafe("Keep the number alone: `.detach()`", *edits)
