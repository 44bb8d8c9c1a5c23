"""A grid search whose grid has grown to many hundreds of fits.

A grid fits every combination on every fold: one more value for one parameter, and the whole count grows by a
factor. A random search over the same values fits as many as it is told to. Sixty draws hit the best
twentieth of the combinations with a probability of 95 percent, however many there are, and spend no fits on
parameters that turn out not to matter.

Leave it when the score of every combination is wanted, for a table or a map, or when a fit takes next to no
time.

The fix is unsafe: sixty combinations are tried, drawn with a fixed seed, and the best of these may be a
little worse than the best of all.
"""

from __future__ import annotations

from collections.abc import Iterator

from libcst import Attribute, BaseExpression, Call

from smelllint import Fix, Rule, Smell
from smelllint.edit import Edits
from smelllint.facts import ABSENT, Facts

rule = Rule(
    family="tuning",
    imports=frozenset({"sklearn"}),
    words=frozenset({"GridSearchCV"}),
    options={"fits": 500, "draws": 60},
)

# Two draws for every combination that there is would be no saving worth the risk.
WORTH_DRAWING = 2
EVERY_SCORE = ("cv_results_", "param_grid")


@rule.on(Call)
def tries_every_combination(call: Call, facts: Facts) -> Iterator[Smell]:
    search = facts.search(call)
    if search is None or not search.exhaustive:
        return
    fits = search.candidates * search.folds
    if fits < facts.option("fits") or search.candidates < WORTH_DRAWING * facts.option("draws"):
        return
    if facts.little(call) or wants_every_score(call, facts):
        return
    combinations = f"{search.candidates} combinations on {search.folds} folds"
    message = f"`{facts.text(call.func)}` fits {fits} models: {combinations}"
    yield Smell(at=call, message=message, fix=draw(call, facts))


def wants_every_score(call: Call, facts: Facts) -> bool:
    parents = [facts.parent(use) for use in facts.used(call)]
    return any(isinstance(parent, Attribute) and parent.attr.value in EVERY_SCORE for parent in parents)


def draw(call: Call, facts: Facts) -> Fix | None:
    if facts.argument(call, "random_state") is not ABSENT:
        return None
    title, draws = "Try some of the combinations, drawn at random", facts.option("draws")
    random = facts.instead([call.func], "sklearn.model_selection.RandomizedSearchCV")
    if random is None:
        return None
    drawn = facts.rename(call, random.name, f"n_iter={draws}, random_state=0")
    return Fix.unsafe(title, drawn, renamed(call, facts), random.edits)


def renamed(call: Call, facts: Facts) -> Edits | None:
    """`param_grid=` becomes `param_distributions=`; nothing where the grid is given by its place."""
    named = next(
        (arg.keyword for arg in call.args if arg.keyword and arg.keyword.value == "param_grid"), None
    )
    if named is not None:
        return facts.replace(named, "param_distributions")
    return () if isinstance(facts.argument(call, "param_grid", 1), BaseExpression) else None
