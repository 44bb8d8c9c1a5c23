"""The outline: the signs that a text shows, whatever the names under which it goes by."""

from __future__ import annotations

import pytest

from smelllint.outline import outline_of, shows


def signs(text: str) -> set[str]:
    outline = outline_of(text)
    assert outline is not None
    return outline.signs


@pytest.mark.parametrize(
    ("text", "shown", "not_shown"),
    [
        ("torch.cat([a, b])", {"cat", "cat()", "torch"}, {"for cat()", "def cat()", "self cat()"}),
        ("for a in b:\n    torch.cat(a)", {"for", "for cat()", "def cat()"}, {"self cat()"}),
        ("[torch.cat(a) for a in b]", {"for", "for cat()"}, {"for epoch"}),
        ("def f():\n    torch.cat(a)", {"def cat()", "self cat()"}, {"for cat()"}),
        ("def __init__(self):\n    nn.Linear(1, 1)", {"def Linear()"}, {"self Linear()"}),
        ("for a in b:\n    def f():\n        cat(a)", {"def cat()"}, {"for cat()"}),
        ("from torch import cat as join\njoin(a)", {"cat()", "for cat()", "self cat()"}, {"cat= "}),
        ("join = torch.cat", {"cat()", "for cat()"}, {"for"}),
        ("f(cat)", {"cat", "f()"}, {"cat()"}),
        ("from torch import cat\nf(cat)", {"cat()", "for cat()"}, {"for"}),
        ("from torch import *\nf(cat)", {"cat()", "for cat()"}, {"for"}),
        ("x.sort()", {"sort()"}, {"= sort()"}),
        ("y = x.sort()", {"sort()", "= sort()"}, set()),
        ("x.sort()[:3]; x.sort().values", {"= sort()"}, set()),
        ("f(x.sort()); y[x.sort()]", {"sort()"}, {"= sort()"}),
        ("f(key=x.sort)", {"= sort()"}, set()),
        ("from torch.nn.models import x", {"torch", "nn", "models", "x"}, {"x()"}),
        ("def f(x: Tensor) -> Model: pass", {"Tensor", "Model"}, {"Tensor()", "Model()"}),
        ("x: Tensor = 1", {"Tensor"}, {"Tensor()"}),
        ("f(device='cuda:0')", {"device", "device=", "'cuda'"}, {"cuda", "'cuda:0'"}),
        ("for i in y:\n    x = np.append(x, i)", {"x = append(x)"}, {"x[i][j] ="}),
        ("for i in y:\n    x = x.append(i) if i else None", {"x = append(x)"}, set()),
        ("for i in y:\n    x = f(x)\n    z.append(x)", {"x = f(x)", "for append()"}, {"x = append(x)"}),
        ("grow = np.append\nfor i in y:\n    x = grow(x)", {"x = grow(x)", "x = append(x)"}, set()),
        ("x = np.append(x, i)", {"append()"}, {"x = append(x)"}),
        ("for i in y:\n  for j in y:\n    x[i, j] = 1", {"x[i][j] ="}, set()),
        ("for i in y:\n  while z:\n    x[i][j] += 1", {"x[i][j] ="}, set()),
        ("for i in y:\n  for j in y:\n    x[i, 0] = 1; x[i + 1][j] = 1; x[j] = 1", {"for"}, {"x[i][j] ="}),
        ("for i in y:\n    x[i] = 1", {"for"}, {"x[i][j] ="}),
        ("x[:, -1]", {"x[:, -1]"}, {"x[None]"}),
        ("x[-1]", {"x"}, {"x[:, -1]"}),
        ("x[None]; y[i:i + 1]; z[[0]]", {"x[None]", "[x]"}, {"x[:, -1]"}),
        ("f([x])", {"[x]"}, {"x[None]"}),
        ("f((x,))", {"[x]"}, set()),
        ("f([x, y])", {"f()"}, {"[x]"}),
        ("for _ in range(num_epochs): pass", {"for epoch"}, set()),
        ("while self.epoch < 3: pass", {"for epoch"}, set()),
        ("for i in range(9): epoch = 1", {"for"}, {"for epoch"}),
    ],
)
def test_signs_are_spelled_like_the_code(text: str, shown: set[str], not_shown: set[str]) -> None:
    assert shown <= signs(text)
    assert not not_shown & signs(text)


def test_one_sign_of_each_set_is_asked_for() -> None:
    text = "for a in b: cat(a)"
    assert shows(text, (frozenset({"for"}), frozenset({"stack()", "cat()"})))
    assert not shows(text, (frozenset({"for"}), frozenset({"stack()"})))
    assert shows(text, ())


def test_what_is_given_counts_as_shown() -> None:
    wanted = (frozenset({"'cpu'"}),)
    assert not shows("f()", wanted)
    assert shows("f()", wanted, frozenset({"'cpu'"}))


@pytest.mark.parametrize("text", ["def f(:", "x = '\0'", "(" * 500])
def test_everything_is_possible_where_python_cannot_read(text: str) -> None:
    assert outline_of(text) is None
    assert shows(text, (frozenset({"cat()"}),))
