"""A support vector machine that is calibrated for probabilities nobody asks for.

`probability=True` makes `fit` train five more machines, each on four fifths of the data, to learn how their
scores turn into probabilities. Classes and scores come from the sixth machine, which is the same without.

Leave it when somebody asks for probabilities: `predict_proba`, a soft vote, a threshold that is moved.

The fix is unsafe: code of other files that is given the model could no longer ask it for probabilities. What
the file itself asks for stays the same to the last bit.
"""

from __future__ import annotations

from collections.abc import Iterator

from libcst import Arg, Attribute, BaseExpression, Call, CSTNode

from smelllint import Fix, Rule, Smell
from smelllint.facts import ABSENT, Facts

rule = Rule(family="classical", imports=frozenset({"sklearn"}), words=frozenset({"probability"}))

MACHINES = ("sklearn.svm.SVC", "sklearn.svm.NuSVC")
# What a machine, a pipeline or a search gives without probabilities.
GIVEN = frozenset(
    {"fit", "predict", "score", "decision_function", "get_params", "classes_", "n_features_in_"}
)
GIVEN_BY_MACHINES = frozenset(
    {"support_vectors_", "support_", "n_support_", "dual_coef_", "coef_", "intercept_"}
)
GIVEN_BY_SEARCHES = frozenset({"best_params_", "best_score_", "best_index_", "cv_results_"})
ALLOWED = GIVEN | GIVEN_BY_MACHINES | GIVEN_BY_SEARCHES
# Scores that are taken from classes, or from the scores of the machine.
SCORED = (
    "accuracy",
    "balanced_accuracy",
    "f1",
    "precision",
    "recall",
    "jaccard",
    "roc_auc",
    "average_precision",
)
AVERAGES = ("", "_micro", "_macro", "_weighted", "_samples")
SCORINGS = frozenset(f"{score}{average}" for score in SCORED for average in AVERAGES)


@rule.on(Call)
def calibrated_for_nobody(call: Call, facts: Facts) -> Iterator[Smell]:
    if facts.name(call.func) not in MACHINES:
        return
    told = facts.argument(call, "probability")
    if not isinstance(told, BaseExpression) or facts.value(told) is not True:
        return
    uses = uses_of(call, facts)
    if not all(does_without(use, facts) for use in uses) or not facts.learnt(call) or facts.little(call):
        return
    yield Smell(
        at=call,
        message=f"`{facts.text(call)}` trains five more machines for probabilities that nobody asks for",
        fix=Fix.unsafe("Leave the probabilities out", facts.drop_argument(call, "probability")),
    )


def uses_of(call: Call, facts: Facts) -> list[CSTNode]:
    """The uses of an estimator, and of the pipelines and searches that it is put into."""
    uses: list[CSTNode] = []
    for use in facts.employed(call):
        holder = facts.put_into(use)
        searched = (
            holder is not None and facts.in_set("searches", holder.func) and is_scored_without(holder, facts)
        )
        uses += uses_of(holder, facts) if searched and holder is not None else [use]
    return uses


def does_without(use: CSTNode, facts: Facts) -> bool:
    """Whether a use is known to need no probabilities."""
    parent = facts.parent(use)
    if isinstance(parent, Attribute):
        return parent.attr.value in ALLOWED
    call = facts.parent(parent) if isinstance(parent, Arg) else None
    if not isinstance(call, Call):
        return False
    if facts.in_set("cross-validators", call.func):
        return is_scored_without(call, facts)
    return facts.in_set("askers", call.func)


def is_scored_without(call: Call, facts: Facts) -> bool:
    """Whether a cross-validation or a search asks for classes and scores only."""
    scoring, method = facts.argument(call, "scoring"), facts.argument(call, "method")
    if isinstance(scoring, BaseExpression):
        scored = facts.value(scoring)
        named = scored if isinstance(scored, list) else [scored]
        return all(one is None or (isinstance(one, str) and one in SCORINGS) for one in named)
    answer = facts.value(method) if isinstance(method, BaseExpression) else method
    return scoring is ABSENT and answer in (ABSENT, "predict", "decision_function")
