"""Items, one a round, and the one list that could be handed over in their stead."""

from __future__ import annotations

import libcst as cst
import pytest

from smelllint.edit import splice
from smelllint.facts import Device, Kind
from tests.facts_helpers import facts_of, find


@pytest.mark.parametrize(
    ("loop", "item"),
    [
        ("for x in xs: f(x)", True),
        ("for x in xs: f(x.text[:512])", True),
        ("for i in range(len(xs)): f(xs[i])", True),
        ("ys = [f(x) for x in xs]", True),
        ("for x in xs:\n    y = clean(x)\n    f(y)", True),
        ("for a, b in pairs: f([a, b])", True),
        ("for i in range(0, 100, 10): f(xs[i : i + 10])", False),
        ("for i in range(n):\n    part = xs[i * 10 : i * 10 + 10]\n    f(part)", False),
        ("for x in xs: f([y for y in x])", False),
        ("for x in xs: f([x.a, x.b, x.c])", False),
        ("for x in xs: f(fixed)", False),
        ("for x in ['a', 'b']: f(x)", False),
        ("xs = ['a', 'b']\nfor x in xs: f(x)", False),
        ("xs = ['a', 'b']\nxs.extend(more())\nfor x in xs: f(x)", True),
        ("for x in filter(None, text.split('.')): f(x)", True),
        ("for epoch in range(epochs): f(epoch)", False),
        ("import sys\nfor x in sys.stdin: f(x)", False),
        ("x = 0\nfor _ in xs:\n    x = f(x)", False),
        ("while True: f(input())", False),
    ],
)
def test_an_item_loop_brings_one_item_a_round(loop, item):
    facts = facts_of(loop)
    call = next(
        node for node in facts.nodes(cst.Call) if isinstance(node.func, cst.Name) and node.func.value == "f"
    )

    assert (facts.item_loop(call.args[0].value) is not None) is item


@pytest.mark.parametrize(
    ("collecting", "listed"),
    [
        ("[f(x) for x in xs]", "list(xs)"),
        ("[f(x) for x in typed]", "typed"),
        ("[f(x)[0] for x in typed if x]", "[x for x in typed if x]"),
        ("[f(x.text) for y in xs for x in y]", "[x.text for y in xs for x in y]"),
        ("[f(x) for x in tqdm(typed)]", "typed"),
        ("[f(x.text) for x in tqdm(xs, total=9) if x]", "[x.text for x in xs if x]"),
        ("[f((x, y)) for x in xs]", "[(x, y) for x in xs]"),
        ("[f(x)\n    for x in xs  # all of them\n]", None),
    ],
)
def test_what_a_comprehension_hands_over_becomes_one_list(collecting, listed):
    facts = facts_of(f"from tqdm import tqdm\ntyped: list[str] = read()\nys = {collecting}\n")
    call = next(node for node in facts.nodes(cst.Call) if facts.text(node.func) == "f")
    comprehension = facts.collected(call)

    assert comprehension is not None
    assert facts.listed(comprehension, call.args[0].value) == listed


@pytest.mark.parametrize(
    ("collecting", "made"),
    [
        ("[f(x) for x in xs]", "list(ys)"),
        ("[f(x)[0] + 1 for x in xs]", "[y[0] + 1 for y in ys]"),
        ("[g((f(x))) for x in xs]", "[g(y) for y in ys]"),
        ("[f(x) + y for x in xs]", None),
        ("[f(x)\n    for x in xs  # all of them\n]", None),
    ],
)
def test_elements_are_made_from_results_that_are_there_at_once(collecting, made):
    facts = facts_of(f"ys = {collecting}\n")
    call = cst.ensure_type(find(facts, "f(x)"), cst.Call)
    comprehension = facts.nodes(cst.ListComp)[0]
    edits = facts.made_from(comprehension, call, "y", "ys", "list(ys)")

    assert (splice(facts.source.text, edits) if edits else None) == (made and f"ys = {made}\n")


@pytest.mark.parametrize(
    "collecting",
    [
        "[f(x) if x else 0 for x in xs]",
        "[x and f(x) for x in xs]",
        "{f(x) for x in xs}",
        "[x for x in xs if f(x)]",
    ],
)
def test_what_is_run_sometimes_or_kept_elsewhere_is_not_collected(collecting):
    facts = facts_of(f"ys = {collecting}\n")

    assert facts.collected(cst.ensure_type(find(facts, "f(x)"), cst.Call)) is None


@pytest.mark.parametrize(
    ("annotation", "kind"),
    [
        ("list[str]", Kind.LIST),
        ("typing.List", Kind.LIST),
        ("dict[str, int] | None", Kind.DICT),
        ("T[int]", Kind.UNKNOWN),
    ],
)
def test_containers_are_known_by_their_annotation(annotation, kind):
    facts = facts_of(f"import typing\ndef g(xs: {annotation}):\n    return (xs)\n")

    assert facts.kind(find(facts, "xs", 1)) is kind


@pytest.mark.parametrize(
    ("made", "name"),
    [
        ("AutoTokenizer.from_pretrained('x')", "transformers.AutoTokenizer"),
        ("pipeline('ner')", "transformers.pipeline"),
        ("other()", None),
    ],
)
def test_the_type_name_is_that_of_the_class_or_factory(made, name):
    facts = facts_of(f"from transformers import AutoTokenizer, pipeline\nthing = {made}\nprint(thing)\n")

    assert facts.type_name(find(facts, "thing", 1)) == name


def test_the_type_name_of_a_parameter_is_its_annotation():
    facts = facts_of("from transformers import BertTokenizerFast\ndef g(given: BertTokenizerFast): (given)\n")

    assert facts.type_name(find(facts, "given", 1)) == "transformers.BertTokenizerFast"


def test_a_choice_of_device_numbers_is_either_unless_the_target_is_known():
    code = "from transformers import pipeline\np = pipeline('ner', device=0 if there else -1)\np(1)\n"

    for target, device in (("auto", Device.EITHER), ("cpu", Device.CPU), ("cuda", Device.ACCELERATOR)):
        facts = facts_of(code, target=target)
        assert facts.device(facts.nodes(cst.Call)[-1].func) is device
