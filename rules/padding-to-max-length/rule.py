"""Texts that are padded to the longest the model can take.

`padding="max_length"` makes every text as long as the longest there could be. The model runs over the padding
too: a review of 60 tokens that is padded to 512 takes more than eight times the work. In a batch padded to
its longest text, a text costs about what it is long.

Leave it when the code that runs the model needs one shape (a TPU, an export, a graph compiled for it), or
when the model was trained on texts of full length.

The fix is unsafe: sums over fewer positions end in other last digits, and whoever reads the length of the
padding finds another one. It is given where the model gives one answer a text, and for a data set whose
trainer pads its batches. Any other needs a collator first (`DataCollatorWithPadding`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from libcst import Attribute, BaseExpression, Call, Index, Name, Param, SimpleString, Subscript

from smelllint import Fix, Rule, Smell
from smelllint.facts import ABSENT, Facts, Kind, RowMapping

rule = Rule(
    family="data",
    imports=frozenset({"transformers"}),
    words=frozenset({"max_length"}),
)

SHORT = 64  # up to here there is little to be won
ENCODES = ("encode_plus", "batch_encode_plus")
# Trained on texts of full length, in need of one length, or leaving the padding out by themselves.
FULL_LENGTH = re.compile(
    r"clip|siglip|perceiver|canine|reformer|tapas|funnel|align|flava|vilt|groupvit|modernbert", re.IGNORECASE
)
# What calls for one shape: exports, compiled graphs, other frameworks, pictures made from texts.
OTHER_ENGINES = frozenset(
    {
        *("coremltools", "diffusers", "flax", "jax", "onnx", "onnxruntime", "openvino", "optimum"),
        *("tensorflow", "tensorrt", "torch_tensorrt", "torch_neuron", "torch_neuronx", "torch_xla"),
    }
)
SHAPED = (
    *("torch.compile", "torch.jit.trace", "torch.onnx.export", "torch.export.export"),
    *("datasets.Array2D", "datasets.Array3D"),
)
ONE_SHAPE = re.compile(r"\b(?:tpus?|xla|torch_compile|cache_implementation)\b", re.IGNORECASE)


@rule.on(Call)
def padded_to_full_length(call: Call, facts: Facts) -> Iterator[Smell]:
    told = padding_of(call, facts)
    if told is None or not is_long(call, facts) or needs_one_length(call, facts) or is_demo(call, facts):
        return
    runs = [run for run in facts.nodes(Call) if reads(run, call, facts)]
    if any(wants_full_length(part, facts) for part in (tokenizer_of(call), *map(model_of, runs))):
        return
    if not runs and not fills_a_data_set(call, facts):
        return
    yield Smell(
        at=call,
        message=f"`{facts.text(told)}` has the model work through padding up to the greatest length allowed",
        fix=pad_to_longest(call, told, runs, facts),
    )


def padding_of(call: Call, facts: Facts) -> BaseExpression | None:
    """The argument that tells a tokenizer to pad to full length."""
    if facts.kind(tokenizer_of(call)) is not Kind.TOKENIZER:
        return None
    for name, value in (("padding", "max_length"), ("pad_to_max_length", True)):
        given = facts.argument(call, name)
        if isinstance(given, BaseExpression) and facts.value(given) == value:
            return given
    return None


def tokenizer_of(call: Call) -> BaseExpression:
    encodes = isinstance(call.func, Attribute) and call.func.attr.value in ENCODES
    return call.func.value if isinstance(call.func, Attribute) and encodes else call.func


def model_of(run: Call) -> BaseExpression:
    """The model of `model(...)`, `model.generate(...)` and `model.forward(...)`."""
    method = isinstance(run.func, Attribute) and run.func.attr.value in ("generate", "forward")
    return run.func.value if isinstance(run.func, Attribute) and method else run.func


def wants_full_length(part: BaseExpression, facts: Facts) -> bool:
    """Whether a tokenizer or model is, or may be, of those that are only used with texts of full length."""
    made = facts.origin(part)
    named = facts.type_name(part) or ""
    if made is not None:
        # The checkpoint, where it is named: `AutoTokenizer.from_pretrained("openai/clip-vit-base-patch32")`.
        named = " ".join([named, facts.text(made), *(str(facts.value(arg.value)) for arg in made.args)])
    return not named or FULL_LENGTH.search(named) is not None


def is_long(call: Call, facts: Facts) -> bool:
    """Whether full length is known to be long: by a number, or because the model's own is taken."""
    given = facts.argument(call, "max_length")
    if given is ABSENT:
        return True
    sizes = [facts.usual(size) for size in lengths(given, facts)]
    return bool(sizes) and all(isinstance(size, int) and size > SHORT for size in sizes)


def lengths(given: object, facts: Facts) -> list[BaseExpression]:
    """What is given for a length: behind a parameter, what its callers pass."""
    if not isinstance(given, BaseExpression):
        return []
    behind = facts.resolve(given)
    found = facts.bindings(behind) if isinstance(behind, Name) else []
    param = found[0].node if len(found) == 1 else None
    passed = facts.passed(param) if isinstance(param, Param) else []
    return passed or [behind]


