"""Samples: how much data there is, where the file tells."""

from __future__ import annotations

import textwrap

import pytest

from tests.facts_helpers import facts_of, find, find_call, find_last

HEAD = """\
import numpy as np
import pandas as pd
from sklearn import datasets
from sklearn.datasets import load_iris, make_blobs
from sklearn.model_selection import GridSearchCV, cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
"""


def samples_of(code: str, last: str = "x") -> int | None:
    facts = facts_of(HEAD + textwrap.dedent(code))
    return facts.samples(find_last(facts, last))


@pytest.mark.parametrize(
    ("code", "rows"),
    [
        ("x = load_iris().data\nf(x)", 150),
        ("x, y = load_iris(return_X_y=True)\nf(x)", 150),
        ("iris = datasets.load_iris()\nx = iris['data'][:, 2:]\nf(x)", 150),
        ("x, y = make_blobs()\nf(x)", 100),
        ("n = 30\nx, y = make_blobs(n_samples=n, centers=2)\nf(x)", 30),
        ("x, y = make_blobs(500)\nx = x[:200]\nf(x)", 200),
        ("x = data[:200]\nf(x)", 200),
        ("x = load_iris().data[:2000]\nf(x)", 150),
        ("x = table.head(20)\nf(x)", 20),
        ("x = table.head()\nf(x)", 5),
        ("x = ['a', 'b']\nf(x)", 2),
        ("x = np.random.rand(100, 3)\nf(x)", 100),
        ("x = np.zeros((100, 3))\nf(x)", 100),
        ("x = 5 * np.random.rand(100, 3) + noise\nf(x)", 100),
        ("x = np.hstack((np.ones((40, 2)), y))\nf(x)", 40),
        ("x = pd.DataFrame(load_iris().data).dropna()\nf(x)", 150),
        ("a, x, b, c = train_test_split(load_iris().data, y)\nf(x)", 150),
        ("x = StandardScaler().fit_transform(load_iris().data)\nf(x)", 150),
        ("def g(x):\n    return x\ng(load_iris().data)\ng(np.ones(10))", 150),
    ],
)
def test_rows_are_counted_where_they_are_known(code: str, rows: int) -> None:
    assert samples_of(code) == rows


@pytest.mark.parametrize(
    "code",
    [
        "f(x)",
        "x = pd.read_csv('a.csv')\nf(x)",
        "x = make_blobs(n_samples=n)[0]\nf(x)",
        "x = [1, *more]\nf(x)",
        "x = load_iris().data\nif y:\n    x = other\nf(x)",
        "def g(x):\n    return x\ng(load_iris().data)\ng(other)",
        "x = data[2:]\nf(x)",
        "for x in load_iris().data:\n    f(x)",
        "x, y = load()\nf(x)",
    ],
)
def test_what_is_not_known_is_none(code: str) -> None:
    assert samples_of(code) is None


@pytest.mark.parametrize(
    ("code", "data"),
    [
        ("SVC().fit(a, b)", ["a"]),
        ("model = SVC()\nmodel.fit(a, b)\nmodel.fit(X=c)\nmodel.predict(d)", ["a", "c"]),
        ("cross_val_score(SVC(), a, b)", ["a"]),
        ("make_pipeline(StandardScaler(), SVC()).fit(a, b)", ["a"]),
        ("search = GridSearchCV(SVC(), {})\nsearch.fit(a, b)", ["a"]),
        ("score(a, SVC())", []),
        ("train_test_split(SVC(), a)", []),
    ],
)
def test_what_an_estimator_learns_from(code: str, data: list[str]) -> None:
    facts = facts_of(HEAD + code)

    assert [facts.text(part) for part in facts.learnt(find_call(facts, "SVC()"))] == data


@pytest.mark.parametrize(
    ("code", "little"),
    [
        ("SVC().fit(load_iris().data)", True),
        ("SVC().fit(make_blobs(1999)[0])", True),
        ("SVC().fit(make_blobs(2000)[0])", False),
        ("SVC().fit(a)", False),
        ("m = SVC()\nm.fit(a)\nm.fit(load_iris().data)", False),
        ("m = SVC()", False),
    ],
)
def test_little_data_is_known_to_be_little(code: str, little: bool) -> None:
    facts = facts_of(HEAD + code)

    assert facts.little(find_call(facts, "SVC()")) is little


@pytest.mark.parametrize(
    ("code", "vectorizer"),
    [
        ("x = TfidfVectorizer().fit_transform(docs)\nf(x)", "TfidfVectorizer()"),
        ("v = CountVectorizer()\nv.fit(docs)\nx = v.transform(docs)[:10]\nf(x)", "CountVectorizer()"),
        (
            "x = TfidfTransformer().fit_transform(CountVectorizer().fit_transform(docs))\nf(x)",
            "CountVectorizer()",
        ),
        ("x, t = train_test_split(TfidfVectorizer().fit_transform(docs))\nf(x)", "TfidfVectorizer()"),
        ("x = StandardScaler().fit_transform(docs)\nf(x)", None),
        ("x = TfidfVectorizer().fit_transform(docs)\nif y:\n    x = other\nf(x)", None),
        ("x = load()\nf(x)", None),
        ("x = TfidfVectorizer().fit_transform(docs)[0]\nf(x)", None),
    ],
)
def test_a_matrix_of_words_is_known_by_its_vectorizer(code: str, vectorizer: str | None) -> None:
    words = "from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer, TfidfVectorizer\n"
    facts = facts_of(HEAD + words + code)
    made = facts.words(find_last(facts, "x"))

    assert (facts.text(made) if made is not None else None) == vectorizer


def test_rows_that_ask_for_themselves_end() -> None:
    facts = facts_of("for i in y:\n    x = x[:n]\nf(x)")

    assert facts.samples(find(facts, "x[:n]")) is None
