"""Names: what the file's names stand for, as written and in their one canonical spelling."""

from __future__ import annotations

import libcst as cst
import pytest

from tests.facts_helpers import facts_of, find, find_call, find_last, function


def test_imports_are_known_as_they_are_written_and_by_their_canonical_names() -> None:
    facts = facts_of("from tensorflow import keras\nimport numpy as np\n")

    assert facts.imports == {"tensorflow", "keras", "numpy"}


def test_a_name_is_free_until_something_around_goes_by_it() -> None:
    facts = facts_of("def f(x):\n    y = x.z\n\ndef g():\n    print(1)\n")
    inside, elsewhere = find(facts, "x.z"), find(facts, "print(1)")

    assert not any(facts.free(name, inside) for name in ("x", "y", "z"))
    assert facts.free("parts", inside)
    assert facts.free("y", elsewhere)


@pytest.mark.parametrize(
    ("imports", "expression", "name"),
    [
        ("import torch", "torch.no_grad", "torch.no_grad"),
        ("import torch as th", "th.no_grad", "torch.no_grad"),
        ("import torch.nn.functional as F", "F.relu", "torch.nn.functional.relu"),
        ("import torch.nn", "torch.nn.Linear", "torch.nn.Linear"),
        ("from torch import nn", "nn.Linear", "torch.nn.Linear"),
        ("from torch import no_grad as quiet", "quiet", "torch.no_grad"),
        ("from torch.nn import *", "Linear", "torch.nn.Linear"),
        ("from torch import *", "no_grad", "torch.no_grad"),
        ("from .models import Net", "Net", ".models.Net"),
        ("from . import models", "models.Net", ".models.Net"),
        ("from ..core.models import Net as N", "N", "..core.models.Net"),
        ("from torch.cuda.amp import autocast", "autocast", "torch.autocast"),
        ("from transformers.models.bert import BertModel", "BertModel", "transformers.BertModel"),
        ("import pytorch_lightning as pl", "pl.Trainer", "lightning.Trainer"),
        ("import tensorflow as tf", "tf.keras.Model", "keras.Model"),
        ("import torch\nF = torch.nn.functional", "F.relu", "torch.nn.functional.relu"),
        ("", "print", "builtins.print"),
    ],
)
def test_imports_and_aliases_lead_to_the_canonical_name(imports: str, expression: str, name: str) -> None:
    facts = facts_of(f"{imports}\nuse({expression})\n")

    assert facts.name(find_last(facts, expression)) == name


@pytest.mark.parametrize(
    "code",
    [
        "use(thing)",
        "from elsewhere import *\nuse(thing)",
        "def f(thing):\n    use(thing)",
        "import thing\nthing = make()\nuse(thing.x if 0 else thing)",
        "if a:\n    import one as thing\nelse:\n    import two as thing\nuse(thing)",
        "for thing in things:\n    pass\nuse(thing)",
        "import thing\ndel thing\nuse(thing)",
        "for i in x:\n    thing = other\n    other = thing\nuse(thing)",
    ],
)
def test_a_name_of_no_or_several_meanings_is_not_known(code: str) -> None:
    facts = facts_of(code)

    assert facts.name(find_last(facts, "thing")) is None


def test_what_is_no_name_has_none() -> None:
    facts = facts_of("use(1 + 1)\n")

    assert facts.name(find(facts, "1 + 1")) is None


@pytest.mark.parametrize(
    "otherwise", ["torch = None", "from elsewhere import torch_stub\n    torch = None", "pass"]
)
def test_an_optional_import_keeps_its_meaning(otherwise: str) -> None:
    """`try: import torch`, `except ImportError: torch = None`."""
    facts = facts_of(f"try:\n    import torch\nexcept ImportError:\n    {otherwise}\nuse(torch.no_grad)\n")

    assert facts.name(find(facts, "torch.no_grad")) == "torch.no_grad"


def test_two_ways_to_import_the_same_agree() -> None:
    facts = facts_of(
        """
        try:
            from torch.cuda.amp import autocast
        except ImportError:
            from torch.amp import autocast
        use(autocast)
        """
    )

    assert facts.name(find_last(facts, "autocast")) == "torch.autocast"


def test_an_import_in_a_function_holds_there_alone() -> None:
    facts = facts_of("def f():\n    import torch\n    use(torch)\n\nuse(torch)\n")

    assert facts.name(find(facts, "torch", 1)) == "torch"
    assert facts.name(find(facts, "torch", 2)) is None


