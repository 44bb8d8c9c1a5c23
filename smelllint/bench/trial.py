"""One run of a user's command in a copy of the working tree, under the meter.

    Bench       the folder for copies: builds the tree of a variant anew for each run, always at the same path
    Trial       what one run cost and said
    TrialError  the command cannot be run, or ran too long

The tree itself is never touched: the command works in the copy, arguments that point into the tree are turned
to the copy, and modules of the tree are found in the copy first.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from smelllint.bench.arm import sessions_of
from smelllint.bench.likeness import Said
from smelllint.bench.meters import CpuSeconds, Meter, Reading
from smelllint.bench.meters.cpu_seconds import SMALLEST_SECONDS, waited_for_seconds
from smelllint.bench.variants import Variant

LEFT_OUT = (
    ".git",
    ".hg",
    ".svn",
    "__pycache__",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    ".tox",
    ".nox",
)
STDOUT = "stdout"
SET_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class TrialError(Exception):
    """The command cannot be measured; the message says why, in a short clause."""


@dataclass(frozen=True)
class Trial:
    """What one run cost, by the meter, in seconds and in bytes at its peak, and what it said."""

    amount: float
    seconds: float
    peak: int
    said: Said


class FinishedChildren(CpuSeconds):
    """CPU-seconds of the children that were waited for: the command and all it waited for, not ourselves."""

    def mark(self) -> float:
        return waited_for_seconds()

    def since(self, mark: float) -> Reading:
        spent = waited_for_seconds() - mark
        if spent < SMALLEST_SECONDS:
            return Reading(None, "the command used less CPU time than the meter resolves (1 ms)")
        return Reading(spent)


class Bench:
    """Where the copies are made and the command is run."""

    def __init__(self, root: Path, scratch: Path, command: Sequence[str], timeout: float) -> None:
        self.root = root.resolve()
        self.scratch = scratch.resolve()
        self.place = self.scratch / "tree" / self.root.name
        self.command = [self.turned(argument) for argument in command]
        self.timeout = timeout
        self.errors = self.scratch / "errors"

    def turned(self, argument: str) -> str:
        """An argument that points into the tree, turned to the copy; virtual environments stay in place."""
        path = Path(argument)
        if not path.is_absolute() or not path.is_relative_to(self.root):
            return argument
        relative = path.relative_to(self.root)
        if any(is_virtual_environment(self.root / parent) for parent in relative.parents):
            return argument
        return str(self.place / relative)

    def lay_out(self, variant: Variant) -> None:
        """Build the tree of a variant: a fresh copy, then the files that differ.

        These keep the time of the original, for a new one would have Python compile them in every run.
        """
        shutil.rmtree(self.place.parent, ignore_errors=True)
        copy_tree(self.root, self.place)
        for path, (_, after) in variant.files.items():
            if path.is_relative_to(self.root):
                copy = self.place / path.relative_to(self.root)
                times = copy.stat()
                copy.write_bytes(after)
                os.utime(copy, ns=(times.st_atime_ns, times.st_mtime_ns))

    def environment(self, variant: Variant) -> dict[str, str]:
        """The user's own, with the copy first among the places of modules and bytecode kept by variant.

        It is kept whatever the user set: else each run would compile every library anew.
        """
        places = [str(self.place), str(self.place / "src"), os.environ.get("PYTHONPATH", "")]
        kept = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        return {
            **kept,
            "PYTHONPATH": os.pathsep.join(filter(None, places)),
            "PYTHONPYCACHEPREFIX": str(self.scratch / "bytecode" / variant.name),
        }

    def run(self, variant: Variant, meter: Meter, compared: Sequence[str]) -> Trial:
        """Run the command once in the tree of a variant. TrialError when it does not start or end."""
        self.lay_out(variant)
        printed = self.scratch / "printed"
        with printed.open("wb") as output, self.errors.open("wb") as errors:
            began, mark = time.perf_counter(), meter.mark()
            exit_code, peak = self.execute(variant, output.fileno(), errors.fileno())
            seconds, reading = time.perf_counter() - began, meter.since(mark)
        if reading.amount is None:
            raise TrialError(reading.reason)
        outputs = {name: self.output(name, printed) for name in compared}
        return Trial(reading.amount, seconds, peak, Said(exit_code, outputs))

    def execute(self, variant: Variant, output: int, errors: int) -> tuple[int, int]:
        """Exit code and peak resident bytes of the command; whatever it leaves running is ended."""
        try:
            process = subprocess.Popen(
                self.command,
                cwd=self.place,
                env=self.environment(variant),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                start_new_session=True,
                preexec_fn=end_with_us if sys.platform == "linux" else None,
            )
        except OSError as error:
            raise TrialError(f"{self.command[0]} cannot be run: {error.strerror}") from error
        expired = threading.Event()

        def expire() -> None:
            expired.set()
            end_session(process.pid)

        timer = threading.Timer(self.timeout, expire)
        timer.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        finally:
            timer.cancel()
            end_session(process.pid)
            if process.returncode is None:
                process.wait()
        if expired.is_set():
            raise TrialError(f"the command ran longer than {self.timeout:.0f} s and was stopped (--timeout)")
        kibi = 1 if sys.platform == "darwin" else 1024
        return process.returncode, usage.ru_maxrss * kibi

    def output(self, name: str, printed: Path) -> bytes | None:
        """What is compared: the printed text, or a file that the command left in its tree."""
        path = printed if name == STDOUT else self.place / name
        return path.read_bytes() if path.is_file() else None


def end_with_us() -> None:
    """Between fork and exec: have the kernel kill the command when this process is killed."""
    assert LIBC is not None
    LIBC.prctl(SET_DEATH_SIGNAL, signal.SIGKILL)


def last_line(path: Path) -> str:
    """The last line of a file that a command wrote, or nothing."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 4096))
        lines = file.read().decode(errors="replace").strip().splitlines()
    return lines[-1][:200] if lines else ""


def end_session(leader: int) -> None:
    """Kill what is left of the session that a process led."""
    for process in sessions_of(leader):
        with contextlib.suppress(OSError):
            os.kill(process, signal.SIGKILL)


def copy_tree(source: Path, target: Path) -> None:
    """A copy of a working tree: version control and caches left out, virtual environments linked."""
    target.mkdir(parents=True)
    for entry in entries(source):
        to = target / entry.name
        if entry.is_symlink():
            # A link inside the tree stays inside the copy; one that leads out of it still leads there.
            to.symlink_to(os.readlink(entry) if leads_inside(entry) else entry.resolve())
        elif is_virtual_environment(entry):
            to.symlink_to(entry)
        elif entry.is_dir():
            copy_tree(entry, to)
        elif entry.is_file():
            shutil.copy2(entry, to)


def entries(folder: Path) -> list[Path]:
    return sorted(entry for entry in folder.iterdir() if entry.name not in LEFT_OUT)


def leads_inside(link: Path) -> bool:
    """Whether a link is relative and stays below the folder it lies in."""
    aim = os.readlink(link)
    return not os.path.isabs(aim) and ".." not in Path(aim).parts


def tree_bytes(folder: Path) -> int:
    """How much a copy of a tree takes."""
    total = 0
    for entry in entries(folder):
        if entry.is_symlink() or is_virtual_environment(entry):
            continue
        total += tree_bytes(entry) if entry.is_dir() else entry.stat().st_size
    return total


def is_virtual_environment(folder: Path) -> bool:
    return (folder / "pyvenv.cfg").is_file()
