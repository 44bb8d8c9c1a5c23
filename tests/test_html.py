"""The page to hand to somebody: what it says, that it is HTML, and that it asks for nothing else."""

from __future__ import annotations

import re
from base64 import b64encode
from collections import Counter
from dataclasses import replace
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from xml.etree.ElementTree import Element

import html5lib
import pytest

from smelllint import proof
from smelllint.diagnostic import FileReport, Gone
from smelllint.edit import Edit, Fix, Safety
from smelllint.examine import Outcome
from smelllint.report import render
from smelllint.report.html import details, groups
from smelllint.report.html.elements import document, tag
from smelllint.report.hunks import hunks
from smelllint.report.style import Style
from smelllint.source import Source, source_of
from tests import evidence_helpers as evidence
from tests.ci_helpers import finding, notebook_finding, printed
from tests.cli_helpers import SMELLY, smelllint, write

TEXT = "import torch\n\nvalue = slow(\n    1,\n)\n"
CLEAN = Outcome(FileReport("clean.py"))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def read(text: str) -> Element:
    """The page as a browser reads it; what breaks a rule of HTML is an error."""
    parsed: Element = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)
    return parsed


def page(*outcomes: Outcome, compared: str = "") -> Element:
    return read("".join(render("html", outcomes, Style(compared=compared))))


def text_of(element: Element | None) -> str:
    assert element is not None
    return " ".join("".join(element.itertext()).split())


def part(root: Element, name: str) -> Element:
    [found] = [element for element in root.iter() if element.get("id") == name]
    return found


def rows(element: Element) -> list[list[str]]:
    """The text of the cells of each row of a table."""
    return [[text_of(cell) for cell in row] for row in element.findall(".//tbody/tr")]


