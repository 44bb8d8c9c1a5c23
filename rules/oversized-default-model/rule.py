"""A large model for a small task.

The work of an answer grows with the parameters of the model. A large model that was chosen by habit, for a
handful of labels, a one-word answer, thumbnails or a CPU, often does not more than a sibling of a fraction
of its size.

Leave it when the smaller model was tried on your data and lost, when the model is a teacher or a reference
to compare with, or when the difference in quality is worth the energy.

There is no fix: only a test on your data can say whether the smaller model will do. `models.toml` beside
the rule holds what is known: the models, the smaller ones, what they keep of the quality on which
benchmark, and the source. Rows of your own go into the option `models`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import libcst as cst

from smelllint import Rule, Smell, toml
from smelllint.facts import ABSENT, Device, Facts, Kind
from smelllint.words import counted

Row = Mapping[str, Any]
MODELS = frozenset({Kind.MODULE, Kind.HF_MODEL, Kind.KERAS_MODEL, Kind.DIFFUSION_PIPELINE})
# Where a loader is given the name of the model: keyword and position.
NAMED = {
    "transformers.pipeline": ("model", 1),
    "sentence_transformers.SentenceTransformer": ("model_name_or_path", 0),
    "sentence_transformers.CrossEncoder": ("model_name_or_path", 0),
    "whisper.load_model": ("name", 0),
    "faster_whisper.WhisperModel": ("model_size_or_path", 0),
    "spacy.load": ("name", 0),
    "timm.create_model": ("model_name", 0),
    "openai.chat.completions.create": ("model", None),
    "openai.responses.create": ("model", None),
    "litellm.completion": ("model", 0),
}
BUILDERS = ("torchvision.models.", "keras.applications.")
TOKEN_LIMITS = ("max_tokens", "max_completion_tokens", "max_output_tokens", "max_new_tokens")
FEW_LABELS, SHORT_ANSWER, SMALL_IMAGE = 10, 16, 64

rule = Rule(
    family="model-size",
    imports=frozenset(
        {"diffusers", "faster_whisper", "keras", "litellm", "openai", "sentence_transformers", "spacy"}
        | {"tensorflow", "tf_keras", "timm", "torchvision", "transformers", "whisper"}
    ),
    options={"models": []},
    signs=(
        frozenset(
            {
                "cpu",
                "'cpu'",
                "classes",
                "input_shape",
                "max_completion_tokens",
                "max_new_tokens",
                "max_output_tokens",
                "max_tokens",
                "num_classes",
                "num_labels",
            }
        ),
        frozenset(
            {
                "applications",
                "models",
                "CrossEncoder()",
                "SentenceTransformer()",
                "WhisperModel()",
                "completion()",
                "create()",
                "create_model()",
                "from_pretrained()",
                "load()",
                "load_model()",
                "pipeline()",
            }
        ),
    ),
)


@rule.on(cst.Call)
def oversized(call: cst.Call, facts: Facts) -> Iterator[Smell]:
    name, shown = model_name(call, facts)
    if name is None:
        return
    rows = [row for row in table(facts) if fnmatchcase(name.lower(), row["model"].lower())]
    if not rows or facts.is_trial or is_reference(call, rows, facts):
        return
    task = next((said for hint in rows[0]["hints"] if (said := TASKS[hint](call, facts))), None)
    if task is not None:
        message = f"`{shown}`{size(rows[0], 'parameters')} is large for {task}: try {advice(rows)}"
        yield Smell(at=call, message=message)


def model_name(call: cst.Call, facts: Facts) -> tuple[str | None, str]:
    """The model that a call loads, without its owner, and how the code spells it."""
    function = facts.name(call.func) or client_method(call, facts) or ""
    if function.startswith(BUILDERS):
        return function.rpartition(".")[2], facts.text(call.func)
    loads = facts.method_call(call, "from_pretrained") and facts.kind(call) in MODELS
    if not loads and function not in NAMED:
        return None, ""
    keyword, place = NAMED.get(function, ("pretrained_model_name_or_path", 0))
    given = facts.argument(call, keyword, at=place)
    value = facts.value(given) if isinstance(given, cst.BaseExpression) else None
    if not isinstance(value, str) or not re.fullmatch(r"[\w.-]+(/[\w.-]+)?", value):
        return None, ""
    return value.rpartition("/")[2], value


def client_method(call: cst.Call, facts: Facts) -> str | None:
    """`openai.chat.completions.create` for that method of a client object."""
    path: list[str] = []
    node: cst.CSTNode = call.func
    while isinstance(node, cst.Attribute):
        path.insert(0, node.attr.value)
        node = node.value
    made = facts.origin(node) if path and path[-1] == "create" else None
    library = (facts.name(made.func) or "").partition(".")[0] if made is not None else ""
    return ".".join([library, *path]) if library else None


@cache
def shipped() -> list[Row]:
    """The rows of `models.toml`."""
    text = Path(__file__).with_name("models.toml").read_text(encoding="utf-8")
    return list(toml.loads(text)["models"])


def table(facts: Facts) -> list[Row]:
    return [*facts.option("models"), *shipped()]


def is_reference(call: cst.Call, rows: list[Row], facts: Facts) -> bool:
    """Whether the model teaches a smaller one, or stands beside it to be compared."""
    holder = facts.holder(call)
    if holder is not None and "teacher" in facts.text(holder).lower():
        return True
    smaller = {row["smaller"].rpartition("/")[2] for row in rows}
    named = (facts.value(string) for string in facts.nodes(cst.SimpleString))
    return any(isinstance(text, str) and text.rpartition("/")[2] in smaller for text in named)


def number(call: cst.Call, facts: Facts, *names: str) -> int | None:
    """The number given for the first of these arguments that is given."""
    for name in names:
        given = facts.argument(call, name)
        value = facts.value(given) if isinstance(given, cst.BaseExpression) else None
        if isinstance(value, int) and not isinstance(value, bool):
            return value
    return None


def few_labels(call: cst.Call, facts: Facts) -> str | None:
    labels = number(call, facts, "num_labels", "num_classes", "classes")
    return counted(labels, "label") if labels and labels <= FEW_LABELS else None


def short_answer(call: cst.Call, facts: Facts) -> str | None:
    for asked in (call, *(later for _, later in facts.handled(call))):
        tokens = number(asked, facts, *TOKEN_LIMITS)
        if tokens and tokens <= SHORT_ANSWER:
            return f"answers of {counted(tokens, 'token')}"
    return None


def small_images(call: cst.Call, facts: Facts) -> str | None:
    given = facts.argument(call, "input_shape")
    shape = facts.value(given) if isinstance(given, cst.BaseExpression) else None
    if not isinstance(shape, list) or len(shape) != 3 or not all(isinstance(side, int) for side in shape):
        return None
    sides = sorted(shape)[1:]
    return f"pictures of {sides[0]} by {sides[1]}" if sides[1] <= SMALL_IMAGE else None


def on_cpu(call: cst.Call, facts: Facts) -> str | None:
    if facts.argument(call, "backend") is not ABSENT:
        return None  # a runtime that was chosen for the CPU
    where = facts.device(facts.holder(call) or facts.finished(call))
    return "a CPU" if where is Device.CPU and not facts.file_trains else None


TASKS = {"few-labels": few_labels, "short-answer": short_answer, "small-images": small_images, "cpu": on_cpu}


def size(row: Row, key: str) -> str:
    return f" ({row[key]:g} M parameters)" if key in row else ""


def advice(rows: list[Row]) -> str:
    """The smaller models, and what the first one keeps of the quality."""
    smaller = [f"{row['smaller']}{size(row, 'smaller_parameters')}" for row in rows]
    quality = "quality not stated" if rows[0]["keeps"] == "not stated" else rows[0]["keeps"]
    return f"{' or '.join(smaller)}; {quality}"
