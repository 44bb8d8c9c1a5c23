"""What a suppression covers, and what is said of one that does nothing."""

from __future__ import annotations

import pytest

from smelllint import catalogue
from smelllint.diagnostic import Diagnostic, Location
from smelllint.edit import Edit, Fix
from smelllint.edit import apply as apply_fixes
from smelllint.engine import lint, mend
from smelllint.settings import Settings
from smelllint.source import Source, source_of
from smelllint.suppress import UNUSED, Kind, Line, apply, logical_lines, suppressions
from tests.cli_helpers import RULE, SMELLY
from tests.test_notebook import data_of

KNOWN = ("one-smell", "other-smell")


def finding(source: Source, code: str, rule: str = "one-smell") -> Diagnostic:
    """A finding at the first place of this code."""
    start = source.text.index(code)
    place = source.location(start)
    return Diagnostic("x.py", rule, "data", "smells", start, start + len(code), place, place)


def silenced(text: str, code: str, rule: str = "one-smell") -> bool:
    """Whether a finding at this code is silenced; else it stays as it is."""
    source = Source("x.py", text.encode())
    found = finding(source, code, rule)
    kept, _ = apply([found], suppressions(source), KNOWN, source)
    assert kept in ([], [found])
    return not kept


def reports(text: str, *codes: str) -> list[Diagnostic]:
    """What is said of the suppressions, where findings are at these codes."""
    source = Source("x.py", text.encode())
    findings = [finding(source, code) for code in codes]
    return apply(findings, suppressions(source), KNOWN, source)[1]


def without_idle(text: str, *codes: str) -> str:
    """The text after the fixes of all reports."""
    fixes = [report.fix for report in reports(text, *codes) if report.fix]
    return apply_fixes(text, fixes)[0]


@pytest.mark.parametrize(
    "text",
    [
        "smell()  # smelllint: ignore[one-smell] for a reason\n",
        "smell()  # smelllint: ignore\n",
        "smell()  # smelllint:ignore[ other-smell , one-smell ]\n",
        "smell()  # type: ignore # smelllint: ignore[one-smell] # fmt: skip\n",
        "result = smell(\n    1,\n    2,\n)  # smelllint: ignore[one-smell]\n",
        "result = call(\n    smell(),  # smelllint: ignore[one-smell]\n    2,\n)\n",
        "result = call(  # smelllint: ignore[one-smell]\n    smell(),\n)\n",
        "# smelllint: ignore[one-smell]\nsmell()\n",
        "# smelllint: ignore[one-smell]\n# another remark\n\nsmell()\n",
        "# smelllint: ignore[one-smell]\ndef f():\n    if x:\n        smell()\n",
        "# smelllint: ignore[one-smell]\n@decorated\n@again(1)\nasync def f():\n    smell()\n",
        "def f():\n    # smelllint: ignore[one-smell]\n    for x in y:\n        smell()\n",
        "# smelllint: ignore[one-smell]\nif x:\n    pass\nelif y:\n    pass\nelse:\n    smell()\n",
        "# smelllint: ignore[one-smell]\ntry:\n    pass\nfinally:\n    smell()\n",
        "for x in smell():  # smelllint: ignore[one-smell]\n    pass\n",
        "smell()\n\n# smelllint: ignore-file[one-smell] all of it\n",
        "# smelllint: ignore-file\nclass A:\n    def f(self):\n        smell()\n",
        "a = '''\n'''\r\nsmell()  # smelllint: ignore[one-smell]\r\n",
        "a = 1\rsmell()  # smelllint: ignore[one-smell]\r",
        "a = 1\n\x0csmell()  # smelllint: ignore[one-smell]\n",
    ],
)
def test_it_silences(text: str) -> None:
    assert silenced(text, "smell()" if "smell()" in text else "smell(")


