"""Do two runs of a program say the same? Exit code, printed text and files, numbers within a tolerance.

Said         what one run said: its exit code and the texts or bytes that are compared
difference   where two runs differ first, in words; nothing where they are alike
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field

NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[-+]?\b(?:nan|inf)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Said:
    """What one run said; `outputs` maps "stdout" or a file's name to its bytes, None where it is missing."""

    exit_code: int
    outputs: dict[str, bytes | None] = field(default_factory=dict)


def difference(one: Said, other: Said, tolerance: float, ignored: re.Pattern[str] | None = None) -> str:
    """Where two runs differ first, or nothing."""
    if one.exit_code != other.exit_code:
        return f"exit code {one.exit_code} and {other.exit_code}"
    for name, first in one.outputs.items():
        second = other.outputs[name]
        if first is None or second is None:
            if first is not second:
                return f"{name} is written by one of them only"
            continue
        found = difference_of_bytes(first, second, tolerance, ignored)
        if found:
            return f"{name}: {found}"
    return ""


def difference_of_bytes(one: bytes, other: bytes, tolerance: float, ignored: re.Pattern[str] | None) -> str:
    """Text is compared line by line with its numbers; what is no text must be the same to the byte."""
    if one == other:
        return ""
    try:
        lines, other_lines = (
            [line for line in text.decode().splitlines() if not (ignored and ignored.search(line))]
            for text in (one, other)
        )
    except UnicodeDecodeError:
        return "the bytes differ"
    for at, (line, other_line) in enumerate(zip(lines, other_lines, strict=False), 1):
        if not alike(line, other_line, tolerance):
            return f"line {at}: {shortened(line)!r} and {shortened(other_line)!r}"
    if len(lines) != len(other_lines):
        return f"{len(lines)} and {len(other_lines)} lines"
    return ""


def alike(one: str, other: str, tolerance: float) -> bool:
    """Whether two lines are the same but for numbers that are close: within a share of the larger one."""
    if one == other:
        return True
    if NUMBER.split(one) != NUMBER.split(other):
        return False
    pairs = zip(NUMBER.findall(one), NUMBER.findall(other), strict=True)
    return all(close(float(first), float(second), tolerance) for first, second in pairs)


def close(one: float, other: float, tolerance: float) -> bool:
    return math.isclose(one, other, rel_tol=tolerance) or (math.isnan(one) and math.isnan(other))


def shortened(line: str) -> str:
    return line if len(line) <= 60 else line[:57] + "..."
