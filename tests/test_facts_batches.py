"""Batches: items wrapped as batches of one, collections behind items, lists filled one a round."""

from __future__ import annotations

from typing import cast

import libcst as cst
import pytest

from smelllint.edit import splice
from smelllint.facts import Facts
from tests.facts_helpers import facts_of, find, find_last

IMPORTS = """
import keras
import numpy as np
import pandas as pd
import tensorflow as tf
import torch
from sklearn.preprocessing import StandardScaler
"""


def single_of(expression: str) -> str | None:
    facts = facts_of(f"{IMPORTS}\nscaler = StandardScaler()\nprint({expression})\n")
    item = facts.single(cast(cst.BaseExpression, find(facts, expression)))
    return facts.text(item) if item is not None else None


@pytest.mark.parametrize(
    "expression",
    [
        "[x]",
        "np.array([x])",
        "np.asarray([x], dtype=float)",
        "torch.tensor([x])",
        "torch.stack([x])",
        "pd.DataFrame([x])",
        "np.expand_dims(x, axis=0)",
        "tf.expand_dims(x, 0)",
        "torch.unsqueeze(x, dim=0)",
        "x.unsqueeze(0)",
        "x.unsqueeze(0).to('cuda')",
        "x[None]",
        "x[None, :]",
        "x[np.newaxis, ...].astype('float32')",
        "x.reshape(1, -1)",
        "x.reshape((1, 28, 28))",
        "np.reshape(x, (1, -1))",
        "x.view(1, 3, 8)",
        "scaler.transform([x])",
        "keras.applications.vgg16.preprocess_input(x[None])",
    ],
)
def test_a_batch_of_one_gives_its_item(expression: str) -> None:
    assert single_of(expression) == "x"


@pytest.mark.parametrize(
    "expression",
    [
        "xs[i : i + 1]",
        "xs[[i]]",
        "xs.iloc[[i]]",
        "pd.DataFrame({'a': [x], 'b': [y]})",
        "np.zeros((1, 28))",
        "tf.zeros(shape=[1, n])",
    ],
)
def test_a_slice_of_one_and_a_table_of_one_row_are_items_themselves(expression: str) -> None:
    assert single_of(expression) is not None


@pytest.mark.parametrize(
    "expression",
    [
        "x",
        "[x, y]",
        "[*xs]",
        "np.array(xs)",
        "np.expand_dims(x, axis=-1)",
        "x.unsqueeze(1)",
        "x[:, None]",
        "x.reshape(-1, 1)",
        "x.reshape(1)",
        "xs[i : i + 2]",
        "xs[i]",
        "make([x])",
        "pd.DataFrame({'a': [x, y]})",
        "np.zeros((n, 1))",
        "np.zeros(1)",
    ],
)
def test_nothing_is_said_of_other_expressions(expression: str) -> None:
    assert single_of(expression) is None


def test_a_batch_is_followed_to_the_variable_that_holds_it() -> None:
    facts = facts_of("""
        import numpy as np
        for x in xs:
            batch = np.array([x])
            print(batch)
    """)

    item = facts.single(cast(cst.BaseExpression, find(facts, "batch", 1)))

    assert item is not None
    assert facts.text(item) == "x"


def test_a_list_that_grows_is_no_batch_of_one() -> None:
    facts = facts_of("""
        batch = [x]
        batch.append(y)
        print(batch)
    """)

    assert facts.single(cast(cst.BaseExpression, find(facts, "batch", 2))) is None


def items(code: str, item: str, occurrence: int) -> str | None:
    facts = facts_of(code)
    node = find(facts, item, occurrence)
    loop = facts.loop(node)
    assert loop is not None
    collection = facts.items_of(node, loop)
    return facts.text(collection) if collection is not None else None


def collection_of(head: str, item: str) -> str | None:
    facts = facts_of(f"{head}:\n    print({item})\n")
    call = cast(cst.Call, find(facts, f"print({item})"))
    loop = facts.loop(call)
    assert loop is not None
    collection = facts.items_of(call.args[0].value, loop)
    return facts.text(collection) if collection is not None else None


@pytest.mark.parametrize(
    ("head", "item"),
    [
        ("for x in xs", "x"),
        ("for i, x in enumerate(xs)", "x"),
        ("for i in range(len(xs))", "xs[i]"),
        ("for i in range(len(xs))", "xs[i : i + 1]"),
        ("for i in range(xs.shape[0])", "xs.iloc[[i]]"),
    ],
)
def test_an_item_runs_through_its_collection(head: str, item: str) -> None:
    assert collection_of(head, item) == "xs"


