"""Data sets of the `datasets` library, and the functions that run over their rows."""

from __future__ import annotations

import textwrap

import libcst as cst
import pytest

from tests.facts_helpers import facts_of, find, find_call

IMPORTS = """
    import datasets
    from datasets import Dataset, DatasetDict, load_dataset
    from transformers import AutoTokenizer, BertTokenizer, GPT2TokenizerFast

    tokenizer = AutoTokenizer.from_pretrained("bert-base-uncased")
"""


def facts_with(code: str, **settings):
    return facts_of(textwrap.dedent(IMPORTS) + textwrap.dedent("    " + code), **settings)


def only_mapping(facts):
    calls = [call for call in facts.nodes(cst.Call) if facts.method_call(call, "map")]
    return facts.row_mapping(calls[-1])


@pytest.mark.parametrize(
    ("code", "known"),
    [
        ("rows = load_dataset('imdb')\n    rows.map(f)", True),
        ("rows = load_dataset('imdb')\n    rows['train'].map(f)", True),
        ("rows = load_dataset('imdb')\n    rows['train'].shuffle(seed=0).select(range(9)).map(f)", True),
        ("train, test = load_dataset('imdb', split=['train', 'test'])\n    test.map(f)", True),
        ("rows = load_dataset('imdb')\n    for name, split in rows.items():\n        split.map(f)", True),
        ("def prepare(rows: Dataset):\n        rows.map(f)", True),
        ("def prepare(rows):\n        rows.map(f)\n    prepare(load_dataset('imdb')['train'])", True),
        ("rows = load_dataset('imdb')\n    rows = rows['train'].map(g)\n    rows.map(f)", True),
        ("rows = load_dataset('imdb')\n    for g in gs:\n        rows = rows.map(g)\n    rows.map(f)", True),
        ("def prepare(rows):\n        rows.map(f)", False),
        ("def prepare(rows):\n        rows.map(f)\n    prepare(load_dataset('imdb'))\n    prepare(x)", False),
        ("rows = open_table()\n    rows.map(f)", False),
        ("rows = load_dataset('imdb')\n    rows[0].map(f)", False),
        ("rows = load_dataset('imdb') if a else other()\n    rows.map(f)", False),
    ],
)
def test_a_data_set_is_known_by_what_made_it(code, known):
    facts = facts_with(code)
    call = next(call for call in facts.nodes(cst.Call) if facts.text(call).endswith(".map(f)"))

    assert facts.is_rows(call.func.value) is known


@pytest.mark.parametrize(
    ("arguments", "batched"),
    [("f", False), ("f, batched=True", True), ("f, batched=False", False), ("f, batched=flag", None)],
)
def test_a_mapping_says_whether_it_brings_batches(arguments, batched):
    facts = facts_with(
        f"def f(row):\n        return row\n    def g(flag):\n        load_dataset('x').map({arguments})"
    )
    mapping = only_mapping(facts)

    assert mapping.batched is batched
    assert mapping.row.name.value == "row"


@pytest.mark.parametrize(
    "arguments",
    ["unseen", "print", "lambda: 1", "lambda text: text, input_columns='text'", "f, with_indices=True", "*f"],
)
def test_no_mapping_where_the_function_takes_no_row_or_is_not_seen(arguments):
    facts = facts_with(f"def f(row):\n        return row\n    load_dataset('x').map({arguments})")

    assert only_mapping(facts) is None


@pytest.mark.parametrize(
    ("rows", "few"),
    [
        ("load_dataset('x', split='train[:50]')", True),
        ("load_dataset('x', split='train[:5000]')", False),
        ("load_dataset('x', split='train[:10%]')", False),
        ("load_dataset('x')['train'].select(range(20)).shuffle()", True),
        ("load_dataset('x')['train'].select(range(10, 30))", True),
        ("load_dataset('x')['train'].select(range(5000))", False),
        ("load_dataset('x')['train'].select(chosen)", False),
        ("load_dataset('x')['train'].take(5)", True),
        ("Dataset.from_dict({'text': ['a', 'b']})", True),
        ("Dataset.from_dict({'text': texts})", False),
        ("Dataset.from_list([{'text': 'a'}])", True),
        ("load_dataset('x')", False),
    ],
)
def test_a_handful_of_rows_is_seen_where_it_is_cut_out_or_written_down(rows, few):
    facts = facts_with(f"rows = {rows}\n    rows.map(f)")

    assert facts.few_rows(find_call(facts, "rows.map(f)").func.value) is few


