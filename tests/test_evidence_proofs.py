"""What is proven of a rule: words, freshness, whose evidence counts, and what it costs to ask."""

from __future__ import annotations

import ast
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from smelllint import catalogue, declared, proof
from smelllint.bench import digest, evidence
from smelllint.proof import Proven
from smelllint.rule import Rule
from tests.cli_helpers import process, python, smelllint, write
from tests.evidence_helpers import (
    CONCAT,
    EVEN,
    HEAVIER,
    LIGHTER,
    NO_GRAD,
    SMELLY,
    ShippedBy,
    made,
    measured,
    shipped,
)

NAME = "some-smell"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A catalogue whose one rule has a pair and no evidence."""
    home = write(tmp_path / "rules", {f"{NAME}/smelly.py": "smelly = 1\n", f"{NAME}/lean.py": "lean = 1\n"})
    monkeypatch.setattr(catalogue, "home", lambda: home)
    proof.forget()
    return home


def told(home: Path) -> proof.Proofs:
    """What is known after the digest was generated."""
    digest.write_shipped(home)
    proof.forget()
    return proof.known(NAME)


def a_proof(ratio: float, device: str = "cpu", **changes: Any) -> proof.Proof:
    return replace(digest.proof_of(made(CONCAT, ratio, device, **changes)), local=False)


@pytest.mark.parametrize(
    ("ratio", "memory", "words", "short"),
    [
        (1.7, EVEN, "saves 41 % [41, 42] of CPU-seconds on cpu", "saves 41 % on cpu"),
        (
            1.7,
            LIGHTER,
            "saves 41 % [41, 42] of CPU-seconds on cpu, and 70 % of peak memory",
            "saves 41 % on cpu",
        ),
        (
            1.7,
            HEAVIER,
            "saves 41 % [41, 42] of CPU-seconds on cpu, and takes 233 % more peak memory",
            "saves 41 % on cpu",
        ),
        (0.8, EVEN, "costs 25 % [24, 26] more CPU-seconds on cpu", "costs 25 % more on cpu"),
        (
            1.0,
            EVEN,
            "makes no difference in CPU-seconds on cpu (equivalent within 3 %)",
            "equivalent on cpu",
        ),
        (
            1.0,
            LIGHTER,
            "saves 70 % of peak memory on cpu, but no CPU-seconds (equivalent within 3 %)",
            "saves 70 % of memory on cpu",
        ),
        (
            0.8,
            LIGHTER,
            "saves 70 % of peak memory on cpu, but costs 25 % [24, 26] more CPU-seconds",
            "saves 70 % of memory on cpu",
        ),
        (1.03, EVEN, "inconclusive on cpu: saves 2 to 4 % of CPU-seconds", "inconclusive on cpu"),
        (
            1.03,
            LIGHTER,
            "saves 70 % of peak memory on cpu; of CPU-seconds the measurement is inconclusive",
            "saves 70 % of memory on cpu",
        ),
    ],
)
def test_a_proof_says_plainly_what_was_measured(ratio: float, memory: Any, words: str, short: str) -> None:
    found = a_proof(ratio, memory=memory)

    assert found.words == words
    assert found.short == short


def test_joules_name_their_meter_and_the_users_own_says_so() -> None:
    meter = {"name": "nvml", "unit": "J", "level": "measured-joules", "margin": 0.05, "block_seconds": 5}
    found = digest.proof_of(made(CONCAT, 2.0, "cuda", meter=meter, memory=None))

    assert found.words == "saves 50 % [50, 51] of joules (nvml) on cuda (measured here)"


def test_the_last_per_cents_are_told_finer_and_never_rounded_up() -> None:
    assert [proof.percent(share) for share in (0.414, 0.9, 0.9774, 0.99999, -0.021)] == [
        "41", "90", "97.7", "99.9990", "-2",
    ]  # fmt: skip


def test_evidence_from_another_device_than_the_codes_is_told_apart() -> None:
    there = Proven("cuda", (a_proof(1.7),))

    assert there.words == "unproven on cuda; saves 41 % [41, 42] of CPU-seconds on cpu"
    assert there.short == "unproven on cuda"
    assert there.saving == 0
    assert [one["verdict"] for one in there.as_json()] == ["unproven", "saves"]
    assert there.as_json()[0]["device"] == "cuda"


def test_where_the_device_is_not_known_every_device_speaks_and_the_surest_saving_counts() -> None:
    anywhere = Proven(None, (a_proof(1.7), a_proof(1.2, "cuda", memory=None)))

    assert anywhere.short == "saves 41 % on cpu; saves 17 % on cuda"
    assert anywhere.saving == pytest.approx(0.41, abs=0.01)
    assert anywhere.saving < a_proof(1.7).saving  # the lower end of the interval, not its middle


def test_nothing_measured_is_unproven_on_the_devices_that_the_rule_is_about() -> None:
    assert Proven(None, ()).words == "unproven"
    assert Proven(None, (), frozenset({"cuda", "mps"})).words == "unproven on cuda or mps"
    assert Proven(None, ()).as_json() == []


def test_proofs_elsewhere_say_nothing_of_a_rule_about_one_device() -> None:
    measured("fp32-weights-on-accelerator", 0.8)
    measured("dataframe-row-iteration", 1.7)

    assert proof.proven("fp32-weights-on-accelerator", None).words == "unproven on cuda or mps"
    assert proof.proven("fp32-weights-on-accelerator", "cuda").words == "unproven on cuda"
    assert proof.proven("dataframe-row-iteration", "cuda").short == "saves 41 % on cpu"


@pytest.mark.parametrize(
    ("declares", "ratio", "memory", "expected"),
    [
        (True, 1.7, EVEN, True),
        (False, 1.7, EVEN, False),
        (True, 1.0, EVEN, False),
        (True, 0.8, EVEN, False),
        (True, 1.0, LIGHTER, True),
        (True, 1.03, EVEN, True),
        (False, 1.03, EVEN, False),
    ],
)
def test_the_default_follows_the_measurement(
    declares: bool, ratio: float, memory: Any, expected: bool
) -> None:
    rule = Rule("data", frozenset({"torch"}), default=declares)

    assert proof.on_by_default(rule, (a_proof(ratio, memory=memory),)) is expected


def test_without_evidence_a_rule_is_on_as_it_says_itself() -> None:
    for said in (True, False):
        assert proof.on_by_default(Rule("data", frozenset(), default=said), ()) is said
        about = Rule("data", frozenset(), default=said, devices=frozenset({"cuda"}))
        assert proof.on_by_default(about, (a_proof(0.8),)) is said


def test_one_device_that_saves_gives_the_rule_its_standing() -> None:
    worse, better, even = a_proof(0.8), a_proof(1.7, "cuda", memory=None), a_proof(1.0)

    assert proof.standing(()) == "unproven"
    assert proof.standing((worse,)) == "costs"
    assert proof.standing((worse, even)) == "equivalent"
    assert proof.standing((worse, better)) == "saves"


def test_shipped_evidence_is_known_by_its_digest_and_the_users_own_comes_first(home: Path) -> None:
    shipped(NAME, 1.7)
    assert proof.known(NAME) == ()  # nothing was generated yet
    assert [one.local for one in told(home)] == [False]

    measured(NAME, 0.8)
    assert [(one.local, one.verdict) for one in told(home)] == [(True, "costs")]
    assert [one.verdict for one in proof.shipped(NAME)] == ["saves"]

    measured(NAME, 1.2, "cuda", memory=None)
    assert [(one.device, one.verdict) for one in told(home)] == [("cpu", "costs"), ("cuda", "saves")]


def test_a_changed_pair_makes_its_evidence_stale(home: Path) -> None:
    shipped(NAME, 1.7)
    measured(NAME, 1.7)
    assert len(told(home)) == 1

    (home / NAME / "lean.py").write_text("lean = 2\n")

    assert told(home) == ()


def test_stale_or_broken_local_evidence_does_not_hide_what_was_shipped(home: Path) -> None:
    shipped(NAME, 1.7)
    own = measured(NAME, 0.8, pair="sha256:0")
    assert [one.local for one in told(home)] == [False]
    own.write_text("{")
    assert [one.local for one in told(home)] == [False]


def test_a_digest_that_was_changed_by_hand_is_refused_and_generated_anew(home: Path) -> None:
    shipped(NAME, 1.7)
    told(home)
    path = home / proof.DIGEST
    path.write_text(path.read_text().replace('"saves"', '"costs"'))
    proof.forget()

    with pytest.raises(proof.ProofError, match=r"verdicts\.json: cannot be used .* run `smelllint pages`"):
        proof.known(NAME)
    assert [one.verdict for one in told(home)] == ["saves"]


def test_a_broken_installation_is_a_mistake_and_no_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = write(tmp_path / "rules", {proof.DIGEST: "{"})
    write(tmp_path, {"a.py": SMELLY})
    real = proof._shipped
    monkeypatch.setattr(proof, "_shipped", ShippedBy(lambda: real(broken)))
    monkeypatch.chdir(tmp_path)

    result = smelllint("check", "a.py")

    assert result.exit_code == 2
    assert result.stderr.startswith("error: ")
    assert "run `smelllint pages`" in result.stderr


def test_local_evidence_is_read_once_and_again_when_it_is_another(
    home: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured(NAME, 1.7)
    reads: list[Path] = []
    real = digest.read
    monkeypatch.setattr(digest, "read", lambda path, local=False: reads.append(path) or real(path, local))

    for _ in range(3):
        proof.forget()
        assert proof.known(NAME)[0].verdict == "saves"
    assert len(reads) == 1
    assert (data / "evidence" / proof.DIGEST).is_file()

    again = measured(NAME, 0.8)
    os.utime(again, ns=(1, 1))
    assert proof.known(NAME)[0].verdict == "costs"
    assert len(reads) == 2

    again.unlink()
    proof.forget()
    assert proof.known(NAME) == ()


def test_local_evidence_that_lacks_something_is_passed_over(home: Path, data: Path) -> None:
    path = measured(NAME, 1.7)
    record = json.loads(path.read_text())
    del record["meter"]
    path.write_text(json.dumps({**record, "seal": proof.seal(record)}))
    proof.forget()

    assert proof.known(NAME) == ()


def test_a_user_without_a_home_is_served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    for name in ("SMELLLINT_DATA_DIR", "XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    monkeypatch.chdir(write(tmp_path, {"a.py": SMELLY}))

    assert "Found 3 smells in 1 of 1 file." in smelllint("check", "a.py").stdout


def test_where_no_digest_can_be_kept_evidence_counts_all_the_same(
    home: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured(NAME, 1.7)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(digest, "write_whole", full)

    assert proof.known(NAME)[0].verdict == "saves"
    assert not (data / "evidence" / proof.DIGEST).exists()


def test_a_digest_of_another_make_is_made_anew(home: Path, data: Path) -> None:
    measured(NAME, 1.7)
    proof.known(NAME)
    path = data / "evidence" / proof.DIGEST
    old = json.loads(path.read_text())
    del old["proofs"][0]["agreement"]
    path.write_text(json.dumps({**old, "seal": proof.seal(old)}))
    proof.forget()

    assert proof.known(NAME)[0].agreement == "identical"


def test_a_file_that_cannot_smell_asks_for_no_evidence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(*_: object) -> None:
        raise AssertionError("evidence was asked for")

    monkeypatch.chdir(write(tmp_path, {"a.py": "import json\n\nprint(json.dumps([1]))\n"}))
    monkeypatch.setattr(proof, "known", asked)

    assert smelllint("check", "a.py").stdout == "No smells in 1 file.\n"


def test_findings_are_told_without_reading_samples(tmp_path: Path) -> None:
    """Neither the statistics nor a file of evidence is touched where only shipped evidence is there."""
    watched = """\
