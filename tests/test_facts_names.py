"""Names: what the file's names stand for, as written and in their one canonical spelling."""

from __future__ import annotations

from tests.facts_helpers import facts_of, find


def test_imports_are_known_as_they_are_written_and_by_their_canonical_names() -> None:
    facts = facts_of("from tensorflow import keras\nimport numpy as np\n")

    assert facts.written == {"tensorflow.keras", "numpy"}
    assert facts.imports == {"tensorflow", "keras", "numpy"}


def test_a_name_is_free_until_something_around_goes_by_it() -> None:
    facts = facts_of("def f(x):\n    y = x.z\n\ndef g():\n    print(1)\n")
    inside, elsewhere = find(facts, "x.z"), find(facts, "print(1)")

    assert not any(facts.free(name, inside) for name in ("x", "y", "z"))
    assert facts.free("parts", inside)
    assert facts.free("y", elsewhere)