def needs_one_length(call: Call, facts: Facts) -> bool:
    if facts.imports & OTHER_ENGINES or ONE_SHAPE.search(facts.source.text):
        return True
    if any(facts.calls(node, *SHAPED) for node in facts.nodes(Call)):
        return True
    tensors = facts.argument(call, "return_tensors")
    return isinstance(tensors, BaseExpression) and facts.value(tensors) != "pt"


def is_demo(call: Call, facts: Facts) -> bool:
    """Whether the text is written out, or is no text of the usual sort."""
    text = facts.argument(call, "text", 0)
    return not isinstance(text, BaseExpression) or isinstance(facts.value(text), (str, list))


def reads(run: Call, encoded: Call, facts: Facts) -> bool:
    """Whether a call runs a model on what the tokenizer made, with the mask that hides the padding."""
    if facts.kind(model_of(run)) is not Kind.HF_MODEL:
        return False
    masked = facts.argument(run, "attention_mask") is not ABSENT
    return masked and any(arg.star != "*" and facts.encoded(arg.value) is encoded for arg in run.args)


def fills_a_data_set(call: Call, facts: Facts) -> bool:
    """Whether it makes the items of a data set that a network of torch is trained on."""
    function = facts.function(call)
    if mappings_around(call, facts):
        return facts.file_trains
    class_ = facts.class_(call)
    if class_ is None or facts.instance_kind(class_) is not Kind.DATASET:
        return False
    item = facts.method(class_, "__getitem__")
    return item is not None and (function is item or function in facts.reached(item.body))


def mappings_around(call: Call, facts: Facts) -> list[RowMapping]:
    """The runs over the rows of a data set whose function holds a call."""
    mappings = (facts.row_mapping(node) for node in facts.nodes(Call))
    return [one for one in mappings if one is not None and facts.inside(call, one.function)]


def pad_to_longest(call: Call, told: BaseExpression, runs: list[Call], facts: Facts) -> Fix | None:
    if facts.argument(call, "padding") is ABSENT:
        return None
    if not runs:
        padded = is_padded_later(call, facts)
        title = "Leave the padding to the trainer, batch by batch"
        return Fix.unsafe(title, facts.drop_argument(call, "padding")) if padded else None
    if not all(gives_one_answer(run, facts) for run in runs):
        return None
    return Fix.unsafe("Pad to the longest text of the batch", facts.replace(told, '"longest"'))


def is_padded_later(call: Call, facts: Facts) -> bool:
    """Whether all that becomes of a mapped data set is that trainers pad its batches, as they do when they
    know the tokenizer and nobody gives them a collator."""
    mappings = mappings_around(call, facts)
    if not mappings or not all(facts.is_alike(mapping) for mapping in mappings):
        return False
    calls = facts.nodes(Call)
    trainers = [node for node in calls if facts.kind(node) is Kind.TRAINER]
    if any(facts.kind(node) is Kind.DATALOADER for node in calls) or reads_ids(mappings, facts):
        return False
    return bool(trainers) and all(pads_batches(trainer, facts) for trainer in trainers)


def reads_ids(mappings: list[RowMapping], facts: Facts) -> bool:
    """Whether the file reads what the tokenizer made elsewhere, where it may stack rows of one length."""
    named = [
        node for node in facts.nodes(SimpleString) if facts.value(node) in ("input_ids", "attention_mask")
    ]
    return any(not any(facts.inside(node, one.function) for one in mappings) for node in named)


def pads_batches(trainer: Call, facts: Facts) -> bool:
    if not facts.calls(trainer, "transformers.Trainer"):
        return False
    collator = facts.argument(trainer, "data_collator", 2)
    if isinstance(collator, BaseExpression):
        return facts.calls(facts.resolve(collator), "transformers.DataCollatorWithPadding")
    known = (facts.argument(trainer, name) for name in ("processing_class", "tokenizer"))
    return collator is ABSENT and any(isinstance(one, BaseExpression) for one in known)


def gives_one_answer(run: Call, facts: Facts) -> bool:
    """Whether one answer a text is read, however long the text: other answers are as long as the padding."""
    if "SequenceClassification" in (facts.type_name(model_of(run)) or ""):
        return True
    holder = facts.holder(run)
    reads = [facts.parent(use) for use in facts.reads(holder)] if holder is not None else [facts.parent(run)]
    return bool(reads) and all(is_one_vector(read, facts) for read in reads)


def is_one_vector(read: object, facts: Facts) -> bool:
    """`outputs.pooler_output`, `outputs.last_hidden_state[:, 0]`."""
    if not isinstance(read, Attribute):
        return False
    if read.attr.value == "pooler_output":
        return True
    cut = facts.parent(read)
    if read.attr.value != "last_hidden_state" or not isinstance(cut, Subscript) or len(cut.slice) < 2:
        return False
    token = cut.slice[1].slice
    return isinstance(token, Index) and facts.value(token.value) == 0
