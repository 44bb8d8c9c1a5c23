"""A moving average of weights that is updated tensor by tensor.

A teacher or target network follows the trained one by a little after each of its steps. A loop over the
weights goes back to Python for every tensor, and reads and writes each several times, often through copies
that live for a moment; on an accelerator every operation is a launch of its own. PyTorch's own moving average
interpolates all tensors in one call, in place.

Leave it when the average is updated once in a long while, or the networks are tiny.

The fix is unsafe: interpolation rounds the last digits differently, and unlike `zip` it does not stop at the
end of the shorter list. A file that works in other precisions than the usual one is left to its author: the
weights of both networks have to be of the same type.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from typing import TypeGuard

from libcst import (
    Add,
    Assign,
    Attribute,
    BaseExpression,
    BaseSmallStatement,
    BinaryOperation,
    Call,
    CSTNode,
    Expr,
    For,
    FunctionDef,
    If,
    Modulo,
    Multiply,
    Name,
    Return,
    SimpleStatementLine,
    Subtract,
    Tuple,
)

from smelllint import Fix, Rule, Smell
from smelllint.facts import ABSENT, Facts

rule = Rule(
    family="training",
    imports=frozenset({"torch"}),
    words=frozenset({".parameters()"}),
    signs=(
        frozenset({"for"}),
        frozenset({"add", "add_", "copy_", "data", "lerp_", "mul", "mul_"}),
    ),
)

AVERAGE = "torch.optim.swa_utils"
PRECISIONS = frozenset({"half", "bfloat16", "float16", "double", "float64"})
OFTEN = 4
MAX_CALLS = 4


@rule.on(For)
def averages_tensor_by_tensor(loop: For, facts: Facts) -> Iterator[Smell]:
    networks, update = networks_of(loop, facts), only_statement(loop)
    if update is None or is_rare(loop, facts):
        return
    for average, other in permutations(networks, 2):
        decay = decay_of(update, average, other, facts)
        if decay is None or any(name in networks for name in names_in(decay, facts)):
            continue
        yield Smell(
            at=loop,
            message=f"the weights of `{facts.text(networks[average])}` are averaged tensor by tensor",
            fix=average_at_once(loop, networks[average], networks[other], decay, facts),
        )


def networks_of(loop: For, facts: Facts) -> dict[str, BaseExpression]:
    """The two networks whose weights a loop goes through together, by its names for the weights."""
    zipped, targets = loop.iter, loop.target
    if not isinstance(zipped, Call) or not facts.calls(zipped, "builtins.zip") or loop.orelse is not None:
        return {}
    lists = [arg.value for arg in zipped.args if arg.keyword is None and not arg.star]
    if not isinstance(targets, Tuple) or not len(lists) == len(targets.elements) == 2:
        return {}
    owners = [facts.receiver(weights, "parameters") for weights in lists]
    names = [element.value for element in targets.elements]
    found = {
        name.value: owner
        for name, owner in zip(names, owners, strict=True)
        if isinstance(name, Name) and owner is not None and facts.is_module(owner)
    }
    return found if len(found) == 2 else {}


def only_statement(loop: For) -> BaseSmallStatement | None:
    line = loop.body.body[0] if len(loop.body.body) == 1 else None
    alone = isinstance(line, SimpleStatementLine) and len(line.body) == 1
    return line.body[0] if alone and isinstance(line, SimpleStatementLine) else None


def is_rare(place: CSTNode, facts: Facts, calls: int = MAX_CALLS) -> bool:
    """Whether a place, or every call of the function around it, waits for each n-th step, and n is large or
    not known."""
    asked = [*facts.branches(place), *ways_out(place, facts)]
    tests = [node for branch in asked for node in facts.within(branch.test)]
    steps = [facts.usual(node.right) for node in tests if is_modulo(node)]
    if not all(isinstance(step, int) and step <= OFTEN for step in steps):
        return True
    function = facts.function(place)
    callers = facts.callers(function) if isinstance(function, FunctionDef) and calls else []
    return bool(callers) and all(is_rare(caller, facts, calls - 1) for caller in callers)


def ways_out(place: CSTNode, facts: Facts) -> list[If]:
    """The conditions before a place on which its function returns: `if step % 10: return`."""
    function = facts.function(place)
    body = function.body.body if isinstance(function, FunctionDef) else ()
    before = [node for node in body if isinstance(node, If) and facts.order(node) < facts.order(place)]
    return [node for node in before if any(isinstance(part, Return) for part in facts.within(node.body))]


def is_modulo(node: CSTNode) -> TypeGuard[BinaryOperation]:
    return isinstance(node, BinaryOperation) and isinstance(node.operator, Modulo)


def decay_of(statement: CSTNode, own: str, other: str, facts: Facts) -> BaseExpression | None:
    """The share that the average keeps of itself, where a statement takes the rest from the other weights;
    None for any other statement."""
    if isinstance(statement, Assign):
        target = statement.targets[0].target
        plain = len(statement.targets) == 1 and isinstance(target, Attribute) and target.attr.value == "data"
        return mixed(statement.value, own, other, facts) if plain and is_weight(target, own) else None
    call = statement.value if isinstance(statement, Expr) else None
    if not isinstance(call, Call) or not call.args:
        return None
    copied, added = facts.receiver(call, "copy_"), facts.receiver(call, "add_")
    if copied is not None and is_weight(copied, own):
        return mixed(call.args[0].value, own, other, facts)
    kept = facts.receiver(added, "mul_") if added is not None else None
    if kept is None or not is_weight(kept, own) or not isinstance(added, Call) or len(added.args) != 1:
        return None
    return complement(added.args[0].value, taken(call, other, facts), facts)


def is_weight(node: BaseExpression, name: str) -> bool:
    """Whether it is a weight of the loop, or its values: `param`, `param.data`, `param.detach()`."""
    if isinstance(node, Call) and not node.args and isinstance(node.func, Attribute):
        return node.func.attr.value == "detach" and is_weight(node.func.value, name)
    if isinstance(node, Attribute):
        return node.attr.value == "data" and is_weight(node.value, name)
    return isinstance(node, Name) and node.value == name


def mixed(node: BaseExpression, own: str, other: str, facts: Facts) -> BaseExpression | None:
    """The factor of the own weight in `decay * own + (1 - decay) * other`."""
    if not isinstance(node, BinaryOperation) or not isinstance(node.operator, Add):
        return None
    for one, two in permutations((node.left, node.right)):
        kept, rest = factor(one, own), factor(two, other)
        if kept is not None:
            return complement(kept, rest, facts)
    return None


def factor(node: BaseExpression, name: str) -> BaseExpression | None:
    if not isinstance(node, BinaryOperation) or not isinstance(node.operator, Multiply):
        return None
    sides = permutations((node.left, node.right))
    return next((one for one, two in sides if is_weight(two, name)), None)


def taken(call: Call, other: str, facts: Facts) -> BaseExpression | None:
    """The factor in `add_(rest * other)` and `add_(other, alpha=rest)`."""
    alpha = facts.argument(call, "alpha")
    if alpha is ABSENT:
        return factor(call.args[0].value, other)
    whole = is_weight(call.args[0].value, other)
    return alpha if whole and isinstance(alpha, BaseExpression) else None


def complement(kept: BaseExpression, rest: BaseExpression | None, facts: Facts) -> BaseExpression | None:
    """The first of two shares that make up a whole; None where they are not known to."""
    if rest is None:
        return None
    shares = [facts.value(share) for share in (kept, rest)]
    if all(isinstance(share, (int, float)) for share in shares):
        return kept if abs(sum(shares) - 1) < 1e-9 else None
    pairs = permutations((kept, rest))
    return kept if any(is_remainder(one, two, facts) for one, two in pairs) else None


def is_remainder(node: BaseExpression, share: BaseExpression, facts: Facts) -> bool:
    """Whether it is `1 - share`."""
    if not isinstance(node, BinaryOperation) or not isinstance(node.operator, Subtract):
        return False
    return facts.value(node.left) == 1 and facts.text(node.right) == facts.text(share)


def names_in(node: CSTNode, facts: Facts) -> list[str]:
    return [name.value for name in facts.within(node) if isinstance(name, Name)]


def average_at_once(
    loop: For, average: BaseExpression, other: BaseExpression, decay: BaseExpression, facts: Facts
) -> Fix | None:
    """Two lines in the place of the loop's two, each with the comment at its end."""
    line = loop.body.body[0]
    named = not PRECISIONS.isdisjoint(name.value for name in facts.nodes(Name))
    if named or facts.at_least("torch", 2, 1) is False or not facts.free("update_average", loop):
        return None
    made = facts.bound(f"{AVERAGE}.get_ema_multi_avg_fn", loop)
    imported = facts.import_from(AVERAGE, "get_ema_multi_avg_fn") if made is None else ()
    text = facts.source.text
    (start, _), (first, last) = facts.tree.span(loop), facts.tree.span(line)
    colon, begin = text.index(":", facts.tree.span(loop.iter)[1]), text.rfind("\n", 0, first) + 1
    indent = text[text.rfind("\n", 0, start) + 1 : start]
    if indent.strip() or text[colon:begin].count("\n") != 1:
        return None
    lists = ", ".join(f"list({facts.text(network)}.parameters())" for network in (average, other))
    return Fix.unsafe(
        "Average all weights in one call",
        imported,
        facts.replace_span(
            start, colon + 1, f"update_average = {made or 'get_ema_multi_avg_fn'}({facts.text(decay)})"
        ),
        facts.replace_span(begin + len(indent), last, f"update_average({lists}, 0)"),
    )
