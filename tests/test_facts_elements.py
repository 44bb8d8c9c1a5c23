"""Elements: what lists were made of, and what loops over them hand out."""

from __future__ import annotations

import libcst as cst
import pytest

from smelllint.facts import Facts, Kind
from tests.facts_helpers import facts_of, find_call

IMPORTS = "from torch import nn\n"


def handed_out(code: str) -> tuple[Facts, cst.BaseExpression]:
    """The facts of a piece of code, and the argument of its `use(...)`."""
    facts = facts_of(f"{IMPORTS}{code}\n")
    call = next(node for node in facts.nodes(cst.Call) if facts.text(node.func) == "use")
    return facts, call.args[0].value


@pytest.mark.parametrize(
    "code",
    [
        "for m in [nn.Linear(1, 1), nn.ReLU()]:\n    use(m)",
        "for m in [nn.Linear(1, 1) for _ in range(3)]:\n    use(m)",
        "ms = [nn.Linear(1, 1)]\nfor m in ms:\n    use(m)",
        "ms = []\nms.append(nn.Linear(1, 1))\nfor m in ms:\n    use(m)",
        "ms = []\nfor i in x:\n    ms = ms + [nn.Linear(1, 1)]\nfor m in ms:\n    use(m)",
        "ms = []\nms += [nn.Linear(1, 1)]\nfor m in ms:\n    use(m)",
        "ms = []\nms.extend([nn.Linear(1, 1)])\nfor i, m in enumerate(ms):\n    use(m)",
        "for m in nn.ModuleList([nn.Linear(1, 1)]):\n    use(m)",
        "for m in reversed([nn.Linear(1, 1)]):\n    use(m)",
        "ys = [use(m) for m in [nn.Linear(1, 1)]]",
    ],
)
def test_a_loop_over_modules_hands_out_modules(code: str) -> None:
    facts, model = handed_out(code)

    assert facts.kind(model) is Kind.MODULE


@pytest.mark.parametrize(
    "code",
    [
        "for m in ms:\n    use(m)",
        "for m in [nn.Linear(1, 1), other]:\n    use(m)",
        "for m in [nn.Linear(1, 1), *others]:\n    use(m)",
        "ms = [nn.Linear(1, 1)]\nms[0] = other\nfor m in ms:\n    use(m)",
        "ms = [nn.Linear(1, 1)]\nfill(ms)\nfor m in ms:\n    use(m)",
        "ms = [nn.Linear(1, 1)]\nms.append(other)\nfor m in ms:\n    use(m)",
        "ms = [nn.Linear(1, 1)] + others\nfor m in ms:\n    use(m)",
        "for a, m in [(1, nn.Linear(1, 1))]:\n    use(m)",
        "for m in {'a': nn.Linear(1, 1)}:\n    use(m)",
        "ms = []\nfor m in ms:\n    use(m)",
        "def f(ms=[]):\n    for m in ms:\n        use(m)",
    ],
)
def test_nothing_is_known_of_lists_that_are_not_seen_whole(code: str) -> None:
    facts, model = handed_out(code)

    assert facts.kind(model) is Kind.UNKNOWN


def test_layers_in_a_list_on_self_have_their_class_and_its_methods() -> None:
    facts = facts_of(
        """
        from torch import nn

        class Layer(nn.Linear):
            def fit(self, x):
                return x

        class Net(nn.Module):
            def __init__(self, n):
                self.layers = []
                for i in range(n):
                    self.layers = self.layers + [Layer(1, 1).to("cpu")]

            def fit_all(self, x):
                for layer in self.layers:
                    x = layer.fit(x)
        """
    )
    call = find_call(facts, "layer.fit(x)")

    assert facts.class_of(cst.ensure_type(call.func, cst.Attribute).value) is facts.nodes(cst.ClassDef)[0]
    assert facts.callers(next(f for f in facts.nodes(cst.FunctionDef) if f.name.value == "fit")) == [call]
