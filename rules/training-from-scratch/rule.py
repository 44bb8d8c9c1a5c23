"""A known architecture trained from random weights where trained ones are published.

The published weights already tell edges from textures, or words from each other: training that starts from
them needs a part of the epochs, and fewer examples. Started from random numbers, all of that is paid again.

Leave it when the weights are what is studied, when the data are like nothing the weights were trained on, or
when their licence does not allow it.

There is no fix: the head, the size of the pictures or the tokenizer have to fit the weights.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from libcst import BaseExpression, Call, CSTNode, Name, SimpleString

from smelllint import Rule, Smell
from smelllint.facts import ABSENT, Facts

rule = Rule(
    family="advice",
    imports=frozenset({"keras", "tensorflow", "tf_keras", "timm", "torchvision", "transformers"}),
    signs=(frozenset({"applications", "create_model()", "from_config()", "models"}),),
    default=False,
)

# Families of which torchvision publishes weights for every member.
TORCHVISION = re.compile(
    r"torchvision\.models\.(alexnet|convnext_|densenet|efficientnet_|googlenet|inception_v3|mobilenet_|regnet_"
    r"|resnet|resnext|swin_|vgg|vit_|wide_resnet)\w*$"
)
KERAS = re.compile(r"keras\.applications\.(?:\w+\.)?[A-Z]\w+$")
# What is trained to do one task, and no language model, which is made to be trained on everything.
TASKS = (
    "SequenceClassification",
    "TokenClassification",
    "QuestionAnswering",
    "ImageClassification",
    "AudioClassification",
    "MultipleChoice",
    "SemanticSegmentation",
    "ObjectDetection",
)
# Words in a file that means random weights: it makes the weights that others start from, or studies them.
NOTICES = ("byol", "contrastive", "distil", "imagenet", "moco", "pretraining", "scratch", "simclr", "teacher")
LOADS = ("load_state_dict", "load_weights", "load")
PICTURE = 4  # batch, channels, height, width
PUBLISHED = re.compile(r"\w[\w.-]*(/[\w.-]+)?")


@rule.on(Call)
def starts_from_nothing(call: Call, facts: Facts) -> Iterator[Smell]:
    published = published_weights(call, facts)
    if published is None or facts.is_trial or means_it(facts) or loads_weights(call, facts):
        return
    if any(is_noise(node, facts) for node in facts.nodes(Call)):
        return
    if facts.trained_by(call) is not None:
        yield Smell(at=call, message=f"`{facts.text(call.func)}` is trained from random weights, {published}")


def published_weights(call: Call, facts: Facts) -> str | None:
    """Where the weights are that an architecture is made without; None where it is no such call."""
    name = facts.name(call.func) or ""
    if TORCHVISION.fullmatch(name):
        without = all(
            is_left_out(call, argument, at, facts) for argument, at in (("weights", None), ("pretrained", 0))
        )
        return "though torchvision has trained ones" if without else None
    if KERAS.fullmatch(name):
        given = facts.argument(call, "weights", 1)
        none = isinstance(given, BaseExpression) and is_none(given)
        return "though Keras has trained ones" if none else None
    if name == "timm.create_model":
        return "though timm has trained ones" if is_left_out(call, "pretrained", 1, facts) else None
    return of_a_published_config(call, facts)


def is_left_out(call: Call, name: str, at: int | None, facts: Facts) -> bool:
    given = facts.argument(call, name, at)
    if given is ABSENT:
        return True
    return isinstance(given, BaseExpression) and (is_none(given) or facts.value(given) is False)


def is_none(node: CSTNode) -> bool:
    return isinstance(node, Name) and node.value == "None"


def of_a_published_config(call: Call, facts: Facts) -> str | None:
    """`from_config(config)` with the configuration of a published model, whose weights are left behind."""
    if not facts.method_call(call, "from_config") or not facts.text(call.func).split(".")[-2].endswith(TASKS):
        return None
    given = facts.argument(call, "config", 0)
    made = facts.origin(given) if isinstance(given, BaseExpression) else None
    if made is None or not facts.method_call(made, "from_pretrained"):
        return None
    named = facts.argument(made, "pretrained_model_name_or_path", 0)
    name = facts.value(named) if isinstance(named, BaseExpression) else None
    return f"though {name} has trained ones" if isinstance(name, str) and PUBLISHED.fullmatch(name) else None


def means_it(facts: Facts) -> bool:
    """Whether the file shows that the random weights are wanted."""
    names = (node.value.lower() for node in facts.nodes(Name))
    texts = (node.value.lower() for node in facts.nodes(SimpleString))
    return any(word in text for text in (*names, *texts) for word in NOTICES)


def is_noise(call: Call, facts: Facts) -> bool:
    """Whether pictures are made up, as where only the way of training is shown or timed."""
    return facts.calls(call, "torch.rand", "torch.randn") and len(call.args) >= PICTURE


def loads_weights(call: Call, facts: Facts) -> bool:
    return any(handled.method in LOADS for handled in facts.handled(call))
