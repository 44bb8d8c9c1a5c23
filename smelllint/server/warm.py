"""What the worker does before the first file comes: the imports, which take longer than most files."""

from __future__ import annotations

from smelllint import catalogue
from smelllint.examine import Job, examine
from smelllint.settings import Settings

SMALLEST = b"import torch\n\ntorch.zeros(1)\n"


def warm_up(_: None) -> None:
    """Load every rule, and what rules ask of."""
    catalogue.load_all()
    examine(Job("warm.py", Settings(select=("all",)), SMALLEST))
