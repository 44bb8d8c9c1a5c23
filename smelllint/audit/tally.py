"""What an audit counts: of a shard, and of all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from smelllint.report.records import TROUBLE, Record

# Sources that were not read to their end: the audit is not complete.
INCOMPLETE = ("unreadable-source", "unreadable-folder")


@dataclass
class Tally:
    """`files` that were looked at, texts included, with their `bytes` and `lines`; `smelly` ones among them,
    and `troubled` ones; `cpu_seconds` that their lint took; of each rule how many `findings` in how many
    `files`, of each trouble how many."""

    files: int = 0
    bytes: int = 0
    lines: int = 0
    smelly: int = 0
    troubled: int = 0
    cpu_seconds: float = 0.0
    findings: Counter[str] = field(default_factory=Counter)
    files_of: Counter[str] = field(default_factory=Counter)
    troubles: Counter[str] = field(default_factory=Counter)

    def count(self, records: Sequence[Record]) -> None:
        """Count what was said of one file."""
        found = [record["rule"] for record in records if record["family"] != TROUBLE]
        troubles = [record["rule"] for record in records if record["family"] == TROUBLE]
        self.smelly += bool(found)
        self.troubled += bool(troubles)
        self.findings.update(found)
        self.files_of.update(set(found))
        self.troubles.update(troubles)

    def add(self, other: Tally) -> None:
        """Count what another has counted."""
        for name in ("files", "bytes", "lines", "smelly", "troubled", "cpu_seconds"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("findings", "files_of", "troubles"):
            getattr(self, name).update(getattr(other, name))

    @property
    def complete(self) -> bool:
        """Whether every source was read to its end."""
        return not any(self.troubles[name] for name in INCOMPLETE)

    def as_json(self) -> dict[str, Any]:
        """The counts as the summary has them."""
        return {
            "files": self.files,
            "bytes": self.bytes,
            "lines": self.lines,
            "cpu_seconds": round(self.cpu_seconds, 3),
            "findings": sum(self.findings.values()),
            "files_with_findings": self.smelly,
            "files_with_trouble": self.troubled,
            "rules": {
                rule: {"findings": number, "files": self.files_of[rule]}
                for rule, number in sorted(self.findings.items())
            },
            "troubles": dict(sorted(self.troubles.items())),
        }

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Tally:
        """What `as_json` has written; LookupError, TypeError or ValueError where it is something else."""
        rules = kept["rules"]
        return cls(
            files=int(kept["files"]),
            bytes=int(kept["bytes"]),
            lines=int(kept["lines"]),
            smelly=int(kept["files_with_findings"]),
            troubled=int(kept["files_with_trouble"]),
            cpu_seconds=float(kept["cpu_seconds"]),
            findings=Counter({rule: int(counts["findings"]) for rule, counts in rules.items()}),
            files_of=Counter({rule: int(counts["files"]) for rule, counts in rules.items()}),
            troubles=Counter({name: int(number) for name, number in kept["troubles"].items()}),
        )
