"""Boosted trees that sort every value of every feature to find a split.

The exact method looks at each value of a feature as a place to split, for each node of each tree. The
histogram method puts the values into a few hundred bins once and looks at the edges of these: on ten thousand
rows and more it is several times to a hundred times faster, and the trees are hardly ever worse.

Leave it when the data has a few thousand rows at most, or when a study must give the same trees as before.

The fix is unsafe: splits fall on the edges of bins, so the trees are others. In scikit-learn trees grow by
leaves, and more than 10 000 rows stop early unless told otherwise; the fix is given where all settings are
known there too.
"""

from __future__ import annotations

from collections.abc import Iterator

from libcst import (
    Arg,
    Attribute,
    BaseExpression,
    Call,
    CSTNode,
    Dict,
    DictElement,
    Index,
    SimpleString,
    Subscript,
)

from smelllint import Fix, Rule, Smell
from smelllint.edit import Edits
from smelllint.facts import ABSENT, UNKNOWN, Argument, Facts

rule = Rule(
    family="classical",
    imports=frozenset({"xgboost", "sklearn"}),
    words=frozenset({"exact", "GradientBoosting"}),
    options={"rows": 10000},
)

FUNCTIONS = ("xgboost.train", "xgboost.cv")
FEW = 2000
READERS = ("get", "items", "keys", "values", "copy")
BINNED = {
    "sklearn.ensemble.GradientBoostingClassifier": "sklearn.ensemble.HistGradientBoostingClassifier",
    "sklearn.ensemble.GradientBoostingRegressor": "sklearn.ensemble.HistGradientBoostingRegressor",
}
SETTINGS = frozenset({"n_estimators", "learning_rate", "max_depth", "random_state", "verbose"})
SHARED = frozenset({"fit", "predict", "predict_proba", "score", "staged_predict", "get_params", "classes_"})


@rule.on(Call)
def sorts_every_value(call: Call, facts: Facts) -> Iterator[Smell]:
    """XGBoost, told to be exact."""
    exact = told_to_be_exact(call, facts)
    if exact is None or trains_on_little(call, facts):
        return
    yield Smell(
        at=call,
        message=f"`{facts.text(call.func)}` is told to try every value of every feature as a split",
        fix=Fix.unsafe("Split at the edges of bins", binned(exact, facts)),
    )


def told_to_be_exact(call: Call, facts: Facts) -> BaseExpression | None:
    """The value `"exact"` of the setting that an estimator or a training of trees is given."""
    if not boosts(call, facts) or not grows_trees(setting(call, "booster", facts), facts):
        return None
    method = setting(call, "tree_method", facts)
    return method if isinstance(method, BaseExpression) and facts.value(method) == "exact" else None


def boosts(call: Call, facts: Facts) -> bool:
    name = facts.name(call.func) or ""
    return name in FUNCTIONS or (name.startswith("xgboost.") and facts.in_set("boosters", call.func))


def setting(call: Call, name: str, facts: Facts) -> Argument:
    """What an estimator is told, or a training in its parameters; UNKNOWN where these may change."""
    if facts.name(call.func) not in FUNCTIONS:
        return facts.argument(call, name)
    params = facts.argument(call, "params", 0)
    return entry(params, name, facts) if isinstance(params, BaseExpression) else UNKNOWN


def grows_trees(booster: Argument, facts: Facts) -> bool:
    """Whether trees are boosted, which is so unless something else is named."""
    if not isinstance(booster, BaseExpression):
        return booster is ABSENT
    return facts.value(booster) in ("gbtree", "dart")


def entry(params: BaseExpression, key: str, facts: Facts) -> Argument:
    """What a dict literal holds under a key that nothing writes to later."""
    literal = facts.resolve(params)
    if isinstance(params, Attribute) or not isinstance(literal, Dict):
        return UNKNOWN
    if any(may_write(use, key, facts) for use in facts.uses(params)):
        return UNKNOWN
    items = [item for item in literal.elements if isinstance(item, DictElement)]
    held = [item.value for item in items if facts.value(item.key) == key]
    if len(items) < len(literal.elements) or len(held) > 1:
        return UNKNOWN
    return held[0] if held else ABSENT


def may_write(use: CSTNode, key: str, facts: Facts) -> bool:
    """Whether a use of a dict may put something under a key: `d["k"] = v`, `d.update(...)`, `change(d)`."""
    parent = facts.parent(use)
    if isinstance(parent, Attribute):
        return parent.attr.value not in READERS
    if isinstance(parent, Subscript) and parent.value is use and facts.stored(parent):
        index = parent.slice[0].slice
        return not isinstance(index, Index) or facts.value(index.value) in (key, UNKNOWN)
    call = facts.parent(parent) if isinstance(parent, Arg) and not parent.star else None
    asked = isinstance(call, Call) and facts.in_set("askers", call.func)
    return isinstance(call, Call) and not asked and facts.name(call.func) not in FUNCTIONS


def trains_on_little(call: Call, facts: Facts) -> bool:
    if facts.name(call.func) not in FUNCTIONS:
        return facts.little(call)
    data = facts.argument(call, "dtrain", 1)
    made = facts.origin(data) if isinstance(data, BaseExpression) else None
    rows = facts.samples(made.args[0].value) if made is not None and made.args else None
    return rows is not None and rows < FEW


def binned(exact: BaseExpression, facts: Facts) -> Edits | None:
    if not isinstance(exact, SimpleString):
        return None
    return facts.replace(exact, f"{exact.prefix}{exact.quote}hist{exact.quote}")


@rule.on(Call)
def sorts_many_rows(call: Call, facts: Facts) -> Iterator[Smell]:
    """The gradient boosting of scikit-learn that has no bins, on data known to be much."""
    if facts.name(call.func) not in BINNED or makes_sparse_data(facts):
        return
    rows = [facts.samples(data) for data in facts.learnt(call)]
    known = [count for count in rows if count is not None]
    if not known or len(known) < len(rows) or min(known) < facts.option("rows"):
        return
    yield Smell(
        at=call,
        message=f"`{facts.text(call.func)}` sorts {min(known)} rows for every split, where bins would do",
        fix=grown_from_bins(call, facts),
    )


def makes_sparse_data(facts: Facts) -> bool:
    """Whether anything in the file may give a sparse matrix, which bins do not take."""
    return facts.file_calls("sparse-makers") or facts.file_calls("text-vectorizers")


def grown_from_bins(call: Call, facts: Facts) -> Fix | None:
    if not all(arg.keyword and arg.keyword.value in SETTINGS for arg in call.args):
        return None
    if not all(is_shared(use, facts) for use in facts.used(call)):
        return None
    binned_ones = facts.instead([call.func], BINNED[facts.name(call.func) or ""])
    if binned_ones is None:
        return None
    trees = next(
        (arg.keyword for arg in call.args if arg.keyword and arg.keyword.value == "n_estimators"), None
    )
    return Fix.unsafe(
        "Grow the trees from bins",
        facts.replace(call.func, binned_ones.name),
        facts.replace(trees, "max_iter") if trees is not None else (),
        binned_ones.edits,
    )


def is_shared(use: CSTNode, facts: Facts) -> bool:
    """Whether an estimator of either sort could be used in this way."""
    parent = facts.parent(use)
    if isinstance(parent, Attribute):
        return parent.attr.value in SHARED
    call = facts.parent(parent) if isinstance(parent, Arg) else None
    return isinstance(call, Call) and (
        facts.in_set("cross-validators", call.func) or facts.in_set("askers", call.func)
    )
