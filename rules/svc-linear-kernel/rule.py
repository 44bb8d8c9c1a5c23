"""A linear support vector machine trained as if its kernel were not linear.

`SVC` and `SVR` work on the similarities of all pairs of samples: the time grows at least with the square of
their number, and each prediction goes over the support vectors. A linear machine is one weight a feature.
`LinearSVC` and `LinearSVR` look for these weights directly, in time that grows with the number of samples. It
is found where the data is known to be much: by the number of rows, or because it is the words of texts.

Leave it when there are a few thousand samples at most, or when the support vectors themselves are wanted.

The fix is unsafe: the loss is squared, the intercept is regularised and several classes are told apart one
against the rest, so the weights differ a little, and features of very different scale take longer.
"""

from __future__ import annotations

from collections.abc import Iterator

from libcst import Arg, Attribute, BaseExpression, Call, CSTNode

from smelllint import Fix, Rule, Smell
from smelllint.edit import Edits
from smelllint.facts import ABSENT, Facts

rule = Rule(
    family="classical",
    imports=frozenset({"sklearn"}),
    words=frozenset({"linear"}),
    options={"regularisation": 10, "rows": 5000},
)

LINEAR = {"sklearn.svm.SVC": "sklearn.svm.LinearSVC", "sklearn.svm.SVR": "sklearn.svm.LinearSVR"}
# What both sorts of machines, pipelines and searches have.
SHARED = frozenset(
    {"fit", "predict", "score", "decision_function", "get_params", "coef_", "intercept_", "classes_"}
    | {"best_params_", "best_score_", "best_index_", "cv_results_"}
)
# Settings that both have, and that mean the same.
SETTINGS = frozenset({"kernel", "C", "random_state", "class_weight", "tol", "verbose", "epsilon"})
WRITERS = ("joblib.dump", "pickle.dump", "pickle.dumps")


@rule.on(Call)
def pairs_of_samples(call: Call, facts: Facts) -> Iterator[Smell]:
    if facts.name(call.func) not in LINEAR or not is_soft_and_linear(call, facts):
        return
    uses = uses_of(call, facts)
    if uses is None or not all(is_shared(use, facts) for use in uses):
        return
    if not learns_from_much(call, facts):
        return
    message = f"`{facts.text(call)}` compares all pairs of samples, though its kernel is linear"
    yield Smell(at=call, message=message, fix=trained_directly(call, facts))


def is_soft_and_linear(call: Call, facts: Facts) -> bool:
    """Whether the kernel is linear and the margin soft: a hard one hardly converges by the other way."""
    kernel, hardness = facts.argument(call, "kernel"), facts.argument(call, "C")
    if not isinstance(kernel, BaseExpression) or facts.value(kernel) != "linear":
        return False
    if facts.argument(call, "probability") is not ABSENT:
        return False
    known = facts.value(hardness) if isinstance(hardness, BaseExpression) else 1
    return isinstance(known, (int, float)) and known <= facts.option("regularisation")


def learns_from_much(call: Call, facts: Facts) -> bool:
    """Whether all that it is trained on has many rows, or is made of texts; few texts are known to be few."""
    data = facts.learnt(call)
    if not data or facts.little(call):
        return False
    return counts_words(call, facts) or all(is_much(part, facts) for part in data)


def counts_words(call: Call, facts: Facts) -> bool:
    """Whether a step of the pipeline that it is in counts words."""
    holders = (facts.put_into(use) for use in facts.used(call))
    inside = (node for holder in holders if holder is not None for node in facts.within(holder))
    return any(isinstance(node, Call) and facts.in_set("text-vectorizers", node.func) for node in inside)


def is_much(data: BaseExpression, facts: Facts) -> bool:
    rows = facts.samples(data)
    return rows >= facts.option("rows") if rows is not None else facts.words(data) is not None


def uses_of(call: Call, facts: Facts) -> list[CSTNode] | None:
    """The uses of an estimator, and of the pipelines and searches that it is put into; None where a search
    may try other kernels."""
    uses: list[CSTNode] = []
    for use in facts.employed(call):
        holder = facts.put_into(use)
        if holder is None or not facts.in_set("searches", holder.func):
            uses.append(use)
            continue
        search, further = facts.search(holder), uses_of(holder, facts)
        if search is None or further is None or any(is_of_kernels(name) for name in search.tuned):
            return None
        uses += further
    return uses


def is_of_kernels(parameter: str) -> bool:
    return parameter.rpartition("__")[2] in ("kernel", "gamma", "degree", "coef0", "C")


def is_shared(use: CSTNode, facts: Facts) -> bool:
    """Whether a machine trained directly could be used in the same way."""
    parent = facts.parent(use)
    if isinstance(parent, Attribute):
        return parent.attr.value in SHARED
    call = facts.parent(parent) if isinstance(parent, Arg) else None
    if not isinstance(call, Call):
        return False
    if facts.in_set("cross-validators", call.func):
        return facts.argument(call, "method") is ABSENT
    return facts.in_set("askers", call.func) or facts.name(call.func) in WRITERS


def trained_directly(call: Call, facts: Facts) -> Fix | None:
    kernel = next((arg for arg in call.args if arg.keyword and arg.keyword.value == "kernel"), None)
    if kernel is None or not all(arg.keyword and arg.keyword.value in SETTINGS for arg in call.args):
        return None
    linear = facts.instead([call.func], LINEAR[facts.name(call.func) or ""])
    if linear is None:
        return None
    renamed = facts.replace(call.func, linear.name)
    return Fix.unsafe("Look for the weights", renamed, without_kernel(call, kernel, facts), linear.edits)


def without_kernel(call: Call, kernel: Arg, facts: Facts) -> Edits | None:
    """A LinearSVR does not leave small errors alone unless it is told to."""
    tolerant = facts.name(call.func) == "sklearn.svm.SVR" and facts.argument(call, "epsilon") is ABSENT
    return facts.replace(kernel, "epsilon=0.1") if tolerant else facts.drop_argument(call, "kernel")
