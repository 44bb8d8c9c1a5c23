"""Texts that are embedded or scored one a call.

Every call tokenises, pads, launches the whole model and copies the result for a single text, and a service is
sent one request for it. Given a list, an encoder sorts it by length, so that little is padded, and fills its
batches: an accelerator that a single text leaves idle works through many at once.

Leave it when the texts arrive one at a time, or when too few of them go through to fill a batch.

The fix is unsafe: a batch is padded, which changes the last digits of the numbers, and all results are held
in memory at once. It is made for a list comprehension. A loop that does more than collect is left to its
author; so are calls to a service, and `embed_query`, which need not treat a text as `embed_documents` does.
"""

from __future__ import annotations

from collections.abc import Iterator

from libcst import Attribute, BaseExpression, Call, List

from smelllint import Fix, Rule, Smell
from smelllint.facts import ABSENT, Facts, Kind

rule = Rule(
    family="inference",
    imports=frozenset(
        {
            "sentence_transformers",
            "openai",
            "langchain",
            "langchain_community",
            "langchain_huggingface",
            "langchain_openai",
        }
    ),
    words=frozenset({".encode", ".predict", ".embed_query", ".create"}),
    signs=(
        frozenset(
            {
                "def create()",
                "def embed_query()",
                "def encode()",
                "def encode_document()",
                "def encode_query()",
                "def predict()",
            }
        ),
    ),
)

LOCAL = {
    "encode": Kind.SENTENCE_TRANSFORMER,
    "encode_query": Kind.SENTENCE_TRANSFORMER,
    "encode_document": Kind.SENTENCE_TRANSFORMER,
    "predict": Kind.CROSS_ENCODER,
}
# Their result is that of a whole batch, or no longer one a text.
OF_A_BATCH = ("precision", "output_value")


@rule.on(Call)
def one_text_a_call(call: Call, facts: Facts) -> Iterator[Smell]:
    if not encodes(call, facts):
        return
    text = document(call, facts)
    if text is None or facts.item_loop(text) is None:
        return
    yield Smell(
        at=call,
        message=f"`{facts.text(call)}` runs once for every text, where one call takes them all",
        fix=encode_together(call, text, facts),
    )


def encodes(call: Call, facts: Facts) -> bool:
    """Whether a call embeds or scores texts, in this process or by a service that takes several."""
    if not isinstance(call.func, Attribute):
        return False
    receiver, method = call.func.value, call.func.attr.value
    if method in LOCAL:
        return facts.kind(receiver) is LOCAL[method]
    if method == "embed_query":
        return facts.kind(receiver) is Kind.EMBEDDINGS
    if method != "create":
        return False
    if facts.in_set("embedding-services", call.func):
        return True
    if not isinstance(receiver, Attribute) or receiver.attr.value != "embeddings":
        return False
    return facts.type_name(receiver.value) in ("openai.OpenAI", "openai.AzureOpenAI")


def document(call: Call, facts: Facts) -> BaseExpression | None:
    for name, place in (("input", None), ("inputs", None), ("text", None), ("sentences", 0)):
        given = facts.argument(call, name, place)
        if isinstance(given, BaseExpression):
            return given
    return None


def encode_together(call: Call, text: BaseExpression, facts: Facts) -> Fix | None:
    collected = facts.collected(call)
    if collected is None or isinstance(text, List) or not facts.method_call(call, *LOCAL):
        return None
    if any(facts.argument(call, name) is not ABSENT for name in OF_A_BATCH):
        return None
    texts = facts.listed(collected, text)
    if texts is None:
        return None
    vectors = facts.text_with(call, text, texts)
    edits = facts.made_from(collected, call, "vector", vectors, alone=f"list({vectors})")
    return Fix.unsafe("Hand over all texts at once", edits)
