"""The HTML report in headless Chromium: it fetches nothing, says no error, fits every screen, can be read in
light and dark, on paper and without script, and filters and sorts."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests import evidence_helpers as evidence
from tests.cli_helpers import SMELLY, process, write

pytestmark = pytest.mark.clients

PICTURE = Path(__file__).parents[2] / "docs" / "pictures" / "report.png"
SCHEMES = ("light", "dark")
WIDTHS = (400, 1400)
# The least contrast of all text with what it stands on, and that text.
CONTRAST = """() => {
    const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const luminance = (colour) => {
        const linear = (share) => share <= .04045 ? share / 12.92 : ((share + .055) / 1.055) ** 2.4;
        const [r, g, b] = parts(colour).map((value) => linear(value / 255));
        return .2126 * r + .7152 * g + .0722 * b;
    };
    const ground = (element) => {
        for (let one = element; one; one = one.parentElement) {
            const colour = getComputedStyle(one).backgroundColor;
            if (parts(colour)[3] !== 0) return colour;
        }
        return "rgb(255, 255, 255)";
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    let worst = [21, ""];
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const element = node.parentElement;
        if (!node.data.trim() || !element.checkVisibility()) continue;
        if (element.closest("script, svg, option")) continue;
        const [one, other] = [luminance(getComputedStyle(element).color), luminance(ground(element))];
        const contrast = (Math.max(one, other) + .05) / (Math.min(one, other) + .05);
        if (contrast < worst[0]) worst = [contrast, node.data];
    }
    return worst;
}"""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report on a project with findings of every standing, long lines and hostile names."""
    folder = tmp_path_factory.mktemp("project")
    long = SMELLY.replace('torch.zeros(n).to("cuda")', f'torch.zeros({"n, " * 200}n).to("cuda")')
    names = ("a/" * 20 + "deep.py", "x" * 200 + ".py", "<img src=x onerror=alert(1)>.py")
    write(folder, {"smelly.py": evidence.SMELLY, "long.py": long, "odd.py": "import torch\nx = (\n"})
    write(folder, dict.fromkeys(names, SMELLY))
    process("check", "--output-format", "html=report.html", cwd=folder)
    return folder / "report.html"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("google-chrome")
    assert path, "no Chromium: see CONTRIBUTING.md, Clients"
    with sync_playwright() as playwright:
        # As root, as in containers, it starts only without its sandbox; what it shows is ours.
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def opened(chromium: Browser, report: Path, **options: Any) -> tuple[Page, list[str]]:
    """The page, and all that it has fetched or complained of."""
    page = chromium.new_page(**options)
    told: list[str] = []
    page.on("request", lambda request: told.append(request.url))
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    page.goto(report.as_uri())
    page.wait_for_load_state("networkidle")
    return page, told


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_it_fits_and_can_be_read(chromium: Browser, report: Path, scheme: str, width: int) -> None:
    page, told = opened(chromium, report, viewport={"width": width, "height": 900}, color_scheme=scheme)

    assert told == [report.as_uri()]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    worst, text = page.evaluate(CONTRAST)
    assert worst >= 4.5, text
    picture = Image.open(io.BytesIO(page.screenshot()))
    assert picture.width == width
    assert len(picture.getcolors(1_000_000)) > 50
    corner = sum(picture.convert("RGB").getpixel((2, 2))) / 3
    assert corner > 230 if scheme == "light" else corner < 40
    bars = page.locator("svg.bar").evaluate_all("all => all.map((bar) => bar.getBoundingClientRect().width)")
    assert bars
    assert min(bars) > 30
    page.close()


def test_it_can_be_read_without_script(chromium: Browser, report: Path) -> None:
    page, _ = opened(chromium, report, java_script_enabled=False)

    assert page.locator("article").count() == page.locator("article:visible").count() > 5
    assert not page.locator("form").is_visible()
    page.close()


def test_it_filters(chromium: Browser, report: Path) -> None:
    page, _ = opened(chromium, report)
    everything = page.locator("article:visible").count()

    page.get_by_label("Filter by text").fill("long.py")
    assert 0 < page.locator("article:visible").count() < everything
    assert all("long.py" in text for text in page.locator("article:visible h4").all_inner_texts())
    page.get_by_label("Filter by text").fill("growing-concat")
    assert page.locator("section.rule:visible").count() == 1
    page.get_by_label("Filter by text").fill("")
    page.get_by_label("and by proof").select_option("unproven")
    shown = page.locator("article:visible").count()
    assert page.locator("output").inner_text() == f"{shown} shown"
    assert 0 < shown < everything
    page.close()


def test_it_sorts(chromium: Browser, report: Path) -> None:
    page, _ = opened(chromium, report)
    head = page.locator("#by-rule thead th").nth(1)
    numbers = page.locator("#by-rule tbody td:nth-child(2) strong")

    head.get_by_role("button").click()
    down = [int(text) for text in numbers.all_inner_texts()]
    assert down == sorted(down, reverse=True)
    assert head.get_attribute("aria-sort") == "descending"
    head.get_by_role("button").click()
    assert [int(text) for text in numbers.all_inner_texts()] == sorted(down)
    assert len(set(down)) > 1
    page.close()


def test_it_can_be_printed(chromium: Browser, report: Path) -> None:
    page, _ = opened(chromium, report)

    data = page.pdf(format="A4")

    assert data.startswith(b"%PDF")
    page.emulate_media(media="print")
    assert not page.locator("form").is_visible()
    assert page.locator("article:visible").count() == page.locator("article").count()
    page.close()


def test_the_picture_of_the_page_is_what_its_script_draws(tmp_path: Path) -> None:
    drawn = tmp_path / "report.png"
    done = subprocess.run([sys.executable, PICTURE.with_suffix(".py"), drawn], capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    new, shipped = Image.open(drawn).convert("RGB"), Image.open(PICTURE).convert("RGB")
    assert new.size == shipped.size
    light, dark = (shipped.getpixel((x, 2)) for x in (2, shipped.width - 2))
    assert sum(light) > 690 > 120 > sum(dark)
    assert PICTURE.stat().st_size < 300_000
    assert "](pictures/report.png)" in (PICTURE.parent.parent / "reports.md").read_text()
