"""The statistics against distributions whose answer is known."""

from __future__ import annotations

import math
import random

import pytest

from smelllint.bench import statistics
from smelllint.bench.report import verdict_text
from smelllint.bench.statistics import Interval, Verdict


def study(
    chance: random.Random, ratio: float, between: float, within: float, processes: int, pairs: int
) -> list[list[float]]:
    """Log-ratios of a made-up study: a shift for each process, noise and some wild values for the pairs."""
    shifts = [chance.gauss(math.log(ratio), between) for _ in range(processes)]
    return [
        [chance.gauss(shift, within * (5 if chance.random() < 0.1 else 1)) for _ in range(pairs)]
        for shift in shifts
    ]


def test_hodges_lehmann_is_the_median_of_pairwise_means() -> None:
    assert statistics.hodges_lehmann([1.0, 2.0, 6.0]) == 2.75  # of 1, 1.5, 2, 3.5, 4, 6


def test_one_wild_value_hardly_moves_the_centre() -> None:
    clean = [0.01 * step for step in range(-10, 11)]
    assert abs(statistics.hodges_lehmann([*clean, 100.0]) - statistics.hodges_lehmann(clean)) < 0.02


@pytest.mark.parametrize(("between", "within"), [(0.0, 0.03), (0.011, 0.03), (0.03, 0.01)])
def test_the_interval_covers_the_truth_as_often_as_it_says(between: float, within: float) -> None:
    chance = random.Random(1)
    trials = 60
    covered = 0
    for trial in range(trials):
        estimate = statistics.interval(study(chance, 1.5, between, within, 5, 12), seed=trial)
        covered += estimate.low <= 1.5 <= estimate.high
    # 95 % nominal; fewer than 87 % of 60 would happen by chance once in a hundred times.
    assert covered / trials >= 0.87


def test_equal_arms_are_rarely_called_different() -> None:
    chance = random.Random(2)
    verdicts = [
        statistics.verdict(statistics.interval(study(chance, 1.0, 0.011, 0.02, 5, 30)), 0.03)
        for _ in range(40)
    ]
    assert Verdict.SAVES not in verdicts
    assert Verdict.COSTS not in verdicts
    assert verdicts.count(Verdict.EQUIVALENT) > 30


def test_a_real_saving_is_seen() -> None:
    chance = random.Random(3)
    verdicts = [
        statistics.verdict(statistics.interval(study(chance, 1.12, 0.011, 0.03, 5, 12)), 0.03)
        for _ in range(40)
    ]
    assert verdicts.count(Verdict.SAVES) > 32


def test_noise_between_processes_is_not_hidden_by_many_pairs() -> None:
    shifted = [[shift + 0.0001 * step for step in range(50)] for shift in (0.0, 0.1, -0.1, 0.05, -0.05)]
    assert statistics.interval(shifted).half_width > 0.08


def test_the_same_samples_give_the_same_interval() -> None:
    samples = study(random.Random(4), 2.0, 0.01, 0.02, 5, 15)
    assert statistics.interval(samples) == statistics.interval(samples)


def test_one_process_is_not_enough_for_an_interval() -> None:
    with pytest.raises(ValueError, match="at least two processes"):
        statistics.interval([[0.1, 0.2, 0.3], []])


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (1.04, 1.20, Verdict.SAVES),
        (1.03, 1.20, Verdict.INCONCLUSIVE),
        (0.98, 1.02, Verdict.EQUIVALENT),
        (0.90, 0.96, Verdict.COSTS),
        (0.90, 0.98, Verdict.INCONCLUSIVE),
        (0.95, 1.05, Verdict.INCONCLUSIVE),
    ],
)
def test_the_verdict_follows_from_interval_and_margin(low: float, high: float, expected: Verdict) -> None:
    estimate = Interval(math.sqrt(low * high), low, high, processes=5, pairs=60)
    assert statistics.verdict(estimate, 0.03) is expected


def test_a_drifting_ratio_is_called_unsteady() -> None:
    chance = random.Random(5)
    drifting = [[0.01 * step + chance.gauss(0, 0.01) for step in range(15)] for _ in range(3)]
    steady = [[chance.gauss(0, 0.01) for _ in range(15)] for _ in range(3)]
    assert statistics.unsteady(drifting)
    assert not statistics.unsteady(steady)


def test_the_signed_rank_interval_covers_the_centre_of_one_process() -> None:
    chance = random.Random(6)
    covered = 0
    for _ in range(400):
        low, high = statistics.signed_rank_interval([chance.gauss(0, 1) for _ in range(15)])
        covered += low <= 0 <= high
    assert 0.92 <= covered / 400 <= 0.98


def test_a_ratio_is_printed_with_four_figures() -> None:
    assert str(Interval(1.06012, 1.04811, 1.0732, 5, 60)) == "1.060 [1.048, 1.073]"
    assert str(Interval(499.04, 486.9, 510.2, 3, 24)) == "499.0 [486.9, 510.2]"
    assert str(Interval(1288.4, 1281.2, 1297.0, 3, 24)) == "1288 [1281, 1297]"


def test_the_saving_is_the_share_that_falls_away() -> None:
    assert Interval(4.0, 3.9, 4.1, 5, 60).saving == pytest.approx(0.75)
    assert Interval(0.5, 0.4, 0.6, 5, 60).saving == pytest.approx(-1.0)


@pytest.mark.parametrize(
    ("ratio", "words"), [(1.5, "saves 33%"), (13.5, "saves 92.5%"), (450.0, "saves 99.77%")]
)
def test_a_saving_is_never_rounded_up_to_all(ratio: float, words: str) -> None:
    assert verdict_text(Interval(ratio, ratio, ratio, 5, 100), Verdict.SAVES) == words
