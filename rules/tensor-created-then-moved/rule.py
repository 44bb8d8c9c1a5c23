"""A tensor that is made on the CPU only to be moved.

`torch.zeros(n).to(device)` allocates and fills host memory, copies it over the bus, and frees it, where
`torch.zeros(n, device=device)` fills memory of the device at once. Inside a forward pass this happens for
every batch, and the copy makes the host wait. On the CPU the move does nothing: there is nothing to save.

Leave it when the numbers must come from the CPU's random stream, so that every device draws the same ones.

The fix is safe for factories that write the same bits on every device (zeros, ones, full, empty, eye, a range
of whole numbers). It is unsafe for random ones, which then draw from the stream of the device, and for ranges
of fractions, which a device may round differently.
"""

from __future__ import annotations

from collections.abc import Iterator

from libcst import Arg, Attribute, Call, Divide, Float

from smelllint import Fix, Rule, Smell
from smelllint.facts import ABSENT, Device, Facts

rule = Rule(family="data", imports=frozenset({"torch"}), words=frozenset({".to(", ".cuda("}))

# What makes it another tensor on the device: a leaf, a host generator, pinned memory, a place of its own.
BOUND_TO_THE_HOST = ("device", "requires_grad", "generator", "pin_memory", "out")


@rule.on(Call)
def made_here_used_there(move: Call, facts: Facts) -> Iterator[Smell]:
    if not (isinstance(move.func, Attribute) and move.func.attr.value in ("to", "cuda")):
        return
    made = move.func.value
    if not isinstance(made, Call) or not is_factory(made, facts):
        return
    if any(facts.argument(made, name) is not ABSENT for name in BOUND_TO_THE_HOST):
        return
    device = destination(move, facts)
    if device is None or facts.default_device(made):
        return
    yield Smell(
        at=move,
        message=f"`{facts.text(move)}` fills a tensor on the CPU, then copies it to the device",
        fix=make_it_there(move, made, device, facts),
    )


def is_factory(made: Call, facts: Facts) -> bool:
    if not any(facts.in_set(kind, made.func) for kind in ("deterministic-factories", "random-factories")):
        return False
    like = (facts.name(made.func) or "").endswith("_like")
    # `zeros_like(x)` is made where x is.
    return not like or (bool(made.args) and facts.device(made.args[0].value) is Device.CPU)


def destination(move: Call, facts: Facts) -> str | None:
    """The text of the device; None where it is the CPU, or may be a dtype or another tensor."""
    arguments = [arg for arg in move.args if not is_keyword(arg, "non_blocking", "copy")]
    if facts.method_call(move, "cuda") and not arguments:
        return '"cuda"'
    if len(arguments) != 1 or arguments[0].star or not is_keyword(arguments[0], "device", ""):
        return None
    device = arguments[0].value
    if facts.method_call(move, "to") and not facts.is_device(device):
        return None
    return facts.text(device) if facts.device(device) is not Device.CPU else None


def is_keyword(arg: Arg, *names: str) -> bool:
    return (arg.keyword.value if arg.keyword else "") in names


def make_it_there(move: Call, made: Call, device: str, facts: Facts) -> Fix | None:
    title = f"Make it on the device: `device={device}`"
    moved_from, moved_to = facts.tree.span(made)[1], facts.tree.span(move)[1]
    if made.lpar:
        return None
    edits = (
        facts.add_argument(made, f"device={device}"),
        facts.replace_span(moved_from, moved_to, ""),
    )
    same_bits = facts.in_set("deterministic-factories", made.func) and not has_fractions(made, facts)
    return Fix.safe(title, *edits) if same_bits else Fix.unsafe(title, *edits)


def has_fractions(made: Call, facts: Facts) -> bool:
    """Whether the values are computed, so that the last bit may depend on the device."""
    if facts.name(made.func) in ("torch.linspace", "torch.logspace"):
        return True
    inside = any(isinstance(node, (Float, Divide)) for node in facts.within(made))
    return facts.name(made.func) == "torch.arange" and (inside or len(made.args) > 2)
