"""The programs of docs/proving.md: the page follows from what was measured, and that from the table."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from smelllint import catalogue

ROOT = Path(__file__).parent.parent
SCRIPT = ROOT / "benchmarks" / "prove_programs.py"


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("prove_programs", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


proving = load()
PROGRAMS = proving.programs()


def result(program: Any) -> dict[str, Any]:
    kept: dict[str, Any] = json.loads(program.result.read_text(encoding="utf-8"))
    return kept


def test_the_page_is_current() -> None:
    assert (ROOT / "docs" / "proving.md").read_text(encoding="utf-8") == proving.page(), (
        "run `python benchmarks/prove_programs.py page`"
    )


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_what_was_measured_is_what_the_table_says(program: Any) -> None:
    proof = proving.proof_of(result(program))

    assert re.fullmatch("[0-9a-f]{40}", program.commit)
    assert set(program.rules) <= set(catalogue.names())
    assert set(proof["rules"]) == set(program.rules)
    assert result(program)["prove"]["command"] == ["smelllint", *program.arguments_of_prove()]
    assert len(proof["runs"]) >= program.rounds[0]
    for folder, name in (("made_up", program.made_up), ("main", program.main)):
        assert not name or (proving.HERE / folder / name).is_file()


def test_nothing_is_kept_of_what_the_table_does_not_have() -> None:
    assert {path.stem for path in (proving.HERE / "results").iterdir()} == {one.name for one in PROGRAMS}
    assert {path.name for path in (proving.HERE / "made_up").glob("*.py")} == {
        one.made_up for one in PROGRAMS if one.made_up
    }
    assert {path.name for path in (proving.HERE / "main").glob("*.py")} == {
        one.main for one in PROGRAMS if one.main
    }


def test_a_dozen_rules_leave_the_outputs_as_they_are() -> None:
    same = [one for one in PROGRAMS if proving.outputs(result(one)) == "same"]

    assert len({rule for one in same for rule in one.rules}) >= 12


def test_cells_become_a_script_without_their_magics(tmp_path: Path) -> None:
    cells = ["%matplotlib inline\nimport a\n", "# Title", ["%%time\n", "x = !ls\n", "f(\n", "  '!no')"], "y"]
    notebook = json.dumps({"cells": [{"source": source} for source in cells]})

    assert proving.cut(notebook, (1, 3)) == "import a\n\nf(\n  '!no')\n"


def test_a_program_is_laid_out_as_the_table_says(tmp_path: Path) -> None:
    (tmp_path / "repo").mkdir()
    (tmp_path / "repo" / "a b.py").write_text("x = 100\n")
    (tmp_path / "repo" / "helper.py").write_text("")
    row = {"name": "one", "repo": "", "commit": "", "rules": (), "what": "", "does": ""}
    program = proving.Program(
        **row,
        file="a b.py",
        also=("helper.py",),
        replace=(("100", "1"),),
        first="import a\n",
        last="print(x)",
    )
    (tmp_path / "folder").mkdir()

    proving.lay_out(program, tmp_path / "repo", tmp_path / "folder")

    assert (tmp_path / "folder" / "a_b.py").read_text() == "import a\nx = 1\n\nprint(x)\n"
    assert sorted(path.name for path in (tmp_path / "folder").iterdir()) == [
        "a_b.py",
        "helper.py",
        "seeded.py",
    ]
    gone = proving.Program(**row, file="a b.py", replace=(("200", "2"),))
    with pytest.raises(SystemExit, match="`200` is not in"):
        proving.lay_out(gone, tmp_path / "repo", tmp_path / "folder")
