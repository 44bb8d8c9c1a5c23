"""Which settings hold for a file, and what is said of a mistake in them."""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import Any

import pytest

from smelllint.config import Configurations, Overrides
from smelllint.keys import ConfigError, line_of
from smelllint.requirements import bounds, project_bounds
from smelllint.settings import Settings, path_from
from smelllint.suppress import UNUSED
from tests.cli_helpers import RULE, write

FAMILIES = {"slow-loop": "data", "big-model": "model-size", "rare-smell": "data"}
DEFAULTS = {"slow-loop", "big-model"}


def selected(**settings: Any) -> set[str]:
    return set(Settings(**settings).selected("x.py", FAMILIES, DEFAULTS))


def test_the_default_selection_is_what_rules_say_of_themselves() -> None:
    assert selected() == {*DEFAULTS, UNUSED}
    assert selected(select=("all",)) == {*FAMILIES, UNUSED}
    assert selected(select=("data",)) == {"slow-loop", "rare-smell"}
    assert selected(extend_select=("rare-smell",)) == {*FAMILIES, UNUSED}
    assert selected(select=()) == set()


def test_ignore_beats_select_and_the_narrow_word_beats_the_broad_one() -> None:
    assert selected(ignore=("slow-loop",)) == {"big-model", UNUSED}
    assert selected(select=("slow-loop",), ignore=("slow-loop",)) == set()
    assert selected(select=("all",), ignore=("data",)) == {"big-model", UNUSED}
    assert selected(select=("slow-loop",), ignore=("data",)) == {"slow-loop"}
    assert selected(select=("data",), ignore=("all",)) == {"slow-loop", "rare-smell"}


@pytest.mark.parametrize(
    ("glob", "path", "ignored"),
    [
        ("tests", "tests/deep/x.py", True),
        ("tests/*", "tests/x.py", True),
        ("tests/**/x.py", "tests/x.py", True),
        ("*_test.py", "deep/a_test.py", True),
        ("/x.py", "x.py", True),
        ("/x.py", "deep/x.py", False),
        ("tests", "mytests/x.py", False),
    ],
)
def test_per_file_ignores_follow_the_rules_of_gitignore(glob: str, path: str, ignored: bool) -> None:
    settings = Settings(project_root="/p", per_file_ignores={glob: ("data",)})

    left = settings.selected(f"/p/{path}", FAMILIES, DEFAULTS)

    assert ("slow-loop" not in left) == ignored
    assert "big-model" in left


@pytest.mark.parametrize(
    ("exclude", "path", "directory", "out"),
    [
        (("build",), "/p/build", True, True),
        (("build",), "/p/a/build/x.py", False, True),
        (("build",), "/p/builder/x.py", False, False),
        (("old/*.py",), "/p/old/x.py", False, True),
        (("*.py", "!keep.py"), "/p/keep.py", False, False),
        (("*.py", "!keep.py"), "/p/other.py", False, True),
        (("gen/",), "/p/gen", True, True),
        (("gen/",), "/p/gen", False, False),
        ((), "/p/x.py", False, False),
        (("x.py",), "/elsewhere/x.py", False, True),
    ],
)
def test_exclude_follows_the_rules_of_gitignore(
    exclude: tuple[str, ...], path: str, directory: bool, out: bool
) -> None:
    assert Settings(project_root="/p", exclude=exclude).excludes(path, directory=directory) == out


def test_settings_travel_between_processes() -> None:
    settings = Settings(per_file_ignores={"a": ("all",)}, versions={"torch": (2, 4)}, options={"x": {"y": 1}})

    assert pickle.loads(pickle.dumps(settings)) == settings


# Where settings come from. ---------------------------------------------------------------------------------


def of(folder: Path, **overrides: Any) -> Settings:
    return Configurations(Overrides(**overrides)).of(str(folder))


def test_the_nearest_file_holds_alone(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": '[tool.smelllint]\ntarget = "cuda"\nignore = ["data"]\n'})
    write(tmp_path, {"sub/smelllint.toml": 'ignore = ["inference"]\n', "sub/deep/x.py": ""})

    assert of(tmp_path).target == "cuda"
    assert of(tmp_path / "sub/deep").ignore == ("inference",)
    assert of(tmp_path / "sub/deep").target == "auto"
    assert of(tmp_path / "sub/deep").project_root == str(tmp_path / "sub")


def test_smelllint_toml_comes_before_pyproject(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"pyproject.toml": '[tool.smelllint]\ntarget = "cuda"\n', "smelllint.toml": 'target = "mps"\n'},
    )

    assert of(tmp_path).target == "mps"


