"""What the worker is told beside the files that it is to look at.

warm_up      before the first file comes: the imports, which take longer than most files
look_anew    after a file on the disk has changed
"""

from __future__ import annotations

import gc

from smelllint import catalogue, outline, project
from smelllint.examine import Job, examine
from smelllint.settings import Settings

SMALLEST = b"import torch\n\ntorch.zeros(1)\n"


def warm_up(_: None) -> None:
    """Load every rule, and what rules ask of."""
    outline.keep_pieces()
    catalogue.load_all()
    examine(Job("warm.py", Settings(select=("all",)), SMALLEST))
    gc.collect()
    gc.freeze()  # what is there now stays: no collection has to look at it again


def look_anew(_: None) -> None:
    """Trust nothing that was found in the folders before."""
    project.forget()
