"""The code that speed is measured on: fetched by version or commit, and laid out as trees of Python files.

    corpus(name, home, repositories)   one of CORPORA, below `home`; what is there already is used
    sample(tree, megabytes, place)     some of its files, chosen by a hash of their paths
    copies(parts, number, place)       the same files so many times, each time as a project of its own

framework     transformers, as the package registry has it
application   the repositories of tests/primer/corpora.toml, from GitHub or from a folder that holds them
mix           packages of every kind: web, science, tools, data, a few of machine learning
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

HERE = Path(__file__).parent
REPOSITORIES = HERE.parent / "tests" / "primer" / "corpora.toml"
CORPORA = ("application", "framework", "mix")
ENDINGS = (".py", ".pyi")
FRAMEWORK = ("transformers==5.23.0",)
MIX = (
    "aiohttp==3.14.5", "ansible-core==2.19.14", "astropy==8.0.2", "biopython==1.88", "bokeh==3.9.2",
    "buildbot==4.3.0", "celery==5.7.0", "cryptography==50.0.2", "dagster==1.13.29", "dask==2026.8.0",
    "distributed==2026.8.0", "django==5.2.19", "docutils==0.23", "faker==40.54.0", "fastapi==0.165.0",
    "gradio==6.31.0", "great-expectations==1.24.1", "ipython==9.18.1", "jax==0.10.2", "jinja2==3.1.6",
    "keras==3.15.1", "langchain-community==0.4.2", "mercurial==7.2.4", "mlflow-skinny==3.17.2",
    "mypy==2.4.1", "networkx==3.6.1", "nltk==3.10.4", "pandas==3.1.1", "paramiko==5.1.0", "pip==26.3",
    "prefect==3.9.1", "pydantic==2.14.3", "pygments==2.21.0", "pylint==4.1.4", "pytest==9.2.0",
    "scikit-image==0.26.0", "scipy==1.17.1", "scrapy==2.19.0", "sentry-sdk==2.75.0", "setuptools==84.2.1",
    "sphinx==9.0.4", "sqlalchemy==2.1.9", "statsmodels==0.15.0", "streamlit==1.67.0", "sympy==1.14.0",
    "tornado==6.6.1", "twisted==26.10.0", "wagtail==8.0.1", "werkzeug==3.1.9", "zope.interface==8.7",
)  # fmt: skip


def corpus(name: str, home: Path, repositories: Path | None = None) -> Path:
    """The tree of a corpus."""
    tree = home / name
    if (tree / ".whole").exists():
        return tree
    shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir(parents=True)
    if name == "application":
        for one in tomllib.loads(REPOSITORIES.read_text())["corpus"]:
            add_repository(one["repo"], one["commit"], tree, repositories)
    else:
        for package in FRAMEWORK if name == "framework" else MIX:
            add_package(package, home / "wheels", tree)
    (tree / ".whole").touch()
    return tree


def add_repository(repository: str, commit: str, tree: Path, given: Path | None) -> None:
    """The Python files of a repository at a commit."""
    short = repository.partition("/")[2]
    folder = given / short if given is not None else tree.parent / "clones" / short
    if given is None and not folder.exists():
        folder.mkdir(parents=True)
        git = ["git", "-C", str(folder)]
        subprocess.run([*git, "init", "--quiet"], check=True)
        fetch = ["fetch", "--quiet", "--depth=1", f"https://github.com/{repository}", commit]
        subprocess.run([*git, *fetch], check=True)
        subprocess.run([*git, "checkout", "--quiet", "FETCH_HEAD"], check=True)
    for path in python_files(folder):
        put(path.read_bytes(), tree / short / path.relative_to(folder))


def add_package(package: str, wheels: Path, tree: Path) -> None:
    """The Python files of a package, from its wheel."""
    name, _, version = package.partition("==")
    stem = name.replace("-", "_").replace(".", "_").lower()
    found = [path for path in wheels.glob("*.whl") if path.name.lower().startswith(f"{stem}-{version}-")]
    if not found:
        options = ["--quiet", "--no-deps", "--only-binary=:all:", "--dest", str(wheels)]
        subprocess.run([sys.executable, "-m", "pip", "download", *options, package], check=True)
        return add_package(package, wheels, tree)
    with zipfile.ZipFile(found[0]) as wheel:
        for member in wheel.namelist():
            if member.endswith(ENDINGS):
                put(wheel.read(member), tree / f"{name}-{version}" / member)
    return None


def python_files(folder: Path) -> list[Path]:
    """The Python files below a folder, in order."""
    found = (path for path in folder.rglob("*") if path.suffix in ENDINGS and path.is_file())
    return sorted(path for path in found if ".git" not in path.parts)


def put(data: bytes, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(data)


def sample(tree: Path, megabytes: float, place: Path) -> Path:
    """Files of a tree, so many bytes at most, in the order of a hash of their paths: the same ones each
    time, and from everywhere."""
    left = megabytes * 1e6
    for path in by_hash(tree):
        left -= path.stat().st_size
        if left < 0:
            break
        put(path.read_bytes(), place / path.relative_to(tree))
    return place


def by_hash(tree: Path) -> Iterator[Path]:
    paths = {str(path.relative_to(tree)): path for path in python_files(tree)}
    yield from (
        paths[name] for name in sorted(paths, key=lambda name: hashlib.sha256(name.encode()).digest())
    )


def copies(parts: Iterable[tuple[Path, int]], number: int, place: Path) -> Path:
    """So many files of each of these trees, so many times, each time in a folder that looks like a
    repository's."""
    chosen = [(path, tree) for tree, files in parts for path in islice(by_hash(tree), files)]
    for turn in range(number):
        (place / f"copy{turn}" / ".git").mkdir(parents=True)
        for path, tree in chosen:
            put(path.read_bytes(), place / f"copy{turn}" / tree.name / path.relative_to(tree))
    return place


def size(tree: Path) -> dict[str, int]:
    """How much there is of a tree."""
    texts = [path.read_bytes() for path in python_files(tree)]
    return {
        "files": len(texts),
        "lines": sum(text.count(b"\n") for text in texts),
        "bytes": sum(map(len, texts)),
    }
