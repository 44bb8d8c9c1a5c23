"""Scripts that are notebooks: one program, bare magics masked, and cells that stay cells."""

from __future__ import annotations

from pathlib import Path

import pytest

from smelllint import catalogue
from smelllint.diagnostic import FileReport
from smelllint.edit import Edit
from smelllint.engine import mend
from smelllint.scripts import Script
from smelllint.settings import Settings
from smelllint.source import source_of
from tests.cli_helpers import smelllint

HOME = Path(__file__).parent.parent / "fixtures" / "notebooks"
UNGUARDED = "inference-without-no-grad"
MODEL = "# %%\nimport torch\nmodel = torch.nn.LSTM(2, 2).eval()\nbatch = torch.ones(1, 2)\n"


def read(text: str) -> Script:
    source = source_of("a.py", text.encode())
    assert isinstance(source, Script)
    return source


def fixed(data: bytes) -> FileReport:
    return mend("a.py", data, catalogue.load_all([UNGUARDED]), Settings(), unsafe=True, named=True)


@pytest.mark.parametrize("name", ["percent", "light", "bare_magics"])
def test_specimens_are_mended_as_expected(name: str) -> None:
    """`<name>.fixed.py` differs from `<name>.py` in the lines that smell."""
    report = fixed((HOME / f"{name}.py").read_bytes())
    assert report.after is not None
    assert not report.troubles

    assert report.after.encode() == (HOME / f"{name}.fixed.py").read_bytes()
    again = fixed(report.after.encode())
    assert (again.after, again.diagnostics, again.troubles) == (None, (), ())


@pytest.mark.parametrize(
    ("text", "is_script"),
    [
        ("# %%\nx = 1\n", True),
        ("x = 1\n#%% Plots\ny = 2\n", True),
        ("#\r\n# %% [markdown]\r\n# Text\r\n", True),
        ("# ---\n# jupyter:\n#   jupytext:\n#       format_name: light\n# ---\n", True),
        ("x = 1\n", False),
        ("x = y  # %% of it\n", False),
        ("def f():\n    # %%\n    pass\n", False),
    ],
)
def test_borders_of_cells_at_the_margin_make_a_script(text: str, is_script: bool) -> None:
    assert isinstance(source_of("a.py", text.encode()), Script) is is_script


def test_the_text_is_the_file_with_its_magics_masked() -> None:
    found = read("# %%\n!pip install x\nimport a\n# %%\n%%bash\nls\n# %%\n%time f()\ny = !ls\n")

    assert found.text == "# %%\n______________\nimport a\n# %%\n      \n  \n# %%\n____; f()\ny = ___\n"
    assert (found.shown, len(found.text)) == (found.raw, len(found.raw))
    assert found.mended([Edit(20, 28, "import b")]) == found.raw.replace("import a", "import b")


def test_what_plain_python_reads_stays_as_it_is() -> None:
    text = '# %%\n# !pip install x\n# %matplotlib inline\nx = """\n!no magic\n# %%\n"""\n'

    assert read(text).text == text


def test_a_light_script_is_cut_where_it_says() -> None:
    header = "# ---\n#       format_name: light\n# ---\n"
    found = read(f"{header}\n%matplotlib inline\n\n# +\n%%time\nf()\n# -\n\n# + tags=[]\n%%html\n<b>\n")

    assert found.text == (
        f"{header}\n__________________\n\n# +\n______\nf()\n# -\n\n# + tags=[]\n      \n   \n"
    )


def test_a_cell_that_is_no_python_is_said_with_its_place() -> None:
    (trouble,) = fixed(b"# %%\n!ls\n# %%\nx = = 1\n").troubles

    assert (trouble.name, trouble.location and trouble.location.row) == ("syntax-error", 4)


def test_a_block_over_two_cells_is_no_fix() -> None:
    found = read("# %%\na = f()\n# %%\nb = g()\n")
    second = found.text.index("b = ")

    assert found.accepts((Edit(5, 5, "with h():\n    "),))
    assert not found.accepts((Edit(5, 5, "with h():\n    "), Edit(second, second, "    ")))
    assert not found.accepts((Edit(5, second, "c()\n"),))
    assert not found.accepts((Edit(5, 13, "c()"),))


def test_cells_inside_a_block_are_only_comments() -> None:
    """Plots of Spyder users often have borders in the middle of a function."""
    found = read("def f():\n    a = 1\n# %%\n    b = 2\n")
    place = found.text.index("b = 2")

    assert found.accepts((Edit(place, place + 5, "c = 3"),))


def test_magics_are_never_rewritten() -> None:
    found = read("# %%\n%%time\n!ls\na()\n")

    assert not found.accepts((Edit(5, 5, "import c\n"),))
    assert not found.accepts((Edit(12, 15, "b()"),))
    assert found.accepts((Edit(16, 19, "b()"),))


def test_what_a_cell_shows_is_not_taken_away() -> None:
    shown = fixed(f"{MODEL}\n# %%\nmodel(batch)\n".encode())
    kept = fixed(f"{MODEL}\n# %%\ny = model(batch)\ny[0].argmax()\n".encode())

    assert [finding.fix for finding in shown.diagnostics] == [None]
    assert kept.after == (f"{MODEL}\n# %%\nwith torch.no_grad():\n    y = model(batch)\ny[0].argmax()\n")


def test_the_last_cell_may_lack_its_line_end() -> None:
    report = fixed(f"{MODEL}\n# %%\ny = model(batch)\nprint(y[0].argmax())".encode())

    assert report.after is not None
    assert report.after.endswith("with torch.no_grad():\n    y = model(batch)\nprint(y[0].argmax())")


def test_the_command_reads_them_as_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.py").write_text(
        f"{MODEL}\n# %%\n%matplotlib inline\ny = model(batch)\nprint(y[0].argmax())\n"
    )

    result = smelllint("check")

    assert "a.py:8:5: inference-without-no-grad" in result.stdout
    assert "7 | %matplotlib inline\n8 | y = model(batch)" in result.stdout
