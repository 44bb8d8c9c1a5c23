"""Edits: how fixes change text. Comments are kept, or there is no fix."""

from __future__ import annotations

import ast
import textwrap

import libcst as cst
import pytest

from smelllint.edit import Edits, splice
from smelllint.facts import Facts
from tests.facts_helpers import facts_of, find, find_call, find_last, function


def after(facts: Facts, edits: Edits | None) -> str | None:
    """The text after the edits, which must parse; None where they were refused."""
    if edits is None:
        return None
    text = splice(facts.source.text, edits)
    ast.parse(text)
    return text


# -- nodes ----------------------------------------------------------------------------------------------


def test_replacing_leaves_the_rest_alone() -> None:
    facts = facts_of("x = f(a)  # why\n")

    assert after(facts, facts.replace(find(facts, "f(a)"), "g(a)")) == "x = g(a)  # why\n"


def test_replacing_what_holds_a_comment_is_refused() -> None:
    facts = facts_of("x = f(\n    a,  # why\n)\n")

    assert facts.replace(facts.nodes(cst.Call)[0], "g()") is None


def test_a_hash_in_a_string_is_no_comment() -> None:
    facts = facts_of("x = f('#', f'{a}#')\n")

    assert not facts.has_comment(find(facts, "f('#', f'{a}#')"))
    assert facts.replace(find(facts, "f('#', f'{a}#')"), "1") is not None


def test_replacing_a_stretch_with_a_comment_is_refused() -> None:
    facts = facts_of("a  # why\nb\n")

    assert facts.replace_span(0, 10, "c") is None
    assert after(facts, facts.replace_span(0, 1, "c")) == "c  # why\nb\n"


# -- arguments ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "text"),
    [
        ("f()", "f(k=1)"),
        ("f(a)", "f(a, k=1)"),
        ("f(a,)", "f(a, k=1)"),
        ("f(a, )", "f(a, k=1 )"),
        ("f((a))", "f((a), k=1)"),
        ("f(*a)", "f(*a, k=1)"),
        ("f(**a)", "f(**a, k=1)"),
        ("f(a=1)", "f(a=1, k=1)"),
        ("f((x for x in y))", "f((x for x in y), k=1)"),
        ("f(g(a))", "f(g(a), k=1)"),
        ("(f)(a)", "(f)(a, k=1)"),
        ("f(\n    a,\n)", "f(\n    a,\n    k=1,\n)"),
        ("f(\n    a\n)", "f(\n    a,\n    k=1\n)"),
        ("f(\n    a,  # why\n)", "f(\n    a,  # why\n    k=1,\n)"),
        ("f(a,\n  b)", "f(a,\n  b, k=1)"),
        ("f(a,\n  b,\n  )", "f(a,\n  b,\n  k=1,\n  )"),
        ("f(\n    a,)", "f(\n    a, k=1)"),
    ],
)
def test_an_argument_is_added_last(before: str, text: str) -> None:
    """On a line of its own where the last one has one, below the comment that follows it."""
    facts = facts_of(f"{before}\n")
    call = next(c for c in facts.nodes(cst.Call) if facts.text(c.func) == "f")

    assert after(facts, facts.add_argument(call, "k=1")) == f"{text}\n"


@pytest.mark.parametrize(
    ("before", "added"),
    [
        ("f(  # why\n)", "k=1"),
        ("f(a  # why\n)", "k=1"),
        ("f(\n    a  # why\n)", "k=1"),
        ("f(x for x in y)", "k=1"),
        ("f(k=2)", "k=1"),
        ("f(a=1)", "1"),
        ("f(**a)", "1"),
        ("f(**a)", "x == 1"),
    ],
)
def test_an_argument_that_cannot_stand_there_is_refused(before: str, added: str) -> None:
    facts = facts_of(f"{before}\n")

    assert facts.add_argument(facts.nodes(cst.Call)[0], added) is None


