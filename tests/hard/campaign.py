"""What the campaigns share: where they keep what they found, and on what."""

from __future__ import annotations

import json
import platform
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from smelllint import __version__

ROOT = Path(__file__).parents[2]
RESULTS = Path(__file__).with_name("results")


def keep(name: str, found: dict[str, Any]) -> None:
    """Write what a campaign found, with what it was found on and by which command."""
    about = {
        "command": f"python -m tests.hard.{' '.join([name, *sys.argv[1:]])}",
        "date": datetime.now(timezone.utc).date().isoformat(),
        "smelllint": __version__,
        "python_version": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
    }
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps({**about, **found}, indent=1) + "\n", encoding="utf-8")
    print(f"wrote {path.relative_to(ROOT)}")
