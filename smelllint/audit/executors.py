"""Who does the work: any `concurrent.futures.Executor`, and what is done where it fails.

hirer       what `--executor module:factory` means: a function that makes an executor
results     the result of each shard, as soon as it is there, so many under way at once

A task that fails is tried again, an executor that breaks is made anew: a machine of a cluster may go away.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ThreadPoolExecutor, wait
from importlib import import_module

from smelllint.audit.shards import Shard
from smelllint.audit.steward import dismiss_all
from smelllint.audit.work import Result, lint
from smelllint.errors import MistakeError

TRIES = 3  # of a shard
Hirer = Callable[[], Executor]


class ExecutorError(MistakeError):
    """An executor that cannot be had, or that fails again and again."""


def hirer(spec: str | None, jobs: int) -> Hirer:
    """The function that makes the executor; without a spec, threads of this process, each with a steward."""
    if spec is None:
        return lambda: ThreadPoolExecutor(jobs, "smelllint-audit")
    module, _, name = spec.partition(":")
    if not module or not name:
        raise ExecutorError(f"--executor `{spec}`: has to read module:factory")
    factory = _found(spec, module, name)

    def hire() -> Executor:
        try:
            executor = factory()
        except Exception as error:
            raise ExecutorError(f"--executor `{spec}`: {type(error).__name__}: {error}") from error
        if not isinstance(executor, Executor):
            kind = type(executor).__name__
            raise ExecutorError(f"--executor `{spec}`: makes a `{kind}`, not a concurrent.futures.Executor")
        return executor

    return hire


def _found(spec: str, module: str, name: str) -> Callable[[], object]:
    """The factory; its module, and what that imports, may lie in the working folder."""
    if os.getcwd() not in sys.path:
        sys.path.append(os.getcwd())  # behind all that is installed, for a repository may bring anything
    try:
        found: object = import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    except Exception as error:
        raise ExecutorError(f"--executor `{spec}`: {type(error).__name__}: {error}") from error
    if not callable(found):
        raise ExecutorError(f"--executor `{spec}`: `{name}` cannot be called: it has to make an executor")
    return found


def results(shards: Iterable[Shard], hire: Hirer, most: int) -> Iterator[tuple[Shard, Result]]:
    """The shards with their results, as they come, never more than `most` of them under way."""
    crew = Crew(hire)
    try:
        for shard in shards:
            crew.submit(shard)
            while len(crew.under_way) >= most:
                yield from crew.done()
        while crew.under_way:
            yield from crew.done()
        crew.executor.shutdown(wait=True)
    finally:
        crew.dismiss()


class Crew:
    """An executor, and the shards that it, or a broken one before it, has before it."""

    def __init__(self, hire: Hirer) -> None:
        self.hire = hire
        self.executor = hire()
        self.under_way: dict[Future[Result], tuple[Shard, Executor]] = {}
        self.failures: Counter[int] = Counter()

    def submit(self, shard: Shard) -> None:
        """Have a shard looked at, by another executor where this one takes nothing any more."""
        try:
            self.under_way[self.executor.submit(lint, shard)] = shard, self.executor
        except RuntimeError as error:  # of which a BrokenExecutor is one
            self._failed(shard, error, self.executor)
            self.submit(shard)

    def done(self) -> Iterator[tuple[Shard, Result]]:
        """Wait until something is done; the shards that are, with their results."""
        ended, _ = wait(self.under_way, return_when=FIRST_COMPLETED)
        failed: list[Shard] = []
        for future in ended:
            shard, executor = self.under_way.pop(future)
            try:
                result = future.result()
            except MistakeError:
                raise
            except Exception as error:
                self._failed(shard, error, executor)
                failed.append(shard)
            else:
                yield shard, result
        for shard in failed:
            self.submit(shard)

    def _failed(self, shard: Shard, error: Exception, executor: Executor) -> None:
        """Note that a shard has failed; ExecutorError once it has too often."""
        self.failures[shard.number] += 1
        if self.failures[shard.number] == TRIES:
            said = f"{type(error).__name__}: {error}".splitlines()[0]
            raise ExecutorError(
                f"shard {shard.number} failed {TRIES} times, at last with {said}; what is done is kept, and "
                "the same command goes on from there"
            ) from error
        if isinstance(error, BrokenExecutor) and executor is self.executor:
            executor.shutdown(wait=False)
            self.executor = self.hire()

    def dismiss(self) -> None:
        """Let go of what is under way."""
        for future in self.under_way:
            future.cancel()
        dismiss_all()
        self.executor.shutdown(wait=False)
