"""Findings, lists and pages tell what was measured; selection, order and filter go by it."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from smelllint import catalogue, proof
from smelllint.author import pages
from smelllint.bench.commands import keep
from tests.bench.test_evidence import process as samples
from tests.cli_helpers import CLEAN, process, smelllint, write
from tests.evidence_helpers import CONCAT, LIGHTER, NO_GRAD, SMELLY, ShippedBy, made, measured, shipped

CHECKOUT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder that smells three times, and no shipped evidence."""
    monkeypatch.chdir(write(tmp_path / "work", {"a.py": SMELLY}))
    monkeypatch.setattr(proof, "_shipped", ShippedBy(dict))
    return tmp_path / "work"


def lines(*arguments: str) -> list[str]:
    return smelllint("check", "a.py", "-q", *arguments).stdout.splitlines()


def findings(*arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(
        smelllint("check", "a.py", "--output-format", "json", *arguments).stdout
    )
    return found


def rows(*arguments: str) -> list[int]:
    return [finding["location"]["row"] for finding in findings(*arguments)]


def test_the_full_report_tells_the_saving_with_interval_meter_and_device() -> None:
    measured(CONCAT, 1.7)

    said = [line.strip() for line in lines() if "= evidence" in line]

    assert said == [
        "= evidence: saves 41 % [41, 42] of CPU-seconds on cpu (measured here)",
        "= evidence: unproven on cuda",
        "= evidence: unproven",
    ]


def test_code_on_a_device_without_evidence_says_so() -> None:
    measured(NO_GRAD, 1.7)

    said = [line.partition("= evidence: ")[2] for line in lines() if "= evidence" in line]

    assert said[1] == "unproven on cuda; saves 41 % [41, 42] of CPU-seconds on cpu (measured here)"
    assert said[2] == "saves 41 % [41, 42] of CPU-seconds on cpu (measured here)"


def test_the_device_that_the_settings_name_is_known() -> None:
    measured(NO_GRAD, 1.7)

    assert [finding["device"] for finding in findings()] == [None, "cuda", None]
    assert [finding["device"] for finding in findings("--target", "cuda")] == ["cuda", "cuda", "cuda"]
    assert [finding["device"] for finding in findings("--target", "mps")] == ["mps", "mps", "mps"]


def test_apples_accelerator_is_told_from_others(folder: Path) -> None:
    write(folder, {"a.py": SMELLY.replace(".cuda()", '.to("mps")')})

    assert [finding["device"] for finding in findings()] == [None, "mps", None]


@pytest.mark.parametrize("form", ["concise", "grouped"])
def test_short_reports_tell_the_saving_in_brackets(form: str) -> None:
    measured(NO_GRAD, 1.7)

    said = [line.rpartition("(")[2] for line in lines("--output-format", form) if "(" in line]

    assert said == ["unproven)", "unproven on cuda)", "saves 41 % on cpu)"]


def test_json_has_the_evidence() -> None:
    measured(NO_GRAD, 1.7, memory=LIGHTER)

    _, there, here = findings()

    [told] = here["evidence"]
    assert told == {
        "device": "cpu",
        "verdict": "saves",
        "saving": pytest.approx(0.412, abs=0.005),
        "interval": [pytest.approx(0.41, abs=0.01), pytest.approx(0.415, abs=0.01)],
        "meter": "cpu-seconds",
        "level": "cpu-seconds",
        "agreement": "identical",
        "memory_verdict": "saves",
        "memory_saving": 0.7,
        "machine": "a CPU",
        "taken": "2026-01-01",
        "source": "local",
    }
    assert here["proven_saving"] == told["interval"][0]
    assert [one["verdict"] for one in there["evidence"]] == ["unproven", "saves"]
    assert there["proven_saving"] == 0
    assert set(there["evidence"][0]) == set(told)


def test_the_largest_saving_comes_first_when_asked_for() -> None:
    measured(NO_GRAD, 1.7)
    measured(CONCAT, 1.2)

    assert rows() == [9, 16, 22]
    assert rows("--sort", "saving") == [22, 9, 16]


def test_findings_of_many_files_are_sorted_together_and_counted_right(folder: Path) -> None:
    measured(NO_GRAD, 1.7)
    write(folder, {"b.py": SMELLY, "clean.py": CLEAN, "broken.py": "import torch\ndef f(:\n"})

    result = smelllint("check", "--sort", "saving", "--output-format", "concise")

    places = [line.split(" ")[0] for line in result.stdout.splitlines() if " (" in line and ":" in line]
    assert places[:2] == ["a.py:22:13:", "b.py:22:13:"]
    assert "broken.py:2:" in result.stdout
    assert "Found 6 smells in 2 of 4 files." in result.stdout


def test_grouped_findings_stay_with_their_file() -> None:
    measured(NO_GRAD, 1.7)

    said = lines("--sort", "saving", "--output-format", "grouped")

    assert said[0] == "a.py:"
    assert [line.split()[0] for line in said[1:4]] == ["22:13", "9:17", "16:13"]


def test_only_what_is_proven_to_save_enough_is_told() -> None:
    measured(NO_GRAD, 1.7)
    measured(CONCAT, 1.2)

    assert rows("--min-saving", "10%") == [9, 22]
    assert rows("--min-saving", "20 %") == [22]
    assert rows("--min-saving", "0%") == [9, 16, 22]
    assert rows("--min-saving", "41.2%") == []  # the estimate; its interval begins below


def test_what_is_left_out_is_not_mended_and_its_suppressions_are_not_unused(folder: Path) -> None:
    measured(CONCAT, 1.7)
    suppressed = SMELLY.replace("for batch in loader]\n\n", "for batch in loader]  # smelllint: ignore\n\n")
    write(folder, {"a.py": suppressed})

    smelllint("check", "a.py", "--fix", "--unsafe-fixes", "--min-saving", "10%")

    mended = (folder / "a.py").read_text()
    assert "np.concatenate([grown, part])" not in mended
    assert "no_grad" not in mended
    assert mended.count("# smelllint: ignore") == 1


def test_the_least_saving_can_be_a_setting(folder: Path) -> None:
    measured(NO_GRAD, 1.7)
    write(folder, {"smelllint.toml": 'min-saving = "10%"\n'})

    assert rows() == [22]
    assert rows("--min-saving", "0%") == [9, 16, 22]
    assert rows("--config", 'min-saving = "90%"') == []


@pytest.mark.parametrize("value", ["10", "ten", "-1%", "101%", "%"])
def test_a_least_saving_that_is_no_percentage_is_refused(folder: Path, value: str) -> None:
    said = smelllint("check", "--min-saving", value)
    write(folder, {"smelllint.toml": f'min-saving = "{value}"\n'})

    assert said.exit_code == 2
    assert said.stderr == 'error: --min-saving: `min-saving` has to be a percentage, such as "10%"\n'
    assert smelllint("check").stderr.startswith("error: smelllint.toml:1: `min-saving` has to be")


@pytest.mark.parametrize("ratio", [1.0, 0.8])
def test_a_rule_that_is_measured_to_save_nothing_is_off_unless_named(ratio: float) -> None:
    measured(CONCAT, ratio)

    assert rows() == [16, 22]
    assert rows("--extend-select", CONCAT) == [9, 16, 22]
    assert rows("--select", CONCAT) == [9]
    assert rows("--select", "all") == [9, 16, 22]
    assert rows("--select", "data") == [9]


def test_a_rule_that_saves_memory_only_is_on_and_says_so() -> None:
    measured(CONCAT, 1.0, memory=LIGHTER)

    assert rows() == [9, 16, 22]
    [said] = [line for line in lines("--select", CONCAT) if "= evidence" in line]
    assert "saves 70 % of peak memory on cpu, but no CPU-seconds (equivalent within 3 %)" in said
    assert rows("--min-saving", "1%") == []


def test_the_page_of_a_rule_tells_the_users_own_evidence() -> None:
    measured(CONCAT, 1.7)

    text = smelllint("rule", CONCAT).stdout

    assert "on by default · unsafe fix · saves" in text
    assert "| cpu | saves 41 % [41, 42] of CPU-seconds on cpu (measured here) | 1.7 [" in text
    assert "![" not in text


def test_the_page_of_a_rule_says_what_an_unproven_default_rests_on() -> None:
    assert (
        "Unproven: there is no measurement of this pair as it stands. "
        "Until there is one, its authors' word holds: on by default."
    ) in smelllint("rule", CONCAT).stdout
    assert "Unproven on cuda or mps: " in smelllint("rule", "fp32-weights-on-accelerator").stdout

    measured(CONCAT, 1.03)
    assert "there is no conclusive measurement" in smelllint("rule", CONCAT).stdout
    measured(CONCAT, 1.0)
    assert "off by default because it saves nothing there" in smelllint("rule", CONCAT).stdout


def test_a_rule_is_told_to_programs() -> None:
    measured(CONCAT, 1.0)

    told = json.loads(smelllint("rule", CONCAT, "--output-format", "json").stdout)

    assert (told["name"], told["evidence"], told["default"]) == (CONCAT, "equivalent", False)
    assert told["measured"][0]["source"] == "local"
    assert told["leave"].startswith("Leave it when")
    assert told["fix_is"].startswith("The fix is")


def test_the_list_of_rules_tells_what_is_proven() -> None:
    measured(CONCAT, 1.7)
    measured(NO_GRAD, 0.8)

    text = smelllint("rules").stdout
    told = {one["name"]: one for one in json.loads(smelllint("rules", "--output-format", "json").stdout)}

    by_name = {line.split()[0]: line for line in text.splitlines()}
    assert by_name[CONCAT].endswith("[saves 41 % on cpu]")
    assert by_name[NO_GRAD].endswith("[costs 25 % more on cpu] (off unless selected)")
    assert by_name["fp32-weights-on-accelerator"].endswith("[unproven on cuda or mps]")
    assert told[CONCAT]["evidence"] == "saves"
    assert told[NO_GRAD]["default"] is False
    assert told["half-precision-on-cpu"]["devices"] == ["cpu"]


def test_measuring_a_rule_changes_what_its_findings_say(folder: Path, data: Path) -> None:
    """The way from `bench` to `check`, in processes of their own: files as `bench` writes them."""
    before = process("check", "a.py", "-q", "--select", CONCAT, cwd=folder)
    measured(CONCAT, 1.7)
    after = process("check", "a.py", "-q", "--select", CONCAT, cwd=folder)

    assert "(measured here)" not in before.stdout
    assert "= evidence: saves 41 % [41, 42] of CPU-seconds on cpu (measured here)" in after.stdout
    assert (data / "evidence" / proof.DIGEST).is_file()


def test_help_tells_of_order_and_filter() -> None:
    text = smelllint("check", "--help").stdout

    assert "--min-saving 10%" in text
    assert "--sort [place|saving]" in text


# Pages, in a copy of the checkout. --------------------------------------------------------------------------


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the rules and the front page, without evidence; proofs are read from it."""
    monkeypatch.undo()
    monkeypatch.setenv("SMELLLINT_DATA_DIR", str(tmp_path / "data"))
    left_out = shutil.ignore_patterns("__pycache__", "evidence", "*.svg", proof.DIGEST)
    shutil.copytree(CHECKOUT / "rules", tmp_path / "rules", ignore=left_out)
    shutil.copy(CHECKOUT / "README.md", tmp_path)
    monkeypatch.setattr(catalogue, "home", lambda: tmp_path / "rules")
    proof.forget()
    pages.write_pages()
    return tmp_path


def test_pages_show_shipped_evidence_with_its_pictures(copy: Path) -> None:
    shipped(CONCAT, 1.7)
    shipped(NO_GRAD, 1.0, memory=LIGHTER)
    assert [path.name for path in pages.stale()].count(proof.DIGEST) == 1

    written = {str(path.relative_to(copy)) for path in pages.write_pages()}

    assert pages.stale() == []
    assert written == {
        "README.md",
        "rules/README.md",
        "rules/evidence.svg",
        "rules/verdicts.json",
        *(f"rules/{rule}/{name}" for rule in (CONCAT, NO_GRAD) for name in ("README.md", "evidence/cpu.svg")),
    }
    page = (copy / f"rules/{CONCAT}/README.md").read_text()
    assert "| cpu | saves 41 % [41, 42] of CPU-seconds on cpu | 1.7 [" in page
    assert "| identical | a CPU | cpu-seconds | 2026-01-01 |" in page
    assert "![the samples on cpu](evidence/cpu.svg)" in page
    assert "Measured, and on by default because it saves." in page
    front = (copy / "README.md").read_text()
    assert f"| [`{CONCAT}`](rules/{CONCAT}/README.md) | " in front
    assert "| saves 41 % on cpu |" in front
    assert "| saves 70 % of memory on cpu |" in front
    assert "![all rules](evidence.svg)" in (copy / "rules/README.md").read_text()
    picture = ElementTree.parse(copy / "rules/evidence.svg").getroot()
    assert sum(CONCAT in (text.text or "") for text in picture.iter()) == 1


def test_a_page_shows_other_sizes_and_surroundings(copy: Path) -> None:
    others = [samples(seed, 3.0) for seed in range(3)]
    curve = [{"parameter": "batches", "value": 8, "processes": others}]
    shipped(CONCAT, 1.7, as_found=[samples(seed, 1.4) for seed in range(3)], curve=curve)
    pages.write_pages()

    page = (copy / f"rules/{CONCAT}/README.md").read_text()
    assert "| on cpu, for information | smelly / lean |" in page
    assert re.search(r"\| `batches` = 8 \| (3\.0|2\.9)\d\d \[", page)
    assert re.search(r"\| all threads, default allocator \| 1\.(40|39)\d \[", page)


def test_the_front_page_shows_what_its_example_prints(copy: Path) -> None:
    front = copy / "README.md"
    text = front.read_text()
    command = f"$ smelllint check rules/{CONCAT}/smelly.py -q\n"
    head, _, rest = text.partition("$ smelllint check ")
    front.write_text(head + command + "lies\n```\n" + rest[rest.index(pages.EXAMPLE[1]) :])

    assert pages.write_pages() == [front]
    shown = front.read_text().partition(command)[2].partition("```")[0]
    assert shown.startswith(f"rules/{CONCAT}/smelly.py:")
    assert "= evidence: " in shown
    assert "(measured here)" not in shown


@pytest.mark.parametrize("marker", [*pages.EXAMPLE, *pages.RULES])
def test_a_front_page_without_its_markers_is_refused(copy: Path, marker: str) -> None:
    front = copy / "README.md"
    front.write_text(front.read_text().replace(marker, ""))

    with pytest.raises(pages.PageError, match=r"README\.md has lost the markers"):
        pages.stale()


def test_a_front_page_whose_example_is_no_command_is_refused(copy: Path) -> None:
    front = copy / "README.md"
    front.write_text(front.read_text().replace("$ smelllint check", "$ rm -rf", 1))

    with pytest.raises(pages.PageError, match="has to begin with"):
        pages.stale()


def test_pages_do_not_depend_on_whose_machine_it_is(copy: Path) -> None:
    measured(CONCAT, 1.7)

    assert pages.stale() == []


def test_a_rule_that_saves_nothing_is_listed_as_off(copy: Path) -> None:
    shipped(CONCAT, 1.0)
    pages.write_pages()

    [row] = [line for line in (copy / "README.md").read_text().splitlines() if f"`{CONCAT}`" in line]
    assert "*(off by default)*" in row
    assert row.endswith("| equivalent on cpu |")


def test_stale_evidence_has_no_place_in_pages(copy: Path) -> None:
    shipped(CONCAT, 1.7)
    pages.write_pages()
    lean = copy / "rules" / CONCAT / "lean.py"
    lean.write_text(lean.read_text() + "\n# another\n")
    pages.write_pages()

    page = (copy / f"rules/{CONCAT}/README.md").read_text()
    assert "Unproven: there is no measurement of this pair as it stands." in page
    assert "![" not in page
    assert "evidence.svg" not in (copy / "rules/README.md").read_text()


def test_evidence_that_was_changed_by_hand_is_named(copy: Path) -> None:
    path = shipped(CONCAT, 1.7)
    record = json.loads(path.read_text())
    record["summary"]["energy"]["ratio"] = 99
    path.write_text(json.dumps(record))

    with pytest.raises(Exception, match=r"cpu\.json: was changed after it was measured"):
        pages.write_pages()


def test_shipping_evidence_renews_the_digest(copy: Path) -> None:

    keep(made(CONCAT, 1.7), catalogue.folder(CONCAT))
    proof.forget()

    assert [one.verdict for one in proof.shipped(CONCAT)] == ["saves"]
