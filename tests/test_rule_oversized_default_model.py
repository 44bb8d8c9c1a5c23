"""The table of `oversized-default-model`: every row is whole and sourced, and a person's own rows join it."""

from __future__ import annotations

import datetime
from fnmatch import fnmatchcase

import pytest

from smelllint import catalogue, toml
from smelllint.engine import lint
from smelllint.settings import Settings

NAME = "oversized-default-model"
TEXT = (catalogue.folder(NAME) / "models.toml").read_text(encoding="utf-8")
ROWS = toml.loads(TEXT)["models"]
REQUIRED = {"model", "smaller", "keeps", "hints", "source", "date"}
OPTIONAL = {"parameters", "smaller_parameters"}
HINTS = {"few-labels", "cpu", "short-answer", "small-images"}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['model']}-{row['smaller']}")
def test_every_row_is_whole_and_sourced(row):
    assert REQUIRED <= set(row) <= REQUIRED | OPTIONAL
    assert row["hints"]
    assert set(row["hints"]) <= HINTS
    assert row["source"].startswith("https://")
    assert isinstance(row["date"], datetime.date)
    assert row["keeps"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['model']}-{row['smaller']}")
def test_the_smaller_model_is_smaller_and_not_the_model_itself(row):
    if "parameters" in row and "smaller_parameters" in row:
        assert row["smaller_parameters"] < row["parameters"]
    assert not fnmatchcase(row["smaller"].rpartition("/")[2].lower(), row["model"].lower())


def test_a_row_of_the_configuration_joins_the_table():
    code = b'from transformers import AutoModel\nm = AutoModel.from_pretrained("acme/giant", num_labels=3)\n'
    row = {"model": "giant*", "smaller": "acme/dwarf", "keeps": "not stated", "hints": ["few-labels"]}
    rules = [catalogue.load(NAME)]

    without = lint("example.py", code, rules, Settings())
    with_row = lint("example.py", code, rules, Settings(options={NAME: {"models": [row]}}))

    assert without.diagnostics == ()
    assert [found.message for found in with_row.diagnostics] == [
        "`acme/giant` is large for 3 labels: try acme/dwarf; quality not stated"
    ]
