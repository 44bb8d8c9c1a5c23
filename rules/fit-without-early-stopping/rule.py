"""Training that watches held-out data and never stops early.

Epochs after the best one are wasted: the score on held-out data no longer rises, and often falls. Where
that data is evaluated anyway, a callback can end the training a few epochs after the best one.

Leave it when a learning-rate schedule is laid out over the whole budget, when the number of epochs was
found by trial or has to be that of a paper, when whole curves are to be looked at, or when the score on
held-out data says nothing, as with adversarial training.

The fix is unsafe: training ends at another epoch, with other weights. A tenth of the epochs without progress
ends it, five at least; scikit-learn holds a tenth of the data out and waits for ten. Where the score to watch
or the callback's name is not known, and beside batch normalisation, whose averages settle late, the finding
has no fix.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import libcst as cst

from smelllint import Fix, Rule, Smell
from smelllint.edit import Edits
from smelllint.facts import ABSENT, UNKNOWN, Argument, Facts, Kind

TITLE = "Stop when held-out data says so"
# What builds the callback that ends a call after so many epochs without progress: its text, None where that
# is not known, and the import it needs.
Callback = Callable[[cst.Call, int, Facts], tuple[str | None, Edits]]
STOPPING_ON_TRAINING_LOSS = (
    "sklearn.neural_network.MLPClassifier", "sklearn.neural_network.MLPRegressor",
    "sklearn.linear_model.SGDClassifier", "sklearn.linear_model.SGDRegressor",
)  # fmt: skip
DEFAULT_TOLERANCE = 1e-4
LIMITS = ("max_steps", "max_time", "fast_dev_run", "overfit_batches", "limit_val_batches")

rule = Rule(
    family="training",
    imports=frozenset(
        {"keras", "lightning", "pytorch_lightning", "sklearn", "tensorflow", "tf_keras", "transformers"}
    ),
    words=frozenset({"epochs", "max_iter"}),
    # Within so few epochs training rarely gets past its best one by more than patience.
    options={"epochs": 30},
)


@rule.on(cst.Call)
def keras_fit(call: cst.Call, facts: Facts) -> Iterator[Smell]:
    if not facts.method_call(call, "fit") or not isinstance(call.func, cst.Attribute):
        return
    epochs = number(call, "epochs", 3, facts)
    if epochs < facts.option("epochs") or facts.kind(call.func.value) is not Kind.KERAS_MODEL:
        return
    class_ = facts.class_of(call.func.value)
    own_step = class_ is not None and facts.method(class_, "train_step") is not None
    if own_step or is_a_study(facts):
        return
    if is_given(call, "validation_data", facts) or is_given(call, "validation_split", facts):
        yield from say(call, epochs, keras_callback, facts)


@rule.on(cst.Call)
def lightning_trainer(call: cst.Call, facts: Facts) -> Iterator[Smell]:
    if not facts.calls(call, "lightning.Trainer"):
        return
    epochs = number(call, "max_epochs", None, facts)
    if epochs < facts.option("epochs") or any(facts.argument(call, name) is not ABSENT for name in LIMITS):
        return
    if any(function.name.value == "validation_step" for function in facts.nodes(cst.FunctionDef)):
        yield from say(call, epochs, lightning_callback, facts)


@rule.on(cst.Call)
def huggingface_trainer(call: cst.Call, facts: Facts) -> Iterator[Smell]:
    if not facts.calls(call, "transformers.Trainer", "transformers.Seq2SeqTrainer"):
        return
    arguments = training_arguments(call, facts)
    epochs = number(arguments, "num_train_epochs", None, facts) if arguments is not None else 0
    if arguments is None or epochs < facts.option("epochs") or is_given(arguments, "max_steps", facts):
        return
    evaluates = is_given(arguments, "eval_strategy", facts) or is_given(
        arguments, "evaluation_strategy", facts
    )
    added = "add_callback" in {method for method, _ in facts.handled(call)}
    if evaluates and is_given(call, "eval_dataset", facts) and not added:
        yield from say(call, epochs, huggingface_callback, facts)


@rule.on(cst.Call)
def sklearn_estimator(call: cst.Call, facts: Facts) -> Iterator[Smell]:
    if not facts.calls(call, *STOPPING_ON_TRAINING_LOSS):
        return
    epochs, tolerance = number(call, "max_iter", None, facts), tolerance_of(call, facts)
    # It ends where the training loss no longer falls, unless it is told to take no notice.
    if epochs < facts.option("epochs") or (tolerance is not None and tolerance > 0):
        return
    if any(facts.argument(call, name) is not ABSENT for name in ("early_stopping", "solver", "warm_start")):
        return
    if not any(facts.method_call(other, "partial_fit") for other in facts.nodes(cst.Call)):
        # Without a tolerance, the score on held-out data stops nothing either.
        stop = facts.add_argument(call, "early_stopping=True") if tolerance is not None else None
        yield Smell(at=call, message=message(call, epochs, facts), fix=Fix.unsafe(TITLE, stop))


def tolerance_of(call: cst.Call, facts: Facts) -> float | None:
    """By how much the loss has to fall; None for not at all. A small number where that is not known."""
    given = facts.argument(call, "tol")
    value = facts.value(given) if isinstance(given, cst.BaseExpression) else UNKNOWN
    return value if value is None or isinstance(value, (int, float)) else DEFAULT_TOLERANCE


def number(call: cst.Call, name: str, at: int | None, facts: Facts) -> float:
    """A number given as an argument; 0 where none is, or it is not known."""
    given = facts.argument(call, name, at=at)
    value = facts.value(given) if isinstance(given, cst.BaseExpression) else None
    return value if isinstance(value, (int, float)) else 0


def is_given(call: cst.Call, name: str, facts: Facts) -> bool:
    given = facts.argument(call, name)
    return isinstance(given, cst.BaseExpression) and facts.value(given) not in (None, False, 0, "no")


def is_a_study(facts: Facts) -> bool:
    """Whether the file reads the record of its epochs, as one does who wants to see whole curves."""
    records = [node for node in facts.nodes(cst.Attribute) if node.attr.value == "history"]
    return any(facts.kind(record.value) is Kind.HISTORY for record in records)


def say(call: cst.Call, epochs: float, callback: Callback, facts: Facts) -> Iterator[Smell]:
    """The finding, unless a callback may end the training or keep its best, or a schedule lays it out."""
    given = facts.argument(call, "callbacks")
    if facts.file_calls("full-budget-schedules") or not (given is ABSENT or only_bystanders(given, facts)):
        return
    stopper, edits = callback(call, max(5, int(epochs) // 10), facts)
    placed = None
    if stopper is not None and given is ABSENT:
        placed = facts.add_argument(call, f"callbacks=[{stopper}]")
    elif stopper is not None and isinstance(given, cst.List):
        placed = facts.add_element(given, stopper)
    yield Smell(at=call, message=message(call, epochs, facts), fix=Fix.unsafe(TITLE, placed, edits))


def message(call: cst.Call, epochs: float, facts: Facts) -> str:
    return f"`{facts.text(call)}` runs up to {epochs:g} epochs, and nothing on held-out data stops it"


def only_bystanders(given: Argument, facts: Facts) -> bool:
    if not isinstance(given, cst.BaseExpression):
        return False
    listed = facts.resolve(given)
    # A variable that anything else is done to may have been given more callbacks.
    parents = [facts.parent(use) for use in facts.uses(given)]
    if not isinstance(listed, cst.List) or not all(
        isinstance(parent, (cst.Arg, cst.AssignTarget)) for parent in parents
    ):
        return False
    made = [element.value for element in listed.elements]
    return all(isinstance(item, cst.Call) and facts.in_set("bystander-callbacks", item.func) for item in made)


def reachable(name: str, module: str, call: cst.Call, facts: Facts) -> tuple[str, Edits]:
    """How a callback is called in the file, and the import it needs."""
    last = name.rpartition(".")[2]
    bound = facts.bound(name, call)
    return (bound, ()) if bound is not None else (last, facts.import_from(module, last))


def keras_callback(call: cst.Call, patience: int, facts: Facts) -> tuple[str | None, Edits]:
    # Scores mean little until the moving averages of such layers have settled: how long, the author knows.
    if any(facts.calls(layer, "keras.layers.BatchNormalization") for layer in facts.nodes(cst.Call)):
        return None, ()
    module = "tensorflow.keras.callbacks" if "tensorflow" in facts.imports else "keras.callbacks"
    name, edits = reachable("keras.callbacks.EarlyStopping", module, call, facts)
    return f"{name}(patience={patience}, restore_best_weights=True)", edits


def lightning_callback(call: cst.Call, patience: int, facts: Facts) -> tuple[str | None, Edits]:
    """Watches the one validation loss that the file logs."""
    name = facts.bound("lightning.callbacks.EarlyStopping", call)
    logged = {
        facts.value(log.args[0].value)
        for log in facts.nodes(cst.Call)
        if facts.method_call(log, "log") and log.args
    }
    losses = [key for key in logged if isinstance(key, str) and "val" in key and "loss" in key]
    if name is None or "." in name or len(losses) != 1:
        return None, ()
    return f'{name}("{losses[0]}", patience={patience})', ()


def huggingface_callback(call: cst.Call, patience: int, facts: Facts) -> tuple[str | None, Edits]:
    """The callback asks that the best model is loaded at the end."""
    arguments = training_arguments(call, facts)
    if arguments is None or not is_given(arguments, "load_best_model_at_end", facts):
        return None, ()
    name, edits = reachable("transformers.EarlyStoppingCallback", "transformers", call, facts)
    return f"{name}(early_stopping_patience={patience})", edits


def training_arguments(call: cst.Call, facts: Facts) -> cst.Call | None:
    given = facts.argument(call, "args", at=1)
    return facts.origin(given) if isinstance(given, cst.BaseExpression) else None
