"""The gate: what it lets through, and that no rule it shuts out had anything to say."""

from __future__ import annotations

from pathlib import Path

import pytest

from smelllint import catalogue
from smelllint.engine import lint_source
from smelllint.facts.libraries import libraries
from smelllint.gate import candidates, imported, mentions, possible
from smelllint.rule import Rule
from smelllint.settings import Settings
from smelllint.source import source_of

HOME = Path(__file__).parent.parent
ARMS = [*HOME.glob("rules/*/smelly.py"), *HOME.glob("rules/*/lean.py")]
SPECIMENS = sorted([*HOME.glob("fixtures/**/*.py"), *ARMS])
MODULES = frozenset({"torch", "keras"})


@pytest.mark.parametrize(
    "text",
    [
        "import torch",
        "import torch as th",
        "import os, torch",
        "import torch.nn.functional as F",
        "from torch import nn",
        "from torch.nn import *",
        "from torch.utils.data import (\n    DataLoader,\n)",
        "try: import torch\nexcept ImportError: pass",
        "if x:\n\timport torch",
        "def f():\n    import torch",
        "x = 1; import torch",
        "import os\rimport torch\r",
        "import os\r\nimport torch\r\n",
        "import os, \\\n    torch",
        "import os, \\\r\n    torch",
        "from \\\n  torch import nn",
        "import os\fimport torch",
    ],
)
def test_every_way_to_import_is_seen(text: str) -> None:
    assert imported(text.encode(), MODULES) == {"torch"}


@pytest.mark.parametrize(
    "text", ["", "torch", "# torch", "import torchvision", "import numpy\ntorch.zeros(1)"]
)
def test_what_imports_none_is_shut_out(text: str) -> None:
    assert imported(text.encode(), MODULES) == frozenset()


def test_one_of_the_words_must_occur_where_words_are_asked_for() -> None:
    assert mentions(b"x.encode(y)", frozenset({"encode", "predict"}))
    assert not mentions(b"x.transform(y)", frozenset({"encode", "predict"}))
    assert mentions(b"", frozenset())


def test_a_rule_is_possible_where_imports_and_words_are_there() -> None:
    one = Rule("inference", frozenset({"torch"}), frozenset({"eval"}))
    other = Rule("inference", frozenset({"keras"}))

    assert possible(b"import torch\nx.eval()", [one, other]) == [one]
    assert possible(b"import keras", [one, other]) == [other]
    assert possible(b"import torch", [one, other]) == []
    assert possible(b"import torch", []) == []


@pytest.mark.parametrize("path", SPECIMENS, ids=lambda path: str(path.relative_to(HOME)))
def test_a_rule_that_is_shut_out_has_nothing_to_say(path: Path) -> None:
    """For every fixture and pair: run without the gate, the rules that it shuts out find nothing."""
    data = path.read_bytes()
    rules = catalogue.load_all()
    let_in = candidates(str(path), data, rules, "cuda")
    shut_out = [rule for rule in rules if rule not in let_in]
    report = lint_source(source_of(str(path), data), shut_out, Settings(target="cuda"), set())

    assert [found for found in report.diagnostics if found.rule in {rule.name for rule in shut_out}] == []


@pytest.mark.parametrize("name", catalogue.names())
def test_a_rule_about_a_library_is_about_its_other_names(name: str) -> None:
    """`import tf_keras` and `import pytorch_lightning` are other ways to keras and lightning."""
    imports = catalogue.load(name).imports
    others = {
        alias.partition(".")[0]
        for alias, meant in libraries().aliases.items()
        if meant.partition(".")[0] in imports
    }

    assert others <= imports
