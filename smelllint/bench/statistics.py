"""From pairs of blocks to a ratio, an interval and a verdict. Standard library only, seeded, exact to repeat.

    log_ratios        one number for each pair of adjacent blocks: ln(smelly / lean)
    hodges_lehmann    the centre of one process: the median of all pairwise means
    interval          the centre over processes and its 95 % interval, by a hierarchical bootstrap
    verdict           saves, equivalent, costs or inconclusive, by the interval and a margin
    unsteady          whether the ratio drifted between the first and the last third of the pairs

Noise in a running machine is autocorrelated, and processes differ by their memory layout, so pairs of
adjacent blocks are compared, and whole processes are resampled. With few processes a plain bootstrap is too
narrow; its deviations are widened to Student's t with one degree of freedom less than there are processes.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from statistics import NormalDist, median

REPLICATES = 1000
INNER_REPLICATES = 60
CONFIDENCE = 0.95

# Two-sided 95 % points of Student's t for 1 to 30 degrees of freedom; beyond, the normal one is close enough.
STUDENT = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
    2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)  # fmt: skip
NORMAL = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2)


class Verdict(Enum):
    """What the interval says about the mend."""

    SAVES = "saves"
    EQUIVALENT = "equivalent"
    COSTS = "costs"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True)
class Interval:
    """A ratio smelly / lean with its 95 % interval, and what it rests on."""

    ratio: float
    low: float
    high: float
    processes: int
    pairs: int

    @property
    def log_ratio(self) -> float:
        return math.log(self.ratio)

    @property
    def half_width(self) -> float:
        """Half the length of the interval on the log scale: 0.02 reads as 2 %."""
        return (math.log(self.high) - math.log(self.low)) / 2

    @property
    def saving(self) -> float:
        """The share of the smelly cost that the mend saves; negative where it costs more."""
        return 1 - 1 / self.ratio

    def __str__(self) -> str:
        ratio, low, high = (f"{value:.{digits(value)}f}" for value in (self.ratio, self.low, self.high))
        return f"{ratio} [{low}, {high}]"


def digits(number: float) -> int:
    """Decimals that leave about four significant figures of a ratio."""
    return max(0, 3 - max(0, math.floor(math.log10(abs(number) or 1))))


def log_ratios(smelly: Sequence[float], lean: Sequence[float]) -> list[float]:
    """ln(smelly / lean) for each pair of amounts; every amount is above zero."""
    return [math.log(one / other) for one, other in zip(smelly, lean, strict=True)]


def walsh_averages(values: Sequence[float]) -> list[float]:
    """The means of all pairs, each value with itself included, sorted."""
    return sorted((one + other) / 2 for at, one in enumerate(values) for other in values[at:])


def hodges_lehmann(values: Sequence[float]) -> float:
    """The median of the pairwise means: as sure as the mean on clean data, deaf to a few wild values."""
    return median(walsh_averages(values))


def signed_rank_interval(values: Sequence[float]) -> tuple[float, float]:
    """The 95 % interval of the centre of one process (Wilcoxon's signed ranks, normal approximation)."""
    averages, n = walsh_averages(values), len(values)
    spread = math.sqrt(n * (n + 1) * (2 * n + 1) / 24)
    skip = max(0, math.floor(n * (n + 1) / 4 - NORMAL * spread))
    return averages[skip], averages[-1 - skip]


def interval(processes: Sequence[Sequence[float]], seed: int = 0) -> Interval:
    """The ratio and its interval from log-ratios by process; ValueError with fewer than two processes."""
    processes = [values for values in processes if values]
    if len(processes) < 2:
        raise ValueError("an interval needs at least two processes: one says nothing about memory layout")
    centre = hodges_lehmann([hodges_lehmann(values) for values in processes])
    replicates = hierarchical_bootstrap(processes, random.Random(seed))
    widen = small_sample_factor(len(processes))
    low = centre - widen * (centre - quantile(replicates, (1 - CONFIDENCE) / 2))
    high = centre + widen * (quantile(replicates, (1 + CONFIDENCE) / 2) - centre)
    return Interval(
        ratio=math.exp(centre),
        low=math.exp(min(low, centre)),
        high=math.exp(max(high, centre)),
        processes=len(processes),
        pairs=sum(len(values) for values in processes),
    )


def hierarchical_bootstrap(processes: Sequence[Sequence[float]], chance: random.Random) -> list[float]:
    """Centres of resampled studies, sorted: processes drawn with replacement, then pairs within each."""
    within = [
        [hodges_lehmann(chance.choices(values, k=len(values))) for _ in range(INNER_REPLICATES)]
        for values in processes
    ]
    count = len(processes)
    return sorted(
        hodges_lehmann([chance.choice(centres) for centres in chance.choices(within, k=count)])
        for _ in range(REPLICATES)
    )


def small_sample_factor(count: int) -> float:
    """How much wider than the bootstrap's an interval from `count` processes must be.

    Resampling n values understates their variance by (n - 1) / n and takes the normal distribution for
    Student's; both are put right here (Hesterberg 2015, section 3.4).
    """
    freedom = count - 1
    student = STUDENT[freedom - 1] if freedom <= len(STUDENT) else NORMAL
    return student / NORMAL * math.sqrt(count / freedom)


def quantile(ordered: Sequence[float], share: float) -> float:
    """The value below which `share` of sorted values lie, interpolated."""
    position = share * (len(ordered) - 1)
    below = math.floor(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)


def verdict(estimate: Interval, margin: float) -> Verdict:
    """What an interval says when ratios within 1 / (1 + margin) and 1 + margin count as the same."""
    above, below = 1 + margin, 1 / (1 + margin)
    if estimate.low > above:
        return Verdict.SAVES
    if estimate.high < below:
        return Verdict.COSTS
    if below < estimate.low and estimate.high < above:
        return Verdict.EQUIVALENT
    return Verdict.INCONCLUSIVE


def unsteady(processes: Sequence[Sequence[float]]) -> bool:
    """Whether the ratio drifted: the first and the last third of the pairs differ at the 1 % level."""
    early: list[float] = []
    late: list[float] = []
    for values in processes:
        if len(values) < 3:
            continue
        centre, third = median(values), len(values) // 3
        early += [value - centre for value in values[:third]]
        late += [value - centre for value in values[-third:]]
    if len(early) < 4:
        return False
    return abs(rank_sum_score(early, late)) > NormalDist().inv_cdf(0.995)


def rank_sum_score(one: Sequence[float], other: Sequence[float]) -> float:
    """The Mann-Whitney statistic of two samples as a standard normal score; ties count half."""
    wins = sum((a > b) + (a == b) / 2 for a in one for b in other)
    count = len(one) * len(other)
    return (wins - count / 2) / math.sqrt(count * (len(one) + len(other) + 1) / 12)
