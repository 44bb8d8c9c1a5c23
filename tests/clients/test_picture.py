"""The picture of an editor in the docs: a script draws it from what Neovim shows."""

from __future__ import annotations

import html
import re
import sys
from pathlib import Path

import pytest

from tests.clients.page import PAGE
from tests.clients.test_neovim import VERSIONS, executable
from tests.clients.truth import CHECKOUT, run

pytestmark = pytest.mark.clients

SCRIPT = CHECKOUT / "docs" / "pictures" / "editor.py"
SHIPPED = SCRIPT.with_suffix(".svg")
FINDING = re.compile(r"unbatched-encode: .*")
SAVING = re.compile(r"Measured: saves \d+ %.*")


def lines(picture: Path) -> list[str]:
    texts = re.findall(r"<text [^>]*y=\"([^\"]+)\"[^>]*>(.*?)</text>", picture.read_text(encoding="utf-8"))
    rows: dict[str, str] = {}
    for row, text in texts:
        rows[row] = rows.get(row, "") + html.unescape(text).replace("\xa0", " ")
    return list(rows.values())


def shown(picture: Path, what: re.Pattern[str]) -> list[str]:
    return [found[0] for line in lines(picture) if (found := what.search(line))]


def test_the_script_still_draws_what_the_page_shows(tmp_path: Path) -> None:
    drawn = tmp_path / "editor.svg"
    run([sys.executable, SCRIPT, drawn], tmp_path, NVIM=executable(VERSIONS["Neovim 0.11 or newer"]))

    assert len(shown(drawn, FINDING)) == len(shown(drawn, SAVING)) == 1
    assert shown(drawn, FINDING) == shown(SHIPPED, FINDING)
    assert "](pictures/editor.svg)" in PAGE.read_text(encoding="utf-8")


def test_the_picture_fetches_nothing() -> None:
    picture = SHIPPED.read_text(encoding="utf-8")

    assert not re.findall(r"url\(\s*[\"']?http|href=|<script|<image", picture)
