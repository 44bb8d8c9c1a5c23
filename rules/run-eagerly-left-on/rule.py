"""Keras told to run every operation by itself, as for debugging.

With `run_eagerly=True` Python goes through all layers in every step, where otherwise they are traced once
and run as one compiled function: by TensorFlow as a graph, by JAX as one program. Small networks then spend
most of their time between the operations: the example takes JAX four times as long on a CPU. With PyTorch as
its backend Keras runs eagerly in any case, and the setting changes nothing; so says the measurement below.

Leave it when you are looking for a mistake, or when a layer, a loss or a metric of your own needs the values
of its tensors. Files that define any of those are not reported.

The fix is unsafe: Python code inside a model runs once, when it is traced, and compiled operations may be
fused, which changes the last digits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from libcst import BaseExpression, Call, ClassDef, List

from smelllint import Fix, Rule, Smell
from smelllint.facts import ABSENT, Argument, Facts, Kind

RUNS = ("fit", "evaluate", "predict", "train_on_batch", "fit_generator")
# What may be code of one's own, which may need the values of its tensors.
PARTS = ("loss", "metrics", "weighted_metrics", "optimizer")
LIBRARIES = ("keras.", "tensorflow.")
RUNS_ON_TORCH = re.compile(r"KERAS_BACKEND.*torch")

rule = Rule(
    family="training",
    imports=frozenset({"keras", "tensorflow", "tf_keras"}),
    words=frozenset({"run_eagerly", "run_functions_eagerly"}),
    default=False,
)


@rule.on(Call)
def compiles_eagerly(call: Call, facts: Facts) -> Iterator[Smell]:
    model = facts.receiver(call, "compile")
    if model is None or facts.kind(model) is not Kind.KERAS_MODEL or facts.class_of(model) is not None:
        return
    given = facts.argument(call, "run_eagerly")
    if not isinstance(given, BaseExpression) or facts.value(given) is not True or is_looked_into(facts):
        return
    if not all(is_known(facts.argument(call, part), facts) for part in PARTS):
        return
    yield Smell(
        at=call,
        message="`run_eagerly=True` lets Python go through every layer in every step",
        fix=Fix.unsafe("Let the model be compiled", facts.drop_argument(call, "run_eagerly")),
    )


@rule.on(Call)
def turns_graphs_off(call: Call, facts: Facts) -> Iterator[Smell]:
    if not facts.in_set("graph-switches", call.func) or len(call.args) != 1 or is_looked_into(facts):
        return
    if facts.value(call.args[0].value) is not True or not any(
        runs(other, facts) for other in facts.nodes(Call)
    ):
        return
    yield Smell(
        at=call,
        message=f"`{facts.text(call)}` lets Python go through every operation in every step",
        fix=Fix.unsafe("Let functions be compiled", facts.remove_statement(facts.statement(call))),
    )


def runs(call: Call, facts: Facts) -> bool:
    """Whether a call trains or asks a Keras model."""
    model = facts.receiver(call, *RUNS)
    return model is not None and facts.kind(model) is Kind.KERAS_MODEL


def is_looked_into(facts: Facts) -> bool:
    """Whether the file has parts of its own in its models, which may need values, or is a test, or runs on
    PyTorch, where the setting changes nothing."""
    bases = (base for class_ in facts.nodes(ClassDef) for base in facts.base_names(class_))
    if any(base.startswith(LIBRARIES) for base in bases) or facts.file_calls("runs-python"):
        return True
    return facts.is_trial or RUNS_ON_TORCH.search(facts.source.text) is not None


def is_known(given: Argument, facts: Facts) -> bool:
    """Whether a part of a model is the library's own: a name, an object, or several in a list."""
    if not isinstance(given, BaseExpression):
        return given is ABSENT
    value = facts.resolve(given)
    if isinstance(value, List):
        return all(is_known(element.value, facts) for element in value.elements)
    if isinstance(facts.value(value), str):
        return True
    made = facts.origin(value) if not isinstance(value, Call) else value
    name = facts.name(made.func if made is not None else value)
    return name is not None and name.startswith(LIBRARIES)
