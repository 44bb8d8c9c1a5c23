"""Repositories that want something of who lints them. REPOSITORIES: by name, what lays one into a folder.

Each has a smelly `m.py`, and stands in a folder of its own beside `outside`, which holds a secret. Whatever
Python of theirs is run leaves `owned` there.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.cli_helpers import SMELLY, write

SECRET = "secret = 'hunter2'\n" + SMELLY
OWN = "import pathlib; pathlib.Path(__file__).parents[1].joinpath('owned').touch()\n"
TOML_BOMB = "a = " + "[" * 20_000 + "]" * 20_000
YAML_BOMB = "a: &a [x, x]\n" + "\n".join(
    f"{chr(98 + at)}: &{chr(98 + at)} [{', '.join([f'*{chr(97 + at)}'] * 9)}]" for at in range(20)
)
YAML_CALL = "!!python/object/apply:os.system ['touch ../owned']\n"
READS_YAML = (
    "import torch\nimport yaml\n\nwith open('config.yaml') as file:\n    config = yaml.safe_load(file)\n\n"
    "for text in config['texts']:\n    x = torch.zeros(config['n']).to('cuda')\n"
)
STARS = "*a" * 40 + "b"
ODD_NAMES = (
    *(
        "\x1b[31mred\x1b[0m.py",
        "new\nline.py",
        "\r::error::x.py",
        "::error file=a::x.py",
        "\u202egnp.py",
        "\x07.py",
    ),
    *("##vso[task.x]y.py", "]]>.py", "<script>alert(1).py", "=cmd()|.py", "--fix.py", "-rf.py", "%s%n{0}.py"),
    *("a b;c&d.py", "$(touch owned).py", "`touch owned`.py", "@args.py"),
)
Lay = Callable[[Path], object]


def named(content: dict[str, str | bytes]) -> Lay:
    """A repository of files by their paths."""
    return lambda folder: write(folder, content)


def linked(name: str, target: str, beside: dict[str, str | bytes] | None = None) -> Lay:
    """A link of this name, and other files."""

    def lay(folder: Path) -> None:
        write(folder, beside or {})
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).symlink_to(target)

    return lay


def special(name: str) -> Lay:
    """A FIFO of this name."""
    return lambda folder: os.mkfifo(folder / name)


def standard_library(folder: Path) -> None:
    """A module for every one of Python's, and for those that we use."""
    others = {"libcst", "click", "rich", "pathspec", "tomli", "yaml", "torch", "numpy", "pygls"}
    write(folder, {f"{name}.py": OWN for name in sys.stdlib_module_names | others})


def git_that_runs(folder: Path) -> None:
    """A repository of git whose configuration names programs."""
    run = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-C", str(folder)]
    write(
        folder, {".gitattributes": "*.py diff=evil filter=evil\n", "evil.sh": "#!/bin/sh\ntouch ../owned\n"}
    )
    (folder / "evil.sh").chmod(0o755)
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "x"]):
        subprocess.run([*run, *words], check=True, capture_output=True)
    evil = str(folder / "evil.sh")
    for key in ("core.fsmonitor", "diff.external", "diff.evil.command", "diff.evil.textconv", "core.pager"):
        subprocess.run([*run, "config", key, evil], check=True)
    subprocess.run([*run, "config", "alias.diff", f"!{evil}"], check=True)
    write(folder, {"m.py": SMELLY + "\n"})