@pytest.mark.parametrize(
    ("before", "text"),
    [
        ("f(k=1)", "f()"),
        ("f(k=1,)", "f()"),
        ("f(a, k=1)", "f(a)"),
        ("f(k=1, a=2)", "f(a=2)"),
        ("f(a, k=(1), b=2)", "f(a, b=2)"),
        ("f((a), k=1)", "f((a))"),
        ("f(\n    a,\n    k=1,\n)", "f(\n    a,\n)"),
        ("f(\n    k=1,\n    b=2,\n)", "f(\n    b=2,\n)"),
        ("f(\n    k=1,\n)", "f()"),
    ],
)
def test_an_argument_is_dropped_with_its_comma(before: str, text: str) -> None:
    facts = facts_of(f"{before}\n")

    assert after(facts, facts.drop_argument(facts.nodes(cst.Call)[0], "k")) == f"{text}\n"


@pytest.mark.parametrize("before", ["f(a)", "f(k)", "f(a,  # why\n  k=1)", "f(\n    k=1,  # why\n)"])
def test_dropping_what_is_absent_or_has_a_comment_is_refused(before: str) -> None:
    facts = facts_of(f"{before}\n")

    assert facts.drop_argument(facts.nodes(cst.Call)[0], "k") is None


@pytest.mark.parametrize(
    ("before", "text"), [("[]", "[k]"), ("[a]", "[a, k]"), ("[\n    a,\n]", None), ("[a,  # b\n]", None)]
)
def test_an_element_is_added_to_a_list_on_one_line(before: str, text: str | None) -> None:
    facts = facts_of(f"x = {before}\n")
    done = after(facts, facts.add_element(facts.nodes(cst.List)[0], "k"))

    assert done == (f"x = {text}\n" if text else None)


# -- statements -----------------------------------------------------------------------------------------


def under(code: str, first: str) -> str | None:
    facts = facts_of(code)
    return after(facts, facts.under(facts.statement(find_last(facts, first)), "with w:"))


@pytest.mark.parametrize(
    ("code", "done"),
    [
        ("a\nb\nc\n", "a\nwith w:\n    b\nc\n"),
        ("if x:\n    b\n", "if x:\n    with w:\n        b\n"),
        ("if x:\n  b\n", "if x:\n  with w:\n    b\n"),
        ("if x:\n\tb\n", "if x:\n\twith w:\n\t\tb\n"),
        ("b  # why\n", "with w:\n    b  # why\n"),
        ("# over\nb\n", "# over\nwith w:\n    b\n"),
        ("b\r\nc\r\n", "with w:\r\n    b\r\nc\r\n"),
        ("b\rc\r", "with w:\r    b\rc\r"),
        ("b", "with w:\n    b"),
    ],
)
def test_a_statement_is_indented_below_a_header(code: str, done: str) -> None:
    assert under(code, "b") == done


def test_a_header_takes_several_statements_and_the_blocks_in_them() -> None:
    facts = facts_of("b\nfor x in y:\n    # inside\n\n    f(x)\nz\n")
    loop = facts.nodes(cst.For)[0]

    assert after(facts, facts.under(facts.statement(find(facts, "b")), "with w:", loop)) == (
        "with w:\n    b\n    for x in y:\n        # inside\n\n        f(x)\nz\n"
    )


def test_trailing_comments_of_a_block_move_along() -> None:
    facts = facts_of("for x in y:\n    f(x)\n    # trailing\n# after\nz\n")

    assert after(facts, facts.under(facts.nodes(cst.For)[0], "with w:")) == (
        "with w:\n    for x in y:\n        f(x)\n        # trailing\n# after\nz\n"
    )


@pytest.mark.parametrize("quote", ['"""', "f'''", "b'''"])
def test_the_inside_of_a_string_on_several_lines_stays(quote: str) -> None:
    closing = quote.lstrip("fb")
    facts = facts_of(f"f({quote}one\n  two\n\n{closing},\n  3)\n")
    done = after(facts, facts.under(facts.statement(find_last(facts, "3")), "with w:"))

    assert done == f"with w:\n    f({quote}one\n  two\n\n{closing},\n      3)\n"


def test_a_decorated_function_goes_below_the_header_whole() -> None:
    facts = facts_of("@d\ndef f():\n    pass\n")

    assert after(facts, facts.under(function(facts, "f"), "with w:")) == (
        "with w:\n    @d\n    def f():\n        pass\n"
    )


