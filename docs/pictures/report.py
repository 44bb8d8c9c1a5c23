"""Draws docs/pictures/report.png: the HTML report, in light and dark, on specimens of the catalogue.

    python docs/pictures/report.py [PICTURE]

Needs Chromium (named by CHROMIUM where it is neither `chromium` nor `google-chrome` on PATH). The evidence is
what is shipped, whatever was measured on this machine.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

CHECKOUT = Path(__file__).parent.parent.parent
SPECIMENS = {
    "data/clean.py": "dataframe-row-iteration",
    "data/tokens.py": "spacy-unused-components",
    "data/load.py": "synchronous-dataloader",
    "evaluate/collect.py": "growing-concat-in-loop",
    "evaluate/score.py": "inference-without-no-grad",
    "serve/chat.py": "kv-cache-disabled",
    "serve/predict.py": "per-row-predict",
    "serve/rank.py": "unbatched-encode",
    "serve/search.py": "unbatched-encode",
    "train/classify.py": "svc-linear-kernel",
    "train/noise.py": "tensor-created-then-moved",
    "train/step.py": "loss-tensor-accumulation",
}
WIDTH, HEIGHT = 720, 1060  # of each half
COLOURS = 128


def report(folder: Path) -> Path:
    """The report on a project of specimens."""
    project = folder / "shop-assistant"
    (project / ".git").mkdir(parents=True)
    for path, rule in SPECIMENS.items():
        (project / path).parent.mkdir(exist_ok=True)
        shutil.copy(CHECKOUT / "rules" / rule / "smelly.py", project / path)
    command = [sys.executable, "-m", "smelllint", "check", "--isolated", "--exit-zero", "--no-cache", "-q"]
    subprocess.run(
        [*command, "--output-format", "html=report.html"],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT), "SMELLLINT_DATA_DIR": str(folder / "no-evidence")},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return project / "report.html"


def halves(page: Path) -> list[Image.Image]:
    """The top of the page in light and in dark."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        # As root, as in containers, it starts only without its sandbox; what it shows is ours.
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        shots = []
        for scheme in ("light", "dark"):
            tab = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme=scheme)
            tab.goto(page.as_uri())
            shots.append(Image.open(io.BytesIO(tab.screenshot())))
        browser.close()
    return shots


def draw(picture: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        light, dark = halves(report(Path(folder)))
    both = Image.new("RGB", (2 * WIDTH, HEIGHT))
    both.paste(light, (0, 0))
    both.paste(dark, (WIDTH, 0))
    both.quantize(COLOURS, dither=Image.Dither.NONE).save(picture, optimize=True)


if __name__ == "__main__":
    draw(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_suffix(".png"))
