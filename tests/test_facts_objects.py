"""What happens to an object that a call makes: who holds it, what is done to it, in which number format, and
how the things it needs are reached and written."""

from __future__ import annotations

import libcst as cst
import pytest

from smelllint.edit import splice
from smelllint.facts import UNKNOWN, Device, Facts
from smelllint.settings import Settings
from smelllint.source import Source
from smelllint.tree import parse
from tests.facts_helpers import facts_of, find


def call(facts, text, occurrence=0):
    return cst.ensure_type(find(facts, text, occurrence), cst.Call)


@pytest.mark.parametrize(
    ("line", "holder"),
    [
        ("net = Net()", "net"),
        ("net = Net().to('cpu').eval()", "net"),
        ("self.net = Net().half()", "self.net"),
        ("net: nn.Module = Net()", "net"),
        ("if (net := Net()): pass", "net"),
        ("a = b = Net()", None),
        ("serve(Net())", None),
        ("parts = Net().state_dict()", None),
    ],
)
def test_the_holder_is_the_variable_behind_chained_calls(line, holder):
    facts = facts_of(f"import torch\nfrom torch import nn\nclass Net(nn.Module): pass\n{line}\n")

    found = facts.holder(call(facts, "Net()"))

    assert (facts.text(found) if found is not None else None) == holder


def test_handled_sees_chained_calls_uses_and_functions_that_get_the_object():
    facts = facts_of(
        """
        from torch import nn

        class Net(nn.Module): pass

        def ask(model, x):
            return model(x)

        net = Net().to("cpu")
        net.eval()
        ask(net, 1)
        other = Net()
        other.train()
        """
    )

    done = [facts.text(handled.call) for handled in facts.handled(call(facts, "Net()"))]

    assert done == ['Net().to("cpu")', "net.eval()", "model(x)"]


def test_handled_follows_methods_of_an_attribute():
    facts = facts_of(
        """
        from transformers import AutoModelForCausalLM

        class Service:
            def __init__(self):
                self.model = AutoModelForCausalLM.from_pretrained("gpt2")

            def ask(self, ids):
                return self.model.generate(ids)
        """
    )

    done = facts.handled(call(facts, 'AutoModelForCausalLM.from_pretrained("gpt2")'))

    assert [(handled.method, facts.text(handled.call)) for handled in done] == [
        ("generate", "self.model.generate(ids)")
    ]


def test_handled_of_an_object_used_on_the_spot_is_that_use():
    facts = facts_of("from torch import nn\ny = nn.Linear(3, 4).eval()(x)\n")

    done = [facts.text(handled.call) for handled in facts.handled(call(facts, "nn.Linear(3, 4)"))]

    assert done == ["nn.Linear(3, 4).eval()", "nn.Linear(3, 4).eval()(x)"]


def test_reached_goes_through_functions_and_methods():
    facts = facts_of(
        """
        def inner(): pass
        def outer(): inner()
        def apart(): pass

        class Job:
            def step(self): outer()
            def run(self):
                for _ in range(3):
                    self.step()
        """
    )

    loop = facts.nodes(cst.For)[0]

    assert [function.name.value for function in facts.reached(loop)] == ["step", "outer", "inner"]


@pytest.mark.parametrize(
    ("expression", "dtype"),
    [
        ("torch.float16", "float16"),
        ("torch.half", "float16"),
        ("fp16", "float16"),
        ("'float16'", "float16"),
        ("FORMAT", "bfloat16"),
        ("torch.float", "float32"),
        ("'auto'", None),
        ("choose()", None),
        ("config.half", None),
    ],
)
def test_dtype_knows_the_names_of_number_formats(expression, dtype):
    facts = facts_of(
        f"import torch\nfrom torch import float16 as fp16\nFORMAT = torch.bfloat16\nshow({expression})\n"
    )

    assert facts.dtype(find(facts, expression, 1 if expression == "FORMAT" else 0)) == dtype


