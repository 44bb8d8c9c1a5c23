"""Fates: what an object meets, wherever it goes in the file."""

from __future__ import annotations

import textwrap

import pytest

from tests.facts_helpers import facts_of, find_call

HEAD = """\
from sklearn.ensemble import BaggingClassifier
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
"""


def used_in(code: str, made: str = "SVC()") -> list[str]:
    """What the parents of the uses are, as text."""
    facts = facts_of(HEAD + textwrap.dedent(code))
    uses = facts.used(find_call(facts, made))
    return [facts.text(parent) for use in uses if (parent := facts.parent(use)) is not None]


@pytest.mark.parametrize(
    ("code", "uses"),
    [
        ("SVC()", []),
        ("model = SVC()", []),
        ("model = SVC()\nmodel.predict(x)", ["model.predict"]),
        ("model = SVC().fit(x)\nmodel.predict(x)", ["SVC().fit", "model.predict"]),
        ("model = SVC()\nmodel = model.fit(x)\nmodel.score(x)", ["model.fit", "model.score"]),
        ("model = SVC()\nprint(model)\nmodel = None\nmodel.predict(x)", ["model"]),
        ("model = SVC() if x else None\nmodel.predict(x)", ["model.predict"]),
        ("model: SVC = SVC()\nmodel.predict(x)", ["model.predict"]),
        ("(model := SVC()).fit(x)\nmodel.classes_", ["model.classes_"]),
        ("models = [SVC()]", ["SVC()"]),
        ("def make():\n    return SVC()\nmake().predict(x)", ["make().predict"]),
        ("def ask(model):\n    return model.predict(x)\nask(SVC())", ["model.predict"]),
        ("def ask(x, *, model):\n    model.score(x)\nask(1, model=SVC())", ["model.score"]),
    ],
)
def test_an_object_is_followed_to_its_uses(code: str, uses: list[str]) -> None:
    assert used_in(code) == uses


@pytest.mark.parametrize(
    ("code", "use"),
    [
        ("def make():\n    return SVC()", "return SVC()"),
        ("def make():\n    return SVC()\nlater = make", "return SVC()"),
        ("other.ask(SVC())", "SVC()"),
        ("self.model = SVC()", "self.model = SVC()"),
        ("one = two = SVC()", "one = two = SVC()"),
    ],
)
def test_where_it_is_lost_is_a_use(code: str, use: str) -> None:
    assert used_in(code) == [use]


def test_a_split_gives_both_parts() -> None:
    code = """
    x_train, x_test, y_train, y_test = train_test_split(load(), y)
    model.fit(x_train, y_train)
    model.score(x_test, y_test)
    """

    assert [use.rstrip(", ") for use in used_in(code, "load()")] == ["x_train", "x_test"]


def test_a_split_into_one_name_is_a_use() -> None:
    assert used_in("parts = train_test_split(load(), y)", "load()") == ["load()"]


@pytest.mark.parametrize(
    ("code", "uses"),
    [
        ("pipe = make_pipeline(StandardScaler(), SVC())\npipe.predict(x)", ["pipe.predict"]),
        ('steps = Pipeline([("svc", SVC())])\nsteps.score(x)', ["steps.score"]),
        ("make_pipeline(make_pipeline(SVC())).fit(x)", ["make_pipeline(make_pipeline(SVC())).fit"]),
        ("bag = BaggingClassifier(SVC())\nbag.fit(x)", ["SVC()"]),
    ],
)
def test_an_estimator_is_employed_by_the_pipelines_that_it_is_put_into(code: str, uses: list[str]) -> None:
    facts = facts_of(HEAD + code)
    found = facts.employed(find_call(facts, "SVC()"))

    assert [facts.text(parent) for use in found if (parent := facts.parent(use)) is not None] == uses


def test_an_estimator_is_put_into_what_holds_it() -> None:
    facts = facts_of(HEAD + 'Pipeline(steps=[("svc", SVC())])\nprint([SVC(C=2)])\n(lambda: SVC(C=3))()')
    held, listed, made = (find_call(facts, text) for text in ("SVC()", "SVC(C=2)", "SVC(C=3)"))
    holder = facts.put_into(held)

    assert holder is not None
    assert facts.text(holder.func) == "Pipeline"
    assert facts.put_into(listed) is None
    assert facts.put_into(made) is None
