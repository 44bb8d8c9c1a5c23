"""Edits and fixes: what is applied, and that nothing else changes."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smelllint.edit import Edit, Fix, Safety, apply, overlap, splice

TEXT = "".join(chr(0x4E00 + place) for place in range(60))  # every character tells its place


@st.composite
def edits(draw: st.DrawFn) -> Edit:
    start = draw(st.integers(0, len(TEXT)))
    end = draw(st.integers(start, min(start + 8, len(TEXT))))
    return Edit(start, end, draw(st.text("abc\r\n", max_size=4)))


@st.composite
def fixes(draw: st.DrawFn) -> Fix:
    """A fix of one to three edits that do not overlap."""
    chosen: list[Edit] = []
    for edit in sorted(draw(st.sets(edits(), min_size=1, max_size=3))):
        if not chosen or (chosen[-1].end <= edit.start and not overlap(chosen[-1], edit)):
            chosen.append(edit)
    return Fix(draw(st.text("xyz", min_size=1, max_size=2)), tuple(chosen), Safety.SAFE)


@given(st.lists(fixes(), max_size=6))
def test_every_character_outside_the_edits_stays(found: list[Fix]) -> None:
    text, applied = apply(TEXT, found)
    taken = {edit for fix in applied for edit in fix.edits}
    replaced = {place for edit in taken for place in range(edit.start, edit.end)}
    kept = "".join(TEXT[place] for place in range(len(TEXT)) if place not in replaced)

    assert "".join(char for char in text if char in TEXT) == kept
    assert len(text) == len(kept) + sum(len(edit.text) for edit in taken)


@given(st.lists(fixes(), max_size=6))
def test_what_is_applied_does_not_overlap(found: list[Fix]) -> None:
    _, applied = apply(TEXT, found)
    taken = sorted({edit for fix in applied for edit in fix.edits})

    assert not any(overlap(one, other) for place, one in enumerate(taken) for other in taken[place + 1 :])


@given(st.lists(fixes(), max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_the_fixes_does_not_matter(found: list[Fix], chance: random.Random) -> None:
    shuffled = found.copy()
    chance.shuffle(shuffled)

    assert apply(TEXT, shuffled) == apply(TEXT, found)


@given(st.lists(fixes(), min_size=1, max_size=6))
def test_a_fix_that_is_left_out_overlaps_one_that_went_in(found: list[Fix]) -> None:
    _, applied = apply(TEXT, found)
    taken = {edit for fix in applied for edit in fix.edits}

    for fix in found:
        new = set(fix.edits) - taken
        assert fix in applied or any(overlap(edit, other) for edit in new for other in taken)


@given(st.lists(fixes(), max_size=6))
def test_splicing_nothing_changes_nothing(found: list[Fix]) -> None:
    assert splice(TEXT, ()) == TEXT
    assert apply(TEXT, ()) == (TEXT, [])


def test_two_fixes_share_an_edit_that_both_need() -> None:
    """Both add the same import: it goes in once."""
    shared = Edit(0, 0, "import torch\n")
    one = Fix("One", (shared, Edit(5, 6, "a")), Safety.SAFE)
    other = Fix("Other", (shared, Edit(8, 9, "b")), Safety.SAFE)

    assert apply("0123456789", [one, other]) == ("import torch\n01234a67b9", [one, other])


def test_a_fix_goes_in_whole_or_not_at_all() -> None:
    one = Fix("One", (Edit(0, 3, "a"),), Safety.SAFE)
    other = Fix("Other", (Edit(2, 4, "b"), Edit(8, 9, "c")), Safety.SAFE)

    assert apply("0123456789", [one, other]) == ("a3456789", [one])


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_what_writes_lines_waits_where_another_fix_indents_them(end: str) -> None:
    """Its lines are indented for the place where the first of them was."""
    text = f"a{end}  b{end}"
    outer = Fix(
        "Outer", (Edit(0, 0, f"with x:{end}    "), Edit(1 + len(end), 1 + len(end), "    ")), Safety.SAFE
    )
    inner = Fix("Inner", (Edit(3 + len(end), 3 + len(end), f"with y:{end}      "),), Safety.SAFE)
    plain = Fix("Plain", (Edit(3 + len(end), 4 + len(end), "c"),), Safety.SAFE)

    assert apply(text, [inner, outer]) == (f"with x:{end}    a{end}      b{end}", [outer])
    assert apply(text, [plain, outer]) == (f"with x:{end}    a{end}      c{end}", [outer, plain])
    assert apply(text, [inner])[1] == [inner]


def test_two_insertions_at_one_place_overlap() -> None:
    """Which one goes first would be anybody's guess."""
    assert overlap(Edit(3, 3, "a"), Edit(3, 3, "b"))
    assert not overlap(Edit(3, 3, "a"), Edit(3, 5, "b"))
    assert not overlap(Edit(5, 5, "a"), Edit(3, 5, "b"))
    assert overlap(Edit(4, 4, "a"), Edit(3, 5, "b"))


def test_a_part_that_was_refused_refuses_the_fix() -> None:
    edit = Edit(0, 1, "a")

    assert Fix.safe("Title", (edit,), None) is None
    assert Fix.safe("Title") is None
    assert Fix.safe("Title", (edit,), (edit,)) == Fix("Title", (edit,), Safety.SAFE)


def test_parts_that_overlap_refuse_the_fix() -> None:
    assert Fix.unsafe("Title", (Edit(0, 5, "a"),), (Edit(3, 4, "b"),)) is None
    assert Fix.shown("Title", (Edit(3, 4, "b"),), (Edit(0, 3, "a"),)) is not None


@pytest.mark.parametrize(
    ("made", "safety"),
    [(Fix.safe, Safety.SAFE), (Fix.unsafe, Safety.UNSAFE), (Fix.shown, Safety.SHOWN)],
)
def test_a_fix_is_as_safe_as_its_name_says(
    made: Callable[[str, tuple[Edit, ...], tuple[Edit, ...]], Fix | None], safety: Safety
) -> None:
    one, other = Edit(0, 1, "a"), Edit(2, 3, "b")

    assert made("Title", (other,), (one,)) == Fix("Title", (one, other), safety)
