"""A fast tokenizer that is handed one text a call.

A fast tokenizer works in Rust: it takes a list of texts and spreads them over the cores. Called for each
text it pays the way from Python and back every time, and has nothing to spread.

Leave it when the texts arrive one at a time, when each must be cut or padded by a rule of its own, or when
a network runs on each at once: then that is what a batch would help.

The fix is unsafe: an empty list, which a comprehension goes through silently, makes a tokenizer raise, and
all texts are tokenised before the first is used. It is made for list comprehensions that keep the
identifiers, without padding or tensors, which a batch would shape in another way.
"""

from __future__ import annotations

from collections.abc import Iterator

from libcst import Attribute, BaseExpression, Call, FunctionDef, List, ListComp, Subscript

from smelllint import Edits, Fix, Rule, Smell
from smelllint.facts import ABSENT, Facts, Kind, Loop

rule = Rule(
    family="data",
    imports=frozenset({"transformers", "tokenizers"}),
    words=frozenset({"oken"}),
    devices=frozenset({"cpu"}),
)

# What a batch shapes in another way than its texts one by one.
SHAPED_BY_THE_BATCH = (
    "padding",
    "return_tensors",
    "text_pair",
    "return_overflowing_tokens",
    "pad_to_max_length",
)


@rule.on(Call)
def one_text_a_call(call: Call, facts: Facts) -> Iterator[Smell]:
    if not tokenises(call, facts) or in_getitem(call, facts) or feeds_a_network(call, facts):
        return
    given = (facts.argument(call, "text", 0), facts.argument(call, "text_pair", 1))
    loops = [facts.item_loop(text) for text in given if isinstance(text, BaseExpression)]
    if not any(loop is not None and not is_short(loop, facts) for loop in loops):
        return
    yield Smell(
        at=call,
        message=f"`{facts.text(call)}` is one text a call, and a fast tokenizer shares out whole lists",
        fix=tokenise_together(call, facts),
    )


def tokenises(call: Call, facts: Facts) -> bool:
    tokenizer = call.func
    if isinstance(tokenizer, Attribute) and tokenizer.attr.value in ("encode", "encode_plus"):
        tokenizer = tokenizer.value
        if facts.kind(tokenizer) is Kind.RUST_TOKENIZER:
            return True
    return facts.is_fast(tokenizer)


def in_getitem(call: Call, facts: Facts) -> bool:
    """Whether it makes one item of a data set, when that is asked for."""
    function = facts.function(call)
    return isinstance(function, FunctionDef) and function.name.value == "__getitem__"


def feeds_a_network(call: Call, facts: Facts) -> bool:
    """Whether the same round runs a network on the tensors that it makes: batching that is another matter."""
    loop = facts.loop(call)
    if loop is None or facts.argument(call, "return_tensors") is ABSENT:
        return False
    calls = [node for node in facts.within(loop) if isinstance(node, Call)]
    return any(facts.forward(node) is not None or facts.method_call(node, "generate") for node in calls)


def is_short(loop: Loop, facts: Facts) -> bool:
    """Whether the loop goes over a few texts, over the letters of the standard library, or over what one text
    falls into: the stretches between special tokens."""
    over = facts.iterable(loop)
    if over is None:
        return False
    letters = (facts.name(over) or "").startswith("string.")
    return letters or facts.few(loop) or facts.method_call(over, "split", "findall", "finditer")


def tokenise_together(call: Call, facts: Facts) -> Fix | None:
    collected, text = facts.collected(call), facts.argument(call, "text", 0)
    alone = len([arg for arg in call.args if arg.keyword is None]) == 1
    shaped = any(facts.argument(call, name) is not ABSENT for name in SHAPED_BY_THE_BATCH)
    if collected is None or not alone or shaped or not isinstance(text, BaseExpression):
        return None
    texts = facts.listed(collected, text)
    if texts is None or isinstance(text, List):
        return None
    batch = facts.text_with(call, text, texts).removeprefix(facts.text(call.func))
    title = "Hand over all texts at once"
    if not isinstance(call.func, Attribute) or facts.kind(call.func) is Kind.TOKENIZER:
        return Fix.unsafe(title, keep_identifiers(call, f"{facts.text(call.func)}{batch}", collected, facts))
    tokenizer = facts.text(call.func.value)
    if facts.kind(call.func.value) is Kind.RUST_TOKENIZER:
        encodings = f"{tokenizer}.encode_batch{batch}"
        return Fix.unsafe(title, facts.made_from(collected, call, "encoding", encodings, alone=encodings))
    if call.func.attr.value == "encode_plus":
        return Fix.unsafe(title, keep_identifiers(call, f"{tokenizer}{batch}", collected, facts))
    ids = f'{tokenizer}{batch}["input_ids"]'
    return Fix.unsafe(title, facts.made_from(collected, call, "ids", ids, alone=ids))


def keep_identifiers(call: Call, batch: str, collected: ListComp, facts: Facts) -> Edits | None:
    """The identifiers of a batch where those of each encoding are taken: a list where there was a list."""
    part = facts.parent(call)
    if isinstance(part, Attribute) and part.attr.value == "input_ids":
        ids = f"{batch}.input_ids"
    elif isinstance(part, Subscript) and facts.text(part).endswith(('["input_ids"]', "['input_ids']")):
        ids = batch + facts.text(part).removeprefix(facts.text(call))
    else:
        return None
    return facts.made_from(collected, part, "ids", ids, alone=ids)
