"""The documentation as a site: `smelllint pages --site FOLDER`.

    build       the site of this checkout, with no broken link
    sources     the files it is made of, laid out as in the checkout, so that links hold in both
    navigation  its table of contents

Guides and the pages of rules are the Markdown that the checkout holds; nothing is written for the site alone.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from smelllint import catalogue, proof
from smelllint.author.links import broken
from smelllint.errors import MistakeError
from smelllint.listing import entries

LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)\s]*)?\)")

# What leads where. A guide that is not named here comes after those that are.
HOME = "README.md"
CHAPTERS = {
    "Start": ("getting-started", "configuration", "commands", "faq"),
    "Everywhere": ("ci", "editors", "reports", "audit", "python"),
    "Evidence": ("measuring", "proving", "performance", "reliability"),
}
MORE = ("advice", "coming-from")
AUTHORS = ("CONTRIBUTING.md", "CHANGELOG.md")

CONFIGURATION = """\
[project]
site_name = "smelllint"
site_description = "Finds energy smells in AI code, mends them, and proves the saving"
docs_dir = "pages"
site_dir = "site"
nav = {navigation}

[project.theme]
font = false
icon.logo = "lucide/leaf"
features = [
  "content.code.copy", "navigation.footer", "navigation.indexes", "navigation.tabs", "navigation.top",
  "toc.follow",
]

[[project.theme.palette]]
media = "(prefers-color-scheme: light)"
scheme = "default"
primary = "teal"
accent = "teal"
toggle.icon = "lucide/sun"
toggle.name = "Switch to dark"

[[project.theme.palette]]
media = "(prefers-color-scheme: dark)"
scheme = "slate"
primary = "teal"
accent = "teal"
toggle.icon = "lucide/moon"
toggle.name = "Switch to light"
"""


class SiteError(MistakeError):
    """Why there is no site."""


def build(site: Path) -> None:
    """Build the site into a folder, which is emptied first; SiteError names what is broken."""
    checkout = catalogue.home().parent
    if not (checkout / "docs").is_dir():
        raise SiteError("the site is built in a checkout: clone the repository and install it with `-e`")
    if site.exists() and any(site.iterdir()) and not (site / "sitemap.xml").exists():
        raise SiteError(f"{site} is not empty, and no site: name another folder")
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        _lay_out(sources(checkout), checkout, folder / "pages")
        (folder / "zensical.toml").write_text(
            CONFIGURATION.format(navigation=_toml(navigation(checkout))), encoding="utf-8"
        )
        _run(folder)
        # Zensical leaves some folders out, such as `templates`.
        _lay_out((path for path in sources(checkout) if path.suffix != ".md"), checkout, folder / "site")
        wrong = broken(folder / "site")
        if wrong:
            raise SiteError(f"the site has broken links: {'; '.join(wrong)}")
        shutil.rmtree(site, ignore_errors=True)
        shutil.copytree(folder / "site", site)


def sources(checkout: Path) -> Iterator[Path]:
    """Every file of the site: pages, and the pictures and other files of the checkout that they link to."""
    seen = dict.fromkeys(_pages(checkout))
    for page in list(seen):
        seen.update(dict.fromkeys(_linked(page)))
    yield from seen


def _pages(checkout: Path) -> list[Path]:
    """The pages that the site is for; what they link to comes on top."""
    rules = checkout / "rules"
    return [
        checkout / HOME,
        *sorted((checkout / "docs").rglob("*.md")),
        *(checkout / name for name in AUTHORS),
        rules / HOME,
        *(rules / name / HOME for name in catalogue.names()),
    ]


def _linked(page: Path) -> Iterator[Path]:
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        target = Path(os.path.normpath(page.parent / link))
        if target.is_file():
            yield target


def navigation(checkout: Path) -> list[Any]:
    """The table of contents, as Zensical has it: titles and pages, nested."""
    named = {name for chapter in (*CHAPTERS.values(), MORE) for name in chapter}
    others = sorted(path.stem for path in (checkout / "docs").glob("*.md") if path.stem not in named)
    pages = _pages(checkout)
    linked = [path for path in sources(checkout) if path.suffix == ".md" and path not in pages]
    found = {title: _guides(checkout, names) for title, names in CHAPTERS.items()}
    chapters = [{title: pages} for title, pages in found.items() if pages]
    return [
        {"Home": HOME},
        *chapters,
        {"Rules": ["rules/README.md", *_families()]},
        {
            "More": [
                *_guides(checkout, (*MORE, *others)),
                *AUTHORS,
                *(_name(path, checkout) for path in linked),
            ]
        },
    ]


def _name(path: Path, checkout: Path) -> str:
    return path.relative_to(checkout).as_posix()


def _guides(checkout: Path, names: tuple[str, ...]) -> list[str]:
    return [f"docs/{name}.md" for name in names if (checkout / "docs" / f"{name}.md").is_file()]


def _families() -> list[dict[str, list[dict[str, str]]]]:
    found = entries(proof.shipped)
    return [
        {family: [{one.name: f"rules/{one.name}/README.md"} for one in found if one.family == family]}
        for family in dict.fromkeys(one.family for one in found)
    ]


def _lay_out(paths: Iterable[Path], checkout: Path, folder: Path) -> None:
    for path in paths:
        target = folder / path.relative_to(checkout)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)


def _toml(value: Any) -> str:
    """Lists and tables of one key, in TOML."""
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {_toml(inner)}" for key, inner in value.items()) + "}"
    return json.dumps(value)


def _run(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "zensical", "build"], cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        missing = "No module named zensical" in done.stderr
        raise SiteError(
            "the site is built by Zensical: `pip install -e '.[dev]'`" if missing else done.stderr.strip()
        )
