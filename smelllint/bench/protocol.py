"""The design of a comparison: fresh processes, interleaved random blocks, stopping by precision.

    Plan         the numbers of a design: how many processes and rounds, how sure to get, how long to take
    Lineup       which files become worker processes, which blocks a round has, which of them are compared
    Process      what one repetition measured: every block's amounts, and what was void
    repetitions  start the workers anew, drive their blocks in random order, until the interval is narrow

In each repetition every arm is a process of its own. They load at the same time, and are then driven block by
block, so that only one works at a time. A round runs each block once in random order; blocks of one round are
compared with each other. A round is void as a whole, for reasons fixed beforehand (see `conditions`) or a
meter without a reading. Sampling stops when the intervals are narrow, never when they exclude something.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from smelllint.bench import conditions, statistics
from smelllint.bench.arm import CALL_SECONDS, LOAD_SECONDS, Arm, ArmError
from smelllint.bench.meters import Meter
from smelllint.bench.nursery import FORKS, Nurseries, Nursery, spawn
from smelllint.bench.nursery import Process as WorkerProcess

PROTOCOL = 1
RELATIVE_PRECISION = 0.05  # of the log-ratio: a twelvefold saving need not be known to 2 %

Environment = Callable[[int], Mapping[str, str]]
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """The numbers of a design.

    processes      the least and the most repetitions in fresh processes
    rounds         the least and the most rounds in each
    precision      half-width of the interval, on the log scale, at which sampling stops
    block          length of a block, as a share of what the meter asks for
    seconds        after the least number of rounds, a process may sample for so long
    own_check      whether lean against lean, and twice lean, run in the same rounds
    memory_calls   calls whose peak memory is noted
    as_found       whether to measure in the user's own environment as well, for information
    curve          whether to measure at the sizes that the pair names as well
    keep_imports   whether rules share the processes that import for them
    """

    name: str
    processes: tuple[int, int]
    rounds: tuple[int, int]
    precision: float
    block: float
    seconds: float
    own_check: bool
    memory_calls: int = 0
    as_found: bool = False
    curve: bool = False
    keep_imports: bool = False


QUICK = Plan("quick", (3, 3), (4, 10), 0.03, 0.6, 1.5, own_check=False, memory_calls=2, keep_imports=True)
THOROUGH = Plan(
    "thorough", (5, 10), (8, 40), 0.018, 0.6, 12.0, own_check=True, memory_calls=3, as_found=True, curve=True
)
SELF_CHECK = Plan("self-check", (5, 14), (10, 24), 0.018, 0.6, 4.0, own_check=True)
AS_FOUND = Plan("as-found", (3, 3), (4, 4), 0.05, 0.6, 2.0, own_check=False)
CURVE = Plan("curve", (3, 3), (5, 8), 0.03, 0.6, 1.0, own_check=False)


@dataclass(frozen=True)
class Block:
    """One block of a round: which worker runs it, and how many times its calibrated number of calls."""

    worker: str
    times: int = 1


@dataclass(frozen=True)
class Lineup:
    """The workers by name, the blocks of a round by name, and which blocks are compared."""

    workers: Mapping[str, Path]
    blocks: Mapping[str, Block]
    comparisons: Sequence[tuple[str, str]]


def pair_lineup(smelly: Path, lean: Path, own_check: bool) -> Lineup:
    """The two arms of a rule; with the checks a run makes on itself, lean takes part a second time."""
    workers = {"smelly": smelly, "lean": lean}
    blocks = {"smelly": Block("smelly"), "lean": Block("lean")}
    if not own_check:
        return Lineup(workers, blocks, [("smelly", "lean")])
    check = check_lineup(lean)
    return Lineup(
        {**workers, **check.workers}, {**blocks, **check.blocks}, [("smelly", "lean"), *check.comparisons]
    )


def check_lineup(lean: Path) -> Lineup:
    """One file against itself in another process, and against twice itself."""
    return Lineup(
        {"lean": lean, "again": lean},
        {"lean": Block("lean"), "again": Block("again"), "double": Block("again", times=2)},
        [("again", "lean"), ("double", "lean")],
    )


@dataclass
class Amounts:
    """What a block cost in each round: by the meter, in CPU-seconds, in seconds on the wall."""

    calls: int
    amount: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Per call, to six figures."""
        return {
            "calls": self.calls,
            **{
                name: [float(f"{value / self.calls:.6g}") for value in getattr(self, name)]
                for name in ("amount", "cpu", "wall")
            },
        }


