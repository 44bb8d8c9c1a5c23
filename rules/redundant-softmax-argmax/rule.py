"""Probabilities that are only ranked.

A softmax or sigmoid keeps the order of the scores: the largest probability stands where the largest score
stood. Taken only for `argmax`, a sort or the places of a top-k, it reads and writes every score several more
times and calls the exponential for each, over a whole vocabulary or for each class of every pixel.

Leave it when equal probabilities are to count as a draw, though their scores differ in the last digits.

The fix is unsafe: probabilities are rounded, so that two that come out equal, both 1.0 for one, may hide
scores that differ; `argmax` then picked the first, and now picks the larger. It is made where the ranking
follows at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from libcst import (
    Arg,
    Assign,
    Attribute,
    BaseExpression,
    Call,
    CSTNode,
    Index,
    Name,
    SimpleStatementLine,
    Subscript,
    Tuple,
)

from smelllint import Fix, Rule, Smell
from smelllint.edit import Edits
from smelllint.facts import ABSENT, Facts, Kind

rule = Rule(
    family="inference",
    imports=frozenset({"torch", "transformers", "jax", "tensorflow", "keras", "tf_keras", "scipy"}),
    words=frozenset({"softmax", "Softmax", "sigmoid", "Sigmoid", "expit"}),
    signs=(frozenset({"argmax", "argmin", "argsort", "max", "min", "sort", "topk"}),),
)


class Axis(Enum):
    """Along what scores are normalised or ranked, where it is no number."""

    ALL = "all"  # over everything at once
    EACH = "each"  # every number by itself, which keeps the order along any axis
    UNKNOWN = "unknown"


Along = Axis | int | str
SOFTMAX = frozenset({"softmax", "log_softmax"})
# Functions of the scores, and the axis that each takes unless told.
FUNCTIONS: dict[str, Along] = {
    "torch.softmax": Axis.UNKNOWN,
    "torch.log_softmax": Axis.UNKNOWN,
    "torch.special.softmax": Axis.UNKNOWN,
    "torch.special.log_softmax": Axis.UNKNOWN,
    "torch.nn.functional.softmax": Axis.UNKNOWN,
    "torch.nn.functional.log_softmax": Axis.UNKNOWN,
    "torch.sigmoid": Axis.EACH,
    "torch.special.expit": Axis.EACH,
    "torch.nn.functional.sigmoid": Axis.EACH,
    "jax.nn.softmax": -1,
    "jax.nn.log_softmax": -1,
    "jax.nn.sigmoid": Axis.EACH,
    "tensorflow.nn.softmax": -1,
    "tensorflow.nn.log_softmax": -1,
    "tensorflow.nn.sigmoid": Axis.EACH,
    "tensorflow.sigmoid": Axis.EACH,
    "keras.ops.softmax": -1,
    "keras.ops.sigmoid": Axis.EACH,
    "scipy.special.softmax": Axis.ALL,
    "scipy.special.log_softmax": Axis.ALL,
    "scipy.special.expit": Axis.EACH,
}
MODULES: dict[str, Along] = {
    "torch.nn.Softmax": Axis.UNKNOWN,
    "torch.nn.LogSoftmax": Axis.UNKNOWN,
    "torch.nn.Sigmoid": Axis.EACH,
}
# What ranks: the axis taken unless told, and the place of the axis among the arguments after the scores.
RANKINGS: dict[str, tuple[Along, int]] = {
    "argmax": (Axis.ALL, 0),
    "argmin": (Axis.ALL, 0),
    "argsort": (-1, 0),
    "tensorflow.argmax": (0, 0),
    "max": (Axis.UNKNOWN, 0),
    "min": (Axis.UNKNOWN, 0),
    "sort": (-1, 0),
    "topk": (-1, 1),
}
# The others give the values as well.
ONLY_PLACES = frozenset({"argmax", "argmin", "argsort", "tensorflow.argmax"})
RANKERS = {
    **{f"torch.{method}": method for method in ("argmax", "argmin", "argsort", "max", "min", "sort", "topk")},
    **{f"numpy.{method}": method for method in ("argmax", "argmin", "argsort")},
    **{f"jax.numpy.{method}": method for method in ("argmax", "argmin", "argsort")},
    **{f"keras.ops.{method}": method for method in ("argmax", "argmin", "argsort")},
    "tensorflow.argmax": "tensorflow.argmax",
    "tensorflow.math.argmax": "tensorflow.argmax",
}
# Methods that move a tensor or widen its numbers.
KEEPING = frozenset({"detach", "cpu", "cuda", "numpy", "float", "double", "contiguous", "clone", "to"})
MAX_STEPS = 12


@dataclass(frozen=True)
class Monotone:
    """A call that keeps the order of its scores along an axis."""

    scores: BaseExpression
    along: Along


@rule.on(Call)
def ranked_probabilities(call: Call, facts: Facts) -> Iterator[Smell]:
    squashed = monotone(call, facts)
    use = followed(call, facts) if squashed is not None else None
    ranked = ranking(use, facts) if use is not None else Axis.UNKNOWN
    if squashed is None or use is None or not agrees(squashed.along, ranked) or not facts.repeated(call):
        return
    yield Smell(
        at=call,
        message=f"`{facts.text(call)}` makes probabilities of which only the order is used",
        fix=rank_the_scores(call, squashed.scores, use, facts),
    )


def agrees(along: Along, ranked: Along) -> bool:
    if Axis.UNKNOWN in (along, ranked):
        return False
    return along is Axis.EACH or along == ranked


# -- what keeps the order -------------------------------------------------------------------------------


def monotone(call: Call, facts: Facts) -> Monotone | None:
    name = facts.name(call.func)
    if name in FUNCTIONS:
        scores = facts.argument(call, "input", 0)
        along = axis(call, 1, FUNCTIONS[name], facts)
        return Monotone(scores, along) if isinstance(scores, BaseExpression) else None
    receiver = facts.receiver(call, *SOFTMAX, "sigmoid")
    if receiver is not None and facts.is_tensor(receiver):
        default = Axis.UNKNOWN if facts.method_call(call, *SOFTMAX) else Axis.EACH
        return Monotone(receiver, axis(call, 0, default, facts))
    return squashing_module(call, facts)


def squashing_module(call: Call, facts: Facts) -> Monotone | None:
    """`nn.Softmax(dim=1)(x)`, also by way of a variable or attribute."""
    if facts.kind(call.func) is not Kind.MODULE or len(call.args) != 1:
        return None
    made = facts.origin(call.func)
    name = facts.name(made.func) if made is not None else None
    scores = facts.argument(call, "input", 0)
    if made is None or name not in MODULES or not isinstance(scores, BaseExpression):
        return None
    return Monotone(scores, axis(made, 0, MODULES[name], facts))


def axis(call: Call, place: int, default: Along, facts: Facts) -> Along:
    if default is Axis.EACH:
        return default
    given = [facts.argument(call, name, place) for name in ("dim", "axis")]
    if all(one is ABSENT for one in given):
        return default
    node = next((one for one in given if isinstance(one, BaseExpression)), None)
    if node is None:
        return Axis.UNKNOWN
    value = facts.value(node)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if value is None:
        return Axis.ALL
    return facts.text(node) if isinstance(node, (Name, Attribute)) else Axis.UNKNOWN


# -- what is done with it -------------------------------------------------------------------------------


def followed(call: Call, facts: Facts) -> CSTNode | None:
    """The last mention of the probabilities before they are ranked, behind moves and a variable that is read
    once; None where they are read in two places."""
    node: CSTNode = call
    for _ in range(MAX_STEPS):
        onward = moved(node, facts) or facts.only_mention(node)
        if onward is None:
            return node
        node = onward
    return None


def moved(node: CSTNode, facts: Facts) -> CSTNode | None:
    """The tensor after a method that keeps its numbers: `x.detach()`, `x.data`."""
    attribute = facts.parent(node)
    if not isinstance(attribute, Attribute) or attribute.value is not node:
        return None
    if attribute.attr.value == "data":
        return attribute
    call = facts.parent(attribute)
    if not isinstance(call, Call) or call.func is not attribute or attribute.attr.value not in KEEPING:
        return None
    places = [arg.value for arg in call.args if arg.keyword is None]
    return call if all(facts.is_device(place) for place in places) else None


def ranking(node: CSTNode, facts: Facts) -> Along:
    """The axis along which an expression is ranked; UNKNOWN where something else is done with it."""
    attribute = facts.parent(node)
    call = facts.parent(attribute) if attribute is not None else None
    if not isinstance(call, Call):
        return Axis.UNKNOWN
    if isinstance(attribute, Attribute) and call.func is attribute:
        return ranked_by(call, attribute.attr.value, 0, facts)
    ranker = RANKERS.get(facts.name(call.func) or "")
    if ranker is None or not isinstance(attribute, Arg) or call.args[0] is not attribute:
        return Axis.UNKNOWN
    return ranked_by(call, ranker, 1, facts)


def ranked_by(call: Call, method: str, given: int, facts: Facts) -> Along:
    """The axis of a ranking that takes `given` arguments before its own."""
    if method not in RANKINGS or not (method in ONLY_PLACES or only_places(call, facts)):
        return Axis.UNKNOWN
    default, place = RANKINGS[method]
    return axis(call, given + place, default, facts)


def only_places(call: Call, facts: Facts) -> bool:
    """Whether of values and places only the places are taken: `[1]`, `.indices`, `_, best = ...`."""
    parent = facts.parent(call)
    if isinstance(parent, Attribute):
        return parent.attr.value == "indices"
    if isinstance(parent, Subscript):
        index = parent.slice[0].slice if len(parent.slice) == 1 else None
        return isinstance(index, Index) and facts.value(index.value) == 1
    if not isinstance(parent, Assign) or len(parent.targets) != 1:
        return False
    target = parent.targets[0].target
    if not isinstance(target, Tuple) or len(target.elements) != 2:
        return False
    values = target.elements[0].value
    return isinstance(values, Name) and not facts.readers(values)


# -- the fix --------------------------------------------------------------------------------------------


def rank_the_scores(call: Call, scores: BaseExpression, use: CSTNode, facts: Facts) -> Fix | None:
    title = "Rank the scores themselves"
    if not may_stand_in(call, use, facts):
        return None
    if not facts.inside(call, use):
        return Fix.unsafe(title, *put_in_place(call, scores, facts))
    return Fix.unsafe(title, facts.replace(call, spelled(scores, call, facts)))


def may_stand_in(call: Call, use: CSTNode, facts: Facts) -> bool:
    """Whether the scores can be treated as the probabilities are: of the libraries that also take lists this
    is known where a function ranks them; another number format may be wanted for what follows."""
    if facts.argument(call, "dtype") is not ABSENT:
        return False
    of_torch = (facts.name(call.func) or "torch.").startswith("torch.")
    return of_torch or (use is call and isinstance(facts.parent(use), Arg))


def spelled(scores: BaseExpression, place: CSTNode, facts: Facts) -> str:
    """The text of the scores as it can stand in a place, in brackets where it needs them."""
    alone = isinstance(scores, (Name, Attribute, Call, Subscript)) or isinstance(facts.parent(place), Arg)
    return facts.text(scores) if alone else f"({facts.text(scores)})"


def put_in_place(call: Call, scores: BaseExpression, facts: Facts) -> list[Edits | None]:
    """The scores in the place of the variable that held the probabilities, where the next statement reads
    it."""
    made = facts.statement(call)
    use = facts.only_mention(call)
    if use is None or facts.loops(use) != facts.loops(call):
        return [None]
    if not follows(facts.statement(use), made, facts):
        return [None]
    return [facts.remove_statement(made), facts.replace(use, spelled(scores, use, facts))]


def follows(statement: CSTNode, made: CSTNode, facts: Facts) -> bool:
    block = getattr(facts.parent(made), "body", ())
    pair = isinstance(statement, SimpleStatementLine) and statement in block and made in block
    return pair and block.index(statement) == block.index(made) + 1
