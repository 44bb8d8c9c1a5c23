"""Evidence made up for tests: samples with a known ratio, through the harness's own arithmetic.

measured    the user's own evidence of a rule, as `smelllint bench` would keep it
shipped     evidence in a rule's folder, as `smelllint bench --ship` would write it
ShippedBy   stands in for the reader of shipped proofs
SMELLY      smells of growing-concat-in-loop in line 9, of inference-without-no-grad in line 16, where it runs
            on CUDA, and in line 22, where the code does not say
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from smelllint import catalogue, proof
from smelllint.bench import evidence
from smelllint.bench.pairs import Pair
from tests.bench.test_evidence import memory, record

CONCAT, NO_GRAD = "growing-concat-in-loop", "inference-without-no-grad"
SMELLY = """\
import numpy as np
import torch
from torch import nn


def grow(parts):
    grown = np.zeros(0)
    for part in parts:
        grown = np.concatenate([grown, part])
    return grown


def evaluate(loader):
    model = nn.Linear(3, 2).cuda()
    model.eval()
    return [model(batch).argmax().item() for batch in loader]


def evaluate_here(loader):
    model = nn.Linear(3, 2)
    model.eval()
    return [model(batch).argmax().item() for batch in loader]
"""
EVEN = memory([20], [20])
LIGHTER = memory([90], [20])
HEAVIER = memory([20], [90])


BLOCKS = 8  # of the twenty that a made-up process has: intervals take time


class ShippedBy:
    """Reads shipped proofs in another way than from the catalogue's folder."""

    def __init__(self, reader: Callable[[], Mapping[str, proof.Proofs]]) -> None:
        self.reader = reader

    def __call__(self, _: Path) -> Mapping[str, proof.Proofs]:
        return self.reader()

    def cache_clear(self) -> None:
        """It remembers nothing."""


def made(rule: str, ratio: float, device: str = "cpu", **changes: Any) -> evidence.Evidence:
    """A study of a rule's pair as it is now; `pair` may say otherwise."""
    pair = Pair(rule, catalogue.folder(rule)).digest
    study = record(ratio, **{"rule": rule, "device": device, "pair": pair, "memory": EVEN, **changes})
    for process in study["processes"]:
        for block in process["blocks"].values():
            block.update({column: block[column][:BLOCKS] for column in ("amount", "cpu", "wall")})
    return evidence.finish(study)


def measured(rule: str, ratio: float, device: str = "cpu", **changes: Any) -> Path:
    path = evidence.local_path(rule, device)
    evidence.write(path, made(rule, ratio, device, **changes))
    proof.forget()
    return path


def shipped(rule: str, ratio: float, device: str = "cpu", **changes: Any) -> Path:
    path = evidence.shipped_path(catalogue.folder(rule), device)
    evidence.write(path, made(rule, ratio, device, **changes))
    proof.forget()
    return path
