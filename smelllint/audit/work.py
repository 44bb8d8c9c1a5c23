"""What is done with a shard, wherever the executor has it done.

lint    a shard -> its Result: the one function that is handed to executors
look    one item -> what was Seen of it: records as those of `check --output-format json-lines`
lost    the same of an item that ended the process which looked at it
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from smelllint.audit.shards import Item, Shard
from smelllint.audit.tally import Tally
from smelllint.diagnostic import FileReport, Trouble
from smelllint.examine import Job, Outcome, examine
from smelllint.examine import lost as outcome_of_lost
from smelllint.read import UnreadableError, limit_of, read, too_large
from smelllint.report.records import Record, records

if TYPE_CHECKING:
    from smelllint.pool import Loss


@dataclass(frozen=True)
class Seen:
    """What was seen of one item: its records, the size of what was read, and processor time."""

    records: list[Record]
    bytes: int = 0
    lines: int = 0
    cpu_seconds: float = 0.0


@dataclass(frozen=True)
class Result:
    """What came of a shard: its records in the order of its items, and the counts."""

    records: list[Record] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)


def lint(shard: Shard) -> Result:
    """Look at all items of a shard. What an item does to the process that looks at it costs that item."""
    from smelllint.audit.steward import seen_of

    result = Result()
    for item, seen in zip(shard.items, seen_of(shard.items), strict=True):
        result.records.extend(seen.records)
        result.tally.count(seen.records)
        result.tally.files += item.job is not None
        result.tally.bytes += seen.bytes
        result.tally.lines += seen.lines
        result.tally.cpu_seconds += seen.cpu_seconds
    return result


def look(item: Item) -> Seen:
    """Look at one item: what it holds never raises."""
    if item.job is None:
        troubles = () if item.trouble is None else (item.trouble,)
        return Seen(list(_told(item, Outcome(FileReport(item.source, troubles=troubles)))))
    began = time.process_time()
    try:
        data = _data(item.job)
    except UnreadableError as error:
        trouble = Trouble(item.job.path, error.name, error.message)
        return Seen(list(_told(item, Outcome(FileReport(item.job.path, troubles=(trouble,))))))
    outcome = examine(replace(item.job, data=data))
    lines = data.count(b"\n") + (not data.endswith(b"\n") and bool(data))
    return Seen(list(_told(item, outcome)), len(data), lines, time.process_time() - began)


def lost(item: Item, how: Loss) -> Seen:
    """What is said of an item that ended its process."""
    if item.job is None:
        return look(item)
    return Seen(list(_told(item, outcome_of_lost(item.job, how))))


def _data(job: Job) -> bytes:
    """The bytes of a job; UnreadableError where there are none, or too many."""
    if job.data is None:
        return read(job.path)
    if len(job.data) > limit_of(job.path):
        raise too_large(limit_of(job.path))
    return job.data


def _told(item: Item, outcome: Outcome) -> Iterator[Record]:
    """The records of an item: those of a report, by the item's own name, and where the item is from. The
    address of a rule's page is left out: it holds on the machine of the worker alone."""
    for record in records(outcome):
        del record["url"]
        record["filename"] = item.name or record["filename"]
        yield {"source": item.source, "record": item.record, **record}
