"""A model that is fitted before a cross-validation, which fits copies of its own.

`cross_val_score`, `cross_validate`, `cross_val_predict` and the searches copy the settings of a model and
leave its fit aside: they fit a fresh copy for each fold. A fit before them, of a model that nobody asks for
anything else, is thrown away.

Leave it when the fit is there to fail early, before a long run.

The fix is unsafe: a model that is not seeded draws its random numbers from where the fit would have left the
generator, and what the fit prints is no longer printed.
"""

from __future__ import annotations

from collections.abc import Iterator

from libcst import Arg, Attribute, Call, CSTNode, Expr

from smelllint import Fix, Rule, Smell
from smelllint.facts import Facts, Kind

rule = Rule(
    family="tuning",
    imports=frozenset({"sklearn"}),
    words=frozenset({"cross_val_score", "cross_validate", "cross_val_predict", "SearchCV"}),
)


@rule.on(Call)
def fitted_for_nobody(call: Call, facts: Facts) -> Iterator[Smell]:
    model = facts.receiver(call, "fit")
    if model is None or not isinstance(facts.parent(call), Expr) or facts.kind(model) is not Kind.ESTIMATOR:
        return
    made = facts.origin(model)
    if made is None or facts.in_set("searches", made.func) or facts.little(made):
        return
    uses = facts.used(made)
    if not all(is_unfitted(use, facts) or is_fit(use, facts) for use in uses):
        return
    later = [use for use in uses if facts.order(use) > facts.order(call)]
    if not any(is_copied(use, facts) for use in later):
        return
    yield Smell(
        at=call,
        message=f"`{facts.text(call)}` is thrown away: a cross-validation fits copies, and nobody else asks",
        fix=Fix.unsafe(
            "Leave the fit to the cross-validation", facts.remove_statement(facts.statement(call))
        ),
    )


def is_unfitted(use: CSTNode, facts: Facts) -> bool:
    """Whether a use reads the settings of a model at most."""
    parent = facts.parent(use)
    if isinstance(parent, Attribute):
        return parent.attr.value == "get_params"
    call = facts.parent(parent) if isinstance(parent, Arg) else None
    return is_copied(use, facts) or (isinstance(call, Call) and facts.in_set("askers", call.func))


def is_copied(use: CSTNode, facts: Facts) -> bool:
    """Whether a use hands a model to what fits copies of it."""
    parent = facts.parent(use)
    call = facts.parent(parent) if isinstance(parent, Arg) else None
    if not isinstance(call, Call) or facts.argument(call, "estimator", 0) is not use:
        return False
    return facts.in_set("cross-validators", call.func) or facts.in_set("searches", call.func)


def is_fit(use: CSTNode, facts: Facts) -> bool:
    """Whether a use fits the model, as a line of its own."""
    parent = facts.parent(use)
    call = facts.parent(parent) if isinstance(parent, Attribute) and parent.attr.value == "fit" else None
    return isinstance(call, Call) and isinstance(facts.parent(call), Expr)
