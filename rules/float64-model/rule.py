"""A network trained in double precision.

A float64 takes twice the memory and half the lanes of a vector unit that a float32 takes, and accelerators
have few units for it, or none. Networks learn as well in float32: the noise of a batch is many times larger
than its rounding. The reason is often just that numpy's arrays are float64.

Leave it when the numbers themselves are the result: physics, differential equations, Gaussian processes,
second-order optimizers, tests of gradients.

The fix is unsafe: it gives other last digits. It is given where the file makes all its float64 by name, and
takes no arrays of numpy's, which are float64 of themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from smelllint import Fix, Rule, Smell
from smelllint.edit import Edits
from smelllint.facts import Facts

rule = Rule(
    family="precision",
    imports=frozenset({"torch"}),
    words=frozenset({"double", "float64"}),
)

# Fields in which every digit counts …
EXACT = frozenset(
    {
        *(
            "gpytorch",
            "botorch",
            "ax",
            "pyro",
            "torchdiffeq",
            "torchsde",
            "torchode",
            "deepxde",
            "ase",
            "mace",
        ),
        *("e3nn", "schnetpack", "torchani", "pyscf", "openmm", "geoopt", "geomstats", "sympy", "pytorch3d"),
        *("torch_geometric", "kornia", "nflows", "normflows", "zuko", "functorch", "theseus", "pypose"),
    }
)
# … and what is done there, whatever is imported.
EXACTLY = (
    *("torch.autograd.grad", "torch.autograd.gradcheck", "torch.autograd.functional.", "torch.func."),
    *(
        "torch.linalg.",
        "torch.fft.",
        "torch.optim.LBFGS",
        "torch.special.",
        "scipy.integrate.",
        "scipy.optimize.",
    ),
    *("torch.complex", "torch.allclose", "torch.testing.", "torch.slogdet", "torch.logdet", "torch.cholesky"),
)
ON_PURPOSE = re.compile(r"float64(?!-model)|double|precision|overflow|underflow|numeric|stab", re.IGNORECASE)
OTHERWISE = ("float", "half", "bfloat16")


@rule.on(cst.Call)
def trained_in_double(call: cst.Call, facts: Facts) -> Iterator[Smell]:
    model = made_double(call, facts)
    if model is None or facts.is_trial or not facts.file_trains or counts_digits(facts):
        return
    if is_meant(call, model, facts):
        return
    yield Smell(
        at=call,
        message=f"`{facts.text(model)}` is trained in float64, which costs twice what float32 does",
        fix=single(facts),
    )


def made_double(call: cst.Call, facts: Facts) -> cst.BaseExpression | None:
    """The network that a call turns to float64; None for any other call."""
    model = facts.receiver(call, "double", "to", "type")
    if model is None or not facts.is_module(model):
        return None
    if facts.method_call(call, "double"):
        return model
    return model if any(facts.dtype(arg.value) == "float64" for arg in call.args) else None


def counts_digits(facts: Facts) -> bool:
    """Whether the file is of a field in which every digit counts, by what it imports or calls."""
    if facts.imports & EXACT:
        return True
    names = (facts.name(call.func) or "" for call in facts.nodes(cst.Call))
    return any(name.startswith(EXACTLY) for name in names)


def is_meant(call: cst.Call, model: cst.BaseExpression, facts: Facts) -> bool:
    """Whether float64 has a reason here that a comment tells, or is a stage on the way to another format."""
    return is_explained(call, facts) or any(is_made_otherwise(use, facts) for use in facts.uses(model))


def is_explained(call: cst.Call, facts: Facts) -> bool:
    """Whether a comment at the statement, or right above it, tells why."""
    start, end = facts.tree.span(facts.statement(call))
    text = facts.source.text
    lines = text[: facts.edits.line_end(end)].splitlines()
    here = text[facts.edits.line_start(start) : facts.edits.line_end(end)]
    above = lines[: len(lines) - len(here.splitlines())]
    comments = [here.partition("#")[2]]
    while above and above[-1].lstrip().startswith("#"):
        comments.append(above.pop())
    return any(ON_PURPOSE.search(comment) for comment in comments)


def is_made_otherwise(use: cst.CSTNode, facts: Facts) -> bool:
    """Whether a mention turns the network to another format: float64 is a stage on its way."""
    parent = facts.parent(use)
    around = facts.parent(parent) if isinstance(parent, cst.Attribute) else None
    return around is not None and facts.method_call(around, *OTHERWISE)


# -- the fix ------------------------------------------------------------------------------------------------


def single(facts: Facts) -> Fix | None:
    """Put float32 in all places of the file that name float64; None where it may come in by another way."""
    if facts.imports & {"numpy", "pandas", "scipy", "sklearn", "h5py"} or "DoubleTensor" in facts.source.text:
        return None
    made = [
        (call, model) for call in facts.nodes(cst.Call) if (model := made_double(call, facts)) is not None
    ]
    if any(is_meant(call, model, facts) for call, model in made):
        return None
    edits: list[Edits | None] = [facts.replace(node, text) for node, text in doubles(facts)]
    written = [node for node in facts.nodes(cst.SimpleString) if "float64" in node.value]
    return Fix.unsafe("Train in float32", *edits) if not written else None


def doubles(facts: Facts) -> Iterator[tuple[cst.CSTNode, str]]:
    """The names of float64 in the file, each with that of float32: `.double()`, `torch.float64`."""
    for node in facts.nodes(cst.Attribute):
        if facts.name(node) in ("torch.float64", "torch.double"):
            yield node.attr, "float32"
        elif node.attr.value == "double":
            yield node.attr, "float"
