"""Text generation that computes the whole prefix again for every token.

With the cache a new token costs one step over the keys and values that are kept. Without it every step runs
the model over all that was written so far: the work grows with the square of the length. `generate` reads the
setting from its arguments and from the generation configuration; `model.config.use_cache` does not reach it.

Leave it when the memory for the cache is not there, when the model's own code cannot use one, or when the
states of the whole sequence are wanted at every step.

The fix is unsafe: with the cache the sums are taken in another order, and where two tokens are almost as
likely the last digit decides which one is written.
"""

from __future__ import annotations

from collections.abc import Iterator

from libcst import Arg, Assign, AssignTarget, Attribute, BaseExpression, Call

from smelllint import Fix, Rule, Smell
from smelllint.facts import Facts, Kind

rule = Rule(family="generation", imports=frozenset({"transformers", "peft"}), words=frozenset({"use_cache"}))

# Asked for these, a run without the cache gives the states of the whole sequence at every step.
STATES = ("output_hidden_states", "output_attentions")


@rule.on(Call)
def generates_without_cache(call: Call, facts: Facts) -> Iterator[Smell]:
    without = facts.argument(call, "use_cache")
    if not isinstance(without, BaseExpression) or not is_off(without, facts):
        return
    runs = generations(facts)
    if call not in runs and not any(is_configured(run, call, facts) for run in runs):
        return
    if needs_no_cache(call, facts):
        return
    yield Smell(
        at=call,
        message=f"`{facts.text(call.func)}` is told to compute the whole text again for every token",
        fix=keep_cache(call, without, facts),
    )


def is_off(without: BaseExpression, facts: Facts) -> bool:
    """Whether the code turns the cache off, or a settings file of the project does."""
    return facts.value(without) is False or facts.setting(without) is False


def keep_cache(call: Call, without: BaseExpression, facts: Facts) -> Fix | None:
    if facts.value(without) is not False:
        return None  # what a settings file says is to be changed there
    return Fix.unsafe("Keep the cache, which is the default", facts.drop_argument(call, "use_cache"))


@rule.on(Assign)
def turns_the_cache_off(assign: Assign, facts: Facts) -> Iterator[Smell]:
    setting = assign.targets[0].target
    if not isinstance(setting, Attribute) or setting.attr.value != "use_cache":
        return
    config = setting.value
    if not isinstance(config, Attribute) or config.attr.value != "generation_config":
        return
    if {facts.value(value) for value in settings_of(setting, facts)} != {False}:
        return
    if not any(facts.same(generator(run), config.value) for run in generations(facts)):
        return
    yield Smell(
        at=assign,
        message=f"`{facts.text(assign)}` lets every token compute the whole text again",
        fix=Fix.unsafe("Keep the cache", facts.replace(assign.value, "True")),
    )


def generations(facts: Facts) -> list[Call]:
    """The calls that generate with a model of the library; none where a model brings its own code."""
    if any(brings_code(arg, facts) for arg in facts.nodes(Arg)):
        return []
    found = [call for call in facts.nodes(Call) if facts.method_call(call, "generate")]
    return [call for call in found if generates(call, facts)]


def generator(call: Call) -> BaseExpression:
    """The model of `model.generate(...)`."""
    return call.func.value if isinstance(call.func, Attribute) else call.func


def generates(call: Call, facts: Facts) -> bool:
    model = generator(call)
    if facts.kind(model) is Kind.UNKNOWN:
        return facts.class_of(model) is None
    return facts.is_module(model)


def brings_code(arg: Arg, facts: Facts) -> bool:
    given = arg.keyword is not None and arg.keyword.value == "trust_remote_code"
    return given and facts.value(arg.value) is not False


def is_configured(run: Call, config: Call, facts: Facts) -> bool:
    """Whether a generation reads a configuration: as its argument, or from the model."""
    if not facts.calls(config, "transformers.GenerationConfig"):
        return False
    given = facts.argument(run, "generation_config", 1)
    if isinstance(given, BaseExpression):
        return facts.origin(given) is config
    holder = facts.holder(config)
    if not isinstance(holder, Attribute) or holder.attr.value != "generation_config":
        return False
    return facts.same(holder.value, generator(run))


def needs_no_cache(call: Call, facts: Facts) -> bool:
    """Whether every step's states of the whole sequence are asked for, or one step only."""
    given = {name: facts.argument(call, name) for name in (*STATES, "max_new_tokens")}
    values = {name: facts.value(arg) for name, arg in given.items() if isinstance(arg, BaseExpression)}
    return values.get("max_new_tokens") == 1 or any(values.get(name) is True for name in STATES)


def settings_of(setting: Attribute, facts: Facts) -> list[BaseExpression]:
    """The values that the file assigns to a setting."""
    targets = [facts.parent(use) for use in facts.uses(setting)]
    assigns = [facts.parent(target) for target in targets if isinstance(target, AssignTarget)]
    return [assign.value for assign in assigns if isinstance(assign, Assign)]
