"""The story of `smelllint audit`: sources -> shards -> results -> summary, and the exit code.

Request     what the command line asks for
audit       carries it out
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from smelllint import __version__, cache, declared
from smelllint.audit.executors import hirer, results
from smelllint.audit.shards import MOST_FILES, Shard, cut
from smelllint.audit.sources import Sources
from smelllint.audit.store import JSON_LINES, Store
from smelllint.audit.tally import Tally
from smelllint.audit.texts import Columns
from smelllint.check import CLEAN, ERROR
from smelllint.config import Configurations, Overrides
from smelllint.examine import processors
from smelllint.report.style import harmless
from smelllint.words import counted


@dataclass(frozen=True)
class Request:
    """What `smelllint audit` was asked: `jobs` shards are under way at once."""

    sources: tuple[str, ...]
    output: Path
    output_format: str = JSON_LINES
    columns: Columns = field(default_factory=Columns)
    overrides: Overrides = field(default_factory=Overrides)
    executor: str | None = None
    jobs: int | None = None
    shard_size: int = MOST_FILES
    quiet: bool = False

    def as_json(self) -> dict[str, Any]:
        """What the results follow from, by the names of the options."""
        narrowing = asdict(self.overrides)
        return {
            "version": __version__,
            "installation": cache.fingerprint(),
            "sources": self.sources,
            "output_format": self.output_format,
            "column": self.columns.text,
            "path_column": self.columns.path,
            "shard_size": self.shard_size,
            "config": narrowing.pop("file"),
            **narrowing,
        }


def audit(request: Request) -> int:
    """Carry out a request; the exit code. MistakeError for what is the user's to mend."""
    sources = Sources(request.sources, Configurations(request.overrides), request.columns)
    sources.require()
    jobs = request.jobs or processors()
    hire = hirer(request.executor, jobs)
    store = Store(request.output, request.output_format)
    with store.held():
        store.begin(request.as_json())
        store.unfinished()
        progress = Progress(store, cut(sources.items(), request.shard_size), quiet=request.quiet)
        # One more than are worked on, so that nobody waits for the next one to be read.
        for shard, result in results(progress.to_do(), hire, jobs + 1):
            store.keep(shard, result)
            progress.done(result.tally)
        summary = store.finish(progress.shards, progress.summary(request))
    progress.tell(summary)
    return CLEAN if progress.tally.complete else ERROR


class Progress:
    """How far an audit is: shards that were met, those that an earlier run had done, and the counts."""

    def __init__(self, store: Store, shards: Iterator[Shard], *, quiet: bool) -> None:
        self.store = store
        self.all = shards
        self.quiet = quiet
        self.shards = 0
        self.done_before = 0
        self.tally = Tally()
        self._told = 0.0

    def to_do(self) -> Iterator[Shard]:
        """The shards that have yet to be done."""
        for shard in self.all:
            self.shards += 1
            known = self.store.done(shard)
            if known is None:
                yield shard
            else:
                self.done_before += 1
                self.done(known)

    def done(self, tally: Tally) -> None:
        """Count a shard that is done, and say so on a terminal now and then."""
        self.tally.add(tally)
        if self.quiet or not sys.stderr.isatty() or time.monotonic() - self._told < 0.2:
            return
        self._told = time.monotonic()
        said = f"{counted(self.tally.files, 'file')}, {counted(self.tally.as_json()['findings'], 'smell')}"
        print(f"\r\x1b[K{said}", end="", file=sys.stderr, flush=True)

    def summary(self, request: Request) -> dict[str, Any]:
        """What came of all shards, with what was asked; of each rule what it is, too."""
        families = {rule.name: rule.family for rule in declared.rules()}
        told = self.tally.as_json()
        for rule, counts in told["rules"].items():
            counts["family"] = families.get(rule, rule)
        return {"complete": self.tally.complete, "shards": self.shards, **told, "asked": request.as_json()}

    def tell(self, summary: Path) -> None:
        """Print what came of it."""
        if self.quiet:
            return
        if sys.stderr.isatty():
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
        told = self.tally.as_json()
        wide = max((len(str(number)) for number in self.tally.findings.values()), default=0)
        for rule, number in sorted(self.tally.findings.items(), key=lambda item: (-item[1], item[0])):
            print(f"{number:>{wide}}  {rule}")
        smells = f"{counted(told['findings'], 'smell')} in {self.tally.smelly}"
        before = f" ({counted(self.done_before, 'shard')} done before)" if self.done_before else ""
        print(f"Found {smells} of {counted(told['files'], 'file')}, {counted(self.shards, 'shard')}{before}.")
        if self.tally.troubled:
            print(f"{counted(self.tally.troubled, 'file')} could not be dealt with as asked.")
        print(f"Summary: {harmless(str(summary))}")
