"""The harness on real, small pairs: what it finds, and what it says when an arm misbehaves."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from smelllint.bench import arm, evidence, protocol, statistics, study
from smelllint.bench.arm import ArmError, MissingLibraryError
from smelllint.bench.meters import Level, Reading
from smelllint.bench.pairs import Pair
from smelllint.bench.statistics import Verdict

from .conftest import ONCE, THRICE, TINY, TINY_THOROUGH, MakePair


def workers() -> set[str]:
    """The worker processes that this process has started and that still live."""
    children = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    return {child for listing in children for child in listing.read_text().split()}


def with_work(body: str) -> str:
    """An arm whose `work` has this body."""
    head = '"""Odd."""\nimport os, sys, time\n\ndef prepare(device):\n    return (0,)\n\ndef work(count):\n'
    return f"{head}    {body}\n"


def test_thrice_the_work_is_measured_as_three(pair: MakePair, run: study.Run) -> None:
    run.self_check = []
    run.plan = TINY_THOROUGH
    found = study.study(pair(), run)

    assert found.energy.ratio == pytest.approx(3, rel=0.15)
    assert found.energy.processes == 2
    assert found.agreement == {"kind": "identical", "difference": 0.0}
    # As it was found, a busy machine may be too unsteady for the ratio to be shown.
    assert found.record["summary"]["as_found"]["ratio"] == pytest.approx(3, rel=0.4)
    assert workers() == set()
    assert list(run.scratch.glob("*.result")) == [run.scratch / "adding-thrice.result"]


def test_a_pair_that_names_sizes_is_measured_at_each(
    pair: MakePair, run: study.Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Smelly does a fixed amount more than lean, so that the ratio falls as the size grows."""
    monkeypatch.setattr(protocol, "CURVE", TINY)
    run.plan = replace(run.plan, curve=True)
    sized = ONCE.replace("(device: str)", "(device: str, count: int = 20_000)").replace(
        "(20_000,)", "(count,)"
    )
    lean = 'SIZES = {"count": (10_000, 160_000)}\n\n' + sized
    smelly = lean.replace(
        "    return total", "    sum(number * number for number in range(80_000))\n    return total"
    )
    found = study.study(pair(smelly, lean), run)

    (first, small, high), (second, large, low) = found.curve
    assert (first, small, second, large) == ("count", 10_000, "count", 160_000)
    assert high.ratio == pytest.approx(9, rel=0.35)
    assert low.ratio == pytest.approx(1.5, rel=0.25)


def test_the_harness_finds_the_same_work_equal_and_twice_the_work_double(run: study.Run) -> None:
    processes = [process.as_json() for process in run.self_check]
    same = statistics.interval(evidence.compared(processes, "again", "lean", "amount"))
    double = statistics.interval(evidence.compared(processes, "double", "lean", "amount"))

    assert same.low <= 1.01
    assert same.high >= 0.99
    assert double.ratio == pytest.approx(2.0, rel=0.05)


def test_a_crash_names_the_arm_the_error_and_the_line(pair: MakePair, run: study.Run) -> None:
    with pytest.raises(ArmError, match=r"adding-thrice smelly crashed: ZeroDivisionError.*smelly.py, line 8"):
        study.study(pair(smelly=with_work("return 1 / count")), run)
    assert workers() == set()


