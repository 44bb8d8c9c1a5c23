"""Sections: what the settings files of a project hold, as programs put them together.

    Layer     what one file holds, and where in the whole it is put
    Config    the layers of a whole, later ones over earlier ones
    Section   a part of a Config
    composed(...)  what `@hydra.main` puts together: a primary file and its defaults list

Whatever is set while the program runs (`${...}`, `???`, an option of a list, a file that is not there) is
OPAQUE.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from smelllint.datafile import OPAQUE
from smelllint.project import Project

Key = str | int
Path = tuple[Key, ...]
MISSING: Final = object()  # no layer has such a key
OPEN = re.compile(r"\$\{|\{\{|^\?\?\?$")  # interpolations, templates and OmegaConf's "to be given"
PACKAGE = re.compile(r"^#\s*@package\s+(\S+)", re.MULTILINE)
MOST_LAYERS = 30
PLAIN = re.compile(r"[\w.-]+(?:/[\w.-]+)*$")


class Layer(NamedTuple):
    """What one file holds, below the keys of `package`."""

    package: Path
    data: Any

    def find(self, path: Path) -> Any:
        """What is at a path: plain data, OPAQUE or MISSING."""
        depth = len(self.package)
        if self.package[: len(path)] == path and len(path) < depth:
            return OPAQUE  # a part of it, of which other layers may bring more
        if path[:depth] != self.package:
            return MISSING
        return _within(self.data, path[depth:])


@dataclass(frozen=True, eq=False)
class Config:
    """What a program reads from files.

    orders      the layers in each order that may be meant; a later one hides what is before it
    attributes  whether keys are read as attributes too
    usual       whether the command line, or who calls, may well say otherwise
    """

    orders: tuple[tuple[Layer, ...], ...]
    attributes: bool = False
    usual: bool = False

    def find(self, path: Path) -> Any:
        """What is at a path: plain data, OPAQUE or MISSING."""
        found = [self._in_order(layers, path) for layers in self.orders]
        return found[0] if all(_same(other, found[0]) for other in found) else OPAQUE

    @staticmethod
    def _in_order(layers: tuple[Layer, ...], path: Path) -> Any:
        found = (layer.find(path) for layer in reversed(layers))
        return next((value for value in found if value is not MISSING), MISSING)


class Section(NamedTuple):
    """The part of a Config below a path of keys."""

    config: Config
    path: Path = ()

    def at(self, key: Key) -> Section:
        return Section(self.config, (*self.path, key))

    def find(self) -> Any:
        """What it holds: plain data, OPAQUE or MISSING."""
        return self.config.find(self.path)


def whole(data: Any, *, attributes: bool = False, usual: bool = False) -> Section:
    """All that one file holds."""
    return Section(Config(((Layer((), data),),), attributes, usual))


def _within(data: Any, path: Path) -> Any:
    for key in path:
        if isinstance(data, dict):
            data = data.get(key, MISSING)
        elif isinstance(data, list) and isinstance(key, int) and -len(data) <= key < len(data):
            data = data[key]
        else:
            return OPAQUE
        if data is MISSING:
            return MISSING
    return OPAQUE if isinstance(data, str) and OPEN.search(data) else data


def _same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(one == other)


def composed(project: Project, folder: str, name: str) -> Section:
    """What Hydra makes of a primary file in a folder, unless the command line says otherwise."""
    orders = _orders(project, folder, name)
    return Section(Config(orders, attributes=True, usual=True))


def _orders(project: Project, folder: str, name: str) -> tuple[tuple[Layer, ...], ...]:
    data, _ = _file(project, folder, name)
    if not isinstance(data, dict):
        return ((Layer((), OPAQUE),),)
    own = Layer((), {key: value for key, value in data.items() if key != "defaults"})
    entries = data.get("defaults", [])
    if not isinstance(entries, list) or len(entries) > MOST_LAYERS:
        return ((Layer((), OPAQUE),),)
    layers = [own if entry == "_self_" else _entry(project, folder, entry) for entry in entries]
    if "_self_" in entries:
        return (tuple(layers),)
    # Which of them is last, where the list does not say so, is a matter of Hydra's version.
    return (own, *layers), (*layers, own)


def _entry(project: Project, folder: str, entry: Any) -> Layer:
    """The layer that an entry of a defaults list brings: `base`, `model: small`, `model@net: small`."""
    if isinstance(entry, str) and PLAIN.match(entry) and "/" not in entry:
        return _layer(project, folder, entry, ())
    if not isinstance(entry, dict) or len(entry) != 1:
        return Layer((), OPAQUE)
    [(group, option)] = entry.items()
    group, _, package = str(group).partition("@")
    if group.split("/")[0].split()[-1:] == ["hydra"]:
        return Layer(("hydra",), OPAQUE)
    keys = _keys(package) if package else tuple(group.split("/"))
    if not PLAIN.match(group):  # `override model`, `optional model`, `/model`
        return Layer((), OPAQUE)
    if not isinstance(option, str) or not PLAIN.match(option) or "/" in option or keys is None:
        return Layer(() if keys is None else keys, OPAQUE)
    return _layer(project, os.path.join(folder, *group.split("/")), option, keys)


def _layer(project: Project, folder: str, name: str, keys: Path) -> Layer:
    data, header = _file(project, folder, name)
    package = keys if header in ("", "_group_") else _keys(header)
    if package is None:
        return Layer((), OPAQUE)
    # A file with a defaults list of its own brings more than it holds.
    return Layer(package, data if isinstance(data, dict) and "defaults" not in data else OPAQUE)


def _keys(package: str) -> Path | None:
    """The keys of a package; None where Hydra works them out from something else."""
    if package == "_global_":
        return ()
    return tuple(package.split(".")) if re.fullmatch(r"[A-Za-z]\w*(\.[A-Za-z]\w*)*", package) else None


def _file(project: Project, folder: str, name: str) -> tuple[Any, str]:
    """What a file of Hydra's holds, and the package that its head names."""
    path = os.path.normpath(os.path.join(folder, name if name.endswith(".yaml") else f"{name}.yaml"))
    head = PACKAGE.search(project.text(path))
    return project.data(path, "omegaconf"), head.group(1) if head else ""
