"""More denoising steps than the solver or the model has a use for.

Every step runs the whole network once (twice with guidance), so that the energy of an image grows with their
number. Solvers of higher order, such as DPM-Solver++ and UniPC, have converged after some twenty-five steps;
models that were distilled (turbo, lightning, LCM, schnell) were trained to need no more than eight.

Leave it when the images were compared and the additional steps show, or when the exact end of the path
counts, as in inversion and in measurements.

There is no fix: how few steps still give the images that you want is for your eyes to say.
"""

from __future__ import annotations

from collections.abc import Iterator

from libcst import Assign, AssignTarget, Attribute, BaseExpression, Call

from smelllint import Rule, Smell
from smelllint.facts import ABSENT, Facts, Kind

ARGUMENT = "num_inference_steps"
# So many steps are twice what is needed: of a fast solver, of a distilled model.
MANY, MANY_DISTILLED = 50, 16
ENOUGH, ENOUGH_DISTILLED = 25, 8
# They draw noise in every step, or run the path only in part.
NOISY = ("algorithm_type", "solver_type")
IN_PART = ("strength", "timesteps", "sigmas", "denoising_end", "denoising_start")

rule = Rule(
    family="generation",
    imports=frozenset({"diffusers"}),
    words=frozenset({"num_inference_steps"}),
    default=False,
)


@rule.on(Call)
def takes_many_steps(call: Call, facts: Facts) -> Iterator[Smell]:
    if not is_pipeline(call.func, facts) or facts.is_trial:
        return
    given = facts.argument(call, ARGUMENT)
    steps = facts.value(given) if isinstance(given, BaseExpression) else None
    if not isinstance(steps, int) or any(facts.argument(call, name) is not ABSENT for name in IN_PART):
        return
    solvers = schedulers(call.func, facts)
    if steps >= MANY_DISTILLED and is_distilled(call.func, solvers, facts):
        yield Smell(at=call, message=said(steps, ENOUGH_DISTILLED, "this model was made for"))
    elif steps >= MANY and solvers and all(is_fast(solver, facts) for solver in solvers):
        yield Smell(at=call, message=said(steps, ENOUGH, "this solver needs about"))


def is_pipeline(node: BaseExpression, facts: Facts) -> bool:
    """Whether it is a pipeline, loaded or put together from its parts."""
    made = facts.origin(node) if facts.kind(node) is not Kind.DIFFUSION_PIPELINE else None
    return facts.kind(node) is Kind.DIFFUSION_PIPELINE or (
        made is not None and facts.in_set("diffusion-pipelines", made.func)
    )


def said(steps: int, enough: int, why: str) -> str:
    return f"`{ARGUMENT}={steps}` runs the network {steps} times, where {why} {enough}"


def schedulers(pipeline: BaseExpression, facts: Facts) -> list[BaseExpression]:
    """The schedulers that a pipeline is given: where it is made, and by assignment anywhere."""
    made = facts.origin(pipeline)
    given = facts.argument(made, "scheduler") if made is not None else ABSENT
    found = [given] if isinstance(given, BaseExpression) else []
    for use in facts.uses(pipeline):
        setting = facts.parent(use)
        target = facts.parent(setting) if setting is not None else None
        if not isinstance(setting, Attribute) or setting.attr.value != "scheduler":
            continue
        assign = facts.parent(target) if isinstance(target, AssignTarget) else None
        if isinstance(assign, Assign):
            found.append(assign.value)
    return found


def is_fast(solver: BaseExpression, facts: Facts) -> bool:
    """Whether it is a solver of higher order, which draws no noise on its way."""
    made = facts.origin(solver)
    if made is None or not facts.in_set("fast-solvers", made.func):
        return False
    return all(facts.argument(made, name) is ABSENT for name in NOISY)


def is_distilled(pipeline: BaseExpression, solvers: list[BaseExpression], facts: Facts) -> bool:
    """Whether a model was made for a few steps: by its name, or by the scheduler of such models."""
    made = facts.origin(pipeline)
    name = facts.value(made.args[0].value) if made is not None and made.args else None
    if isinstance(name, str):
        last = name.rpartition("/")[2].lower()
        if facts.libraries.in_set("few-step-models", last):
            return True
    makers = [facts.origin(solver) for solver in solvers]
    return bool(makers) and all(m is not None and facts.in_set("few-step-solvers", m.func) for m in makers)
