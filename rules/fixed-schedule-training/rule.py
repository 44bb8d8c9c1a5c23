"""Training that starts at the same hour every day, whatever the electricity is made of then.

The carbon intensity of a grid changes by a factor of two and more within a day, with the sun, the wind and
what others take. A training that may wait for a few hours can run when it is low. It takes the same energy
then: not one joule is saved, but less is burnt for it.

Leave it when the model has to be ready at that hour, when the hour was chosen by the grid's forecast, or when
the machine draws its own sun or wind.

There is no fix: where the forecast comes from depends on the place of the machine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from libcst import Attribute, BaseExpression, Call, CSTNode, FunctionDef, Name, SimpleString

from smelllint import Rule, Smell
from smelllint.facts import Facts, Kind

rule = Rule(
    family="advice",
    imports=frozenset({"airflow", "apscheduler", "schedule"}),
    default=False,
)

LEARNERS = (Kind.ESTIMATOR, Kind.KERAS_MODEL, Kind.TRAINER)
LEARNS = ("fit", "train", "partial_fit")
DAYS = ("@daily", "@midnight", "@weekly", "@monthly")
CRON = re.compile(r"\S+ \d+(,\d+)* \S+ \S+ \S+")  # minute, fixed hour, day, month, weekday
# Words in a file that knows of the grid.
NOTICES = ("carbon", "intensity", "grid_", "co2", "emission")


@rule.on(Call)
def starts_at_an_hour(call: Call, facts: Facts) -> Iterator[Smell]:
    job = scheduled(call, facts) or planned(call, facts)
    if job is None or facts.is_trial or knows_the_grid(facts):
        return
    function = facts.definition(job)
    if isinstance(function, FunctionDef) and learns(function, facts):
        yield Smell(
            at=call, message=f"`{facts.text(job)}` trains at a fixed hour, however dirty the electricity is"
        )


@rule.on(Call)
def runs_in_a_daily_graph(call: Call, facts: Facts) -> Iterator[Smell]:
    if not facts.calls(call, "airflow.DAG", "airflow.models.DAG", "airflow.sdk.DAG") or not has_an_hour(
        call, facts
    ):
        return
    if facts.is_trial or knows_the_grid(facts):
        return
    jobs = [facts.argument(node, "python_callable") for node in facts.nodes(Call)]
    functions = [facts.definition(job) for job in jobs if isinstance(job, BaseExpression)]
    trained = [one for one in functions if isinstance(one, FunctionDef) and learns(one, facts)]
    if trained:
        name = trained[0].name.value
        yield Smell(at=call, message=f"`{name}` trains at a fixed hour, however dirty the electricity is")


def scheduled(call: Call, facts: Facts) -> BaseExpression | None:
    """What `schedule.every().day.at("03:00").do(train)` runs."""
    node: CSTNode | None = facts.receiver(call, "do")
    at = False
    while node is not None and not facts.calls(node, "schedule.every"):
        at = at or is_at_a_time(node, facts)
        node = inner(node)
    return call.args[0].value if node is not None and at and call.args else None


def inner(node: CSTNode) -> CSTNode | None:
    """What a call is of, or an attribute."""
    if isinstance(node, Call):
        return node.func
    return node.value if isinstance(node, Attribute) else None


def is_at_a_time(node: CSTNode, facts: Facts) -> bool:
    """`.at("03:00")`, where the time is written down."""
    if not isinstance(node, Call) or not facts.method_call(node, "at") or not node.args:
        return False
    return isinstance(facts.value(node.args[0].value), str)


def planned(call: Call, facts: Facts) -> BaseExpression | None:
    """What `scheduler.add_job(train, "cron", hour=3)` of APScheduler runs."""
    planner = facts.receiver(call, "add_job")
    made = facts.origin(planner) if planner is not None else None
    if made is None or not (facts.name(made.func) or "").startswith("apscheduler.schedulers."):
        return None
    job, trigger = facts.argument(call, "func", 0), facts.argument(call, "trigger", 1)
    if not isinstance(job, BaseExpression) or not isinstance(trigger, BaseExpression):
        return None
    if facts.value(trigger) == "cron":
        return job if is_given_an_hour(call, facts) else None
    cron = facts.origin(trigger)
    fixed = cron is not None and (is_crontab(cron, facts) or is_cron_trigger(cron, facts))
    return job if fixed else None


def is_cron_trigger(cron: Call, facts: Facts) -> bool:
    return facts.calls(cron, "apscheduler.triggers.cron.CronTrigger") and is_given_an_hour(cron, facts)


def is_crontab(cron: Call, facts: Facts) -> bool:
    text = facts.value(cron.args[0].value) if facts.method_call(cron, "from_crontab") and cron.args else None
    return isinstance(text, str) and CRON.fullmatch(text) is not None


def is_given_an_hour(call: Call, facts: Facts) -> bool:
    hour = facts.argument(call, "hour")
    value = facts.value(hour) if isinstance(hour, BaseExpression) else None
    return re.fullmatch(r"\d+(,\d+)*", str(value)) is not None


def has_an_hour(dag: Call, facts: Facts) -> bool:
    """Whether a graph of Airflow's runs at an hour of the clock."""
    for name in ("schedule", "schedule_interval"):
        given = facts.argument(dag, name)
        text = facts.value(given) if isinstance(given, BaseExpression) else None
        if isinstance(text, str) and (text in DAYS or CRON.fullmatch(text)):
            return True
    return False


def learns(function: FunctionDef, facts: Facts) -> bool:
    """Whether a function, or one that it calls, runs a backward pass or fits a model."""
    bodies = [function.body, *(inner.body for inner in facts.reached(function.body))]
    return any(facts.backwards(body) or fits(body, facts) for body in bodies)


def fits(body: CSTNode, facts: Facts) -> bool:
    calls = [node for node in facts.within(body) if isinstance(node, Call)]
    owners = [owner for call in calls if (owner := facts.receiver(call, *LEARNS)) is not None]
    return any(facts.kind(owner) in LEARNERS for owner in owners)


def knows_the_grid(facts: Facts) -> bool:
    names = (node.value.lower() for node in facts.nodes(Name))
    texts = (node.value.lower() for node in facts.nodes(SimpleString))
    return any(notice in word for word in (*names, *texts) for notice in NOTICES)
