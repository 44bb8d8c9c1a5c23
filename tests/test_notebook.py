"""Notebooks: one program in cell order, places counted inside cells, and every byte around an edit kept."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from smelllint import catalogue
from smelllint.cells import ended
from smelllint.diagnostic import FileReport, Location
from smelllint.edit import Edit, splice
from smelllint.engine import lint, mend
from smelllint.notebook import Notebook
from smelllint.settings import Settings
from smelllint.source import SourceError, source_of
from smelllint.suppress import UNUSED
from tests.cli_helpers import smelllint

HOME = Path(__file__).parent.parent / "fixtures" / "notebooks"
MOVED, UNGUARDED = "tensor-created-then-moved", "inference-without-no-grad"
IMPORT = "import torch"
SMELL = 'x = [torch.zeros(n).to("cuda") for y in batches]'
MENDED = 'x = [torch.zeros(n, device="cuda") for y in batches]'


def cell(source: str | list[str], kind: str = "code", **more: object) -> dict[str, Any]:
    return {"cell_type": kind, "metadata": {}, "source": source, **more}


def notebook(*cells: str | list[str] | dict[str, Any], **more: object) -> dict[str, Any]:
    made = [one if isinstance(one, dict) else cell(one) for one in cells]
    return {"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **more}


def data_of(*cells: str | list[str] | dict[str, Any], **more: object) -> bytes:
    return json.dumps(notebook(*cells, **more), indent=1).encode()


def read(*cells: str | list[str] | dict[str, Any], **more: object) -> Notebook:
    return Notebook("a.ipynb", data_of(*cells, **more))


def linted(data: bytes, *rules: str) -> FileReport:
    return lint("a.ipynb", data, catalogue.load_all(rules or (MOVED, UNGUARDED)), Settings())


def fixed(data: bytes, *rules: str) -> FileReport:
    return mend("a.ipynb", data, catalogue.load_all(rules or (MOVED, UNGUARDED)), Settings(), unsafe=True)


def sources(data: str | bytes) -> list[str]:
    return ["".join(one["source"]) for one in json.loads(data)["cells"]]


# -- reading ----------------------------------------------------------------------------------------------


def test_the_cells_are_one_program_in_their_order() -> None:
    found = read("import torch\n", cell("# Title", "markdown"), ["x = 1\n", "y = 2"], cell("raw", "raw"), "")

    assert found.text == "import torch\n\nx = 1\ny = 2\n\n"
    assert [one.number for one in found.cells] == [1, 3, 5]


def test_places_count_inside_their_cell() -> None:
    found = read("a = 1\nb = 2", cell("text", "markdown"), "c = 3\nd = 4\n")
    place = found.location(found.text.index("4"))

    assert place == Location(5, 5)
    assert found.in_cell(place) == (3, Location(2, 5))
    assert found.in_cell(found.location(found.cells[0].end)) == (1, Location(3, 1))


def test_findings_have_their_cell() -> None:
    report = linted(data_of(IMPORT, cell("# Title", "markdown"), f"\n{SMELL}"))

    (finding,) = report.diagnostics
    assert (finding.cell, finding.location, finding.end_location) == (3, Location(2, 6), Location(2, 31))


def test_a_cell_that_does_not_parse_costs_only_itself() -> None:
    report = linted(data_of(IMPORT, "for x in y:\n  f(", SMELL))

    assert [finding.cell for finding in report.diagnostics] == [3]
    (trouble,) = report.troubles
    assert (trouble.name, trouble.cell, trouble.location) == ("syntax-error", 2, Location(2, 4))


@pytest.mark.parametrize("source", ["x = '\ud800'", "x = 1\0"])
def test_a_cell_that_no_file_could_hold_is_left_out(source: str) -> None:
    report = linted(data_of(IMPORT, source, SMELL))

    assert [finding.cell for finding in report.diagnostics] == [3]
    assert [(trouble.name, trouble.cell) for trouble in report.troubles] == [("syntax-error", 2)]


def test_await_and_return_outside_functions_are_no_errors() -> None:
    report = linted(data_of(IMPORT, "await f()\nasync for y in z: pass", SMELL))

    assert not report.troubles
    assert len(report.diagnostics) == 1


def test_too_deep_code_is_reported_with_its_cell() -> None:
    report = linted(data_of(IMPORT, SMELL, "y = " + "-" * 200 + "1"))

    (trouble,) = report.troubles
    assert (trouble.name, trouble.cell) == ("too-complex", None)


def test_the_gate_reads_code_and_not_outputs() -> None:
    printed = [{"output_type": "stream", "text": ["import torch\n"]}]

    assert read(cell("x = 1", outputs=printed)).text == "x = 1\n"
    assert not linted(data_of(cell("for x in y:", outputs=printed))).troubles
    assert linted(data_of(f"a = 1\n\t\nimport torch\n{SMELL}")).diagnostics


@pytest.mark.parametrize(
    "metadata",
    [
        {"kernelspec": {"language": "julia", "name": "julia-1.9"}},
        {"language_info": {"name": "R"}},
        {"kernelspec": {"name": "x", "language": "C#"}, "language_info": {"name": "python"}},
    ],
)
def test_notebooks_of_other_languages_are_passed_over(metadata: dict[str, Any]) -> None:
    assert linted(data_of(IMPORT, SMELL, "x ==== 3", metadata=metadata)) == FileReport("a.ipynb")


def test_cells_of_other_languages_are_passed_over() -> None:
    other = cell("import torch ====", metadata={"vscode": {"languageId": "fsharp"}})
    report = linted(data_of(IMPORT, other, "%%bash\nfor x in y; do", SMELL))

    assert not report.troubles
    assert [finding.cell for finding in report.diagnostics] == [4]


@pytest.mark.parametrize(
    ("data", "message", "location"),
    [
        (b"", "is no JSON: Expecting value", Location(1, 1)),
        (b'{"cells": [\n  }', "is no JSON: Expecting value", Location(2, 3)),
        (b"[]", "is no notebook: it does not say its `nbformat`", None),
        (b'{"cells": []}', "is no notebook: it does not say its `nbformat`", None),
        (b'{"nbformat": 4}', "is no notebook: it has no list of `cells`", None),
        (b'{"nbformat": 4, "cells": {}}', "is no notebook: it has no list of `cells`", None),
        (b'{"nbformat": 4, "cells": [{}, 3]}', "has no `source` of text in cell 1", None),
        (b'{"nbformat": 4, "cells": [{"source": ["a", 3]}]}', "has no `source` of text in cell 1", None),
        (b'{"nbformat": 3, "worksheets": []}', "is a notebook of format 3; save it with Jupyter", None),
        (b'{"nbformat": 4, "cells": ' + b"[" * 100_000, "is nested too deeply to be read", None),
        (b'{"nbformat": 4, "cells": [], "x": "\xff"}', "cannot be decoded", None),
    ],
)
def test_what_is_no_notebook_gets_one_clear_message(
    data: bytes, message: str, location: Location | None
) -> None:
    (trouble,) = linted(data).troubles

    assert trouble.message.startswith(message)
    assert trouble.location == location


def test_only_the_suffix_makes_a_notebook() -> None:
    assert not isinstance(source_of("a.py", b"x = 1"), Notebook)
    assert isinstance(source_of("a.ipynb", data_of("x = 1")), Notebook)
    with pytest.raises(SourceError):
        source_of("a.ipynb", b"x = 1")


# -- suppressions -----------------------------------------------------------------------------------------


def test_comments_in_cells_suppress() -> None:
    line = data_of(IMPORT, f"{SMELL}  # smelllint: ignore[{MOVED}]", SMELL)
    file = data_of(IMPORT, SMELL, f"# smelllint: ignore-file[{MOVED}]")

    assert [finding.cell for finding in linted(line).diagnostics] == [3]
    assert not linted(file).diagnostics


def test_an_idle_suppression_is_removed_from_its_cell() -> None:
    report = fixed(data_of(IMPORT, f"y = 1\nx = 1  # smelllint: ignore[{MOVED}]"))

    assert report.after is not None
    assert sources(report.after) == [IMPORT, "y = 1\nx = 1"]
    (finding,) = linted(data_of(IMPORT, f"x = 1  # smelllint: ignore[{MOVED}]")).diagnostics
    assert (finding.rule, finding.cell, finding.location) == (UNUSED, 2, Location(1, 8))


# -- mending ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["evaluate", "compact"])
def test_specimens_are_mended_as_expected(name: str) -> None:
    """`<name>.fixed.ipynb` differs from `<name>.ipynb` in the lines that smell."""
    data = (HOME / f"{name}.ipynb").read_bytes()
    report = fixed(data)
    assert report.after is not None

    assert report.after.encode() == (HOME / f"{name}.fixed.ipynb").read_bytes()
    again = fixed(report.after.encode())
    assert (again.after, again.diagnostics) == (None, ())


def test_a_notebook_of_another_language_is_left_alone() -> None:
    assert fixed((HOME / "julia.ipynb").read_bytes()) == FileReport("a.ipynb")


def test_only_what_is_edited_changes() -> None:
    raw = (
        '{ "nbformat":4,"cells" :[{"source": "import\\u0020torch" , "cell_type":"code"},\r\n\t'
        '{"cell_type":"code","source":["# \\u00e9 \\/ \\ud83d\\ude00\\r\\n",  '
        '"\\u0078 = [torch.zeros(n).to(\\"cuda\\") for y in z] # \\u00e9"]'
        '}], "big": 1e400, "no": NaN, "long": ' + "9" * 5000 + ', "a":1, "a":2}'
    )
    report = fixed(b"\xef\xbb\xbf" + raw.encode())

    assert report.after == raw.replace('(n).to(\\"cuda\\")', '(n, device=\\"cuda\\")')
    assert source_of("a.ipynb", raw.encode()).encode(report.after) == report.after.encode()


@pytest.mark.parametrize(
    ("source", "edit", "after"),
    [
        # the text, an edit of it, and the list that comes of it
        (["a\n", "b"], Edit(0, 0, "new\n"), ["new\n", "a\n", "b"]),
        (["a\n", "b"], Edit(2, 2, "new\n"), ["a\n", "new\n", "b"]),
        (["a\n", "b"], Edit(4, 4, "new\n"), ["a\n", "b\n", "new"]),
        (["a\n", "b\n"], Edit(4, 4, "new\nmore\n"), ["a\n", "b\n", "new\n", "more\n"]),
        (["a\n", "b\n", "c"], Edit(0, 2, ""), ["b\n", "c"]),
        (["a\n", "b\n", "c"], Edit(2, 4, ""), ["a\n", "c"]),
        (["a\n", "b\n", "c"], Edit(4, 6, ""), ["a\n", "b"]),
        (["a\n", "b\n", "c\n"], Edit(2, 6, ""), ["a\n"]),
        (["a\n", "b\n", "c"], Edit(1, 2, ";"), ["a;b\n", "c"]),
        (["a\n", "b\n", "c"], Edit(0, 1, "x\ny"), ["x\n", "y\n", "b\n", "c"]),
        (["a"], Edit(0, 0, "x = '\\n'\n"), ["x = '\\n'\n", "a"]),
        (["a\n", "b", ";c\n"], Edit(3, 3, "d"), ["a\n", "b", "d;c\n"]),
        (["a\r\n", "b"], Edit(3, 3, "c\r\n"), ["a\r\n", "c\r\n", "b"]),
        (["a"], Edit(0, 2, ""), [""]),
        ("a\nb", Edit(2, 2, "c\n"), "a\nc\nb"),
        ("a\nb", Edit(4, 4, "c\n"), "a\nb\nc"),
    ],
)
def test_a_new_line_is_a_new_string_of_a_list(source: Any, edit: Edit, after: Any) -> None:
    before = notebook(source)
    found = Notebook("a.ipynb", json.dumps(before, indent=3).encode())

    assert found.mended([edit]) == json.dumps(notebook(after), indent=3)


def test_an_edit_at_a_seam_goes_to_the_cell_that_it_belongs_to() -> None:
    found = read(["import a"], ["def f(): pass"])
    first, second = found.cells

    assert sources(found.mended([Edit(first.end, first.end, "import b\n")])) == [
        "import a\nimport b",
        "def f(): pass",
    ]
    assert sources(found.mended([Edit(second.start, second.start, "@d\n")])) == [
        "import a",
        "@d\ndef f(): pass",
    ]


def test_a_fix_may_touch_several_cells_when_no_edit_spans_two() -> None:
    found = read("import a", "b()")
    first, second = found.cells

    assert found.accepts((Edit(first.end, first.end, "import c\n"), Edit(second.start, second.start, "c.")))
    assert not found.accepts((Edit(first.start, second.end, "d()\n"),))
    assert not found.accepts((Edit(first.end, second.start, ""),))


def test_a_block_over_two_cells_is_no_fix() -> None:
    """Each edit lies in one cell, but the cells would no longer stand alone."""
    found = read("a = f()", "b = g()")
    second = found.cells[1].start

    assert not found.accepts((Edit(0, 0, "with h():\n    "), Edit(second, second, "    ")))


def test_what_a_cell_shows_is_not_taken_away() -> None:
    model = "model = torch.nn.LSTM(2, 2).eval()\nbatch = torch.ones(1, 2)"
    shown = fixed(data_of(IMPORT, model, "model(batch)"))
    kept = fixed(data_of(IMPORT, model, "y = model(batch)\ny.argmax()"))

    assert [(finding.cell, finding.fix) for finding in shown.diagnostics] == [(3, None)]
    assert shown.after is None
    assert kept.after is not None
    assert sources(kept.after)[2] == "with torch.no_grad():\n    y = model(batch)\ny.argmax()"


def test_magics_are_moved_but_never_rewritten() -> None:
    found = read("%%time\nif a:\n    !ls\n    b()")
    command = found.text.index("___\n    b")

    assert found.text == "______\nif a:\n    ___\n    b()\n"
    assert found.shown == "%%time\nif a:\n    !ls\n    b()\n"
    assert found.accepts((Edit(command, command, "  "), Edit(command + 8, command + 8, "  ")))
    assert not found.accepts((Edit(command, command + 3, "c()"),))
    assert not found.accepts((Edit(command + 1, command + 1, "c()"),))
    assert not found.accepts((Edit(0, 0, "import c\n"),))
    assert not found.accepts((Edit(7, 7, "___\n"),))
    assert found.accepts((Edit(7, 7, "import c\n"),))


def test_a_timed_line_is_mended_where_it_stands() -> None:
    report = fixed(data_of(IMPORT, f"%time {SMELL}"))

    assert report.after is not None
    assert sources(report.after)[1] == f"%time {MENDED}"


def test_a_notebook_that_would_not_read_back_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smelllint.notebook.rewritten", lambda *_, **__: [Edit(0, 0, " ")])
    report = fixed(data_of(IMPORT, SMELL))

    assert (report.after, report.fixed) == (None, 0)
    (trouble,) = report.troubles
    assert trouble.name == "fix-failed"
    assert "would not read back as meant" in trouble.message


# -- properties -------------------------------------------------------------------------------------------

LINES = [
    "x = 1",
    "é = 'ü'",
    r"s = '\u00e9\n\\'",
    '# "quoted" / \t 𝄞',
    "if x:\n    y = 2",
    "'''a\r\nb'''",
    "!ls 'é' \\\n  -l",
    "%time f('é')",
    "\u2028#",
    "",
]
ENDS = st.sampled_from(["\n", "\r\n"])
LINE = st.tuples(st.sampled_from(LINES), ENDS).map("".join)
BODY = st.tuples(st.lists(LINE, max_size=4).map("".join), st.sampled_from(["", "z = 3", "é = 'é'"])).map(
    "".join
)


@st.composite
def written_strings(draw: st.DrawFn, text: str) -> str:
    """A JSON string, each character spelt in one of the ways there are."""
    spelt = []
    for character in text:
        escaped = json.dumps(character)[1:-1]
        units = character.encode("utf-16-be").hex()
        hexadecimal = "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
        plain = json.dumps(character, ensure_ascii=False)[1:-1]
        spelt.append(draw(st.sampled_from([plain, plain, plain, escaped, hexadecimal])))
    return f'"{"".join(spelt)}"'


@st.composite
def written_sources(draw: st.DrawFn) -> str:
    """A cell's source: a string, or a list of its lines, or of any pieces of it."""
    text = draw(BODY)
    cut = draw(st.sampled_from(["whole", "lines", "pieces"]))
    if cut == "whole":
        return draw(written_strings(text))
    pieces = (
        text.splitlines(keepends=True)
        if cut == "lines"
        else [text[at : at + 5] for at in range(0, len(text), 5)]
    )
    space = draw(st.sampled_from(["", "\n    ", " \r\n\t"]))
    return f"[{space}" + f",{space}".join(draw(written_strings(piece)) for piece in pieces) + f"{space}]"


