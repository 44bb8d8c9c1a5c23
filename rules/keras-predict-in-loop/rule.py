"""`predict` of a Keras model for one sample at a time.

Each `predict` builds a data adapter, an iterator and callbacks before it computes anything: it is made for
whole arrays. For one sample they cost more than the forward pass of a small model does.

Leave it when something has to see the progress of each run. Where all samples are known beforehand, one
`predict` for all of them saves more than the mend below.

The fix is unsafe: `predict_on_batch` runs the same compiled function on the same sample without that
machinery, but shows no progress and leaves the sample in its own number format.
"""

from __future__ import annotations

from collections.abc import Iterator

from libcst import BaseExpression, Call, Dict, List, Tuple

from smelllint import Fix, Rule, Smell
from smelllint.facts import Facts, Kind

rule = Rule(
    family="inference",
    imports=frozenset({"keras", "tensorflow", "tf_keras"}),
    words=frozenset({"predict"}),
    signs=(frozenset({"predict()"}),),
)

FEW = 8  # rounds whose overhead nobody notices
ONLY_STEER = ("verbose", "batch_size")


@rule.on(Call)
def predict_for_one_sample(call: Call, facts: Facts) -> Iterator[Smell]:
    model = facts.receiver(call, "predict")
    if model is None or not call.args or facts.kind(model) is not Kind.KERAS_MODEL:
        return
    batch = call.args[0].value
    if not any(facts.single(part) is not None for part in inputs(batch, facts)):
        return
    if is_overridden(model, facts) or not is_repeated(batch, model, facts):
        return
    message = f"`{facts.text(call)}` sets up a whole prediction run for one sample"
    yield Smell(at=call, message=message, fix=predict_on_batch(call, model, facts))


def inputs(batch: BaseExpression, facts: Facts) -> list[BaseExpression]:
    """The inputs of the model: those of a list, tuple or dict of inputs, or the one there is."""
    given = facts.resolve(batch)
    return [item.value for item in given.elements] if isinstance(given, (Dict, List, Tuple)) else [batch]


def is_overridden(model: BaseExpression, facts: Facts) -> bool:
    class_ = facts.class_of(model)
    return class_ is not None and facts.method(class_, "predict") is not None


def is_repeated(batch: BaseExpression, model: BaseExpression, facts: Facts) -> bool:
    """Whether the same model sees another sample in each of many rounds."""
    loop = facts.loop(batch)
    if loop is None or facts.few(loop, FEW) or not facts.invariant(model, loop):
        return False
    return not facts.invariant(batch, loop)


def predict_on_batch(call: Call, model: BaseExpression, facts: Facts) -> Fix | None:
    if any(arg.keyword is None or arg.keyword.value not in ONLY_STEER for arg in call.args[1:]):
        return None
    batch = call.args[0].value
    # Of several inputs `predict` makes one kind of array; `predict_on_batch` takes them as they come.
    if inputs(batch, facts) != [batch]:
        return None
    lean = f"{facts.text(model)}.predict_on_batch({facts.text(batch)})"
    return Fix.unsafe("Predict on the batch alone", facts.replace(call, lean))
