"""A training loop that validates every epoch and takes no notice.

Epochs after the best one are wasted: the score on held-out data no longer rises, and often falls. A loop
that computes that score after each epoch knows when this happens, and could end there and keep the best
weights.

Leave it when a learning-rate schedule is laid out over the whole budget, when the number of epochs has to
be that of a paper, or when the score says nothing about the best epoch, as with networks trained against
each other.

There is no fix: how many epochs to wait, which score to trust and where to keep the best weights are the
author's to say. The lean example shows one way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst

from smelllint import Rule, Smell
from smelllint.facts import Facts, Grad, Iterates, Kind, Phase

# Parts of the names in a loop that stops, or keeps the best.
NOTICES = ("best", "early", "patience", "prune", "stop")
ORDERINGS = (cst.LessThan, cst.GreaterThan, cst.LessThanEqual, cst.GreaterThanEqual)
SAVES = ("save", "save_model", "save_pretrained", "save_checkpoint")
EXITS = (cst.Return, cst.Raise, cst.Break)

rule = Rule(
    family="training",
    imports=frozenset({"torch"}),
    words=frozenset({"epoch"}),
    options={"epochs": 30},
)


@rule.on(cst.For)
def never_stops(loop: cst.For, facts: Facts) -> Iterator[Smell]:
    if facts.iterates(loop) is not Iterates.EPOCHS or rounds(loop, facts) < facts.option("epochs"):
        return
    run = [loop.body, *(function.body for function in facts.reached(loop.body))]
    if optimizers(run, facts) != 1 or not validates(run, facts):
        return
    if takes_notice(loop, run, facts) or is_scheduled(facts):
        return
    head = f"for {facts.text(loop.target)} in {facts.text(loop.iter)}"
    yield Smell(at=loop, message=f"`{head}` validates every epoch, yet neither stops nor keeps the best")


def rounds(loop: cst.For, facts: Facts) -> float:
    """How many epochs there usually are; 0 where that is not known."""
    counted = facts.iterable(loop)
    ends = [facts.usual(arg.value) for arg in counted.args] if isinstance(counted, cst.Call) else []
    if not ends or not all(isinstance(end, (int, float)) for end in ends):
        return 0
    return float(ends[0] if len(ends) == 1 else ends[1] - ends[0])


def optimizers(run: Sequence[cst.CSTNode], facts: Facts) -> int:
    """How many optimizers learn from backward passes: two train networks against each other."""
    calls = [call for body in run for call in facts.backwards(body)]
    steps = [
        call.func.value
        for call in calls
        if facts.method_call(call, "step") and isinstance(call.func, cst.Attribute)
    ]
    made = {facts.origin(optimizer) or facts.symbol(optimizer) for optimizer in steps}
    return max(len(made), 1) if calls else 0


def validates(run: Sequence[cst.CSTNode], facts: Facts) -> bool:
    """Whether a model runs to answer, apart from the training, and its answers are scored."""
    for body in run:
        for call in facts.within(body):
            if (
                isinstance(call, cst.Call)
                and facts.forward(call) is not None
                and (facts.grad(call) is Grad.OFF or facts.phase(call) is Phase.INFERENCE)
            ):
                region = apart(call, body, facts)
                if any(
                    is_score(node, facts)
                    for part in (region, *facts.reached(region))
                    for node in facts.within(part)
                ):
                    return True
    return False


def apart(node: cst.CSTNode, body: cst.CSTNode, facts: Facts) -> cst.CSTNode:
    """The largest piece of code around a node in which nothing is trained."""
    region = node
    for outer in facts.ancestors(node):
        if facts.backwards(outer):
            break
        region = outer
        if outer is body:
            break
    return region


def is_score(node: cst.CSTNode, facts: Facts) -> bool:
    """Whether it compares answers with what they should be: a loss, a metric, `==`, `.eq(...)`."""
    if isinstance(node, cst.Comparison):
        return isinstance(node.comparisons[0].operator, cst.Equal) and facts.is_tensor(node.left)
    if isinstance(node, cst.Attribute) and node.attr.value == "loss":
        return facts.kind(node.value) is Kind.OUTPUT
    if not isinstance(node, cst.Call):
        return False
    return (
        facts.method_call(node, "eq")
        or facts.kind(node.func) is Kind.LOSS
        or facts.in_set("scores", node.func)
    )


def takes_notice(loop: cst.For, run: Sequence[cst.CSTNode], facts: Facts) -> bool:
    """Whether the loop may end early, or compares its scores."""
    names = (node.value.lower() for body in run for node in facts.within(body) if isinstance(node, cst.Name))
    if any(word in name for name in names for word in NOTICES):
        return True
    return any(
        (isinstance(node, EXITS) and leaves(node, loop, facts))
        or (isinstance(node, cst.Comparison) and is_ranking(node, loop, facts))
        or (isinstance(node, cst.Call) and keeps_every_epoch(node, loop, facts))
        for node in facts.within(loop.body)
    )


def keeps_every_epoch(call: cst.Call, loop: cst.For, facts: Facts) -> bool:
    """Whether a call stores the weights under a name of their epoch, for somebody to pick the best."""
    named = any(facts.depends(arg.value, loop) for arg in call.args)
    stores = [call, *(inner for body in facts.reached(call) for inner in facts.within(body))]
    return named and any(facts.calls(s, "torch.save") or facts.method_call(s, *SAVES) for s in stores)


def leaves(node: cst.CSTNode, loop: cst.For, facts: Facts) -> bool:
    """Whether a statement leaves the loop on a condition that may change from epoch to epoch."""
    if isinstance(node, cst.Break) and facts.loop(node) is not loop:
        return False
    guards = [branch for branch in facts.branches(node) if facts.inside(branch, loop)]
    return not guards or not all(facts.invariant(branch.test, loop) for branch in guards)


def is_ranking(node: cst.Comparison, loop: cst.For, facts: Facts) -> bool:
    """Whether a comparison asks which is larger, of anything but the number of the epoch."""
    inner = facts.within(node)
    if any(isinstance(name, cst.Name) and name.value in facts.target_names(loop) for name in inner):
        return False
    extreme = any(facts.calls(call, "builtins.min", "builtins.max") for call in inner)
    return extreme or isinstance(node.comparisons[0].operator, ORDERINGS)


def is_scheduled(facts: Facts) -> bool:
    """Whether the learning rate follows a plan for the whole budget, or the score itself."""
    return facts.file_calls("full-budget-schedules") or facts.file_calls("score-schedules")