def test_a_parameter_hides_the_import() -> None:
    facts = facts_of("import torch\ndef f(torch):\n    use(torch)\n")

    assert facts.name(find_last(facts, "torch")) is None


def test_a_default_is_evaluated_where_the_function_is_defined() -> None:
    facts = facts_of("import json\ndef f(json=json.dumps):\n    pass\n")

    assert facts.name(find(facts, "json.dumps")) == "json.dumps"


def test_the_first_iterable_of_a_comprehension_is_evaluated_outside_of_it() -> None:
    facts = facts_of("xs = [1]\ny = [xs for xs in xs]\n")
    iterated = find_last(facts, "xs")
    assert isinstance(iterated, cst.Name)

    assert [binding.how for binding in facts.bindings(iterated)] == ["assign"]


@pytest.mark.parametrize(
    ("code", "how"),
    [
        ("x = 1\nx = 2\nuse(x)", ["assign"]),
        ("x = 1\nif a:\n    x = 2\nuse(x)", ["assign", "assign"]),
        ("if a:\n    x = 1\nelse:\n    x = 2\nuse(x)", ["assign", "assign"]),
        ("x = 0\nfor i in y:\n    use(x)\n    x = i", ["assign", "assign"]),
        ("x = 0\nfor x in y:\n    use(x)", ["for"]),
        ("x = 0\nx += 1\nuse(x)", ["assign", "augment"]),
        ("with a as x:\n    use(x)", ["with"]),
        ("with a:\n    x = 1\nuse(x)", ["assign"]),
        ("def f(x):\n    use(x)", ["param"]),
        ("use(x := 1, x)", ["assign"]),
        ("match a:\n    case [1, *x]:\n        use(x)", ["match"]),
        ("match a:\n    case {**x}:\n        use(x)", ["match"]),
        ("match a:\n    case Point(1) as x:\n        use(x)", ["match"]),
        ("try:\n    pass\nexcept E as x:\n    use(x)", ["except"]),
        ("def f():\n    global x\n    x = 1\nuse(x)", ["assign"]),
        (
            "def f():\n    x = 1\n    def g():\n        nonlocal x\n        x = 2\n    use(x)",
            ["assign", "assign"],
        ),
        ("use(x)", []),
    ],
)
def test_the_bindings_that_reach_a_use(code: str, how: list[str]) -> None:
    """In the order of the text: an enclosing block hides the earlier ones, a branch joins, a loop carries."""
    facts = facts_of(code)
    use = next(n for n in reversed(facts.nodes(cst.Name)) if n.value == "x" and not facts.names.stored(n))
    if not how:
        assert facts.bindings(use) == []
        return

    assert [binding.how for binding in facts.bindings(use)] == how


def test_definitions_of_the_file_are_found_by_name_and_through_self() -> None:
    facts = facts_of(
        """
        def helper(): pass

        class Base:
            def run(self): pass

        class Net(Base):
            def go(self):
                self.run()
                helper()

        Net.run
        """
    )

    assert facts.definition(find_call(facts, "helper()", 1).func) is function(facts, "helper")
    assert facts.definition(find(facts, "self.run")) is function(facts, "run")
    assert facts.definition(find(facts, "Net.run")) is function(facts, "run")


def test_a_name_that_two_definitions_share_has_none() -> None:
    facts = facts_of("if a:\n    def f(): pass\nelse:\n    def f(): pass\nuse(f)\n")

    assert facts.definition(find_last(facts, "f")) is None


def test_mentions_of_one_variable_are_its_uses() -> None:
    facts = facts_of("def f(x):\n    y = x\n    return [x]\n\ndef g(x):\n    return x\n")

    assert len(facts.uses(find(facts, "x", 1))) == 3


def test_an_attribute_of_self_is_the_same_in_all_methods() -> None:
    facts = facts_of(
        "class A:\n    def f(self):\n        use(self.x)\n    def g(this):\n        use(this.x, other.x)\n"
    )

    assert facts.same(find(facts, "self.x"), find(facts, "this.x"))
    assert not facts.same(find(facts, "self.x"), find(facts, "other.x"))


def test_what_has_no_identity_is_the_same_as_nothing() -> None:
    facts = facts_of("use(f()[0], f()[0])\n")

    assert not facts.same(find(facts, "f()[0]"), find(facts, "f()[0]", 1))


