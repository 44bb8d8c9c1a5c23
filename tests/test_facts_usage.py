"""Usage: what may become of the object that a call makes."""

from __future__ import annotations

import pytest

from tests.facts_helpers import facts_of, find_call


def only_asked(code: str) -> bool:
    """Whether what `load()` makes is only asked."""
    facts = facts_of(f"import torch\n{code}")
    return facts.only_asked(find_call(facts, "load()"), ("predict",))


@pytest.mark.parametrize(
    "body",
    [
        "load()(x)",
        "load().predict(x)",
        "m = load()\n    m.predict(x)\n    m(x)",
        "m = load()\n    print(m.config.size)",
        "m = load()\n    m.to(d)\n    m.eval().predict(x)",
        "m = await load()\n    m(x)",
        "m = load() if x else None\n    m(x)",
        "m: Model = load()\n    m(x)",
        "(m := load())(x)",
        "m, n = load()\n    m(x)\n    n.predict(x)",
        "m = load()\n    print(len(m))",
        "m = load()\n    m2 = m\n    m2(x)",
        "m = Net()\n    m.load_state_dict(load())\n    m(x)",
    ],
)
def test_what_is_called_asked_and_read_is_only_asked(body: str) -> None:
    assert only_asked(f"async def f(x, d):\n    {body}\n")


@pytest.mark.parametrize(
    "body",
    [
        "load()",
        "return load()",
        "self.m = load()",
        "ms[0] = load()",
        "m = load()\n    m.fit(x)",
        "m = load()\n    m.size = 3",
        "m = load()\n    m.config.update(x)",
        "m = load()\n    ms.append(m)",
        "m = load()\n    unseen(m)",
        "m = load()\n    m[0](x)",
        "m, ms[0] = load()\n    m(x)",
        "m = n = load()\n    m(x)",
        "global m\n    m = load()\n    m(x)",
        "m = load()\n    yield m",
        "m = Net()\n    m.load_state_dict(load())\n    m.fit(x)",
        "m.load_state_dict(load())\n    m(x)",
        "m = load()\n    " + "\n    ".join(f"m{n} = m{n - 1 or ''}" for n in range(1, 20)) + "\n    m19(x)",
    ],
)
def test_what_is_changed_stored_or_given_away_is_not(body: str) -> None:
    assert not only_asked(f"def f(self, ms, m0, x):\n    {body}\n")


def test_functions_of_the_file_are_followed() -> None:
    made = "def make():\n    return load()\n"

    assert only_asked(f"{made}def use(x):\n    return make().predict(x)\n")
    assert not only_asked(f"{made}def use(x):\n    return make().fit(x)\n")
    assert not only_asked(made)
    assert only_asked("def run(m, x):\n    return m(x)\ndef use(x):\n    return run(load(), x)\n")
    assert not only_asked("def run(m, x):\n    return m.fit(x)\ndef use(x):\n    return run(load(), x)\n")
