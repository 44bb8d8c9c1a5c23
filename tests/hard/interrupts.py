"""Runs that somebody interrupts at random moments: they end at once, and leave files whole and nobody behind.

    python -m tests.hard.interrupts [N]     N interrupts (300), and write results/interrupts.json

Every second run has worker processes. The whole group gets the signal, as from a terminal.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.cli_helpers import CLEAN
from tests.hard.campaign import ROOT, keep
from tests.hard.kills import FIX, contents, lay

# By the command's own words, or by the signal itself where no command had begun: a shell says 130 of both.
INTERRUPTED = (130, -signal.SIGINT)
PROMPT = 5.0  # seconds; mostly the machine's, where it is busy
OTHERS = 60  # files beside them, so that processes are worth their start


def trial(folder: Path, moment: float, *, jobs: int) -> dict[str, Any]:
    """One run that is interrupted so many seconds after its start."""
    lay(folder)
    for number in range(OTHERS):
        (folder / f"clean{number}.py").write_text(CLEAN)
    run = subprocess.Popen(
        [sys.executable, "-m", "smelllint", *FIX, "-j", str(jobs), "."],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=_heeding,
    )
    time.sleep(moment)
    finished = run.poll() is not None
    if not finished:
        os.killpg(run.pid, signal.SIGINT)
    began = time.monotonic()
    _, said = run.communicate(timeout=120)
    took = time.monotonic() - began
    found = list(flaws(folder, run, said, finished=finished, took=took))
    return {"interrupted": run.returncode in INTERRUPTED, "seconds": took, "flaws": found}


def _heeding() -> None:
    """Take interrupts seriously, though a shell told what runs in the background not to."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def flaws(
    folder: Path, run: subprocess.Popen[str], said: str, *, finished: bool, took: float
) -> Iterator[str]:
    """What is wrong after an interrupt."""
    starting = str(ROOT / "smelllint") not in said  # Python itself, before anything of ours
    if run.returncode not in (*INTERRUPTED, 0) and not starting:
        yield f"status {run.returncode}: {said[-300:]}"
    if run.returncode == 130 and said:
        yield f"said {said[-300:]}"
    if not finished and took > PROMPT:
        yield f"took {took:.1f} s to end"
    for name, allowed in contents().items():
        if (folder / name).read_bytes() not in allowed:
            yield f"{name} is neither the old nor the new"
    if list(folder.glob(".*.smelllint")):
        yield "a temporary file is left"
    if alive(run.pid):
        yield "a worker is left"


def alive(group: int) -> bool:
    """Whether a process of the group still runs a second after."""
    for _ in range(100):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return False
        time.sleep(0.01)
    return True


def trials(number: int, seed: int) -> dict[str, Any]:
    """So many interrupts, between the start and the end of a run."""
    chance = random.Random(seed)
    with TemporaryDirectory() as held:
        folder = Path(held)
        began = time.monotonic()
        _whole_run(folder)
        length = time.monotonic() - began
        results = [trial(folder, chance.uniform(0, length), jobs=1 + at % 2) for at in range(number)]
    return {
        "trials": number,
        "seed": seed,
        "interrupted": sum(result["interrupted"] for result in results),
        "longest": round(max(result["seconds"] for result in results), 2),
        "flaws": [flaw for result in results for flaw in result["flaws"]],
    }


def _whole_run(folder: Path) -> None:
    lay(folder)
    command = [sys.executable, "-m", "smelllint", *FIX, "."]
    subprocess.run(command, cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True)


def main() -> None:
    """Interrupt, and keep what was found."""
    found = trials(int(sys.argv[1]) if len(sys.argv) > 1 else 300, 1)
    print(found)
    keep("interrupts", found)
    sys.exit(1 if found["flaws"] else 0)


if __name__ == "__main__":
    main()
