"""One rule, measured from end to end.

study        agreement and memory, then the samples, then the evidence
self_check   the checks of a whole run, on a small workload of the harness's own
idle_watts   what the machine draws while nothing runs, for meters that count joules
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from smelllint.bench import environment, evidence, protocol
from smelllint.bench.arm import LOAD_SECONDS, Arm, ArmError
from smelllint.bench.meters import Level, Meter
from smelllint.bench.nursery import Nurseries, spawn
from smelllint.bench.pairs import Pair
from smelllint.bench.protocol import Plan, Process, Setting, Tell

CHECK_WORKLOAD = Path(__file__).with_name("checkload.py")
IDLE_SECONDS = 10.0


class InterruptedStudyError(Exception):
    """The user stopped before there was enough to judge by; `processes` had been measured."""

    def __init__(self, processes: int) -> None:
        self.processes = processes
        super().__init__(f"stopped after {processes} processes: too few to judge by, nothing was written")


@dataclass
class Run:
    """What all rules of one command share: device, meter, plan, scratch, and the run's own check."""

    device: str
    meter: Meter
    plan: Plan
    scratch: Path
    self_check: list[Process] = field(default_factory=list)
    nurseries: Nurseries | None = None

    def setting(self, environment_of: protocol.Environment, modules: Sequence[str] = ()) -> Setting:
        return Setting(self.device, self.meter, environment_of, self.scratch, modules, self.nurseries)


@contextmanager
def a_run(device: str, meter: Meter, plan: Plan) -> Iterator[Run]:
    """A run with a scratch folder that is gone afterwards."""
    scratch = TemporaryDirectory(prefix="smelllint-bench-", ignore_cleanup_errors=True)
    with scratch as folder, Nurseries() as nurseries:
        kept = nurseries if plan.keep_imports else None
        yield Run(device, meter, plan, Path(folder), nurseries=kept)


def self_check(run: Run, tell: Tell = lambda _: None) -> None:
    """Check the run, once for all its rules, on a workload that needs no library."""
    tell("the harness checks itself")
    lineup = protocol.check_lineup(CHECK_WORKLOAD)
    setting = run.setting(environment.pinned)
    run.self_check = list(protocol.repetitions(lineup, protocol.SELF_CHECK, setting, tell))


def study(pair: Pair, run: Run, tell: Tell = lambda _: None) -> evidence.Evidence:
    """Measure one pair. ArmError when an arm fails or the arms disagree; InterruptedStudyError on Ctrl-C.

    After an interruption what is there is used, as long as the least number of processes is there.
    """
    tell("do both arms compute the same?")
    first = first_look(pair, run)
    if not run.plan.own_check and not run.self_check:
        self_check(run, tell)
    idle = [idle_watts(run)] if run.meter.level is Level.JOULES else []
    lineup = protocol.pair_lineup(pair.smelly, pair.lean, run.plan.own_check)
    processes: list[Process] = []
    interrupted = False
    try:
        # What came before an interruption stays in the list.
        setting = run.setting(environment.pinned, first.modules)
        processes.extend(protocol.repetitions(lineup, run.plan, setting, tell))
        as_found = sample_as_found(pair, run, tell)
        curve = sample_curve(pair, run, first, tell)
    except KeyboardInterrupt:
        interrupted, as_found, curve = True, [], []
        if len(processes) < run.plan.processes[0]:
            raise InterruptedStudyError(len(processes)) from None
    idle += [idle_watts(run)] if run.meter.level is Level.JOULES and not interrupted else []
    return evidence.finish(
        {
            **facts(pair, run),
            "agreement": first.agreement,
            "memory": first.memory,
            "idle_watts": idle,
            "interrupted": interrupted,
            "libraries": processes[0].libraries,
            "processes": [process.as_json() for process in processes],
            "self_check": [process.as_json() for process in run.self_check],
            "as_found": [process.as_json() for process in as_found],
            "curve": curve,
        }
    )


