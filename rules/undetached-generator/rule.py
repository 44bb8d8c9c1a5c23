"""A discriminator's step that runs back through the generator.

A discriminator is trained on what the generator made. Given as it is, such a sample still holds the graph of
the generator: the backward pass of the discriminator's loss goes on through the whole generator and computes
gradients for all its weights, which are set to zero before its own step comes. Often `retain_graph=True`
keeps the graph for a second pass. Detached, the sample is all that the discriminator sees.

Leave it when something that this file does not show reads the gradients in between.

The fix is unsafe: the weights come out the same, but whoever looks at the generator's gradients after the
discriminator's step finds none.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from libcst import (
    Add,
    Arg,
    Attribute,
    BaseExpression,
    BinaryOperation,
    Call,
    CSTNode,
    For,
    List,
    Name,
    Tuple,
    While,
    With,
)

from smelllint import Fix, Rule, Smell
from smelllint.facts import Facts, Grad, Kind

rule = Rule(
    family="training",
    imports=frozenset({"torch"}),
    words=frozenset({".backward("}),
)

LISTS = ("builtins.list", "itertools.chain")


@rule.on(Call)
def goes_back_too_far(call: Call, facts: Facts) -> Iterator[Smell]:
    loop = facts.loop(call)
    if not is_backward(call, facts) or not isinstance(loop, (For, While)):
        return
    samples = [sample for run in runs_behind(call, facts) for sample in samples_of(run, loop, facts)]
    makers = {who(module, facts) for _, _, module in samples}
    if len(makers) != 1 or not is_for_nothing(call, next(iter(makers)), loop, facts):
        return
    others = {run for other in passes(loop, facts) if other is not call for run in runs_behind(other, facts)}
    judged = [run for run, _, _ in samples]
    if others.intersection(judged) or any(is_used_elsewhere(sample, facts) for _, sample, _ in samples):
        return
    yield Smell(
        at=judged[0],
        message=f"`{facts.text(judged[0])}` lets the backward pass of its loss run through the generator too",
        fix=detach(call, [sample for _, sample, _ in samples], others, facts),
    )


def is_backward(call: Call, facts: Facts) -> bool:
    return facts.method_call(call, "backward")


def passes(loop: CSTNode, facts: Facts) -> list[Call]:
    return [node for node in facts.within(loop) if isinstance(node, Call) and is_backward(node, facts)]


def runs_behind(call: Call, facts: Facts) -> list[Call]:
    """The forward passes from which the loss of a backward pass is made, through the variables."""
    found: dict[Call, None] = {}
    waiting: list[CSTNode] = [call.func]
    seen = set(waiting)
    while waiting:
        for node in facts.within(waiting.pop()):
            if isinstance(node, Call) and facts.forward(node) is not None:
                found[node] = None
            values = [b.value for b in facts.bindings(node) if b.value] if isinstance(node, Name) else []
            fresh = [value for value in values if value not in seen]
            seen.update(fresh)
            waiting += fresh
    return sorted(found, key=facts.order)


def samples_of(
    run: Call, loop: CSTNode, facts: Facts
) -> Iterator[tuple[Call, BaseExpression, BaseExpression]]:
    """The arguments of a forward pass that another module made with its graph, in the same round: the run,
    the argument, the module."""
    judge = facts.forward(run)
    for arg in run.args:
        made = made_by(arg.value, facts)
        module = facts.forward(made) if made is not None else None
        if made is None or module is None or judge is None or not facts.inside(made, loop):
            continue
        if who(module, facts) != who(judge, facts) and is_recorded(made, run, facts):
            yield run, arg.value, module


def is_recorded(made: Call, run: Call, facts: Facts) -> bool:
    """Whether gradients are recorded for a call: by its place, or because they are for another one in the
    same `with` blocks."""
    if facts.grad(made) is not Grad.UNKNOWN:
        return facts.grad(made) is Grad.ON
    around = [[node for node in facts.ancestors(call) if isinstance(node, With)] for call in (made, run)]
    return around[0] == around[1]


def made_by(sample: BaseExpression, facts: Facts) -> Call | None:
    """The call whose result an argument is."""
    if isinstance(sample, Name):
        bindings = facts.bindings(sample)
        plain = len(bindings) == 1 and bindings[0].how == "assign" and not bindings[0].index
        value = bindings[0].value if plain else None
        return value if isinstance(value, Call) else None
    return sample if isinstance(sample, Call) else None


def who(node: BaseExpression, facts: Facts) -> Hashable | None:
    """What is the same for all names of one object."""
    return facts.origin(node) or facts.symbol(node)


def is_used_elsewhere(sample: BaseExpression, facts: Facts) -> bool:
    """Whether a sample goes anywhere but into modules with its graph: to a penalty that asks for the gradient
    at the sample, or into the loss itself."""
    uses = facts.followed(sample) if isinstance(sample, Name) else []
    return not all(facts.stored(use) or is_judged(use, facts) for use in uses)


def is_judged(use: CSTNode, facts: Facts) -> bool:
    """Whether a mention of a sample is an argument of a module, or takes it without its graph."""
    parent = facts.parent(use)
    call = facts.parent(parent) if parent is not None else None
    if isinstance(parent, Arg) and isinstance(call, Call):
        return facts.forward(call) is not None or facts.in_set("detaching-functions", call.func)
    if not isinstance(parent, Attribute):
        return False
    names = ("detaching-attributes", "detaching-methods")
    return any(facts.libraries.in_set(name, parent.attr.value) for name in names)


def is_for_nothing(call: Call, maker: Hashable, loop: CSTNode, facts: Facts) -> bool:
    """Whether the next thing that happens to the gradients of a module after a backward pass, also that of
    the next round, is that they are set to zero."""
    calls = [node for node in facts.within(loop) if isinstance(node, Call) and node is not call]
    calls.sort(key=lambda other: (facts.order(other) < facts.order(call), facts.order(other)))
    events = [(event, other) for other in calls if (event := event_of(other, maker, facts))]
    if not events or events[0][0] != "zero":
        return False
    steps = [other for event, other in events if event == "step"]
    return bool(steps) and all(facts.inside(step, facts.block(events[0][1])) for step in steps)


def event_of(call: Call, module: Hashable, facts: Facts) -> str:
    """What a call does with the gradients of a module: "zero", "step", "backward", or "" for nothing."""
    if is_backward(call, facts):
        runs = (facts.forward(run) for run in runs_behind(call, facts))
        return "backward" if any(run is not None and who(run, facts) == module for run in runs) else ""
    zeroed, stepped = facts.receiver(call, "zero_grad"), facts.receiver(call, "step")
    if zeroed is not None:
        whose = [who(zeroed, facts)] if facts.is_module(zeroed) else trained_by(zeroed, facts)
        return "zero" if module in whose else ""
    if stepped is None or facts.kind(stepped) is Kind.SCHEDULER:
        return ""
    optimizer = call.args[0].value if call.args else stepped
    trained = trained_by(optimizer, facts)
    return "step" if module in trained or not trained else ""


def trained_by(optimizer: BaseExpression, facts: Facts) -> list[Hashable | None]:
    """The modules whose weights an optimizer holds; empty where that is not known."""
    made = facts.origin(optimizer)
    if made is None or facts.kind(made) is not Kind.OPTIMIZER:
        return []
    params = facts.argument(made, "params", 0)
    return (
        [who(owner, facts) for owner in owners(params, facts)] if isinstance(params, BaseExpression) else []
    )


def owners(params: BaseExpression, facts: Facts) -> list[BaseExpression]:
    """The modules whose weights are listed; empty where others may be among them."""
    params = facts.resolve(params)
    owner = facts.receiver(params, "parameters")
    if owner is not None:
        return [owner]
    parts: list[BaseExpression] = []
    if isinstance(params, BinaryOperation) and isinstance(params.operator, Add):
        parts = [params.left, params.right]
    elif isinstance(params, (List, Tuple)):
        parts = [element.value for element in params.elements]
    elif isinstance(params, Call) and facts.calls(params, *LISTS):
        parts = [arg.value for arg in params.args]
    found = [owners(part, facts) for part in parts]
    return [owner for part in found for owner in part] if all(found) else []


def detach(call: Call, samples: list[BaseExpression], others: set[Call], facts: Facts) -> Fix | None:
    """The samples detached; the graph is kept no longer where no other backward pass shares a part of it."""
    edits = [facts.replace(sample, f"{facts.text(sample)}.detach()") for sample in samples]
    kept = facts.argument(call, "retain_graph")
    made = {made_by(sample, facts) for sample in samples}
    shared = others.intersection(runs_behind(call, facts)) - made
    if isinstance(kept, BaseExpression) and facts.value(kept) is True and not shared:
        edits.append(facts.drop_argument(call, "retain_graph"))
    return Fix.unsafe("Detach what the generator made", *edits)
