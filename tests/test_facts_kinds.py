"""Kinds: what sort of object an expression is, and where it comes from."""

from __future__ import annotations

import libcst as cst
import pytest

from smelllint.facts import Kind
from tests.facts_helpers import facts_of, find, find_call, find_last

IMPORTS = """
import torch
import torch.nn as nn
import numpy as np
import pandas as pd
import keras
import xgboost as xgb
from typing import Annotated, List, Optional, Union
from accelerate import Accelerator
from lightgbm import LGBMClassifier
from sentence_transformers import SentenceTransformer
from sklearn.ensemble import RandomForestClassifier
from torch.utils.data import DataLoader, Dataset
from transformers import AutoModel, AutoTokenizer, pipeline
"""


def kind_of(code: str, expression: str = "thing") -> Kind:
    """The kind of the last mention of an expression."""
    facts = facts_of(IMPORTS + code)
    return facts.kind(find_last(facts, expression))


@pytest.mark.parametrize(
    ("made", "kind"),
    [
        ("nn.Linear(1, 1)", Kind.MODULE),
        ("nn.CrossEntropyLoss()", Kind.LOSS),
        ("torch.hub.load('a', 'b')", Kind.MODULE),
        ("torch.compile(nn.Linear(1, 1))", Kind.MODULE),
        ("AutoModel.from_pretrained('x')", Kind.HF_MODEL),
        ("AutoTokenizer.from_pretrained('x')", Kind.TOKENIZER),
        ("pipeline('ner')", Kind.PIPELINE),
        ("SentenceTransformer('x')", Kind.SENTENCE_TRANSFORMER),
        ("keras.Sequential([])", Kind.KERAS_MODEL),
        ("keras.models.load_model('x')", Kind.KERAS_MODEL),
        ("RandomForestClassifier()", Kind.ESTIMATOR),
        ("RandomForestClassifier().fit(a, b)", Kind.ESTIMATOR),
        ("xgb.XGBClassifier()", Kind.ESTIMATOR),
        ("xgb.train({}, d)", Kind.BOOSTER),
        ("LGBMClassifier()", Kind.ESTIMATOR),
        ("DataLoader(d)", Kind.DATALOADER),
        ("torch.optim.AdamW(p)", Kind.OPTIMIZER),
        ("torch.zeros(3)", Kind.TENSOR),
        ("torch.zeros(3).numpy()", Kind.NDARRAY),
        ("np.zeros(3)", Kind.NDARRAY),
        ("pd.read_csv('x')", Kind.DATAFRAME),
        ("pd.DataFrame(x)['a']", Kind.SERIES),
        ("torch.device('cpu')", Kind.DEVICE),
        ("nn.Linear(1, 1)(x)", Kind.TENSOR),
        ("AutoModel.from_pretrained('x')(**y)", Kind.OUTPUT),
        ("AutoModel.from_pretrained('x')(**y).logits", Kind.TENSOR),
        ("AutoModel.from_pretrained('x')(**y)[0]", Kind.TENSOR),
    ],
)
def test_constructors_and_loaders_say_what_they_make(made: str, kind: Kind) -> None:
    assert kind_of(f"thing = {made}\nuse(thing)\n") is kind


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("1", Kind.NUMBER),
        ("'a'", Kind.TEXT),
        ("f'{a}'", Kind.TEXT),
        ("[1]", Kind.LIST),
        ("[x for x in y]", Kind.LIST),
        ("{}", Kind.DICT),
        ("None", Kind.NOTHING),
        ("[0] * n", Kind.LIST),
        ("'%s' % n", Kind.TEXT),
        ("torch.zeros(1) + n", Kind.TENSOR),
        ("1 / torch.zeros(1)", Kind.TENSOR),
        ("-torch.zeros(1)", Kind.TENSOR),
        ("torch.zeros(1)[0]", Kind.TENSOR),
        ("torch.zeros(1) > 0", Kind.TENSOR),
        ("torch.zeros(1) is None", Kind.OTHER),
        ("not torch.zeros(1)", Kind.OTHER),
        ("1 < 2", Kind.OTHER),
        ("torch.zeros(1) if a else torch.ones(1)", Kind.TENSOR),
        ("nn.Linear(1, 1) if a else None", Kind.MODULE),
        ("given or nn.Linear(1, 1)", Kind.UNKNOWN),
        ("None or nn.Linear(1, 1)", Kind.MODULE),
        ("(y := torch.zeros(1))", Kind.TENSOR),
        ("n / m", Kind.UNKNOWN),
        ("made_elsewhere()", Kind.UNKNOWN),
        ("lambda: 1", Kind.UNKNOWN),
    ],
)
def test_literals_and_operations_have_kinds(code: str, kind: Kind) -> None:
    assert kind_of(f"thing = {code}\nuse(thing)\n") is kind


