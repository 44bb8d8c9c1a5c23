"""What each format prints."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from smelllint import catalogue
from smelllint.diagnostic import Diagnostic, FileReport, Location, Trouble
from smelllint.edit import Edit, Fix, Safety
from smelllint.examine import Outcome
from smelllint.report import FORMATS, render
from smelllint.report.full import WIDTH, window
from smelllint.report.style import Style, coloured, harmless
from smelllint.report.summary import diffs, summary
from smelllint.source import Source
from smelllint.words import counted, listed
from tests import evidence_helpers as evidence
from tests.cli_helpers import RULE, SMELLY, smelllint, write

TEXT = "import torch\n\nvalue = slow(\n    1,\n)\n"


def outcome(text: str, code: str, safety: Safety | None = Safety.SAFE, path: str = "a.py") -> Outcome:
    """One finding at this code."""
    source = Source(path, text.encode())
    start = source.text.index(code)
    end = start + len(code)
    fix = None if safety is None else Fix("Be quick", (Edit(start, end, "fast()"),), safety)
    found = Diagnostic(
        path, RULE, "data", "`slow` is slow", start, end, source.location(start), source.location(end), fix
    )
    return Outcome(FileReport(path, (found,)), source.data)


TROUBLED = Outcome(FileReport("b.py", troubles=(Trouble("b.py", "syntax-error", "no", Location(2, 5)),)))


def printed(form: str, *outcomes: Outcome, unsafe: bool = False) -> str:
    return "\n".join(render(form, outcomes, Style(unsafe=unsafe)))


def test_full_shows_the_code_the_smell_and_the_mend() -> None:
    assert printed("full", outcome("import torch\nx = 1\ny = slow()\n", "slow()")) == "\n".join([
        f"a.py:3:5: {RULE} [*] `slow` is slow",
        "  |",
        "1 | import torch",
        "2 | x = 1",
        "3 | y = slow()",
        "  |     ^^^^^^",
        "  = mend: Be quick (--fix)",
        "",
    ])  # fmt: skip


def test_full_underlines_every_row_of_a_long_smell() -> None:
    assert printed("full", outcome(TEXT, "slow(\n    1,\n)")).splitlines()[4:10] == [
        "3 | value = slow(",
        "  |         ^^^^^",
        "4 |     1,",
        "  |     ^^",
        "5 | )",
        "  | ^",
    ]


def test_full_cuts_a_smell_of_many_rows() -> None:
    code = "slow(\n" + "    1,\n" * 50 + ")"

    lines = printed("full", outcome(f"x = {code}\n", code)).splitlines()

    assert len(lines) < 20
    assert lines[-2] == "   : and 46 more rows"


@pytest.mark.parametrize(
    ("safety", "said"),
    [
        (Safety.SAFE, "Be quick (--fix)"),
        (Safety.UNSAFE, "Be quick (--fix --unsafe-fixes)"),
        (Safety.SHOWN, f"Be quick (by hand: see `smelllint rule {RULE}`)"),
        (None, f"see `smelllint rule {RULE}`"),
    ],
)
def test_full_says_how_to_get_the_mend(safety: Safety | None, said: str) -> None:
    assert printed("full", outcome(TEXT, "slow", safety)).splitlines()[-1] == f"  = mend: {said}"


def test_wide_and_invisible_characters_keep_the_mark_in_place() -> None:
    lines = printed("full", outcome("\t\u5909\u6570 = slow()\n", "slow()")).splitlines()

    assert lines[2:4] == ["1 |     \u5909\u6570 = slow()", "  |            ^^^^^^"]


def test_a_line_too_long_to_read_is_shown_around_the_smell() -> None:
    line = "a" * 10_000 + "slow()" + "b" * 10_000

    shown, left, long = window(line, 10_000, 10_006)

    assert len(shown) <= WIDTH + 6
    assert shown[left : left + long] == "slow()"


@pytest.mark.parametrize(("safety", "mark"), [(Safety.SAFE, "[*] "), (Safety.UNSAFE, ""), (None, "")])
def test_the_mark_says_that_fix_mends_it(safety: Safety | None, mark: str) -> None:
    line = printed("concise", outcome(TEXT, "slow", safety))

    assert line == f"a.py:3:9: {RULE} {mark}`slow` is slow"


def test_unsafe_fixes_are_marked_where_they_are_applied() -> None:
    assert "[*]" in printed("concise", outcome(TEXT, "slow", Safety.UNSAFE), unsafe=True)
    assert "[*]" not in printed("concise", outcome(TEXT, "slow", Safety.SHOWN), unsafe=True)


def test_grouped_stands_under_the_file() -> None:
    assert printed("grouped", TROUBLED, outcome(TEXT, "slow")).splitlines() == [
        "b.py:",
        "  2:5  syntax-error  no",
        "",
        "a.py:",
        f"  3:9  {RULE}  [*] `slow` is slow",
    ]


def test_json_has_the_fields_of_ruff_and_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    [finding] = json.loads(printed("json", outcome(TEXT, "slow(\n    1,\n)")))

    assert finding == {
        "cell": None,
        "device": None,
        "end_location": {"column": 2, "row": 5},
        "evidence": [],
        "family": "data",
        "filename": str(tmp_path / "a.py"),
        "fix": {
            "applicability": "safe",
            "edits": [
                {
                    "content": "fast()",
                    "end_location": {"column": 2, "row": 5},
                    "location": {"column": 9, "row": 3},
                }
            ],
            "message": "Be quick",
        },
        "location": {"column": 9, "row": 3},
        "message": "`slow` is slow",
        "note": None,
        "proven_saving": 0.0,
        "rule": RULE,
        "url": catalogue.folder(RULE).joinpath("README.md").resolve().as_uri(),
    }


def test_a_trouble_is_a_record_too() -> None:
    [record] = json.loads(printed("json", TROUBLED))

    assert (record["rule"], record["family"], record["fix"], record["url"]) == (
        "syntax-error",
        "trouble",
        None,
        None,
    )
    assert record["location"] == {"column": 5, "row": 2}


def test_json_lines_say_the_same_as_json() -> None:
    outcomes = [outcome(TEXT, "slow"), TROUBLED]

    lines = printed("json-lines", *outcomes).splitlines()

    assert [json.loads(line) for line in lines] == json.loads(printed("json", *outcomes))


def test_no_findings_are_an_empty_list() -> None:
    assert json.loads(printed("json")) == []
    assert printed("json-lines") == printed("concise") == ""


def test_every_format_has_every_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"a.py": SMELLY, "b.py": SMELLY})

    places = {(name, row) for name in ("a.py", "b.py") for row in (5, 6)}
    for form in FORMATS:
        output = smelllint("check", "--output-format", form).stdout
        assert output.count("fills a tensor on the CPU") == len(places), form


def test_the_summary_counts() -> None:
    outcomes = [outcome(TEXT, "slow"), outcome(TEXT, "slow", Safety.UNSAFE), TROUBLED]

    assert list(summary(outcomes, Style())) == [
        "Found 2 smells in 2 of 3 files.",
        "[*] 1 fixable with --fix (1 more with --unsafe-fixes).",
        "1 file could not be dealt with as asked.",
    ]
    assert list(summary(outcomes[:2], Style(unsafe=True)))[1] == "[*] 2 fixable with --fix."


def test_a_diff_keeps_what_has_no_line_end() -> None:
    report = FileReport("a.py", fixed=1, before="x = 1\r\ny", after="x = 2\r\ny")

    assert list(diffs([Outcome(report)], Style())) == [
        "--- a.py",
        "+++ a.py",
        "@@ -1,2 +1,2 @@",
        "-x = 1\r",
        "+x = 2\r",
        " y",
        "\\ No newline at end of file",
    ]


def test_a_diff_on_a_terminal_is_harmless() -> None:
    report = FileReport("a.py", fixed=1, before="x = 1 # \x1b[2J\n", after="x = 2 # \x1b[2J\n")

    lines = list(diffs([Outcome(report)], Style(terminal=True)))

    assert lines[-1] == "+x = 2 # \\x1b[2J"


def test_nothing_that_a_terminal_obeys_gets_through() -> None:
    hostile = "\x1b[31m\r\b\x9b\u202e\u2066\u2028\udce9\x00"

    assert harmless(hostile) == ("\\x1b[31m\\r\\x08\\x9b\\u202e\\u2066\\u2028\\udce9\\x00")
    assert harmless("gr\xfc\xdfe \u5909 \U0001f50b") == "gr\xfc\xdfe \u5909 \U0001f50b"


@pytest.mark.parametrize(
    ("environment", "terminal", "expected"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": ""}, True, True),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"FORCE_COLOR": "0"}, False, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, True, False),
        ({"TERM": "dumb"}, True, False),
    ],
)
def test_when_there_is_colour(environment: dict[str, str], terminal: bool, expected: bool) -> None:
    assert coloured(environment, terminal=terminal) == expected


def test_words() -> None:
    assert listed(["a"]) == "`a`"
    assert listed(["a", "b", "c"]) == "`a`, `b` and `c`"
    assert (counted(1, "smell"), counted(0, "smell")) == ("1 smell", "0 smells")


def test_a_proven_saving_is_green(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    evidence.measured(evidence.CONCAT, 1.7)
    write(tmp_path, {"a.py": evidence.SMELLY})
    monkeypatch.setenv("FORCE_COLOR", "1")

    for form in ("full", "concise", "grouped"):
        lines = smelllint("check", "--output-format", form).stdout.splitlines()
        [saves] = [line for line in lines if re.search(r"\x1b\[1;32msaves 4\d % ", line)]
        assert saves.rstrip(")").endswith("\x1b[0m")
        assert not [line for line in lines if re.search(r"\x1b\[1;32munproven", line)]
