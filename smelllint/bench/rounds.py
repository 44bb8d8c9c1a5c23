"""Rounds of a user's command: in the tree as it is, and as the fixes would leave it.

    Plan        how many rounds, how sure to get, how long to take
    Proof       what one variant's runs say against the original's: ratio, memory, outputs, verdict
    measure     rounds of runs in random order, until the intervals are narrow or the time is up
    worth       whether a variant saved and changed nothing

Every run is a fresh process in a fresh copy of the tree. One run of each variant comes first and does not
count: it compiles every module anew, the libraries' too, which would hide what the fixes save. The original
takes part twice in each round: that shows whether the program's own output repeats, and how far apart equal
programs read.
"""

from __future__ import annotations

import math
import random
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from smelllint.bench import evidence, likeness
from smelllint.bench.meters import Meter
from smelllint.bench.protocol import orders
from smelllint.bench.statistics import Interval, Verdict, interval, verdict
from smelllint.bench.trial import Bench, Trial, TrialError, last_line
from smelllint.bench.variants import AGAIN, ORIGINAL, Variant

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """The least and the most rounds, the half-width at which to stop, and the seconds after which to."""

    rounds: tuple[int, int] = (5, 20)
    precision: float = 0.02
    seconds: float = 600.0


@dataclass(frozen=True)
class Comparison:
    """What is compared: "stdout" or files of the tree, how close numbers are, which lines do not count."""

    outputs: tuple[str, ...] = ("stdout",)
    tolerance: float = 1e-3
    ignored: re.Pattern[str] | None = None


@dataclass(frozen=True)
class Proof:
    """One variant against the original. `difference` says where the outputs differ first, or nothing."""

    variant: Variant
    energy: Interval
    time: Interval
    memory: evidence.Memory
    difference: str
    margin: float
    trials: list[Trial]

    @property
    def verdict(self) -> Verdict:
        return verdict(self.energy, self.margin)


@dataclass(frozen=True)
class Proven:
    """The proofs, the original against itself, the runs in all, and how the original's runs repeat."""

    proofs: list[Proof]
    same: Proof
    original: list[Trial]
    rounds: int
    interrupted: bool

    @property
    def trusted(self) -> bool:
        """Whether equal programs read as equal."""
        return self.same.verdict in (Verdict.EQUIVALENT, Verdict.INCONCLUSIVE)

    @property
    def repeats(self) -> bool:
        """Whether the program's own output is the same from run to run."""
        return not self.same.difference


def measure(
    variants: Sequence[Variant], bench: Bench, meter: Meter, plan: Plan, comparison: Comparison, tell: Tell
) -> Proven:
    """Run the command in every variant, in rounds. TrialError when it cannot be run or fails as it is.

    Ctrl-C ends the rounds; what was measured counts when there are enough of them.
    """
    arms = {variant.name: variant for variant in (Variant(ORIGINAL), Variant(AGAIN), *variants)}
    trials: dict[str, list[Trial]] = {name: [] for name in arms}
    interrupted = False

    def run(name: str) -> Trial:
        trial = bench.run(arms[name], meter, comparison.outputs)
        refuse_failure(name, trial, bench)
        return trial

    for name in arms:
        tell(f"warming up, {name}")
        run(name)
    try:
        for number, order in enumerate(rounds(list(arms), trials, plan), 1):
            fresh = {}
            for name in order:
                tell(f"round {number}, {name}")
                fresh[name] = run(name)
            for name, trial in fresh.items():
                trials[name].append(trial)
    except KeyboardInterrupt:
        interrupted = True
        if len(trials[ORIGINAL]) < plan.rounds[0]:
            raise
    proofs = [compare(arms[name], trials, meter, comparison) for name in arms if name != ORIGINAL]
    return Proven(proofs[1:], proofs[0], trials[ORIGINAL], len(trials[ORIGINAL]), interrupted)


def rounds(names: list[str], trials: dict[str, list[Trial]], plan: Plan) -> Iterator[list[str]]:
    """Random orders, as long as another round is wanted."""
    began = time.monotonic()
    least, most = plan.rounds
    for number, order in enumerate(orders(names, random.Random(0))):
        if number >= least:
            spent = time.monotonic() - began
            if number >= most or spent * (number + 1) / number > plan.seconds or narrow(trials, plan):
                return
        yield order


def narrow(trials: dict[str, list[Trial]], plan: Plan) -> bool:
    """Whether every variant's ratio is known well enough."""
    others = [runs for name, runs in trials.items() if name != ORIGINAL]
    return all(ratio(trials[ORIGINAL], runs, "amount").half_width <= plan.precision for runs in others)


def ratio(original: Sequence[Trial], other: Sequence[Trial], field: str) -> Interval:
    """original / other by rounds; each run is a process of its own, so each round is one."""
    pairs = zip(original, other, strict=True)
    return interval([[math.log(getattr(one, field) / getattr(two, field))] for one, two in pairs])


def refuse_failure(name: str, trial: Trial, bench: Bench) -> None:
    """A command that fails in the tree as it is proves nothing."""
    if name in (ORIGINAL, AGAIN) and trial.said.exit_code != 0:
        words = last_line(bench.errors)
        raise TrialError(f"the command fails as it is, with exit code {trial.said.exit_code}: {words}")


def compare(variant: Variant, trials: dict[str, list[Trial]], meter: Meter, comparison: Comparison) -> Proof:
    """What the runs of a variant say against the original's."""
    original, other = trials[ORIGINAL], trials[variant.name]
    differences = (
        likeness.difference(one.said, two.said, comparison.tolerance, comparison.ignored)
        for one, two in zip(original, other, strict=True)
    )
    return Proof(
        variant=variant,
        energy=ratio(original, other, "amount"),
        time=ratio(original, other, "seconds"),
        memory=memory(original, other),
        difference=next(filter(None, differences), ""),
        margin=meter.margin,
        trials=other,
    )


def memory(original: Sequence[Trial], other: Sequence[Trial]) -> evidence.Memory:
    """Peak resident bytes of both, as the system keeps them for a finished process."""
    before, after = [trial.peak for trial in original], [trial.peak for trial in other]
    return evidence.Memory(
        (min(before), max(before)), (min(after), max(after)), int(median(before)), int(median(after))
    )


def worth(proven: Proven, proof: Proof) -> bool:
    """Whether a variant saved energy, or memory at no cost in energy, and changed no output."""
    if not proven.trusted or not proven.repeats or proof.difference:
        return False
    if proof.verdict is Verdict.SAVES:
        return True
    return proof.verdict is Verdict.EQUIVALENT and proof.memory.verdict is Verdict.SAVES


def seconds(trials: Sequence[Trial]) -> float:
    """How long one run takes, in the middle."""
    return median(trial.seconds for trial in trials)


def absolute(trials: Sequence[Trial]) -> Interval:
    """What one run costs by the meter, with its interval."""
    return interval([[math.log(trial.amount)] for trial in trials])
