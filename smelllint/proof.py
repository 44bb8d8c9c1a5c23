"""What is proven of the rules, quick enough to ask while linting.

    Proof           one rule measured on one device: what follows from its evidence
    Proven          what speaks of one finding: the proofs of its rule, and the device that its code runs on
    known           the fresh proofs of a rule on this machine: the user's own before what was shipped
    shipped         the fresh proofs that came with the rule: the same on every machine
    standing        what proofs make of a rule, in a word
    on_by_default   whether they make it one that is on unless asked for

To make an interval from raw samples takes seconds, and to read the samples of all rules is to read megabytes.
So `smelllint.bench.digest` writes what follows from a folder of evidence into one small, sealed file there.
The shipped one, `rules/verdicts.json`, is generated (`smelllint pages`, `bench --ship`), and tests hold it to
the samples. The user's own is a cache: it is made anew as soon as a file of evidence there is another. Proofs
belong to a pair by hash: of a pair that was changed since, nothing is proven.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path
from typing import Any

from smelllint import catalogue, declared
from smelllint.errors import MistakeError
from smelllint.rule import ADVICE, Rule

SCHEMA = 1
DIGEST = "verdicts.json"
SAVES, COSTS, EQUIVALENT, INCONCLUSIVE = "saves", "costs", "equivalent", "inconclusive"
UNPROVEN = "unproven"

Record = dict[str, Any]
Proofs = tuple["Proof", ...]


class ProofError(MistakeError):
    """A digest that cannot be used; the message says which, and what to do."""


@dataclass(frozen=True)
class Proof:
    """One rule measured on one device. `ratio`, `low` and `high` are smelly / lean by the meter with its 95 %
    interval, `memory_ratio` the same of peak memory, None where it is not known; ratios within 1 + `margin`
    count as equivalent. `agreement` tells how the results of both compare, `local` that the user measured
    it."""

    rule: str
    device: str
    pair: str
    verdict: str
    ratio: float
    low: float
    high: float
    margin: float
    meter: str
    unit: str
    level: str
    unsteady: bool
    agreement: str
    memory_verdict: str
    memory_ratio: float | None
    machine: str
    taken: str
    local: bool = False

    @property
    def saving(self) -> float:
        """The share of energy, by the meter, that the mend saves; negative where it costs more."""
        return saved(self.ratio)

    @property
    def words(self) -> str:
        """All of it in one clause: `saves 41 % [38, 44] of CPU-seconds on cpu`."""
        said = self._memory_first() if self._only_memory else self._energy() + self._memory_too()
        return said + " (unsteady)" * self.unsteady + " (measured here)" * self.local

    @property
    def short(self) -> str:
        """The heart of it: `saves 41 % on cpu`."""
        if self._only_memory:
            return f"saves {percent(self._memory_saved)} % of memory on {self.device}"
        if self.verdict == SAVES:
            return f"saves {percent(self.saving)} % on {self.device}"
        if self.verdict == COSTS:
            return f"costs {percent(1 / self.ratio - 1)} % more on {self.device}"
        return f"{self.verdict} on {self.device}"

    def as_json(self) -> Record:
        """For programs: shares saved, 0.41 for 41 %."""
        return {
            "device": self.device,
            "verdict": self.verdict,
            "saving": round(self.saving, 4),
            "interval": [round(saved(self.low), 4), round(saved(self.high), 4)],
            "meter": self.meter,
            "level": self.level,
            "agreement": self.agreement,
            "memory_verdict": self.memory_verdict,
            "memory_saving": None if self.memory_ratio is None else round(self._memory_saved, 4),
            "machine": self.machine,
            "taken": self.taken,
            "source": "local" if self.local else "shipped",
        }

    @property
    def _only_memory(self) -> bool:
        return self.memory_verdict == SAVES and self.verdict != SAVES

    @property
    def _memory_saved(self) -> float:
        return saved(self.memory_ratio or 1)

    @property
    def _unit(self) -> str:
        return "CPU-seconds" if self.unit == "cpu-s" else f"joules ({self.meter})"

    def _energy(self) -> str:
        low, high = saved(self.low), saved(self.high)
        if self.verdict == SAVES:
            share = f"{percent(self.saving)} % [{percent(low)}, {percent(high)}]"
            return f"saves {share} of {self._unit} on {self.device}"
        if self.verdict == COSTS:
            return f"costs {self._extra()} on {self.device}"
        if self.verdict == EQUIVALENT:
            return f"makes no difference in {self._unit} on {self.device} ({self._within()})"
        return f"inconclusive on {self.device}: saves {percent(low)} to {percent(high)} % of {self._unit}"

    def _memory_first(self) -> str:
        less = f"saves {percent(self._memory_saved)} % of peak memory on {self.device}"
        if self.verdict == COSTS:
            return f"{less}, but costs {self._extra()}"
        if self.verdict == EQUIVALENT:
            return f"{less}, but no {self._unit} ({self._within()})"
        return f"{less}; of {self._unit} the measurement is inconclusive"

    def _memory_too(self) -> str:
        if self.memory_verdict == SAVES:
            return f", and {percent(self._memory_saved)} % of peak memory"
        if self.memory_verdict == COSTS and self.memory_ratio:
            return f", and takes {percent(1 / self.memory_ratio - 1)} % more peak memory"
        return ""

    def _extra(self) -> str:
        more, least, most = (1 / ratio - 1 for ratio in (self.ratio, self.high, self.low))
        return f"{percent(more)} % [{percent(least)}, {percent(most)}] more {self._unit}"

    def _within(self) -> str:
        return f"equivalent within {percent(self.margin)} %"


@dataclass(frozen=True)
class Proven:
    """What speaks of one finding. `device` is where its code is known to run, None where that is not known;
    `proofs` are those of its rule, on the devices that the rule is about, `about`, if not on any."""

    device: str | None
    proofs: Proofs
    about: frozenset[str] = frozenset()

    @property
    def speaking(self) -> Proofs:
        """Those for the device of the code; all where it is not known."""
        return tuple(proof for proof in self.proofs if self.device in (None, proof.device))

    @property
    def saving(self) -> float:
        """The share of energy that is sure to be saved where the code runs: the lower end of the interval,
        the largest where the device is not known; 0 where nothing is proven."""
        return max((saved(proof.low) for proof in self.speaking if proof.verdict == SAVES), default=0.0)

    @property
    def words(self) -> str:
        return self._said([proof.words for proof in self.speaking], [proof.words for proof in self.proofs])

    @property
    def short(self) -> str:
        return self._said([proof.short for proof in self.speaking], [])

    def as_json(self) -> list[Record]:
        """A record for each device; that of the code comes first, unproven where it was not measured."""
        records = [proof.as_json() for proof in self.proofs]
        if self.device is None or self.speaking:
            return sorted(records, key=lambda record: record["device"] != self.device)
        absent = dict.fromkeys(records[0] if records else FIELDS)
        return [{**absent, "device": self.device, "verdict": UNPROVEN}, *records]

    def _said(self, speaking: list[str], elsewhere: list[str]) -> str:
        if speaking:
            return "; ".join(speaking)
        return "; ".join([unproven([self.device] if self.device else self.about), *elsewhere])


FIELDS = (
    "device", "verdict", "saving", "interval", "meter", "level", "agreement", "memory_verdict",
    "memory_saving", "machine", "taken", "source",
)  # fmt: skip


def saved(ratio: float) -> float:
    """The share of the smelly cost that is saved, from the ratio smelly / lean."""
    return 1 - 1 / ratio


def percent(share: float) -> str:
    """A share as a number of per cent; the nearer to all of it the finer, and never rounded up to it."""
    if not 0.9 < share < 1:
        return f"{share * 100:.0f}"
    digits = min(4, math.ceil(-math.log10(1 - share)) - 1)
    return f"{math.floor(share * 100 * 10**digits) / 10**digits:.{digits}f}"


def unproven(devices: Iterable[str]) -> str:
    """`unproven`, with the devices in question."""
    named = " or ".join(sorted(devices))
    return f"{UNPROVEN} on {named}" if named else UNPROVEN


# Of a rule. -------------------------------------------------------------------------------------------------


def proven(name: str, device: str | None) -> Proven:
    """What speaks of a finding of this rule, in code that is known to run on a device."""
    devices = declared.devices(name)
    if devices and device not in devices:
        device = next(iter(devices)) if len(devices) == 1 else None
    return Proven(device, relevant(known(name), devices), devices)


def relevant(proofs: Proofs, devices: frozenset[str]) -> Proofs:
    """The proofs taken on one of the devices that a rule is about; no devices mean any."""
    return tuple(proof for proof in proofs if not devices or proof.device in devices)


def standing(proofs: Proofs) -> str:
    """What relevant proofs make of a rule: "saves" (energy or memory, on some device), "unproven" (nothing
    was measured), or else the best that was found: "inconclusive", "equivalent", "costs"."""
    if not proofs:
        return UNPROVEN
    if any(SAVES in (proof.verdict, proof.memory_verdict) for proof in proofs):
        return SAVES
    verdicts = {proof.verdict for proof in proofs}
    return next(one for one in (INCONCLUSIVE, EQUIVALENT, COSTS) if one in verdicts)


def on_by_default(rule: Rule, proofs: Proofs) -> bool:
    """Whether a rule is on unless asked for: where its author lets it, as long as nothing was measured or the
    measurement shows that it saves. Advice never is."""
    if rule.family == ADVICE or not rule.default:
        return False
    return standing(relevant(proofs, rule.devices)) not in (EQUIVALENT, COSTS)


@cache
def defaults() -> frozenset[str]:
    """The rules that are on unless asked for, on this machine."""
    return frozenset(rule.name for rule in declared.rules() if on_by_default(rule, known(rule.name)))


def forget() -> None:
    """Look again at what was asked before: evidence or pairs may be others by now."""
    for remembered in (defaults, _pair, _shipped, _local):
        remembered.cache_clear()


# Where proofs come from. ------------------------------------------------------------------------------------


def known(name: str) -> Proofs:
    """The fresh proofs of a rule, one for each device; the user's own come before what was shipped."""
    return _fresh(name, [*_shipped(catalogue.home()).get(name, ()), *_own().get(name, ())])