@st.composite
def written_notebooks(draw: st.DrawFn) -> tuple[str, list[tuple[int, int]]]:
    """The text of a notebook, and where in it the sources of its cells stand."""
    raw, spans = '{"metadata": {"é": [NaN, 1.50]},\n "cells": [', []
    for number in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(["code", "code", "markdown"]))
        raw += (
            "," * (number > 0)
            + f'\n{{"cell_type": "{kind}", "outputs": [{{"text": "\\u00e9é"}}], "source" : '
        )
        source = draw(written_sources())
        spans.append((len(raw), len(raw) + len(source)))
        raw += source + ', "execution_count": null}'
    return raw + '], "nbformat": 4}' + draw(st.sampled_from(["", "\n"])), spans


@given(written_notebooks())
def test_a_notebook_that_is_not_mended_is_the_same(made: tuple[str, list[tuple[int, int]]]) -> None:
    raw, _ = made
    found = Notebook("a.ipynb", raw.encode())

    assert found.lossless
    assert found.mended([]) == raw
    assert len(found.text) == len(found.shown)
    for one in found.cells:
        written = found.shown[one.start : one.end]
        assert written == ended(one.source) == ended(sources(raw)[one.number - 1])


@given(written_notebooks(), st.data())
def test_edits_change_the_lines_they_touch_and_no_other_byte(
    made: tuple[str, list[tuple[int, int]]], data: st.DataObject
) -> None:
    raw, spans = made
    found = Notebook("a.ipynb", raw.encode())
    assume(found.cells)
    edits: list[Edit] = []
    expected = sources(raw)
    for one in found.cells:
        places = data.draw(st.lists(st.integers(0, len(one.code)), max_size=4, unique=True).map(sorted))
        new = data.draw(st.lists(st.sampled_from(["", "a", "é\n", '"\\n"\r\n', "𝄞"]), min_size=2, max_size=2))
        mine = [Edit(*pair, text) for pair, text in zip(pairs(places), new, strict=False)]
        mended = splice(ended(one.source), mine)
        assume(mended == ended(mended))
        edits += [Edit(edit.start + one.start, edit.end + one.start, edit.text) for edit in mine]
        if mine:
            bare = one.source != ended(one.source)
            expected[one.number - 1] = without_last_end(mended) if bare else mended

    after = found.mended(edits)

    assert sources(after) == expected
    touched = [number for number, text in enumerate(sources(raw)) if text != expected[number]]
    assert outside(after, raw, [spans[number] for number in touched])


