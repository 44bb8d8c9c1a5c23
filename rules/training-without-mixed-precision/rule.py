"""Training on an accelerator in 32 bits throughout.

The matrix units of an accelerator work in 16 bits, several times as fast, and move half the bytes. In mixed
precision the trainer takes the products in 16 bits and keeps weights and sums in 32, which is how networks
have been trained for years. The trainers of transformers and Lightning do it only when they are told to.

Leave it when the network is tiny, when it is known to be unstable, when its numbers are to be those of a
paper, when the accelerator is older than its 16-bit units (before Volta), or when the program is started by
`accelerate launch --mixed_precision`.

The fix is unsafe: 16-bit products round, and float16 overflows in some networks (T5 does). Where the
accelerator has bfloat16, that is the better choice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from libcst import Arg, BaseExpression, Call

from smelllint import Fix, Rule, Smell
from smelllint.facts import ABSENT, Device, Facts, Kind

rule = Rule(
    family="precision",
    imports=frozenset({"transformers", "sentence_transformers", "lightning", "pytorch_lightning"}),
    words=frozenset({"TrainingArguments", "Trainer"}),
    devices=frozenset({"cuda"}),
)

# Arguments of a trainer that choose a format, choose a device, or hand the choice to somebody else.
TOLD = (
    "fp16",
    "bf16",
    "tf32",
    "half_precision_backend",
    "deepspeed",
    "fsdp",
    "use_cpu",
    "no_cuda",
    "use_mps_device",
)
TOLD_LIGHTNING = ("precision", "plugins", "strategy", "amp_backend", "amp_level", "fast_dev_run")
# Arguments of a loader that bring weights of another format than 32 bits.
FORMATS = ("dtype", "torch_dtype", "quantization_config", "load_in_8bit", "load_in_4bit", "mixed_precision")
# Networks whose checkpoints are mostly stored, and since version 5 loaded, in 16 bits.
STORED_IN_16_BITS = re.compile(r"CausalLM|ForConditionalGeneration|Vision2Seq|ImageTextToText")
CHOICES = ("torch.autocast", "torch.set_float32_matmul_precision", "torch.set_default_dtype")
OVERFLOWS = re.compile(r"t5|pegasus", re.IGNORECASE)
UNSTABLE = re.compile(r"detr|objectdetection", re.IGNORECASE)  # their matching is known to end in NaN
LARGE = ("torch.nn.Conv2d", "torch.nn.Conv3d", "torch.nn.MultiheadAttention", "timm.create_model")


@rule.on(Call)
def told_nothing(call: Call, facts: Facts) -> Iterator[Smell]:
    lightning = facts.calls(call, "lightning.Trainer")
    if not lightning and not makes_arguments(call, facts):
        return
    told = TOLD_LIGHTNING if lightning else TOLD
    if any(facts.argument(call, name) is not ABSENT for name in told) or facts.is_trial:
        return
    if not runs_on_accelerator(call, lightning, facts) or not trains(lightning, facts):
        return
    if not is_large(lightning, facts) or is_told_elsewhere(facts) or loads(UNSTABLE, facts):
        return
    if any(is_unscaled(node, facts) for node in facts.nodes(Call)):
        return
    yield Smell(
        at=call,
        message=f"`{facts.text(call.func)}` trains in 32 bits what the accelerator multiplies faster in 16",
        fix=mix(call, lightning, facts),
    )


def makes_arguments(call: Call, facts: Facts) -> bool:
    name = facts.name(call.func) or ""
    own = ("transformers.TrainingArguments", "transformers.Seq2SeqTrainingArguments")
    return name in own or (name.startswith("sentence_transformers.") and name.endswith("TrainingArguments"))


def runs_on_accelerator(call: Call, lightning: bool, facts: Facts) -> bool:
    if lightning:
        accelerator = facts.argument(call, "accelerator")
        named = facts.value(accelerator) if isinstance(accelerator, BaseExpression) else None
        if named in ("gpu", "cuda"):
            return True
        gpus = facts.argument(call, "gpus")
        if accelerator is ABSENT and isinstance(gpus, BaseExpression):
            count = facts.value(gpus)
            return isinstance(count, list) or (isinstance(count, int) and count != 0)
        if accelerator is not ABSENT and named != "auto":
            return False
    return facts.runs_on() in (Device.ACCELERATOR, Device.EITHER)


def trains(lightning: bool, facts: Facts) -> bool:
    """Whether a trainer of the file is set to work, not asked for predictions alone."""
    method = "fit" if lightning else "train"
    trainers = (facts.receiver(call, method) for call in facts.nodes(Call))
    return any(trainer is not None and facts.kind(trainer) is Kind.TRAINER for trainer in trainers)


def is_large(lightning: bool, facts: Facts) -> bool:
    """Whether the file holds a network that keeps an accelerator busy; those of transformers do."""
    return not lightning or any(is_heavy(call, facts) for call in facts.nodes(Call))


def is_heavy(call: Call, facts: Facts) -> bool:
    name = facts.name(call.func) or ""
    if name in LARGE or name.startswith(("torch.nn.Transformer", "torchvision.models.")):
        return True
    return facts.kind(call) is Kind.HF_MODEL


def is_told_elsewhere(facts: Facts) -> bool:
    """Whether something else of the file chooses a format, or the weights come in 16 bits."""
    named = {arg.keyword.value for arg in facts.nodes(Arg) if arg.keyword is not None}
    # Who trains in 16 bits beside it compares the two.
    if named & {*FORMATS, "bf16", "fp16", "precision"}:
        return True
    calls = facts.nodes(Call)
    if any(facts.calls(call, *CHOICES) or narrows(call, facts) for call in calls):
        return True
    loaders = [call for call in calls if facts.method_call(call, "from_pretrained")]
    stored = any(STORED_IN_16_BITS.search(facts.text(call.func)) for call in loaders)
    return stored and facts.at_least("transformers", 5) is not False


def is_unscaled(call: Call, facts: Facts) -> bool:
    """Whether it asks for gradients past the trainer, which scales the loss lest they vanish in 16 bits:
    penalties on gradients, samples drawn along them."""
    return facts.calls(call, "torch.autograd.grad") or facts.method_call(call, "backward")


def narrows(call: Call, facts: Facts) -> bool:
    """`.half()`, `.to(torch.bfloat16)`."""
    if facts.method_call(call, "half", "bfloat16"):
        return True
    moved = facts.method_call(call, "to")
    return moved and any(facts.dtype(arg.value) in ("float16", "bfloat16") for arg in call.args)


def loads(networks: re.Pattern[str], facts: Facts) -> bool:
    """Whether the file loads one of these networks."""
    loaders = [node for node in facts.nodes(Call) if facts.method_call(node, "from_pretrained")]
    return any(networks.search(facts.text(loader)) for loader in loaders)


def mix(call: Call, lightning: bool, facts: Facts) -> Fix | None:
    if loads(OVERFLOWS, facts):
        return None
    title = "Train in mixed precision"
    if lightning:
        before_2 = facts.argument(call, "gpus") is not ABSENT
        return Fix.unsafe(
            title, facts.add_argument(call, "precision=16" if before_2 else 'precision="16-mixed"')
        )
    torch = facts.import_name("torch", call)
    return Fix.unsafe(title, facts.add_argument(call, f"fp16={torch.name}.cuda.is_available()"), torch.edits)
