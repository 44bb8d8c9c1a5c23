"""IPython's own syntax is covered by plain Python of the same length, and nothing else is."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smelllint.magics import Masked, mask, parses


def masked(source: str) -> Masked:
    result = mask(source)
    assert result is not None
    return result


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("%matplotlib inline\nx = 1", "__________________\nx = 1"),
        ("!pip install -q torch", "_____________________"),
        ("if x:\n    %cd y\n    z()", "if x:\n    _____\n    z()"),
        ("?model", "______"),
        ("model.fit?", "__________"),
        ("model??  # how", "_______  # how"),
        ("%time?", "______"),
        ("layers[0]?", "__________"),
        ("files = !ls *.py", "files = ________"),
        ("a.b, c['d'] = %sql select 1", "a.b, c['d'] = _____________"),
        ("!pip install a \\\n   b\nx", "________________\n    \nx"),
        ("!ls \\\r\n\r\nx", "_____\r\n\r\nx"),
        ("pip install torch", "_________________"),
        ("!echo 'it\nx = '''\n!no\n'''", "_________\nx = '''\n!no\n'''"),
        ("f(a,\n  b)\n!ls", "f(a,\n  b)\n___"),
        ("%time f(x)", "____; f(x)"),
        ("%timeit -n 10 -r 3 y = f(x)", "_________________; y = f(x)"),
        ("y = %time f(x)", "y =       f(x)"),
        ("%time for x in y: f(x)", "______________________"),
        ("%timeit", "_______"),
        ("%%time\nf(x)", "______\nf(x)"),
        ("\n%%capture out\n!ls\nf(x)", "\n_____________\n___\nf(x)"),
    ],
)
def test_magics_become_unknown_names(source: str, code: str) -> None:
    result = masked(source)

    assert result.code == code
    assert parses(result.code)
    for at, (before, after) in enumerate(zip(source, code, strict=True)):
        assert before == after or any(start <= at < end for start, end in result.spans)


@pytest.mark.parametrize(
    "language",
    [
        "bash",
        "html",
        "javascript",
        "js",
        "latex",
        "markdown",
        "script perl",
        "sh",
        "svg",
        "writefile a.py",
        "R",
    ],
)
def test_cells_of_other_languages_are_no_code(language: str) -> None:
    assert mask(f"%%{language}\nimport torch\n") is None


@pytest.mark.parametrize(
    "line",
    [
        'x = """\n%d items\n!really\nwhat?\n"""',
        "x = '%s' % y",
        "x = (1\n%y)",
        "x = 5 \\\n%3",
        "# what?",
        "cat = 3",
        "cat in (1,\n2)",
        "f(end='= !')",
        "d['= %'] = 1",
        "x != y",
        "ls -l",
    ],
)
def test_python_beside_a_magic_stays(line: str) -> None:
    result = masked(f"!ls\n{line}\n")

    assert result.code == f"___\n{line}\n"
    assert result.spans == ((0, 3),)


def test_nothing_may_come_before_a_cell_magic() -> None:
    assert masked("%%time\nf(x)").top == len("%%time\n")
    assert masked("!ls\nf(x)").top == 0


def test_what_is_timed_is_still_seen() -> None:
    module = ast.parse(masked("%time model.fit(x)\nhistory = %time model.fit(y)").code)

    calls = [node for node in ast.walk(module) if isinstance(node, ast.Call)]
    assert [(call.lineno, call.col_offset) for call in calls] == [(1, 6), (2, 16)]


PIECES = [
    "%time ",
    "!",
    "?",
    "x",
    " = ",
    "(",
    ")",
    "'",
    '"""',
    "\\",
    "\n",
    "\r\n",
    "    ",
    "#",
    "é",
    "pip install ",
]


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_any_text_keeps_its_length_and_its_line_ends(source: str) -> None:
    result = mask(source)

    if result is not None:
        assert len(result.code) == len(source)
        ends = [at for at, character in enumerate(source) if character in "\r\n"]
        assert ends == [at for at, character in enumerate(result.code) if character in "\r\n"]
