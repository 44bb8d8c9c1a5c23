"""What cells have in common, in notebooks and in scripts.

ended(code)                  code with a line end at its end
still_reads(before, after)   whether a changed cell still stands by itself and shows what it showed
"""

from __future__ import annotations

import ast

from smelllint.magics import parses

LINE_ENDS = ("\n", "\r")


def ended(code: str) -> str:
    """Code with a line end at its end, unless there is none of it."""
    return code if not code or code.endswith(LINE_ENDS) else code + "\n"


def still_reads(before: str, after: str) -> bool:
    """Whether a changed cell parses, ends its last line, and shows a last value just where it did before."""
    return parses(after) and after == ended(after) and shows_value(before) == shows_value(after)


def shows_value(code: str) -> bool:
    """Whether a cell ends with an expression, whose value Jupyter prints below it."""
    body = ast.parse(code).body
    return bool(body) and isinstance(body[-1], ast.Expr)
