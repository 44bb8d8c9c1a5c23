"""Many processes on one cache, in a project that changes, with clocks that jump and a cache that is spoilt:
each says what a run without a cache says, to the byte.

    python -m tests.hard.cache [ROUNDS] [--processes N] [--seed S]     and write results/cache.json

Before each round (200) some files change, often so that size and time are as before, often while processes
run that nobody listens to; often what is kept is torn, foreign or of another day. Then 16 processes start at
once, with different numbers of workers, their paths in any order, their clocks up to forty days apart. Two
are no forks of this process but have hash seeds of their own; besides, some die, and some empty the cache.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from click.testing import CliRunner

from smelllint import cache
from smelllint.__main__ import main as main_of_smelllint
from smelllint.cli import command
from smelllint.examine import Job, Outcome
from tests.cli_helpers import SMELLY, write
from tests.hard.campaign import ROOT, keep
from tests.hard.changes import Project, spoil
from tests.test_cache import HELPER

OUTPUTS = (
    ("--output-format", "json"),
    ("--output-format", "full", "--sort", "saving"),
    ("--output-format", "sarif"),
    ("--diff", "--unsafe-fixes"),
    ("--statistics",),
)
DAY = 24 * 3600.0
CLOCKS = (0.0, 0.0, 3600.0, -3600.0, 40 * DAY, -40 * DAY)  # seconds that a process's clock is off by
STRANGERS = 8  # one process of so many is no fork
DISTURBERS = 3  # at most, besides those that are listened to
STAGGER = 0.05  # seconds at most between two starts
SECONDS = 120  # after which a process is given up

Said = tuple[int, bytes, bytes]  # status, output, errors


@dataclass(frozen=True)
class Place:
    """The folders of a campaign: the project, its cache, what was in that cache some rounds ago, and what the
    processes say."""

    project: Path
    cache: Path
    past: Path
    said: Path

    @classmethod
    def below(cls, folder: Path) -> Place:
        place = cls(*(folder / name for name in ("project", "cache", "past", "said")))
        for path in (place.project, place.past, place.said):
            path.mkdir()
        return place


@dataclass(frozen=True)
class Run:
    """A process that lints, and the files that it writes to."""

    pid: int
    said: Path

    @classmethod
    def fork(
        cls, place: Place, name: str, arguments: Sequence[str], clock: float = 0.0, life: float = 0.0
    ) -> Run:
        """A run in a copy of this very process, with a clock that is off; it dies after so many seconds, if
        any."""
        run = cls(os.fork(), place.said / name)
        if run.pid == 0:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.setitimer(signal.ITIMER_REAL, life)
            _live(place, run.said, arguments, clock)
        return run

    @classmethod
    def start(cls, place: Place, name: str, arguments: Sequence[str], seed: int) -> Run:
        """A run in a Python of its own, with a hash seed of its own."""
        said = place.said / name
        with said.with_suffix(".out").open("wb") as out, said.with_suffix(".err").open("wb") as errors:
            environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": str(seed)}
            line = [sys.executable, "-m", "smelllint", *arguments]
            process = subprocess.Popen(line, cwd=place.project, env=environment, stdout=out, stderr=errors)
        process.returncode = 0  # nobody waits for it but `result`
        return cls(process.pid, said)

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    def result(self) -> Said:
        """What it said, once it has ended."""
        deadline = time.monotonic() + SECONDS
        while not (ended := os.waitpid(self.pid, os.WNOHANG))[0]:
            time.sleep(0.002)
            if time.monotonic() > deadline:
                self.kill()
        out, errors = (self.said.with_suffix(suffix) for suffix in (".out", ".err"))
        return os.waitstatus_to_exitcode(ended[1]), out.read_bytes(), errors.read_bytes()

    def recalled(self) -> Counter[str]:
        """Of how many files it knew what comes of them, of those it was asked about."""
        path = self.said.with_suffix(".recalled")
        known, asked = map(int, path.read_text().split()) if path.exists() else (0, 0)
        return Counter(recalled=known, asked=asked)


def _live(place: Place, said: Path, arguments: Sequence[str], clock: float) -> None:
    """The life of a fork: never returns."""
    code: object = 99
    sys.stdout, sys.stderr = (said.with_suffix(suffix).open("w") for suffix in (".out", ".err"))
    try:
        os.chdir(place.project)
        _shift_clock(clock)
        recalls = _noted_recalls()
        sys.argv[1:] = arguments
        main_of_smelllint()
        code = 0
    except SystemExit as end:
        code = end.code
        said.with_suffix(".recalled").write_text(f"{sum(recalls)} {len(recalls)}")
    except BaseException:  # told to whoever reads its errors
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 0)


def _shift_clock(seconds: float) -> None:
    """Let the clock of this process be off."""
    right, right_ns = time.time, time.time_ns
    time.time = lambda: right() + seconds
    time.time_ns = lambda: right_ns() + int(seconds * 1e9)


def _noted_recalls() -> list[bool]:
    """Whether what comes of a file was remembered, for each that will be asked about."""
    noted: list[bool] = []

    class Noting(cache.Manifest):
        def recall(self, job: Job) -> Outcome | None:
            known = super().recall(job)
            noted.append(known is not None)
            return known

    vars(cache)["Manifest"] = Noting
    return noted


@dataclass
class Campaign:
    """A project, its cache, and the chance that decides what happens to them; what happened, and what was
    wrong."""

    place: Place
    chance: random.Random
    processes: int
    counts: Counter[str] = field(default_factory=Counter)
    changes: Counter[str] = field(default_factory=Counter)
    spoilt: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.project = Project(self.place.project, self.chance)

    def round(self, number: int) -> None:
        """Change, spoil, and compare what all say with what is so."""
        with self.onlookers(number):
            self.changes.update(self.project.change() for _ in range(self.chance.choice((0, 2, 5, 9))))
        if self.chance.random() < 0.3:
            self.spoilt[spoil(self.place.cache, self.chance, self.place.past)] += 1
        told = self.chance.choice(OUTPUTS)
        paths = self.paths()
        expected = Run.fork(
            self.place, "expected", ["check", "--no-cache", "-j", "1", *told, *paths]
        ).result()
        with self.disturbers(number):
            runs = list(self.listened_to(told, paths))
            for run in runs:
                said = run.result()
                self.judge(number, difference(said, expected), said, said == expected)
                self.counts.update(run.recalled())
        self.counts["runs"] += len(runs)

    def paths(self) -> list[str]:
        """The project as a whole, or by its parts."""
        parts = sorted(path.name for path in self.place.project.iterdir())
        return parts if self.chance.random() < 0.2 else ["."]

    def listened_to(self, told: Sequence[str], paths: Sequence[str]) -> Iterator[Run]:
        """The processes of a round."""
        for number in range(self.processes):
            shuffled = self.chance.sample(paths, len(paths))
            arguments = ["check", "-j", str(self.chance.randrange(1, 4)), *told, *shuffled]
            time.sleep(self.chance.uniform(0, STAGGER))
            if number % STRANGERS == 0:
                yield Run.start(self.place, f"{number}", arguments, seed=self.chance.randrange(1 << 32))
            else:
                yield Run.fork(self.place, f"{number}", arguments, clock=self.chance.choice(CLOCKS))

    @contextmanager
    def onlookers(self, number: int) -> Iterator[None]:
        """Processes that run meanwhile, and see what nobody can tell: they have to end as they should."""
        several = range(self.chance.choice((0, 0, 4)))
        runs = [Run.fork(self.place, f"onlooker{at}", ["check", "."]) for at in several]
        time.sleep(self.chance.uniform(0, 0.3) if runs else 0)
        yield
        for run in runs:
            said = run.result()
            self.counts["onlookers"] += 1
            self.judge(number, "a run while files changed", said, said[0] in (0, 1, 2) and not said[2])

    @contextmanager
    def disturbers(self, number: int) -> Iterator[None]:
        """Processes that take all away that is kept, or die while they read or write it."""
        cleaning = [Run.fork(self.place, "cleaner", ["clean"])] if self.chance.random() < 0.1 else []
        lives = [self.chance.uniform(0.01, 1.0) for _ in range(self.chance.randrange(DISTURBERS))]
        dying = [
            Run.fork(self.place, f"dying{at}", ["check", "."], life=life) for at, life in enumerate(lives)
        ]
        yield
        for run in cleaning:
            said = run.result()
            self.counts["cleaned"] += 1
            self.judge(number, "a run that cleans", said, said[0] == 0 and not said[2])
        self.counts["killed"] += sum(run.result()[0] == -signal.SIGALRM for run in dying)

    def judge(self, number: int, what: str, said: Said, good: bool) -> None:
        if not good:
            self.wrong.append(f"round {number}: {what}: status {said[0]}, {said[2][-500:].decode()}")


def difference(said: Said, expected: Said) -> str:
    """The first line that two runs do not share."""
    for heard, right_words in ((said[1], expected[1]), (said[2], expected[2])):
        for line, right in zip_longest(heard.splitlines(), right_words.splitlines()):
            if line != right:
                return f"{line!r} instead of {right!r}"
    return "the same words"


def rounds(number: int, processes: int, seed: int) -> dict[str, Any]:
    """So many rounds: what happened, and all that was wrong."""
    with TemporaryDirectory() as held, environment(Path(held)):
        place = Place.below(Path(held))
        load(place)
        campaign = Campaign(place, random.Random(seed), processes)
        for at in range(number):
            campaign.round(at)
        Run.fork(place, "last", ["clean"]).result()
        left = sorted(path.name for path in place.cache.iterdir() if path.is_file())
    return {
        "rounds": number,
        "processes": processes,
        "seed": seed,
        **campaign.counts,
        "changes": dict(sorted(campaign.changes.items())),
        "spoilt": dict(sorted(campaign.spoilt.items())),
        "left": left,
        "wrong": campaign.wrong,
    }


def load(place: Place) -> None:
    """Load what a run loads, so that no fork has to."""
    write(place.past, {"smelly.py": SMELLY, "helper.py": HELPER})
    for output in OUTPUTS:
        CliRunner().invoke(command, ["check", "--no-cache", *output, str(place.past)])
    for path in place.past.iterdir():
        path.unlink()


@contextmanager
def environment(folder: Path) -> Iterator[None]:
    """A cache and evidence of their own, for all that is started meanwhile."""
    ours = {"SMELLLINT_CACHE_DIR": str(folder / "cache"), "SMELLLINT_DATA_DIR": str(folder / "data")}
    before = dict(os.environ)
    os.environ.update(ours)
    yield
    os.environ.clear()
    os.environ.update(before)


def main() -> None:
    """Run the campaign, and keep what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("rounds", type=int, nargs="?", default=200)
    parser.add_argument("--processes", type=int, default=16)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    found = rounds(asked.rounds, asked.processes, asked.seed)
    print(found)
    keep("cache", found)
    sys.exit(1 if found["wrong"] else 0)


if __name__ == "__main__":
    main()
