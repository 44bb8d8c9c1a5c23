"""One arm in a process of its own, seen from outside: start, ask, and be sure that it is gone.

    Arm             drives a worker process; `send` and `receive` so that several can load at the same time
    ArmError        the arm failed, and the message says which and how
    MissingLibraryError  it needs a library that is not installed

A worker leads its own session: ending it ends whatever it started. What the arm prints is read and thrown
away but for its tail, so that megabytes of output neither block it nor fill anything.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from smelllint.bench.nursery import Process

TAIL_BYTES = 4096
LOAD_SECONDS = 300.0
CALL_SECONDS = 120.0
GOODBYE_SECONDS = 2.0

INSTALLED_BY = {
    "sklearn": "scikit-learn",
    "sentence_transformers": "sentence-transformers",
    "pynvml": "nvidia-ml-py",
    "xgboost": "xgboost-cpu",
    "PIL": "pillow",
    "cv2": "opencv-python",
}
IN_THE_EXTRA = frozenset({"torch", "numpy", "pynvml"})


class ArmError(Exception):
    """An arm crashed, hung or refused; the message names it and what it said last."""


class MissingLibraryError(ArmError):
    """An arm imports what is not installed; `library` is the module's name."""

    def __init__(self, library: str) -> None:
        self.library = library
        super().__init__(f"needs {library}, which is not installed: {how_to_install(library)}")


def how_to_install(library: str) -> str:
    """The command that brings a module; the extra where it belongs to one."""
    top = library.partition(".")[0]
    if top in IN_THE_EXTRA:
        return "pip install 'smelllint[bench]'"
    return f"pip install {INSTALLED_BY.get(top, top)}"


class Arm:
    """A worker process around one file; use it as a context manager."""

    def __init__(self, name: str, process: Process) -> None:
        self.name = name
        self.tail = b""
        self.printed = 0
        self.replies: queue.Queue[str | None] = queue.Queue()
        self.process = process
        self.readers = [
            threading.Thread(target=self.read_replies, args=(process.stdout,), daemon=True),
            threading.Thread(target=self.drain, args=(process.stderr,), daemon=True),
        ]
        for reader in self.readers:
            reader.start()

    def __enter__(self) -> Arm:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def read_replies(self, pipe: IO[bytes]) -> None:
        for line in pipe:
            self.replies.put(line.decode())
        self.replies.put(None)

    def drain(self, pipe: IO[bytes]) -> None:
        while chunk := os.read(pipe.fileno(), 65536):
            self.printed += len(chunk)
            self.tail = (self.tail + chunk)[-TAIL_BYTES:]

    def send(self, ask: str, **arguments: object) -> None:
        """Put a request; the answer is fetched by `receive`."""
        assert self.process.stdin is not None
        # A worker that died meanwhile breaks the pipe; `receive` then finds out how it died.
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(json.dumps({"ask": ask, **arguments}).encode() + b"\n")
            self.process.stdin.flush()

    def receive(self, timeout: float) -> dict[str, Any]:
        """The next answer; ArmError when there is none in time, or when it says that the arm failed."""
        try:
            line = self.replies.get(timeout=timeout)
        except queue.Empty:
            self.kill()
            raise ArmError(f"{self.name} did not answer within {timeout:.0f} s and was stopped") from None
        if line is None:
            raise ArmError(f"{self.name} died ({self.cause_of_death()}){self.last_words()}")
        reply: dict[str, Any] = json.loads(line)
        match reply.get("error"):
            case None:
                return reply
            case "missing":
                raise MissingLibraryError(reply["message"])
            case "refused":
                raise ArmError(f"{self.name}: {reply['message']}")
            case _:
                raise ArmError(f"{self.name} crashed: {reply['message']}")

    def ask(self, ask: str, timeout: float = CALL_SECONDS, **arguments: object) -> dict[str, Any]:
        """Put a request and wait for its answer."""
        self.send(ask, **arguments)
        return self.receive(timeout)

    def cause_of_death(self) -> str:
        code = self.process.wait()
        if code >= 0:
            return f"exit code {code}"
        with contextlib.suppress(ValueError):
            return f"killed by {signal.Signals(-code).name}"
        return f"killed by signal {-code}"

    def last_words(self) -> str:
        """The last line it printed."""
        self.readers[1].join(GOODBYE_SECONDS)
        lines = self.tail.decode(errors="replace").strip().splitlines()
        return f"; it said last: {lines[-1][:200]}" if lines else ""

    def kill(self) -> None:
        """End the worker's whole session, at once."""
        for victim in sessions_of(self.process.pid):
            with contextlib.suppress(OSError):
                os.kill(victim, signal.SIGKILL)
        self.process.kill()

    def close(self) -> None:
        """Say goodbye by closing its input; kill what is still there after that."""
        assert self.process.stdin is not None
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(GOODBYE_SECONDS)
        self.kill()
        self.process.wait()
        for reader in self.readers:
            reader.join(GOODBYE_SECONDS)
        for pipe in (self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()


def sessions_of(leader: int) -> Iterator[int]:
    """Every process of the session that a process leads, group leaders of their own included (Linux)."""
    if sys.platform == "win32":
        return
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, IndexError):
            fields = status.read_text().rpartition(")")[2].split()
            if int(fields[3]) == leader:
                yield int(status.parent.name)