@pytest.mark.parametrize(
    ("annotation", "kind"),
    [
        ("nn.Module", Kind.MODULE),
        ("torch.Tensor", Kind.TENSOR),
        ("Optional[nn.Module]", Kind.MODULE),
        ("nn.Module | None", Kind.MODULE),
        ("Union[torch.Tensor, None]", Kind.TENSOR),
        ("'nn.Module'", Kind.MODULE),
        ("'Optional[nn.Module]'", Kind.MODULE),
        ("Optional['Net']", Kind.MODULE),
        ("'Net'", Kind.MODULE),
        ("Net", Kind.MODULE),
        ("Annotated[torch.Tensor, 'shape']", Kind.TENSOR),
        ("DataLoader[int]", Kind.DATALOADER),
        ("list[str]", Kind.LIST),
        ("List[str]", Kind.LIST),
        ("torch.Tensor | np.ndarray", Kind.UNKNOWN),
        ("'not an annotation!'", Kind.UNKNOWN),
        ("'['", Kind.UNKNOWN),
        ("Elsewhere", Kind.UNKNOWN),
        ("None", Kind.UNKNOWN),
    ],
)
def test_annotations_are_believed(annotation: str, kind: Kind) -> None:
    assert kind_of(f"class Net(nn.Module): pass\ndef f(thing: {annotation}):\n    use(thing)\n") is kind


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("thing: nn.Module = make()", Kind.MODULE),
        ("def make() -> nn.Module: ...\nthing = make()", Kind.MODULE),
        ("class Net(nn.Module): pass\nthing = Net()", Kind.MODULE),
        ("class Base(nn.Module): pass\nclass Net(Base): pass\nthing = Net().to(d).eval()", Kind.MODULE),
        ("class Data(Dataset): pass\nthing = Data()", Kind.DATASET),
        ("class Own: pass\nthing = Own()\nthing.eval()", Kind.OTHER),
        ("class Own(Elsewhere): pass\nthing = Own()", Kind.UNKNOWN),
        (
            (
                "class Net(nn.Module):\n    @classmethod\n    def new(cls):\n"
                "        return cls()\nthing = Net.new()"
            ),
            Kind.MODULE,
        ),
        ("def make():\n    return nn.Linear(1, 1)\nthing = make()", Kind.MODULE),
        (
            "def make():\n    if a:\n        return None\n    return nn.Linear(1, 1)\nthing = make()",
            Kind.MODULE,
        ),
        ("def make():\n    return nn.Linear(1, 1), 3\nthing, n = make()", Kind.MODULE),
        ("a, thing = 1, nn.Linear(1, 1)", Kind.MODULE),
        ("thing, *rest = nn.Linear(1, 1), 2, 3", Kind.UNKNOWN),
        ("a = Accelerator()\nthing, l = a.prepare(nn.Linear(1, 1), l)", Kind.MODULE),
        ("thing, i = torch.zeros(1).max(1)", Kind.TENSOR),
        ("thing, h = torch.zeros(1).size()", Kind.UNKNOWN),
        ("out, thing = nn.LSTM(1, 1)(x)", Kind.UNKNOWN),
        ("with DataLoader(d) as thing: pass", Kind.DATALOADER),
        ("for i, thing in pd.read_csv('x').iterrows(): pass", Kind.SERIES),
        ("for thing in range(3): pass", Kind.NUMBER),
        ("for thing in torch.zeros(3): pass", Kind.TENSOR),
        ("for thing in unknown: pass", Kind.UNKNOWN),
        ("thing = nn.Linear(1, 1)\nif a:\n    thing = torch.zeros(1)", Kind.UNKNOWN),
        ("thing = None\nif a:\n    thing = nn.Linear(1, 1)", Kind.MODULE),
        ("thing = nn.Linear(1, 1)\nthing = thing.to(d)", Kind.MODULE),
        ("thing = torch.zeros(1)\nthing = thing.numpy()", Kind.NDARRAY),
        ("thing = torch.zeros(1)\nfor i in y:\n    thing = thing.view(1)", Kind.TENSOR),
        ("thing = torch.zeros(1)\nfor i in y:\n    thing = thing.numpy()", Kind.UNKNOWN),
        ("thing = 0\nfor i in y:\n    thing += nn.Linear(1, 1)(i)", Kind.TENSOR),
        ("thing = 0\nfor i in y:\n    thing += f(i)", Kind.UNKNOWN),
        ("thing = 0\nthing += 1", Kind.NUMBER),
        ("thing = []\nthing += f(1)", Kind.LIST),
        ("thing = thing_of_old", Kind.UNKNOWN),
    ],
)
def test_variables_take_the_kind_of_what_they_are_given(code: str, kind: Kind) -> None:
    assert kind_of(f"{code}\nuse(thing)\n") is kind


