"""Searches: what a search over hyperparameters tries."""

from __future__ import annotations

import pytest

from smelllint.facts import Search
from tests.facts_helpers import facts_of, find_call

HEAD = """\
import numpy as np
from sklearn.model_selection import (
    GridSearchCV, KFold, LeaveOneOut, RandomizedSearchCV, RepeatedStratifiedKFold, ShuffleSplit,
)
pair = (0.1, 1)
"""


def search_over(grid: str, more: str = "") -> Search | None:
    """The search that a call over this grid makes, as the facts see it."""
    call = f"GridSearchCV(model, {grid}{more})"
    facts = facts_of(f"{HEAD}{call}\n")
    return facts.search(find_call(facts, call))


@pytest.mark.parametrize(
    ("written", "count"),
    [
        ("[1, 2, 3]", 3),
        ("range(2, 14)", 12),
        ("range(10, 0, -3)", 4),
        ("list(range(5))", 5),
        ("np.arange(0, 1, 0.25)", 4),
        ("np.linspace(0, 1)", 50),
        ("np.logspace(-3, 3, 7)", 7),
        ("np.logspace(-3, 3, num=4).tolist()", 4),
        ("10.0 ** np.arange(-3, 3)", 6),
        ("[None] + list(range(4))", 5),
        ("[2 ** n for n in range(6)]", 6),
        ("np.array([1, 2])", 2),
        ("pair", 2),
    ],
)
def test_choices_are_counted(written: str, count: int) -> None:
    search = search_over(f'{{"a": {written}}}')

    assert search is not None
    assert search.candidates == count


@pytest.mark.parametrize(
    "written",
    [
        "[1, *more]",
        "range(n)",
        "np.linspace(0, 1, n)",
        "[n for n in range(6) if n]",
        "[n for n in range(2) for m in range(3)]",
        "values",
        "[1, 2] * 3",
        "range(0, 1, 0)",
        "np.linspace(*bounds)",
    ],
)
def test_what_is_not_written_down_is_not_counted(written: str) -> None:
    assert search_over(f'{{"a": {written}}}') is None


@pytest.mark.parametrize(
    ("cv", "count"),
    [
        ("", 5),
        (", cv=None", 5),
        (", cv=3", 3),
        (", cv=KFold(10)", 10),
        (", cv=KFold(n_splits=4, shuffle=True)", 4),
        (", cv=KFold()", 5),
        (", cv=RepeatedStratifiedKFold(n_splits=5, n_repeats=3)", 15),
        (", cv=RepeatedStratifiedKFold()", 50),
        (", cv=ShuffleSplit()", 10),
        (", cv=LeaveOneOut()", None),
        (", cv=n", None),
        (", cv=KFold(n)", None),
        (", **options", None),
    ],
)
def test_folds_are_counted(cv: str, count: int | None) -> None:
    search = search_over('{"a": [1]}', cv)

    assert (search.folds if search is not None else None) == count


@pytest.mark.parametrize(
    ("code", "tuned", "candidates"),
    [
        ('GridSearchCV(m, {"a": [1, 2], "b": range(3)})', {"a", "b"}, 6),
        ('GridSearchCV(m, [{"a": [1, 2]}, {"b": range(3)}])', {"a", "b"}, 5),
        ("GridSearchCV(estimator=m, param_grid=dict(a=[1, 2]))", {"a"}, 2),
        ('RandomizedSearchCV(m, {"a": uniform()})', {"a"}, 10),
        ('RandomizedSearchCV(m, {"a": uniform()}, n_iter=40)', {"a"}, 40),
    ],
)
def test_a_search_knows_what_it_tries(code: str, tuned: set[str], candidates: int) -> None:
    facts = facts_of(f"{HEAD}{code}\n")
    search = facts.search(find_call(facts, code))

    assert search is not None
    assert search.exhaustive is code.startswith("Grid")
    assert search.tuned == tuned
    assert (search.candidates, search.folds) == (candidates, 5)
    assert facts.text(search.estimator) == "m"


@pytest.mark.parametrize(
    "code",
    [
        "GridSearchCV(m, grid)",
        'GridSearchCV(m, {"a": values})',
        "GridSearchCV(m, {name: [1, 2]})",
        'GridSearchCV(m, {"a": [1], **more})',
        "GridSearchCV(m, {})[0](m)",
        'RandomizedSearchCV(m, {"a": [1]}, n_iter=n)',
        "Search(m, {})",
        'GridSearchCV(m, {"a": [1]}, **options)',
    ],
)
def test_a_search_that_is_not_written_down_is_none(code: str) -> None:
    facts = facts_of(f"{HEAD}{code}\n")

    assert facts.search(find_call(facts, code)) is None


@pytest.mark.parametrize(
    ("line", "known"),
    [
        ('grid["b"] = values', False),
        ("grid.update(more)", False),
        ("widen(grid)", False),
        ('print(grid["a"], len(grid), grid.items())', True),
        ('print("tried {}".format(grid))', True),
    ],
)
def test_a_grid_that_may_be_written_to_is_not_known(line: str, known: bool) -> None:
    code = (
        f'{HEAD}def widen(g):\n    g["c"] = [1]\n\n\ngrid = {{"a": [1, 2]}}\n{line}\nGridSearchCV(m, grid)\n'
    )
    facts = facts_of(code)

    assert (facts.search(find_call(facts, "GridSearchCV(m, grid)")) is not None) is known
