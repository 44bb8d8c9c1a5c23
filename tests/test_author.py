"""What authors of rules get: a scaffold that works, pages that are fresh, documentation that is whole."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from smelllint import catalogue
from smelllint.author import evidence, pages, sources
from smelllint.doc import Doc, DocError
from smelllint.listing import entries
from smelllint.rule import FAMILIES
from tests.cli_helpers import RULE, python, smelllint

CHECKOUT = Path(__file__).parent.parent
HEADINGS = ["Why it costs energy", "Smelly and lean", "When to leave it", "The fix", "Evidence", "Sources"]
DOC = """A smell.

It costs,

and costs.

Leave it when you like.

The fix is safe: it is.
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the checkout, to be changed."""
    left_out = shutil.ignore_patterns(".*", "__pycache__", "node_modules")
    shutil.copytree(CHECKOUT, tmp_path, ignore=left_out, dirs_exist_ok=True)
    return tmp_path


def in_copy(copy: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return python(*arguments, cwd=copy, PYTHONPATH=str(copy))


def test_a_scaffolded_rule_passes_every_test_of_a_rule(copy: Path) -> None:
    made = in_copy(copy, "-m", "smelllint", "new-rule", "single-tensor-concat", "--family", "data")
    assert made.returncode == 0, made.stderr
    assert in_copy(copy, "-m", "smelllint", "pages", "--check").returncode == 1
    assert in_copy(copy, "-m", "smelllint", "pages").returncode == 0
    assert in_copy(copy, "-m", "smelllint", "pages", "--check").returncode == 0
    for tool in (["ruff", "check"], ["ruff", "format", "--check"]):
        path = "rules/single-tensor-concat"
        subprocess.run([sys.executable, "-m", *tool, "-q", path], cwd=copy, check=True)

    tested = in_copy(copy, "-m", "pytest", "-q", "-k", "single-tensor-concat", "-p", "no:cacheprovider")

    assert tested.returncode == 0, tested.stdout
    assert int(tested.stdout.rpartition(" passed")[0].split()[-1]) >= 8


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("growing-concat-in-loop",), "is already there"),
        (("Concat",), "does not name a smell in lower case words"),
        (("../x-y",), "does not name a smell in lower case words"),
        (("new-smell", "--family", "trainin"), "did you mean `training`?"),
    ],
)
def test_a_scaffold_is_refused_with_a_reason(arguments: tuple[str, ...], said: str) -> None:
    result = smelllint("new-rule", *arguments)

    assert result.exit_code == 2
    assert said in result.stderr


def test_every_page_is_fresh() -> None:
    assert [str(path) for path in pages.stale()] == [], "run `smelllint pages`"


def test_a_stale_page_is_named_and_written_again(copy: Path) -> None:
    page = copy / "rules" / RULE / "README.md"
    in_copy(copy, "-m", "smelllint", "pages")
    fresh = page.read_bytes()
    page.write_bytes(fresh + b"more\n")

    checked = in_copy(copy, "-m", "smelllint", "pages", "--check")

    assert checked.returncode == 1
    assert checked.stdout == f"rules/{RULE}/README.md is stale: run `smelllint pages`\n"
    assert page.read_bytes() != fresh
    assert in_copy(copy, "-m", "smelllint", "pages").stdout == f"wrote rules/{RULE}/README.md\n"
    assert page.read_bytes() == fresh


def test_a_readme_without_markers_is_told(copy: Path) -> None:
    (copy / "README.md").write_text("# nothing\n")

    result = in_copy(copy, "-m", "smelllint", "pages")

    assert result.returncode == 2
    assert "has lost the markers" in result.stderr


@pytest.mark.parametrize("name", catalogue.names())
def test_a_page_has_everything(name: str) -> None:
    text = pages.page(name)

    assert f"# {name}\n" in text
    assert "\n## Smelly and lean\n\n```diff\n--- smelly.py\n+++ lean.py\n" in text
    headings = re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert [one for one in headings if one in HEADINGS] == HEADINGS
    assert set(headings) <= {*HEADINGS, "Options", "Related rules of other tools"}
    for option in catalogue.load(name).options:
        assert f"| `{option}` |" in text


@pytest.mark.parametrize("name", catalogue.names())
def test_a_rule_names_its_sources(name: str) -> None:
    found = sources.sources(name)

    assert found
    for one in found:
        assert re.fullmatch(r"https://[\w.-]+\.[a-z]+/[^\s()]*", one.link)
        assert one.title.strip() == one.title != ""
        assert one.says
        assert not one.says.endswith(".")
    assert len({one.link for one in found}) == len(found)


def test_sources_that_cannot_be_used_are_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sources.catalogue, "folder", lambda name: tmp_path)
    assert sources.sources("one") == ()
    (tmp_path / "sources.toml").write_text('[[source]]\ntitle = "A page"\n')

    with pytest.raises(sources.SourceError, match=r"each `\[\[source\]\]` has a `title`, a `link`"):
        sources.sources("one")


def test_the_overview_lists_every_rule_and_the_front_page_counts_them() -> None:
    front = (CHECKOUT / "README.md").read_text(encoding="utf-8")

    for name in catalogue.names():
        assert f"]({name}/README.md)" in pages.overview()
    assert list(pages.ABOUT) == list(FAMILIES)
    assert f"| **all** | {len(catalogue.names())} |" in front
    assert "](rules/README.md)" in front


def test_the_example_of_the_front_page_is_what_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CHECKOUT)
    front = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    _, _, rest = front.partition("```console\n$ smelllint ")
    command, _, rest = rest.partition("\n")

    assert rest.partition("```")[0] == smelllint(*command.split()).stdout


def test_rules_are_listed_by_family() -> None:
    order = [FAMILIES.index(entry.family) for entry in entries()]

    assert order == sorted(order)


def test_documentation_is_taken_apart() -> None:
    doc = Doc.parse(DOC)

    assert doc == Doc(
        "A smell.", ("It costs,", "and costs."), "Leave it when you like.", "The fix is safe: it is.", "safe"
    )


@pytest.mark.parametrize(
    ("paragraph", "safety"),
    [
        ("The fix is safe: nothing changes.", "safe"),
        ("The fix is unsafe: rounding.", "unsafe"),
        ("The fix is unsafe for random ones. It is safe for zeros.", "both"),
        ("There is no fix: it would be unsafe.", "none"),
    ],
)
def test_the_fix_tells_its_safety(paragraph: str, safety: str) -> None:
    assert Doc.parse(DOC.replace("The fix is safe: it is.", paragraph)).safety == safety


@pytest.mark.parametrize(
    ("lost", "said"),
    [
        ("A smell.", "begin with one line"),
        ("Leave it when you like.", "Leave it when"),
        ("The fix is safe: it is.", "The fix is safe"),
        ("It costs,\n\nand costs.\n\n", "why it costs"),
    ],
)
def test_documentation_that_lacks_a_part_is_refused(lost: str, said: str) -> None:
    with pytest.raises(DocError, match=said):
        Doc.parse(DOC.replace(lost, "Something else" if lost.endswith(".") else ""))


def test_without_a_measurement_a_rule_is_unproven() -> None:
    assert evidence.section(catalogue.load(RULE), ()).startswith("Unproven")
