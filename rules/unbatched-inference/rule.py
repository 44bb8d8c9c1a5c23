"""A network fed one item at a time.

Every forward pass pays for launching its operations, walking through Python and reading all weights, however
few items it is given. One item a pass leaves the arithmetic units idle; a batch shares these costs among its
items. The smaller the network, and the wider the device, the more is lost.

Leave it when items arrive one by one and each answer is awaited, when their shapes differ, or when a batch
would not fit into memory.

There is no fix: how large a batch may be, and how items are stacked and answers taken apart again, is for the
author to say. Stack the items, or let a `DataLoader` do it, and call the network once a batch.
"""

from __future__ import annotations

from collections.abc import Iterator

from libcst import Await, BaseExpression, Break, Call, Return, Slice, Subscript, Yield

from smelllint import Rule, Smell
from smelllint.facts import Device, Facts, Grad, Kind, Phase

rule = Rule(
    family="inference",
    imports=frozenset({"torch", "torchvision", "timm", "transformers"}),
    signs=(
        frozenset({"for"}),
        frozenset(
            {
                "[x]",
                "x[None]",
                "encode",
                "expand_dims",
                "from_pretrained",
                "input_ids",
                "newaxis",
                "reshape",
                "return_tensors",
                "tokenize",
                "tokenizer",
                "unsqueeze",
                "view",
            }
        ),
    ),
)


@rule.on(Call)
def one_item_a_pass(call: Call, facts: Facts) -> Iterator[Smell]:
    loops = facts.loops(call)
    if not loops or not call.args or facts.forward(call) is None or saves_nothing(call, facts):
        return
    if facts.grad(call) is not Grad.OFF and facts.phase(call) is not Phase.INFERENCE:
        return
    found = (facts.item_loop(item) for item in lone_items(call, facts))
    loop = next((one for one in found if one is not None), None)
    if loop is None or facts.few(loop) or not facts.invariant(call.func, loop):
        return
    inner = loops[: loops.index(loop) + 1]
    if any(facts.carried(arg.value, around) for arg in call.args for around in inner):
        return
    # Who leaves early, or hands on each answer, does not want them all.
    if any(isinstance(node, (Break, Return, Yield, Await)) for node in facts.within(loop)):
        return
    yield Smell(at=call, message=f"`{facts.text(call)}` runs the network on one item at a time")


def saves_nothing(call: Call, facts: Facts) -> bool:
    """Whether one item may already fill the device: a large network on what may be a CPU."""
    return facts.kind(call.func) is Kind.HF_MODEL and facts.device(call.func) is not Device.ACCELERATOR


def lone_items(call: Call, facts: Facts) -> Iterator[BaseExpression]:
    """The items that the call wraps as batches of one, and the texts that a tokenizer made one of; of a slice
    `xs[i : i + 1]` its place."""
    for arg in call.args:
        encoded = facts.encoded(arg.value) if arg.star != "*" else None
        if encoded is not None:
            yield from texts_of(encoded, facts)
            continue
        item = facts.single(arg.value) if not arg.star else None
        if isinstance(item, Subscript) and isinstance(item.slice[0].slice, Slice):
            item = item.slice[0].slice.lower
        if item is not None:
            yield item


def texts_of(encoded: Call, facts: Facts) -> Iterator[BaseExpression]:
    """The text, or pair of texts, that a tokenizer is given; of a list the only element."""
    for name, place in (("text", 0), ("text_pair", 1)):
        given = facts.argument(encoded, name, place)
        if isinstance(given, BaseExpression) and facts.kind(given) is Kind.LIST:
            given = facts.single(given) or given
        if isinstance(given, BaseExpression) and facts.kind(given) is not Kind.LIST:
            yield given
