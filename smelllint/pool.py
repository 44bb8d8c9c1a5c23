"""Many items in processes that are watched, with results in the order of the items.

    Pool(work, lost, workers).map(items)    the results, each as soon as those before it are there
    Loss                                    how an item was lost

An item that kills its process (a crash in native code, the system's memory killer), fills the memory, or is
worked on for too long costs itself and no more: a new process goes on with the next one. Whatever ends the
run, an interrupt for one, ends the processes at once.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Generic, TypeVar

from smelllint.memory import trim
from smelllint.signals import held_back

if sys.platform != "win32":
    import resource

Item = TypeVar("Item")
Result = TypeVar("Result")

FORKS = sys.platform == "linux"
BATCH = 32  # items that a process has before it at most: files of a folder share what they ask of others
SECONDS = 10  # of processor time that an item may take
PATIENCE = 120.0  # seconds without a sign of life after which a process is given up
MEMORY = 1 << 30  # bytes that a process may take on top of what it begins with
LONG = 0.05  # seconds of processor time; what takes less leaves little behind
GRACE = 3.0  # seconds that a process has to finish what it writes; a disk may be busy
TURN = 1.0  # seconds between two looks at processes that say nothing


class Loss(Enum):
    """How an item was lost: the names of the troubles that are told of it."""

    TIME = "took-too-long"
    DEATH = "process-died"


class Pool(Generic[Item, Result]):
    """Applies `work` to items in `workers` processes; `lost(item, how)` stands in for an item that ends its
    process. What `work` raises, `map` raises. Results have to be picklable, and where processes cannot be
    forked `work` and the items too."""

    def __init__(
        self, work: Callable[[Item], Result], lost: Callable[[Item, Loss], Result], workers: int
    ) -> None:
        self.work = work
        self.lost = lost
        self.workers = workers

    def map(self, items: Sequence[Item]) -> Generator[Result, None, None]:
        """The results, in order, each as soon as it is there."""
        shift = Shift(self, items)
        try:
            for place in range(len(items)):
                while place not in shift.results:
                    shift.turn()
                yield shift.results.pop(place)
        finally:
            for worker in shift.staff:
                worker.dismiss()


class Shift(Generic[Item, Result]):
    """The items of one run, the processes at work on them, and the results that nobody has taken yet."""

    def __init__(self, pool: Pool[Item, Result], items: Sequence[Item]) -> None:
        self.pool = pool
        self.items = items
        self.waiting = deque(range(len(items)))
        self.results: dict[int, Result] = {}
        self.staff: list[Worker] = []

    def turn(self) -> None:
        """Hand out work, and take what has come."""
        self._hire()
        for worker in self.staff:
            self._hand_out(worker)
        said = wait([worker.results for worker in self.staff], timeout=TURN)
        for worker in list(self.staff):
            if worker.results in said:
                self._hear(worker)
            elif worker.places and time.monotonic() - worker.heard > PATIENCE:
                worker.process.kill()
                self._bury(worker, Loss.TIME)

    def _hire(self) -> None:
        while len(self.staff) < min(self.pool.workers, len(self.waiting)):
            self.staff.append(Worker.hired(self.pool.work, self.items, self.staff))

    def _hand_out(self, worker: Worker) -> None:
        """Keep a process supplied, with less at a time when little is left."""
        share = min(BATCH, 1 + len(self.waiting) // (2 * len(self.staff)))
        if self.waiting and len(worker.places) <= share // 2:
            worker.take([self.waiting.popleft() for _ in range(min(share, len(self.waiting)))])

    def _hear(self, worker: Worker) -> None:
        try:
            place, result, error = worker.results.recv()
        except (EOFError, OSError):
            worker.process.join()
            took_too_long = worker.process.exitcode == -getattr(signal, "SIGXCPU", 0)
            self._bury(worker, Loss.TIME if took_too_long else Loss.DEATH)
            return
        if error is not None:
            raise error
        worker.heard = time.monotonic()
        worker.places.remove(place)
        worker.done += 1
        self.results[place] = result

    def _bury(self, worker: Worker, how: Loss) -> None:
        """Give up what the process died of, unless what it had done before may have a share in it; what it
        had before it besides is for the others."""
        self.staff.remove(worker)
        worker.dismiss()
        if worker.places and (how is Loss.TIME or not worker.done):
            place = worker.places.popleft()
            self.results[place] = self.pool.lost(self.items[place], how)
        self.waiting.extendleft(reversed(worker.places))


@dataclass(eq=False)
class Worker:
    """A process, the ways to it and from it, the places of the items that it has before it, when it was last
    heard of, and how many it has done."""

    process: BaseProcess
    orders: Connection[Any, Any]
    results: Connection[Any, Any]
    places: deque[int] = field(default_factory=deque)
    heard: float = field(default_factory=time.monotonic)
    done: int = 0

    @classmethod
    def hired(cls, work: Callable[[Item], Result], items: Sequence[Item], staff: Sequence[Worker]) -> Worker:
        # To fork is by far the fastest start, and safe here: nothing runs in threads before.
        context: Any = multiprocessing.get_context("fork" if FORKS else "spawn")
        (taken, orders), (results, given) = context.Pipe(duplex=False), context.Pipe(duplex=False)
        # A forked process holds our ends too, and would hold them open for the others.
        ours = [orders, results, *(end for worker in staff for end in (worker.orders, worker.results))]
        process = context.Process(target=serve, args=(taken, given, ours * FORKS, work, items), daemon=True)
        # What Python does around a fork would swallow an interrupt, and the new process would tell of it.
        with held_back("SIGINT"):
            process.start()
        taken.close()
        given.close()
        return cls(process, orders, results)

    def take(self, places: Sequence[int]) -> None:
        if not self.places:
            self.heard = time.monotonic()
        self.places += places
        try:
            self.orders.send(places)
        except OSError:  # it has just died, which is seen when it is heard
            return

    def dismiss(self) -> None:
        """End the process; what it is writing, it may finish."""
        self.process.terminate()
        self.process.join(GRACE)
        self.process.kill()
        self.process.join()
        self.orders.close()
        self.results.close()


# In the process. --------------------------------------------------------------------------------------------


def serve(
    orders: Connection[Any, Any],
    results: Connection[Any, Any],
    held: Sequence[Connection[Any, Any]],
    work: Callable[[Item], Result],
    items: Sequence[Item],
) -> None:
    """Work on the items whose places come in, until nothing more can come."""
    for other in held:
        other.close()
    settle()
    try:
        while True:
            for place in orders.recv():
                began = limit_time()
                results.send((place, *outcome(work, items[place])))
                if time.process_time() - began > LONG:
                    trim()
    except (EOFError, OSError):  # nobody is there any more
        return


def outcome(work: Callable[[Item], Result], item: Item) -> tuple[Result | None, Exception | None]:
    try:
        return work(item), None
    except Exception as error:  # handed to the parent, which raises it
        return None, error


def settle() -> None:
    """Leave an interrupt to the parent, end with it even where it is killed, and take no more memory than one
    may: what native code says when that ends, nobody wants to read."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()  # `examine` collects, between files
    # A thread that heeds the signal would end the process for one that does not.
    with held_back("SIGTERM"):
        threading.Thread(target=end_with_parent, daemon=True).start()
    if sys.platform == "linux":
        limit("RLIMIT_CORE", 0)
        limit("RLIMIT_DATA", data_bytes() + MEMORY)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def limit_time() -> float:
    """Let the system end this process when the next item takes too long; the time that it took until now."""
    now = time.process_time()
    if sys.platform != "win32":
        limit("RLIMIT_CPU", int(now) + SECONDS + 1)
    return now


def limit(name: str, most: int) -> None:
    """Lower what the system gives this process of something, as far as it was not lower before."""
    if sys.platform == "win32":
        return
    kind = getattr(resource, name)
    _, hard = resource.getrlimit(kind)
    bearable = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(kind, (bearable, hard))


def data_bytes() -> int:
    """The memory that this process can write to."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[5]) * resource.getpagesize()
