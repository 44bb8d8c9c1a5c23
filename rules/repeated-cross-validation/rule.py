"""A cross-validation that is run again for every score.

`cross_val_score` fits the model on each fold and asks for one score. Run again for another score it fits the
same models once more. `cross_validate` takes several scores and fits once.

Leave it when the folds are meant to be drawn anew each time, to see how much the score varies.

The fix is unsafe: where the model or the folds are random and not seeded, the scores now come from the same
fits instead of from different ones. It is given where all scores are named in the calls; a loop over scores
is left to its author.
"""

from __future__ import annotations

from collections.abc import Iterator

from libcst import Arg, Attribute, BaseExpression, Call, CSTNode, Name

from smelllint import Fix, Rule, Smell
from smelllint.edit import Edits
from smelllint.facts import ABSENT, Facts

rule = Rule(
    family="tuning",
    imports=frozenset({"sklearn"}),
    words=frozenset({"cross_val_score"}),
    options={"rows": 2000},
)

ONE_SCORE, MANY_SCORES = "sklearn.model_selection.cross_val_score", "sklearn.model_selection.cross_validate"
PLACES = ("estimator", "X", "y")
# What is asked for, and how the work is shared out: not what is fitted.
ASIDE = frozenset({"scoring", "n_jobs", "verbose", "pre_dispatch"})
# What leaves a model or a table as it is.
READS = frozenset(
    {"fit", "predict", "predict_proba", "score", "get_params", "shape", "columns", "values", "head"}
)
# What the models of scikit-learn are scored by unless another score is named.
USUAL = {
    "accuracy": ("Classifier", "SVC", "NB", "LogisticRegression", "LogisticRegressionCV"),
    "r2": ("Regressor", "SVR", "LinearRegression", "Ridge", "Lasso", "ElasticNet"),
}
VARIABLES = ("scores", "validated", "all_scores")


@rule.on(Call)
def validated_again(call: Call, facts: Facts) -> Iterator[Smell]:
    if facts.name(call.func) != ONE_SCORE or is_little(call, facts):
        return
    group = same_fits(call, facts)
    again = group[0] is not call
    if not again and not loops_over_scores(call, facts):
        return
    yield Smell(
        at=call,
        message=f"`{facts.text(call)}` fits the models of all folds anew for another score",
        fix=validated_once(group, facts) if again else None,
    )


def is_little(call: Call, facts: Facts) -> bool:
    data = facts.argument(call, "X", 1)
    rows = facts.samples(data) if isinstance(data, BaseExpression) else None
    return rows is not None and rows < facts.option("rows")


def same_fits(call: Call, facts: Facts) -> list[Call]:
    """The calls beside this one, itself among them, that fit the same on the same folds, each for another
    score."""
    beside = [
        other
        for other in facts.nodes(Call)
        if facts.name(other.func) == ONE_SCORE
        and facts.block(other) is facts.block(call)
        and facts.loop(other) is facts.loop(call)
        and facts.function(other) is facts.function(call)
    ]
    group = [other for other in beside if other is call or fit_the_same(call, other, facts)]
    asked = [scoring_of(other, facts) for other in group]
    return group if len(set(asked)) == len(asked) else [call]


def fit_the_same(one: Call, other: Call, facts: Facts) -> bool:
    fitted = given(one, facts)
    if fitted is None or fitted != given(other, facts):
        return False
    names = list(zip(names_in(one, facts), names_in(other, facts), strict=False))
    if any(facts.bindings(here) != facts.bindings(there) for here, there in names):
        return False
    return all(only_reads(use, facts) for name, _ in names for use in uses_between(one, other, name, facts))


def given(call: Call, facts: Facts) -> dict[str, str] | None:
    """What a call is given, by the names of its parameters; None where that is hidden."""
    named: dict[str, str] = {}
    for place, arg in enumerate(call.args):
        if arg.star or (arg.keyword is None and place >= len(PLACES)):
            return None
        name = arg.keyword.value if arg.keyword is not None else PLACES[place]
        if name not in ASIDE:
            named[name] = facts.text(arg.value)
    return named


