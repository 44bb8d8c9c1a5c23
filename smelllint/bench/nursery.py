"""A process that has imported what the arms import, and forks them: imports are paid once, not by every arm.

    Process     what an `Arm` needs of the process that it drives; a `subprocess.Popen` is one
    spawn       a worker that imports for itself: works everywhere
    Nursery     imports once, then forks workers (Linux)
    Nurseries   several of them for a whole run: each set of workers of a rule comes from another one

Each nursery is a fresh interpreter with a memory layout and a hash seed of its own, so sets of workers differ
as much as if every worker had started anew; the workers of one set start from the same layout. A process with
several threads cannot be forked safely: then every worker imports for itself.

Run as `python -m smelllint.bench.nursery SOCKET`, this is the inside.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, Protocol

from smelllint.bench.arm import ArmError

FORKS = sys.platform == "linux"
IMPORT_SECONDS = 300.0
FORK_SECONDS = 30.0
POLL_SECONDS = 0.002
THREADS = Path("/proc/self/task")

Message = dict[str, Any]


class Process(Protocol):
    """A worker process with its three pipes."""

    pid: int

    @property
    def stdin(self) -> IO[bytes] | None: ...
    @property
    def stdout(self) -> IO[bytes] | None: ...
    @property
    def stderr(self) -> IO[bytes] | None: ...

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, negative for a signal; subprocess.TimeoutExpired when it is not over in time."""

    def kill(self) -> None:
        """End it at once; nothing where it is over."""


def spawn(scratch: Path, environment: Mapping[str, str]) -> Process:
    """A worker in an interpreter of its own, leading its own session."""
    return subprocess.Popen(
        [sys.executable, "-m", "smelllint.bench.workload"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=scratch,
        env={**environment, "TMPDIR": str(scratch)},
        start_new_session=True,
    )


class Nursery:
    """The importing process, seen from outside; use it as a context manager."""

    def __init__(self, scratch: Path, environment: Mapping[str, str]) -> None:
        self.socket, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "smelllint.bench.nursery", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                cwd=scratch,
                env={**environment, "TMPDIR": str(scratch)},
                start_new_session=True,
            )

    def __enter__(self) -> Nursery:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def ask(self, ask: str, pipes: Sequence[int] = (), timeout: float = FORK_SECONDS, **details: Any) -> Any:
        """Put a request, with the ends of pipes that a worker shall have, and wait for the answer."""
        try:
            self.socket.settimeout(timeout)
            send(self.socket, {"ask": ask, **details}, pipes)
            reply, _ = receive(self.socket)
        except OSError as error:
            self.socket.close()
            raise ArmError(f"the process that imports for the arms does not answer: {error}") from error
        except BaseException:
            # Its answer may still come: nobody must take it for that to another request.
            self.socket.close()
            raise
        if reply is None:
            raise ArmError("the process that imports for the arms died")
        return reply

    def ready_for(self, modules: Sequence[str]) -> bool:
        """Have it import these modules; whether it can be forked afterwards."""
        return bool(self.ask("load", timeout=IMPORT_SECONDS, modules=list(modules))["threads"] == 1)

    def fork(self) -> Process:
        """A new worker."""
        requests, replies, words = os.pipe(), os.pipe(), os.pipe()
        theirs = (requests[0], replies[1], words[1])
        try:
            pid = self.ask("fork", theirs)["pid"]
        except BaseException:
            for end in (requests[1], replies[0], words[0]):
                os.close(end)
            raise
        finally:
            for end in theirs:
                os.close(end)
        return Forked(self, pid, requests[1], replies[0], words[0])

    def close(self) -> None:
        """End it, and the workers that it forked with it."""
        self.socket.close()
        self.process.kill()
        self.process.wait()


