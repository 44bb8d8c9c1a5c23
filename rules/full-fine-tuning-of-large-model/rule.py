"""All weights of a large model trained for one task.

Every weight that is trained needs a gradient, and with Adam two numbers more: four times the memory of the
weights, hence more or larger accelerators. The gradients of the weights are a third of the arithmetic.
Low-rank adapters (LoRA) train less than a hundredth of the numbers and come close on most tasks. They save
less than that suggests: the pass back still runs through the frozen weights, and a small model may even pay.

Leave it when adapters were tried and lost on your data, or when the model is to learn much that is new, such
as another language.

There is no fix: which adapters, and where, is a choice that only a test on your data can make.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from libcst import BaseExpression, Call, Name

from smelllint import Rule, Smell
from smelllint.facts import ABSENT, Facts, Kind

rule = Rule(
    family="advice",
    imports=frozenset({"transformers"}),
    words=frozenset({"from_pretrained"}),
    options={"parameters": 1000},
    default=False,
)

# Millions of parameters, where the name does not say so: from the model cards.
SIZES = {
    "deberta-v2-xxlarge*": 1500,
    "flan-t5-xl": 2850,
    "flan-t5-xxl": 11300,
    "gpt2-xl": 1558,
    "mt5-xl": 3700,
    "mt5-xxl": 13000,
    "phi-2": 2780,
    "whisper-large*": 1550,
    "xlm-roberta-xl": 3500,
    "xlm-roberta-xxl": 10700,
}
NAME = re.compile(r"\w[\w.-]*(/[\w.-]+)?")
BILLIONS = re.compile(r"(?:^|[-_x])(\d+(?:\.\d+)?)b(?=$|[-_.])")
# Parts of names in a file that trains some of the weights only.
NOTICES = ("lora", "peft", "adapter", "freeze", "frozen", "requires_grad")
# Weights that are kept in few bits cannot be trained: only adapters are.
QUANTIZED = ("quantization_config", "load_in_4bit", "load_in_8bit")


@rule.on(Call)
def trains_all_weights(call: Call, facts: Facts) -> Iterator[Smell]:
    if not facts.method_call(call, "from_pretrained") or facts.kind(call) not in (Kind.HF_MODEL, Kind.MODULE):
        return
    name = model_name(call, facts)
    millions = size(name) if name is not None else None
    if millions is None or millions < facts.option("parameters"):
        return
    if (
        facts.is_trial
        or trains_a_part(facts)
        or any(facts.argument(call, key) is not ABSENT for key in QUANTIZED)
    ):
        return
    training = facts.trained_by(call)
    if training is not None:
        yield Smell(at=call, message=f"all {millions / 1000:g} billion weights of `{name}` are trained")


def model_name(call: Call, facts: Facts) -> str | None:
    """The name under which a model is published, with its owner."""
    given = facts.argument(call, "pretrained_model_name_or_path", 0)
    name = facts.usual(given) if isinstance(given, BaseExpression) else None
    return name if isinstance(name, str) and NAME.fullmatch(name) else None


def size(name: str) -> float | None:
    """The parameters of a model in millions, as far as its name tells."""
    last = name.rpartition("/")[2].lower()
    listed = next((size for pattern, size in SIZES.items() if fnmatchcase(last, pattern)), None)
    said = BILLIONS.search(last)
    return 1000 * float(said.group(1)) if said else listed


def trains_a_part(facts: Facts) -> bool:
    return any(word in node.value.lower() for node in facts.nodes(Name) for word in NOTICES)