@dataclass
class Process:
    """One repetition: its seed, its blocks, how many rounds were void and why."""

    seed: int
    blocks: dict[str, Amounts]
    libraries: dict[str, Any]
    void: Counter[str] = field(default_factory=Counter)

    @property
    def rounds(self) -> int:
        return min(len(amounts.amount) for amounts in self.blocks.values())

    def log_ratios(self, comparison: tuple[str, str]) -> list[float]:
        one, other = (self.blocks[name] for name in comparison)
        per_call = ([value / arm.calls for value in arm.amount] for arm in (one, other))
        return statistics.log_ratios(*per_call)

    def as_json(self) -> dict[str, Any]:
        return {
            "seed": self.seed,
            "void": dict(self.void),
            "blocks": {name: amounts.as_json() for name, amounts in self.blocks.items()},
        }


@dataclass(frozen=True)
class Setting:
    """Where a comparison runs: device, meter, the environment of a seed, and a folder for scratch.

    modules     what the arms import; each set of workers is forked from a process that has it
    nurseries   such processes, where they are kept from one comparison to the next
    size        what `prepare` is given besides the device
    """

    device: str
    meter: Meter
    environment: Environment
    scratch: Path
    modules: Sequence[str] = ()
    nurseries: Nurseries | None = None
    size: Mapping[str, int] = field(default_factory=dict)

    def load_request(self, path: Path, seed: int) -> dict[str, Any]:
        """What an arm is asked to load."""
        return {
            "path": str(path),
            "device": self.device,
            "meter": self.meter.name,
            "seed": seed,
            "size": self.size,
        }

    def own(self, versions: Mapping[str, str]) -> dict[str, str]:
        """The versions of what the arms import; a kept process may have imported for other rules, too."""
        roots = {module.partition(".")[0] for module in self.modules}
        return {name: version for name, version in versions.items() if not roots or name in roots}

    @contextmanager
    def workers(self, seed: int) -> Iterator[Callable[[], WorkerProcess]]:
        """What starts one worker after the other for a set of this seed."""
        environment = self.environment(seed)
        alone = partial(spawn, self.scratch, environment)
        if not FORKS or not self.modules:
            yield alone
        elif self.nurseries is not None:
            nursery = self.nurseries.of(seed, self.scratch, environment)
            yield nursery.fork if nursery.ready_for(self.modules) else alone
        else:
            with Nursery(self.scratch, environment) as nursery:
                yield nursery.fork if nursery.ready_for(self.modules) else alone


def repetitions(
    lineup: Lineup, plan: Plan, setting: Setting, tell: Tell = lambda _: None
) -> Iterator[Process]:
    """Fresh processes, each with its rounds, until the plan is content. ArmError when an arm fails."""
    least, most = plan.processes
    done: list[Process] = []
    for seed in range(most):
        tell(f"process {seed + 1} of {least}" if seed < least else f"process {seed + 1}, for precision")
        process = repetition(lineup, plan, setting, seed)
        done.append(process)
        yield process
        if len(done) >= least and precise_across(done, lineup.comparisons, plan.precision):
            return


