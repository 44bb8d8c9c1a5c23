"""A search that prepares the same data anew for every setting of a later step.

A search fits the whole pipeline for each setting and fold, also the steps that no setting touches: texts are
cut into words again, missing values looked for again, to give what they gave before. A pipeline with a
`memory` keeps what such a step gave, and fits it once a fold.

Leave it when the steps take less time than reading their result back from disk.

There is no fix: where the results are kept, and when they are thrown away, is for a person to say.
"""

from __future__ import annotations

from collections.abc import Iterator

from libcst import BaseExpression, Call, List, Tuple

from smelllint import Rule, Smell
from smelllint.facts import ABSENT, Facts, Search

rule = Rule(
    family="tuning",
    imports=frozenset({"sklearn"}),
    words=frozenset({"GridSearchCV", "RandomizedSearchCV"}),
    options={"settings": 4},
)

PIPELINE, MAKER = "sklearn.pipeline.Pipeline", "sklearn.pipeline.make_pipeline"


@rule.on(Call)
def prepares_anew(call: Call, facts: Facts) -> Iterator[Smell]:
    search = facts.search(call)
    if search is None or search.candidates < facts.option("settings") or facts.little(call):
        return
    pipeline = facts.origin(search.estimator)
    if pipeline is None or facts.argument(pipeline, "memory") is not ABSENT:
        return
    step = costly_step(pipeline, search, facts)
    if step is None:
        return
    message = (
        f"`{facts.text(step)}` is fitted anew for each of {search.candidates} settings that leave it as it is"
    )
    yield Smell(at=call, message=message)


def costly_step(pipeline: Call, search: Search, facts: Facts) -> Call | None:
    """The first costly part of the steps that come before all that the search tunes."""
    steps = steps_of(pipeline, facts)
    tuned = {name.partition("__")[0] for name in search.tuned}
    if steps is None or not tuned or not tuned.issubset(name for name, _ in steps):
        return None
    first = next(place for place, (name, _) in enumerate(steps) if name in tuned)
    made = (node for _, step in steps[:first] for node in facts.within(facts.resolve(step)))
    return next(
        (n for n in made if isinstance(n, Call) and facts.in_set("costly-transformers", n.func)), None
    )


def steps_of(pipeline: Call, facts: Facts) -> list[tuple[str, BaseExpression]] | None:
    """The steps of a pipeline by their names; None where they are not all written down."""
    if facts.name(pipeline.func) == MAKER:
        given = [arg for arg in pipeline.args if arg.keyword is None]
        names = [name_of(arg.value, facts) for arg in given]
        whole = (
            not any(arg.star for arg in pipeline.args) and "" not in names and len(set(names)) == len(names)
        )
        return [(name, arg.value) for name, arg in zip(names, given, strict=True)] if whole else None
    steps = facts.argument(pipeline, "steps", 0)
    if facts.name(pipeline.func) != PIPELINE or not isinstance(steps, BaseExpression):
        return None
    listed = facts.resolve(steps)
    pairs = [element.value for element in listed.elements] if isinstance(listed, List) else []
    named = [step for pair in pairs if (step := named_step(pair, facts)) is not None]
    return named if len(named) == len(pairs) else None


def name_of(step: BaseExpression, facts: Facts) -> str:
    """The name that `make_pipeline` gives a step: that of its class, in small letters."""
    made = facts.origin(step)
    return (facts.name(made.func) or "").rpartition(".")[2].lower() if made is not None else ""


def named_step(pair: BaseExpression, facts: Facts) -> tuple[str, BaseExpression] | None:
    if not isinstance(pair, Tuple) or len(pair.elements) != 2:
        return None
    name, step = facts.value(pair.elements[0].value), pair.elements[1].value
    return (name, step) if isinstance(name, str) else None