@pytest.mark.parametrize(
    ("head", "item"),
    [
        ("for i, x in enumerate(xs)", "i"),
        ("for x, y in zip(xs, ys)", "x"),
        ("for x in reversed(xs)", "x"),
        ("for i in range(len(ys))", "xs[i]"),
        ("for i in range(0, len(xs), 8)", "xs[i]"),
        ("for i in range(len(xs))", "xs[i + 1]"),
    ],
)
def test_an_item_that_skips_or_reorders_runs_through_nothing(head: str, item: str) -> None:
    assert collection_of(head, item) is None


def put_at_once(code: str, expression: str, text: str) -> str | None:
    facts = facts_of(code)
    gathering = facts.gathered(cast(cst.BaseExpression, find(facts, expression)))
    edits = facts.at_once(gathering, text) if gathering is not None else None
    return splice(facts.source.text, sorted(edits)) if edits is not None else None


def test_a_loop_that_only_appends_becomes_one_expression_and_keeps_the_comment_of_its_line() -> None:
    code = "ys = []\nfor x in xs:\n    ys.append(f(x))  # why\nprint(ys)\n"

    assert put_at_once(code, "f(x)", "g(xs)") == "ys = g(xs)  # why\nprint(ys)\n"


def test_a_comprehension_becomes_one_expression() -> None:
    assert put_at_once("ys = [f(x) for x in xs]\n", "f(x)", "g(xs)") == "ys = g(xs)\n"


@pytest.mark.parametrize(
    "code",
    [
        "ys = []\nfor x in xs:  # a comment that would be lost\n    ys.append(f(x))\n",
        "ys = []\nfor x in xs:\n    print(x)\n    ys.append(f(x))\n",
        "ys = [1]\nfor x in xs:\n    ys.append(f(x))\n",
        "ys = []\nprint(ys)\nfor x in xs:\n    ys.append(f(x))\n",
        "ys = []\nif z:\n    for x in xs:\n        ys.append(f(x))\n",
        "ys = []\nfor x in xs:\n    ys.append(f(x))\nelse:\n    print()\n",
        "ys = []\nfor x in xs:\n    if x:\n        ys.append(f(x))\n",
        "ys = [f(x) for x in xs if x]\n",
        "ys = [f(x) for x in xs for z in zs]\n",
        "ys = {f(x) for x in xs}\n",
    ],
)
def test_a_loop_that_does_anything_else_stays(code: str) -> None:
    assert put_at_once(code, "f(x)", "g(xs)") is None


def mapping(facts: Facts) -> str | None:
    call = facts.mapped(facts.nodes(cst.Lambda)[0])
    return facts.text(call) if call is not None else None


@pytest.mark.parametrize("code", ["table.apply(lambda r: r.a, axis=1)", "map(lambda x: x, xs)"])
def test_a_lambda_runs_on_each_element_of_what_is_mapped(code: str) -> None:
    assert mapping(facts_of(code)) == code


@pytest.mark.parametrize(
    "code", ["sorted(xs, key=lambda x: x)", "f = lambda x: x", "table.apply(f, lambda x: x)"]
)
def test_a_lambda_elsewhere_is_not_mapped(code: str) -> None:
    assert mapping(facts_of(code)) is None


def test_a_layer_hands_a_batch_of_one_on() -> None:
    facts = facts_of("import keras\nencode = keras.layers.TextVectorization()\nprint(encode([text]))\n")

    item = facts.single(cast(cst.BaseExpression, find(facts, "encode([text])")))

    assert item is not None
    assert facts.text(item) == "text"


def test_what_counts_as_a_few_rounds_can_be_said() -> None:
    facts = facts_of("for i in range(10):\n    pass\n")
    loop = facts.nodes(cst.For)[0]

    assert facts.few(loop)
    assert not facts.few(loop, 8)


def is_few(head: str) -> bool:
    facts = facts_of(f"""
import pandas as pd
from torch import nn
words = ["a", "b"]
rounds = 3
grown = []
grown.append(1)
layers = nn.ModuleList([nn.Linear(1, 1)])
df = pd.read_csv("a.csv")
small = pd.DataFrame({{"a": [1, 2], "b": [3, 4]}})
for {head}:
    pass
""")
    return facts.few(facts.nodes(cst.For)[0])


@pytest.mark.parametrize(
    "head",
    [
        "x in ['a', 'b']",
        "x in words",
        "i, x in enumerate(words)",
        "i in range(10)",
        "i in range(1, rounds)",
        "layer in layers",
        "i, r in df.head().iterrows()",
        "r in df.head(10).itertuples()",
        "i, r in df.iloc[:5].iterrows()",
        "r in small.itertuples()",
        "x in words[:3]",
    ],
)
def test_a_loop_over_what_is_written_out_or_cut_short_runs_a_few_rounds(head: str) -> None:
    assert is_few(head)


