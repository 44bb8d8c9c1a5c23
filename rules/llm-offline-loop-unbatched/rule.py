"""A language model on an accelerator that writes one answer after the other.

To write a token the accelerator reads all weights of the model, and reads them again for the next one, while
its arithmetic units wait. Reading them once serves a whole batch: sixteen prompts together take little more
time than one. vLLM batches whatever list it is given; `generate` of transformers takes a padded batch.

Leave it when the prompts arrive one at a time, when the next one hangs on the last answer, or when memory
holds the cache of one text only.

The fix is unsafe: sums over a batch end in other last digits, which now and then decide on another token, and
all answers are held in memory at once. It is made for list comprehensions over a vLLM model. There is no fix
for `generate` of transformers, which needs prompts that are padded on the left, and answers cut out again.
"""

from __future__ import annotations

from collections.abc import Iterator

from libcst import Arg, Await, BaseExpression, Break, Call, List, Name, Param, Return, Subscript, Yield

from smelllint import Fix, Rule, Smell
from smelllint.facts import ABSENT, Device, Facts, Kind, Loop

rule = Rule(
    family="generation",
    imports=frozenset({"transformers", "vllm"}),
    words=frozenset({".generate", ".chat"}),
    devices=frozenset({"cuda", "mps"}),
)

PROMPTS = {"generate": "prompts", "chat": "messages"}


@rule.on(Call)
def one_prompt_a_call(call: Call, facts: Facts) -> Iterator[Smell]:
    prompt = prompt_of(call, facts)
    if prompt is None or not (is_one_of_many(prompt, call, facts) or is_asked_in_loop(prompt, facts)):
        return
    yield Smell(
        at=call,
        message=f"`{facts.text(call)}` reads all weights of the model for the tokens of a single answer",
        fix=hand_over_all(call, facts) if is_vllm(call, facts) else None,
    )


def is_one_of_many(prompt: BaseExpression, call: Call, facts: Facts) -> bool:
    """Whether a loop around a call hands out the prompts, and no round needs the answer of another."""
    loop = facts.item_loop(prompt)
    if loop is None or facts.few(loop) or answers_are_awaited(loop, facts):
        return False
    inner = facts.loops(call)[: facts.loops(call).index(loop) + 1]
    return not any(facts.carried(arg.value, around) for arg in call.args for around in inner)


def is_asked_in_loop(prompt: BaseExpression, facts: Facts) -> bool:
    """Whether a prompt is what a function is given, and a loop gives it one after the other."""
    if facts.loops(prompt):
        return False
    names = [node for node in facts.within(facts.resolve(prompt)) if isinstance(node, Name)]
    params = [binding.node for name in names for binding in facts.bindings(name) if binding.how == "param"]
    given = [text for param in params if isinstance(param, Param) for text in facts.passed(param)]
    for text in given:
        arg = facts.parent(text)
        asked = facts.parent(arg) if isinstance(arg, Arg) else None
        if isinstance(asked, Call) and is_one_of_many(text, asked, facts):
            return True
    return False


def prompt_of(call: Call, facts: Facts) -> BaseExpression | None:
    """The one prompt that a call continues; None for a batch, and where the model or its device is not
    known."""
    if is_vllm(call, facts):
        given = given_prompt(call, facts)
        return facts.single(given) or given if given is not None else None
    model = facts.receiver(call, "generate")
    if model is None or facts.kind(model) is not Kind.HF_MODEL:
        return None
    # A streamer writes one answer as it comes.
    if isinstance(facts.argument(call, "streamer"), BaseExpression):
        return None
    if facts.device(model) not in (Device.ACCELERATOR, Device.EITHER):
        return None
    encoded = (facts.encoded(arg.value) for arg in call.args if arg.star != "*")
    tokenised = next((one for one in encoded if one is not None), None)
    text = facts.argument(tokenised, "text", 0) if tokenised is not None else ABSENT
    if not isinstance(text, BaseExpression):
        return None
    return facts.single(text) if facts.kind(text) is Kind.LIST else text


def is_vllm(call: Call, facts: Facts) -> bool:
    model = facts.receiver(call, *PROMPTS)
    return model is not None and facts.type_name(model) == "vllm.LLM"


def given_prompt(call: Call, facts: Facts) -> BaseExpression | None:
    name = PROMPTS["chat" if facts.method_call(call, "chat") else "generate"]
    given = facts.argument(call, name, 0)
    return given if isinstance(given, BaseExpression) else None


def answers_are_awaited(loop: Loop, facts: Facts) -> bool:
    """Whether a round hands its answer on, or may be the last."""
    return any(isinstance(node, (Await, Break, Return, Yield)) for node in facts.within(loop))


def hand_over_all(call: Call, facts: Facts) -> Fix | None:
    collected, given = facts.collected(call), given_prompt(call, facts)
    part = facts.parent(call)
    # A call gives a list with the answer to each prompt; a conversation is a list already.
    if collected is None or given is None or not isinstance(part, Subscript):
        return None
    if not facts.text(part).endswith("[0]") or part.value is not call:
        return None
    prompt = facts.single(given) if isinstance(given, List) and facts.method_call(call, "generate") else given
    prompts = facts.listed(collected, prompt) if prompt is not None else None
    if prompts is None:
        return None
    answers = facts.text_with(call, given, prompts)
    return Fix.unsafe(
        "Hand over all prompts at once", facts.made_from(collected, part, "answer", answers, alone=answers)
    )
