"""Texts that go through a spaCy pipeline one by one.

The trained parts of a pipeline are networks that take many texts at once: a call with a single one pays for
starting every operation, and multiplies matrices of a few rows. `nlp.pipe` hands them batches, reads texts as
they come, and gives the documents in the same order.

Leave it when the texts arrive one at a time, when few of them go through, or when the pipeline only splits
words.

The fix is unsafe: texts are read ahead of the results, and sums over a batch may end in other last digits. It
is made for list comprehensions, and for loops that begin with the call and use the text for nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator

from libcst import Assign, BaseExpression, Break, Call, For, Name, Return, SimpleStatementLine, Yield

from smelllint import Edits, Fix, Rule, Smell
from smelllint.facts import Facts, Loop

rule = Rule(
    family="inference",
    imports=frozenset({"spacy"}),
    words=frozenset({"spacy"}),
    devices=frozenset({"cpu"}),
)


@rule.on(Call)
def one_text_a_call(call: Call, facts: Facts) -> Iterator[Smell]:
    text = facts.argument(call, "text", 0)
    if not isinstance(text, BaseExpression) or not facts.is_pipeline(call.func):
        return
    # For the words alone no pipeline is needed: `spacy-unused-components`.
    if facts.words_only(call):
        return
    loop = facts.item_loop(text)
    if loop is None or facts.few(loop) or may_end_early(loop, facts) or is_another(call.func, loop, facts):
        return
    yield Smell(
        at=call,
        message=f"`{facts.text(call)}` runs the pipeline on one text at a time, though it can batch them",
        fix=pipe_all(call, text, loop, facts),
    )


def may_end_early(loop: Loop, facts: Facts) -> bool:
    """Whether a round may be the last, or hands on what it has before the next text is asked for."""
    return any(isinstance(node, (Break, Return, Yield)) for node in facts.within(loop))


def is_another(nlp: BaseExpression, loop: Loop, facts: Facts) -> bool:
    """Whether a round of the loop brings, or makes, a pipeline of its own."""
    made = (use for use in facts.uses(nlp) if facts.stored(use))
    return facts.depends(nlp, loop) or any(facts.inside(use, loop) for use in made)


def pipe_all(call: Call, text: BaseExpression, loop: Loop, facts: Facts) -> Fix | None:
    if any(arg.value is not text and not facts.invariant(arg.value, loop) for arg in call.args):
        return None
    title = "Let the pipeline batch the texts"
    if isinstance(loop, For):
        return Fix.unsafe(title, *go_through_docs(call, text, loop, facts))
    collected = facts.collected(call)
    texts = facts.listed(collected, text) if collected is not None else None
    if collected is None or texts is None:
        return None
    docs = piped(call, text, texts, facts)
    return Fix.unsafe(title, facts.made_from(collected, call, "doc", docs, alone=f"list({docs})"))


def piped(call: Call, text: BaseExpression, texts: str, facts: Facts) -> str:
    nlp = facts.text(call.func)
    return f"{nlp}.pipe" + facts.text_with(call, text, texts).removeprefix(nlp)


def go_through_docs(call: Call, text: BaseExpression, loop: For, facts: Facts) -> list[Edits | None]:
    """The edits that turn `for text in texts: doc = nlp(text)` into `for doc in nlp.pipe(texts)`; None among
    them where the text is used for something else, or the call is not what the loop begins with."""
    first = loop.body.body[0]
    assign = facts.parent(call)
    begins = isinstance(first, SimpleStatementLine) and len(first.body) == 1 and first.body[0] is assign
    if not begins or not isinstance(assign, Assign) or len(assign.targets) != 1:
        return [None]
    doc = assign.targets[0].target
    plain = isinstance(doc, Name) and isinstance(text, Name) and isinstance(loop.target, Name)
    if not plain or loop.orelse is not None or loop.asynchronous is not None:
        return [None]
    if set(facts.uses(text)) != {loop.target, text}:
        return [None]
    docs = piped(call, text, facts.text(loop.iter), facts)
    return [
        facts.replace(loop.target, facts.text(doc)),
        facts.replace(loop.iter, docs),
        facts.remove_statement(first),
    ]
