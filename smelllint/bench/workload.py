"""The inside of a worker: one arm, loaded once, asked over a pipe.

Requests come as JSON lines on standard input and are answered, one line each, on what was standard output;
whatever the arm itself prints goes to standard error, where the parent drains it. The requests:

    load        import the file, call prepare(device); answers the versions and settings in force
    calibrate   warm up, then find how many calls make a block
    block       collect garbage, then mark, call `work` that often, read the meter
    agree       call `work` twice with the same seed; keep the result, or compare it with a kept one
    memory      how far the peak rises over what was there
    modules     what was imported, for the process that shall import it for others
    sizes       at which other sizes the pair may be measured

Run as `python -m smelllint.bench.workload`. The parent's death ends it: the pipe closes, or the kernel kills.
"""

from __future__ import annotations

import contextlib
import gc
import importlib.util
import json
import math
import os
import pickle
import random
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from smelllint.bench import agreement, meters, residence

WARM_UP_CALLS = 2
MOST_CALLS = 10_000_000
PATIENCE = 10  # a block that sleeps is cut off at this many times its length by the clock on the wall

TELLING_LIBRARIES = (
    "torch", "numpy", "scipy", "transformers", "sentence_transformers", "tokenizers", "datasets", "keras",
    "tensorflow", "sklearn", "xgboost", "lightgbm", "catboost", "pandas", "polars", "torchvision",
)  # fmt: skip

Answer = dict[str, Any]


class RefusalError(Exception):
    """The arm cannot do what it was asked; the message says why, in a short clause."""


class Worker:
    """One arm: its module, the arguments that `prepare` made, and the meter around `work`."""

    def __init__(self) -> None:
        self.module: ModuleType
        self.arguments: tuple[Any, ...] = ()
        self.meter: meters.Meter
        self.device = "cpu"
        self.seed = 0

    def load(
        self, path: str, device: str, meter: str, seed: int, size: dict[str, int], weigh: bool = False
    ) -> Answer:
        found = meters.by_name(meter)
        if isinstance(found, meters.Absent):
            raise RefusalError(f"the meter {found.name} is gone: {found.reason}")
        self.meter, self.device, self.seed = found, device, seed
        self.reseed()
        self.module = import_file(Path(path))
        refuse_absent_device(device)
        set_threads()
        self.reseed()
        before = residence.resident() if weigh else None
        self.arguments = tuple(self.module.prepare(device, **size))
        prepared = residence.resident() if weigh else None
        held = prepared - before if prepared is not None and before is not None else None
        set_apart_what_is_there()
        return {"versions": versions(), "libraries": library_settings(), "held": held}

    def call(self) -> Any:
        return self.module.work(*self.arguments)

    def call_and_wait(self) -> None:
        self.call()
        self.synchronize()

    def synchronize(self) -> None:
        """Wait for the device: its work is queued, and a block ends when it is done."""
        torch = sys.modules.get("torch")
        if torch is not None and self.device == "cuda":
            torch.cuda.synchronize()
        elif torch is not None and self.device == "mps":
            torch.mps.synchronize()

    def reseed(self) -> None:
        random.seed(self.seed)
        if "numpy" in sys.modules:
            sys.modules["numpy"].random.seed(self.seed)
        if "torch" in sys.modules:
            sys.modules["torch"].manual_seed(self.seed)

    def calibrate(self, seconds: float) -> Answer:
        """How many calls make a block of so many seconds: more and more until some do.

        The last call of the warm-up is the first try: where one call makes a block, none is wasted.
        """
        for _ in range(WARM_UP_CALLS - 1):
            self.run(1)
        calls = 1
        while True:
            spent = self.run(calls)
            busy = max(
                spent["cpu"] if self.meter.unit == "cpu-s" else spent["wall"], spent["wall"] / PATIENCE
            )
            if busy >= seconds or calls >= MOST_CALLS:
                return {"calls": calls, "seconds": spent["wall"]}
            calls = max(calls + 1, math.ceil(calls * min(10.0, 1.1 * seconds / max(busy, 1e-9))))

    def block(self, calls: int) -> Answer:
        gc.collect()
        return self.run(calls)

    def run(self, calls: int) -> Answer:
        """The meter's amount, CPU-seconds of the tree and seconds on the wall for so many calls."""
        work, arguments = self.module.work, self.arguments
        cpu = meters.CpuSeconds()
        self.synchronize()
        began, cpu_mark, mark = time.perf_counter(), cpu.mark(), self.meter.mark()
        for _ in range(calls):
            work(*arguments)
        self.synchronize()
        reading = self.meter.since(mark)
        spent = cpu.since(cpu_mark).amount
        return {
            "amount": reading.amount,
            "reason": reading.reason,
            "cpu": spent or 0.0,
            "wall": time.perf_counter() - began,
        }

    def modules(self) -> Answer:
        """What the arm has loaded of the great libraries, in the order in which it came."""
        roots = frozenset(TELLING_LIBRARIES)
        return {"modules": [name for name in list(sys.modules) if name.partition(".")[0] in roots]}

    def sizes(self) -> Answer:
        """The parameters of `prepare` that the pair names, each with the values worth measuring."""
        sizes: dict[str, Any] = getattr(self.module, "SIZES", {})
        return {"sizes": {parameter: list(values) for parameter, values in sizes.items()}}

    def agree(self, keep: str | None = None, against: str | None = None) -> Answer:
        """Call twice from the same seed, so that hidden state shows itself; keep or compare the result."""
        first, quality = self.seeded_result()
        second, _ = self.seeded_result()
        if agreement.compare(first, second).kind == "different":
            raise RefusalError(
                "work() gives another result when it is called again: it keeps state between calls"
            )
        if keep is not None:
            Path(keep).write_bytes(pickle.dumps((first, quality)))
        if against is None:
            return {}
        other, other_quality = pickle.loads(Path(against).read_bytes())
        relation = agreement.compare(other, first)
        if relation.kind == "different" and quality is not None and other_quality is not None:
            relation = agreement.compare_quality(other_quality, quality)
        return {"agreement": relation.as_json()}

    def seeded_result(self) -> tuple[list[agreement.Leaf], float | None]:
        self.reseed()
        result = self.call()
        quality = getattr(self.module, "quality", None)
        try:
            return list(agreement.leaves(result)), None if quality is None else float(quality(result))
        except agreement.NotComparableError as error:
            raise RefusalError(str(error)) from error

    def memory(self, repeats: int) -> Answer:
        """Peak bytes over what was there before the call, host and device, for each repetition.

        To be asked after `agree`: what is allocated once, on the first calls, is no one's fault.
        """
        host: list[int | None] = []
        device: list[int | None] = []
        for _ in range(repeats):
            host_peak, device_peak = residence.peaks(self.call_and_wait, self.device)
            host.append(host_peak)
            device.append(device_peak)
        return {"host": host, "device": device}


