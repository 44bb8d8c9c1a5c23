"""The documentation site: all there is to read is in it, and no link of it is broken."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from smelllint import catalogue
from smelllint.author import site
from smelllint.author.links import broken
from tests.cli_helpers import smelllint, write

CHECKOUT = Path(__file__).parent.parent
HEAD = "<!doctype html><title>x</title>"


def test_the_site_is_built_and_holds_everything(tmp_path: Path) -> None:
    built = smelllint("pages", "--site", str(tmp_path / "site"))

    assert built.exit_code == 0, built.output
    for guide in (CHECKOUT / "docs").glob("*.md"):
        assert (tmp_path / "site/docs" / guide.stem / "index.html").is_file(), guide
    for name in catalogue.names():
        page = (tmp_path / "site/rules" / name / "index.html").read_text(encoding="utf-8")
        assert f"<title>{name}" in page
        assert 'id="sources"' in page
    assert (tmp_path / "site/smelllint.schema.json").read_bytes() == (
        CHECKOUT / "smelllint.schema.json"
    ).read_bytes()


def leaves(contents: Any) -> list[str]:
    """The pages of a table of contents."""
    if isinstance(contents, str):
        return [contents]
    return [
        page
        for inner in (contents.values() if isinstance(contents, dict) else contents)
        for page in leaves(inner)
    ]


def test_the_contents_name_every_page_once() -> None:
    named = leaves(site.navigation(CHECKOUT))

    pages = [str(path.relative_to(CHECKOUT)) for path in site.sources(CHECKOUT) if path.suffix == ".md"]
    assert sorted(named) == sorted(pages)


def test_a_guide_that_nobody_has_placed_is_in_it(small: Path) -> None:
    write(small, {"docs/something-new.md": "[more](../else/where.md) [data](../else/data.toml)\n"})
    write(small, {"else/where.md": "# x\n", "else/data.toml": ""})

    contents = leaves(site.navigation(small))

    assert contents.count("docs/something-new.md") == contents.count("else/where.md") == 1
    assert "docs/editors.md" not in contents
    assert small / "else/data.toml" in site.sources(small)


def test_broken_links_are_told(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "index.html": f"""{HEAD}<h1 id="here">x</h1>
                <a href="#here">fine</a> <a href="#">fine</a> <a href="sub/">fine</a>
                <a href="sub/#deep%20er">fine</a>
                <a href="/sub/index.html">fine</a> <a href="https://example.org/x">fine</a>
                <a href="mailto:x@y">fine</a>
                <a href="#nowhere">x</a> <a href="gone/">x</a> <a href="sub/#gone">x</a> <img src="gone.svg">
                <img src="data:image/svg+xml,x"> <script src="https://example.org/x.js"></script>
                <link rel="canonical" href="https://example.org/"> <link rel="stylesheet" href="gone.css">
                <a href="../outside.html">x</a>""",
            "sub/index.html": f'{HEAD}<a name="deep er"></a><a href="..">fine</a><img src="../picture.svg">',
            "picture.svg": "<svg/>",
        },
    )
    (tmp_path.parent / "outside.html").write_text(HEAD)

    assert broken(tmp_path) == [
        "index.html: #nowhere leads to no heading of that page",
        "index.html: gone/ leads nowhere",
        "index.html: sub/#gone leads to no heading of that page",
        "index.html: ../outside.html leads nowhere",
        "index.html: gone.svg leads nowhere",
        "index.html: fetches https://example.org/x.js from elsewhere",
        "index.html: gone.css leads nowhere",
    ]


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    write(tmp_path, {"thesis.txt": "dear"})

    result = smelllint("pages", "--site", str(tmp_path))

    assert result.exit_code == 2
    assert "is not empty, and no site: name another folder" in result.stderr
    assert (tmp_path / "thesis.txt").read_text() == "dear"


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with hardly any pages."""
    pages = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "rules/README.md", "docs/ci.md")
    write(tmp_path, dict.fromkeys(pages, "# x\n"))
    monkeypatch.setattr(site.catalogue, "home", lambda: tmp_path / "rules")
    monkeypatch.setattr(site.catalogue, "names", lambda: ())
    monkeypatch.setattr(site, "entries", lambda _: [])
    return tmp_path


def test_a_link_that_breaks_breaks_the_build(small: Path) -> None:
    write(small, {"docs/ci.md": "# CI\n\n[gone](nowhere.md) and [no heading](../README.md#nothing)\n"})

    with pytest.raises(site.SiteError) as told:
        site.build(small / "built")

    assert str(told.value) == (
        "the site has broken links: docs/ci/index.html: ../nowhere/ leads nowhere; "
        "docs/ci/index.html: ../../#nothing leads to no heading of that page"
    )
    assert not (small / "built").exists()


def test_a_site_takes_the_place_of_the_one_before(small: Path) -> None:
    write(small, {"built/sitemap.xml": "", "built/left.html": "of a page that is gone"})

    site.build(small / "built")

    assert (small / "built/docs/ci/index.html").is_file()
    assert not (small / "built/left.html").exists()
