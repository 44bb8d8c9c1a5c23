"""A layer with weights that is built anew in every forward pass.

Each pass allocates the weights, draws a random number for each, copies them to the device, uses them once and
throws them away. No optimizer knows them, so that they never learn, and a trained network answers otherwise
every time.

Leave it when random weights are the point of it, in a random projection for one.

There is no fix: the layer belongs into `__init__`, with sizes that only its author knows there.
"""

from __future__ import annotations

from collections.abc import Iterator

from libcst import Arg, Call, CSTNode, FunctionDef, Lambda

from smelllint import Rule, Smell
from smelllint.facts import ABSENT, Facts, Kind

rule = Rule(
    family="inference",
    imports=frozenset({"torch"}),
    words=frozenset({"forward"}),
    signs=(
        frozenset(
            {
                "self Linear()",
                "self Bilinear()",
                "self LSTM()",
                "self GRU()",
                "self RNN()",
                "self LSTMCell()",
                "self GRUCell()",
                "self RNNCell()",
                "self Embedding()",
                "self Conv1d()",
                "self Conv2d()",
                "self Conv3d()",
                "self ConvTranspose1d()",
                "self ConvTranspose2d()",
                "self ConvTranspose3d()",
                "self MultiheadAttention()",
                "self Transformer()",
                "self TransformerEncoderLayer()",
                "self TransformerDecoderLayer()",
            }
        ),
    ),
)

LAYERS = frozenset(
    {
        *("Linear", "Bilinear", "LSTM", "GRU", "RNN", "LSTMCell", "GRUCell", "RNNCell", "Embedding"),
        *("Conv1d", "Conv2d", "Conv3d", "ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d"),
        *("MultiheadAttention", "Transformer", "TransformerEncoderLayer", "TransformerDecoderLayer"),
    }
)
MODULES = (Kind.MODULE, Kind.HF_MODEL)


@rule.on(Call)
def new_weights_in_every_pass(call: Call, facts: Facts) -> Iterator[Smell]:
    if not has_random_weights(call, facts) or facts.is_trial:
        return
    if not is_run_by_forward(facts.function(call), facts) or not facts.only_asked(stacked(call, facts), ()):
        return
    yield Smell(at=call, message=f"`{facts.text(call)}` gets new random weights in every forward pass")


def has_random_weights(call: Call, facts: Facts) -> bool:
    library, _, layer = (facts.name(call.func) or "").rpartition(".")
    return library == "torch.nn" and layer in LAYERS and facts.argument(call, "_weight") is ABSENT


def is_run_by_forward(function: FunctionDef | Lambda | None, facts: Facts) -> bool:
    """Whether a function is the `forward` of a network, or a method that one calls."""
    if not isinstance(function, FunctionDef) or function.name.value == "__init__":
        return False
    if is_forward(function, facts):
        return True
    return any(is_forward(facts.function(caller), facts) for caller in facts.callers(function))


def is_forward(function: FunctionDef | Lambda | None, facts: Facts) -> bool:
    if not isinstance(function, FunctionDef) or function.name.value != "forward":
        return False
    class_ = facts.class_(function)
    return class_ is not None and facts.instance_kind(class_) in MODULES


def stacked(call: Call, facts: Facts) -> Call:
    """The `nn.Sequential` that a layer is put into, else the layer itself."""
    arg: CSTNode | None = facts.parent(call)
    around = facts.parent(arg) if isinstance(arg, Arg) else None
    return around if isinstance(around, Call) and facts.calls(around, "torch.nn.Sequential") else call
