"""A sparse matrix of words that is written out with all its zeros.

A vectorizer of texts gives a row for each text and a column for each word of all of them. Of a thousand
entries perhaps five are not zero, and only those are kept. `toarray` writes out the others as well: hundreds
of times the memory, which every later step has to copy, read and multiply by zero.

Leave it when the vocabulary has a few hundred words, or when a step takes dense arrays only.

The fix is unsafe: sums that skip the zeros add up the rest in another order, and the last digits may differ;
stochastic gradient descent takes smaller steps for the intercept of sparse data. It is given, as the finding
is, where every later step is known to take the matrix as it is.
"""

from __future__ import annotations

from collections.abc import Iterator

from libcst import Arg, Assign, Attribute, BaseExpression, Call, CSTNode, List, Name, Slice, Subscript

from smelllint import Fix, Rule, Smell
from smelllint.edit import Edits
from smelllint.facts import ABSENT, Argument, Facts, Kind

rule = Rule(
    family="classical",
    imports=frozenset({"sklearn"}),
    words=frozenset({"toarray", "todense"}),
    options={"texts": 200, "words": 1000},
)

WIDTHS = ("max_features", "n_features")
METHODS = (
    *("fit", "partial_fit", "fit_predict", "fit_transform", "transform", "kneighbors", "score"),
    *("predict", "predict_proba", "predict_log_proba", "decision_function"),
)


@rule.on(Call)
def writes_out_zeros(call: Call, facts: Facts) -> Iterator[Smell]:
    matrix = facts.receiver(call, "toarray", "todense")
    if matrix is None or call.args or not is_wide(matrix, facts):
        return
    uses = uses_of(call, facts)
    if not all(takes_sparse(use, facts) for use in uses) or not any(computes(use, facts) for use in uses):
        return
    yield Smell(
        at=call,
        message=f"`{facts.text(call)}` writes out every zero of a matrix that its users take as it is",
        fix=Fix.unsafe("Keep the matrix sparse", kept_sparse(call, matrix, facts)),
    )


def is_wide(matrix: BaseExpression, facts: Facts) -> bool:
    """Whether it holds the words of many texts, and the vocabulary is not kept small."""
    plan, texts = facts.words(matrix), facts.samples(matrix)
    if plan is None or (texts is not None and texts < facts.option("texts")):
        return False
    if facts.argument(plan, "vocabulary") is not ABSENT or facts.argument(plan, "analyzer") is not ABSENT:
        return False
    return all(allows_many(facts.argument(plan, name), facts) for name in WIDTHS)


def allows_many(width: Argument, facts: Facts) -> bool:
    if not isinstance(width, BaseExpression):
        return width is ABSENT
    words = facts.value(width)
    return words is None or (isinstance(words, int) and words >= facts.option("words"))


def uses_of(node: BaseExpression, facts: Facts) -> list[CSTNode]:
    """The uses of an array and of the stretches that are cut out of it: `x[:500]`."""
    uses: list[CSTNode] = []
    for use in facts.used(node):
        part = facts.parent(use)
        cut = isinstance(part, Subscript) and part.value is use and isinstance(part.slice[0].slice, Slice)
        uses += uses_of(part, facts) if cut and isinstance(part, Subscript) else [use]
    return uses


def takes_sparse(use: CSTNode, facts: Facts) -> bool:
    return reads_shape(use, facts) or computes(use, facts)


def reads_shape(use: CSTNode, facts: Facts) -> bool:
    parent = facts.parent(use)
    return isinstance(parent, Attribute) and parent.attr.value == "shape"


def computes(use: CSTNode, facts: Facts) -> bool:
    """Whether a use hands the array to an estimator or a function that takes it sparse."""
    arg = facts.parent(use)
    call = facts.parent(arg) if isinstance(arg, Arg) else None
    if not isinstance(call, Call) or not isinstance(arg, Arg):
        return False
    if facts.in_set("sparse-functions", call.func):
        return True
    if facts.in_set("cross-validators", call.func):
        second = facts.argument(call, "X", 1) is use
        return second and all_take_sparse(facts.argument(call, "estimator", 0), facts)
    estimator = facts.receiver(call, *METHODS)
    return estimator is not None and facts.argument(call, "X", 0) is use and all_take_sparse(estimator, facts)


def all_take_sparse(estimator: Argument, facts: Facts) -> bool:
    """Whether an estimator, each of those that a loop hands out, or the one in a search takes sparse data."""
    if not isinstance(estimator, BaseExpression):
        return False
    if isinstance(estimator, Name):
        listed = handed_out(estimator, facts)
        if listed is not None:
            return all(all_take_sparse(one, facts) for one in listed)
    made = facts.origin(estimator)
    if made is None or facts.kind(made) is not Kind.ESTIMATOR:
        return False
    if facts.in_set("searches", made.func):
        return all_take_sparse(facts.argument(made, "estimator", 0), facts)
    return facts.in_set("takes-sparse", made.func) and not has_dense_setting(made, facts)


def has_dense_setting(made: Call, facts: Facts) -> bool:
    """Whether an estimator may be told to work in a way that takes dense arrays only."""
    ridge = "Ridge" in (facts.name(made.func) or "")
    dense_only = ("positive", "solver", "algorithm") if ridge else ("positive", "algorithm")
    return any(facts.argument(made, name) is not ABSENT for name in dense_only)


def handed_out(name: Name, facts: Facts) -> list[BaseExpression] | None:
    """The elements of the list that a loop hands out under a name; None for any other name."""
    bindings = facts.bindings(name)
    if len(bindings) != 1 or bindings[0].how != "for" or bindings[0].index or bindings[0].value is None:
        return None
    listed = facts.resolve(bindings[0].value)
    return [element.value for element in listed.elements] if isinstance(listed, List) else None


def kept_sparse(call: Call, matrix: BaseExpression, facts: Facts) -> Edits | None:
    """`x.toarray()` becomes `x`; `x = x.toarray()` goes."""
    assign = facts.parent(call)
    if isinstance(assign, Assign) and any(facts.same(one.target, matrix) for one in assign.targets):
        return facts.remove_statement(facts.statement(assign)) if len(assign.targets) == 1 else None
    return facts.replace(call, facts.text(matrix)) if not facts.has_comment(matrix) else None