def facts(pair: Pair, run: Run) -> dict[str, Any]:
    """What was measured, by what, where."""
    meter = run.meter
    return {
        "protocol": protocol.PROTOCOL,
        "rule": pair.name,
        "device": run.device,
        "pair": pair.digest,
        "taken": datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
        "effort": run.plan.name,
        "meter": {
            "name": meter.name,
            "unit": meter.unit,
            "level": meter.level.value,
            "margin": meter.margin,
            "block_seconds": run.plan.block * meter.block_seconds,
        },
        "environment": environment.fingerprint(),
        "pinned": environment.PINNED,
    }


@dataclass(frozen=True)
class FirstLook:
    """What is found out before the samples: agreement, memory, and what the arms import."""

    agreement: dict[str, Any]
    memory: dict[str, Any]
    modules: list[str]
    sizes: dict[str, list[int]]


def first_look(pair: Pair, run: Run) -> FirstLook:
    """Look at both arms in processes apart from the samples. ArmError when one fails or they disagree."""
    kept = str(run.scratch / f"{pair.name}.result")
    with ExitStack() as stack:
        arms = {
            path.stem: stack.enter_context(
                Arm(f"{pair.name} {path.stem}", spawn(run.scratch, environment.for_memory(0)))
            )
            for path in (pair.smelly, pair.lean)
        }
        for arm in arms:
            request = run.setting(environment.for_memory).load_request(pair.folder / f"{arm}.py", seed=0)
            arms[arm].send("load", **request, weigh=True)
        held = {arm: arms[arm].receive(LOAD_SECONDS)["held"] for arm in arms}
        arms["smelly"].ask("agree", LOAD_SECONDS, keep=kept)
        agreement = arms["lean"].ask("agree", LOAD_SECONDS, against=kept)["agreement"]
        if agreement["kind"] == "different":
            raise ArmError(f"{pair.name}: the arms disagree: {agreement['detail']}")
        weights = {
            arm: {"held": held[arm], **arms[arm].ask("memory", LOAD_SECONDS, repeats=run.plan.memory_calls)}
            for arm in arms
        }
        modules = [module for arm in arms.values() for module in arm.ask("modules")["modules"]]
        sizes = arms["lean"].ask("sizes")["sizes"]
    return FirstLook(agreement, weights, modules, sizes)


def sample_as_found(pair: Pair, run: Run, tell: Tell) -> list[Process]:
    """The same pair in the user's own environment: threads and allocator as they are."""
    if not run.plan.as_found:
        return []
    tell("the same in the environment as it is")
    lineup = protocol.pair_lineup(pair.smelly, pair.lean, own_check=False)
    return list(protocol.repetitions(lineup, protocol.AS_FOUND, run.setting(environment.as_found)))


def sample_curve(pair: Pair, run: Run, first: FirstLook, tell: Tell) -> list[dict[str, Any]]:
    """The pair at the other sizes that it names, one parameter of `prepare` at a time."""
    if not run.plan.curve:
        return []
    lineup = protocol.pair_lineup(pair.smelly, pair.lean, own_check=False)
    curve = []
    for parameter, values in first.sizes.items():
        for value in values:
            tell(f"{parameter} = {value}")
            setting = replace(run.setting(environment.pinned, first.modules), size={parameter: value})
            processes = protocol.repetitions(lineup, protocol.CURVE, setting)
            sampled = [process.as_json() for process in processes]
            curve.append({"parameter": parameter, "value": value, "processes": sampled})
    return curve


def idle_watts(run: Run, seconds: float = IDLE_SECONDS) -> float | None:
    """Watts while nothing of ours runs; None where the meter gives no reading."""
    began, mark = time.perf_counter(), run.meter.mark()
    time.sleep(seconds)
    reading = run.meter.since(mark)
    return None if reading.amount is None else reading.amount / (time.perf_counter() - began)
