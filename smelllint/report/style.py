"""Colour where it belongs, and nothing on a terminal that it would obey.

A file may be named, or hold, whatever its author likes; control characters and those that turn the direction
of text are shown as escapes, never sent. So are the words by which a line of a log gives orders to the
services that run builds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from smelllint.edit import Fix, Safety

# C0 and C1 controls, line separators, marks and overrides of direction, half characters of odd file names.
OBEYED = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
# `::error::` at the start of a line, `##[group]` and `##vso[...]` anywhere.
ORDERS = re.compile(r"\A(?P<space>\s*):(?=:)|#(?=#(?:vso)?\[)")


@dataclass(frozen=True)
class Style:
    """How text is dressed, whether unsafe fixes count as at hand, whether a terminal will get it, and what
    the findings were compared with, where only new ones are told."""

    colour: bool = False
    unsafe: bool = False
    terminal: bool = False
    compared: str = ""

    def bold(self, text: str) -> str:
        return self._dressed("1", text)

    def red(self, text: str) -> str:
        return self._dressed("1;31", text)

    def green(self, text: str) -> str:
        return self._dressed("1;32", text)

    def blue(self, text: str) -> str:
        return self._dressed("1;34", text)

    def cyan(self, text: str) -> str:
        return self._dressed("36", text)

    def applicable(self, fix: Fix | None) -> bool:
        """Whether `--fix` would apply it in this run."""
        if fix is None or fix.safety is Safety.SHOWN:
            return False
        return fix.safety is Safety.SAFE or self.unsafe

    def mark(self, fix: Fix | None) -> str:
        """`[*] ` before what is mended by `--fix`."""
        return f"[{self.cyan('*')}] " if self.applicable(fix) else ""

    def _dressed(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour else text


def harmless(text: str) -> str:
    """The text with everything that a terminal, or a runner of builds, would obey written as an escape."""
    shown = OBEYED.sub(lambda match: match.group().encode("unicode_escape").decode("ascii"), text)
    return ORDERS.sub(lambda match: f"{match['space'] or ''}\\x{ord(match.group()[-1]):02x}", shown)


def dumped(content: object, indent: int | None = 2) -> str:
    """JSON that gives no orders either, wherever it is printed."""
    return json.dumps(content, indent=indent).replace("##", r"#\u0023")


def coloured(environment: Mapping[str, str], *, terminal: bool) -> bool:
    """Whether to use colour: NO_COLOR and FORCE_COLOR have their say before the terminal."""
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR", "0") != "0":
        return True
    return terminal and environment.get("TERM") != "dumb"