import atexit, sys

def tell():
    print([name for name in sys.modules if name.startswith("smelllint.bench.")])
    print([path for path in opened if "/evidence/" in path])

opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
atexit.register(tell)
from smelllint.cli import command
command(["check", "a.py"])
"""
    write(tmp_path, {"a.py": SMELLY, "watched.py": watched})

    said = python("watched.py", cwd=tmp_path).stdout.splitlines()

    assert any("= evidence: " in line for line in said)
    modules, opened = map(ast.literal_eval, said[-2:])
    assert set(modules) <= {"smelllint.bench.pairs"}
    assert opened == []


@pytest.mark.parametrize("name", catalogue.names())
def test_what_shipped_evidence_says_follows_from_its_samples(name: str) -> None:
    for path in catalogue.folder(name).glob("evidence/*.json"):
        found = evidence.read(path)
        said = {"curve": [], **found.record["summary"]}  # a pair that names no sizes has none
        assert evidence.summarise(found.record) == said
        assert (found.rule, found.device) == (name, path.stem)


def test_the_shipped_digest_is_that_of_the_shipped_evidence() -> None:
    home = catalogue.home()

    assert (home / proof.DIGEST).read_text(encoding="utf-8") == digest.of_shipped(home)


def test_devices_are_declared_by_known_names() -> None:
    for rule in declared.rules():
        assert rule.devices <= {"cpu", "cuda", "mps"}


def test_every_process_of_a_run_knows_the_evidence(tmp_path: Path, data: Path) -> None:
    measured(NO_GRAD, 1.7)
    write(tmp_path, {f"many/{number}.py": SMELLY for number in range(60)})

    result = process("check", "-j", "2", "--output-format", "concise", "-q", cwd=tmp_path)

    assert result.stdout.count("(unproven on cuda)") == 60
    assert result.stdout.count("(saves 41 % on cpu)") == 60
