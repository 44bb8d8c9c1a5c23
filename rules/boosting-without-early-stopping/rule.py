"""Boosting that adds trees long after they stop helping.

Trees that come after the validation score has settled cost their share of the fit, and of each prediction
from then on. Early stopping ends the fit when the score has not improved for some rounds.

Leave it when the number of trees was found by an earlier search, or must be the same in all runs of a study.

The fix is unsafe: the model has fewer trees, and a score may fall a little as well as rise. It is given where
a validation set is watched already; what to set aside where there is none is for a person to say.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from libcst import BaseExpression, Call, List, Tuple

from smelllint import Fix, Rule, Smell
from smelllint.facts import ABSENT, Argument, Facts, Kind

rule = Rule(
    family="training",
    imports=frozenset({"xgboost", "lightgbm", "catboost", "sklearn"}),
    words=frozenset(
        {"n_estimators", "num_boost_round", "iterations", "max_iter", "num_trees", "train", "cv"}
    ),
    options={"trees": 300, "trees-without-validation": 1000, "patience": 50},
)

FUNCTIONS = ("xgboost.train", "xgboost.cv", "lightgbm.train", "lightgbm.cv")
TREES = ("n_estimators", "num_boost_round", "iterations", "max_iter", "num_trees", "num_iterations")
VALIDATION = ("eval_set", "evals", "valid_sets")
STOPS = ("early_stopping_rounds", "early_stopping_round", "n_iter_no_change", "od_type", "od_wait", "od_pval")
SORTS = ("booster", "boosting_type", "boosting")


@dataclass(frozen=True)
class Boosting:
    """A fit: the call that runs it, the call that says how (the constructor, or the same), and its name."""

    run: Call
    plan: Call
    name: str

    @property
    def library(self) -> str:
        return self.name.partition(".")[0]


@rule.on(Call)
def fitted_to_the_last_tree(call: Call, facts: Facts) -> Iterator[Smell]:
    boosting = boosting_of(call, facts)
    if boosting is None or may_stop(boosting, facts):
        return
    watched = watched_sets(boosting, facts)
    trees = number_of_trees(boosting, facts)
    if trees < facts.option("trees" if watched else "trees-without-validation"):
        return
    message = f"`{facts.text(call)}` adds {trees} trees, whether they still help or not"
    yield Smell(at=call, message=message, fix=stop_early(boosting, watched, facts))


def boosting_of(call: Call, facts: Facts) -> Boosting | None:
    name = facts.name(call.func)
    if name in FUNCTIONS:
        return Boosting(call, call, name)
    model = facts.receiver(call, "fit")
    if model is None or facts.kind(model) is not Kind.ESTIMATOR:
        return None
    plan = facts.origin(model)
    if plan is None or not facts.in_set("boosters", plan.func):
        return None
    return Boosting(call, plan, facts.name(plan.func) or "")


def may_stop(boosting: Boosting, facts: Facts) -> bool:
    """Whether something ends the fit early, or may; DART and forests cannot stop."""
    run, plan = boosting.run, boosting.plan
    if any(facts.argument(call, name) is not ABSENT for call in (run, plan) for name in STOPS):
        return True
    if any(may_call_a_stop(facts.argument(call, "callbacks"), facts) for call in (run, plan)):
        return True
    if any(not is_plain(facts.argument(plan, name), facts) for name in SORTS):
        return True
    if boosting.name == "lightgbm.train" or boosting.name == "lightgbm.cv":
        return not run.args or any(
            facts.entry(run.args[0].value, name) is not ABSENT for name in (*STOPS, *SORTS)
        )
    # `early_stopping="auto"` of the histogram estimators stops for more than 10 000 rows.
    always = facts.argument(plan, "early_stopping")
    if "Hist" in boosting.name and not (isinstance(always, BaseExpression) and facts.value(always) is False):
        return True
    return "set_params" in {method for method, _ in facts.handled(plan)}


def may_call_a_stop(callbacks: Argument, facts: Facts) -> bool:
    if not isinstance(callbacks, BaseExpression):
        return callbacks is not ABSENT
    known = facts.resolve(callbacks)
    if not isinstance(known, List):
        return True
    makers = [item.value.func if isinstance(item.value, Call) else item.value for item in known.elements]
    return not all(facts.in_set("callbacks-that-go-on", maker) for maker in makers)


def is_plain(sort: Argument, facts: Facts) -> bool:
    if not isinstance(sort, BaseExpression):
        return sort is ABSENT
    return facts.value(sort) in ("gbtree", "gbdt", "goss", "Plain", "Ordered")


def number_of_trees(boosting: Boosting, facts: Facts) -> int:
    """The number that is written down; 0 where none is, or where it is not known."""
    at = 2 if boosting.name in FUNCTIONS else None
    given = (facts.argument(boosting.plan, name, at) for name in TREES)
    known = [facts.value(value) for value in given if isinstance(value, BaseExpression)]
    return known[0] if known and isinstance(known[0], int) else 0


def watched_sets(boosting: Boosting, facts: Facts) -> list[BaseExpression]:
    """The data whose score each tree is held to, but for the training data; folds hold themselves."""
    if boosting.name.endswith(".cv"):
        return [boosting.run]
    run = boosting.run
    given = next((arg.value for arg in run.args if arg.keyword and arg.keyword.value in VALIDATION), None)
    sets = [item.value for item in given.elements] if isinstance(given, List) else [given] if given else []
    trained = {facts.text(arg.value) for arg in run.args if arg.keyword is None}
    return [data for data in sets if facts.text(first_part(data)) not in trained]


def first_part(data: BaseExpression) -> BaseExpression:
    """`x` of `(x, y)`, `(dtrain, "train")`."""
    return data.elements[0].value if isinstance(data, Tuple) and data.elements else data


def stop_early(boosting: Boosting, watched: list[BaseExpression], facts: Facts) -> Fix | None:
    rounds = f"early_stopping_rounds={facts.option('patience')}"
    title = "Stop when the validation score no longer improves"
    if not watched or boosting.library == "sklearn":
        return None
    if boosting.library == "catboost":
        return Fix.unsafe(title, facts.add_argument(boosting.run, rounds))
    if boosting.library == "lightgbm":
        if facts.argument(boosting.run, "callbacks") is not ABSENT:
            return None
        module = facts.import_name("lightgbm", boosting.run)
        stop = f"callbacks=[{module.name}.early_stopping({facts.option('patience')})]"
        return Fix.unsafe(title, module.edits, facts.add_argument(boosting.run, stop))
    # An XGBoost estimator that is told to stop wants a validation set in each of its fits.
    fits = [call for method, call in facts.handled(boosting.plan) if method == "fit"]
    only = boosting.name in FUNCTIONS or fits == [boosting.run]
    return Fix.unsafe(title, facts.add_argument(boosting.plan, rounds)) if only else None
