"""Measurement: what a pair of arms costs, how sure that is, and where it is written down.

    commands      `smelllint bench` and `smelllint prove`, the only doors for a user
    study         one rule measured from end to end: agreement, memory, samples, self-check
    protocol      fresh processes, interleaved random blocks, precision-based stopping
    arm           one arm in a worker process, seen from outside; `workload` is the inside
    nursery       where worker processes come from: imports paid once for several arms
    agreement     do two results say the same?
    conditions    what voids a block, by rules fixed before anything was measured
    meters/       what can be read on this machine, and why the rest cannot
    statistics    log-ratios to an interval and a verdict
    evidence      the file: raw samples, environment, and what follows from them
    digest        what follows from all of it, for the linter: see `smelllint.proof`
    pairs         the folders with a smelly.py and a lean.py
    prove         the same design for a user's own command
    sci, plot     carbon with its inputs beside it; pictures

No module here imports torch or numpy at its top; only a worker process ever loads them.
"""
