"""A study that trains each trial to its last epoch, however badly it goes.

Most settings that a study tries are worse than those it has seen, and show it after a few epochs. A trial
that reports its score as it goes (`trial.report`) can be asked whether to stop (`trial.should_prune`): the
later epochs of bad trials, which are usually most of all epochs, are not run.

Leave it when early scores say nothing about the last one, or when there are several objectives, which cannot
be pruned.

There is no fix: which score is reported, and when, is for a person to say.
"""

from __future__ import annotations

from collections.abc import Iterator

from libcst import Attribute, BaseExpression, Call, CSTNode, For, FunctionDef, Lambda, Name, Param

from smelllint import Rule, Smell
from smelllint.facts import ABSENT, Facts, Iterates, Kind

rule = Rule(
    family="tuning",
    imports=frozenset({"optuna"}),
    words=frozenset({"optimize"}),
    options={"trials": 10, "epochs": 5},
)

STUDIES = ("optuna.create_study", "optuna.study.create_study")
STEPS = ("backward", "partial_fit", "train_on_batch")


@rule.on(Call)
def trains_to_the_end(call: Call, facts: Facts) -> Iterator[Smell]:
    study = facts.receiver(call, "optimize")
    if study is None or not has_one_objective(study, facts) or trials(call, facts) < facts.option("trials"):
        return
    objective = objective_of(call, facts)
    if objective is None or may_prune(objective, facts) or not trains_in_epochs(objective, facts):
        return
    message = f"`{objective.name.value}` trains every trial to its last epoch, however badly it goes"
    yield Smell(at=call, message=message)


def has_one_objective(study: BaseExpression, facts: Facts) -> bool:
    made = facts.origin(study)
    if made is None or facts.name(made.func) not in STUDIES:
        return False
    return facts.argument(made, "directions") is ABSENT


def trials(call: Call, facts: Facts) -> int:
    """How many trials there are; 0 where it is not known."""
    given = facts.argument(call, "n_trials", 1)
    count = facts.usual(given) if isinstance(given, BaseExpression) else 0
    return count if isinstance(count, int) else 0


def objective_of(call: Call, facts: Facts) -> FunctionDef | None:
    """The function of this file that is given a trial: by its name, or by a lambda that calls it."""
    given = facts.argument(call, "func", 0)
    if isinstance(given, Lambda) and isinstance(given.body, Call):
        first = given.body.args[0].value if given.body.args else None
        param = given.params.params[0].name.value if given.params.params else None
        whole = isinstance(first, Name) and first.value == param
        given = given.body.func if whole else ABSENT
    function = facts.definition(given) if isinstance(given, BaseExpression) else None
    return function if isinstance(function, FunctionDef) else None


def may_prune(objective: FunctionDef, facts: Facts) -> bool:
    """Whether the trial does anything but suggest settings where this file sees it."""
    trial = trial_of(objective, facts)
    if trial is None:
        return True
    mentions = [use for use in facts.followed(trial.name) if use is not trial.name]
    return any(not only_suggests(use, facts) for mention in mentions for use in facts.used(mention))


def trial_of(objective: FunctionDef, facts: Facts) -> Param | None:
    params = [*objective.params.posonly_params, *objective.params.params]
    method = facts.class_(objective) is not None and bool(params) and params[0].name.value == "self"
    return params[method] if len(params) > method else None


def only_suggests(use: CSTNode, facts: Facts) -> bool:
    parent = facts.parent(use)
    if not isinstance(parent, Attribute) or facts.stored(parent):
        return False
    name = parent.attr.value
    return name.startswith("suggest_") or name in ("number", "params", "set_user_attr", "user_attrs")


def trains_in_epochs(objective: FunctionDef, facts: Facts) -> bool:
    bodies = [objective, *facts.reached(objective.body)]
    inside = [node for body in bodies for node in facts.within(body)]
    return any(
        is_epoch_loop(node, facts)
        if isinstance(node, For)
        else isinstance(node, Call) and fits_epochs(node, facts)
        for node in inside
    )


def is_epoch_loop(loop: For, facts: Facts) -> bool:
    """Whether a loop goes over epochs, more than a few, and trains in each."""
    counted = facts.iterable(loop)
    if facts.iterates(loop) is not Iterates.EPOCHS or not isinstance(counted, Call) or not counted.args:
        return False
    rounds = facts.usual(counted.args[-1].value)
    if isinstance(rounds, int) and rounds < facts.option("epochs"):
        return False
    bodies = [loop.body, *facts.reached(loop.body)]
    return any(facts.method_call(node, *STEPS) for body in bodies for node in facts.within(body))


def fits_epochs(call: Call, facts: Facts) -> bool:
    """Whether Keras trains for more than a few epochs, and nothing may end that early."""
    model, epochs = facts.receiver(call, "fit"), facts.argument(call, "epochs")
    if model is None or facts.kind(model) is not Kind.KERAS_MODEL or not isinstance(epochs, BaseExpression):
        return False
    rounds = facts.usual(epochs)
    many = isinstance(rounds, int) and rounds >= facts.option("epochs")
    return many and facts.argument(call, "callbacks") is ABSENT