@pytest.mark.parametrize(
    ("made", "kind"),
    [
        ("self.thing = nn.Linear(1, 1)", Kind.MODULE),
        ("self.thing: nn.Module = make()", Kind.MODULE),
        ("self.thing = None\n        if a:\n            self.thing = nn.Linear(1, 1)", Kind.MODULE),
        ("self.thing = given", Kind.UNKNOWN),
        ("self.thing = given\n        self.thing.eval()", Kind.MODULE),
        ("self.thing = None", Kind.NOTHING),
    ],
)
def test_attributes_take_the_kind_of_what_they_are_given(made: str, kind: Kind) -> None:
    code = (
        f"class A:\n    def __init__(self, given):\n        {made}\n    def f(self):\n"
        "        use(self.thing)\n"
    )

    assert kind_of(code, "self.thing") is kind


def test_attributes_are_seen_from_outside_and_below() -> None:
    code = """
class Base:
    net: nn.Module
    def __init__(self):
        self.head = nn.Linear(1, 1)
class A(Base):
    def f(self):
        use(self.head)
a = A()
use(a.head)
use(a.net)
"""

    assert kind_of(code, "self.head") is Kind.MODULE
    assert kind_of(code, "a.head") is Kind.MODULE
    assert kind_of(code, "a.net") is Kind.MODULE


def test_a_property_has_the_kind_of_what_it_returns() -> None:
    code = """
class A:
    @property
    def net(self):
        return nn.Linear(1, 1)
    def plain(self):
        return nn.Linear(1, 1)
    def f(self):
        use(self.net, self.plain)
"""

    assert kind_of(code, "self.net") is Kind.MODULE
    assert kind_of(code, "self.plain") is Kind.UNKNOWN


def test_self_is_an_instance_of_its_class() -> None:
    code = (
        "class Net(nn.Module):\n    def f(self):\n        use(self)\n    @classmethod\n"
        "    def g(cls):\n        use(cls)\n"
    )

    assert kind_of(code, "self") is Kind.MODULE
    assert kind_of(code, "cls") is Kind.UNKNOWN


@pytest.mark.parametrize(
    ("calls", "kind"),
    [
        ("f(nn.Linear(1, 1))", Kind.MODULE),
        ("f(thing=nn.Linear(1, 1))", Kind.MODULE),
        ("f(nn.Linear(1, 1))\nf(nn.ReLU())", Kind.MODULE),
        ("f(nn.Linear(1, 1))\nf(torch.zeros(1))", Kind.UNKNOWN),
        ("f(*args)", Kind.UNKNOWN),
        ("", Kind.UNKNOWN),
    ],
)
def test_a_parameter_has_the_kind_that_the_callers_pass(calls: str, kind: Kind) -> None:
    facts = facts_of(f"{IMPORTS}def f(thing):\n    use(thing)\n{calls}\n")

    assert facts.kind(find(facts, "thing", 1)) is kind


def test_a_constructor_passes_its_arguments_to_init() -> None:
    code = (
        "class A:\n    def __init__(self, net):\n        self.net = net\na = A(nn.Linear(1, 1))\nuse(a.net)\n"
    )

    assert kind_of(code, "a.net") is Kind.MODULE


@pytest.mark.parametrize(
    ("use", "kind"),
    [
        ("thing.eval()", Kind.MODULE),
        ("thing.parameters()", Kind.MODULE),
        ("thing.eval('a + b')", Kind.UNKNOWN),
        ("thing.iterrows()", Kind.DATAFRAME),
        ("thing.load_state_dict(s)\n    thing.step()", Kind.UNKNOWN),
        ("thing.run()", Kind.UNKNOWN),
    ],
)
def test_a_method_that_only_one_kind_has_gives_it_away(use: str, kind: Kind) -> None:
    assert kind_of(f"def f(thing):\n    {use}\n    use(thing)\n") is kind


def test_a_method_gives_nothing_away_where_the_library_is_not_imported() -> None:
    facts = facts_of("def f(thing):\n    thing.eval()\n    use(thing)\n")

    assert facts.kind(find_last(facts, "thing")) is Kind.UNKNOWN


def test_a_forward_pass_gives_what_forward_returns() -> None:
    code = (
        "class Net(nn.Module):\n    def forward(self, x):\n        return {'a': x}\n"
        "thing = Net()(x)\nuse(thing)\n"
    )

    assert kind_of(code) is Kind.DICT