class Forked:
    """A worker whose parent is a nursery, with the face of a `subprocess.Popen`."""

    def __init__(self, nursery: Nursery, pid: int, requests: int, replies: int, words: int) -> None:
        self.nursery = nursery
        self.pid = pid
        self.stdin: IO[bytes] | None = os.fdopen(requests, "wb", buffering=0)
        self.stdout: IO[bytes] | None = os.fdopen(replies, "rb")
        self.stderr: IO[bytes] | None = os.fdopen(words, "rb")
        self.exit_code: int | None = None

    def wait(self, timeout: float | None = None) -> int:
        deadline = None if timeout is None else time.monotonic() + timeout
        while self.exit_code is None:
            self.exit_code = self.collect()
            if self.exit_code is None and deadline is not None and time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(f"worker {self.pid}", timeout or 0.0)
            if self.exit_code is None:
                time.sleep(POLL_SECONDS)
        return self.exit_code

    def collect(self) -> int | None:
        """The exit code, None while it works; a worker without its nursery is killed by the kernel."""
        try:
            code: int | None = self.nursery.ask("collect", pid=self.pid)["exit_code"]
        except ArmError:
            return -signal.SIGKILL
        return code

    def kill(self) -> None:
        # Until `wait` has collected it, its number cannot belong to anybody else.
        if self.exit_code is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)


class Nurseries:
    """The nurseries of a run, by seed, each started when it is first wanted; use it as a context manager."""

    def __init__(self) -> None:
        self.stack = ExitStack()
        self.by_seed: dict[int, Nursery] = {}

    def __enter__(self) -> Nurseries:
        return self

    def __exit__(self, *_: object) -> None:
        self.stack.close()

    def of(self, seed: int, scratch: Path, environment: Mapping[str, str]) -> Nursery:
        if seed not in self.by_seed:
            self.by_seed[seed] = self.stack.enter_context(Nursery(scratch, environment))
        return self.by_seed[seed]


def send(channel: socket.socket, message: Message, pipes: Sequence[int] = ()) -> None:
    """One JSON line; the pipes go with its first byte."""
    data = json.dumps(message).encode() + b"\n"
    sent = socket.send_fds(channel, [data], pipes) if pipes else 0
    channel.sendall(data[sent:])


def receive(channel: socket.socket) -> tuple[Message | None, list[int]]:
    """The next message and its pipes; None when the other side is gone."""
    data = b""
    pipes: list[int] = []
    while not data.endswith(b"\n"):
        part, some, _, _ = socket.recv_fds(channel, 65536, 3)
        if not part:
            return None, pipes
        data += part
        pipes += some
    return json.loads(data), pipes


def main() -> None:
    """Import and fork as asked, until the other side is gone; what is forked goes on as a worker."""
    from smelllint.bench import workload

    workload.die_with_the_parent(os.getppid())
    nursery = os.getpid()
    with socket.socket(fileno=int(sys.argv[1])) as channel:
        forked = serve(channel)
    if forked:
        workload.main(nursery)


def serve(channel: socket.socket) -> bool:
    """Answer requests; True in a worker that was forked, False in the nursery when all is done."""
    while True:
        message, pipes = receive(channel)
        match message:
            case None:
                return False
            case {"ask": "load", "modules": modules}:
                load(modules)
                send(channel, {"threads": len(list(THREADS.iterdir()))})
            case {"ask": "collect", "pid": pid}:
                send(channel, {"exit_code": collect(pid)})
            case _:
                child = os.fork()
                if child == 0:
                    become_worker(pipes)
                    return True
                for pipe in pipes:
                    os.close(pipe)
                send(channel, {"pid": child})


def load(modules: Sequence[str]) -> None:
    """Import what can be imported; what cannot, the arm imports itself or fails on by itself."""
    for module in modules:
        if module not in sys.modules:
            with contextlib.suppress(Exception):
                importlib.import_module(module)
    # Workers then neither walk what was imported nor copy its pages.
    gc.collect()
    gc.freeze()


def collect(pid: int) -> int | None:
    """The exit code of a worker that is over, None while it works."""
    ended, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if ended else None


def become_worker(pipes: Sequence[int]) -> None:
    """Lead a session of its own, with the pipes as standard input, output and error."""
    os.setsid()
    for standard, pipe in enumerate(pipes):
        os.dup2(pipe, standard)
        os.close(pipe)


if __name__ == "__main__":
    main()
