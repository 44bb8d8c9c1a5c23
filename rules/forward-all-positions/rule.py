"""Scores of every position, of which only the last is used.

The head of a language model multiplies each position by the whole vocabulary, often the largest matrix of
the model. Where only the next word is asked for, all positions but the last are thrown away: work and memory
of the length of the text times the vocabulary.

Leave it when what is scored is a token or two, as with the cache of keys and values.

The fix is unsafe: `logits_to_keep=1` has the head work on one position, which may round the last digits
otherwise, and models of old versions of transformers do not know it. There is none for a network of the file
itself: let its `forward` slice before the head where no targets are given.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from libcst import (
    Arg,
    Assign,
    Attribute,
    BaseExpression,
    Call,
    ClassDef,
    CSTNode,
    Ellipsis,
    FunctionDef,
    Index,
    Name,
    SimpleString,
    Slice,
    Subscript,
    Tuple,
)

from smelllint import Fix, Rule, Smell
from smelllint.facts import ABSENT, Facts

rule = Rule(
    family="generation",
    imports=frozenset({"torch", "transformers", "peft"}),
    words=frozenset({"-1", "- 1"}),
    signs=(frozenset({"x[:, -1]"}),),
    # Of what it found in real code, readers called half worth a change: too little to speak unasked.
    default=False,
)

FIRST_WITH_LAST_ONLY = (4, 50)
# A small vocabulary, of characters for one, makes a small head.
MIN_VOCABULARY = 1000
PAST = ("cache", "past", "state", "hidden", "memory")
KEEPING = frozenset({"float", "double", "half", "bfloat16", "detach", "cpu", "cuda", "to"})


@rule.on(Call)
def scores_of_all_positions(call: Call, facts: Facts) -> Iterator[Smell]:
    model = facts.forward(call)
    if model is None or not facts.repeated(call):
        return
    pretrained = is_causal(model, facts)
    if pretrained:
        wasted = asks_for_all(call, facts) and only_last(call, facts)
    else:
        wasted = scores_last_of_own(call, facts)
    if not wasted:
        return
    yield Smell(
        at=call,
        message=f"`{facts.text(call)}` scores every position, of which only the last is used",
        fix=keep_the_last(call, facts) if pretrained else None,
    )


# -- models of transformers -----------------------------------------------------------------------------


def is_causal(model: BaseExpression, facts: Facts) -> bool:
    """Whether it is a decoder of transformers that can be told which positions to score."""
    name, made = facts.type_name(model), facts.origin(model)
    known = facts.libraries.in_set("causal-models", name)
    old = facts.at_least("transformers", *FIRST_WITH_LAST_ONLY) is False
    if not known or old or facts.libraries.in_set("scores-all-positions", name):
        return False
    brings_code = made is not None and facts.argument(made, "trust_remote_code") is not ABSENT
    return not brings_code


def asks_for_all(call: Call, facts: Facts) -> bool:
    """Whether a call computes all positions, and that is the whole of its waste: a loop that reads its text
    again for every token has more to mend."""
    told = ("logits_to_keep", "num_logits_to_keep", "labels", "past_key_values")
    given = [facts.argument(call, name) for name in told]
    return not any(isinstance(one, BaseExpression) for one in given) and facts.regrown(call) is None


def keep_the_last(call: Call, facts: Facts) -> Fix | None:
    return Fix.unsafe("Score the last position only", facts.add_argument(call, "logits_to_keep=1"))


def only_last(output: CSTNode, facts: Facts) -> bool:
    """Whether of all that a model gives only the scores of the last position are used."""
    scores = list(scores_of(output, facts))
    return bool(scores) and all(one is not None and takes_last(one, facts) for one in scores)


def scores_of(output: CSTNode, facts: Facts) -> Iterator[CSTNode | None]:
    """The mentions of the scores in what a model gives; None for a use of anything else."""
    for use in facts.mentions(output):
        part = facts.parent(use)
        if is_scores(part, use, facts):
            yield part
        elif not isinstance(part, Attribute) or part.attr.value != "past_key_values":
            yield None


def is_scores(part: CSTNode | None, output: CSTNode, facts: Facts) -> bool:
    """`output.logits`, `output["logits"]`, `output[0]`."""
    if isinstance(part, Attribute):
        return part.value is output and part.attr.value == "logits"
    if not isinstance(part, Subscript) or part.value is not output or len(part.slice) != 1:
        return False
    index = part.slice[0].slice
    return isinstance(index, Index) and facts.value(index.value) in ("logits", 0)


# -- networks of the file -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scored:
    """What `forward` returns of the scores: a place in the tuple, None for the whole."""

    place: int | None


def scores_last_of_own(call: Call, facts: Facts) -> bool:
    """Whether a network of the file scores all positions of a text, of which a call uses the last."""
    forward = facts.callee(call)
    scored = scores_in(forward, facts) if isinstance(forward, FunctionDef) else None
    if scored is None or any(keeps_the_past(arg, facts) for arg in call.args):
        return False
    if scored.place is None:
        return all_take_last(facts.mentions(call), facts)
    target = unpacked(call, scored.place, facts)
    return target is not None and all_take_last(facts.readers(target), facts)


def keeps_the_past(arg: Arg, facts: Facts) -> bool:
    """Whether an argument may carry what was read before, so that one word alone is new: `use_cache=True`,
    `cache`, `state=state`."""
    named = [arg.keyword.value if arg.keyword is not None else "", last_name(arg.value)]
    carries = any(word in name.lower() for name in named for word in PAST)
    return carries and facts.value(arg.value) not in (False, None)


def unpacked(call: Call, place: int, facts: Facts) -> Name | None:
    """The variable that takes one of several results, where nothing uses the others."""
    assign = facts.parent(call)
    target = assign.targets[0].target if isinstance(assign, Assign) and len(assign.targets) == 1 else None
    if not isinstance(target, Tuple) or place >= len(target.elements):
        return None
    names = [element.value for element in target.elements]
    others = [name for name in names if name is not names[place]]
    if any(not isinstance(name, Name) or facts.readers(name) for name in others):
        return None
    mine = names[place]
    return mine if isinstance(mine, Name) else None


def scores_in(forward: FunctionDef, facts: Facts) -> Scored | None:
    """Where a `forward` returns the scores of a whole vocabulary for every position, in each of its
    returns."""
    class_ = facts.class_(forward)
    returned = facts.returns(forward)
    if class_ is None or forward.name.value != "forward" or not returned:
        return None
    found = {place_of_scores(result, class_, facts) for result in returned}
    return found.pop() if len(found) == 1 else None


def place_of_scores(result: BaseExpression, class_: ClassDef, facts: Facts) -> Scored | None:
    if not isinstance(result, Tuple):
        return Scored(None) if is_of_all(result, facts) else None
    places = [at for at, element in enumerate(result.elements) if is_of_all(element.value, facts)]
    return Scored(places[0]) if len(places) == 1 else None


def is_of_all(node: BaseExpression, facts: Facts) -> bool:
    """Whether it is what the head makes of all positions: `self.head(x)`, not `self.head(x[:, -1])`."""
    found = facts.bindings(node) if isinstance(node, Name) else []
    values = [binding.value if not binding.index else None for binding in found] or [node]
    calls = [value for value in values if isinstance(value, Call) and is_vocabulary_head(value, facts)]
    if not calls or len(calls) < len(values):
        return False
    return not any(isinstance(inner, Slice) for call in calls for inner in facts.within(call))


def is_vocabulary_head(call: Call, facts: Facts) -> bool:
    """Whether a call runs the linear layer that gives a score to each word that an embedding knows."""
    made = facts.origin(call.func)
    if made is None or not facts.calls(made, "torch.nn.Linear"):
        return False
    width = facts.argument(made, "out_features", 1)
    if not isinstance(width, BaseExpression):
        return False
    words = facts.usual(width)
    sizes = vocabularies(made, facts)
    if isinstance(words, int):
        return words >= MIN_VOCABULARY and any(facts.usual(size) == words for size in sizes)
    # `len(characters)` may be a few dozen.
    name = last_name(width) if not isinstance(facts.resolve(width), Call) else ""
    return bool(name) and any(last_name(size) == name for size in sizes)


def vocabularies(layer: Call, facts: Facts) -> Iterator[BaseExpression]:
    """How many words the embeddings know that the file of a layer makes."""
    for call in facts.within(facts.names.module(layer)):
        if isinstance(call, Call) and facts.calls(call, "torch.nn.Embedding"):
            size = facts.argument(call, "num_embeddings", 0)
            if isinstance(size, BaseExpression):
                yield size


def last_name(node: BaseExpression) -> str:
    """`vocab_size` for `vocab_size`, `config.vocab_size` and `config["vocab_size"]`."""
    if isinstance(node, Name):
        return node.value
    if isinstance(node, Subscript):
        index = node.slice[0].slice
        key = index.value if isinstance(index, Index) else None
        return key.raw_value if isinstance(key, SimpleString) else ""
    return node.attr.value if isinstance(node, Attribute) else ""


# -- where the last position is taken -------------------------------------------------------------------


def takes_last(scores: CSTNode, facts: Facts) -> bool:
    """Whether all that is done with the scores of all positions is to take the last: `x[:, -1]`."""
    return all_take_last(facts.mentions(scores), facts)


def all_take_last(uses: Iterable[CSTNode], facts: Facts) -> bool:
    ends = list(chain.from_iterable(converted(use, facts) for use in uses))
    return bool(ends) and all(is_last_position(end, facts) for end in ends)


def converted(node: CSTNode, facts: Facts) -> list[CSTNode]:
    """The mentions of a tensor after it is moved or its number format is changed: `x.float()`."""
    attribute = facts.parent(node)
    call = facts.parent(attribute) if isinstance(attribute, Attribute) else None
    if not isinstance(attribute, Attribute) or not isinstance(call, Call) or call.func is not attribute:
        return [node]
    if attribute.attr.value not in KEEPING:
        return [node]
    return list(chain.from_iterable(converted(use, facts) for use in facts.mentions(call)))


def is_last_position(scores: CSTNode, facts: Facts) -> bool:
    """`x[:, -1]`, `x[0, -1]`, `x[..., -1, :]`."""
    part = facts.parent(scores)
    if not isinstance(part, Subscript) or part.value is not scores:
        return False
    indexes = [element.slice for element in part.slice]
    first = indexes[0]
    spread = isinstance(first, Index) and isinstance(first.value, Ellipsis)
    position = indexes[1] if len(indexes) > (2 if spread else 1) else None
    return isinstance(position, Index) and facts.value(position.value) == -1
