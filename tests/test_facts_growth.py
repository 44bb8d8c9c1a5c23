"""Growth: which variables a loop makes longer, and what else it does with them."""

from __future__ import annotations

import textwrap

import libcst as cst
import pytest

from smelllint.facts import Facts, Growth
from tests.facts_helpers import facts_of

HEAD = "import numpy as np\nimport pandas as pd\nimport torch\n"


def growth_in(code: str) -> tuple[Facts, Growth | None]:
    facts = facts_of(HEAD + textwrap.dedent(code))
    found = [growth for call in facts.nodes(cst.Call) if (growth := facts.growth(call)) is not None]
    return facts, found[0] if found else None


@pytest.mark.parametrize(
    ("code", "pieces"),
    [
        ("x = torch.cat([x, a])", ["a"]),
        ("x = torch.cat((x, a, b), dim=1)", ["a", "b"]),
        ("x = torch.cat(tensors=[x, a])", ["a"]),
        ("x = np.append(x, a)", ["a"]),
        ("x = np.append(x, a, 0)", ["a"]),
        ("x = a if x is None else np.vstack([x, a])", ["a"]),
        ("x = pd.concat([a, x])", ["a"]),
        ("x = pd.DataFrame()\nx = x.append(a)", ["a"]),
        ("x = pd.DataFrame()\nfor a in xs:\n    x = x.append(a)", ["a"]),
    ],
)
def test_a_call_that_joins_a_variable_to_itself_is_a_growth(code: str, pieces: list[str]) -> None:
    facts, growth = growth_in(code)

    assert growth is not None
    assert [facts.text(piece) for piece in growth.pieces] == pieces


@pytest.mark.parametrize(
    "code",
    [
        "y = torch.cat([x, a])",
        "x = torch.cat([x, x])",
        "x = torch.cat([x[1:], a])",
        "x = torch.cat(x, 0)",
        "x = torch.cat([*x, a])",
        "x = torch.stack([x, a])",
        "self.x = torch.cat([self.x, a])",
        "x.append(a)",
        "x = f(torch.cat([x, a]))",
        "x = 1\ndef f():\n    return x\nx = np.append(x, a)",
    ],
)
def test_other_calls_are_none(code: str) -> None:
    assert growth_in(code)[1] is None


def looped(body: str) -> tuple[Facts, Growth, cst.For]:
    facts, growth = growth_in(
        f"def f(xs):\n    x = np.empty(0)\n    for a in xs:\n{textwrap.indent(body, ' ' * 8)}\n"
    )
    assert growth is not None
    return facts, growth, facts.nodes(cst.For)[0]


@pytest.mark.parametrize(
    "body",
    [
        "x = np.append(x, a)",
        "if a > 0:\n    x = np.append(x, a)",
        "if x is None:\n    x = a\nelse:\n    x = np.append(x, a)",
        "if len(x) == 0:\n    x = a\nelse:\n    x = np.append(x, a)",
        "x = np.append(x, a) if x.size else a",
    ],
)
def test_a_variable_grows_where_nobody_looks_at_it(body: str) -> None:
    facts, growth, loop = looped(body)

    assert facts.grows(growth, loop)


@pytest.mark.parametrize(
    "body",
    [
        "x = np.append(x, a)\nprint(x)",
        "y = a * x\nx = np.append(x, y)",
        "x = a * 2\nx = np.append(x, a)",
        "if len(x) < 100:\n    x = np.append(x, a)",
        "x = np.append(x, a)\nx = x[-9:]",
        "x = np.append(x, a)\nyield x",
    ],
)
def test_a_variable_that_is_read_or_made_anew_does_not_grow(body: str) -> None:
    facts, growth, loop = looped(body)

    assert not facts.grows(growth, loop)


def test_a_guard_is_a_mention_that_keeps_the_growth_from_being_alone() -> None:
    facts, growth, loop = looped("if x is None:\n    x = a\nelse:\n    x = np.append(x, a)")

    assert not facts.alone(growth, loop)
    facts, growth, loop = looped("x = np.append(x, a)")
    assert facts.alone(growth, loop)


@pytest.mark.parametrize(
    ("before", "known"),
    [
        ("x = np.empty(0)", True),
        ("x = np.empty(0)\nprint(x)", False),
        ("x = y = np.empty(0)", False),
        ("if z:\n    x = np.empty(0)", False),
        ("for z in zs:\n    x = np.empty(0)", False),
    ],
)
def test_the_start_is_the_statement_just_for_the_loop(before: str, known: bool) -> None:
    loop_after = "with c:\n    for a in xs:\n        x = np.append(x, a)"
    facts, growth = growth_in(f"{before}\n{loop_after}\n")
    assert growth is not None
    loop = facts.loops(growth.call)[0]

    assert (facts.start(growth, loop) is not None) is known