def scoring_of(call: Call, facts: Facts) -> str:
    scoring = facts.argument(call, "scoring")
    return facts.text(scoring) if isinstance(scoring, BaseExpression) else ""


def names_in(call: Call, facts: Facts) -> list[Name]:
    """The variables that the arguments read, but for the scores."""
    values = [arg.value for arg in call.args if arg.keyword is None or arg.keyword.value not in ASIDE]
    inner = [node for value in values for node in facts.within(value)]
    return [node for node in inner if isinstance(node, Name) and is_variable(node, facts)]


def is_variable(name: Name, facts: Facts) -> bool:
    return any(binding.how not in ("import", "def", "class") for binding in facts.bindings(name))


def uses_between(one: Call, other: Call, name: Name, facts: Facts) -> list[CSTNode]:
    """The mentions of a variable after the first of two calls and before the second."""
    first, last = sorted((facts.order(one), facts.order(other)))
    uses = [use for use in facts.uses(name) if first < facts.order(use) < last]
    return [use for use in uses if not facts.inside(use, one) and not facts.inside(use, other)]


def only_reads(use: CSTNode, facts: Facts) -> bool:
    """Whether what stands between two calls leaves a model or a table as it is."""
    if facts.stored(use):
        return False
    parent = facts.parent(use)
    if isinstance(parent, Attribute):
        return parent.attr.value in READS and not facts.stored(parent)
    call = facts.parent(parent) if isinstance(parent, Arg) else None
    if not isinstance(call, Call):
        return False
    return (facts.name(call.func) or "").startswith("sklearn.") or facts.in_set("askers", call.func)


def loops_over_scores(call: Call, facts: Facts) -> bool:
    """Whether each round of a loop brings another score, and nothing else that the call is given."""
    loop, scoring = facts.loop(call), facts.argument(call, "scoring")
    if loop is None or not isinstance(scoring, Name) or not facts.depends(scoring, loop):
        return False
    fitted = [arg for arg in call.args if arg.keyword is None or arg.keyword.value not in ASIDE]
    return all(not arg.star and facts.invariant(arg.value, loop) for arg in fitted)


def validated_once(group: list[Call], facts: Facts) -> Fix | None:
    asked = [score_of(call, facts) for call in group]
    variable = next((name for name in VARIABLES if facts.free(name, group[0])), None)
    if variable is None or len(set(asked) - {""}) < len(group):
        return None
    taken = [
        facts.replace(call, f'{variable}["test_{score}"]') for call, score in zip(group, asked, strict=True)
    ]
    once = facts.instead([call.func for call in group], MANY_SCORES)
    if once is None:
        return None
    validated = validation(group[0], f"{variable} = {once.name}", asked, facts)
    return Fix.unsafe("Ask for all scores at once", once.edits, validated, *taken)


def score_of(call: Call, facts: Facts) -> str:
    """The name of the score that a call asks for; "" where it is not known."""
    scoring = facts.argument(call, "scoring")
    if isinstance(scoring, BaseExpression):
        name = facts.value(scoring)
        return name if isinstance(name, str) else ""
    model = facts.argument(call, "estimator", 0)
    made = facts.origin(model) if isinstance(model, BaseExpression) else None
    kind = (facts.name(made.func) or "").rpartition(".")[2] if made is not None else ""
    return next((score for score, kinds in USUAL.items() if scoring is ABSENT and kind.endswith(kinds)), "")


def validation(call: Call, made: str, asked: list[str], facts: Facts) -> Edits | None:
    """The line that validates once, above the first of the calls."""
    kept = [arg for arg in call.args if arg.keyword is None or arg.keyword.value != "scoring"]
    if any(facts.in_brackets(arg.value) for arg in kept if isinstance(arg.value, (Name, Attribute, Call))):
        return None
    named = [f"{arg.keyword.value}=" if arg.keyword is not None else "" for arg in kept]
    arguments = [f"{name}{facts.text(arg.value)}" for name, arg in zip(named, kept, strict=True)]
    listed = ", ".join(f'"{score}"' for score in asked)
    line = f"{made}({', '.join([*arguments, f'scoring=[{listed}]'])})"
    return facts.before(facts.statement(call), line)