@pytest.mark.parametrize("code", ["a; b\n", "if x:\n    a\nelif b:\n    c\n", "x = 1; b\n"])
def test_a_statement_without_lines_of_its_own_is_left_alone(code: str) -> None:
    facts = facts_of(code)
    statement = facts.statement(find_last(facts, "b"))

    assert facts.under(statement, "with w:") is None
    assert facts.before(statement, "z") is None
    assert facts.after(statement, "z") is None
    assert facts.remove_statement(statement) is None


def test_a_block_on_one_line_moves_as_one_statement() -> None:
    assert under("if x: b\n", "b") == "with w:\n    if x: b\n"


@pytest.mark.parametrize(
    ("code", "above", "below"),
    [
        ("a\nb\nc\n", "a\nz\nb\nc\n", "a\nb\nz\nc\n"),
        ("b", "z\nb", "b\nz"),
        ("if x:\n    b\nc\n", "if x:\n    z\n    b\nc\n", "if x:\n    b\n    z\nc\n"),
        ("# why\nb  # how\nc\n", "# why\nz\nb  # how\nc\n", "# why\nb  # how\nz\nc\n"),
        ("f(\n    b,\n)\n", "z\nf(\n    b,\n)\n", "f(\n    b,\n)\nz\n"),
        ("b\r\nc\r\n", "z\r\nb\r\nc\r\n", "b\r\nz\r\nc\r\n"),
    ],
)
def test_lines_go_above_and_below_a_statement(code: str, above: str, below: str) -> None:
    facts = facts_of(code)
    statement = facts.statement(find(facts, "b"))

    assert after(facts, facts.before(statement, "z")) == above
    assert after(facts, facts.after(statement, "z")) == below


def test_lines_go_above_the_decorators() -> None:
    facts = facts_of("@d\ndef f():\n    pass\n")

    assert after(facts, facts.before(function(facts, "f"), "z\n\ny")) == "z\n\ny\n@d\ndef f():\n    pass\n"


@pytest.mark.parametrize(
    ("code", "done"),
    [
        ("a\nb\nc\n", "a\nc\n"),
        ("if x:\n    a\n    b\n", "if x:\n    a\n"),
        ("if x:\n    b\n", None),
        ("a\nb  # why\n", None),
        ("a\nf(\n    b,  # why\n)\n", None),
        ("a\n\nb\n\nc\n", "a\n\nc\n"),
        ("if x:\n    a\n\n    b\n\n\nc\n", "if x:\n    a\n\n\nc\n"),
        ("a\n\n\nb\n\nc\n", "a\n\n\nc\n"),
        ("a\n\nb\nc\n", "a\n\nc\n"),
        ("\nb\n\nc\n", "\nc\n"),
        ("a\n\nb\n", "a\n\n"),
    ],
)
def test_a_statement_is_removed_with_its_lines(code: str, done: str | None) -> None:
    """Not where it is alone in its block, and not with a comment."""
    facts = facts_of(code)

    assert after(facts, facts.remove_statement(facts.statement(find(facts, "b")))) == done


@pytest.mark.parametrize(
    ("code", "done"),
    [
        ("def f():\n    pass\n", "@z\ndef f():\n    pass\n"),
        ("@d\ndef f():\n    pass\n", "@z\n@d\ndef f():\n    pass\n"),
        ("class A:\n    async def f(self): pass\n", "class A:\n    @z\n    async def f(self): pass\n"),
    ],
)
def test_a_decorator_goes_above_the_others(code: str, done: str) -> None:
    facts = facts_of(code)

    assert after(facts, facts.decorate(function(facts, "f"), "@z")) == done


# -- imports --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "module", "name"),
    [
        ("import torch", "torch", "torch"),
        ("import torch as th", "torch", "th"),
        ("import torch\nimport torch.nn", "torch", "torch"),
        ("import torch.nn.functional as F", "torch.nn.functional", "F"),
        ("from torch import nn", "torch.nn", "nn"),
        ("import torch.nn", "torch.nn", "torch.nn"),
        ("try:\n    import torch\nexcept ImportError:\n    torch = None", "torch", "torch"),
    ],
)
def test_an_imported_module_keeps_the_name_it_has(code: str, module: str, name: str) -> None:
    imported = facts_of(f"{code}\n").import_name(module)

    assert (imported.name, imported.edits) == (name, ())


