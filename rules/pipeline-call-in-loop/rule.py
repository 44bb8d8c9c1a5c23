"""A pipeline on an accelerator that is called for one input at a time.

An accelerator works on many inputs at once. Called in a loop, a pipeline copies one input over, starts every
kernel for it and waits for the answer, and most of the chip idles: the library's documentation shows thirteen
times the throughput in batches of 64. On a CPU a batch may cost more in padding than it saves, so the rule
speaks only where an accelerator is in sight.

Leave it when the inputs arrive one at a time, when their lengths differ so much that a batch is mostly
padding, or when memory holds no more than one.

The fix is unsafe: padding changes the last digits of the numbers, all inputs and results are held in memory
at once, and an empty list makes a pipeline raise. It is made for list comprehensions and for tasks whose
answers keep their shape in a batch: generation needs a padding token first, and is left to its author.
"""

from __future__ import annotations

from collections.abc import Iterator

from libcst import BaseExpression, Call, Subscript

from smelllint import Fix, Rule, Smell
from smelllint.facts import ABSENT, Device, Facts, Kind

rule = Rule(
    family="inference",
    imports=frozenset({"transformers"}),
    words=frozenset({"pipeline", "Pipeline"}),
    devices=frozenset({"cuda", "mps"}),
)

# Tasks that answer a single string with a list of one, and a list of strings without such lists.
WRAPPED = frozenset(
    {"text-classification", "sentiment-analysis", "summarization", "translation", "text2text-generation"}
)
# Tasks whose answer to a list is the list of their answers.
PLAIN = frozenset(
    {
        "audio-classification",
        "automatic-speech-recognition",
        "image-classification",
        "image-segmentation",
        "ner",
        "object-detection",
        "token-classification",
        "zero-shot-classification",
    }
)
# With these, the shape of the answers is another one.
RESHAPING = ("top_k", "return_all_scores", "function_to_apply")


@rule.on(Call)
def one_input_a_call(call: Call, facts: Facts) -> Iterator[Smell]:
    if facts.kind(call.func) is not Kind.PIPELINE:
        return
    given = facts.argument(call, "inputs", 0)
    loop = facts.item_loop(given) if isinstance(given, BaseExpression) else None
    if loop is None or not facts.invariant(call.func, loop):
        return
    if facts.device(call.func) not in (Device.ACCELERATOR, Device.EITHER):
        return
    yield Smell(
        at=call,
        message=f"`{facts.text(call)}` gives the accelerator one input at a time",
        fix=call_once(call, facts),
    )


def call_once(call: Call, facts: Facts) -> Fix | None:
    collected, given = facts.collected(call), facts.argument(call, "inputs", 0)
    part = answer(call, facts)
    if collected is None or part is None or not isinstance(given, BaseExpression):
        return None
    inputs = facts.listed(collected, given)
    if inputs is None:
        return None
    results = facts.text_with(call, given, inputs)
    if not sized(call, facts):
        results = results[:-1].rstrip().rstrip(",") + ", batch_size=16)"
    edits = facts.made_from(collected, part, "result", results, alone=results)
    return Fix.unsafe("Hand over all inputs at once", edits)


def answer(call: Call, facts: Facts) -> BaseExpression | None:
    """The part of an expression that a batch gives once an input: the call, or the `[0]` of it for a task
    that wraps its answers. None where the task, or what it answers, is not known."""
    made = facts.origin(call.func)
    if made is None or any(
        facts.argument(one, name) is not ABSENT for one in (made, call) for name in RESHAPING
    ):
        return None
    task = facts.argument(made, "task", 0)
    name = facts.value(task) if isinstance(task, BaseExpression) else None
    if name in PLAIN:
        return call
    first = facts.parent(call)
    if name not in WRAPPED or not isinstance(first, Subscript):
        return None
    return first if facts.text(first).endswith(")[0]") else None


def sized(call: Call, facts: Facts) -> bool:
    """Whether the size of a batch is given, to the call or to the pipeline."""
    made = facts.origin(call.func)
    return any(one is not None and facts.argument(one, "batch_size") is not ABSENT for one in (call, made))
