"""Values: what arguments and dicts hold, and when that is not known."""

from __future__ import annotations

from typing import cast

import libcst as cst
import pytest

from smelllint.facts import ABSENT, UNKNOWN
from tests.facts_helpers import facts_of, find


def entry(code: str, key: str) -> object:
    facts = facts_of(f"import lightgbm\n{code}\nlightgbm.train(params, data)\n")
    call = cast(cst.Call, find(facts, "lightgbm.train(params, data)"))
    found = facts.entry(call.args[0].value, key)
    return facts.text(found) if isinstance(found, cst.BaseExpression) else found


@pytest.mark.parametrize("code", ["params = {'eta': 0.1, 'depth': 3}", "params = dict(eta=0.1)"])
def test_a_dict_that_is_written_out_holds_what_it_says(code: str) -> None:
    assert entry(code, "eta") == "0.1"
    assert entry(code, "seed") is ABSENT


@pytest.mark.parametrize(
    "code",
    [
        "params = load()",
        "params = {'depth': 3, **others}",
        "params = {}\nparams['seed'] = 1",
        "params = {}\nfill(params)",
        "def f(params):\n    pass",
    ],
)
def test_a_dict_from_elsewhere_or_written_to_may_hold_anything(code: str) -> None:
    assert entry(code, "seed") is UNKNOWN
