"""The harness measures a rule of the catalogue for real, by the command that a user types."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from smelllint.bench import evidence, pairs

RULE = "dataframe-row-iteration"


def test_a_quick_study_of_a_real_rule_sees_its_saving_within_a_minute_or_two(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "smelllint", "bench", RULE, "--quick", "--output-format", "json"]
    began = time.monotonic()
    done = subprocess.run(
        command,
        env={**os.environ, "SMELLLINT_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    assert time.monotonic() - began < 150
    (said,) = json.loads(done.stdout)["results"]
    assert said["energy"]["low"] > 50
    assert said["agreement"]["kind"] in ("identical", "close")
    assert set(said["record"]["libraries"]) >= {"pandas", "numpy"}
    kept = evidence.read(tmp_path / "evidence" / RULE / "cpu.json")
    (pair,) = pairs.find([RULE])
    assert kept.pair == pair.digest
    assert kept.record["processes"][0]["blocks"]["smelly"]["cpu"]