def pairs(places: Sequence[int]) -> list[tuple[int, int]]:
    return list(zip(places[::2], places[1::2], strict=False))


def without_last_end(text: str) -> str:
    return text[: -2 if text.endswith("\r\n") else -1] if text else text


def outside(after: str, before: str, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether two texts are the same but for these spans of the second."""
    position = 0
    ends = [0, *(end for _, end in spans)]
    starts = [*(start for start, _ in spans), len(before)]
    for end, start in zip(ends, starts, strict=True):
        found = after.find(before[end:start], position)
        if found < 0 or (not end and found):
            return False
        position = found + start - end
    return position == len(after)


# -- the command ------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "nb.ipynb").write_bytes(data_of(IMPORT, cell("# T", "markdown"), f"y = !ls\n{SMELL}"))
    (tmp_path / ".ipynb_checkpoints").mkdir()
    (tmp_path / ".ipynb_checkpoints" / "nb-checkpoint.ipynb").write_bytes(data_of(IMPORT, SMELL))
    return tmp_path


def test_folders_yield_notebooks_and_reports_name_the_cell(folder: Path) -> None:
    result = smelllint("check")

    assert result.exit_code == 1
    assert f"nb.ipynb:cell 3:2:6: {MOVED} [*] " in result.stdout
    assert "1 | y = !ls\n2 | x = [torch" in result.stdout
    assert "Found 1 smell in 1 of 1 file." in result.stdout
    assert f"cell 3:2:6  {MOVED}" in smelllint("check", "--output-format", "grouped").stdout


def test_json_counts_inside_cells(folder: Path) -> None:
    (finding,) = json.loads(smelllint("check", "--output-format", "json").stdout)

    assert (finding["cell"], finding["location"]) == (3, {"row": 2, "column": 6})
    assert [(edit["cell"], edit["location"]["row"]) for edit in finding["fix"]["edits"]] == [(3, 2), (3, 2)]


def test_json_puts_no_edit_behind_the_end_of_a_cell(folder: Path) -> None:
    """The import goes below the last line of a cell that has no line end there."""
    fit = "model.fit(x, y, epochs=50, validation_split=0.1)"
    data = data_of("from keras.models import load_model", 'model = load_model("a.keras")', fit)
    (folder / "nb.ipynb").write_bytes(data)

    (finding,) = json.loads(smelllint("check", "--output-format", "json").stdout)

    edit = finding["fix"]["edits"][0]
    assert (edit["cell"], edit["location"]) == (1, {"row": 1, "column": 36})
    assert edit["content"] == "\nfrom keras.callbacks import EarlyStopping"


def test_fix_writes_the_notebook(folder: Path) -> None:
    before = (folder / "nb.ipynb").read_text()

    result = smelllint("check", "--fix")

    assert "Found 1 smell (1 fixed, 0 remaining)." in result.stdout
    new = json.dumps(MENDED)[1:-1]
    assert (folder / "nb.ipynb").read_text() == before.replace(json.dumps(SMELL)[1:-1], new)


def test_troubles_name_the_cell(folder: Path) -> None:
    (folder / "nb.ipynb").write_bytes(data_of(IMPORT, "x = = 1"))

    result = smelllint("check", "--output-format", "concise")

    assert result.exit_code == 2
    assert "nb.ipynb:cell 2:1:5: syntax-error invalid syntax" in result.stdout
    (record,) = json.loads(smelllint("check", "--output-format", "json").stdout)
    assert (record["cell"], record["rule"]) == (2, "syntax-error")


# -- the order of the runs --------------------------------------------------------------------------------


def noted(*runs: tuple[str, int | None]) -> str | None:
    """The note on the finding of a notebook whose cells were run as their counts say."""
    made = [cell(source, execution_count=count, outputs=[]) for source, count in runs]
    (finding,) = linted(data_of(*made), UNGUARDED).diagnostics
    return finding.note


MODEL = "import torch\nmodel = torch.nn.LSTM(2, 2).eval()"
BATCH = "batch = torch.ones(1, 2)"
INSIDE = "def f(batch):\n    y = model(batch)\n    print(y[0].argmax())\nf(batch)"
SCORES = "scores = model(batch)\nprint(scores[0].argmax())"


@pytest.mark.parametrize(
    ("runs", "note"),
    [
        ([(MODEL, 1), (BATCH, 2), (SCORES, 3)], None),
        ([(MODEL, None), (BATCH, None), (SCORES, None)], None),
        ([(MODEL, 1), (BATCH, 7), (SCORES, 3)], "cell 2, which makes `batch`, was last run after this one"),
        ([(BATCH, 2), (MODEL, 1), (SCORES, 3)], None),
        ([(MODEL, 1), (BATCH, 2), ("other = 3", 9), (SCORES, 3)], None),
        (
            [(MODEL, 1), (BATCH, 2), (SCORES, 4), ("model = model.train()", 3)],
            "`model` was last made by cell 4 below when this one was run",
        ),
        (
            [(MODEL, 1), ("batch = 5", 3), (BATCH, 2), (SCORES, 4)],
            "`batch` was last made by cell 2 when this one was run",
        ),
        ([(MODEL, 4), (BATCH, 5), ("import torch", 1), (SCORES, 6)], None),
        ([(MODEL, 1), (BATCH, 2), (INSIDE, 3), ("batch = y = 5", 1)], None),
        ([(MODEL, 1), (BATCH, 2), (SCORES, 4), ("model = 1\nglobal model", 3)], None),
    ],
)
def test_runs_in_another_order_are_noted_where_they_matter(
    runs: list[tuple[str, int | None]], note: str | None
) -> None:
    assert noted(*runs) == note


@pytest.mark.parametrize("count", ["3", 3.5, -1, [1], 10**20])
def test_a_count_that_counts_nothing_is_none(count: object) -> None:
    made = [
        cell(MODEL, execution_count=5),
        cell(BATCH, execution_count=count),
        cell(SCORES, execution_count=1),
    ]
    (finding,) = linted(data_of(*made), UNGUARDED).diagnostics

    assert finding.note == "cell 1, which makes `model`, was last run after this one"


def test_the_note_is_told(folder: Path) -> None:
    runs = [cell(MODEL, execution_count=1), cell(BATCH, execution_count=7), cell(SCORES, execution_count=3)]
    (folder / "nb.ipynb").write_bytes(data_of(*runs))

    assert "= note: cell 2, which makes `batch`, was last run after this one" in smelllint("check").stdout
    (record,) = json.loads(smelllint("check", "--output-format", "json").stdout)
    assert record["note"] == "cell 2, which makes `batch`, was last run after this one"