@pytest.mark.parametrize(
    ("code", "stored"),
    [
        ("x = 1", True),
        ("x += 1", True),
        ("(x, y) = z", True),
        ("for x in y: pass", True),
        ("del x", True),
        ("with y as x: pass", True),
        ("use(x)", False),
        ("y[x] = 1", False),
        ("y = x", False),
    ],
)
def test_an_expression_is_stored_where_it_is_a_target(code: str, stored: bool) -> None:
    facts = facts_of(code)

    assert facts.names.stored(find(facts, "x")) is stored


def test_base_names_go_through_classes_of_the_file() -> None:
    facts = facts_of("from torch import nn\nclass A(nn.Module): pass\nclass B(A, Mixin): pass\n")
    derived = facts.nodes(cst.ClassDef)[1]

    assert facts.base_names(derived) == {"torch.nn.Module"}


@pytest.mark.parametrize(
    ("code", "at", "names"),
    [
        ("import torch\nimport torch.nn\nuse(1)", "use(1)", [("torch", "torch")]),
        ("import a as b\nb = 1\nuse(1)", "use(1)", []),
        ("import a\ndef f(a):\n    use(1)", "use(1)", []),
        ("import a\ndef f():\n    import b\n    use(1)", "use(1)", [("b", "b"), ("a", "a")]),
        ("def f():\n    import b\nuse(1)", "use(1)", []),
    ],
)
def test_imports_as_a_place_sees_them(code: str, at: str, names: list[tuple[str, str]]) -> None:
    facts = facts_of(code)

    assert facts.names.imports_at(find(facts, at)) == names


@pytest.mark.parametrize(
    ("branches", "bound"),
    [
        ("if a:\n    x = 2\nelse:\n    x = 3", ["2", "3"]),
        ("if a:\n    x = 2\nelif b:\n    x = 3\nelse:\n    x = 4", ["2", "3", "4"]),
        ("if a:\n    with b:\n        x = 2\nelse:\n    x = 3", ["2", "3"]),
        ("if a:\n    x = 2\nelif b:\n    x = 3", ["1", "2", "3"]),
        ("if a:\n    x = 2\nelse:\n    y = 3", ["1", "2"]),
        ("if a:\n    x = 2\nelse:\n    x += 3", ["1", "2", "3"]),
        ("if a:\n    x = 2\nelse:\n    for x in y: pass", ["1", "2", "y"]),
        ("if a:\n    x = 2\nelse:\n    if b:\n        x = 3", ["1", "2", "3"]),
        ("if c:\n    if a:\n        x = 2\n    else:\n        x = 3", ["1", "2", "3"]),
        ("for a in b:\n    x = 2\nelse:\n    x = 3", ["1", "2", "3"]),
        ("try:\n    x = 2\nexcept E:\n    x = 3", ["1", "2", "3"]),
    ],
)
def test_an_if_hides_what_came_before_where_all_its_branches_bind_anew(
    branches: str, bound: list[str]
) -> None:
    facts = facts_of(f"x = 1\n{branches}\nuse(x)\n")
    use = cst.ensure_type(find_call(facts, "use(x)").args[0].value, cst.Name)

    assert [facts.text(b.value) for b in facts.bindings(use) if b.value is not None] == bound


def test_a_branch_sees_nothing_of_the_other_one() -> None:
    facts = facts_of("x = 1\nif a:\n    x = 2\nelse:\n    use(x)\n    x = 3\n")
    use = cst.ensure_type(find_call(facts, "use(x)").args[0].value, cst.Name)

    assert [facts.text(b.value) for b in facts.bindings(use) if b.value is not None] == ["1"]


def test_in_a_loop_a_branch_may_see_what_the_other_one_bound_a_round_before() -> None:
    facts = facts_of("x = 1\nfor i in y:\n    if a:\n        x = 2\n    else:\n        use(x)\n")
    use = cst.ensure_type(find_call(facts, "use(x)").args[0].value, cst.Name)

    assert [facts.text(b.value) for b in facts.bindings(use) if b.value is not None] == ["1", "2"]


def test_what_a_condition_binds_is_seen_in_the_other_branch_too() -> None:
    facts = facts_of("if (x := 1):\n    pass\nelse:\n    use(x)\n")
    use = cst.ensure_type(find_call(facts, "use(x)").args[0].value, cst.Name)

    assert [facts.text(b.value) for b in facts.bindings(use) if b.value is not None] == ["1"]
