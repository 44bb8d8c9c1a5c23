"""Facts across the files of a project: what an import stands for, and who calls from elsewhere."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from libcst import Call

from smelllint.facts import UNKNOWN, Facts, Grad, Kind, Phase
from smelllint.project import Disk, Project
from smelllint.settings import Settings
from smelllint.source import Source
from smelllint.tree import parse
from tests.facts_helpers import find, find_call, function


def facts_in(folder: Path, name: str = "main.py", **files: str) -> Facts:
    """Facts of one file of a project; the files by path, `net_in_nets` for nets/net.py."""
    for key, code in files.items():
        path = folder / f"{'/'.join(reversed(key.split('_in_')))}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(code))
    path = folder / name
    source = Source(str(path), path.read_bytes())
    return Facts(source, parse(source.text), Settings(), project=Project(Disk(str(folder), Settings())))


NET = """
    from torch import nn

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(4, 2)

        def forward(self, x):
            return self.layer(x)
"""


@pytest.mark.parametrize(
    ("imported", "made"),
    [
        ("from model import Net", "Net()"),
        ("from model import Net as N", "N()"),
        ("import model", "model.Net()"),
        ("import model as m", "m.Net()"),
        ("from model import *", "Net()"),
    ],
)
def test_a_class_of_another_file_is_known_by_its_bases(tmp_path: Path, imported: str, made: str) -> None:
    facts = facts_in(tmp_path, main=f"{imported}\nnet = {made}\nnet(x)\n", model=NET)
    assert facts.kind(find(facts, made)) is Kind.MODULE
    assert facts.kind(find(facts, "net", 1)) is Kind.MODULE
    assert facts.name(find_call(facts, made).func) is None


def test_a_package_hands_on_what_it_imports(tmp_path: Path) -> None:
    facts = facts_in(
        tmp_path,
        main="from nets import Net, Deep\nfrom nets.net import Net as Same\nNet()\nDeep()\nSame()\n",
        __init___in_nets="from .net import Net\nfrom .deep import *\n",
        net_in_nets=NET,
        deep_in_nets="from .net import Net\n\nclass Deep(Net):\n    pass\n",
    )
    assert [facts.kind(find(facts, made)) for made in ("Net()", "Deep()", "Same()")] == [Kind.MODULE] * 3


def test_a_name_that_another_file_takes_from_a_library_is_the_librarys(tmp_path: Path) -> None:
    facts = facts_in(
        tmp_path,
        main="from compat import F, nn\ny = F.relu(x)\nnn.Linear(1, 2)\n",
        compat="import torch.nn.functional\nfrom torch import nn\nF = torch.nn.functional\n",
    )
    assert facts.name(find_call(facts, "F.relu(x)").func) == "torch.nn.functional.relu"
    assert facts.kind(find(facts, "nn.Linear(1, 2)")) is Kind.MODULE


def test_files_that_import_each_other_end(tmp_path: Path) -> None:
    facts = facts_in(
        tmp_path,
        main="from other import a\nb = a\nprint(b)\n",
        other="from main import b\nfrom main import *\na = b\n",
    )
    assert facts.kind(find(facts, "b", 1)) in (Kind.UNKNOWN, Kind.NOTHING)


def test_a_package_beside_a_script_hides_the_library_of_its_name(tmp_path: Path) -> None:
    code = "from datasets import load_dataset\nrows = load_dataset('x')\n"
    hidden = facts_in(tmp_path, main=code, __init___in_datasets="def load_dataset(name):\n    return []\n")
    assert hidden.kind(find(hidden, "load_dataset('x')")) is Kind.LIST
    # Inside a package, an absolute import is never its neighbour.
    inner = facts_in(
        tmp_path, "pkg/run.py", __init___in_pkg="", run_in_pkg=code, datasets_in_pkg="load_dataset = 1\n"
    )
    assert inner.name(find_call(inner, "load_dataset('x')").func) == "datasets.load_dataset"


def test_a_librarys_own_project_still_speaks_of_the_library(tmp_path: Path) -> None:
    facts = facts_in(
        tmp_path,
        "examples/run.py",
        run_in_examples="from transformers import AutoModel\nm = AutoModel.from_pretrained('x')\n",
        __init___in_transformers_in_src="AutoModel = None\n",
    )
    assert facts.kind(find(facts, "AutoModel.from_pretrained('x')")) is Kind.HF_MODEL


def test_constants_and_objects_of_another_file_are_known(tmp_path: Path) -> None:
    facts = facts_in(
        tmp_path,
        main="""
            import config
            from config import EPOCHS
            from data import loader
            print(EPOCHS, config.SIZE, config.CHOSEN)
            for batch in loader: pass
        """,
        config="import sys\nEPOCHS = 3\nSIZE = 2 * EPOCHS\nCHOSEN = 1\nif sys.argv:\n    CHOSEN = 2\n",
        data="from torch.utils.data import DataLoader\nloader = DataLoader([1, 2], batch_size=4)\n",
    )
    assert facts.value(find(facts, "EPOCHS", 1)) == 3
    assert facts.value(find(facts, "config.SIZE")) == 6
    assert facts.value(find(facts, "config.CHOSEN")) is UNKNOWN
    assert facts.kind(find(facts, "loader", 1)) is Kind.DATALOADER


def test_what_a_function_of_another_file_returns_is_known(tmp_path: Path) -> None:
    facts = facts_in(
        tmp_path,
        main="from build import make\nnet = make(3)\nnet(x)\n",
        build="from model import Net\n\ndef make(depth):\n    return Net().eval()\n",
        model=NET,
    )
    assert facts.kind(find(facts, "make(3)")) is Kind.MODULE
    assert facts.phase(find_call(facts, "net(x)")) is Phase.INFERENCE


CALLED = """
    from model import Net
    import torch

    def score(net: Net, x):
        return net(x)
