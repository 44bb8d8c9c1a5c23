"""Half precision on a CPU.

Most CPUs do not compute in float16: every value is widened, computed and rounded again, and convolutions
fall back to slow kernels. Measured against float32, a language model takes four times as long and a
convolutional network fifty times.

Leave it when the weights are only stored, converted or merged on the CPU, or when the CPU is known to
compute in float16. Many new CPUs do compute in bfloat16, which is why it is let pass; for machines without
it, set `bfloat16 = true` among the options of the rule.

The fix is unsafe: float32 needs twice the memory and gives other last digits. It changes the number format
that a loader is told; where the file halves inputs by hand as well, the finding has no fix.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from smelllint import Fix, Rule, Smell
from smelllint.facts import Device, End, Facts, Kind

MODELS = (
    Kind.MODULE,
    Kind.HF_MODEL,
    Kind.PIPELINE,
    Kind.DIFFUSION_PIPELINE,
    Kind.SENTENCE_TRANSFORMER,
)
USES = frozenset({"__call__", "forward", "generate", "encode", "predict"})
STORES = frozenset({"save_pretrained", "push_to_hub", "state_dict", "merge_and_unload"})

rule = Rule(
    family="precision",
    imports=frozenset({"diffusers", "sentence_transformers", "torch", "transformers"}),
    words=frozenset({"half", "float16", "fp16", "bf16"}),
    options={"bfloat16": False},
    devices=frozenset({"cpu"}),
)


@rule.on(cst.Call)
def half_precision_on_cpu(call: cst.Call, facts: Facts) -> Iterator[Smell]:
    if not facts.makes(call, *MODELS):
        return
    slow = {"float16", "bfloat16"} if facts.option("bfloat16") else {"float16"}
    if number_format(call, facts) not in slow:
        return
    if facts.device(facts.holder(call) or facts.finished(call)) is not Device.CPU:
        return
    if facts.is_trial or not computes(call, facts):
        return
    yield Smell(
        at=call,
        message=f"`{facts.text(call)}` computes in half precision on the CPU, which has no units for it",
        fix=widen(call, facts),
    )


def number_format(call: cst.Call, facts: Facts) -> str | None:
    """The format that the weights end up in: asked for at loading, then by `.half()`, `.to(...)`."""
    asked = asked_for(call, facts)
    found = facts.dtype(asked) if asked is not None else None
    for method, later in facts.handled(call):
        if method in ("half", "bfloat16", "float"):
            found = {"half": "float16", "float": "float32"}.get(method, method)
        elif method == "to":
            found = next((named for arg in later.args if (named := facts.dtype(arg.value))), found)
    return found


def asked_for(call: cst.Call, facts: Facts) -> cst.BaseExpression | None:
    for name in ("dtype", "torch_dtype"):
        given = facts.argument(call, name)
        if isinstance(given, cst.BaseExpression):
            return given
    return None


def computes(call: cst.Call, facts: Facts) -> bool:
    """Whether the model is run here, or handed out, rather than loaded to be stored in another way."""
    done = {handled.method for handled in facts.handled(call)}
    if done & USES:
        return True
    return not done & STORES and End.RETURNED in facts.ends(facts.finished(call))


def widen(call: cst.Call, facts: Facts) -> Fix | None:
    asked = asked_for(call, facts)
    if (
        asked is None
        or not isinstance(asked, (cst.Attribute, cst.Name, cst.SimpleString))
        or halves_by_hand(facts)
    ):
        return None
    if isinstance(asked, cst.SimpleString):
        return Fix.unsafe("Compute in float32", facts.replace(asked, f"{asked.quote}float32{asked.quote}"))
    torch = facts.import_name("torch", call)
    return Fix.unsafe("Compute in float32", facts.replace(asked, f"{torch.name}.float32"), torch.edits)


def halves_by_hand(facts: Facts) -> bool:
    """Whether anything in the file is turned to half precision by a call of its own."""
    return any(
        facts.method_call(call, "half", "bfloat16")
        or (facts.method_call(call, "to") and any(facts.dtype(arg.value) for arg in call.args))
        for call in facts.nodes(cst.Call)
    )
