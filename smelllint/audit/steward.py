"""The process by which a worker outlives what it looks at.

    seen_of(items)    in the worker: what was seen of each item, in order
    dismiss_all()     in the worker: end its stewards
    serve()           in the steward: look at items until nothing more comes

A worker may be a thread, a daemon or full of threads, and then must not fork. So each of its threads keeps a
steward: a plain process, which works through a `smelllint.pool` of one. A file that kills, hangs or fills the
memory costs the process of that pool and no more; with each shard comes a new one, so memory stays flat. A
steward ends with its worker, and when it has had nothing to do for a while.
"""

from __future__ import annotations

import os
import pickle
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import suppress
from typing import Any, BinaryIO

from smelllint.audit.shards import Item
from smelllint.audit.work import Seen, look, lost
from smelllint.errors import MistakeError
from smelllint.pool import Loss, Pool
from smelllint.server.warm import warm_up

# Isolated, and then with the paths of the worker: Python itself would put the working folder before them.
START = "import sys; sys.path[:] = sys.argv[1:]; from smelllint.audit.steward import serve; serve()"
IDLE = 60.0  # seconds without work after which a steward ends
READY = "ready"
STARTS = 2  # of a steward for one item, before the item is given up
ENDED = (EOFError, OSError, pickle.UnpicklingError)  # what is heard of a steward that is no more


class StewardError(MistakeError):
    """A steward that cannot even start: what its interpreter said stands above."""


class Steward:
    """A process that looks at items, seen from the worker."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-c", START, *sys.path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.orders, self.answers = self.process.stdin, self.process.stdout
        self.dismissed = False
        self.ready = False

    def seen_of(self, items: Sequence[Item]) -> Iterator[Seen]:
        """What was seen of the items, in order; one of ENDED where the process ends before the last."""
        if not self.ready:
            self._get_ready()
        pickle.dump(items, self.orders)
        self.orders.flush()
        for _ in items:
            yield self._heard()

    def _get_ready(self) -> None:
        try:
            self.ready = self._heard() == READY
        except ENDED as error:
            if self.dismissed:
                raise
            raise StewardError(f"cannot start {sys.executable} to look at files") from error

    def _heard(self) -> Any:
        answer, error = pickle.load(self.answers)
        if error is not None:
            raise error
        return answer

    def dismiss(self) -> None:
        """End the process at once."""
        self.dismissed = True
        self.process.kill()
        self.process.wait()
        with suppress(OSError):  # what was not handed over yet goes nowhere
            self.orders.close()
        self.answers.close()


_own = threading.local()
_all: set[Steward] = set()


def seen_of(items: Sequence[Item]) -> Iterator[Seen]:
    """What was seen of each item, in order. A steward that ends is followed by another, which goes on where
    it ended; an item at which that does not help is lost."""
    done, starts = 0, 0
    while done < len(items):
        steward = _steward()
        try:
            # After a death one at a time: those before the culprit may not have been told of yet.
            for seen in steward.seen_of(items[done : done + 1] if starts else items[done:]):
                yield seen
                done, starts = done + 1, 0
        except ENDED as error:
            if steward.dismissed:
                raise CancelledError from error
            _end(steward)
            starts += 1
            if starts == STARTS:
                yield lost(items[done], Loss.DEATH)
                done, starts = done + 1, 0


def _steward() -> Steward:
    """The steward of this thread."""
    steward: Steward | None = getattr(_own, "steward", None)
    if steward is not None and steward.process.poll() is None:
        return steward
    if steward is not None:  # it had nothing to do for long
        _end(steward)
    steward = _own.steward = Steward()
    _all.add(steward)
    return steward


def _end(steward: Steward) -> None:
    _all.discard(steward)
    steward.dismiss()


def dismiss_all() -> None:
    """End all stewards of this process."""
    for steward in list(_all):
        _end(steward)


# In the process. --------------------------------------------------------------------------------------------


def serve() -> None:
    """Look at what is handed over, until the worker is gone or has had nothing for a while."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is the worker's to heed
    orders, answers = sys.stdin.buffer, _answers()
    warm_up(None)
    try:
        _answer(answers, READY)
        while _waits_for_more(orders):
            _work_through(pickle.load(orders), answers)
    except (EOFError, OSError):  # nobody is there any more
        return


def _answers() -> BinaryIO:
    """Standard output for answers alone: what else is printed goes where errors go."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


def _waits_for_more(orders: BinaryIO) -> bool:
    if sys.platform == "win32":
        return True
    return bool(select.select([orders], [], [], IDLE)[0])


def _work_through(items: Sequence[Item], answers: BinaryIO) -> None:
    pool = Pool(look, lost, 1).map(items)
    try:
        for seen in pool:
            _answer(answers, seen)
    except OSError:
        raise
    except Exception as error:  # handed to the worker, which raises it
        _answer(answers, None, error)
    finally:
        pool.close()


def _answer(answers: BinaryIO, answer: object, error: Exception | None = None) -> None:
    pickle.dump((answer, error), answers)
    answers.flush()
