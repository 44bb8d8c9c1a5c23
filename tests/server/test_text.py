"""Places and offsets: what one makes of a text the other takes back, in every encoding."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol.types import (
    Position,
    Range,
    TextDocumentContentChangePartial,
    TextDocumentContentChangeWholeDocument,
)

from smelllint.edit import splice
from smelllint.server.edits import difference
from smelllint.server.text import Text, characters, units

TEXTS = st.text(st.sampled_from("ab é€😀\r\n\x0c\u2028\x85"), max_size=40)
ENCODINGS = st.sampled_from(["utf-8", "utf-16", "utf-32"])


@pytest.mark.parametrize(("encoding", "count"), [("utf-8", 10), ("utf-16", 5), ("utf-32", 4)])
def test_units(encoding: str, count: int) -> None:
    assert units("aé€😀", encoding) == count


@given(TEXTS, ENCODINGS)
def test_every_offset_comes_back(text: str, encoding: str) -> None:
    known = Text(text, encoding)

    for offset in range(len(text) + 1):
        if text[max(offset - 1, 0) : offset + 1] != "\r\n":  # no place between the two
            assert known.offset(known.position(offset)) == offset


@given(TEXTS, TEXTS, ENCODINGS, st.data())
def test_a_change_replaces_its_range(text: str, new: str, encoding: str, data: st.DataObject) -> None:
    places = [at for at in range(len(text) + 1) if text[max(at - 1, 0) : at + 1] != "\r\n"]
    start, end = sorted((data.draw(st.sampled_from(places)), data.draw(st.sampled_from(places))))
    known = Text(text, encoding)

    change = TextDocumentContentChangePartial(known.range(start, end), new)

    assert known.changed(change).text == text[:start] + new + text[end:]
    assert known.changed(TextDocumentContentChangeWholeDocument(new)).text == new


def test_what_lies_behind_the_end_counts_as_the_end() -> None:
    known = Text("one\r\ntwo")

    assert known.offset(Position(0, 99)) == 3
    assert known.offset(Position(9, 0)) == 8
    backwards = Range(Position(1, 1), Position(0, 1))
    assert known.changed(TextDocumentContentChangePartial(backwards, "")).text == "owo"


def test_half_a_character_does_not_count() -> None:
    assert characters("😀x", 1, "utf-16") == 0
    assert characters("éx", 1, "utf-8") == 0
    assert characters("éx", 2, "utf-8") == 1


@given(TEXTS, TEXTS)
def test_a_difference_makes_the_one_text_the_other(before: str, after: str) -> None:
    assert splice(before, difference(before, after)) == after
