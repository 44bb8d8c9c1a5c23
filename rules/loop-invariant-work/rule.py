"""Data that every epoch prepares again, though they never change.

A text is tokenised, a table scaled, an array copied into a tensor, a tensor moved to the device: inside the
loop over the epochs, from the same input to the same result. One pass before the loop does it once; the other
epochs pay for nothing.

Leave it when the prepared data do not fit into memory, or when something draws anew in each epoch: a random
augmentation, a shuffled order.

The fix is unsafe: what the loop does to the prepared data stays there for the next epoch, and a loop that
runs no round prepares them all the same. It is given for a statement of its own, right in the loop.
"""

from __future__ import annotations

from collections.abc import Iterator

from libcst import (
    Arg,
    Assign,
    Attribute,
    AugAssign,
    BaseExpression,
    Break,
    Call,
    Comparison,
    CSTNode,
    Equal,
    If,
    List,
    Name,
    Return,
    SimpleStatementLine,
    Subscript,
    Tuple,
)

from smelllint import Fix, Rule, Smell
from smelllint.facts import ABSENT, Binding, Device, Facts, Iterates, Kind, Loop

rule = Rule(
    family="training",
    imports=frozenset({"torch", "transformers", "sklearn"}),
    words=frozenset({"ensor", ".to(", ".cuda(", "transform(", "oken"}),
    signs=(frozenset({"for epoch", "for backward()", "for grad()", "for manual_backward()", "for step()"}),),
)

HELD = frozenset({Kind.NDARRAY, Kind.TENSOR, Kind.LIST, Kind.DATAFRAME, Kind.SERIES})
SCALES = ("transform", "fit_transform")
# Methods that shape what they are called on, and draw nothing.
SHAPES = (
    "astype",
    "reshape",
    "tolist",
    "to_numpy",
    "numpy",
    "copy",
    "to",
    "float",
    "long",
    "view",
    "unsqueeze",
)


@rule.on(Call)
def prepared_again(call: Call, facts: Facts) -> Iterator[Smell]:
    epochs = epochs_around(call, facts)
    if not epochs or not prepares(call, facts) or is_guarded(call, facts):
        return
    same = [loop for loop in epochs if never_changes(call, loop, facts)]
    if not same or is_changed_after(call, same[-1], facts):
        return
    if any(isinstance(outer, Call) and prepares(outer, facts) for outer in facts.ancestors(call)):
        return
    yield Smell(
        at=call,
        message=f"`{facts.text(call)}` prepares the same data again in every epoch",
        fix=prepare_before(call, same[-1], facts),
    )


def epochs_around(call: Call, facts: Facts) -> list[Loop]:
    """The loops around a call that go over the same data again and again, innermost first."""
    return [loop for loop in facts.loops(call) if is_epochs(loop, facts)]


def is_epochs(loop: Loop, facts: Facts) -> bool:
    if facts.few(loop, 1):
        return False
    over = facts.iterates(loop)
    return over is Iterates.EPOCHS or (over is Iterates.RANGE and bool(facts.backwards(loop)))


@rule.on(Call)
def tokenised_again(call: Call, facts: Facts) -> Iterator[Smell]:
    """The texts of a batch, where the batches of every epoch are made of the same texts."""
    if facts.kind(call.func) is not Kind.TOKENIZER or is_guarded(call, facts):
        return
    texts = facts.argument(call, "text", 0)
    loops = facts.loops(call)
    if not isinstance(texts, BaseExpression) or len(loops) < 2 or not is_epochs(loops[1], facts):
        return
    if facts.item_loop(texts) is not None or not is_handed_out(texts, loops[0], loops[1], facts):
        return
    yield Smell(at=call, message=f"`{facts.text(call)}` tokenises the same texts again in every epoch")


def is_handed_out(texts: BaseExpression, batches: Loop, epochs: Loop, facts: Facts) -> bool:
    """Whether texts are a part of what a loop hands out, as it is, from data that no epoch changes."""
    source = facts.iterable(batches)
    if source is None or not isinstance(source, (Name, Attribute)) or not facts.invariant(source, epochs):
        return False
    if any(may_change(use, facts) for use in facts.uses(source) if facts.inside(use, epochs)):
        return False
    parts = facts.resolve(texts)
    plain = all(not isinstance(node, Call) or is_plain(node, facts) for node in facts.within(parts))
    return plain and facts.depends(parts, batches)


def is_plain(call: Call, facts: Facts) -> bool:
    return facts.calls(call, "builtins.list") or facts.method_call(call, "tolist")


# -- what is prepared -----------------------------------------------------------------------------------


def prepares(call: Call, facts: Facts) -> bool:
    """Whether a call tokenises, scales, converts or moves a whole lot of data."""
    if facts.kind(call.func) is Kind.TOKENIZER:
        return True
    scaler = facts.receiver(call, *SCALES)
    if scaler is not None:
        return facts.kind(scaler) is Kind.ESTIMATOR
    data = facts.tensor_of(call)
    if data is not None:
        leaf = facts.argument(call, "requires_grad") is not ABSENT
        return not leaf and not facts.calls(call, "torch.as_tensor") and is_much(data, facts)
    moved = facts.receiver(call, "to", "cuda")
    held = isinstance(moved, (Name, Attribute)) and facts.is_tensor(moved)
    return held and moves_away(call, facts)


