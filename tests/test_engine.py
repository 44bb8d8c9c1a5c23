"""The engine: one file in, diagnostics out; fixes until nothing is left to fix."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import libcst as cst
import pytest

from smelllint import Fix, Rule, Smell
from smelllint.engine import lint, mend, one_line
from smelllint.facts import Facts
from smelllint.layout import SpanState
from smelllint.settings import Settings

SETTINGS = Settings()
MakeFix = Callable[[cst.Call, Facts], "Fix | None"]


def rule_on(callee: str, fix: MakeFix | None = None, name: str = "one-smell") -> Rule:
    """A rule that finds the calls of one name."""
    rule = Rule(family="inference", imports=frozenset({"torch"}), name=name)

    @rule.on(cst.Call)
    def check(call: cst.Call, facts: Facts) -> Iterator[Smell]:
        if facts.text(call.func) == callee:
            yield Smell(call, f"`{facts.text(call)}` smells", fix(call, facts) if fix is not None else None)

    return rule


def becomes(text: str) -> MakeFix:
    """A safe fix that puts a text in the place of the call."""
    return lambda call, facts: Fix.safe("Change it", facts.replace(call, text))


def test_findings_have_their_place_and_stand_in_the_order_of_the_text() -> None:
    code = b"import torch\nif x:\n    smell(1); smell(2)\n"
    report = lint("x.py", code, [rule_on("smell")], SETTINGS)

    assert [(d.location.row, d.location.column, d.message) for d in report.diagnostics] == [
        (3, 5, "`smell(1)` smells"),
        (3, 15, "`smell(2)` smells"),
    ]
    assert report.diagnostics[0].end_location.column == 13


def test_a_file_that_imports_nothing_of_the_rules_is_not_even_parsed() -> None:
    report = lint("x.py", b"smell(1) = = not Python\n", [rule_on("smell")], SETTINGS)

    assert not report.diagnostics
    assert not report.troubles


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (b"import torch\ndef f(:\n", "syntax-error"),
        (b"import torch\n# \xff\n", "undecodable-file"),
        (b"import torch\nx = '\0'\n", "undecodable-file"),
    ],
)
def test_what_is_no_python_is_a_trouble_of_that_file(code: bytes, name: str) -> None:
    report = lint("x.py", code, [rule_on("smell")], SETTINGS)

    assert [trouble.name for trouble in report.troubles] == [name]


def test_a_rule_that_crashes_costs_that_rule_on_that_file_alone() -> None:
    def crash(call: cst.Call, facts: Facts) -> Fix | None:
        raise ZeroDivisionError("oh")

    rules = [rule_on("smell", crash, "bad-rule"), rule_on("smell")]
    report = lint("x.py", b"import torch\nsmell(1)\n", rules, SETTINGS)

    assert [found.rule for found in report.diagnostics] == ["one-smell"]
    assert [trouble.name for trouble in report.troubles] == ["rule-crashed"]
    assert "bad-rule: ZeroDivisionError: oh" in report.troubles[0].message


def test_the_options_of_a_rule_are_its_own_and_the_settings_win() -> None:
    rule = Rule("inference", frozenset({"torch"}), options={"most": 3}, name="one-smell")

    @rule.on(cst.Call)
    def check(call: cst.Call, facts: Facts) -> Iterator[Smell]:
        yield Smell(call, f"`{facts.option('most')}`")

    code = b"import torch\nf()\n"
    changed = Settings(options={"one-smell": {"most": 5}})

    assert lint("x.py", code, [rule], SETTINGS).diagnostics[0].message == "`3`"
    assert lint("x.py", code, [rule], changed).diagnostics[0].message == "`5`"


def test_one_rule_says_one_thing_of_one_node() -> None:
    rule = rule_on("smell")
    rule.checks *= 2

    assert len(lint("x.py", b"import torch\nsmell(1)\n", [rule], SETTINGS).diagnostics) == 1


def test_a_long_quote_is_shortened_and_a_message_stays_on_one_line() -> None:
    assert one_line("`f(\n    a,\n)` smells") == "`f( a, )` smells"
    assert one_line(f"`{'x' * 90}` smells") == f"`{'x' * 57}...` smells"
    assert one_line("no quote") == "no quote"


def test_fixes_are_applied_until_nothing_smells() -> None:
    nested = rule_on(
        "smell", lambda call, facts: Fix.safe("Unwrap", facts.replace(call, facts.text(call.args[0])))
    )
    report = mend("x.py", b"import torch\nsmell(smell(smell(a)))\n", [nested], SETTINGS, unsafe=False)

    assert report.after == "import torch\na\n"
    assert report.before == "import torch\nsmell(smell(smell(a)))\n"
    assert report.fixed >= 3
    assert not report.diagnostics


def test_unsafe_fixes_are_applied_only_when_asked_for_and_shown_ones_never() -> None:
    unsafe = rule_on("smell", lambda call, facts: Fix.unsafe("Change it", facts.replace(call, "a")))
    shown = rule_on(
        "other", lambda call, facts: Fix.shown("Change it", facts.replace(call, "a")), "other-smell"
    )
    code = b"import torch\nsmell(1)\nother(2)\n"

    assert mend("x.py", code, [unsafe, shown], SETTINGS, unsafe=False).after is None
    assert mend("x.py", code, [unsafe, shown], SETTINGS, unsafe=True).after == "import torch\na\nother(2)\n"


def test_two_fixes_share_the_import_that_both_need() -> None:
    rule = rule_on(
        "smell",
        lambda call, facts: Fix.safe("Time it", facts.replace(call, "a"), facts.import_name("time").edits),
    )
    report = mend("x.py", b"import torch\nsmell(1)\nsmell(2)\n", [rule], SETTINGS, unsafe=False)

    assert report.after == "import torch\nimport time\na\na\n"


def test_a_fix_that_would_break_the_file_is_thrown_away_and_named() -> None:
    report = mend(
        "x.py", b"import torch\nsmell(1)\n", [rule_on("smell", becomes("(("))], SETTINGS, unsafe=False
    )

    assert report.after is None
    assert [trouble.name for trouble in report.troubles] == ["fix-failed"]
    assert "one-smell" in report.troubles[0].message


def test_fixes_that_never_come_to_an_end_leave_the_file_alone() -> None:
    endless = rule_on(
        "smell",
        lambda call, facts: Fix.safe("Grow", facts.replace(call, f"smell(1{facts.text(call.args[0])})")),
    )
    report = mend("x.py", b"import torch\nsmell(1)\n", [endless], SETTINGS, unsafe=False)

    assert report.after is None
    assert [trouble.name for trouble in report.troubles] == ["fix-failed"]
    assert "`one-smell` do not converge" in report.troubles[0].message


def test_two_rules_that_undo_each_other_are_named_and_the_file_is_left_alone() -> None:
    code = b"import torch\nfirst(1)\nthird(1)\n"
    one = rule_on("first", becomes("second(1)"), name="first-smell")
    other = rule_on("second", becomes("first(1)"), name="second-smell")
    bystander = rule_on("third", becomes("fourth(1)"), name="third-smell")

    report = mend("x.py", code, [one, other, bystander], SETTINGS, unsafe=False)

    assert report.after is None
    assert [found.rule for found in report.diagnostics] == ["first-smell", "third-smell"]
    [trouble] = report.troubles
    assert trouble.name == "fix-failed"
    assert "`first-smell` and `second-smell`" in trouble.message
    assert trouble.message.endswith("undo each other; the file is left as it was")


def test_a_file_in_the_syntax_of_a_newer_python_is_fixed_like_others() -> None:
    code = b"import torch\ntry:\n    smell(1)\nexcept ValueError, KeyError:\n    pass\n"

    report = mend("x.py", code, [rule_on("smell", becomes("fine()"))], SETTINGS, unsafe=False)

    assert not report.troubles
    assert report.after == code.decode().replace("smell(1)", "fine()")


def test_a_fix_that_the_encoding_cannot_hold_is_thrown_away() -> None:
    code = b"# coding: latin-1\nimport torch\nsmell(1)\n"
    report = mend("x.py", code, [rule_on("smell", becomes("'\u0436'"))], SETTINGS, unsafe=False)

    assert report.after is None
    assert [trouble.name for trouble in report.troubles] == ["fix-failed"]


@pytest.mark.parametrize(
    "code",
    [
        "import torch\r\nx = 'é'\r\nsmell(1)\r\n",
        "import torch\rx = 'é'\rsmell(1)\r",
        "import torch\n\f\nx = 'é\U0001d538'\n\nif x:\n\tsmell(1)  # why\n",
    ],
)
def test_every_byte_outside_the_edits_stays(code: str) -> None:
    report = mend("x.py", code.encode(), [rule_on("smell", becomes("mended()"))], SETTINGS, unsafe=False)

    assert report.after == code.replace("smell(1)", "mended()")


def test_a_suppressed_finding_is_silent_and_an_idle_suppression_is_not() -> None:
    code = b"import torch\nsmell(1)  # smelllint: ignore\nx = 1  # smelllint: ignore\n"
    report = lint("x.py", code, [rule_on("smell")], SETTINGS)

    assert [(found.rule, found.location.row) for found in report.diagnostics] == [("unused-suppression", 3)]


def test_linting_changes_nothing_in_the_tree() -> None:
    """The same facts twice give the same findings."""
    rule = rule_on("smell", becomes("a"))
    code = b"import torch\nsmell(1)\n"

    assert lint("x.py", code, [rule], SETTINGS) == lint("x.py", code, [rule], SETTINGS)


def test_a_file_whose_tree_does_not_print_back_is_linted_but_never_fixed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where the parser lost something, offsets could be off."""
    whole = SpanState.add_token
    monkeypatch.setattr(SpanState, "add_token", lambda self, value: whole(self, value.replace("x", "")))
    code = b"import torch\nsmell(1); x = 1\n"
    report = mend("x.py", code, [rule_on("smell", becomes("a"))], SETTINGS, unsafe=True)

    assert report.after is None
    assert [(found.message, found.fix) for found in report.diagnostics] == [("`smell(1)` smells", None)]
