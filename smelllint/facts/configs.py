"""Configs: what expressions are given by the settings files of the project.

    value(expr, usual)   what `config["epochs"]`, `cfg.train.epochs`, `config.get("lr", 0.1)` evaluates to
    given(expr, key)     what `**config["loader"]` gives for an argument: ABSENT or UNKNOWN

A file is followed from where it is read (`yaml.safe_load(open("config.yaml"))`, `OmegaConf.load`,
`json.load`, `tomllib.load`, `@hydra.main`) through variables, attributes and functions of the project to
where a value is asked for. Its path has to be a literal, or to start at `__file__`, and to mean one file of
the project. What the program may write to on the way is UNKNOWN. What the command line may override is told
to those who ask for what is usual, and to nobody else.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import libcst as cst

from smelllint.datafile import OPAQUE
from smelllint.facts.names import Names
from smelllint.facts.paths import Frame, Paths
from smelllint.facts.sections import MISSING, Key, Path, Section, composed, whole
from smelllint.facts.values import ABSENT, UNKNOWN, Missing, Values

if TYPE_CHECKING:
    from smelllint.facts.reach import Reach

# What reads a file or a text, and the dialect that it reads.
READERS = {
    **dict.fromkeys(("yaml.safe_load", "yaml.load", "yaml.full_load"), "yaml"),
    **dict.fromkeys(("json.load", "json.loads"), "json"),
    **dict.fromkeys(("tomllib.load", "tomllib.loads", "tomli.load", "tomli.loads"), "toml"),
    **dict.fromkeys(("toml.load", "toml.loads"), "toml"),
    "omegaconf.OmegaConf.load": "omegaconf",
}
# What hands on the same settings, with attributes in the place of keys.
WRAPPERS = frozenset(
    [
        "omegaconf.OmegaConf.create",
        "easydict.EasyDict",
        "box.Box",
        "addict.Dict",
        "munch.munchify",
        "munch.Munch.fromDict",
        "dotmap.DotMap",
        "ml_collections.ConfigDict",
    ]
)
NAMESPACES = ("types.SimpleNamespace", "argparse.Namespace")
# What looks at settings and leaves them as they are.
LOOKS = ("get", "items", "keys", "values", "copy", "freeze", "defrost")
LOOKERS = ("builtins.", "logging.", "pprint.", "json.", "yaml.", "wandb.", "mlflow.", "copy.")
KEEPERS = ("omegaconf.OmegaConf.to_yaml", "omegaconf.OmegaConf.to_container", "hydra.utils.instantiate")
LOGS = ("debug", "info", "warning", "log", "log_params", "log_hyperparams", "save_hyperparameters")
MAX_STEPS = 12


class Root(NamedTuple):
    """A variable through which settings came, and the path of what it holds."""

    node: cst.Name | cst.Attribute
    path: Path


class Found(NamedTuple):
    """A section, and the variables through which it came."""

    section: Section
    roots: tuple[Root, ...] = ()

    def at(self, key: Key) -> Found:
        return Found(self.section.at(key), self.roots)

    def through(self, node: cst.Name | cst.Attribute) -> Found:
        return Found(self.section, (*self.roots, Root(node, self.section.path)))


class Configs:
    """The words of this family, for one file."""

    def __init__(self, names: Names, values: Values, reach: Reach) -> None:
        self.names = names
        self.tree = names.tree
        self.values = values
        self.reach = reach
        self.paths = Paths(names, values, reach)
        self.project = names.links.project
        self._found: dict[tuple[cst.CSTNode, tuple[Frame, ...]], Found | None] = {}

    # -- asking -----------------------------------------------------------------------------------------

    def value(self, node: cst.BaseExpression, usual: bool = False) -> Any:
        """A number, text, truth value, None, or a list of these; UNKNOWN where the files do not tell."""
        if self.project is None or not isinstance(node, (cst.Subscript, cst.Attribute, cst.Call)):
            return UNKNOWN
        found = self._known(node, usual)
        value = found.section.find() if found is not None else OPAQUE
        if value is MISSING and isinstance(node, cst.Call):
            return self._fallback(node)
        return value if is_plain(value) else UNKNOWN

    def _fallback(self, call: cst.Call) -> Any:
        """What `config.get(key, default)` gives for a key that is not there."""
        if not isinstance(call.func, cst.Attribute) or call.func.attr.value != "get":
            return UNKNOWN
        default = self.values.argument(call, "default", 1)
        if default is ABSENT:
            return None
        return self.values.value(default) if isinstance(default, cst.BaseExpression) else UNKNOWN

    def given(self, node: cst.BaseExpression, key: str) -> Missing:
        """Whether settings that are unpacked into a call leave an argument out."""
        found = self._known(node, False) if self.project is not None else None
        if found is None or not isinstance(found.section.find(), dict):
            return UNKNOWN
        return ABSENT if found.at(key).section.find() is MISSING else UNKNOWN

    def _known(self, node: cst.BaseExpression, usual: bool) -> Found | None:
        """What an expression is of the settings; None where they may be written to."""
        found = self._follow(node, ())
        if found is None or (found.section.config.usual and not usual):
            return None
        path = found.section.path
        return (
            None
            if any(self._written(root.node, root.path, path, MAX_STEPS) for root in found.roots)
            else found
        )

    # -- following --------------------------------------------------------------------------------------

    def _follow(self, node: cst.BaseExpression, frames: tuple[Frame, ...]) -> Found | None:
        """The section that an expression stands for; None where it is none."""
        key = node, frames
        if key not in self._found:
            self._found[key] = None  # where it leads back to itself
            self._found[key] = self._step(node, frames) if len(frames) < MAX_STEPS else None
        return self._found[key]

    def _step(self, node: cst.BaseExpression, frames: tuple[Frame, ...]) -> Found | None:
        if isinstance(node, cst.Name):
            return self._variable(node, frames)
        if isinstance(node, cst.Subscript):
            around, key = self._follow(node.value, frames), self._key(node)
            return around.at(key) if around is not None and key is not None else None
        if isinstance(node, cst.Attribute):
            return self._attribute(node, frames)
        return self._call(node, frames) if isinstance(node, cst.Call) else None

    def _variable(self, node: cst.Name, frames: tuple[Frame, ...]) -> Found | None:
        bindings = self.names.bindings(node)
        binding = bindings[0] if len(bindings) == 1 else None
        if binding is None or binding.index:
            return None
        if isinstance(binding.node, cst.Param):
            found = self._parameter(binding.node, frames)
        elif binding.how == "assign" and binding.value is not None:
            found = self._follow(binding.value, frames)
        else:
            return None
        return found.through(node) if found is not None else None

    def _attribute(self, node: cst.Attribute, frames: tuple[Frame, ...]) -> Found | None:
        class_ = self.names.receiver_class(node.value)
        bindings = self.names.links.members(node, node)
        if class_ is not None and not bindings:
            bindings = self.names.attribute_bindings(class_, node.attr.value)
        if bindings:
            plain = len(bindings) == 1 and bindings[0].how == "assign" and not bindings[0].index
            value = bindings[0].value if plain else None
            found = self._follow(value, frames) if value is not None else None
            return found.through(node) if found is not None else None
        around = self._follow(node.value, frames)
        return around.at(node.attr.value) if around is not None and around.section.config.attributes else None

    def _key(self, node: cst.Subscript) -> Key | None:
        index = node.slice[0].slice if len(node.slice) == 1 else None
        key = self.values.value(index.value) if isinstance(index, cst.Index) else None
        return key if isinstance(key, (str, int)) else None

    def _parameter(self, param: cst.Param, frames: tuple[Frame, ...]) -> Found | None:
        function = self.names.scope(param)
        if not isinstance(function, cst.FunctionDef) or param.star:
            return None
        if frames and frames[-1].function is function:
            given = self.reach.given_by(frames[-1].call, param)
            return self._follow(given, frames[:-1]) if given is not None else None
        main = self._hydra(function) if param in function.params.params[:1] else None
        if main is not None:
            return main
        found = [self._follow(value, ()) for value in self.reach.passed(param)]
        only = found[0] if len(found) == 1 else None
        return only if only is not None and not any(self.reach.unseen(function)) else None

    def _call(self, call: cst.Call, frames: tuple[Frame, ...]) -> Found | None:
        name = self.names.name(call.func) or ""
        first = call.args[0] if call.args else None
        if name in READERS:
            return self._read(call, READERS[name], frames)
        if name in WRAPPERS and first is not None and len(call.args) == 1:
            return attributes(self._follow(first.value, frames))
        if first is not None and first.star == "**" and len(call.args) == 1 and self._is_record(call, name):
            return attributes(self._follow(first.value, frames))
        if isinstance(call.func, cst.Attribute) and call.func.attr.value == "get" and first is not None:
            around, key = self._follow(call.func.value, frames), self.values.value(first.value)
            return around.at(key) if around is not None and isinstance(key, str) else None
        function = self.names.definition(call.func)
        returned = self.reach.returns(function) if isinstance(function, cst.FunctionDef) else []
        if len(returned) != 1 or not isinstance(function, cst.FunctionDef):
            return None
        return self._follow(returned[0], (*frames, Frame(call, function)))

    def _is_record(self, call: cst.Call, name: str) -> bool:
        """Whether a call makes an object with a field for each key that it is given."""
        return name in NAMESPACES or isinstance(self.names.definition(call.func), cst.ClassDef)

    def _read(self, call: cst.Call, dialect: str, frames: tuple[Frame, ...]) -> Found | None:
        """What a call reads from a file."""
        source = call.args[0].value if call.args else None
        opened = self.paths.opened(source, frames) if source is not None else None
        if opened is None or self.project is None:
            return None
        data = self.project.data(opened.path, dialect)
        return Found(whole(data, attributes=dialect == "omegaconf", usual=opened.usual))

    def _hydra(self, function: cst.FunctionDef) -> Found | None:
        """What Hydra gives to the first parameter of a function that it runs."""
        for item in function.decorators:
            call = item.decorator
            if not isinstance(call, cst.Call) or self.names.name(call.func) != "hydra.main":
                continue
            given = [
                self.values.argument(call, name, at) for at, name in enumerate(("config_path", "config_name"))
            ]
            folder, name = (
                self.values.value(arg) if isinstance(arg, cst.BaseExpression) else None for arg in given
            )
            if self.project is None or not isinstance(folder, str) or not isinstance(name, str):
                return None
            home = os.path.dirname(self.names.links.path(function))
            return Found(composed(self.project, os.path.normpath(os.path.join(home, folder)), name))
        return None

    # -- writing ----------------------------------------------------------------------------------------

    def _written(self, variable: cst.Name | cst.Attribute, base: Path, path: Path, steps: int) -> bool:
        """Whether a program may write to what is at a path, by a variable that holds what is at `base`."""
        if steps == 0:
            return True
        uses = [use for use in self.names.uses(variable) if self.names.table.made_by(use) is None]
        return any(self._writes(use, base, path, steps) for use in uses)

    def _writes(self, use: cst.CSTNode, at: Path, path: Path, steps: int) -> bool:
        node, parent = use, self.tree.parent(use)
        while isinstance(parent, (cst.Subscript, cst.Attribute)) and parent.value is node:
            around = self.tree.parent(parent)
            if isinstance(parent, cst.Attribute) and isinstance(around, cst.Call) and around.func is parent:
                return parent.attr.value not in LOOKS and related(at, path)
            key = parent.attr.value if isinstance(parent, cst.Attribute) else self._key(parent)
            if key is None:
                return self.names.stored(parent) and related(at, path)
            at, node, parent = (*at, key), parent, around
        if not related(at, path):
            return False
        if self.names.stored(node):
            return True
        # A part that is a number or a text is handed on as it is: only what has keys can be written to.
        return len(at) < len(path) and self._hands_on(node, parent, at, path, steps)

    def _hands_on(
        self, node: cst.CSTNode, parent: cst.CSTNode | None, at: Path, path: Path, steps: int
    ) -> bool:
        if isinstance(parent, cst.Assign):
            targets = [target.target for target in parent.targets]
            plain = [target for target in targets if isinstance(target, (cst.Name, cst.Attribute))]
            return len(plain) < len(targets) or any(
                self._written(target, at, path, steps - 1) for target in plain
            )
        call = self.tree.parent(parent) if isinstance(parent, cst.Arg) else None
        if not isinstance(parent, cst.Arg) or not isinstance(call, cst.Call) or parent.star:
            return False
        if self._looks(call.func):
            return False
        param = self.reach.parameter_for(parent) or self._made_with(parent, call)
        return param is None or self._written(param.name, at, path, steps - 1)

    def _looks(self, func: cst.BaseExpression) -> bool:
        """Whether a function looks at settings, or hands them on, and never writes to them."""
        name = self.names.name(func)
        if name is not None:
            return name.startswith(LOOKERS) or name in KEEPERS or name in WRAPPERS
        return isinstance(func, cst.Attribute) and func.attr.value in LOGS

    def _made_with(self, arg: cst.Arg, call: cst.Call) -> cst.Param | None:
        """The parameter of a class of the project that an object is made with."""
        class_ = self.names.definition(call.func)
        init = self.names.method(class_, "__init__") if isinstance(class_, cst.ClassDef) else None
        if init is None:
            return None
        positional = [*init.params.posonly_params, *init.params.params][1:]
        if arg.keyword is not None:
            named = [*positional, *init.params.kwonly_params]
            return next((param for param in named if param.name.value == arg.keyword.value), None)
        place = call.args.index(arg)
        return positional[place] if place < len(positional) else None


def attributes(found: Found | None) -> Found | None:
    """The same settings, whose keys are read as attributes."""
    if found is None:
        return None
    config, path = found.section
    return Found(Section(replace(config, attributes=True), path), found.roots)


def related(one: Path, other: Path) -> bool:
    """Whether one path lies on the way to the other."""
    return all(mine == theirs for mine, theirs in zip(one, other, strict=False))


def is_plain(value: Any) -> bool:
    """Whether a value is a number, a text, a truth value, None, or a list of these."""
    if isinstance(value, list):
        return all(not isinstance(item, (list, dict)) and is_plain(item) for item in value)
    return value is None or isinstance(value, (bool, int, float, str))
