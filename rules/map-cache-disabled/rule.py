"""Preprocessing of a data set that is done anew in every run.

The `datasets` library writes what `map` and `filter` make to disk, under a fingerprint of the data and of the
function with all it reads. A second run finds it there. With `load_from_cache_file=False`, or after
`disable_caching()`, every run, restart and sweep computes the same rows again.

Leave it when the function gives something else each time, when it reads what the fingerprint does not see (a
file, a service, the weights of a model), or while it is being written.

The fix is unsafe: where a fingerprint misses a change, the rows of the run before come back. It drops the
argument; a cache that is turned off for the whole program is left to its author.
"""

from __future__ import annotations

from collections.abc import Iterator

from libcst import Attribute, BaseExpression, Call, Expr, FunctionDef, Lambda, Name

from smelllint import Fix, Rule, Smell
from smelllint.facts import ABSENT, Facts, Kind

rule = Rule(
    family="data",
    imports=frozenset({"datasets"}),
    words=frozenset({"load_from_cache_file", "disable_caching", "set_caching_enabled"}),
    devices=frozenset({"cpu"}),
)

CACHED = ("map", "filter")
# Rows that were made in memory have no files beside which a result could be kept.
IN_MEMORY = ("from_dict", "from_list", "from_pandas", "from_polars")
# Modules whose functions give the same each time.
CONSTANT = ("builtins", "re", "math", "string", "html", "unicodedata", "json", "ast", "textwrap", "numpy")
INCONSTANT_METHODS = frozenset(
    {
        *(
            "ask",
            "chat",
            "chat_completion",
            "choice",
            "choices",
            "complete",
            "completion",
            "create",
            "encode",
        ),
        *(
            "execute",
            "exists",
            "fetch",
            "forward",
            "generate",
            "get",
            "infer",
            "invoke",
            "is_dir",
            "is_file",
            "load",
            "now",
            "open",
            "post",
        ),
        *("predict", "query", "rand", "randint", "randn", "random", "read", "run", "sample", "search"),
        *("shuffle", "time", "today", "transform", "translate", "uniform"),
    }
)


@rule.on(Call)
def computed_anew(call: Call, facts: Facts) -> Iterator[Smell]:
    given = facts.argument(call, "load_from_cache_file")
    if not isinstance(given, BaseExpression) or facts.value(given) is not False or facts.is_trial:
        return
    if not is_repeatable(call, facts):
        return
    yield Smell(
        at=call,
        message=f"`{facts.text(call.func)}` computes the same rows again in every run",
        fix=Fix.unsafe(
            "Load what an earlier run has computed", facts.drop_argument(call, "load_from_cache_file")
        ),
    )


@rule.on(Call)
def cache_turned_off(call: Call, facts: Facts) -> Iterator[Smell]:
    if not turns_off(call, facts) or facts.is_trial or facts.branches(call):
        return
    runs = [node for node in facts.nodes(Call) if runs_over_rows(node, facts)]
    if not runs or not all(is_repeatable(run, facts) for run in runs):
        return
    yield Smell(at=call, message=f"`{facts.text(call)}` lets every run compute the same rows again")


def turns_off(call: Call, facts: Facts) -> bool:
    """Whether the cache is turned off, for the rest of the program."""
    if facts.calls(call, "datasets.set_caching_enabled"):
        turned_off = bool(call.args) and facts.value(call.args[0].value) is False
    else:
        turned_off = facts.calls(call, "datasets.disable_caching")
    return turned_off and not any(facts.calls(node, "datasets.enable_caching") for node in facts.nodes(Call))


def runs_over_rows(call: Call, facts: Facts) -> bool:
    rows = facts.receiver(call, *CACHED)
    return rows is not None and facts.is_rows(rows)


def is_repeatable(call: Call, facts: Facts) -> bool:
    """Whether a second run would find what the first has written: rows from files, and a function of this
    file that gives the same each time."""
    rows = facts.receiver(call, *CACHED)
    # What is thrown away was run for something else that the function does.
    if (
        rows is None
        or not facts.is_rows(rows)
        or isinstance(facts.parent(call), Expr)
        or facts.argument(call, "keep_in_memory") is not ABSENT
    ):
        return False
    made = facts.made_by(rows)
    if not made or facts.few_rows(rows) or facts.method_call(made[-1], *IN_MEMORY):
        return False
    if facts.argument(made[-1], "streaming") is not ABSENT:
        return False
    function = function_of(call, facts)
    return function is not None and not differs(function, facts)


def function_of(call: Call, facts: Facts) -> FunctionDef | Lambda | None:
    given = facts.argument(call, "function", 0)
    if isinstance(given, Lambda):
        return given
    definition = facts.definition(given) if isinstance(given, Name) else None
    return definition if isinstance(definition, FunctionDef) else None


def differs(function: FunctionDef | Lambda, facts: Facts) -> bool:
    """Whether a function may give something else in the next run, or reads what no fingerprint sees."""
    bodies = [function.body, *(other.body for other in facts.reached(function.body))]
    calls = [node for body in bodies for node in facts.within(body) if isinstance(node, Call)]
    return any(is_inconstant(call, facts) for call in calls)


def is_inconstant(call: Call, facts: Facts) -> bool:
    """Whether a call is not known to give the same each time: all but builtins, plain modules, tokenizers,
    functions of this file, and methods that do not sound like a service, a model or a die."""
    name = facts.name(call.func)
    if name is not None and (
        facts.libraries.in_set("inconstant", name) or name in ("builtins.id", "builtins.hash")
    ):
        return True
    if name is not None and name.partition(".")[0] in CONSTANT:
        return False
    if facts.kind(call.func) is Kind.TOKENIZER or isinstance(facts.callee(call), FunctionDef):
        return False
    return (
        not isinstance(call.func, Attribute) or name is not None or call.func.attr.value in INCONSTANT_METHODS
    )
