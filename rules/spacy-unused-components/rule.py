"""A trained spaCy pipeline that is run for the words alone.

A loaded pipeline tags, parses and looks for names in every text: networks that take hundreds of times as long
as the tokenizer, which comes first and finds the words. Where no more than the words is read, `nlp.make_doc`
gives the same ones and runs nothing else.

Leave it when a part of the pipeline joins or splits words.

The fix is unsafe: a part of the pipeline that joins words (`merge_entities`) would no longer do so, and what
is a document already is not taken for a text.
"""

from __future__ import annotations

from collections.abc import Iterator

from libcst import Attribute, BaseExpression, Call

from smelllint import Fix, Rule, Smell
from smelllint.facts import ABSENT, Facts

rule = Rule(
    family="inference",
    imports=frozenset({"spacy"}),
    words=frozenset({"spacy"}),
    devices=frozenset({"cpu"}),
)

# Arguments and methods that leave parts of a pipeline out.
LEFT_OUT = ("disable", "exclude", "enable")
LEAVE_OUT = ("disable_pipe", "disable_pipes", "remove_pipe", "replace_pipe", "select_pipes")
# Parts that leave the words as they are.
HARMLESS = frozenset(
    {"attribute_ruler", "entity_ruler", "lemmatizer", "ner", "parser", "sentencizer", "tagger"}
)


@rule.on(Call)
def run_for_words(call: Call, facts: Facts) -> Iterator[Smell]:
    nlp = facts.receiver(call, "pipe") or call.func
    if not call.args or not facts.is_pipeline(nlp) or not facts.words_only(call):
        return
    if leaves_out(call, facts) or is_changed(nlp, facts) or is_demo(call, facts):
        return
    yield Smell(
        at=call,
        message=f"`{facts.text(call)}` runs the whole pipeline where only the words are read",
        fix=only_split(call, nlp, facts),
    )


def leaves_out(call: Call, facts: Facts) -> bool:
    return any(facts.argument(call, name) is not ABSENT for name in LEFT_OUT)


def is_changed(nlp: BaseExpression, facts: Facts) -> bool:
    """Whether parts of the pipeline are left out, when it is loaded or later, or may join words."""
    made = facts.origin(nlp)
    if made is not None and leaves_out(made, facts):
        return True
    return any(
        facts.method_call(call, *LEAVE_OUT) or may_join_words(call, facts) for call in facts.nodes(Call)
    )


def may_join_words(call: Call, facts: Facts) -> bool:
    if not facts.method_call(call, "add_pipe"):
        return False
    part = facts.argument(call, "factory_name", 0)
    return not isinstance(part, BaseExpression) or facts.value(part) not in HARMLESS


def is_demo(call: Call, facts: Facts) -> bool:
    """Whether the text is written out, to show something."""
    return isinstance(facts.value(call.args[0].value), (str, list))


def only_split(call: Call, nlp: BaseExpression, facts: Facts) -> Fix | None:
    if len(call.args) != 1 or call.args[0].star:
        return None
    many = isinstance(call.func, Attribute) and call.func is not nlp
    split = "tokenizer.pipe" if many else "make_doc"
    return Fix.unsafe(
        "Split the text into words only", facts.replace(call.func, f"{facts.text(nlp)}.{split}")
    )