def set_apart_what_is_there() -> None:
    """Take what imports and `prepare` made out of the collector's sight.

    A full collection walks a library's hundred thousands of objects, which takes as long as a block.
    """
    gc.collect()
    gc.freeze()


def import_file(path: Path) -> ModuleType:
    """The module of a file, under a name that worker processes of its own can import again."""
    sys.path.insert(0, str(path.parent))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise RefusalError(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    for name in ("prepare", "work"):
        if not callable(getattr(module, name, None)):
            raise RefusalError(f"{path.name} has no function {name}()")
    return module


def refuse_absent_device(device: str) -> None:
    if device == "cpu":
        return
    torch = sys.modules.get("torch")
    if torch is None:
        raise RefusalError(f"the pair does not use torch, so there is nothing to put on {device}")
    if not getattr(torch, device).is_available():
        raise RefusalError(f"torch sees no {device} device")


def set_threads() -> None:
    """One thread, as the environment already says; torch counts the cores for itself."""
    torch = sys.modules.get("torch")
    if torch is not None and "OMP_NUM_THREADS" in os.environ:
        torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))


def versions() -> dict[str, str]:
    """The versions of the libraries that the arm has loaded, by what they say of themselves."""
    loaded = {name: sys.modules[name] for name in TELLING_LIBRARIES if name in sys.modules}
    return {name: str(getattr(module, "__version__", "unknown")) for name, module in loaded.items()}


def library_settings() -> dict[str, str]:
    """What decides the kernels: torch's threads, BLAS and instruction set."""
    torch = sys.modules.get("torch")
    if torch is None:
        return {}
    built = [line.strip(" -") for line in torch.__config__.show().splitlines()]
    wanted = (
        "Intel(R) oneAPI",
        "Intel(R) MKL",
        "CPU capability",
        "OpenMP",
        "LAPACK",
        "BLAS",
        "CuDNN",
        "CUDA Run",
    )
    settings = {
        "torch_threads": str(torch.get_num_threads()),
        "torch_cpu": torch.backends.cpu.get_cpu_capability(),
        "torch_build": "; ".join(line for line in built if line.startswith(wanted)),
    }
    if torch.cuda.is_available():
        settings["gpu"] = torch.cuda.get_device_name(0)
        settings["cuda"] = str(torch.version.cuda)
    return settings


def answer(worker: Worker, request: Answer) -> Answer:
    """Carry out one request; every failure of the arm becomes an answer."""
    handler: Callable[..., Answer] = getattr(worker, request.pop("ask"))
    try:
        return handler(**request)
    except RefusalError as refusal:
        return {"error": "refused", "message": str(refusal)}
    except ModuleNotFoundError as missing:
        return {"error": "missing", "message": missing.name or str(missing)}
    except MemoryError:
        return {"error": "crashed", "message": "it ran out of memory"}
    except Exception as error:  # the arm is anybody's code
        traceback.print_exc()
        message = traceback.format_exception_only(error)[-1].strip()
        return {"error": "crashed", "message": f"{message}{place_of_crash(error)}"}


def place_of_crash(error: Exception) -> str:
    """The last line of an arm's own file that an exception came through."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).name in ("smelly.py", "lean.py")]
    return f" ({Path(own[-1].filename).name}, line {own[-1].lineno})" if own else ""


def take_the_pipes() -> tuple[Any, Any]:
    """Keep the pipes to the parent for the protocol; the arm gets an empty input, and stderr for output."""
    requests = os.fdopen(os.dup(0), encoding="utf-8")
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return requests, replies


def die_with_the_parent(parent: int) -> None:
    """Linux: be killed when the parent is, and adopt orphaned grandchildren so that their CPU time counts."""
    if sys.platform != "linux":
        return
    import ctypes
    import signal

    set_death_signal, adopt_orphans = 1, 36
    with contextlib.suppress(OSError, AttributeError):
        prctl = ctypes.CDLL(None).prctl
        prctl(set_death_signal, signal.SIGKILL)
        prctl(adopt_orphans, 1)
    # It may have been killed before the kernel was told.
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def main(parent: int) -> None:
    die_with_the_parent(parent)
    requests, replies = take_the_pipes()
    worker = Worker()
    for line in requests:
        reply = answer(worker, json.loads(line))
        replies.write(json.dumps(reply) + "\n")
        replies.flush()


if __name__ == "__main__":
    main(os.getppid())
