"""Run both arms of a pair in this process and compare what they give: `compare_arms.py FOLDER bits|close`."""

from __future__ import annotations

import importlib.util
import random
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch


def load(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(f"{path.parent.name}.{path.stem}".replace("-", "_"), path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run(path: Path) -> tuple[Any, Any]:
    """The module of an arm and what its work gives, from the same seeds."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    np.random.seed(0)
    random.seed(0)
    module = load(path)
    return module, module.work(*module.prepare("cpu"))


def leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for key in sorted(value) for leaf in (key, *leaves(value[key]))]
    if isinstance(value, (list, tuple)):
        return [leaf for item in value for leaf in leaves(item)]
    if hasattr(value, "to_numpy"):
        return [value.to_numpy()]
    return [value]


def equal(one: Any, other: Any, bits: bool) -> bool:
    if isinstance(one, str) or isinstance(other, str) or one is None or other is None:
        return bool(one == other)
    one, other = (
        x.detach().cpu() if isinstance(x, torch.Tensor) else torch.as_tensor(np.asarray(x))
        for x in (one, other)
    )
    if one.shape != other.shape or (bits and one.dtype != other.dtype):
        return False
    if bits:
        return torch.equal(one, other)
    return torch.allclose(one.double(), other.double(), rtol=1e-3, atol=1e-4)


def main(folder: Path, bits: bool) -> None:
    smelly, smelly_result = run(folder / "smelly.py")
    lean, lean_result = run(folder / "lean.py")
    if hasattr(smelly, "quality"):
        before, after = smelly.quality(smelly_result), lean.quality(lean_result)
        print(f"quality {before} -> {after}")
        assert after >= before - 0.05, f"quality fell from {before} to {after}"
        return
    one, other = leaves(smelly_result), leaves(lean_result)
    assert one, "an arm gives nothing to compare"
    assert len(one) == len(other), f"{len(one)} values against {len(other)}"
    for place, (a, b) in enumerate(zip(one, other, strict=True)):
        assert equal(a, b, bits), f"value {place} differs: {a!r} against {b!r}"


if __name__ == "__main__":
    main(Path(sys.argv[1]), bits=sys.argv[2] == "bits")