@pytest.mark.parametrize(
    ("imports", "way"),
    [
        ("from keras.callbacks import EarlyStopping", "EarlyStopping"),
        ("from tensorflow.keras.callbacks import EarlyStopping as Stop", "Stop"),
        ("import keras", "keras.callbacks.EarlyStopping"),
        ("import tensorflow as tf", "tf.keras.callbacks.EarlyStopping"),
        ("from tensorflow import keras", "keras.callbacks.EarlyStopping"),
        ("from keras import callbacks, layers", "callbacks.EarlyStopping"),
        ("from keras.layers import Dense", None),
        ("import torch", None),
    ],
)
def test_bound_finds_the_shortest_way_to_a_thing(imports, way):
    assert facts_of(f"{imports}\n").bound("keras.callbacks.EarlyStopping") == way


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("f([])", "f([new])"),
        ("f([a, b])", "f([a, b, new])"),
        ("f([a, b, ])", "f([a, b, new, ])"),
        ("f([\n    a,\n])", None),
    ],
)
def test_add_element_appends_to_a_list_on_one_line(before, after):
    facts = facts_of(before)

    edits = facts.add_element(facts.nodes(cst.List)[0], "new")

    assert (splice(facts.source.text, edits) if edits else None) == after


def test_import_from_goes_below_the_other_imports():
    facts = facts_of("import os\nimport sys\n\nprint(os, sys)\n")

    edits = facts.import_from("keras.callbacks", "EarlyStopping")

    assert splice(facts.source.text, edits).splitlines()[:3] == [
        "import os",
        "import sys",
        "from keras.callbacks import EarlyStopping",
    ]


@pytest.mark.parametrize(
    ("after", "device"),
    [
        ('net.to("cpu")\nnet(x)', Device.CPU),
        ('net(x)\nnet.to("cpu")\nnet(x)', Device.CPU),
        ('net(x)\nnet = net.to("cpu")\ndel net', Device.UNKNOWN),
        ("net(x)\nnet.cpu()\ntorch.save(net.state_dict(), p)", Device.UNKNOWN),
        ("net.cuda()\nnet(x)\nnet.cpu()", Device.ACCELERATOR),
        ('serve(net.to("cpu"))', Device.CPU),
        ('other = net.to("cpu")\nother(x)', Device.CPU),
        ("net.enable_model_cpu_offload()\nnet(x)", Device.ACCELERATOR),
    ],
)
def test_a_move_after_the_last_use_does_not_say_where_it_ran(after, device):
    facts = facts_of(f"import torch\nfrom torch import nn\nnet = nn.Linear(2, 3)\n{after}\n")

    assert facts.device(find(facts, "net")) is device


def test_usual_takes_the_defaults_of_parameters_and_command_line_options():
    facts = facts_of(
        """
        import argparse

        parser = argparse.ArgumentParser()
        parser.add_argument("-e", "--n-epochs", type=int, default=14)
        parser.add_argument("--lr", type=float)
        args = parser.parse_args()

        def train(rounds=3, more=None):
            print(args.n_epochs + 1)
            print(rounds * 2)
            print(args.lr)
            print(args.unheard_of)
            print(7)
        """
    )
    shown = [facts.usual(c.args[0].value) for c in facts.nodes(cst.Call) if facts.calls(c, "builtins.print")]

    assert shown == [15, 6, UNKNOWN, UNKNOWN, 7]
    assert facts.value(find(facts, "args.n_epochs + 1")) is UNKNOWN


def test_followed_tells_the_objects_of_one_variable_apart():
    facts = facts_of(
        """
        from torch import nn
        net = nn.Linear(2, 3)
        net(1)
        net = net.to("cuda")
        net(2)

        def later(x):
            return net(x)

        net = nn.Linear(3, 4)
        net(4)
        """
    )
    first, second = (call(facts, text) for text in ("nn.Linear(2, 3)", "nn.Linear(3, 4)"))

    assert [facts.text(h.call) for h in facts.handled(first)] == [
        "net(1)",
        'net.to("cuda")',
        "net(2)",
        "net(x)",
    ]
    assert [facts.text(h.call) for h in facts.handled(second)] == ["net(x)", "net(4)"]
    assert facts.device(facts.holder(first)) is Device.ACCELERATOR
    assert facts.device(facts.holder(second)) is Device.UNKNOWN


@pytest.mark.parametrize(
    ("path", "trial"),
    [
        ("app.py", False),
        ("test_app.py", True),
        ("src/evaluation.py", True),
        ("run_eval.py", True),
        ("tests/helpers.py", True),
        ("src/latest.py", False),
        ("src/retrieval.py", False),
    ],
)
def test_a_trial_is_told_by_its_name(path, trial):
    assert Facts(Source(path, b""), parse(""), Settings()).is_trial is trial