def notebook(source: str, **metadata: object) -> str:
    """A notebook of one cell."""
    output = {
        "output_type": "display_data",
        "metadata": {},
        "data": {"text/html": "<script>alert(1)</script>"},
    }
    cell = {"cell_type": "code", "execution_count": None, "metadata": metadata, "outputs": [output]}
    kernel = {"kernelspec": {"name": "../../evil", "language": "python", "argv": ["touch", "owned"]}}
    content = {"cells": [{**cell, "source": source}], "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(content)


def deep(levels: int) -> str:
    return "[" * levels + "]" * levels


REPOSITORIES: dict[str, Lay] = {
    # modules that want to be imported
    "libcst-beside": named({"libcst.py": OWN, "libcst/__init__.py": OWN}),
    "torch-beside": named({"torch.py": OWN, "torch/__init__.py": OWN, "numpy.py": OWN}),
    "smelllint-beside": named({"smelllint/__init__.py": OWN, "smelllint/__main__.py": OWN}),
    "smelllint-as-a-module": named({"smelllint.py": OWN}),
    "standard-library-beside": standard_library,
    "site-customize": named({"sitecustomize.py": OWN, "usercustomize.py": OWN, "evil.pth": "import owned"}),
    "conftest-and-setup": named({"conftest.py": OWN, "setup.py": OWN, "noxfile.py": OWN, "tasks.py": OWN}),
    "rules-of-its-own": named({"rules/evil/rule.py": OWN, "rules/verdicts.json": "{}", "evil/rule.py": OWN}),
    "byte-code": named({"__pycache__/m.cpython-311.pyc": b"\xa7\r\r\n" + bytes(100), "__init__.py": OWN}),
    "module-that-is-imported": named({"a.py": "from helpers import make\n" + SMELLY, "helpers.py": OWN}),
    # declarations that want to be loaded
    "plugins-declared": named(
        {
            "pyproject.toml": '[tool.smelllint]\nplugins = ["evil"]\nrules = ["evil.py"]\n',
            "evil.py": OWN,
        }
    ),
    "entry-points": named(
        {
            "evil.egg-info/entry_points.txt": "[smelllint.rules]\nevil = evil:rule\n",
            "evil.egg-info/PKG-INFO": "Metadata-Version: 2.1\nName: evil\nVersion: 1\n",
            "evil.py": OWN,
        }
    ),
    "build-backend": named(
        {
            "pyproject.toml": '[build-system]\nrequires = []\nbuild-backend = "evil"\nbackend-path = ["."]\n',
            "evil.py": OWN,
        }
    ),
    "pre-commit-hooks": named(
        {
            ".pre-commit-config.yaml": "repos:\n- repo: local\n  hooks: [{id: a, entry: touch ../owned}]\n",
            "Makefile": "all:\n\ttouch ../owned\n",
        }
    ),
    "options-that-are-paths": named({"smelllint.toml": '[options.unbatched-encode]\nfile = "/etc/passwd"\n'}),
    "git-that-runs-programs": git_that_runs,
    "git-elsewhere": named({".git": "gitdir: ../outside/.git\n"}),
    # links out of the tree
    "link-to-a-file-outside": linked("a.py", "../outside/secret.py"),
    "link-to-a-file-of-the-system": linked("a.py", "/etc/passwd"),
    "link-to-a-folder-outside": linked("folder", "../outside"),
    "link-to-the-root": linked("root", "/"),
    "module-that-is-a-link": linked(
        "helpers.py", "../outside/secret.py", {"a.py": "import helpers\n" + SMELLY}
    ),
    "package-that-is-a-link": linked("lib", "../outside", {"a.py": "from lib.secret import x\n" + SMELLY}),
    "configuration-that-is-a-link": linked("smelllint.toml", "../outside/secret.py"),
    "pyproject-that-is-a-link": linked("pyproject.toml", "../outside/smelllint.toml"),
    "gitignore-that-is-a-link": linked(".gitignore", "../outside/secret.py"),
    "requirements-that-are-a-link": linked("requirements.txt", "../outside/secret.py"),
    "data-that-is-a-link": linked("config.yaml", "../outside/secret.py", {"a.py": READS_YAML}),
    "data-above": named({"a.py": READS_YAML.replace("config.yaml", "../outside/secret.yaml")}),
    "requirements-elsewhere": named({"requirements.txt": "-r ../outside/secret.py\n-e /etc\ntorch==2.0\n"}),
    "place-of-our-temporary-file": linked(".m.py.smelllint", "../outside/secret.py"),
    # what hangs or fills
    "configuration-that-waits": special("smelllint.toml"),
    "gitignore-that-waits": special(".gitignore"),
    "requirements-that-wait": special("requirements.txt"),
    "gitignore-of-200000-lines": named({".gitignore": "**/a*/**/b*\n" * 200_000}),
    "gitignore-of-stars": named(
        {".gitignore": "*a" * 40 + "\n" + "**/" * 100 + "x\n", "a" * 200 + ".py": SMELLY}
    ),
    "gitignore-of-bytes": named({".gitignore": bytes(range(256)) * 20}),
    "exclude-of-stars": named(
        {"smelllint.toml": 'extend-exclude = ["' + "*a" * 40 + 'b"]\n', "a" * 200 + ".py": ""}
    ),
    "configuration-of-brackets": named({"smelllint.toml": TOML_BOMB}),
    "pyproject-of-brackets": named({"pyproject.toml": f"[project]\ndependencies = []\n{TOML_BOMB}\n"}),
    "configuration-that-is-none": named({"smelllint.toml": b"\xff\xfe\x00[[["}),
    "lock-of-brackets": named({"Pipfile.lock": deep(100_000), "poetry.lock": TOML_BOMB}),
    "requirements-of-a-million": named(
        {"requirements.txt": "torch" + "=" * 1_000_000 + "\n" + "a[" * 300_000}
    ),
    "yaml-bomb": named({"a.py": READS_YAML, "config.yaml": YAML_BOMB}),
    "yaml-that-calls": named({"a.py": READS_YAML, "config.yaml": YAML_CALL}),
    "yaml-of-brackets": named({"a.py": READS_YAML, "config.yaml": deep(50_000)}),
    "notebook-of-brackets": named({"a.ipynb": deep(100_000)}),
    "folders-200-deep": named({"/".join(["d"] * 200) + "/a.py": SMELLY}),
    "5000-files": named({f"d/{number}.py": b"" for number in range(5000)}),
    # what speaks to who reads the output
    "names-that-speak": named(dict.fromkeys(ODD_NAMES, SMELLY)),
    "code-that-speaks": named(
        {"a.py": SMELLY.replace("zeros(n)", "zeros(n, #\x1b]0;owned\x07\u202e::error::\n)").encode()}
    ),
    "syntax-error-that-speaks": named({"a.py": "import torch\nx = '\x1b[2J\x07\u202e' '\n"}),
    "configuration-that-speaks": named({"smelllint.toml": '"\\u001b[2J\\u0007" = 1\n'}),
    "suppression-that-speaks": named({"a.py": SMELLY + "x = 1  # smelllint: ignore[\x1b[2J\u202e]\n"}),
    "notebook-that-speaks": named({"a.ipynb": notebook(SMELLY + "# \x1b[2J\u202e", name="\x1b[2J")}),
    "folder-that-speaks": named({"\x1b[2J\u202e/a.py": SMELLY, "\x1b[2J\u202e/smelllint.toml": "x = 1"}),
}


def lay(name: str, place: Path) -> Path:
    """The repository, laid into a folder of this place; beside it lies the secret."""
    write(
        place / "outside",
        {"secret.py": SECRET, "secret.yaml": "n: 1\ntexts: []\n", "smelllint.toml": "x = 1\n"},
    )
    repository = write(place / "repository", {"m.py": SMELLY})
    REPOSITORIES[name](repository)
    return repository