def is_much(data: BaseExpression, facts: Facts) -> bool:
    """Whether it is an array that stands under a name, or made of one, or a list that is not written out."""
    if isinstance(facts.resolve(data), (List, Tuple)):
        return False
    held = any(facts.kind(node) in HELD for node in facts.within(data) if isinstance(node, (Name, Attribute)))
    return held and (facts.is_array(data) or facts.kind(data) is Kind.LIST)


def moves_away(call: Call, facts: Facts) -> bool:
    if facts.method_call(call, "cuda"):
        return True
    given = facts.argument(call, "device", 0)
    if not isinstance(given, BaseExpression) or not facts.is_device(given):
        return False
    return facts.device(given) in (Device.ACCELERATOR, Device.EITHER)


# -- what never changes ---------------------------------------------------------------------------------


def never_changes(call: Call, epochs: Loop, facts: Facts) -> bool:
    """Whether a call gets the same in every round of the epochs."""
    return facts.invariant(call, epochs) and all(
        is_steady(node, call, epochs, facts) for node in facts.within(call)
    )


def is_steady(node: CSTNode, call: Call, epochs: Loop, facts: Facts) -> bool:
    if isinstance(node, Call) and node is not call:
        known = facts.libraries.knows(facts.name(node.func) or "")
        return known or prepares(node, facts) or facts.method_call(node, *SHAPES)
    if not isinstance(node, Name):
        return True
    uses = [use for use in facts.uses(node) if facts.inside(use, epochs)]
    return not any(may_change(use, facts) for use in uses)


def may_change(use: CSTNode, facts: Facts) -> bool:
    """Whether a function that nothing is known of, or one that shuffles, is given a variable."""
    arg = facts.parent(use)
    call = facts.parent(arg) if isinstance(arg, Arg) else None
    if not isinstance(call, Call):
        return False
    name = facts.name(call.func) or ""
    if name.endswith("shuffle"):
        return True
    known = name.startswith("builtins.") or facts.libraries.knows(name) or prepares(call, facts)
    return not known and not facts.is_module(call.func) and facts.forward(call) is None


def is_guarded(call: Call, facts: Facts) -> bool:
    """Whether a condition may let it run only once: `if epoch == 0`, `if done: ...; break`."""
    return any(
        is_equality(branch) or any(isinstance(node, (Break, Return)) for node in facts.within(branch))
        for branch in facts.branches(call)
    )


def is_equality(branch: If) -> bool:
    test = branch.test
    if not isinstance(test, Comparison):
        return True
    return any(isinstance(target.operator, Equal) for target in test.comparisons) and isinstance(
        test.left, Name
    )


def is_changed_after(call: Call, epochs: Loop, facts: Facts) -> bool:
    """Whether the loop changes in place what the call prepared."""
    assign = facts.parent(call)
    if not isinstance(assign, Assign) or len(assign.targets) != 1:
        return False
    return any(is_written(use, facts) for use in facts.uses(assign.targets[0].target))


def is_written(use: CSTNode, facts: Facts) -> bool:
    part = facts.parent(use)
    if isinstance(part, AugAssign):
        return part.target is use
    if not isinstance(part, (Attribute, Subscript)) or part.value is not use:
        return False
    method = part.attr.value if isinstance(part, Attribute) else ""
    return facts.stored(part) or (method.endswith("_") and not method.endswith("__")) or method == "pop"


# -- the fix --------------------------------------------------------------------------------------------


def prepare_before(call: Call, epochs: Loop, facts: Facts) -> Fix | None:
    line = facts.statement(call)
    if not isinstance(line, SimpleStatementLine) or facts.block(line) is not getattr(epochs, "body", None):
        return None
    assign = line.body[0]
    if (
        not isinstance(assign, Assign)
        or len(assign.targets) != 1
        or not facts.invariant(assign.value, epochs)
    ):
        return None
    calls = [node for node in facts.within(assign.value) if isinstance(node, Call)]
    if not all(only_prepares(inner, facts) for inner in calls):
        return None
    target = assign.targets[0].target
    if not isinstance(target, Name) or any(binding.node is not target for binding in bound(target, facts)):
        return None
    return Fix.unsafe("Prepare them once, before the loop", facts.hoist(line, epochs))


def only_prepares(call: Call, facts: Facts) -> bool:
    return prepares(call, facts) or facts.tensor_of(call) is not None or facts.method_call(call, *SHAPES)


def bound(target: Name, facts: Facts) -> list[Binding]:
    """All that gives a variable something where it is mentioned."""
    uses = [use for use in facts.uses(target) if isinstance(use, Name)]
    return [binding for use in uses for binding in facts.bindings(use)]
