"""A pruned network whose masks are multiplied in at every pass.

`torch.nn.utils.prune` keeps the weights of a layer as they were beside a mask, and multiplies the two before
every forward pass, so that training may go on. Inference pays for that product each time, though it is always
the same. And the zeros save nothing by themselves: a dense layer multiplies them like any number, so a pruned
network costs as much as the whole one, and with its masks on more.

Leave it when the network is trained further, or pruned again.

The fix is unsafe: `prune.remove` makes the product the weight, bit for bit, but the names in the state
dictionary change, and the weights that were pruned are gone.
"""

from __future__ import annotations

from collections.abc import Iterator

from libcst import Attribute, BaseExpression, Call, Expr

from smelllint import Fix, Rule, Smell
from smelllint.facts import Facts, Phase

rule = Rule(family="inference", imports=frozenset({"torch"}), words=frozenset({"prune"}))

LAYERWISE = (
    "l1_unstructured",
    "random_unstructured",
    "ln_structured",
    "random_structured",
    "custom_from_mask",
)
PRUNERS = tuple(f"torch.nn.utils.prune.{name}" for name in (*LAYERWISE, "global_unstructured"))
REMOVE = "torch.nn.utils.prune.remove"


@rule.on(Call)
def masked(call: Call, facts: Facts) -> Iterator[Smell]:
    if not facts.calls(call, *PRUNERS) or facts.file_trains:
        return
    calls = facts.nodes(Call)
    if any(facts.calls(other, REMOVE) for other in calls):
        return
    passes = [other for other in calls if facts.phase(other) is Phase.INFERENCE]
    if not any(facts.order(other) > facts.order(call) and repeats(other, facts) for other in passes):
        return
    yield Smell(
        at=call,
        message=f"the mask of `{facts.text(call)}` is multiplied in again at every pass",
        fix=make_permanent(call, facts),
    )


def repeats(call: Call, facts: Facts) -> bool:
    """Whether a pass is run more than once, as far as the file shows: in a loop, or in a function."""
    return facts.function(call) is not None or bool(facts.loops(call))


def make_permanent(call: Call, facts: Facts) -> Fix | None:
    """One more line, for a statement of its own that says which weight of which layer it prunes."""
    layer, name = facts.argument(call, "module", 0), facts.argument(call, "name", 1)
    if not isinstance(layer, BaseExpression) or not isinstance(name, BaseExpression):
        return None
    if not isinstance(facts.parent(call), Expr) or not isinstance(call.func, Attribute):
        return None
    line = f"{facts.text(call.func.value)}.remove({facts.text(layer)}, {facts.text(name)})"
    edits = facts.after(facts.statement(call), line)
    return Fix.unsafe("Make the pruned weights the weights", edits) if edits is not None else None
