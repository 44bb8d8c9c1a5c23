"""Multiply matrices of plain lists: the work on which a run checks itself, where no library is needed."""

from __future__ import annotations

import random

Matrix = list[list[float]]


def prepare(device: str) -> tuple[Matrix, Matrix]:
    chance = random.Random(0)
    left, right = ([[chance.random() for _ in range(48)] for _ in range(48)] for _ in range(2))
    return left, right


def work(left: Matrix, right: Matrix) -> float:
    columns = list(zip(*right, strict=True))
    product = [[sum(map(float.__mul__, row, column)) for column in columns] for row in left]
    return sum(map(sum, product))