def test_a_hang_is_stopped_with_everything_it_started(
    pair: MakePair, run: study.Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(study, "LOAD_SECONDS", 2.0)
    note = tmp_path / "grandchild"
    start = "import subprocess; child = subprocess.Popen(['sleep', '600'])"
    body = f"{start}; open({str(note)!r}, 'w').write(str(child.pid)); time.sleep(600)"
    with pytest.raises(ArmError, match="did not answer within 2 s and was stopped"):
        study.study(pair(lean=with_work(body)), run)

    assert workers() == set()
    assert not alive(int(note.read_text()))


def alive(process: int) -> bool:
    """Whether a process runs; one that is dead and not yet waited for does not."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_a_killed_arm_is_reported_with_its_last_words(pair: MakePair, run: study.Run) -> None:
    body = "print('out of luck', file=sys.stderr, flush=True); os.kill(os.getpid(), 9)"
    with pytest.raises(ArmError, match=r"died .killed by SIGKILL.; it said last: out of luck"):
        study.study(pair(smelly=with_work(body)), run)


def test_megabytes_of_output_neither_block_nor_fill_anything(pair: MakePair, run: study.Run) -> None:
    loud = THRICE.replace("    return total", "    print('x' * 200_000)\n    return total")
    found = study.study(pair(smelly=loud), run)
    assert found.energy.ratio > 2


def test_output_on_the_pipe_of_the_protocol_is_kept_apart(pair: MakePair, run: study.Run) -> None:
    noisy = ONCE.replace("    return total", "    os.write(1, b'{}\\n')\n    return total")
    found = study.study(pair(lean=noisy.replace('"""\n', '"""\nimport os\n', 1)), run)
    assert found.energy.ratio > 2


def test_arms_that_disagree_give_no_evidence(pair: MakePair, run: study.Run) -> None:
    other = ONCE.replace("    return total", "    return total + 1")
    with pytest.raises(ArmError, match="the arms disagree: result"):
        study.study(pair(lean=other), run)


def test_a_work_that_keeps_state_is_refused(pair: MakePair, run: study.Run) -> None:
    counting = "work.calls = getattr(work, 'calls', 0) + 1\n    return work.calls"
    with pytest.raises(ArmError, match="keeps state between calls"):
        study.study(pair(smelly=with_work(counting)), run)


def test_a_missing_library_is_named_with_the_way_to_get_it(pair: MakePair, run: study.Run) -> None:
    with pytest.raises(MissingLibraryError, match=r"needs no_such_library.*pip install no_such_library"):
        study.study(pair(smelly="import no_such_library\n"), run)
    assert "smelllint[bench]" in arm.how_to_install("torch.nn")
    assert "scikit-learn" in arm.how_to_install("sklearn")


def test_a_file_without_work_is_refused(pair: MakePair, run: study.Run) -> None:
    with pytest.raises(ArmError, match=r"lean.py has no function prepare"):
        study.study(pair(lean="x = 1\n"), run)


def test_a_result_that_cannot_be_compared_is_refused(pair: MakePair, run: study.Run) -> None:
    with pytest.raises(ArmError, match="result is a object, which cannot be compared"):
        study.study(pair(smelly=with_work("return object()")), run)


def test_a_lossy_mend_may_cost_a_little_quality_and_no_more(pair: MakePair, run: study.Run) -> None:
    score = ONCE + "\n\ndef quality(result):\n    return {quality}\n"
    worse = score.replace("return total", "return total * 2")
    kept = study.study(pair(score.format(quality=0.90), worse.format(quality=0.89), "kept"), run)
    assert kept.agreement == {"kind": "quality", "smelly_quality": 0.90, "lean_quality": 0.89}

    with pytest.raises(ArmError, match=r"quality falls from 0\.9 to 0\.8"):
        study.study(pair(score.format(quality=0.9), worse.format(quality=0.8), "lost"), run)


def test_memory_has_a_verdict_of_its_own(pair: MakePair, run: study.Run) -> None:
    hungry = ONCE.replace("    for _", "    held = bytearray(40_000_000)\n    for _")
    found = study.study(pair(smelly=hungry), run)

    assert found.memory_verdict is Verdict.SAVES
    assert found.memory is not None
    assert found.memory.smelly_rise == pytest.approx(40_000_000, rel=0.05)


def test_a_meter_without_a_reading_voids_the_rounds_and_says_why(pair: MakePair, run: study.Run) -> None:
    with pytest.raises(ArmError, match=r"too many rounds are void: .* below what the meter resolves"):
        study.study(pair(smelly=with_work("time.sleep(0.05)"), lean=with_work("time.sleep(0.05)")), run)


def test_ctrl_c_keeps_what_is_enough_to_judge_by(
    pair: MakePair, run: study.Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run.plan = replace(run.plan, processes=(2, 9), precision=1e-9)
    monkeypatch.setattr(protocol, "repetition", interrupting_after(2))
    found = study.study(pair(), run)
    assert found.record["interrupted"]
    assert found.energy.processes == 2

    monkeypatch.setattr(protocol, "repetition", interrupting_after(1))
    with pytest.raises(study.InterruptedStudyError, match="after 1 processes: too few"):
        study.study(pair(name="again"), run)
    assert workers() == set()


def interrupting_after(processes: int) -> Callable[..., protocol.Process]:
    """`protocol.repetition` that the user interrupts after so many."""
    done: list[int] = []
    real = ORIGINAL_REPETITION

    def repetition(*arguments: object) -> protocol.Process:
        if len(done) == processes:
            raise KeyboardInterrupt
        done.append(1)
        return real(*arguments)

    return repetition


ORIGINAL_REPETITION: Callable[..., protocol.Process] = protocol.repetition


class Socket:
    """A meter that reads five joules whenever it is asked."""

    name, counts, unit, level, block_seconds, shared, margin = (
        "socket",
        "",
        "J",
        Level.JOULES,
        1.0,
        True,
        0.05,
    )

    def mark(self) -> None:
        return None

    def since(self, mark: None) -> Reading:
        return Reading(5.0)


def test_idle_power_is_read_from_the_meter(run: study.Run) -> None:
    run.meter = Socket()
    watts = study.idle_watts(run, seconds=0.05)
    assert watts == pytest.approx(100, rel=0.2)


def test_the_hash_of_a_pair_ignores_line_ends_and_nothing_else(pair: MakePair) -> None:
    made = pair()
    before = made.digest
    made.smelly.write_bytes(made.smelly.read_bytes().replace(b"\n", b"\r\n"))
    assert made.digest == before
    made.smelly.write_text(THRICE + "\n")
    assert Pair(made.name, made.folder).digest != before
