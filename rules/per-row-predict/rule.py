"""A scikit-learn, XGBoost, LightGBM or CatBoost model that is asked row by row.

Each call checks its input, copies it and starts its threads anew; the arithmetic for one row is a tiny share
of that. One call for all rows pays for it once, and is tens to hundreds of times cheaper.

Leave it when the next row depends on the last answer (forecasts, simulations, searches), when rows arrive one
by one (a service, a stream), or when all rows at once would not fit into memory.

The fix is unsafe: all answers are there before the first is used, and sums over more rows may round
otherwise. It is given where a loop does nothing but collect answers, and where a lambda fills a column.
"""

from __future__ import annotations

from collections.abc import Iterator

from libcst import (
    Assign,
    Await,
    BaseExpression,
    Break,
    Call,
    CSTNode,
    Lambda,
    List,
    Name,
    Return,
    Subscript,
    Yield,
)

from smelllint import Fix, Rule, Smell
from smelllint.facts import NOT_ITEMS, Facts, Kind, Loop

METHODS = ("predict", "predict_proba", "predict_log_proba", "decision_function", "score_samples", "transform")

rule = Rule(
    family="classical",
    imports=frozenset({"sklearn", "xgboost", "lightgbm", "catboost"}),
    words=frozenset({"predict", "decision_function", "score_samples", "transform"}),
)


@rule.on(Call)
def asked_row_by_row(call: Call, facts: Facts) -> Iterator[Smell]:
    model = facts.receiver(call, *METHODS)
    if model is None or not call.args:
        return
    item = facts.single(call.args[0].value)
    if item is None or facts.kind(model) not in (Kind.ESTIMATOR, Kind.BOOSTER):
        return
    over = lambda_of(call, model, facts) or loop_of(call, model, facts)
    if over is None:
        return
    message = f"`{facts.text(call)}` asks the model for one row at a time"
    yield Smell(at=call, message=message, fix=ask_once(call, item, over, facts))


def loop_of(call: Call, model: BaseExpression, facts: Facts) -> Loop | None:
    """The loop that brings one row a round to a model that stays the same."""
    batch = call.args[0].value
    loops = facts.loops(call)
    loop = next((loop for loop in loops if facts.depends(batch, loop)), None)
    if loop is None or facts.few(loop) or facts.iterates(loop) in NOT_ITEMS:
        return None
    around = loops[: loops.index(loop) + 1]
    if not facts.invariant(model, loop) or any(facts.carried(batch, outer) for outer in around):
        return None
    # Who leaves early, or hands on each answer, does not want them all.
    if any(isinstance(node, (Break, Return, Yield, Await)) for node in facts.within(loop)):
        return None
    return loop


def lambda_of(call: Call, model: BaseExpression, facts: Facts) -> Lambda | None:
    """The lambda that `apply` or `map` runs on each row, where the row goes to a model from outside."""
    function = facts.function(call)
    if not isinstance(function, Lambda) or facts.mapped(function) is None:
        return None
    row = {param.name.value for param in function.params.params}
    given, asked = names_in(call.args[0], facts), names_in(model, facts)
    return function if row & given and not row & asked else None


def names_in(node: CSTNode, facts: Facts) -> set[str]:
    return {inner.value for inner in facts.within(node) if isinstance(inner, Name)}


def ask_once(call: Call, item: BaseExpression, over: Loop | Lambda, facts: Facts) -> Fix | None:
    rows = all_rows(call.args[0].value, item, over, facts)
    if rows is None:
        return None
    answers, title = facts.text_with(call, call.args[0].value, rows), "Ask for all rows at once"
    first = facts.parent(call)
    whole: BaseExpression = first if isinstance(first, Subscript) and is_first(first, facts) else call
    if isinstance(over, Lambda):
        applied = facts.mapped(over)
        column = applied is not None and fills_column(applied, facts) and over.body is whole is not call
        return Fix.unsafe(title, facts.replace(applied, answers)) if applied and column else None
    gathering = facts.gathered(whole)
    # `append(predict(...)[0])` and `extend(predict(...))` take one answer a row.
    if gathering is None or gathering.spread is not (whole is call):
        return None
    return Fix.unsafe(title, facts.at_once(gathering, f"list({answers})"))


def is_first(node: Subscript, facts: Facts) -> bool:
    return len(node.slice) == 1 and facts.text(node.slice[0]) == "0"


def fills_column(applied: Call, facts: Facts) -> bool:
    """`table["y"] = table.apply(...)`: the column takes an array as it takes a Series."""
    statement = facts.parent(applied)
    return isinstance(statement, Assign) and isinstance(statement.targets[0].target, Subscript)


def all_rows(batch: BaseExpression, item: BaseExpression, over: Loop | Lambda, facts: Facts) -> str | None:
    """The text of the table or array of all rows, for a batch that wraps one and does nothing else to it."""
    table = facts.rows(over)
    if table is not None and isinstance(batch, List):
        return facts.columns(item, table)
    whole = facts.items_of(item, over) if not isinstance(over, Lambda) else None
    if whole is None or facts.kind(whole) not in (Kind.NDARRAY, Kind.LIST, Kind.SERIES, Kind.DATAFRAME):
        return None
    name = facts.text(whole)
    if isinstance(batch, (List, Subscript)):
        return name
    flat = facts.method_call(batch, "reshape") and facts.kind(whole) is Kind.NDARRAY
    return f"{name}.reshape(len({name}), -1)" if flat else None