def chain_of(code: str, expression: str = "thing") -> list[str]:
    facts = facts_of(IMPORTS + code)
    return [facts.text(call) for call in facts.chain(find_last(facts, expression))]


def test_a_chain_runs_from_the_maker_through_variables_and_chained_calls() -> None:
    assert chain_of("net = nn.Linear(1, 1)\nthing = net.to(d).eval()\nuse(thing)\n") == [
        "nn.Linear(1, 1)",
        "net.to(d)",
        "net.to(d).eval()",
    ]


def test_a_chain_goes_through_the_functions_of_the_file() -> None:
    code = "def make():\n    net = nn.Linear(1, 1)\n    return net.eval()\nthing = make()\nuse(thing)\n"

    assert chain_of(code) == ["nn.Linear(1, 1)", "net.eval()", "make()"]


@pytest.mark.parametrize(
    "code",
    [
        "use(thing)",
        "def f(thing):\n    use(thing)",
        "if a:\n    thing = nn.Linear(1, 1)\nelse:\n    thing = nn.ReLU()\nuse(thing)",
        "thing, x = make()\nuse(thing)",
    ],
)
def test_a_chain_without_a_known_maker_is_empty(code: str) -> None:
    facts = facts_of(IMPORTS + code)

    assert facts.chain(find_last(facts, "thing")) == []
    assert facts.origin(find_last(facts, "thing")) is None


def test_the_origin_skips_none_that_stands_in() -> None:
    facts = facts_of(
        IMPORTS
        + (
            "net = None\ndef get():\n    global net\n    if net is None:\n"
            "        net = nn.Linear(1, 1)\n    return net\n"
        )
    )

    assert facts.origin(find_last(facts, "net")) is find(facts, "nn.Linear(1, 1)")


def test_the_class_of_an_object_is_the_one_of_the_file_that_made_it() -> None:
    facts = facts_of(
        """
        class Net:
            def f(self):
                use(self)
        net = Net()
        other = elsewhere()
        use(net, other)
        """
    )
    net = facts.nodes(cst.ClassDef)[0]

    assert facts.class_of(find_last(facts, "net")) is net
    assert facts.class_of(find_last(facts, "self")) is net
    assert facts.class_of(find_last(facts, "other")) is None


def test_a_long_chain_of_calls_is_answered_at_once() -> None:
    """Each question is answered once: without that, the answer would take 3^40 steps."""
    chain = "thing" + ".a()" * 40
    facts = facts_of(f"import torch\nuse({chain})\n")

    assert facts.kind(find(facts, chain)) is Kind.UNKNOWN


def test_variables_made_of_each_other_come_to_an_end() -> None:
    facts = facts_of("import torch\nfor i in y:\n    a = b.x()\n    b = a.y()\n    c = a + b\nuse(c)\n")

    assert facts.kind(find_last(facts, "c")) is Kind.UNKNOWN


def test_the_words_for_modules_and_tensors_are_yes_only_where_it_is_known() -> None:
    facts = facts_of(IMPORTS + "use(nn.Linear(1, 1), torch.zeros(1), other)\n")

    assert facts.is_module(find_call(facts, "nn.Linear(1, 1)"))
    assert facts.is_tensor(find_call(facts, "torch.zeros(1)"))
    assert not facts.is_module(find(facts, "other"))
    assert not facts.is_tensor(find(facts, "other"))


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("thing = torch.load(f)\ny = thing(x)", Kind.MODULE),
        ("thing = torch.load(f)\nthing = thing.to(d)\ny = thing(x)", Kind.MODULE),
        ("thing = torch.load(f)\nif a:\n    thing = thing.to(d)\ny = thing(x)", Kind.MODULE),
        ("thing = torch.load(f)\nprint(thing)", Kind.UNKNOWN),
        ("thing = torch.load(f)['model']\nthing.x(1)", Kind.UNKNOWN),
        ("thing = pickle.load(f)\ny = thing(x)", Kind.UNKNOWN),
        ("thing = torch.load(f)\nif a:\n    thing = make()\ny = thing(x)", Kind.UNKNOWN),
    ],
)
def test_what_torch_load_gives_is_a_module_where_it_is_called(code: str, kind: Kind) -> None:
    assert kind_of(f"{code}\nuse(thing)\n") is kind


def test_an_attribute_that_torch_load_gave_is_a_module_where_a_method_calls_it() -> None:
    code = "class A:\n    def __init__(self):\n        self.net = torch.load(f)\n    def ask(self, x):\n"
    facts = facts_of(f"import torch\n{code}        return self.net(x)\n")

    assert facts.kind(find(facts, "self.net", 1)) is Kind.MODULE
