"""What is looked at in one go.

Item    one file or text, or what is known of it without a look
Shard   some of them, and a digest that tells whether they are as they were
cut     all of them, so many at a time
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b

from smelllint.diagnostic import Trouble
from smelllint.examine import Job
from smelllint.project import stamp_of

MOST_BYTES = 4_000_000  # of texts in a shard: they travel with it
MOST_FILES = 500


@dataclass(frozen=True)
class Item:
    """One file or text of a source: `job` is what to do with it, or `trouble` says why there is nothing to
    be done. A text has a `record`, its number in the source from 1, and a `name` that results call it by;
    files go by their paths."""

    source: str
    job: Job | None = None
    trouble: Trouble | None = None
    record: int | None = None
    name: str | None = None


@dataclass(frozen=True)
class Shard:
    """Items that are looked at by one task. The `digest` is another as soon as one of them is: a file by its
    stamp, a text by its bytes, both by their settings."""

    number: int
    items: tuple[Item, ...]
    digest: str


def cut(items: Iterable[Item], most_files: int = MOST_FILES) -> Iterator[Shard]:
    """The items in shards, in order, each of so many files and not much more than MOST_BYTES of text."""
    number, size = 0, 0
    held: list[Item] = []
    for item in items:
        held.append(item)
        size += len(item.job.data) if item.job is not None and item.job.data is not None else 0
        if len(held) == most_files or size >= MOST_BYTES:
            yield _shard(number, held)
            number, size, held = number + 1, 0, []
    if held:
        yield _shard(number, held)


def _shard(number: int, items: list[Item]) -> Shard:
    digest = blake2b(digest_size=16)
    settings = None
    for item in items:
        told: list[object] = [item.source, item.record, item.name, item.trouble]
        if item.job is not None:
            if item.job.settings is not settings:  # most files share those of the one before
                settings = item.job.settings
                told.append(settings)
            told += [item.job.path, item.job.named]
            told.append(stamp_of(item.job.path) if item.job.data is None else len(item.job.data))
            digest.update(item.job.data or b"")
        digest.update(repr(told).encode("utf-8", "surrogatepass"))
    return Shard(number, tuple(items), digest.hexdigest())