@pytest.fixture
def measured(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Element:
    """The page of a project with one finding of each standing, and one that could not be read."""
    monkeypatch.setattr(proof, "_shipped", evidence.ShippedBy(dict))
    evidence.measured(evidence.CONCAT, 1.7)
    evidence.measured(evidence.NO_GRAD, 1.0)
    write(folder, {"a/b/smelly.py": evidence.SMELLY, "a/odd.py": "import torch\nx = (\n", "c.py": SMELLY})
    return read(smelllint("check", "--output-format", "html", "--extend-select", evidence.NO_GRAD).stdout)


# What it says. ----------------------------------------------------------------------------------------------


def test_figures_are_those_of_the_run(measured: Element) -> None:
    figures = {text_of(one.find("dt")): text_of(one) for one in part(measured, "at-a-glance").iter("div")}

    assert figures == {
        "smells": "smells5in 2 of 3 files",
        "proven": "proven1mending saves energy, by measurement",
        "with a safe fix": "with a safe fix1results stay bit-identical",
        "with an unsafe fix": "with an unsafe fix4results may change",
    }
    legend = [text_of(item) for item in part(measured, "at-a-glance").iter("li")]
    assert legend == [
        "1 proven to save energy",
        "1 measured, without a sure saving",
        "3 not measured",
    ]


def test_rules_come_with_their_savings_the_largest_first(measured: Element) -> None:
    table = rows(part(measured, "by-rule"))

    assert [row[0].split()[0] for row in table] == [
        evidence.CONCAT,
        evidence.NO_GRAD,
        "tensor-created-then-moved",
    ]
    assert re.match(r"saves 4\d % on cpu4\d per cent, with an interval from", table[0][2])
    assert table[1][2] == "equivalent on cpuunproven on cuda"
    assert "1 safe, 1 unsafe" in table[2][1]
    assert "unproven" in table[2][2]


def test_bars_are_as_long_as_they_say(measured: Element) -> None:
    bars = part(measured, "by-rule").findall(".//tbody/tr/td/{*}svg")
    counted, saving = bars[0], bars[1]

    assert [shape.get("width") for shape in counted.findall("{*}rect")] == ["50.00%"]
    assert counted.get("aria-label") == "1 proven to save energy"
    [bar] = saving.findall("{*}rect")
    assert float(str(bar.get("width")).rstrip("%")) == pytest.approx(41, abs=1)
    assert all(svg.get("aria-label") and text_of(svg.find("{*}title")) for svg in bars)


def test_folders_come_with_theirs(measured: Element) -> None:
    table = rows(part(measured, "by-folder"))

    assert [row[0] for row in table] == ["a/b", "."]
    assert table[0][2].endswith(f"on cpu, by {evidence.CONCAT}")
    assert table[1][2] == "nothing proven"


def test_a_finding_shows_its_code_and_its_mend(measured: Element) -> None:
    article = part(measured, "tensor-created-then-moved").findall("article")[0]
    code, mend = article.findall(".//figure")

    assert text_of(article.find("h4")) == "c.py:5"
    assert text_of(code.find(".//mark")) == 'torch.zeros(n).to("cuda")'
    assert "safe: --fix applies it" in text_of(mend.find("figcaption"))
    changed = {line.get("class"): text_of(line) for line in mend.iter("span") if line.get("class")}
    assert changed["row removed"] == '5- zeros = torch.zeros(n).to("cuda")'
    assert changed["row added"] == '+ zeros = torch.zeros(n, device="cuda")'


def test_it_says_how_was_measured_and_what_was_not(measured: Element) -> None:
    basis = rows(part(measured, "how-savings-are-measured"))
    doubts = [text_of(item) for item in part(measured, "what-is-not-proven").iter("li")]

    assert [row[0] for row in basis] == [evidence.CONCAT, evidence.NO_GRAD]
    assert re.match(r"saves 4\d % \[\d\d, \d\d\] of CPU-seconds on cpu \(measured here\); ", basis[0][1])
    assert "by cpu-seconds, 20" in basis[0][2]
    assert doubts[0].startswith(f"{evidence.NO_GRAD}: 2 findings, makes no difference in CPU-seconds on cpu")
    assert doubts[1].startswith("tensor-created-then-moved: 2 findings, unproven")
    [trouble] = part(measured, "what-could-not-be-checked").iter("li")
    assert text_of(trouble).startswith("a/odd.py:2 syntax-error: ")


def test_a_change_is_told_by_what_it_adds_and_mends() -> None:
    mended = Outcome(FileReport("b.py", gone=(Gone("kv-cache-disabled", "Model.answer"),)))

    root = page(finding(TEXT, "slow"), mended, compared="origin/main")

    assert text_of(root.find(".//header/p")).endswith("compared with origin/main")
    assert text_of(part(root, "at-a-glance").find(".//dt")) == "smell added"
    assert rows(part(root, "fixed")) == [["kv-cache-disabled", "b.py", "Model.answer"]]


def test_a_clean_run_says_so() -> None:
    root = page(CLEAN, CLEAN)

    assert text_of(part(root, "at-a-glance")) == "At a glanceNo smells in 2 files."
    assert [text_of(head) for head in root.iter("h2")] == ["At a glance"]


def test_findings_without_a_fix_and_in_notebooks() -> None:
    root = page(
        finding(TEXT, "slow", safety=None), notebook_finding([["x = 1\n"], ["y = slow()"]], "slow()")[0]
    )

    plain, notebook = root.iter("article")
    assert "By hand" in text_of(plain.findall(".//figure")[1])
    assert text_of(notebook.find("h4")) == "n.ipynb, cell 2, row 1"
    assert "1-y = slow() +y = fast()" in text_of(notebook.findall(".//figure")[1])


def test_notes_are_told() -> None:
    outcome = finding(TEXT, "slow")
    [found] = outcome.report.diagnostics
    noted = replace(
        outcome, report=replace(outcome.report, diagnostics=(replace(found, note="cell `2` ran last"),))
    )

    [article] = page(noted).iter("article")
    assert text_of(article.findall("p")[1]) == "Note: cell 2 ran last"


def test_code_is_shown_for_so_many_findings_and_all_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(details, "MOST", 2)

    root = page(*(finding(TEXT, "slow", path=f"{number}.py") for number in range(5)))

    section = part(root, "findings")
    assert len(section.findall(".//article")) == 2
    assert [text_of(item).split()[0] for item in section.iter("li")] == ["2.py:3", "3.py:3", "4.py:3"]


def test_many_folders_are_told_by_those_above(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups, "MOST_FOLDERS", 3)

    root = page(*(finding(TEXT, "slow", path=f"{'ab'[number % 2]}/{number}/x.py") for number in range(10)))

    assert [row[0] for row in rows(part(root, "by-folder"))] == ["a", "b"]


def test_long_lines_are_cut_around_the_finding() -> None:
    root = page(finding(f"x = {'1 + ' * 5000}slow() + {'1 + ' * 5000}1\n", "slow()"))

    code = root.findall(".//article//pre")[0]
    assert text_of(code.find(".//mark")) == "slow()"
    assert len(text_of(code)) < 400


# What it is. ------------------------------------------------------------------------------------------------


def test_it_is_one_file_that_asks_for_nothing(measured: Element) -> None:
    for element in measured.iter():
        assert element.tag not in {"link", "img", "iframe", "object", "base"}
        assert not {"src", "srcset", "style", "xlink:href", "action"} & set(element.attrib)
        assert not any(key.startswith("on") for key in element.attrib)
        assert element.get("href", "#").startswith("#")
    css = text_of(measured.find(".//style"))
    assert "url(" not in css
    assert "@import" not in css


def test_its_policy_lets_run_what_is_in_it_and_no_more(measured: Element) -> None:
    [policy] = [str(meta.get("content")) for meta in measured.iter("meta") if meta.get("http-equiv")]
    hashes = {
        element.tag: "sha256-" + b64encode(sha256(str(element.text).encode()).digest()).decode()
        for kind in ("style", "script")
        for element in measured.iter(kind)
    }

    assert policy == (
        f"default-src 'none'; style-src '{hashes['style']}'; script-src '{hashes['script']}'; "
        "base-uri 'none'; form-action 'none'"
    )


def test_its_parts_can_be_found(measured: Element) -> None:
    names = [element.get("id") for element in measured.iter() if element.get("id")]
    links = [str(link.get("href")) for link in measured.iter("a")]

    assert not [name for name, number in Counter(names).items() if number > 1]
    assert links
    assert {link.removeprefix("#") for link in links} <= set(names)
    levels = [int(element.tag[1]) for element in measured.iter() if re.fullmatch("h[1-6]", str(element.tag))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    for table in measured.iter("table"):
        assert text_of(table.find("caption"))
        assert {cell.get("scope") for cell in table.iter("th")} == {"col", "row"}
    assert all(label.findall("./input") or label.findall("./select") for label in measured.iter("label"))
    html = measured if measured.tag == "html" else measured.find("html")
    assert html is not None
    assert html.get("lang") == "en"


def test_the_day_can_be_set_for_builds_that_are_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")

    assert "2 January 1970" in text_of(page(CLEAN).find(".//header/p"))
    assert printed("html", CLEAN) == printed("html", CLEAN)


def test_no_text_reaches_the_page_as_anything_else() -> None:
    made = tag(
        "p", "</p><script>", tag("b", "x", title='"><i>'), "&amp;\x1b\ufffe\U0001ffff", data_x=1.5, id=None
    )

    assert document(made).partition("\n")[2] == (
        '<p data-x="1.5">&lt;/p&gt;&lt;script&gt;<b title="&quot;&gt;<i&gt;">x</b>'
        "&amp;amp;\\x1b\\U0000fffe\\U0001ffff</p>"
    )


# The diff of a mend. ----------------------------------------------------------------------------------------


def told(source: Source, *edits: Edit) -> list[list[tuple[str, int | None, str]]]:
    return [[(line.sign, line.number, line.text) for line in hunk.lines] for hunk in hunks(source, edits)]


def test_a_hunk_has_the_rows_around_a_change() -> None:
    text = "a\nb\nc\nd\ne\nf\n"

    assert told(Source("a.py", text.encode()), Edit(6, 7, "D")) == [
        [(" ", 2, "b"), (" ", 3, "c"), ("-", 4, "d"), ("+", None, "D"), (" ", 5, "e"), (" ", 6, "f")]
    ]


@pytest.mark.parametrize(
    ("text", "edit", "lines"),
    [
        ("a\n", Edit(0, 0, "import x\n"), [("+", None, "import x"), (" ", 1, "a")]),
        ("a", Edit(1, 1, "\nb"), [(" ", 1, "a"), ("+", None, "b")]),
        ("a\r\nb\r\n", Edit(3, 6, ""), [(" ", 1, "a"), ("-", 2, "b")]),
        ("a\n\x0cb\n", Edit(3, 4, "c"), [(" ", 1, "a"), ("-", 2, "\x0cb"), ("+", None, "\x0cc")]),
    ],
)
def test_hunks_at_the_ends_of_a_file(text: str, edit: Edit, lines: list[tuple[str, int | None, str]]) -> None:
    assert told(Source("a.py", text.encode()), edit) == [lines]


def test_changes_far_apart_are_hunks_of_their_own() -> None:
    text = "".join(f"{number}\n" for number in range(10, 40))

    far = told(Source("a.py", text.encode()), Edit(0, 2, "x"), Edit(60, 62, "y"))
    near = told(Source("a.py", text.encode()), Edit(0, 2, "x"), Edit(9, 11, "y"))

    assert [[number for sign, number, _ in hunk if sign == "-"] for hunk in far] == [[1], [21]]
    assert [[number for sign, number, _ in hunk if sign == "-"] for hunk in near] == [[1, 4]]


def test_hunks_of_a_notebook_stay_in_their_cells() -> None:
    outcome, text = notebook_finding([["import torch\n"], ["%matplotlib inline\n", "y = slow()\n"]], "slow()")
    source = source_of("n.ipynb", text.encode())
    [found] = outcome.report.diagnostics
    assert found.fix is not None
    fix = Fix("Be quick", (Edit(0, 0, "import fast\n"), *found.fix.edits), Safety.SAFE)

    assert [hunk.cell for hunk in hunks(source, fix.edits)] == [1, 2]
    assert told(source, *fix.edits) == [
        [("+", None, "import fast"), (" ", 1, "import torch")],
        [(" ", 1, "%matplotlib inline"), ("-", 2, "y = slow()"), ("+", None, "y = fast()")],
    ]
