"""Many items at once, in processes, with results in the order of the items.

A process that dies (a crash in native code, the system's memory killer) must cost no more than the item it
died of: what was lost with it is done again, each item in a process of its own, and only the one that kills
that too gets the answer of `lost`.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

BATCH = 8  # items a process takes at a time: enough to be worth the way, few enough to do again


class Pool(Generic[Item, Result]):
    """Applies `work` to items in `workers` processes; `lost(item)` stands in for an item that kills its own.

    `work`, items and results have to be picklable; what `work` raises, `map` raises.
    """

    def __init__(self, work: Callable[[Item], Result], lost: Callable[[Item], Result], workers: int) -> None:
        self.work = work
        self.lost = lost
        self.workers = workers

    def map(self, items: Sequence[Item]) -> Iterator[Result]:
        """The results, in order, each as soon as it is there."""
        waiting = deque(items[at : at + BATCH] for at in range(0, len(items), BATCH))
        while waiting:
            handed_out: deque[tuple[Sequence[Item], Future[list[Result]]]] = deque()
            executor = _executor(self.workers)
            try:
                while waiting or handed_out:
                    while waiting and len(handed_out) < 3 * self.workers:
                        future = executor.submit(_each, self.work, waiting[0])
                        handed_out.append((waiting.popleft(), future))
                    results = handed_out[0][1].result()
                    handed_out.popleft()
                    yield from results
            except BrokenProcessPool:
                # Whoever died did so on one of those handed out: the others wait for the next pool.
                pass
            finally:
                executor.shutdown(cancel_futures=True)
            for batch, future in handed_out:
                yield from self._again(batch, future)

    def _again(self, batch: Sequence[Item], future: Future[list[Result]]) -> Iterator[Result]:
        """The results of a batch that was out when a process died."""
        if future.done() and not future.cancelled() and future.exception() is None:
            yield from future.result()
            return
        for item in batch:
            yield self._alone(item)

    def _alone(self, item: Item) -> Result:
        with _executor(1) as executor:
            try:
                return executor.submit(self.work, item).result()
            except BrokenProcessPool:
                return self.lost(item)


def _executor(workers: int) -> ProcessPoolExecutor:
    # To fork is by far the fastest start, and safe here: nothing runs in threads before.
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else None)
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_in_worker)


def _in_worker() -> None:
    """Leave an interrupt to the parent, and end with it even where it is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _each(work: Callable[[Item], Result], batch: Sequence[Item]) -> list[Result]:
    return [work(item) for item in batch]
