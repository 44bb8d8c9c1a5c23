"""Inference on a CPU with 32-bit weights.

A network of linear or recurrent layers spends its time on the CPU fetching weights from memory. Stored as
8-bit integers they are a quarter of the bytes, and the integer units do the sums: two to seven times less
work.

Leave it when the lost digits matter and no test of quality says otherwise, when the sequences are long, or
when another runtime (ONNX Runtime, OpenVINO, llama.cpp) is about to take over.

The fix is unsafe: int8 weights give slightly different numbers. It quantises modules of the same file that
are put into evaluation mode; for models of a library the finding has no fix. `torch.ao.quantization` is
deprecated in favour of torchao, and still the way that needs nothing installed.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from smelllint import Fix, Rule, Smell
from smelllint.facts import Device, End, Facts, Kind

USES = frozenset({"__call__", "forward", "encode", "predict"})
TASKS = frozenset(
    {
        "feature-extraction",
        "fill-mask",
        "ner",
        "question-answering",
        "sentiment-analysis",
        "text-classification",
        "token-classification",
        "zero-shot-classification",
    }
)
ANOTHER_RUNTIME = frozenset({"bitsandbytes", "onnxruntime", "openvino", "optimum", "torchao"})
# Below 256 x 256 weights, overhead eats what int8 saves.
LARGE = 1 << 16

rule = Rule(
    family="precision",
    imports=frozenset({"sentence_transformers", "torch", "transformers"}),
    devices=frozenset({"cpu"}),
    signs=(
        frozenset({"cpu", "'cpu'"}),
        frozenset(
            {
                "CrossEncoder()",
                "SentenceTransformer()",
                "eval()",
                "from_pretrained()",
                "inference_mode()",
                "no_grad()",
                "pipeline()",
            }
        ),
    ),
)


@rule.on(cst.Call)
def full_precision_on_cpu(call: cst.Call, facts: Facts) -> Iterator[Smell]:
    if facts.is_trial or not (is_encoder(call, facts) or is_local_network(call, facts)):
        return
    if facts.device(facts.holder(call) or facts.finished(call)) is not Device.CPU:
        return
    if facts.file_trains or is_quantised(facts) or not infers(call, facts):
        return
    yield Smell(
        at=call,
        message=f"`{facts.text(call)}` runs on the CPU with 32-bit weights, where 8-bit ones would do",
        fix=quantise(call, facts),
    )


def is_local_network(call: cst.Call, facts: Facts) -> bool:
    """Whether it makes a module of this file in which large linear or recurrent layers do the work."""
    if not isinstance(facts.definition(call.func), cst.ClassDef) or facts.kind(call) is not Kind.MODULE:
        return False
    if facts.chain(call) != [call]:
        return False
    layers = list(layers_of(call, facts))
    if not any(weights(layer, facts) >= LARGE and facts.is_module(layer) for layer in layers):
        return False
    return not any(facts.in_set("convolutions", layer.func) and facts.is_module(layer) for layer in layers)


def layers_of(call: cst.Call, facts: Facts) -> Iterator[cst.Call]:
    """The calls inside the class that a call makes an instance of, and inside the classes of its parts."""
    queue, seen = [facts.definition(call.func)], set[cst.CSTNode]()
    while queue:
        class_ = queue.pop()
        if not isinstance(class_, cst.ClassDef) or class_ in seen:
            continue
        seen.add(class_)
        inner = [node for node in facts.within(class_) if isinstance(node, cst.Call)]
        yield from inner
        queue += [facts.definition(node.func) for node in inner]


def weights(layer: cst.Call, facts: Facts) -> int:
    """How many weights a layer's matrix has; 0 where its sizes are not known or it cannot be quantised."""
    if not facts.in_set("quantizable-layers", layer.func):
        return 0
    sizes = [facts.value(arg.value) for arg in layer.args[:2] if not arg.star]
    known = len(sizes) == 2 and all(isinstance(size, int) for size in sizes)
    return sizes[0] * sizes[1] if known else 0


def is_encoder(call: cst.Call, facts: Facts) -> bool:
    """Whether it loads a text encoder in 32 bits, run by PyTorch."""
    if facts.calls(call, "transformers.pipeline"):
        task = facts.argument(call, "task", at=0)
        known = isinstance(task, cst.BaseExpression) and facts.value(task) in TASKS
    else:
        known = facts.in_set("encoder-loaders", call.func)
    formats = ("torch_dtype", "dtype", "model_kwargs", "quantization_config", "backend")
    return known and not any(isinstance(facts.argument(call, name), cst.BaseExpression) for name in formats)


def is_quantised(facts: Facts) -> bool:
    """Whether the file speaks of quantised weights, or of a runtime that has them."""
    names = (name.value.lower() for name in facts.nodes(cst.Name))
    return bool(facts.imports & ANOTHER_RUNTIME) or any("quantiz" in name for name in names)


def infers(call: cst.Call, facts: Facts) -> bool:
    """Whether the model answers here, or is handed out in evaluation mode."""
    done = {handled.method for handled in facts.handled(call)}
    if done & {"half", "bfloat16", "save_pretrained", "fit"}:
        return False
    return bool(done & USES) or (End.RETURNED in facts.ends(facts.finished(call)) and "eval" in done)


def quantise(call: cst.Call, facts: Facts) -> Fix | None:
    holder = facts.holder(call)
    if holder is None or not is_local_network(call, facts):
        return None
    # After the last step that still wants the float weights, which must follow the making in the same block.
    steps = [
        facts.statement(h.call) for h in facts.handled(call) if h.method in ("eval", "load_state_dict", "to")
    ]
    block = facts.block(facts.statement(call))
    evaluated = any(handled.method == "eval" for handled in facts.handled(call))
    if not evaluated or any(facts.block(step) is not block for step in steps):
        return None
    last = max([facts.statement(call), *steps], key=facts.order)
    torch = facts.import_name("torch", call)
    layers = sorted({facts.text(layer.func) for layer in layers_of(call, facts) if weights(layer, facts)})
    name = facts.text(holder)
    arguments = f"{name}, {{{', '.join(layers)}}}, dtype={torch.name}.qint8"
    return Fix.unsafe(
        "Quantise its weights to 8 bits",
        facts.after(last, f"{name} = {torch.name}.ao.quantization.quantize_dynamic({arguments})"),
        torch.edits,
    )
