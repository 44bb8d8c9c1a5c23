"""Library knowledge: tables that say what they can, in words that the facts know."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest

from smelllint.facts import Kind
from smelllint.facts.libraries import HOME, Globs, Libraries, libraries

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

TABLES = sorted(HOME.glob("*.toml"))
KINDS = {kind.value for kind in Kind}


def table(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def test_an_exact_name_wins_over_a_glob_and_the_more_literal_glob_over_the_other() -> None:
    globs = Globs()
    for pattern, value in (("a.*", "any"), ("a.b*", "some"), ("a.bc", "one"), ("a.[A-Z]*", "class")):
        globs.add(pattern, value)

    assert [globs.get(name) for name in ("a.bc", "a.bd", "a.x", "a.Xy", "b")] == [
        "one",
        "some",
        "any",
        "class",
        None,
    ]


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("torch.concat", "torch.cat"),
        ("pytorch_lightning.Trainer", "lightning.Trainer"),
        ("lightning.pytorch.Trainer", "lightning.Trainer"),
        ("tensorflow.keras.layers.Dense", "keras.layers.Dense"),
        ("transformers.models.bert.modeling_bert.BertModel", "transformers.BertModel"),
        (
            "transformers.models.auto.AutoModel.from_pretrained",
            "transformers.AutoModel.from_pretrained",
        ),
        ("unheard.of", "unheard.of"),
        (".local", ".local"),
    ],
)
def test_a_thing_has_one_canonical_name(written: str, canonical: str) -> None:
    assert libraries().canonical(written) == canonical
    assert libraries().canonical(canonical) == canonical


def test_a_set_that_no_table_defines_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        libraries().in_set("no-such-set", "torch.no_grad")


def test_what_has_no_name_is_in_no_set() -> None:
    assert not libraries().in_set("grad-off", None)
    assert libraries().in_set("grad-off", "torch.no_grad")


@pytest.mark.parametrize(
    ("name", "neutral"),
    [
        ("builtins.open", True),
        ("threading.Lock", True),
        ("tqdm.tqdm", True),
        ("contextlib.nullcontext", True),
        ("contextlib.ExitStack", False),
        ("torch.no_grad", False),
        ("elsewhere.eval_mode", False),
        (None, False),
    ],
)
def test_a_context_manager_is_neutral_only_where_it_is_known_to_be(name: str | None, neutral: bool) -> None:
    assert libraries().is_neutral(name) is neutral


def test_libraries_know_what_any_table_names() -> None:
    assert libraries().knows("torch.zeros")
    assert libraries().knows("torch.no_grad")
    assert not libraries().knows("elsewhere.zeros")


def test_a_later_table_adds_to_the_earlier_ones() -> None:
    both = Libraries()
    both.add({"methods": {"module": {"to": "self"}}, "sets": {"a": ["x"]}, "uses": {"module": ["eval"]}})
    both.add({"methods": {"module": {"cpu": "self"}}, "sets": {"a": ["y"]}, "uses": {"module": ["train"]}})

    assert both.methods["module"] == {"to": "self", "cpu": "self"}
    assert both.in_set("a", "x")
    assert both.in_set("a", "y")
    assert both.uses["module"] == {"eval", "train"}


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_the_tables_speak_of_known_kinds(path: Path) -> None:
    known = table(path)
    given = set(known.get("calls", {}).values())
    for part in ("methods", "attributes"):
        for kind, gives in known.get(part, {}).items():
            assert kind in KINDS
            given |= set(gives.values())

    assert given <= {*KINDS, "self", "arg0", "args"}
    assert set(known.get("uses", {})) <= KINDS


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_the_tables_have_no_parts_that_nobody_reads(path: Path) -> None:
    assert set(table(path)) <= {"aliases", "calls", "methods", "attributes", "uses", "sets", "rows"}


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_the_calls_are_written_by_their_canonical_names(path: Path) -> None:
    """An alias in the table of calls would never be found."""
    names = [name for name in table(path).get("calls", {}) if not re.search(r"[*\[]", name)]

    assert [name for name in names if libraries().canonical(name) != name] == []


@pytest.mark.parametrize(
    ("made_by", "kind"),
    [
        ("transformers.AutoModelForSequenceClassification.from_pretrained", Kind.HF_MODEL),
        ("transformers.T5Model.from_pretrained", Kind.HF_MODEL),
        ("transformers.TFAutoModelForSequenceClassification.from_pretrained", Kind.KERAS_MODEL),
        ("transformers.TFBertModel", Kind.KERAS_MODEL),
        ("transformers.FlaxBertForMaskedLM.from_pretrained", Kind.UNKNOWN),
    ],
)
def test_the_prefix_of_a_transformers_model_tells_its_framework(made_by: str, kind: Kind) -> None:
    assert Kind(libraries().calls.get(made_by)) is kind
