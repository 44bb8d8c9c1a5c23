"""Attention weights that nobody looks at.

Asked for its weights, which is the default, `nn.MultiheadAttention` writes out a table of every position
against every other, for each head, keeps it for the backward pass, and averages it over the heads. Told that
they are not needed, it runs a fused kernel that never holds the table: less work, and memory that grows with
the length of the text instead of its square.

Leave it when a hook reads the weights. For inference alone, with one tensor as queries, keys and values in
batches first, the layer's own fast path leaves little to save.

The fix is unsafe: the fused kernel adds in another order, which changes the last digits, and gives nought
instead of NaN where a mask hides every position.
"""

from __future__ import annotations

from collections.abc import Iterator

from libcst import Assign, BaseExpression, Call, CSTNode, Index, Name, Subscript, Tuple

from smelllint import Fix, Rule, Smell
from smelllint.edit import Edits
from smelllint.facts import ABSENT, Facts

rule = Rule(family="inference", imports=frozenset({"torch"}), words=frozenset({"MultiheadAttention"}))

NEEDED = "need_weights"
PLACE = 4  # of `need_weights` among the arguments of the layer


@rule.on(Call)
def weights_for_nobody(call: Call, facts: Facts) -> Iterator[Smell]:
    made = facts.origin(call.func)
    if made is None or not facts.calls(made, "torch.nn.MultiheadAttention"):
        return
    if not asks_for_weights(call, facts) or not facts.repeated(call):
        return
    uses = facts.mentions(call)
    if not uses or not all(takes_only_the_first(use, facts) for use in uses):
        return
    yield Smell(
        at=call,
        message=f"`{facts.text(call)}` writes out attention weights that nobody looks at",
        fix=Fix.unsafe("Ask for no weights", ask_for_none(call, facts)),
    )


def asks_for_weights(call: Call, facts: Facts) -> bool:
    given = facts.argument(call, NEEDED, PLACE)
    if given is ABSENT:
        return True
    return isinstance(given, BaseExpression) and facts.value(given) is True


def takes_only_the_first(use: CSTNode, facts: Facts) -> bool:
    """`attended, _ = layer(...)` or `layer(...)[0]`."""
    parent = facts.parent(use)
    if isinstance(parent, Subscript) and parent.value is use and len(parent.slice) == 1:
        index = parent.slice[0].slice
        return isinstance(index, Index) and facts.value(index.value) == 0
    if not isinstance(parent, Assign) or len(parent.targets) != 1:
        return False
    target = parent.targets[0].target
    if not isinstance(target, Tuple) or len(target.elements) != 2:
        return False
    weights = target.elements[1].value
    return isinstance(weights, Name) and not facts.readers(weights)


def ask_for_none(call: Call, facts: Facts) -> Edits | None:
    given = facts.argument(call, NEEDED, PLACE)
    if not isinstance(given, BaseExpression):
        return facts.add_argument(call, f"{NEEDED}=False")
    return facts.replace(given, "False") if facts.inside(given, call) else None
