"""Bytes to text and back: nothing is lost, and every offset has its row and column."""

from __future__ import annotations

import ast
import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smelllint.source import Source, SourceError

# Line ends of all sorts, form feeds, tabs, characters inside and outside of latin-1 and of the first plane.
ALPHABET = "ab\n\r\t\f \v\x1c\x85é\u2028ж𝔸"
texts = st.text(ALPHABET, max_size=40)


@given(texts)
def test_utf_8_comes_back_as_it_was(text: str) -> None:
    source = Source("x.py", text.encode())

    assert source.text == text
    assert source.encode(source.text) == source.data
    assert source.lossless


@given(texts)
def test_a_byte_order_mark_is_no_text_and_comes_back(text: str) -> None:
    source = Source("x.py", codecs.BOM_UTF8 + text.encode())

    assert source.text == text
    assert source.encode("changed") == codecs.BOM_UTF8 + b"changed"
    assert source.lossless


@given(st.text([char for char in ALPHABET if ord(char) < 256], max_size=40))
def test_a_declared_encoding_is_kept(text: str) -> None:
    whole = f"# -*- coding: latin-1 -*-\n{text}"
    source = Source("x.py", whole.encode("latin-1"))

    assert source.text == whole
    assert source.lossless


@given(texts)
def test_lines_end_where_python_ends_them(text: str) -> None:
    """LF, CR and CRLF; no form feed, no line separator."""
    source = Source("x.py", text.encode())
    rows = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")

    assert [source.line(row) for row in range(1, len(source.line_starts) + 1)] == rows


@given(texts, st.data())
def test_an_offset_and_its_place_belong_together(text: str, data: st.DataObject) -> None:
    source = Source("x.py", text.encode())
    offset = data.draw(st.integers(0, len(text)))
    place = source.location(offset)

    assert source.line_starts[place.row - 1] + place.column - 1 == offset


@pytest.mark.parametrize(
    ("text", "newline"), [("a\r\nb\n", "\r\n"), ("a\rb\n", "\r"), ("a\nb\r\n", "\n"), ("a", "\n"), ("", "\n")]
)
def test_the_newline_is_the_first_one(text: str, newline: str) -> None:
    assert Source("x.py", text.encode()).newline == newline


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_rows_are_those_of_python(newline: str) -> None:
    text = newline.join(["x = 1", "\f", "def f():", "\tpass", ""])
    function = ast.parse(text).body[1]

    assert Source("x.py", text.encode()).line(function.lineno) == "def f():"


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xfe",
        b"# coding: utf-8\n\xe9",
        b"# coding: no-such-encoding\n",
        b"x = 1\0\n",
        "x".encode("utf-16"),
    ],
)
def test_what_is_no_python_text_is_refused(data: bytes) -> None:
    with pytest.raises(SourceError):
        Source("x.py", data)


def test_a_character_that_the_encoding_lacks_cannot_be_written() -> None:
    source = Source("x.py", b"# coding: latin-1\n")

    with pytest.raises(UnicodeError):
        source.encode("ж")