def test_a_pyproject_without_our_table_is_passed_over(tmp_path: Path) -> None:
    write(tmp_path, {"smelllint.toml": 'target = "mps"\n', "sub/pyproject.toml": "[tool.other]\nx = 1\n"})
    write(tmp_path, {"broken/pyproject.toml": "this is [no toml\n"})

    assert of(tmp_path / "sub").target == "mps"
    assert of(tmp_path / "broken").target == "mps"


def test_every_key_is_read(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "smelllint.toml": f"""
            select = ["all"]
            extend-select = ["{RULE}"]
            ignore = ["data"]
            exclude = ["a"]
            extend-exclude = ["b"]
            respect-gitignore = false
            target = "cpu"
            [per-file-ignores]
            "tests/*" = ["inference"]
            [versions]
            Torch = "2.4"
            transformers = ">=4.40,<5"
            [rules.fit-without-early-stopping]
            epochs = 20
        """
        },
    )

    settings = of(tmp_path)

    assert settings.select == ("all",)
    assert settings.extend_select == (RULE,)
    assert settings.exclude == ("a", "b")
    assert settings.respect_gitignore is False
    assert settings.per_file_ignores == {"tests/*": ("inference",)}
    assert settings.versions == {"torch": (2, 4), "transformers": (4, 40)}
    assert settings.options == {"fit-without-early-stopping": {"epochs": 20}}
    assert settings.config == str(tmp_path / "smelllint.toml")


def test_the_command_line_changes_what_the_file_says(tmp_path: Path) -> None:
    write(tmp_path, {"smelllint.toml": f'select = ["data"]\nignore = ["{RULE}"]\ntarget = "cpu"\n'})

    assert of(tmp_path, select=(RULE,)).ignore == ()
    assert of(tmp_path, select=(RULE,)).select == (RULE,)
    assert of(tmp_path, extend_select=(RULE,)).ignore == ()
    assert of(tmp_path, ignore=("training",)).ignore == (RULE, "training")
    assert of(tmp_path, target="mps").target == "mps"
    assert of(tmp_path, isolated=True).select == ("default",)
    assert "generated" in of(tmp_path, exclude=("generated",)).exclude


def test_assignments_are_toml_and_go_into_tables(tmp_path: Path) -> None:
    write(tmp_path, {"smelllint.toml": '[versions]\ntorch = "2"\n'})

    settings = of(tmp_path, assignments=('versions.keras = "3"', "respect-gitignore = false"))

    assert settings.versions == {"torch": (2,), "keras": (3,)}
    assert settings.respect_gitignore is False


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('\nselekt = ["all"]\n', "2: unknown key `selekt`: did you mean `select`?"),
        ('extend_select = ["all"]\n', "1: unknown key `extend_select`: did you mean `extend-select`?"),
        (
            'select = [\n  "data",\n  "trainin",\n]\n',
            "3: `trainin` is no rule and no family: did you mean `training`?",
        ),
        ('select = "all"\n', '1: `select` has to be a list of strings, such as ["..."]'),
        ("target = 1\n", "1: `target` has to be one of `auto`, `cpu`, `cuda` and `mps`"),
        ("x = 1\n[versions]\n", "1: unknown key `x`; the keys are"),
        ('respect-gitignore = "no"\n', "1: `respect-gitignore` has to be true or false"),
        ('[versions]\n\ntorch = "new"\n', '3: the version of `torch` has to read like "4.40" or ">=5,<6"'),
        ("versions = 1\n", "1: `versions` has to be a table"),
        (
            '[per-file-ignores]\n"a" = ["data"]\n"b" = ["dat"]\n',
            "3: `dat` is no rule and no family: did you mean `data`?",
        ),
        (
            "[rules.fit-without-early-stoping]\nepochs = 1\n",
            "1: `fit-without-early-stoping` is no rule: did you mean `fit-without-early-stopping`?",
        ),
        (
            "[rules.fit-without-early-stopping]\nepoch = 1\n",
            "2: `fit-without-early-stopping` has no option `epoch`: did you mean `epochs`?",
        ),
        (
            '[rules]\nfit-without-early-stopping.epochs = "many"\n',
            "2: `epochs` has to be of type int, as its default 30",
        ),
        ("rules.fit-without-early-stopping = 3\n", "1: `fit-without-early-stopping` has to be a table"),
        ("a = 1\nb = [\n", "2: is not TOML: "),
    ],
)
def test_a_mistake_is_told_with_file_line_and_mend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"smelllint.toml": text})

    with pytest.raises(ConfigError) as caught:
        of(tmp_path)

    if "not TOML" in message:
        assert ": is not TOML: " in str(caught.value)
    else:
        assert str(caught.value).startswith(f"smelllint.toml:{message}")


