"""Devices: what hardware the code says it runs on."""

from __future__ import annotations

import libcst as cst
import pytest

from smelllint.facts import Device
from tests.facts_helpers import facts_of, find, find_call, find_last

HEAD = """
import torch
from torch import nn
from transformers import AutoModel, pipeline
"""


def device_of(code: str, expression: str = "thing", **settings: str) -> Device:
    facts = facts_of(HEAD + code, **settings)
    return facts.device(find_last(facts, expression))


@pytest.mark.parametrize(
    ("device", "where"),
    [
        ("'cuda'", Device.ACCELERATOR),
        ("'cuda:1'", Device.ACCELERATOR),
        ("'mps'", Device.ACCELERATOR),
        ("'cpu'", Device.CPU),
        ("f'cuda:{rank}'", Device.ACCELERATOR),
        ("f'{name}:0'", Device.UNKNOWN),
        ("torch.device('cuda', 0)", Device.ACCELERATOR),
        ("torch.device('cuda' if torch.cuda.is_available() else 'cpu')", Device.EITHER),
        ("'cuda' if flag else args.device", Device.UNKNOWN),
        ("args.device", Device.UNKNOWN),
        ("torch.cuda.current_device()", Device.ACCELERATOR),
    ],
)
def test_a_device_expression_names_a_device(device: str, where: Device) -> None:
    assert device_of(f"thing = {device}\nuse(thing)\n") is where


@pytest.mark.parametrize(
    ("code", "where"),
    [
        ("thing = nn.Linear(1, 1).cuda()", Device.ACCELERATOR),
        ("thing = nn.Linear(1, 1).to('cpu').eval()", Device.CPU),
        ("thing = nn.Linear(1, 1)\nthing.cuda()", Device.ACCELERATOR),
        ("d = 'cuda'\nthing = nn.Linear(1, 1).to(d)", Device.ACCELERATOR),
        ("def make():\n    return nn.Linear(1, 1).cuda()\nthing = make()", Device.ACCELERATOR),
        ("thing = AutoModel.from_pretrained('x', device_map='auto')", Device.EITHER),
        ("thing = pipeline('ner', device=0)", Device.ACCELERATOR),
        ("thing = pipeline('ner', device=-1)", Device.CPU),
        ("thing = torch.zeros(1, device='cuda')", Device.ACCELERATOR),
        ("thing = nn.Linear(1, 1).to(torch.float16)", Device.UNKNOWN),
        ("thing = nn.Linear(1, 1)", Device.UNKNOWN),
    ],
)
def test_an_object_lives_where_it_was_last_moved(code: str, where: Device) -> None:
    assert device_of(f"{code}\nuse(thing)\n") is where


def test_a_copy_of_a_tensor_on_the_cpu_does_not_move_the_tensor() -> None:
    assert device_of("thing = torch.zeros(1, device='cuda')\nx = thing.cpu().numpy()\nuse(thing)\n") is (
        Device.ACCELERATOR
    )


def test_the_settings_answer_what_the_code_leaves_open() -> None:
    code = "thing = nn.Linear(1, 1)\nuse(thing)\n"

    assert device_of(code, target="cuda") is Device.ACCELERATOR
    assert device_of(code, target="cpu") is Device.CPU
    assert device_of("thing = nn.Linear(1, 1).cuda()\nuse(thing)\n", target="cpu") is Device.ACCELERATOR


@pytest.mark.parametrize(
    ("code", "where"),
    [
        ("nn.Linear(1, 1).cuda()", Device.ACCELERATOR),
        ("nn.Linear(1, 1).to('cpu')", Device.CPU),
        ("d = 'cuda' if torch.cuda.is_available() else 'cpu'", Device.EITHER),
        ("def f(net, x):\n    return net(x).cpu().numpy()", Device.UNKNOWN),
        ("torch.load('x', map_location='cpu')", Device.UNKNOWN),
        ("pass", Device.UNKNOWN),
    ],
)
def test_what_the_file_as_a_whole_shows(code: str, where: Device) -> None:
    """Fetching a result to the CPU, or loading weights there, says nothing of where the work is done."""
    assert facts_of(HEAD + code).runs_on() is where