def shipped(name: str) -> Proofs:
    """The fresh proofs that came with a rule, one for each device."""
    return _fresh(name, _shipped(catalogue.home()).get(name, ()))


def _fresh(name: str, proofs: Iterable[Proof]) -> Proofs:
    fresh = {proof.device: proof for proof in proofs if proof.pair == _pair(name)}
    return tuple(fresh[device] for device in sorted(fresh))


@cache
def _pair(name: str) -> str | None:
    """The hash of a rule's pair as it is now."""
    from smelllint.bench.pairs import Pair

    pair = Pair(name, catalogue.folder(name))
    return pair.digest if pair.whole else None


@cache
def _shipped(home: Path) -> Mapping[str, Proofs]:
    path = home / DIGEST
    try:
        return by_rule(unsealed(path))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ProofError(f"{path}: cannot be used ({error}): run `smelllint pages`") from error


def _own() -> Mapping[str, Proofs]:
    try:
        return _local(local_folder())
    except RuntimeError:  # a user without a home has nothing there
        return {}


@cache
def _local(folder: Path) -> Mapping[str, Proofs]:
    """The user's own proofs, from the digest while it is that of the files."""
    files = stamps(folder)
    if not files:
        return {}
    try:
        digest = unsealed(folder / DIGEST)
        found = by_rule(digest) if digest.get("files") == files else None
    except (OSError, ValueError, TypeError, KeyError):
        found = None
    if found is None:
        from smelllint.bench.digest import of_local

        found = by_rule(of_local(folder, files))
    return {rule: tuple(replace(one, local=True) for one in proofs) for rule, proofs in found.items()}