@pytest.mark.parametrize(
    "text",
    [
        "smell()  # smelllint: ignore[other-smell]\n",
        "smell()  # noqa\n",
        "smell()  # smelllint is great\n",
        "smell('# smelllint: ignore')\n",
        "other()  # smelllint: ignore[one-smell]\nsmell()\n",
        "# smelllint: ignore[one-smell]\nother()\nsmell()\n",
        "for x in y:  # smelllint: ignore[one-smell]\n    smell()\n",
        "# smelllint: ignore[one-smell]\ndef f():\n    pass\nsmell()\n",
        "# smelllint: ignore[one-smell]\n@decorated\ndef f():\n    pass\ndef g():\n    smell()\n",
        "# smelllint: ignore[one-smell]\n@decorated\ndef f(): pass\ndef g(): smell()\n",
        "if x:\n    pass\n    # smelllint: ignore[one-smell]\n    pass\nelse:\n    smell()\n",
        "smell()\n# smelllint: ignore[one-smell]\n",
        "def f():\n    # smelllint: ignore-file[one-smell]\n    smell()\n",
        "x = 1  # smelllint: ignore-file[one-smell]\nsmell()\n",
    ],
)
def test_it_does_not_silence(text: str) -> None:
    assert not silenced(text, "smell(")


def test_kinds_and_reasons_are_told() -> None:
    text = "# smelllint: ignore-file[a] whole\nx  # smelllint: ignore[b] line\n# smelllint: ignore[c, d]\ny\n"

    found = suppressions(Source("x.py", text.encode()))

    assert [one.kind for one in found] == [Kind.FILE, Kind.LINE, Kind.BLOCK]
    assert [one.reason for one in found] == ["whole", "line", ""]
    assert found[2].names == {"c", "d"}


def test_logical_lines_tell_rows_depth_and_first_word() -> None:
    source = Source("x.py", b"if x:\n    y = (\n        1)\n# remark\n@d\n")

    assert logical_lines(source) == [Line(1, 1, 0, "if"), Line(2, 3, 1, "y"), Line(5, 5, 0, "@")]


def test_a_backslash_that_goes_on_with_a_comment_is_no_line() -> None:
    source = Source("x.py", b"# a\n\\\n# b  # smelllint: ignore\nx = 1\n")
    assert logical_lines(source) == [Line(4, 4, 0, "x")]
    assert [one.kind for one in suppressions(source)] == [Kind.BLOCK]


def test_a_suppression_at_work_is_not_reported() -> None:
    assert reports("smell()  # smelllint: ignore[one-smell]\n", "smell()") == []
    assert reports("smell()  # smelllint: ignore\n", "smell()") == []


def test_an_idle_suppression_is_reported_where_it_stands() -> None:
    text = "other()  # smelllint: ignore[one-smell] reason\n"

    assert reports(text) == [
        Diagnostic(
            path="x.py",
            rule=UNUSED,
            family="suppression",
            message="`smelllint: ignore[one-smell]` silences nothing",
            start=9,
            end=46,
            location=Location(1, 10),
            end_location=Location(1, 47),
            fix=Fix.safe("Remove the suppression", (Edit(7, 46, ""),)),
        )
    ]


def test_in_a_notebook_the_cell_is_told() -> None:
    source = source_of("x.ipynb", data_of("a = 1", "b = 2\nc = 3  # smelllint: ignore"))

    [report] = apply([], suppressions(source), KNOWN, source)[1]

    assert (report.cell, report.location, report.end_location) == (2, Location(2, 8), Location(2, 27))
    assert report.fix is not None


def test_a_fix_that_the_file_cannot_take_is_not_offered() -> None:
    """It would leave a block of code without code."""
    source = source_of("x.md", b"```python\n# smelllint: ignore\n```\n")

    [report] = apply([], suppressions(source), KNOWN, source)[1]

    assert report.fix is None


def test_a_list_that_is_not_closed_is_none() -> None:
    """What stands on the next line is not part of it."""
    [report] = reports("x = 1  # smelllint: ignore[one-smell\ny = z[1]\n")

    assert report.message == "`smelllint: ignore` silences nothing"