@pytest.mark.parametrize(
    ("expression", "yes"),
    [("'cuda'", True), ("torch.device('cpu')", True), ("x.device", True), ("my_device", True), ("x", False)],
)
def test_what_names_a_device(expression: str, yes: bool) -> None:
    facts = facts_of(f"{HEAD}use({expression})\n")

    assert facts.is_device(find(facts, expression)) is yes


@pytest.mark.parametrize(
    ("expression", "name"),
    [
        ("torch.half", "float16"),
        ("'bfloat16'", "bfloat16"),
        ("torch.float", "float32"),
        ("other.half", None),
        ("x", None),
    ],
)
def test_a_dtype_is_called_as_torch_calls_it(expression: str, name: str | None) -> None:
    facts = facts_of(f"{HEAD}use({expression})\n")

    assert facts.dtype(find(facts, expression)) == name


@pytest.mark.parametrize(
    ("expression", "device"),
    [
        ("torch.cuda.FloatTensor", Device.ACCELERATOR),
        ("torch.FloatTensor", Device.CPU),
        ("torch.Tensor", Device.CPU),
        ("'torch.cuda.LongTensor'", Device.ACCELERATOR),
        ("torch.cuda.FloatTensor if cuda else torch.FloatTensor", Device.EITHER),
        ("chosen", Device.EITHER),
        ("torch.float16", Device.UNKNOWN),
        ("something", Device.UNKNOWN),
        ("bound_later", Device.UNKNOWN),
    ],
)
def test_types_of_tensors_live_on_a_device(expression, device):
    facts = facts_of(
        f"""
        import torch
        chosen = torch.FloatTensor
        if cuda:
            chosen = torch.cuda.FloatTensor
        for bound_later in types:
            pass
        use({expression})
        """
    )

    assert facts.type_device(find_call(facts, f"use({expression})").args[0].value) is device


def test_the_target_answers_where_a_type_is_chosen_by_what_there_is():
    code = "import torch\nuse(torch.cuda.FloatTensor if cuda else torch.FloatTensor)\n"
    facts = facts_of(code, target="cpu")
    chosen = next(node for node in facts.nodes(cst.Call)).args[0].value

    assert facts.type_device(chosen) is Device.CPU


def test_a_variable_lives_where_it_was_moved_to_whatever_it_was_before():
    facts = facts_of("import torch\ndef f(x: torch.Tensor):\n    x = x.to('cuda').float()\n    use(x)\n")

    assert facts.device(find_call(facts, "use(x)").args[0].value) is Device.ACCELERATOR


@pytest.mark.parametrize(
    ("body", "device"),
    [
        (
            "if device is None:\n        device = 'cuda' if there else 'cpu'\n    net.to(device)",
            Device.EITHER,
        ),
        ("if device is None:\n        device = 'cuda'\n    net.to(device)", Device.ACCELERATOR),
        ("place = device or 'cuda'\n    net.to(place)", Device.ACCELERATOR),
        ("place = 'cuda' if device is None else device\n    net.to(place)", Device.ACCELERATOR),
        ("place = device if device is not None else 'cuda'\n    net.to(place)", Device.ACCELERATOR),
        ("place = device or 'cpu'\n    net.to(place)", Device.UNKNOWN),
        ("place = 'cuda' if small else device\n    net.to(place)", Device.UNKNOWN),
        ("net.to(device)", Device.UNKNOWN),
    ],
)
def test_a_parameter_that_nobody_need_give_stands_for_what_it_falls_back_to(body, device):
    code = f"def f(there, small, device=None):\n    net = nn.Linear(1, 1)\n    {body}\n    use(net)\n"

    assert device_of(code, "net") is device


def test_a_parameter_that_must_be_given_says_nothing():
    code = "def f(device):\n    place = device or 'cuda'\n    net = nn.Linear(1, 1).to(place)\n    use(net)\n"

    assert device_of(code, "net") is Device.UNKNOWN