"""


@pytest.mark.parametrize(
    ("caller", "expected"),
    [
        ("import torch\nfrom main import score\nwith torch.no_grad():\n    score(net, x)\n", Grad.OFF),
        ("import torch, main\nwith torch.no_grad():\n    main.score(net, x)\n", Grad.OFF),
        ("from main import score\nscore(net, x)\n", Grad.ON),
        (
            "def score(net, x):\n    pass\nimport torch, main\nwith torch.no_grad():\n    score(1, 2)\n",
            Grad.ON,
        ),
        (
            "import torch\nfrom main import score\nwith torch.no_grad():\n    list(map(score, nets, xs))\n",
            Grad.UNKNOWN,
        ),
    ],
)
def test_gradients_are_asked_of_callers_in_other_files(tmp_path: Path, caller: str, expected: Grad) -> None:
    facts = facts_in(tmp_path, main=CALLED, model=NET, caller=caller)
    assert facts.grad(find(facts, "net(x)")) is expected


def test_a_caller_is_itself_called_from_elsewhere(tmp_path: Path) -> None:
    facts = facts_in(
        tmp_path,
        main=CALLED,
        model=NET,
        engine="from main import score\n\ndef run(net, x):\n    return score(net, x)\n",
        top="import torch\nfrom engine import run\n\n@torch.inference_mode()\ndef go():\n    run(net, x)\n",
    )
    assert facts.grad(find(facts, "net(x)")) is Grad.OFF


def test_a_method_may_be_called_on_an_object_of_unknown_class_elsewhere(tmp_path: Path) -> None:
    facts = facts_in(
        tmp_path,
        main="class Scorer:\n    def score(self, x):\n        return self.net(x)\n",
        caller="import torch\n\ndef run(scorer, x):\n    with torch.no_grad():\n        scorer.score(x)\n",
    )
    assert facts.grad(find(facts, "self.net(x)")) is Grad.UNKNOWN


def test_a_base_class_elsewhere_calls_without_gradients(tmp_path: Path) -> None:
    facts = facts_in(
        tmp_path,
        main="""
            from base import Trainer

            class Mine(Trainer):
                def step(self, x):
                    return self.net(x)
        """,
        base="""
            import torch

            class Trainer:
                @torch.no_grad()
                def evaluate(self, rows):
                    return [self.step(row) for row in rows]
        """,
    )
    assert facts.grad(find(facts, "self.net(x)")) is not Grad.ON


def test_a_backward_pass_in_another_file_counts(tmp_path: Path) -> None:
    facts = facts_in(
        tmp_path,
        main="from step import step\nfor x in xs:\n    step(net, x)\n",
        step="def step(net, x):\n    net(x).backward()\n",
    )
    assert facts.trains(find_call(facts, "step(net, x)"))


def test_what_callers_elsewhere_pass_gives_a_parameter_its_kind(tmp_path: Path) -> None:
    facts = facts_in(
        tmp_path,
        main="def score(net, x):\n    return net(x)\n",
        caller="from main import score\nfrom model import Net\nscore(Net(), 3)\n",
        model=NET,
    )
    assert facts.kind(find(facts, "net", 1)) is Kind.MODULE
    assert facts.kind(function(facts, "score").params.params[1].name) is Kind.NUMBER


def test_the_text_of_another_file_is_its_own_and_is_never_edited(tmp_path: Path) -> None:
    facts = facts_in(tmp_path, main="# a line more\nfrom model import Net\nnet = Net(4)\n", model=NET)
    made = facts.class_of(find(facts, "net"))
    assert made is not None
    assert facts.text(made.name) == "Net"
    call = next(node for node in facts.within(made) if facts.calls(node, "torch.nn.Linear"))
    assert facts.text(call) == "nn.Linear(4, 2)"
    assert facts.replace(call, "x") is None
    assert isinstance(call, Call)
    assert facts.add_argument(call, "bias=False") is None
    assert facts.before(made, "x = 1") is None


def test_without_a_project_what_is_imported_is_unknown(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text(textwrap.dedent(NET))
    source = Source(str(tmp_path / "main.py"), b"from model import Net\nnet = Net()\n")
    facts = Facts(source, parse(source.text), Settings())
    assert facts.kind(find(facts, "Net()")) is Kind.UNKNOWN


@pytest.mark.parametrize("broken", [b"def f(:\n", b"\xff\xfe\x00", b"x = 1\n" * 200_000])
def test_a_file_that_cannot_be_read_tells_nothing(tmp_path: Path, broken: bytes) -> None:
    (tmp_path / "model.py").write_bytes(broken)
    facts = facts_in(tmp_path, main="from model import Net\nnet = Net()\n")
    assert facts.kind(find(facts, "Net()")) is Kind.UNKNOWN


def test_options_and_fields_of_other_files_have_their_defaults(tmp_path: Path) -> None:
    facts = facts_in(
        tmp_path,
        main="""
            from config import Config
            from options import parse
            args = parse()
            config = Config(rate=2)
            print(args.n_epochs, args.other, config.epochs, config.rate, config.size, config.seen)
            config.seen = 3
        """,
        options="""
            import argparse

            def parse():
                parser = argparse.ArgumentParser()
                parser.add_argument("--n-epochs", type=int, default=50)
                return parser.parse_args()
        """,
        config="""
            from dataclasses import dataclass

            @dataclass
            class Config:
                epochs: int = 40
                rate: int = 1
                size: int
                seen: int = 5
        """,
    )
    asked = ("args.n_epochs", "args.other", "config.epochs", "config.rate", "config.size", "config.seen")
    told = [facts.usual(find(facts, text)) for text in asked]
    assert told == [50, UNKNOWN, 40, 2, UNKNOWN, UNKNOWN]
