"""`smelllint bench` as a user calls it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from smelllint.bench import evidence, pairs, protocol, study
from smelllint.cli import command

from .conftest import ONCE, MakePair
from .test_study import with_work


def bench(*arguments: str) -> Result:
    return CliRunner().invoke(command, ("bench", *arguments))


def test_a_measured_rule_is_shown_and_kept(tiny: Path, pair: MakePair) -> None:
    made = pair()
    result = bench(str(made.folder), "--thorough", "--output-format", "json")

    assert result.exit_code == 0, result.output
    (said,) = json.loads(result.stdout)["results"]
    assert said["energy"]["ratio"] == pytest.approx(3, rel=0.2)
    kept = evidence.read(tiny / "evidence" / "adding-thrice" / "cpu.json")
    assert kept.pair == made.digest
    assert kept.record["pinned"]["OMP_NUM_THREADS"] == "1"
    assert not (made.folder / "evidence").exists()


def test_evidence_is_shipped_when_asked(tiny: Path, pair: MakePair) -> None:
    made = pair()
    assert bench(str(made.folder), "--ship").exit_code == 0
    assert evidence.read(evidence.shipped_path(made.folder, "cpu")).pair == made.digest
    assert not tiny.exists()


def test_one_failing_pair_does_not_stop_the_others(tiny: Path, pair: MakePair) -> None:
    broken = pair(smelly=with_work("return 1 / count"), name="broken-pair")
    good = pair()
    result = bench(str(broken.folder), str(good.folder))

    assert result.exit_code == 2
    assert "broken-pair: broken-pair smelly crashed: ZeroDivisionError" in result.stdout
    assert "adding-thrice" in result.stdout
    assert [path.name for path in (tiny / "evidence").iterdir()] == ["adding-thrice"]


def test_markdown_and_text_name_the_meter_and_the_carbon_inputs(tiny: Path, pair: MakePair) -> None:
    made = pair()
    options = ("--region", "DEU", "--embodied", "20", "--per", "1000 sums")
    table = bench(str(made.folder), "--output-format", "markdown", *options).stdout
    assert "| adding-thrice | " in table
    assert "cpu-seconds on cpu" in table
    assert "No energy counter was read" in table
    assert "I = 381 g/kWh (Germany 2023" in table
    assert "M = 20 g per hour of use, R = 1000 sums" in table
    assert "3.5 W per busy CPU assumed" in table


def test_the_meters_of_this_machine_are_listed_with_reasons_and_remedies() -> None:
    said = bench("--meters").stdout
    assert "+ cpu-seconds" in said
    for meter in json.loads(bench("--meters", "--output-format", "json").stdout):
        assert meter["present"] or (meter["reason"] and meter["remedy"])


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["no-such-rule"], "there is no rule no-such-rule"),
        (["--carbon-intensity", "-1"], "cannot be negative"),
        (["--carbon-intensity", "1", "--region", "DEU"], "not both"),
        (["--per", "x"], "needs --carbon-intensity"),
    ],
)
def test_a_request_that_makes_no_sense_says_why(arguments: list[str], why: str) -> None:
    result = bench(*arguments)
    assert result.exit_code == 2
    assert why in result.stderr


def test_a_folder_without_a_pair_is_no_rule(tmp_path: Path) -> None:
    assert "has no smelly.py and lean.py" in bench(str(tmp_path)).stderr


def test_a_misspelt_rule_gets_a_suggestion(tmp_path: Path, pair: MakePair) -> None:
    made = pair()
    with pytest.raises(pairs.PairError, match="did you mean `adding-thrice`"):
        pairs.find(["ading-thrice"], made.folder.parent)


def test_a_device_without_a_meter_is_refused_with_the_reason(tiny: Path, pair: MakePair) -> None:
    found = pair()
    result = bench(str(found.folder), "--device", "all")
    lines = result.stdout.splitlines()
    assert any("adding-thrice" in line and "cpu-seconds on cpu" in line for line in lines)
    if result.exit_code:
        assert any(line.startswith("cuda: no meter sees cuda (nvml: ") for line in lines)


def test_a_full_disk_is_said_and_nothing_is_left(
    tiny: Path, pair: MakePair, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    made = pair()
    monkeypatch.setattr(os, "fsync", full)
    result = bench(str(made.folder))
    assert result.exit_code == 2
    assert "No space left on device" in result.stdout
    assert [path for path in tiny.rglob("*") if path.is_file()] == []


def test_ctrl_c_keeps_the_rules_that_are_done(
    tiny: Path, pair: MakePair, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = pair(), pair(name="second-pair")
    real = study.first_look

    def interrupted(pair: pairs.Pair, run: study.Run) -> object:
        if pair.name == "second-pair":
            raise KeyboardInterrupt
        return real(pair, run)

    monkeypatch.setattr(study, "first_look", interrupted)
    result = bench(str(first.folder), str(second.folder))
    assert result.exit_code == 130
    assert "adding-thrice" in result.stdout
    assert [path.name for path in (tiny / "evidence").iterdir()] == ["adding-thrice"]


def test_a_killed_run_leaves_no_process_and_no_evidence(tmp_path: Path, pair: MakePair) -> None:
    note = tmp_path / "worker"
    made = pair(smelly=with_work(f"open({str(note)!r}, 'w').write(str(os.getpid())); time.sleep(600)"))
    data = tmp_path / "data"
    code = f"from smelllint.cli import command; command(['bench', {str(made.folder)!r}])"
    run = subprocess.Popen([sys.executable, "-c", code], env={**os.environ, "SMELLLINT_DATA_DIR": str(data)})
    deadline = time.monotonic() + 60
    while not (note.exists() and note.read_text()) and time.monotonic() < deadline:
        time.sleep(0.05)
    run.send_signal(signal.SIGKILL)
    run.wait(30)

    worker = Path(f"/proc/{note.read_text()}")
    deadline = time.monotonic() + 10
    while worker.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not worker.exists()
    assert not data.exists()


def test_the_two_commands_import_nothing_heavy() -> None:
    code = (
        "import sys; import smelllint.bench.commands;"
        "print([name for name in ('torch', 'numpy', 'libcst', 'rich', 'pynvml') if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_orders_are_random_and_balanced() -> None:
    import itertools
    import random

    names = ["a", "b", "c"]
    taken = list(itertools.islice(protocol.orders(names, random.Random(0)), 200))
    assert all(sorted(order) == names for order in taken)
    assert all(one == other[::-1] for one, other in zip(taken[::2], taken[1::2], strict=True))
    assert sum(order.index("a") < order.index("b") for order in taken) == 100
    assert len({tuple(order) for order in taken}) == 6


def test_what_lies_outside_the_arms_voids_a_round_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    from smelllint.bench.conditions import Look, void_reason

    monkeypatch.setattr("smelllint.bench.conditions.MOST_STEAL", 0.05)
    cores = os.cpu_count() or 1
    calm = Look(steal=0, busy=0, running=0, calendar=0)
    assert void_reason(calm, Look(0, cores * 0.5, 1, 1), own_seconds=0.5, shared=False) == ""
    assert void_reason(calm, Look(0.06 * cores, 0, 1, 1), 0.5, shared=False) == "stolen"
    assert void_reason(calm, Look(0, 0.5, 1, 60), 0.5, shared=False) == "suspended"
    assert void_reason(calm, Look(0, 0.9 * cores, 1, 1), 0.5 * cores, shared=True) == "foreign"
    assert void_reason(calm, Look(0, 0.6 * cores, 1, 1), 0.5 * cores, shared=True) == ""


def test_a_pair_of_one_arm_only_is_not_listed(tmp_path: Path) -> None:
    (tmp_path / "half").mkdir()
    (tmp_path / "half" / "smelly.py").write_text(ONCE)
    assert pairs.shipped(tmp_path) == []