@pytest.mark.parametrize(
    "head",
    [
        "x in xs",
        "i in range(1000)",
        "i in range(n)",
        "x in grown",
        "i, r in df.iterrows()",
        "r in df.head(1000).itertuples()",
        "x in xs[2:]",
    ],
)
def test_a_loop_of_unknown_or_many_rounds_is_not_few(head: str) -> None:
    assert not is_few(head)


def runs_a_few_rounds(code: str, loader: str = "DataLoader(data, batch_size=5)") -> bool:
    facts = facts_of(f"from torch.utils.data import DataLoader\nloader = {loader}\n{code}\n")
    return facts.few(facts.nodes(cst.For)[-1])


@pytest.mark.parametrize(
    "code",
    [
        "batch = next(iter(loader))\nfor x in batch['image']: pass",
        "batch = next(iter(loader))\nfor x, y in zip(batch['a'], batch['b']): pass",
        "images, labels = next(iter(loader))\nfor x in images: pass",
        "for images, labels in loader:\n    for x in images: pass",
        "for i, batch in enumerate(loader):\n    for x in batch['image']: pass",
        "it = iter(loader)\nfor x in next(it)['image']: pass",
    ],
)
def test_the_items_of_a_small_batch_are_few(code: str) -> None:
    assert runs_a_few_rounds(code)


@pytest.mark.parametrize(
    ("code", "loader"),
    [
        ("for x in next(iter(loader))['image']: pass", "DataLoader(data, batch_size=256)"),
        ("for x in next(iter(loader))['image']: pass", "DataLoader(data, batch_size=size)"),
        ("for x in next(iter(loader))['image']: pass", "DataLoader(data, batch_size=1, collate_fn=first)"),
        ("for x in next(iter(loader))['image']: pass", "DataLoader(data, batch_sampler=sampler)"),
        ("for x in next(iter(loader))[0]: pass", "DataLoader(data, batch_size=5)"),
        ("for x in loader: pass", "DataLoader(data, batch_size=5)"),
        ("for x in next(iter(loader))['image']: pass", "batches(data, batch_size=5)"),
    ],
)
def test_the_items_of_any_other_batch_may_be_many(code: str, loader: str) -> None:
    assert not runs_a_few_rounds(code, loader)


@pytest.mark.parametrize(
    "code",
    [
        "use(tokenizer(text))",
        "use(tokenizer(text).to(d))",
        "use(tokenizer(text)['input_ids'])",
        "use(tokenizer(text).input_ids.to(d))",
        "inputs = tokenizer(text)\nuse(inputs)",
        "inputs = tokenizer(text)\ninputs = {k: v.to(d) for k, v in inputs.items()}\nuse(inputs)",
    ],
)
def test_what_a_tokenizer_made_is_followed_to_its_call(code: str) -> None:
    assert encoding_behind(code) == "tokenizer(text)"


@pytest.mark.parametrize(
    "code",
    [
        "use(text)",
        "use(encode(text))",
        "use(tokenizer(text)['attention_mask'])",
        "inputs = tokenizer(text)\nuse({k: v for k, v in inputs.items() if k in wanted})",
        "inputs = tokenizer(text)\nif a:\n    inputs = tokenizer(other)\nuse(inputs)",
    ],
)
def test_no_tokenizer_is_seen_behind_anything_else(code: str) -> None:
    assert encoding_behind(code) is None


def encoding_behind(code: str) -> str | None:
    head = "from transformers import AutoTokenizer\ntokenizer = AutoTokenizer.from_pretrained('x')\n"
    facts = facts_of(f"{head}{code}\n")
    call = next(node for node in facts.nodes(cst.Call) if facts.text(node.func) == "use")
    encoded = facts.encoded(call.args[0].value)
    return facts.text(encoded) if encoded is not None else None


@pytest.mark.parametrize(
    ("size", "batch", "known"),
    [
        ("batch_size=8", "batch", 8),
        ("8", "Variable(batch.cuda())", 8),
        ("8", "batch['image'].to('cuda').float()", 8),
        ("options.size", "batch", 4),
        ("len(rows)", "batch", None),
        ("8, collate_fn=join", "batch", None),
        ("8", "batch.mean(0)", None),
        ("8", "other", None),
    ],
)
def test_a_batch_is_as_large_as_its_loader_is_told(size: str, batch: str, known: int | None) -> None:
    facts = facts_of(
        "from argparse import ArgumentParser\n"
        "from torch.autograd import Variable\n"
        "from torch.utils.data import DataLoader\n"
        "parser = ArgumentParser()\n"
        "parser.add_argument('--size', type=int, default=4)\n"
        "options = parser.parse_args()\n"
        f"for number, batch in enumerate(DataLoader(rows, {size})):\n"
        f"    x = {batch}\n"
        "    use(x)\n"
    )

    assert facts.batch_size(find_last(facts, "x")) == known
