"""A process of its own that does the work: the server stays able to answer, and survives what kills it.

Worker       `await ask(work, item)` is `work(item)`, done in the process; one item at a time
WorkerDiedError   the process ended or took too long; the next item gets a new one
"""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import TypeVar, cast

Item = TypeVar("Item")
Result = TypeVar("Result")

LIMIT = 60.0  # seconds for one item: far more than the slowest file that the engine accepts
IDLE = 1.0  # seconds without an item after which all garbage is collected
MOST_ITEMS = 40  # between two such collections, however busy


class WorkerDiedError(Exception):
    """The process that did the work has ended before it was done."""


class Worker:
    """Starts its process when it is first asked, and again after each death."""

    def __init__(self, limit: float = LIMIT) -> None:
        self.limit = limit
        self.turn = asyncio.Lock()
        self._thread = ThreadPoolExecutor(1, "worker")
        self._changing = threading.Lock()  # the server may end while the thread starts the process
        self._process: SpawnProcess | None = None
        self._pipe: Connection | None = None

    async def ask(self, work: Callable[[Item], Result], item: Item) -> Result:
        """`work(item)`, both picklable; raises what it raises, or WorkerDiedError."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._exchange, work, item)

    def stop(self) -> None:
        """End the process. It can be asked again."""
        with self._changing:
            process, self._process = self._process, None
            pipe, self._pipe = self._pipe, None
        if process is not None:
            process.kill()
            process.join()
        if pipe is not None:
            pipe.close()

    def _exchange(self, work: Callable[[Item], Result], item: Item) -> Result:
        pipe = self._pipe if self._process is not None and self._process.is_alive() else None
        try:
            pipe = pipe or self._start()
            pipe.send((work, item))
            if not pipe.poll(self.limit):
                raise EOFError
            result, error = cast("tuple[Result, Exception | None]", pipe.recv())
        except (EOFError, OSError) as end:
            self.stop()
            raise WorkerDiedError from end
        if error is not None:
            raise error
        return result

    def _start(self) -> Connection:
        self.stop()
        context = multiprocessing.get_context("spawn")  # the server has threads, and those do not fork
        with self._changing:
            pipe, other = context.Pipe()
            process = context.Process(target=serve, args=(other,), daemon=True)
            process.start()
            other.close()
            self._process, self._pipe = process, pipe
        return pipe


def serve(pipe: Connection) -> None:
    """What the process does until the other end of the pipe is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.dup2(2, 1)  # what is printed must not get between the messages of the server
    gc.disable()  # while an item is dealt with, somebody waits
    done = 0
    while True:
        try:
            if done and not pipe.poll(IDLE if done < MOST_ITEMS else 0):
                gc.collect()
                done = 0
            work, item = pipe.recv()
            pipe.send(_answer(work, item))
        except (EOFError, OSError):
            return
        gc.collect(0)  # what this item left
        done += 1


def _answer(work: Callable[[Item], Result], item: Item) -> tuple[Result | None, Exception | None]:
    try:
        return work(item), None
    except Exception as error:
        return None, error
