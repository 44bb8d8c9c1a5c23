"""Training on an accelerator that multiplies its matrices in full 32 bits.

NVIDIA's accelerators since Ampere have units for TF32: numbers of 32 bits whose products are taken with fewer
of them, several times as fast. PyTorch uses them for convolutions, but for the products of matrices, which
transformers and wide networks consist of, only when told so.

Leave it when the last digits matter, as in physics or where gradients of gradients are taken, or when the
accelerator is older. Mixed precision saves more; in code that speaks of any precision nothing is reported.

The fix is unsafe: products are rounded to ten bits after the point, as networks bear well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from smelllint import Fix, Rule, Smell
from smelllint.facts import Device, Facts, Grad, Kind

# Words of somebody who has thought of precision, lets something else choose it, or wants results repeated.
CHOSEN = re.compile(
    r"autocast|scaler|float16|bf16|fp16|^half$|tf32|float32_matmul|fp32_precision|float64|^double$|complex"
    r"|deepspeed|apex|fabric|^accelerator$|mixed_precision|default_dtype|torch_dtype|deterministic",
    re.IGNORECASE,
)
LONGEST = 20
ATTENTION = "torch.nn.MultiheadAttention"
# Networks whose checkpoints are mostly stored in 16 bits, and loaded so by newer versions of transformers.
STORED_IN_16_BITS = re.compile(r"CausalLM|ForConditionalGeneration|Vision2Seq|ImageTextToText")
# Layers at least so wide are worth the units: linear ones on both sides, and those of attention.
WIDE, WIDE_ATTENTION = 1024, 256

rule = Rule(
    family="precision",
    imports=frozenset({"torch"}),
    words=frozenset({"backward"}),
    default=False,
    devices=frozenset({"cuda"}),
)


@rule.on(cst.For)
def multiplies_in_full(loop: cst.For, facts: Facts) -> Iterator[Smell]:
    if facts.loops(loop) or loop is not first_training(facts) or facts.is_trial or not is_entry(facts):
        return
    if facts.at_least("torch", 1, 12) is False or speaks_of_precision(facts):
        return
    head = f"for {facts.text(loop.target)} in {facts.text(loop.iter)}"
    torch = facts.import_name("torch", loop)
    line = f'{torch.name}.set_float32_matmul_precision("high")'
    yield Smell(
        at=loop,
        message=f"`{head}` multiplies matrices in full 32 bits, for which the accelerator has faster units",
        fix=Fix.unsafe("Let products be taken in TF32", torch.edits, facts.before(loop, line)),
    )


def speaks_of_precision(facts: Facts) -> bool:
    """Whether a name or a short text of the file is about precision, or it differentiates gradients again."""
    names = (node.value for node in facts.nodes(cst.Name))
    texts = (node.value.strip("\"'") for node in facts.nodes(cst.SimpleString) if len(node.value) < LONGEST)
    said = any(CHOSEN.search(word) for word in (*names, *texts))
    return said or facts.file_calls("gradients-of-gradients")


def first_training(facts: Facts) -> cst.CSTNode | None:
    """The first loop of the file that trains a network of large matrices on an accelerator."""
    for call in facts.nodes(cst.Call):
        model = facts.forward(call) if facts.step_loop(call) is not None else None
        if model is None or not is_heavy(model, facts):
            continue
        place = facts.device(model)
        place = facts.runs_on() if place is Device.UNKNOWN else place
        if place in (Device.ACCELERATOR, Device.EITHER) and facts.grad(call) is not Grad.OFF:
            return facts.outermost_loop(call)
    return None


def is_entry(facts: Facts) -> bool:
    """Whether the file is a program by itself: what another one imports may be told from there."""
    if facts.source.path.endswith(".ipynb"):
        return True
    at_top = [node for node in facts.tree.module.body if isinstance(node, (cst.If, cst.For, cst.While))]
    return any(
        isinstance(node, (cst.For, cst.While)) or "__main__" in facts.text(node.test) for node in at_top
    )


def is_heavy(model: cst.BaseExpression, facts: Facts) -> bool:
    """Whether a network is known to spend its time in products of large matrices."""
    class_, made = facts.class_of(model), facts.origin(model)
    if class_ is not None:
        return any(is_large(node, facts) for node in facts.within(class_))
    if made is None:
        return False
    name = facts.name(made.func) or ""
    if facts.kind(made) is Kind.HF_MODEL:
        return name.startswith("transformers.") and STORED_IN_16_BITS.search(name) is None
    chosen = facts.value(made.args[0].value) if made.args else None
    if isinstance(chosen, str) and facts.calls(made, "timm.create_model"):
        return facts.libraries.in_set("transformers-for-images", chosen)
    if facts.in_set("transformers-for-images", made.func):
        return True
    return any(is_large(node, facts) for node in facts.within(made))


def is_large(node: cst.CSTNode, facts: Facts) -> bool:
    """Whether it makes a layer of attention, or a wide linear one."""
    if not isinstance(node, cst.Call):
        return False
    if facts.in_set("attention-layers", node.func):
        width = facts.argument(node, "embed_dim" if facts.calls(node, ATTENTION) else "d_model", 0)
        known = facts.usual(width) if isinstance(width, cst.BaseExpression) else None
        return not isinstance(known, int) or known >= WIDE_ATTENTION
    if not facts.calls(node, "torch.nn.Linear") or len(node.args) < 2:
        return False
    sides = [facts.usual(arg.value) for arg in node.args[:2]]
    return all(isinstance(side, int) and side >= WIDE for side in sides)
