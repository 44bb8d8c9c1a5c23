"""Gradients added up over tiny batches of a small model.

A batch of one or two examples leaves most of an accelerator, and the vector units of a CPU, without work, yet
launches every operation and reads every weight as often as a batch of eight does. Accumulation over many such
batches gives the gradient of a large one at several times its cost; it is meant for models that fill the
memory. Of a model as small as this one a larger batch fits, with fewer batches to add up.

Leave it when the examples are so long, or the memory so small, that a larger batch does not fit.

The fix is unsafe: as many examples go into a step, but a larger batch takes more memory and is padded to its
longest example. Losses are averaged within a batch and, for some models, summed over the batches of a step:
the gradients of those change their scale.
"""

from __future__ import annotations

from collections.abc import Iterator

from libcst import BaseExpression, Call, Integer

from smelllint import Fix, Rule, Smell
from smelllint.facts import ABSENT, Facts, Kind

BATCH, STEPS = "per_device_train_batch_size", "gradient_accumulation_steps"
# Said by those who are short of memory, or who let something else choose.
SHORT_OF_MEMORY = (
    "gradient_checkpointing",
    "deepspeed",
    "fsdp",
    "auto_find_batch_size",
    "torch_empty_cache_steps",
)
TINY_BATCH, MANY_STEPS, ENOUGH = 2, 16, 8
# A network made from a configuration is small up to these sizes; the libraries' names for both.
WIDEST, DEEPEST = 768, 12
WIDTHS, DEPTHS = (
    ("hidden_size", "n_embd", "d_model", "dim"),
    ("num_hidden_layers", "n_layer", "num_layers", "n_layers"),
)

rule = Rule(
    family="training",
    imports=frozenset({"transformers", "sentence_transformers", "trl"}),
    words=frozenset({"gradient_accumulation_steps"}),
    default=False,
)


@rule.on(Call)
def accumulates_tiny_batches(call: Call, facts: Facts) -> Iterator[Smell]:
    if not facts.in_set("training-arguments", call.func) or is_short_of_memory(call, facts):
        return
    batch, steps = (facts.argument(call, name) for name in (BATCH, STEPS))
    size, count = number(batch, facts), number(steps, facts)
    if not 0 < size <= TINY_BATCH or count < MANY_STEPS or not trains_small_model(call, facts):
        return
    yield Smell(
        at=call,
        message=f"`{STEPS}={count}` adds up tiny batches of a model of which larger ones fit",
        fix=regroup(call, size, count, facts),
    )


def number(given: object, facts: Facts) -> int:
    """The whole number that an argument is known to be, else 0."""
    value = facts.value(given) if isinstance(given, BaseExpression) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def is_short_of_memory(call: Call, facts: Facts) -> bool:
    """Whether the arguments, or a call of the file, speak of memory."""
    if any(facts.argument(call, name) is not ABSENT for name in SHORT_OF_MEMORY):
        return True
    return any(facts.method_call(other, "gradient_checkpointing_enable") for other in facts.nodes(Call))


def trains_small_model(arguments: Call, facts: Facts) -> bool:
    """Whether all trainers that are given these arguments train small models."""
    models = [model for trainer in facts.nodes(Call) for model in trained(trainer, arguments, facts)]
    return bool(models) and all(is_small(model, facts) for model in models)


def trained(trainer: Call, arguments: Call, facts: Facts) -> list[BaseExpression]:
    """The model of a trainer, if it is given these arguments."""
    given, model = facts.argument(trainer, "args", 1), facts.argument(trainer, "model", 0)
    if facts.kind(trainer) is not Kind.TRAINER or not isinstance(given, BaseExpression):
        return []
    used = facts.origin(given) is arguments and isinstance(model, BaseExpression)
    return [model] if used and isinstance(model, BaseExpression) else []


def is_small(model: BaseExpression, facts: Facts) -> bool:
    """Whether a model is known to be one of the small ones, by its name or its configuration."""
    made = facts.origin(model)
    if made is None or not made.args or made.args[0].star:
        return False
    value = facts.value(made.args[0].value)
    if isinstance(value, str):
        return facts.libraries.in_set("small-models", value.rpartition("/")[2])
    config = facts.origin(made.args[0].value)
    if config is None or facts.kind(config) is not Kind.CONFIG:
        return False
    width, depth = (
        max(number(facts.argument(config, name), facts) for name in names) for names in (WIDTHS, DEPTHS)
    )
    return 0 < width <= WIDEST and 0 < depth <= DEEPEST


def regroup(call: Call, size: int, count: int, facts: Facts) -> Fix | None:
    """Larger batches and fewer of them, to the same size of a step; where the call itself says both."""
    given = [
        arg.value for name in (BATCH, STEPS) for arg in call.args if arg.keyword and arg.keyword.value == name
    ]
    factor = ENOUGH // size
    while count % factor:
        factor //= 2
    if factor == 1 or [type(value) for value in given] != [Integer, Integer]:
        return None
    return Fix.unsafe(
        f"Take {size * factor} examples at once, in steps of the same size",
        facts.replace(given[0], str(size * factor)),
        facts.replace(given[1], str(count // factor)),
    )