@pytest.mark.parametrize(
    ("tokenizer", "versions", "fast"),
    [
        ("AutoTokenizer.from_pretrained(name)", {}, True),
        ("AutoTokenizer.from_pretrained(name, use_fast=False)", {}, False),
        ("AutoTokenizer.from_pretrained(name, use_fast=fast)", {}, False),
        ("GPT2TokenizerFast.from_pretrained(name)", {}, True),
        ("BertTokenizer.from_pretrained(name)", {}, False),
        ("BertTokenizer.from_pretrained(name)", {"transformers": (5,)}, True),
        ("open_tokenizer()", {}, False),
    ],
)
def test_a_tokenizer_is_fast_by_its_class_or_by_the_version(tokenizer, versions, fast):
    facts = facts_with(f"made = {tokenizer}", versions=versions)

    assert facts.is_fast(find(facts, tokenizer)) is fast


@pytest.mark.parametrize(
    ("body", "tokenised", "alike"),
    [
        ("return tokenizer(row['text'])", True, True),
        ("return tokenizer(row['a'], row['b'], truncation=True, max_length=LENGTH)", True, True),
        ("return tokenizer(text=row['a'], padding='max_length')", True, True),
        ("text = row['text']\n        return tokenizer(text)", True, True),
        ("return {'ids': tokenizer(row['text'])['input_ids'], 'label': row['label']}", True, True),
        ("return {**tokenizer(row['text']), 'label': row['label']}", True, True),
        ("row['ids'] = tokenizer(row['text']).input_ids\n        return row", True, True),
        (
            "made = tokenizer(row['text'])\n        made['labels'] = row['label']\n        return made",
            True,
            True,
        ),
        ("return {'ids': tokenizer.encode(row['text'])}", True, False),
        ("return tokenizer(row['text'], padding=True)", True, False),
        ("return tokenizer(row['text'], padding=how)", True, False),
        ("return tokenizer(row['text'], return_tensors='pt')", True, False),
        ("return tokenizer(row['text'], max_length=row['length'])", True, False),
        ("return tokenizer(*row['text'])", False, False),
        ("return tokenizer(row['text'], **options)", True, False),
        ("return tokenizer(row['text'].lower())", True, False),
        ("return tokenizer(f'{row}')", True, False),
        ("text = row['text']\n        text = text.lower()\n        return tokenizer(text)", True, False),
        ("made = tokenizer(row['text'])\n        made['n'] = len(made)\n        return made", True, False),
        ("if row['text']:\n            return tokenizer(row['text'])", True, False),
        ("made = tokenizer(row['text'])\n        print(made)\n        return made", True, False),
        ("return tokenizer([row['a'], row['b']])", False, False),
        ("return [tokenizer(text) for text in row['text']]", False, False),
        ("return tokenizer('fixed')", False, False),
        ("return row['text']", False, False),
    ],
)
def test_what_a_function_makes_of_a_row_may_be_what_it_makes_of_a_batch(body, tokenised, alike):
    facts = facts_with(f"def f(row):\n        {body}\n    load_dataset('x').map(f)")
    mapping = only_mapping(facts)

    assert (facts.tokenised(mapping) is not None) is tokenised
    assert facts.is_alike(mapping) is alike


def test_a_parameter_stands_for_what_is_handed_to_the_function():
    facts = facts_with(
        """
    def f(row, encode, length=5):
        return encode(row["text"], max_length=length)

    load_dataset("x").map(f, fn_kwargs={"encode": tokenizer})
    """
    )
    mapping = only_mapping(facts)

    assert facts.tokenised(mapping) is not None