def stamps(folder: Path) -> dict[str, list[int]]:
    """Size and time of change of every file of evidence in a folder, by `rule/device.json`."""
    return {
        path.relative_to(folder).as_posix(): [(status := path.stat()).st_size, status.st_mtime_ns]
        for path in sorted(folder.glob("*/*.json"))
    }


def unsealed(path: Path) -> Record:
    """The digest in a file; ValueError where it is none, or was changed by hand."""
    digest = json.loads(path.read_bytes())
    if not isinstance(digest, dict) or digest.get("schema") != SCHEMA or digest.get("seal") != seal(digest):
        raise ValueError("it is of another version, or was changed by hand")
    return digest


def by_rule(digest: Record) -> Mapping[str, Proofs]:
    """The proofs of a digest by rule."""
    found: dict[str, Proofs] = {}
    for record in digest["proofs"]:
        proof = Proof(**record)
        found[proof.rule] = (*found.get(proof.rule, ()), proof)
    return found


def sealed(proofs: Iterable[Proof], **more: Any) -> Record:
    """A digest of proofs, with the seal over it."""
    names = [field.name for field in fields(Proof) if field.name != "local"]
    records = [{name: getattr(proof, name) for name in names} for proof in proofs]
    digest = {"schema": SCHEMA, **more, "proofs": records}
    return {**digest, "seal": seal(digest)}


def seal(record: Mapping[str, Any]) -> str:
    """A hash over everything but the seal itself."""
    content = {key: value for key, value in record.items() if key != "seal"}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def local_folder() -> Path:
    """Where `smelllint bench` keeps what it measured for this user; SMELLLINT_DATA_DIR moves it."""
    chosen = os.environ.get("SMELLLINT_DATA_DIR")
    if chosen:
        return Path(chosen) / "evidence"
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return base / "smelllint" / "evidence"