def test_lines_are_counted_in_the_whole_of_pyproject(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"pyproject.toml": '[project]\nselect = 1\n\n[tool.smelllint]\nselect = ["x"]\n'})

    with pytest.raises(ConfigError, match=r"^pyproject\.toml:5: `x` is no rule"):
        of(tmp_path)


def test_a_configuration_that_is_no_text_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"smelllint.toml": b'x = "\xff"\n'})

    with pytest.raises(ConfigError, match=r"^smelllint\.toml: is not UTF-8"):
        of(tmp_path)
    with pytest.raises(ConfigError, match=r"^nowhere\.toml: cannot be read: no such file"):
        of(tmp_path, file="nowhere.toml")


def test_a_line_is_found_in_every_way_of_writing() -> None:
    text = 'a.b = 1\n[t]\n"c d" = 2\n[[t.rows]]\nx = 1\n[t.u]\nv.w = ["p",\n"q"]\n'

    assert line_of(text, ("a", "b")) == 1
    assert line_of(text, ("t", "c d")) == 3
    assert line_of(text, ("t", "rows", "x")) == 5
    assert line_of(text, ("t", "u", "v", "w"), "q") == 8
    assert line_of(text, ("nowhere",)) is None


def test_folders_without_a_project_share_their_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"a/x.py": "", "b/y.py": ""})
    configurations = Configurations(Overrides())

    assert configurations.of(str(tmp_path / "a")) is configurations.of(str(tmp_path / "b"))
    assert configurations.of(str(tmp_path / "a")).project_root == str(tmp_path)


def test_nothing_of_the_project_is_executed(tmp_path: Path) -> None:
    bomb = f"open({str(tmp_path / 'ran')!r}, 'w')\n"
    write(
        tmp_path,
        {"setup.py": bomb, "conftest.py": bomb, "smelllint.py": bomb, "pyproject.toml": "[tool.smelllint]\n"},
    )

    of(tmp_path)

    assert not (tmp_path / "ran").exists()


# Versions of libraries. -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("specifiers", "low", "high"),
    [
        ("==4.40", (4, 40), (4, 40, 0)),
        ("== 4.40.0", (4, 40), (4, 40, 0)),
        ("==4.40.*", (4, 40), (4, 41)),
        (">=5", (5,), None),
        (">=4.40,<5", (4, 40), (5,)),
        ("<5.0", None, (5,)),
        ("<=2.1", None, (2, 1, 0)),
        ("~=4.40", (4, 40), (5,)),
        ("~=4.40.1", (4, 40, 1), (4, 41)),
        ("^4.40", (4, 40), (5,)),
        ("^0.3.1", (0, 3, 1), (0, 4)),
        ("~1.2.3", (1, 2, 3), (1, 3)),
        ("2.1.0+cpu", (2, 1), (2, 1, 0)),
        (">2,!=2.1", (2,), None),
        ("", None, None),
        ("*", None, None),
        ("@ file:///x", None, None),
    ],
)
def test_specifiers_bound_a_version(
    specifiers: str, low: tuple[int, ...] | None, high: tuple[int, ...] | None
) -> None:
    assert bounds(specifiers) == (low, high)