def repetition(lineup: Lineup, plan: Plan, setting: Setting, seed: int) -> Process:
    """One set of fresh workers: load them together, calibrate one after the other, then run the rounds."""
    with ExitStack() as stack:
        start = stack.enter_context(setting.workers(seed))
        arms = {
            name: stack.enter_context(Arm(f"{path.parent.name} {path.stem}", start()))
            for name, path in lineup.workers.items()
        }
        for name, arm in arms.items():
            arm.send("load", **setting.load_request(lineup.workers[name], seed))
        loaded = [arm.receive(LOAD_SECONDS) for arm in arms.values()]
        seconds = plan.block * setting.meter.block_seconds
        sizes = {name: arm.ask("calibrate", seconds=seconds) for name, arm in arms.items()}
        blocks = {name: Amounts(sizes[block.worker]["calls"]) for name, block in lineup.blocks.items()}
        libraries = {**setting.own(loaded[0]["versions"]), **loaded[0]["libraries"]}
        process = Process(seed, blocks, libraries)
        expected = {name: size["seconds"] for name, size in sizes.items()}
        run_rounds(process, lineup, plan, setting.meter, arms, expected)
    return process


def run_rounds(
    process: Process,
    lineup: Lineup,
    plan: Plan,
    meter: Meter,
    arms: Mapping[str, Arm],
    expected: Mapping[str, float],
) -> None:
    """Rounds in random order until the process is precise, its time is up, or too much was void."""
    chance = random.Random(process.seed)
    least, most = plan.rounds
    began = conditions.look().running
    for order in orders(list(lineup.blocks), chance):
        reason = run_round(process, lineup, meter, arms, expected, order)
        if reason:
            process.void[reason] += 1
        if process.void.total() > max(least, process.rounds):
            raise ArmError(f"too many rounds are void: {describe_void(process.void)}")
        if process.rounds < least:
            continue
        spent = conditions.look().running - began
        if process.rounds >= most or spent > plan.seconds or precise_within(process, lineup, plan.precision):
            return


def orders(names: list[str], chance: random.Random) -> Iterator[list[str]]:
    """Random orders, balanced: each is followed by its own reverse."""
    while True:
        order = chance.sample(names, len(names))
        yield order
        yield order[::-1]


def run_round(
    process: Process,
    lineup: Lineup,
    meter: Meter,
    arms: Mapping[str, Arm],
    expected: Mapping[str, float],
    order: Sequence[str],
) -> str:
    """Run each block once and note the amounts; when the round is void, note nothing and say why."""
    before, readings = conditions.look(), {}
    for name in order:
        block = lineup.blocks[name]
        patience = max(CALL_SECONDS, 20 * block.times * expected[block.worker])
        calls = process.blocks[name].calls * block.times
        readings[name] = arms[block.worker].ask("block", timeout=patience, calls=calls)
    unread = next((reading["reason"] for reading in readings.values() if reading["amount"] is None), "")
    own = sum(reading["cpu"] for reading in readings.values())
    reason = unread or conditions.void_reason(before, conditions.look(), own, meter.shared)
    if not reason:
        for name, reading in readings.items():
            amounts = process.blocks[name]
            amounts.amount.append(reading["amount"])
            amounts.cpu.append(reading["cpu"])
            amounts.wall.append(reading["wall"])
    return reason


def describe_void(void: Counter[str]) -> str:
    return ", ".join(f"{count} x {reason}" for reason, count in void.most_common())


def wanted(log_ratio: float, precision: float) -> float:
    """The half-width that is narrow enough for a ratio of this size."""
    return max(precision, RELATIVE_PRECISION * abs(log_ratio))


def precise_within(process: Process, lineup: Lineup, precision: float) -> bool:
    """Whether every comparison is known well enough from this process alone."""
    for comparison in lineup.comparisons:
        low, high = statistics.signed_rank_interval(process.log_ratios(comparison))
        if (high - low) / 2 > wanted((low + high) / 2, precision):
            return False
    return True


def precise_across(done: Sequence[Process], comparisons: Sequence[tuple[str, str]], precision: float) -> bool:
    """Whether every comparison is known well enough from all processes together."""
    for comparison in comparisons:
        estimate = statistics.interval([process.log_ratios(comparison) for process in done])
        if estimate.half_width > wanted(estimate.log_ratio, precision):
            return False
    return True
