"""The environment of a worker, and the description of the machine that goes with every number.

    pinned        one thread, passive waiting, fixed allocator thresholds, nothing from the network
    as_found      the user's own environment, for the ratio that is shown beside
    for_memory    an allocator that returns large blocks at once, so that the peak follows live bytes
    fingerprint   CPU, kernel, hypervisor, load: what a reader needs to judge a number, no name

Allocator thresholds and the OpenMP wait policy moved results more than most smells do: glibc's moving
thresholds alone made the same pair differ by a quarter between processes.
"""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path

import smelllint

THREADS = "1"

OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "KERAS_BACKEND": "torch",
}
PINNED = {
    "OMP_NUM_THREADS": THREADS,
    "MKL_NUM_THREADS": THREADS,
    "OPENBLAS_NUM_THREADS": THREADS,
    "NUMEXPR_NUM_THREADS": THREADS,
    "LOKY_MAX_CPU_COUNT": THREADS,
    "OMP_WAIT_POLICY": "passive",
    "TOKENIZERS_PARALLELISM": "false",
    "MALLOC_MMAP_THRESHOLD_": "1073741824",
    "MALLOC_TRIM_THRESHOLD_": "2147483648",
    "MALLOC_TOP_PAD_": "67108864",
}
LIVE_BYTES = {
    "MALLOC_MMAP_THRESHOLD_": "65536",
    "MALLOC_TRIM_THRESHOLD_": "65536",
    "MALLOC_TOP_PAD_": "0",
    "MALLOC_ARENA_MAX": "1",
}


def as_found(hash_seed: int) -> dict[str, str]:
    """The user's environment, with only what keeps a worker offline, importable and repeatable."""
    root = str(Path(smelllint.__path__[0]).parent)
    path = os.environ.get("PYTHONPATH")
    importable = root if not path else root + os.pathsep + path
    return {**os.environ, **OFFLINE, "PYTHONPATH": importable, "PYTHONHASHSEED": str(hash_seed)}


def pinned(hash_seed: int) -> dict[str, str]:
    return {**as_found(hash_seed), **PINNED}


def for_memory(hash_seed: int) -> dict[str, str]:
    return {**pinned(hash_seed), **LIVE_BYTES}


def fingerprint() -> dict[str, object]:
    """The machine in words and numbers; no host name, user name or path."""
    return {
        "cpu": cpu_model(),
        "cpu_flags": cpu_flags(),
        "cores": os.cpu_count(),
        "memory_bytes": memory_bytes(),
        "system": platform.system(),
        "kernel": platform.release(),
        "architecture": platform.machine(),
        "hypervisor": hypervisor(),
        "libc": " ".join(platform.libc_ver()),
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
    }


def cpu_field(field: str) -> str:
    """The first value of a field in /proc/cpuinfo, or nothing."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return ""
    return next(
        (line.partition(":")[2].strip() for line in lines if line.split("\t")[0].strip() == field), ""
    )


def cpu_model() -> str:
    """The CPU's name; family and model with it, since clouds hide them in the name."""
    name = cpu_field("model name") or platform.processor() or platform.machine()
    family = cpu_field("cpu family")
    return f"{name} (family {family}, model {cpu_field('model')})" if family else name


def cpu_flags() -> list[str]:
    """The instruction sets that decide the kernels of a numeric library."""
    telling = ("avx", "avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16", "amx_int8")
    flags = set(cpu_field("flags").split())
    return [flag for flag in telling if flag in flags]


def memory_bytes() -> int | None:
    if sys.platform == "win32":
        return None
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def hypervisor() -> str:
    """Whether this is a virtual machine, as far as the CPU's flags tell."""
    return "yes" if "hypervisor" in cpu_field("flags").split() else "none seen"