def test_at_least_knows_when_it_does_not_know(tmp_path: Path) -> None:
    settings = Settings(versions={"torch": (2, 4), "keras": (3,)}, limits={"keras": (4,), "numpy": (2,)})

    assert settings.at_least("torch", (2, 1)) is True
    assert settings.at_least("torch", (2, 5)) is None
    assert settings.at_least("keras", (4, 0)) is False
    assert settings.at_least("keras", (3, 0, 0)) is True
    assert settings.at_least("numpy", (2, 1)) is False
    assert settings.at_least("numpy", (1, 9)) is None
    assert settings.at_least("unheard-of", (1,)) is None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("requirements.txt", "# all\n-r other.txt\nTorch==2.4.0 ; python_version > '3'\ntorch-geometric\n"),
        ("requirements-dev.txt", "torch[cuda] == 2.4 # pinned\n"),
        ("requirements/gpu.txt", "torch==2.4.0 \\\n    --hash=sha256:abc\n"),
        ("requirements.txt", "torch==2.4.0 --hash=sha256:abc\n"),
        ("pyproject.toml", '[project]\ndependencies = ["torch==2.4"]\n'),
        ("pyproject.toml", '[project.optional-dependencies]\ngpu = ["torch (==2.4)"]\n'),
        ("pyproject.toml", '[dependency-groups]\ndev = [{include-group = "x"}, "torch==2.4"]\n'),
        ("pyproject.toml", '[tool.poetry.dependencies]\ntorch = {version = "2.4", extras = ["x"]}\n'),
        ("pyproject.toml", '[tool.poetry.group.dev.dependencies]\ntorch = "==2.4"\n'),
        ("poetry.lock", '[[package]]\nname = "torch"\nversion = "2.4.0"\ndescription = ""\n'),
        ("uv.lock", 'version = 1\n\n[[package]]\nname = "torch"\nversion = "2.4.0"\nsource = {}\n'),
        ("Pipfile.lock", '{"default": {"torch": {"version": "==2.4.0"}}}'),
    ],
)
def test_versions_are_read_from_the_project(tmp_path: Path, name: str, text: str) -> None:
    write(tmp_path, {name: text})

    assert project_bounds(tmp_path)["torch"] == ((2, 4), (2, 4, 0))


def test_files_that_differ_bound_together_and_a_lock_outdoes_them(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"requirements.txt": "torch==2.4\nkeras==3\n", "requirements-old.txt": "torch==2.1\nkeras\n"},
    )
    assert project_bounds(tmp_path)["torch"] == ((2, 1), (2, 4, 0))
    assert project_bounds(tmp_path)["keras"] == (None, None)

    write(tmp_path, {"uv.lock": '[[package]]\nname = "torch"\nversion = "2.9.1"\n'})
    assert project_bounds(tmp_path)["torch"] == ((2, 9, 1), (2, 9, 1, 0))


def test_files_that_are_no_such_thing_say_nothing(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"pyproject.toml": "dependencies [", "Pipfile.lock": "[1", "requirements.txt": b"\xff\xfe==1\n"},
    )

    assert project_bounds(tmp_path) == {}


def test_versions_come_from_the_nearest_project_and_yield_to_the_configuration(tmp_path: Path) -> None:
    write(tmp_path, {"smelllint.toml": '[versions]\nkeras = "3"\n', "requirements.txt": "torch==2.1\n"})
    write(tmp_path, {"app/requirements.txt": "torch==2.4\nkeras<3\n", "app/x.py": ""})

    assert of(tmp_path).versions == {"torch": (2, 1), "keras": (3,)}
    assert of(tmp_path / "app").versions == {"torch": (2, 4), "keras": (3,)}
    assert of(tmp_path / "app").at_least("keras", (3,)) is True


@pytest.mark.parametrize(
    "path",
    [
        "/p/a.py",
        "/p/a/b.py",
        "/p",
        "/p/",
        "/p/a/",
        "/pa/b.py",
        "/",
        "/p/.git",
        "/p/a/../b",
        "/p//a",
        "/p/./a",
        "b",
    ],
)
@pytest.mark.parametrize("folder", ["/p", "/p/", "/", "/p/a"])
def test_a_path_reads_from_a_folder_as_it_does_for_python(folder: str, path: str) -> None:
    assert path_from(folder, path) == os.path.relpath(path, folder)
