"""How far the harness can be trusted on this machine: the same work must read as the same.

    python benchmarks/measure_itself.py same [RULE]...            lean against lean, twice lean against lean
    python benchmarks/measure_itself.py repeat RULE [--times N]   N studies of one rule: do they overlap?

`--load N` keeps N processes busy beside it. Prints a Markdown table.
"""

from __future__ import annotations

import argparse
import itertools
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from smelllint.bench import environment, evidence, pairs, protocol, statistics, study
from smelllint.bench.meters import CpuSeconds
from smelllint.bench.pairs import Pair

PLAN = replace(protocol.SELF_CHECK, block=1.0)


@contextmanager
def competing_load(processes: int) -> Iterator[None]:
    """Processes that keep as many cores busy as they get."""
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(processes)]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()


def same_work(chosen: list[Pair], run: study.Run) -> None:
    """Lean against lean, and twice lean, for each pair."""
    print("| pair | lean / lean | verdict | covers 1 | twice lean / lean |\n| --- | --- | --- | --- | --- |")
    covered = 0
    for pair in chosen:
        lineup = protocol.check_lineup(pair.lean)
        done = list(protocol.repetitions(lineup, PLAN, run.setting(environment.pinned)))
        same, double = (
            statistics.interval([one.log_ratios(two) for one in done]) for two in lineup.comparisons
        )
        verdict = statistics.verdict(same, evidence.SELF_CHECK_MARGIN).value
        covers = same.low <= 1 <= same.high
        covered += covers
        print(f"| {pair.name} | {same} | {verdict} | {'yes' if covers else 'no'} | {double} |", flush=True)
    print(f"\n{covered} of {len(chosen)} intervals cover 1.")


def repeated(pair: Pair, run: study.Run, times: int) -> None:
    """One pair measured again and again."""
    print("| run | smelly / lean | verdict |\n| --- | --- | --- |")
    seen: list[statistics.Interval] = []
    for number in range(1, times + 1):
        found = study.study(pair, run)
        seen.append(found.energy)
        print(f"| {number} | {found.energy} | {found.verdict.value} |", flush=True)
    couples = list(itertools.combinations(seen, 2))
    overlapping = sum(one.low <= other.high and other.low <= one.high for one, other in couples)
    shared = max(sum(other.low <= one.ratio <= other.high for other in seen) for one in seen)
    print(
        f"\n{overlapping} of {len(couples)} couples overlap; one ratio lies in {shared} of {times} intervals."
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("same", "repeat"))
    parser.add_argument("rules", nargs="*")
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--load", type=int, default=0)
    asked = parser.parse_args()
    chosen = pairs.find(asked.rules)
    with competing_load(asked.load), study.a_run("cpu", CpuSeconds(), protocol.QUICK) as run:
        if asked.what == "same":
            same_work(chosen, run)
        else:
            repeated(chosen[0], run, asked.times)


if __name__ == "__main__":
    main()
