"""Inference on an accelerator with 32-bit weights.

diffusers, sentence-transformers and transformers before version 5 load weights in 32 bits unless told
otherwise. An accelerator moves twice the bytes for them and cannot use its fastest units, so every answer
takes more time and more energy than it would with 16-bit weights.

Leave it when the model is trained further, when published scores are to be reproduced, when the last digits
matter, or when the model overflows in float16 (T5 does) and the hardware has no bfloat16.

The fix is unsafe: 16-bit weights give slightly different numbers. Models of transformers get the format
that their checkpoint was stored in (`torch_dtype="auto"`), the others float16, and only on the accelerator
where the code asks whether there is one.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from smelllint import Fix, Rule, Smell
from smelllint.facts import ABSENT, Device, End, Facts, Kind

# Arguments that choose a format for the weights, or may hide one.
FORMATS = ("dtype", "torch_dtype", "quantization_config", "load_in_8bit", "load_in_4bit", "backend")
USES = frozenset({"__call__", "forward", "generate", "encode", "predict"})
CHANGES = frozenset({"half", "bfloat16", "fit", "train", "parameters"})

# The first transformers whose loaders can be told a format.
FIRST_WITH_FORMATS = (4, 12)

rule = Rule(
    family="precision",
    imports=frozenset({"diffusers", "sentence_transformers", "transformers"}),
    words=frozenset({"from_pretrained", "from_single_file", "SentenceTransformer", "CrossEncoder"}),
    devices=frozenset({"cuda", "mps"}),
)


@rule.on(cst.Call)
def full_precision_on_accelerator(call: cst.Call, facts: Facts) -> Iterator[Smell]:
    if not loads_in_32_bits(call, facts):
        return
    where = facts.device(facts.holder(call) or facts.finished(call))
    # Models of transformers keep the format of the checkpoint, which may be one that a CPU is slow with.
    spread = facts.argument(call, "device_map") is not ABSENT
    either = where is Device.EITHER and (spread or facts.kind(call) is not Kind.HF_MODEL)
    if where is not Device.ACCELERATOR and not either:
        return
    if facts.is_trial or not only_infers(call, facts):
        return
    yield Smell(
        at=call,
        message=f"`{facts.text(call)}` puts 32-bit weights on the accelerator, where 16-bit ones would do",
        fix=narrow(call, where, facts),
    )


def loads_in_32_bits(call: cst.Call, facts: Facts) -> bool:
    """Whether it loads a model and says nothing about the format, in a library that then takes 32 bits."""
    if facts.makes(call, Kind.HF_MODEL):
        # `PeftModel` puts an adapter on weights that are there already, and takes no format.
        adapter = (facts.name(call.func) or "").startswith("peft.Peft")
        loads = facts.method_call(call, "from_pretrained") and not adapter
        known = loads and facts.at_least("transformers", 5) is False
    else:
        known = facts.in_set("loads-in-32-bits", call.func) and facts.chain(call) == [call]
        known = known or facts.makes(call, Kind.DIFFUSION_PIPELINE)
    return known and is_silent_on_format(call, facts)


def is_silent_on_format(call: cst.Call, facts: Facts) -> bool:
    if any(facts.argument(call, name) is not ABSENT for name in FORMATS):
        return False
    options = facts.argument(call, "model_kwargs")
    if options is ABSENT:
        return True
    literal = facts.resolve(options) if isinstance(options, cst.BaseExpression) else None
    if not isinstance(literal, cst.Dict):
        return False
    keys = [facts.value(element.key) for element in literal.elements if isinstance(element, cst.DictElement)]
    return len(keys) == len(literal.elements) and not any(key in FORMATS for key in keys)


def only_infers(call: cst.Call, facts: Facts) -> bool:
    done = facts.handled(call)
    methods = {handled.method for handled in done}
    # A model of transformers that is handed out may go on to be trained.
    handed_out = facts.kind(call) is not Kind.HF_MODEL and End.RETURNED in facts.ends(facts.finished(call))
    if facts.file_trains or methods & CHANGES or not (methods & USES or handed_out):
        return False
    if facts.file_calls("autocasts"):
        return False
    # `.to(torch.float16)`, `.to("cuda", torch.float16)`.
    return not any(facts.dtype(arg.value) for method, later in done if method == "to" for arg in later.args)


def narrow(call: cst.Call, where: Device, facts: Facts) -> Fix | None:
    title = "Load its weights in 16 bits"
    if facts.kind(call) is Kind.HF_MODEL:
        if facts.at_least("transformers", *FIRST_WITH_FORMATS) is False:
            return None
        return Fix.unsafe(title, facts.add_argument(call, 'torch_dtype="auto"'))
    torch = facts.import_name("torch", call)
    format_ = f"{torch.name}.float16"
    if where is Device.EITHER:
        if not any(facts.calls(asked, "torch.cuda.is_available") for asked in facts.nodes(cst.Call)):
            return None
        format_ += f" if {torch.name}.cuda.is_available() else {torch.name}.float32"
    if facts.kind(call) not in (Kind.SENTENCE_TRANSFORMER, Kind.CROSS_ENCODER):
        return Fix.unsafe(title, facts.add_argument(call, f"torch_dtype={format_}"), torch.edits)
    if facts.argument(call, "model_kwargs") is not ABSENT:
        return None
    if where is Device.ACCELERATOR:
        return Fix.unsafe(title, facts.add_argument(call, 'model_kwargs={"torch_dtype": "float16"}'))
    return Fix.unsafe(
        title, facts.add_argument(call, f'model_kwargs={{"torch_dtype": {format_}}}'), torch.edits
    )
