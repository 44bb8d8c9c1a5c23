"""A loop that writes text and reads all of it again for every token.

A decoder needs only the new token and the keys and values of those before it. Given the whole text in each
round, it computes them all again: the work grows with the square of the length. `generate` keeps them, and so
does the model itself, which gives them back as `past_key_values`.

Leave it when the text is changed in other places than its end, when a window slides over it, or when the
states of all positions are wanted at every step.

There is no fix: what the loop does between two tokens may belong into `generate`, as a setting or as a logits
processor, or stay where it is, around `model(step, past_key_values=cache)`.
"""

from __future__ import annotations

from collections.abc import Iterator

from libcst import BaseExpression, Call

from smelllint import Rule, Smell
from smelllint.facts import ABSENT, Facts

rule = Rule(
    family="generation",
    imports=frozenset({"transformers", "peft"}),
    words=frozenset({"cat", "stack", "append", "+="}),
)

# What carries the past from one round to the next, or asks for every position in each.
CARRIED = ("past_key_values", "cache_params", "past", "output_hidden_states", "output_attentions", "labels")


@rule.on(Call)
def reads_it_all_again(call: Call, facts: Facts) -> Iterator[Smell]:
    model = facts.forward(call) if facts.loops(call) else None
    if model is None or not is_decoder(model, facts):
        return
    if any(isinstance(facts.argument(call, name), BaseExpression) for name in CARRIED):
        return
    loop = facts.regrown(call)
    if loop is None or facts.few(loop):
        return
    yield Smell(at=call, message=f"`{facts.text(call)}` reads the whole text again for every token")


def is_decoder(model: BaseExpression, facts: Facts) -> bool:
    """Whether it is a model of transformers that writes, and that keeps keys and values."""
    name, made = facts.type_name(model), facts.origin(model)
    sets = ("causal-models", "sequence-to-sequence-models")
    if not any(facts.libraries.in_set(each, name) for each in sets):
        return False
    brings_code = made is not None and facts.argument(made, "trust_remote_code") is not ABSENT
    return not brings_code and not facts.libraries.in_set("without-key-value-cache", name)