def test_a_module_imported_in_a_function_is_known_there_alone() -> None:
    facts = facts_of("def f():\n    import torch as t\n    use(1)\n")

    assert facts.import_name("torch", find(facts, "use(1)")).name == "t"
    assert facts.import_name("torch").edits


@pytest.mark.parametrize(
    ("code", "done"),
    [
        ("import os\n\nx = 1\n", "import os\nimport torch\n\nx = 1\n"),
        ("import os", "import os\nimport torch\n"),
        ("from torch import nn\nx = 1\n", "from torch import nn\nimport torch\nx = 1\n"),
        (
            "from torch import (\n    nn,\n)\nx = 1\n",
            "from torch import (\n    nn,\n)\nimport torch\nx = 1\n",
        ),
        (
            "from __future__ import annotations\n\nx = 1\n",
            "from __future__ import annotations\nimport torch\n\nx = 1\n",
        ),
        ('"""Doc."""\n\nx = 1\n', '"""Doc."""\n\nimport torch\n\nx = 1\n'),
        ('"""Doc."""\nimport os\n', '"""Doc."""\nimport os\nimport torch\n'),
        ('"""Doc."""\n', '"""Doc."""\n\nimport torch\n'),
        ("x = 1\n", "import torch\n\nx = 1\n"),
        ("", "import torch\n"),
        ("#!/usr/bin/env python\nx = 1\n", "#!/usr/bin/env python\nimport torch\n\nx = 1\n"),
        (
            "#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n# Copyright\n\nx = 1\n",
            "#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n# Copyright\nimport torch\n\nx = 1\n",
        ),
        ("import os\r\nx = 1\r\n", "import os\r\nimport torch\r\nx = 1\r\n"),
        ("import os; x = 1\n", "import os; x = 1\nimport torch\n"),
        ("def torch(): pass\nimport os\n", "def torch(): pass\nimport os\nimport torch\n"),
    ],
)
def test_a_new_import_goes_below_the_others(code: str, done: str) -> None:
    """After `from __future__`, the docstring, a shebang and a coding line."""
    facts = facts_of(code)
    imported = facts.import_name("torch")

    assert imported.name == "torch"
    assert after(facts, imported.edits) == done


def test_one_name_of_a_module_is_imported_below_the_others() -> None:
    facts = facts_of("import os\n")

    assert after(facts, facts.import_from("keras.callbacks", "EarlyStopping")) == (
        "import os\nfrom keras.callbacks import EarlyStopping\n"
    )


@pytest.mark.parametrize(
    ("code", "way"),
    [
        ("import tensorflow as tf", "tf.keras.callbacks.EarlyStopping"),
        ("from tensorflow.keras import callbacks\nimport keras", "callbacks.EarlyStopping"),
        ("from keras.callbacks import EarlyStopping as E", "E"),
        ("import os", None),
    ],
)
def test_a_thing_is_reached_the_shortest_way(code: str, way: str | None) -> None:
    assert facts_of(f"{code}\n").bound("keras.callbacks.EarlyStopping") == way


def test_the_text_of_a_node_is_the_users_own_spelling() -> None:
    facts = facts_of(textwrap.dedent("x = f( a ,b )\n"))

    assert facts.text(find_call(facts, "f( a ,b )")) == "f( a ,b )"


def test_an_import_further_down_is_none_yet_at_the_level_of_the_module() -> None:
    code = "import numpy\nnet(x)\nimport torch\nnet(y)\n\ndef f():\n    net(z)\n"
    facts = facts_of(code)

    assert facts.import_name("torch", find(facts, "net(x)")).edits
    assert not facts.import_name("torch", find(facts, "net(y)")).edits
    assert not facts.import_name("torch", find(facts, "net(z)")).edits, "the function is run later"


def test_a_class_is_no_way_to_other_classes_of_its_library() -> None:
    facts = facts_of("from transformers import Trainer\nimport transformers as tf\n")

    assert facts.bound("transformers.EarlyStoppingCallback") == "tf.EarlyStoppingCallback"
    assert facts_of("from transformers import Trainer\n").bound("transformers.EarlyStoppingCallback") is None