def test_without_names_the_silence_is_told_as_a_whole() -> None:
    [report] = reports("a()  # smelllint: ignore\n")

    assert report.message == "`smelllint: ignore` silences nothing"


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("a()  # smelllint: ignore[one-smell] why\nb()\n", "a()\nb()\n"),
        ("a()  # smelllint: ignore\r\nb()\r\n", "a()\r\nb()\r\n"),
        ("if a:\n    # smelllint: ignore[one-smell]\n    b()\n", "if a:\n    b()\n"),
        ("a()  # type: ignore # smelllint: ignore[one-smell]\n", "a()  # type: ignore\n"),
        ("a()  # smelllint: ignore[one-smell] # type: ignore\n", "a()  # type: ignore\n"),
        ("a()  # smelllint: ignore[one-smell]", "a()"),
        ("# smelllint: ignore-file[one-smell]\na()\n", "a()\n"),
        ("# smelllint: ignore-file[one-smell]", ""),
        ("a()\n# smelllint: ignore[one-smell]", "a()\n"),
    ],
)
def test_the_fix_removes_it_and_nothing_else(text: str, after: str) -> None:
    [report] = reports(text)

    assert report.fix is not None
    assert report.fix.title == "Remove the suppression"
    assert without_idle(text) == after


def test_the_fix_takes_only_the_idle_name() -> None:
    text = "smell()  # smelllint: ignore[one-smell, other-smell] why\n"

    assert without_idle(text, "smell()") == "smell()  # smelllint: ignore[one-smell] why\n"


def test_the_fix_leaves_all_names_that_are_not_idle() -> None:
    text = "smell()  # smelllint: ignore[third-smell, one-smell,other-smell,fourth-smell] why\n"
    source = Source("x.py", text.encode())
    known = (*KNOWN, "third-smell", "fourth-smell")
    findings = [finding(source, "smell()", rule) for rule in ("one-smell", "fourth-smell")]

    [report] = apply(findings, suppressions(source), known, source)[1]

    assert report.message == (
        "`smelllint: ignore[third-smell, one-smell,other-smell,fourth-smell]` silences nothing of "
        "`other-smell` and `third-smell`"
    )
    assert report.fix is not None
    assert report.fix.title == "Take `other-smell` and `third-smell` out of the suppression"
    assert apply_fixes(text, [report.fix])[0] == "smell()  # smelllint: ignore[one-smell, fourth-smell] why\n"


def test_a_name_that_is_no_rule_is_reported_with_a_suggestion() -> None:
    [report] = reports("smell()  # smelllint: ignore[one-smel]\n", "smell()")

    assert report.message == "`one-smel` is no rule: did you mean `one-smell`?"
    assert report.fix is None


def test_a_misplaced_suppression_of_a_file_is_reported() -> None:
    [report] = reports("def f():\n    # smelllint: ignore-file[one-smell]\n    smell()\n", "smell()")

    assert "counts only on a line of its own" in report.message


def test_nothing_is_said_of_rules_that_were_not_run() -> None:
    source = Source("x.py", b"a()  # smelllint: ignore[other-smell]\n")

    assert apply([], suppressions(source), KNOWN, source, active={"one-smell"}) == ([], [])


def test_reports_can_be_silenced_themselves() -> None:
    assert reports(f"# smelllint: ignore-file[{UNUSED}]\na()  # smelllint: ignore[one-smell]\n") == []


def test_the_engine_silences_and_mends() -> None:
    rule = catalogue.load(RULE)
    text = SMELLY.replace('to("cuda")', f'to("cuda")  # smelllint: ignore[{RULE}] wanted')
    idle = "x = 1  # smelllint: ignore\n"

    assert lint("x.py", text.encode(), [rule], Settings()).diagnostics == ()
    report = mend("x.py", (text + idle).encode(), [rule], Settings(), unsafe=False)
    assert report.after == text + "x = 1\n"


@pytest.mark.parametrize(
    ("settings", "reported"),
    [
        (Settings(), True),
        (Settings(select=("all",)), True),
        (Settings(ignore=(UNUSED,)), False),
        (Settings(select=(RULE,)), False),
        (Settings(select=(RULE,), extend_select=(UNUSED,)), True),
    ],
)
def test_reports_are_selected_like_a_rule(settings: Settings, reported: bool) -> None:
    report = lint("x.py", b"x = 1  # smelllint: ignore\n", [catalogue.load(RULE)], settings)

    assert bool(report.diagnostics) == reported
