"""A freeze that freezes nothing.

Python lets anybody set any attribute of a tensor or a module. `require_grad` on a weight, and `requires_grad`
on a whole module, are attributes that PyTorch never looks at: every backward pass goes on to compute the
gradients that were meant to be spared, and an optimizer that holds the weights goes on to change them.

Leave it when your own code reads that attribute.

The fix is unsafe: it does what was meant, so that weights which were trained until now stay as they are.
Where nothing is left to train, the backward pass says so with an error.
"""

from __future__ import annotations

from collections.abc import Iterator

from libcst import Assign, Attribute, BaseExpression, Call, CSTNode, For, Name

from smelllint import Fix, Rule, Smell
from smelllint.facts import Facts, Grad

rule = Rule(
    family="training",
    imports=frozenset({"torch", "torchvision", "transformers", "timm"}),
    words=frozenset({"requires_g", "require_g", "required_g"}),
)

SWITCH = "requires_grad"
TYPOS = frozenset(
    {
        *("require_grad", "require_grads", "requires_grads", "required_grad", "required_grads"),
        *(
            "require_gradient",
            "requires_gradient",
            "require_gradients",
            "requires_gradients",
            "requires_gard",
        ),
    }
)
WEIGHTS = ("parameters", "named_parameters")
PARTS = ("modules", "named_modules", "children", "named_children")


@rule.on(Assign)
def freezes_nothing(assign: Assign, facts: Facts) -> Iterator[Smell]:
    target = assign.targets[0].target
    if (
        len(assign.targets) != 1
        or not isinstance(target, Attribute)
        or facts.value(assign.value) is not False
    ):
        return
    holder, switch = target.value, target.attr.value
    whole = is_module(holder, facts)
    if switch not in TYPOS and not (whole and switch == SWITCH):
        return
    if not (whole or is_weight(holder, facts)) or is_read(target, facts):
        return
    listing = listing_of(holder, facts)
    model = holder if listing is None else facts.receiver(listing, *WEIGHTS, *PARTS)
    if model is None or spares_gradients_anyway(model, facts):
        return
    yield Smell(
        at=assign,
        message=f"`{facts.text(assign)}` sets an attribute that PyTorch does not know, and freezes nothing",
        fix=freeze(assign, holder, whole, facts),
    )


def freeze(assign: Assign, holder: BaseExpression, whole: bool, facts: Facts) -> Fix | None:
    """The switch that was meant; none where the same wrong one is turned on again elsewhere, which would
    leave the weights frozen for good."""
    if any(is_turned_on(other, facts) for other in facts.nodes(Assign)):
        return None
    meant = f"{SWITCH}_(False)" if whole else f"{SWITCH} = {facts.text(assign.value)}"
    return Fix.unsafe("Switch the gradients off", facts.replace(assign, f"{facts.text(holder)}.{meant}"))


def is_turned_on(assign: Assign, facts: Facts) -> bool:
    """Whether a switch that switches nothing is set to anything but False."""
    target = assign.targets[0].target
    if not isinstance(target, Attribute) or facts.value(assign.value) is False:
        return False
    weight = is_weight(target.value, facts) or facts.is_tensor(target.value)
    return target.attr.value in TYPOS or (target.attr.value == SWITCH and not weight)


def is_module(node: BaseExpression, facts: Facts) -> bool:
    """Whether it is a module other than the one whose class this is, which may have such a setting."""
    if isinstance(node, Name) and node.value == "self":
        return False
    return facts.is_module(node) or comes_from(node, PARTS, facts)


def is_weight(node: BaseExpression, facts: Facts) -> bool:
    """Whether it is a weight of a module: one of those it lists, or `model.fc.weight`."""
    if not isinstance(node, Attribute) or node.attr.value not in ("weight", "bias"):
        return comes_from(node, WEIGHTS, facts)
    part: BaseExpression = node
    while isinstance(part, Attribute):
        part = part.value
        if facts.is_module(part):
            return True
    return False


def comes_from(node: BaseExpression, listings: tuple[str, ...], facts: Facts) -> bool:
    """Whether a loop hands it out from such a list of a module: `for p in model.parameters()`."""
    listing = listing_of(node, facts)
    return listing is not None and facts.receiver(listing, *listings) is not None


def listing_of(node: BaseExpression, facts: Facts) -> Call | None:
    """The list of a module's weights or parts from which a loop hands out what a name stands for, with the
    names of the weights or without."""
    bindings = facts.bindings(node) if isinstance(node, Name) else []
    if len(bindings) != 1 or bindings[0].how != "for" or bindings[0].value is None:
        return None
    listing, index = bindings[0].value, bindings[0].index
    if isinstance(listing, Call) and facts.calls(listing, "builtins.enumerate") and listing.args:
        listing, index = listing.args[0].value, index[1:]
    if not isinstance(listing, Call) or facts.receiver(listing, *WEIGHTS, *PARTS) is None:
        return None
    named = facts.method_call(listing, "named_parameters", "named_modules", "named_children")
    return listing if index == ((1,) if named else ()) else None


def is_read(target: Attribute, facts: Facts) -> bool:
    """Whether the file reads the attribute, be it of another object of the same sort."""
    if target.attr.value == SWITCH:
        return any(use is not target and not facts.stored(use) for use in facts.uses(target))
    others = [node for node in facts.nodes(Attribute) if node.attr.value == target.attr.value]
    return not all(facts.stored(node) for node in others)


def spares_gradients_anyway(model: BaseExpression, facts: Facts) -> bool:
    """Whether the weights are switched by other means too, or the model only ever runs without gradients."""
    runs = [call for call in facts.nodes(Call) if is_run_of(call, model, facts)]
    without = bool(runs) and all(facts.grad(call) is Grad.OFF for call in runs)
    return without or any(is_switched(use, facts) for use in facts.uses(model))


def is_switched(model: CSTNode, facts: Facts) -> bool:
    """Whether a mention of a model is that of `model.requires_grad_(...)`, or of a loop over its weights that
    sets `requires_grad`."""
    method = facts.parent(model)
    call = facts.parent(method) if isinstance(method, Attribute) and method.value is model else None
    if not isinstance(call, Call) or not isinstance(method, Attribute):
        return False
    loop = facts.parent(call)
    if method.attr.value not in WEIGHTS or not isinstance(loop, For):
        return method.attr.value == f"{SWITCH}_"
    return any(is_switch(node) and facts.stored(node) for node in facts.within(loop.body))


def is_switch(node: CSTNode) -> bool:
    return isinstance(node, Attribute) and node.attr.value == SWITCH


def is_run_of(call: Call, model: BaseExpression, facts: Facts) -> bool:
    run = facts.forward(call)
    return run is not None and facts.same(run, model)
