"""`predict` of a Keras model for one sample at a time.

Each `predict` builds a data adapter, an iterator and callbacks, and may trace the model anew, before it
computes anything: it is made for whole arrays. For one sample that costs several times the forward pass.

Leave it when a debugger or a callback must see each run. Where all samples are known beforehand, one
`predict` for all of them saves more than the mend below.

The fix is unsafe: a direct call runs the whole input at once, without callbacks, and layers of one's own may
treat it otherwise. It keeps the array by `.numpy()` where the model is TensorFlow's, and by
`keras.ops.convert_to_numpy` for any other backend.
"""

from __future__ import annotations

from collections.abc import Iterator

from libcst import Assign, BaseExpression, Call, List, Tuple

from smelllint import Fix, Rule, Smell
from smelllint.facts import Facts, Kind

rule = Rule(
    family="inference",
    imports=frozenset({"keras", "tensorflow", "tf_keras"}),
    words=frozenset({"predict"}),
)

# What only steers the machinery of `predict`.
DROPPED = frozenset({"verbose", "batch_size"})


@rule.on(Call)
def predict_for_one_sample(call: Call, facts: Facts) -> Iterator[Smell]:
    model = facts.receiver(call, "predict")
    if model is None or not call.args or facts.kind(model) is not Kind.KERAS_MODEL:
        return
    batch = call.args[0].value
    # A list is a list of inputs here, not a batch.
    if isinstance(batch, List) or facts.single(batch) is None or not repeated(batch, model, facts):
        return
    message = f"`{facts.text(call)}` sets up a whole prediction run for one sample"
    yield Smell(at=call, message=message, fix=call_directly(call, model, batch, facts))


def repeated(batch: BaseExpression, model: BaseExpression, facts: Facts) -> bool:
    """Whether the same model sees another sample in each round."""
    loop = facts.loop(batch)
    if loop is None or facts.few(loop) or not facts.invariant(model, loop):
        return False
    return not facts.invariant(batch, loop)


def call_directly(call: Call, model: BaseExpression, batch: BaseExpression, facts: Facts) -> Fix | None:
    statement = facts.parent(call)
    several = isinstance(statement, Assign) and isinstance(statement.targets[0].target, (List, Tuple))
    if several or any(arg.keyword is None or arg.keyword.value not in DROPPED for arg in call.args[1:]):
        return None
    answer = f"{facts.text(model)}({facts.text(batch)}, training=False)"
    title = "Call the model directly"
    if only_under_tensorflow(facts):
        return Fix.unsafe(title, facts.replace(call, f"{answer}.numpy()"))
    keras = facts.import_name("keras")
    return Fix.unsafe(title, keras.edits, facts.replace(call, f"{keras.name}.ops.convert_to_numpy({answer})"))


def only_under_tensorflow(facts: Facts) -> bool:
    """Whether Keras comes with TensorFlow, or is older than its other backends."""
    alone = any(name.partition(".")[0] == "keras" for name in facts.written)
    return not alone or facts.at_least("keras", 3) is False
