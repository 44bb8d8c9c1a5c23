"""Attention that is written out step by step.

How alike every position is to every other is a table that grows with the square of the length. Written out,
it is stored, scaled, masked, squashed and multiplied in separate passes over memory, for each head. The fused
kernels behind `scaled_dot_product_attention`, which transformers runs unless told otherwise, work on a piece
of the table at a time and never hold the whole.

Leave it when the table itself is wanted (by a hook, for a picture, for an export that knows no fused kernel),
or when the model changes it in a way that the kernels do not know, as Gemma 2 does. Between a handful of
positions there is little to save.

The fix is unsafe: fused kernels add in another order, which changes the last digits. It lets transformers
choose. There is no fix where a network of the file writes attention out: what scales and masks the table
there becomes arguments of `torch.nn.functional.scaled_dot_product_attention`.
"""

from __future__ import annotations

from collections.abc import Iterator

from libcst import Attribute, BaseExpression, Call, Name, SimpleString

from smelllint import Fix, Rule, Smell
from smelllint.facts import Facts, Kind

rule = Rule(
    family="inference",
    imports=frozenset({"torch", "transformers"}),
    words=frozenset({"softmax", "Softmax", "attn_implementation"}),
)

FUSED = ("scaled_dot_product_attention", "memory_efficient_attention", "flash_attn_func")
# Signs that the table is wanted, or that something stands in the way of fused kernels.
WANTED = frozenset(
    {
        "attentions",
        "cross_attentions",
        "decoder_attentions",
        "encoder_attentions",
        "output_attentions",
        "register_forward_hook",
        "onnx",
        "trace",
    }
)
FIRST_WITH_FUSED = (2, 0)
# Models that squeeze the table in a way that the fused kernels do not know.
SQUEEZING = ("gemma-2", "gemma2", "gemma-3n", "gemma3n", "grok")


@rule.on(Call)
def written_out_by_hand(call: Call, facts: Facts) -> Iterator[Smell]:
    if facts.written_out(call) is None or not facts.repeated(call):
        return
    if knows_fused(facts) or facts.at_least("torch", *FIRST_WITH_FUSED) is False:
        return
    yield Smell(
        at=call,
        message=f"`{facts.text(call)}` stores a table of all positions, which a fused kernel never holds",
    )


def knows_fused(facts: Facts) -> bool:
    """Whether the file runs a fused kernel somewhere: then it has its reasons where it does not."""
    if any(node.attr.value in FUSED for node in facts.nodes(Attribute)):
        return True
    named = any(node.value in FUSED for node in facts.nodes(Name))
    return named or any(node.raw_value in FUSED for node in facts.nodes(SimpleString))


@rule.on(Call)
def told_to_write_it_out(call: Call, facts: Facts) -> Iterator[Smell]:
    told = facts.argument(call, "attn_implementation")
    if not isinstance(told, BaseExpression) or facts.value(told) != "eager":
        return
    if facts.kind(call) is not Kind.HF_MODEL or wants_the_table(facts) or squeezes(call, facts):
        return
    yield Smell(
        at=call,
        message=f"`{facts.text(call.func)}` is told to write attention out step by step",
        fix=Fix.unsafe(
            "Let transformers choose, which is the default", facts.drop_argument(call, "attn_implementation")
        ),
    )


def wants_the_table(facts: Facts) -> bool:
    return any(node.value in WANTED for node in facts.nodes(Name))


def squeezes(call: Call, facts: Facts) -> bool:
    """Whether a model may change the table in its own way: its name says so, or is not known."""
    name = (facts.name(call.func) or "").lower()
    given = facts.argument(call, "pretrained_model_name_or_path", 0)
    checkpoint = facts.value(given) if isinstance(given, BaseExpression) else None
    known = isinstance(checkpoint, str) or not name.startswith("transformers.auto")
    return not known or any(word in f"{name} {checkpoint}".lower() for word in SQUEEZING)
