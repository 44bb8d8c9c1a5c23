"""Passes: where a loader is mentioned, which loop goes over it, and the epochs around that."""

from __future__ import annotations

import libcst as cst
import pytest

from smelllint.facts import Facts, Mention
from tests.facts_helpers import facts_of, find, find_call

HEAD = "from torch.utils.data import DataLoader\nfrom tqdm import tqdm\n"
MADE = "DataLoader(data)"


def passes_over(code: str) -> tuple[Facts, list[str], list[str]]:
    """The facts, the loops that go over the loader, and the epochs around these, by their targets."""
    facts = facts_of(HEAD + code)
    loops, epochs = [], []
    for mention in facts.loader_mentions(find_call(facts, MADE)):
        loop = facts.goes_over(mention.node)
        if isinstance(loop, cst.For):
            loops.append(facts.text(loop.target))
            epochs += [
                facts.text(outer.target) for outer in facts.epochs(mention) if isinstance(outer, cst.For)
            ]
    return facts, loops, epochs


@pytest.mark.parametrize(
    "code",
    [
        f"loader = {MADE}\nfor epoch in range(9):\n    for batch in loader: pass\n",
        f"loader = {MADE}\nfor epoch in range(9):\n    for batch in tqdm(loader): pass\n",
        f"loader = {MADE}\nfor epoch in range(9):\n    for batch in zip(other, loader): pass\n",
        f"loader = {MADE}\ndef run(x):\n    for batch in x: pass\nfor epoch in range(9):\n    run(loader)\n",
        f"def make():\n    return {MADE}\n"
        "loader = make()\nfor epoch in range(9):\n    for batch in loader: pass\n",
        f"def make():\n    loader = {MADE}\n    return loader, None\n"
        "loader, _ = make()\nfor epoch in range(9):\n    for batch in loader: pass\n",
        f"class A:\n    def __init__(self):\n        self.loader = {MADE}\n"
        "    def run(self):\n        for batch in self.loader: pass\n"
        "    def fit(self):\n        for epoch in range(9):\n            self.run()\n",
    ],
)
def test_a_loader_is_followed_to_the_loop_that_goes_over_it(code: str) -> None:
    assert passes_over(code)[1:] == (["batch"], ["epoch"])


def test_a_loader_that_is_never_gone_through_has_no_loop() -> None:
    assert passes_over(
        f"loader = {MADE}\nfor epoch in range(9):\n    print(len(loader), next(iter(loader)))\n"
    )[1:] == (
        [],
        [],
    )


@pytest.mark.parametrize("rounds", ["range(1)", "folds"])
def test_one_round_and_other_loops_are_no_epochs(rounds: str) -> None:
    code = f"loader = {MADE}\nfor epoch in {rounds}:\n    for batch in loader: pass\n"

    assert passes_over(code)[1:] == (["batch"], [])


def test_the_calls_that_handed_a_loader_over_decide_its_epochs() -> None:
    code = f"""loader = {MADE}
def run(x):
    for batch in x: pass
for epoch in range(9):
    run(other)
run(loader)
"""
    assert passes_over(code)[1:] == (["batch"], [])


def test_epochs_around_any_node_are_those_of_all_its_callers() -> None:
    facts = facts_of("def f():\n    g(x)\nfor epoch in range(9):\n    f()\nf()\n")

    assert len(facts.epochs(Mention(find(facts, "g(x)")))) == 1


@pytest.mark.parametrize(
    ("body", "fed"),
    [
        ("x.cuda()", ["x.cuda()"]),
        ("x['a'].to('cuda')", ["x['a'].to('cuda')"]),
        ("y = x.float()\n    y.to(device)", ["y.to(device)"]),
        ("x.to('cpu')", []),
        ("x.to(torch.float16)", []),
        ("x.to(where)", []),
        ("z.cuda()", []),
        ("net.cuda()", []),
    ],
)
def test_a_loop_feeds_an_accelerator(body: str, fed: list[str]) -> None:
    facts = facts_of(f"""import torch
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
net = torch.nn.Linear(1, 1)
for x in loader:
    {body}
""")

    assert [facts.text(call) for call in facts.fed(facts.nodes(cst.For)[0])] == fed
