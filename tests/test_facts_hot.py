"""Hot paths: places that run again and again, as far as one file tells."""

from __future__ import annotations

import pytest

from tests.facts_helpers import facts_of, find_call


def is_repeated(code: str, imports: str = "import torch\nfrom torch import nn\n") -> bool:
    facts = facts_of(f"{imports}{code}\n")
    return facts.repeated(find_call(facts, "make()"))


@pytest.mark.parametrize(
    "code",
    [
        "for x in xs:\n    make()",
        "while running():\n    make()",
        "ys = [make() for x in xs]",
        "def f():\n    return make()",
        "def f():\n    return make()\nfor x in xs:\n    f()",
        "def f():\n    return make()\ndef g():\n    f()\nwhile True:\n    g()",
        "class A:\n    def step(self):\n        make()",
        "class A:\n    def step(self):\n        make()\ndef run(a):\n    for x in xs:\n        a.step()",
        "class A:\n    def __init__(self):\n        make()\nmodels = [A() for x in xs]",
        "class Net(nn.Module):\n    def forward(self, x):\n        make()\nnet = Net()\nprint(net(1))",
        "ys = map(lambda x: make(), xs)",
        "from flask import Flask\napp = Flask(__name__)\n@app.route('/')\ndef f():\n    make()",
        "class Net(nn.Module):\n    def on_train_batch_end(self):\n        make()",
    ],
)
def test_loops_forwards_requests_and_what_they_call_run_again_and_again(code: str) -> None:
    assert is_repeated(code)


@pytest.mark.parametrize(
    "code",
    [
        "make()",
        "for name in ('a', 'b'):\n    make()",
        "for i in range(3):\n    make()",
        "for epoch in range(300):\n    make()",
        "def f():\n    return make()\nf()",
        "def f(n):\n    return make() if n else f(n - 1)\nf(3)",
        "def f():\n    return make()\ndef g():\n    return f()\ng()",
        "def main():\n    make()",
        "def main():\n    make()\nspawn(main)",
        "def f():\n    make()\nspawn(f)",
        "def f():\n    make()\nfor rank in ranks:\n    spawn(f)",
        "class A:\n    def __init__(self):\n        make()",
        "class Net(nn.Module):\n    def __init__(self):\n        make()\nnet = Net()",
        "import functools\n@functools.cache\ndef f():\n    return make()",
        "make_later = lambda: make()",
        "for x in xs:\n    make()\n    break",
        "class Net(nn.Module):\n    def on_train_epoch_end(self):\n        make()",
        "class Show:\n    def on_fit_start(self):\n        self.draw()\n    def draw(self):\n        make()",
    ],
)
def test_what_starts_a_program_or_an_object_runs_once(code: str) -> None:
    assert not is_repeated(code)


def test_functions_that_call_each_other_come_to_an_end() -> None:
    assert not is_repeated("def f():\n    make()\n    g()\ndef g():\n    f()\nf()")
