"""What counts as the same output."""

from __future__ import annotations

import re

import pytest

from smelllint.bench.likeness import Said, difference


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (b"loss 0.5000\n", b"loss 0.50001\n"),
        (b"loss 1e-3 nan\n", b"loss 0.001 nan\n"),
        (b"same\r\n", b"same\n"),
        (b"\xff\x00", b"\xff\x00"),
    ],
)
def test_close_numbers_and_equal_texts_are_alike(one: bytes, other: bytes) -> None:
    assert difference(Said(0, {"stdout": one}), Said(0, {"stdout": other}), 1e-3) == ""


@pytest.mark.parametrize(
    ("one", "other", "where"),
    [
        (b"loss 0.5\n", b"loss 0.6\n", "stdout: line 1: 'loss 0.5' and 'loss 0.6'"),
        (b"a\nb\n", b"a\n", "stdout: 2 and 1 lines"),
        (b"cat\n", b"dog\n", "stdout: line 1: 'cat' and 'dog'"),
        (b"1 2\n", b"1\n", "stdout: line 1: '1 2' and '1'"),
        (b"loss nan\n", b"loss 1.0\n", "stdout: line 1: 'loss nan' and 'loss 1.0'"),
        (b"\xff\x00", b"\xff\x01", "stdout: the bytes differ"),
    ],
)
def test_a_difference_is_named_with_its_place(one: bytes, other: bytes, where: str) -> None:
    assert difference(Said(0, {"stdout": one}), Said(0, {"stdout": other}), 1e-3) == where


def test_exit_codes_and_missing_files_are_differences() -> None:
    assert difference(Said(0), Said(1), 0) == "exit code 0 and 1"
    found = difference(Said(0, {"out.csv": b""}), Said(0, {"out.csv": None}), 0)
    assert found == "out.csv is written by one of them only"


def test_lines_that_are_ignored_do_not_count() -> None:
    one, other = (Said(0, {"stdout": b"took %d s\nloss 1\n" % seconds}) for seconds in (3, 9))
    assert difference(one, other, 1e-3, re.compile("^took")) == ""
    assert "line 1" in difference(one, other, 1e-3)
