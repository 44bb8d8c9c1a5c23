"""Run a program from a fixed seed, so that two runs print the same: `seeded.py PROGRAM [ARGUMENT]...`."""

import random
import runpy
import sys
from pathlib import Path

import numpy

sys.argv = sys.argv[1:]
text = Path(sys.argv[0]).read_text(encoding="utf-8")
random.seed(0)
numpy.random.seed(0)
if "torch" in text:
    import torch

    torch.manual_seed(0)
runpy.run_path(sys.argv[0], run_name="__main__")
