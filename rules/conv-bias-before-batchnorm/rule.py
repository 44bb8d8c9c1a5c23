"""A bias that the next layer takes away again.

Batch normalisation subtracts the mean of every channel, and with it whatever the convolution before it added
to all of the channel. Its own shift takes the place of that bias, so that the parameters of the bias are
stored, added, differentiated and updated to no effect. There are few of them: the measurements found next to
nothing, which is why the rule is off by default. It is about a cleaner model rather than about energy.

Leave it when weights of an earlier training are to be loaded, which come with the bias.

The fix is unsafe: the names in the state of the model change, random numbers are drawn for fewer parameters
where it is made, and the last digits differ.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import libcst as cst

from smelllint import Fix, Rule, Smell
from smelllint.facts import ABSENT, Binding, Facts

# Where the bias stands among the arguments of a convolution, transposed or not.
BIAS = 7
LOADS = ("load_state_dict", "load_from_checkpoint")

rule = Rule(
    family="model-size",
    imports=frozenset({"torch"}),
    words=frozenset({"BatchNorm"}),
    default=False,
)


@rule.on(cst.Call)
def in_a_row(call: cst.Call, facts: Facts) -> Iterator[Smell]:
    if not facts.calls(call, "torch.nn.Sequential"):
        return
    for one, two in pairwise(call.args):
        layer = one.value
        if isinstance(layer, cst.Call) and not two.star and is_normalised(layer, two.value, facts):
            yield from needless(layer, facts)


@rule.on(cst.Call)
def in_a_forward_pass(call: cst.Call, facts: Facts) -> Iterator[Smell]:
    if len(call.args) != 1 or not isinstance(call.func, cst.Attribute):
        return
    before = given_by(call.args[0].value, facts)
    if before is None or len(facts.uses(before.func)) != 2:
        return
    layer, following = facts.resolve(before.func), facts.resolve(call.func)
    if isinstance(layer, cst.Call) and is_normalised(layer, following, facts):
        yield from needless(layer, facts)


def given_by(value: cst.BaseExpression, facts: Facts) -> cst.Call | None:
    """The call whose result a value is, and nobody else's."""
    if isinstance(value, cst.Name):
        found = facts.bindings(value)
        plain = len(found) == 1 and found[0].how == "assign" and not found[0].index
        given = found[0].value if plain else None
        if given is None or readers(found[0], value, facts) != 1:
            return None
        value = given
    return value if isinstance(value, cst.Call) and isinstance(value.func, cst.Attribute) else None


def readers(binding: Binding, name: cst.Name, facts: Facts) -> int:
    """How many mentions of a variable may read what one of its bindings gave it."""
    return sum(binding in facts.bindings(use) for use in facts.reads(name) if isinstance(use, cst.Name))


def is_normalised(layer: cst.Call, following: cst.BaseExpression, facts: Facts) -> bool:
    """Whether a layer is a convolution with a bias, and the one after it a batch normalisation."""
    if (
        not facts.in_set("biased-convolutions", layer.func)
        or facts.argument(layer, "bias", BIAS) is not ABSENT
    ):
        return False
    return isinstance(following, cst.Call) and facts.in_set("batch-normalisations", following.func)


def needless(layer: cst.Call, facts: Facts) -> Iterator[Smell]:
    if any(facts.method_call(call, *LOADS) for call in facts.nodes(cst.Call)):
        return
    # Who initialises the bias by hand, or asks for it otherwise, may not expect that there is none.
    asked = any(node.attr.value == "bias" for node in facts.nodes(cst.Attribute))
    edits = None if asked else facts.add_argument(layer, "bias=False")
    yield Smell(
        at=layer,
        message=f"`{facts.text(layer)}` has a bias that the batch normalisation after it takes away",
        fix=Fix.unsafe("Leave the bias to the normalisation", edits),
    )
