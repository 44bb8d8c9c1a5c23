"""`import smelllint`: the functions for programs."""

from __future__ import annotations

import json
import pickle
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import smelllint
from tests.cli_helpers import FIXED, RULE, SAFELY_FIXED, SMELLY, process, python, write


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_findings_are_plain_data() -> None:
    report = smelllint.check_source(SMELLY, path="train.py")

    safe, unsafe = report.diagnostics
    assert (safe.path, safe.rule, safe.family) == ("train.py", RULE, "data")
    assert (safe.location, safe.end_location) == (smelllint.Location(5, 13), smelllint.Location(5, 38))
    assert SMELLY[safe.start : safe.end] == 'torch.zeros(n).to("cuda")'
    assert safe.fix is not None
    assert safe.fix.safety is smelllint.Safety.SAFE
    assert unsafe.fix is not None
    assert unsafe.fix.safety is smelllint.Safety.UNSAFE
    assert pickle.loads(pickle.dumps(report)) == report
    assert report == smelllint.check_source(SMELLY.encode(), path=Path("train.py"))


def test_sources_are_mended() -> None:
    assert smelllint.fix_source(SMELLY) == SAFELY_FIXED
    assert smelllint.fix_source(SMELLY, unsafe=True) == FIXED
    assert smelllint.fix_source(FIXED) == FIXED


@pytest.mark.parametrize(
    "text", [SMELLY.replace("\n", "\r\n"), "\ufeff" + SMELLY, "# -*- coding: latin-1 -*-\n# \xe9\n" + SMELLY]
)
def test_nothing_but_the_mend_changes(text: str) -> None:
    mended = smelllint.fix_source(text)

    assert mended == text.replace('torch.zeros(n).to("cuda")', 'torch.zeros(n, device="cuda")')


def test_notebooks_are_sources_too() -> None:
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": SMELLY}
    text = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})

    report = smelllint.check_source(text, "n.ipynb")

    assert [(one.cell, one.location.row) for one in report.diagnostics] == [(1, 5), (1, 6)]
    assert json.loads(smelllint.fix_source(text, "n.ipynb"))["cells"][0]["source"] == SAFELY_FIXED


def test_trouble_is_told_and_not_raised() -> None:
    [trouble] = smelllint.check_source("x = (").troubles

    assert (trouble.name, trouble.location) == ("syntax-error", smelllint.Location(1, 5))
    assert smelllint.check_source(b"\xff\xfe").troubles[0].name == "undecodable-file"
    assert smelllint.fix_source("x = (") == "x = ("


def test_the_configuration_holds_unless_settings_are_given(folder: Path) -> None:
    write(folder, {"inner/smelllint.toml": f'ignore = ["{RULE}"]\n'})

    assert not smelllint.check_source(SMELLY, "inner/a.py").diagnostics
    assert smelllint.check_source(SMELLY, "a.py").diagnostics
    assert smelllint.check_source(SMELLY, "inner/a.py", settings=smelllint.Settings()).diagnostics
    found = replace(smelllint.settings_for("inner/a.py"), ignore=())
    assert smelllint.check_source(SMELLY, "inner/a.py", settings=found).diagnostics
    write(folder, {"inner/smelllint.toml": "ignore = 3\n"})
    with pytest.raises(smelllint.MistakeError, match="smelllint\\.toml:1"):
        smelllint.check_source(SMELLY, "inner/a.py")


def test_imports_are_followed_from_where_the_path_lies(folder: Path) -> None:
    write(folder, {"common.py": 'DEVICE = "cpu"\n'})
    text = SMELLY.replace('"cuda"', "DEVICE").replace(
        "import torch", "import torch\nfrom common import DEVICE"
    )

    assert not smelllint.check_source(text, "a.py").diagnostics
    assert smelllint.check_source(text, "elsewhere/a.py").diagnostics


def test_paths_are_found_as_by_the_command_line(folder: Path) -> None:
    write(folder, {"a.py": SMELLY, "inner/b.py": SMELLY, "inner/smelllint.toml": f'ignore = ["{RULE}"]\n'})
    printed = json.loads(process("check", "--output-format", "json", cwd=folder).stdout)

    reports = list(smelllint.check_paths("."))

    assert [report.path for report in reports] == ["a.py", "inner/b.py"]
    found = [one for report in reports for one in report.diagnostics]
    assert [(str(folder / one.path), one.rule, one.location.row) for one in found] == [
        (record["filename"], record["rule"], record["location"]["row"]) for record in printed
    ]
    [inner] = smelllint.check_paths("inner", settings=smelllint.Settings())
    assert len(inner.diagnostics) == 2
    with pytest.raises(smelllint.MistakeError, match="`gone\\.py` does not exist"):
        list(smelllint.check_paths("gone.py"))


def test_all_that_is_promised_is_there() -> None:
    for name in smelllint.__all__:
        assert getattr(smelllint, name)
    assert set(smelllint.__all__) <= set(dir(smelllint))
    assert {name for names in smelllint.MODULES.values() for name in names} == set(smelllint.__all__) - {
        "__version__"
    }
    with pytest.raises(AttributeError, match="no `check_text`"):
        _ = smelllint.check_text


def test_the_import_costs_nothing(folder: Path) -> None:
    program = "import sys, smelllint; print(*(name for name in sys.modules if name.startswith('smelllint')))"

    assert python("-c", program, cwd=folder).stdout.split() == ["smelllint"]


def test_the_examples_of_the_guide_run(capsys: pytest.CaptureFixture[str]) -> None:
    guide = (Path(__file__).parent.parent / "docs" / "python.md").read_text()
    program = "\n".join(re.findall(r"^```python\n(.*?)^```", guide, re.MULTILINE | re.DOTALL))
    names: dict[str, Any] = {"text": SMELLY}

    exec(program, names)

    assert capsys.readouterr().out.startswith(f"{RULE} 5 `torch.zeros(n).to")
    assert names["mended"] == SAFELY_FIXED
    assert names["settings"].target == "cuda"
