"""From evidence to the small files that the linter reads: see `smelllint.proof`.

proof_of        what follows from one piece of evidence
of_shipped      the text of `rules/verdicts.json`
write_shipped   write it, and say whether it was another
of_local        the digest of the user's own evidence, kept beside it
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from smelllint.bench.evidence import Evidence, EvidenceError, read
from smelllint.errors import MistakeError
from smelllint.proof import DIGEST, Proof, sealed
from smelllint.write import write_whole


class DigestError(MistakeError):
    """Shipped evidence that cannot be used; the message says which, and what to do."""


def proof_of(evidence: Evidence) -> Proof:
    """What follows from evidence; its verdicts are made here, from its intervals."""
    energy, memory = evidence.energy, evidence.memory
    return Proof(
        rule=evidence.rule,
        device=evidence.device,
        pair=evidence.pair,
        verdict=evidence.verdict.value,
        ratio=energy.ratio,
        low=energy.low,
        high=energy.high,
        margin=evidence.margin,
        meter=evidence.meter,
        unit=evidence.unit,
        level=evidence.level,
        unsteady=evidence.unsteady,
        agreement=str(evidence.agreement["kind"]),
        memory_verdict=evidence.memory_verdict.value,
        memory_ratio=None if memory is None or not sum(memory.smelly) else memory.ratio,
        machine=evidence.machine,
        taken=evidence.taken,
        local=evidence.local,
    )


def of_shipped(home: Path) -> str:
    """The digest of all evidence in the rules' folders, stale or not, as text."""
    return as_text(sealed(proof_of(read_shipped(path)) for path in sorted(home.glob("*/evidence/*.json"))))


def write_shipped(home: Path) -> bool:
    """Write the digest where it is another than the one that is there; whether it was."""
    path, text = home / DIGEST, of_shipped(home)
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return False
    write_whole(path, text)
    return True


def read_shipped(path: Path) -> Evidence:
    """Evidence of a rule's folder; a mistake of its author's where it cannot be used."""
    try:
        return read(path)
    except EvidenceError as error:
        raise DigestError(str(error)) from error


def of_local(folder: Path, files: Mapping[str, object]) -> dict[str, Any]:
    """The digest of the user's own evidence in these files; what cannot be used is passed over."""
    found = []
    for name in files:
        with contextlib.suppress(EvidenceError, KeyError, TypeError, ValueError):
            found.append(proof_of(read(folder / name, local=True)))
    digest = sealed(found, files=files)
    # Where it cannot be kept, the next run makes it again.
    with contextlib.suppress(OSError):
        write_whole(folder / DIGEST, as_text(digest))
    return digest


def as_text(digest: Mapping[str, Any]) -> str:
    """A digest with a line for each proof, so that a change of one is a change of one line."""
    head = {key: value for key, value in digest.items() if key not in ("proofs", "seal")}
    lines: Iterable[str] = (json.dumps(record) for record in digest["proofs"])
    body = ",\n  ".join(lines)
    entries = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in head.items()]
    proofs = f'"proofs": [\n  {body}\n ]' if body else '"proofs": []'
    return "{\n " + ",\n ".join([*entries, proofs, f'"seal": {json.dumps(digest["seal"])}']) + "\n}\n"
