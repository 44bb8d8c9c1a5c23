"""How long smelllint takes to start, as whole processes and as a ratio to `python -c pass`.

    python benchmarks/startup.py [ROUNDS]

The commands take turns, so that a busy machine slows all of them alike; the median counts. Exits with 1 where
a limit is passed: 80 ms for --version and 75 ms for a clean file, on a machine where `python -c pass` takes
BASE; a slower machine gets as much more as its Python needs.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BASE = 0.015  # seconds of `python -c pass`; below it the limits hold as they stand
CLEAN = "import os\n\n\ndef main():\n    print(os.getcwd())\n"
COMMANDS: dict[str, tuple[list[str], float | None]] = {
    "python -c pass": (["-c", "pass"], None),
    "smelllint --version": (["-m", "smelllint", "--version"], 0.080),
    "smelllint check clean.py": (["-m", "smelllint", "check", "clean.py"], 0.075),
}


def main(rounds: int) -> int:
    """Measure, print a table, say whether the limits are kept."""
    seconds = measure(rounds)
    base = seconds["python -c pass"]
    slowness = max(1.0, base / BASE)
    print(f"{'command':<26} {'median':>8} {'ratio':>6} {'limit':>8}")
    passed = True
    for name, (_, limit) in COMMANDS.items():
        allowed = None if limit is None else limit * slowness
        passed = passed and (allowed is None or seconds[name] <= allowed)
        shown = "" if allowed is None else f"{allowed * 1000:5.0f} ms"
        print(f"{name:<26} {seconds[name] * 1000:5.0f} ms {seconds[name] / base:6.1f} {shown:>8}")
    return 0 if passed else 1


def measure(rounds: int) -> dict[str, float]:
    """The median seconds of each command, run in turns."""
    taken: dict[str, list[float]] = {name: [] for name in COMMANDS}
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "clean.py").write_text(CLEAN)
        for turn in range(rounds + 1):
            for name, (arguments, _) in COMMANDS.items():
                start = time.perf_counter()
                subprocess.run(
                    [sys.executable, *arguments],
                    cwd=folder,
                    env=environment,
                    check=True,
                    stdout=subprocess.DEVNULL,
                )
                if turn:  # the first turn fills the caches
                    taken[name].append(time.perf_counter() - start)
    return {name: statistics.median(values) for name, values in taken.items()}


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 15))
