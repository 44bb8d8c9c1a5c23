"""Swaps: one thing of a library in the place of another."""

from __future__ import annotations

import pytest

from smelllint.edit import splice
from smelllint.facts import Facts, Imported
from tests.facts_helpers import facts_of, find_call


def instead(code: str, canonical: str = "sklearn.svm.LinearSVC") -> tuple[Facts, Imported | None]:
    facts = facts_of(code)
    return facts, facts.instead([find_call(facts, "SVC()").func], canonical)


@pytest.mark.parametrize(
    ("imports", "after"),
    [
        ("from sklearn.svm import SVC", "from sklearn.svm import LinearSVC"),
        ("from sklearn.svm import NuSVC, SVC  # two", "from sklearn.svm import NuSVC, LinearSVC  # two"),
        (
            "from sklearn.svm import SVC as SVC",
            "from sklearn.svm import SVC as SVC\nfrom sklearn.svm import LinearSVC",
        ),
        ("from sklearn.svm import LinearSVC, SVC", "from sklearn.svm import LinearSVC, SVC"),
        ("import sklearn\nfrom sklearn.svm import SVC", "import sklearn\nfrom sklearn.svm import LinearSVC"),
    ],
)
def test_an_import_that_nothing_else_needs_is_swapped(imports: str, after: str) -> None:
    facts, found = instead(f"{imports}\nSVC()\n")

    assert found is not None
    assert found.name == "LinearSVC"
    assert splice(facts.source.text, found.edits) == f"{after}\nSVC()\n"


def test_a_module_is_asked_where_it_was_asked_before() -> None:
    facts = facts_of("from sklearn import svm\nsvm.SVC()\n")
    found = facts.instead([find_call(facts, "svm.SVC()").func], "sklearn.svm.LinearSVC")

    assert found == Imported("svm.LinearSVC", ())


def test_an_import_that_something_else_needs_stays() -> None:
    facts, found = instead("from sklearn.svm import SVC\nSVC()\nprint(SVC)\n")

    assert found is not None
    assert splice(facts.source.text, found.edits).startswith(
        "from sklearn.svm import SVC\nfrom sklearn.svm import LinearSVC\n"
    )


def test_several_mentions_may_go_together() -> None:
    facts = facts_of("from sklearn.svm import SVC\nSVC()\nSVC(C=2)\n")
    gone = [find_call(facts, text).func for text in ("SVC()", "SVC(C=2)")]
    found = facts.instead(gone, "sklearn.svm.LinearSVC")

    assert found is not None
    assert splice(facts.source.text, found.edits).startswith("from sklearn.svm import LinearSVC\nSVC()")


def test_a_thing_of_another_module_is_imported() -> None:
    facts, found = instead("from sklearn.svm import SVC\nSVC()\n", "sklearn.linear_model.SGDClassifier")

    assert found is not None
    assert "from sklearn.linear_model import SGDClassifier\n" in splice(facts.source.text, found.edits)


def test_a_name_that_is_taken_is_not_used() -> None:
    _, found = instead("from sklearn.svm import SVC\nLinearSVC = make()\nSVC()\n")

    assert found is None
