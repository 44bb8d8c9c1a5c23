"""The vocabulary of rules: every word, one line each, and nothing else.

Answers are three-valued where the truth is: rules act on what is known, never on UNKNOWN. A word lives in the
module of its family and says there when it answers UNKNOWN.

    names     name, last_name, calls, definition, uses, same   facts/names.py
    kinds     kind, is_module, is_tensor                       facts/kinds.py
    origins   origin, chain, makes, type_name, holder …        facts/origins.py
    places    function, statement, loop, often, iterates …     facts/places.py
    batches   single, encoded, few, batch_size, mapped …       facts/batches.py
    rows      rows, columns, elementwise, over_columns         facts/rows.py
    sorts     sorted_by, taken_few                             facts/sorts.py
    tables    taken, named_columns, glanced, reparsed          facts/tables.py
    mappings  row_mapping, is_rows, few_rows, is_fast …        facts/mappings.py
    documents is_pipeline, words_only                          facts/documents.py
    growth    growth, grows, alone, start                      facts/growth.py
    state     grad, phase, device, dtype                       facts/gradient.py, facts/devices.py
    lists     collected, listed, made_from                     facts/comprehensions.py
    arrays    elements, is_array, fresh, tensor_of             facts/elements.py, facts/arrays.py
    graphs    ties, is_loss, spent, differentiated             facts/graphs.py
    values    argument, value, setting, usual, resolve         facts/values.py, facts/configs.py
    flows     ends, appends_to                                 facts/flows.py
    hot       hot, repeated, cached                           facts/hot.py
    passes    loader_mentions, goes_over, epochs, fed          facts/passes.py
    trainings trained_by                                       facts/trainings.py
    usage     only_asked                                       facts/usage.py
    decoding  regrown                                          facts/decoding.py
    mentions  readers, mentions, only_mention                  facts/mentions.py
    attention written_out                                      facts/attention.py
    fates     used, employed, put_into                         facts/fates.py
    samples   samples, learnt, little, words                   facts/samples.py
    swaps     instead                                          facts/swaps.py
    searches  search                                           facts/searches.py
    steps     step_loop, every_round, forwards, fetched        facts/steps.py
    reach     callee, callers, returns, passed                 facts/reach.py
    text      text, in_brackets, alike, and the edits           facts/edits.py
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from inspect import ismethod
from pathlib import PurePath
from typing import Any, TypeVar

import libcst as cst

from smelllint.facts.arrays import Arrays
from smelllint.facts.attention import Attention
from smelllint.facts.batches import Batches, Gathering
from smelllint.facts.bindings import Binding
from smelllint.facts.comprehensions import Comprehensions
from smelllint.facts.configs import Configs
from smelllint.facts.decoding import Decoding
from smelllint.facts.devices import Device, Devices
from smelllint.facts.documents import Documents
from smelllint.facts.edits import EditWords, Imported
from smelllint.facts.fates import Fates
from smelllint.facts.flows import End, Flows
from smelllint.facts.gradient import Grad, Gradient, Phase
from smelllint.facts.graphs import Graphs
from smelllint.facts.growth import Growth, Growths
from smelllint.facts.hot import Hot, HotPaths, Why
from smelllint.facts.kinds import Kind, Kinds
from smelllint.facts.libraries import libraries
from smelllint.facts.mappings import Mappings, RowMapping
from smelllint.facts.mentions import Mentions
from smelllint.facts.names import Names
from smelllint.facts.passes import Mention, Passes
from smelllint.facts.places import NOT_ITEMS, Iterates, Loop, Often, Places
from smelllint.facts.reach import Reach
from smelllint.facts.rows import Rows, RowWords
from smelllint.facts.samples import Samples
from smelllint.facts.scopes import last_name
from smelllint.facts.searches import Search, Searches
from smelllint.facts.sorts import Few, Sort, Sorts
from smelllint.facts.steps import Steps
from smelllint.facts.swaps import Swaps
from smelllint.facts.tables import Tables, Taken
from smelllint.facts.trainings import Trainings
from smelllint.facts.usage import Usage
from smelllint.facts.values import ABSENT, UNKNOWN, Argument, Values
from smelllint.project import Project
from smelllint.settings import Settings
from smelllint.source import Source
from smelllint.tree import Tree, meaning

__all__ = [
    "ABSENT",
    "NOT_ITEMS",
    "UNKNOWN",
    "Argument",
    "Binding",
    "Device",
    "End",
    "Facts",
    "Few",
    "Gathering",
    "Grad",
    "Growth",
    "Hot",
    "Imported",
    "Iterates",
    "Kind",
    "Loop",
    "Mention",
    "Often",
    "Phase",
    "RowMapping",
    "Rows",
    "Search",
    "Sort",
    "Taken",
    "Why",
]

N = TypeVar("N", bound=cst.CSTNode)
TRIALS = frozenset(
    ["test", "tests", "eval", "evaluate", "evaluation", "bench", "benchmark", "benchmarks", "conftest"]
)


@cache
def tails(names: tuple[str, ...]) -> frozenset[str]:
    """The last parts under which libraries offer some callables."""
    return libraries().tails(names)


class Facts:
    """What is known about one file, and about those of its project that it leans on. Every word is computed
    when it is first asked for."""

    def __init__(
        self,
        source: Source,
        tree: Tree,
        settings: Settings,
        options: Mapping[str, object] | None = None,
        project: Project | None = None,
    ) -> None:
        self.source = source
        self.tree = tree
        self.settings = settings
        self.options = options or {}
        self.libraries = libraries()
        self.names = names = Names(tree, self.libraries, project, source.path)
        self.imports = frozenset(name.partition(".")[0] for name in names.imported)
        self.values = values = Values(names)
        self.kinds = kinds = Kinds(names, self.libraries, self.imports)
        self.reach = kinds.reach = reach = Reach(names, kinds)
        values.kinds = kinds
        values.configs = Configs(names, values, reach)
        self.places = places = Places(names, kinds)
        self.flows = flows = Flows(names, kinds, self.libraries)
        self.devices = devices = Devices(names, kinds, values, settings.target)
        self.gradient = gradient = Gradient(names, kinds, values, places, reach, flows, self.libraries)
        self.graphs = graphs = Graphs(gradient)
        self.edits = edits = EditWords(names, source)
        comprehensions = Comprehensions(places, kinds, edits)
        self.batches = batches = Batches(names, kinds, values, places, edits, self.libraries)
        mappings = Mappings(names, kinds, values, reach, settings)
        documents = Documents(names, kinds, values)
        growths = Growths(names, kinds, places)
        rows = RowWords(names, kinds, values, places, batches, edits, self.libraries)

        # The tree.
        self.parent = tree.parent
        self.ancestors = tree.ancestors
        self.within = tree.within
        self.inside = tree.inside
        self.order: Callable[[cst.CSTNode], int] = tree.order.__getitem__
        # Names.
        self.name = names.name
        self.bindings = names.bindings
        self.definition = names.definition
        self.uses = names.uses
        self.followed = names.followed
        self.free = names.free
        self.reads = names.reads
        self.symbol = names.symbol
        self.stored = names.stored
        self.base_names = names.base_names
        self.method = names.method
        # Kinds.
        self.kind = kinds.kind
        self.is_module = kinds.is_module
        self.is_tensor = kinds.is_tensor
        self.origin = kinds.origins.origin
        self.chain = kinds.origins.chain
        self.makes = kinds.origins.makes
        self.type_name = kinds.origins.type_name
        self.holder = kinds.origins.holder
        self.finished = kinds.origins.finished
        self.class_of = kinds.origins.class_of
        self.instance_kind = kinds.instance_kind
        # Places.
        self.function = places.function
        self.class_ = places.class_
        self.statement = places.statement
        self.block = places.block
        self.branches = places.branches
        self.loops = places.loops
        self.loop = places.loop
        self.outermost_loop = places.outermost_loop
        self.iterable = places.iterable
        self.iterates = places.iterates
        self.target_names = places.target_names
        self.often = places.often
        self.depends = places.depends
        self.invariant = places.invariant
        self.carried = places.carried
        self.outlives = places.outlives
        self.item_loop = places.item_loop
        # Batches.
        self.single = batches.single
        self.encoded = batches.encoded
        self.items_of = batches.items_of
        self.few = batches.few
        self.batch_size = batches.batch_size
        self.mapped = batches.mapped
        self.gathered = batches.gathered
        self.at_once = batches.at_once
        # Mappings over data sets.
        self.is_rows = mappings.is_rows
        self.row_mapping = mappings.row_mapping
        self.made_by = mappings.made_by
        self.few_rows = mappings.few_rows
        self.is_fast = mappings.is_fast
        self.tokenised = mappings.tokenised
        self.is_alike = mappings.is_alike
        # Documents of spaCy.
        self.is_pipeline = documents.is_pipeline
        self.words_only = documents.words_only
        # Hot paths and usage.
        hot_paths = HotPaths(places, kinds, reach, batches, values, self.imports)
        self.hot = hot_paths.hot
        self.cached = hot_paths.cached
        self.repeated = hot_paths.repeated
        self.only_asked = Usage(places, kinds, reach).only_asked
        # Fates, samples and searches.
        fates = Fates(kinds, reach)
        self.used = fates.used
        self.employed = fates.employed
        self.put_into = fates.put_into
        samples = Samples(kinds, values, fates)
        self.samples = samples.samples
        self.learnt = samples.learnt
        self.little = samples.little
        self.words = samples.words
        self.search = Searches(names, values).search
        # Passes over loaders.
        passes = Passes(places, kinds, values, reach, batches, devices)
        self.loader_mentions = passes.loader_mentions
        self.goes_over = passes.goes_over
        self.epochs = passes.epochs
        self.to_accelerator = passes.to_accelerator
        self.fed = passes.fed
        # Comprehensions.
        self.collected = comprehensions.collected
        self.listed = comprehensions.listed
        self.made_from = comprehensions.made_from
        # Arrays.
        arrays = Arrays(names, kinds, values, self.libraries)
        self.elements = kinds.elements.of
        self.is_array = arrays.is_array
        self.fresh = arrays.fresh
        self.tensor_of = arrays.tensor_of
        self.may_name = arrays.may_name
        # Rows.
        self.rows = rows.rows
        self.columns = rows.columns
        self.elementwise = rows.elementwise
        self.over_columns = rows.over_columns
        # Sorts.
        self.sorted_by = (sorts := Sorts(kinds, values, reach)).sorted_by
        self.taken_few = sorts.taken_few
        # Tables.
        tables = Tables(places, kinds, values, reach, hot_paths)
        self.taken = tables.taken
        self.reparsed = tables.reparsed
        self.named_columns = tables.named_columns
        self.glanced = tables.glanced
        # Growth.
        self.growth = growths.growth
        self.grows = growths.grows
        self.alone = growths.alone
        self.start = growths.start
        mentions = Mentions(names, places)
        self.readers = mentions.readers
        self.mentions = mentions.mentions
        self.only_mention = mentions.only_mention
        self.written_out = Attention(names, kinds, values, mentions).written_out
        self.regrown = Decoding(names, places, growths, flows).regrown
        # State.
        self.grad = gradient.grad
        self.phase = gradient.phase
        self.forward = gradient.forward
        self.undifferentiated = gradient.undifferentiated
        self.frozen = gradient.frozen
        self.switches = gradient.switches
        self.backwards = gradient.backwards
        self.trains = gradient.trains
        self.device = devices.device
        self.default_device = devices.default_device
        self.is_device = devices.is_device
        self.type_device = devices.type_device
        self.runs_on = devices.runs_on
        self.dtype = devices.dtype
        # Graphs.
        self.ties = graphs.ties
        self.is_loss = graphs.is_loss
        self.spent = graphs.spent
        self.differentiated = graphs.differentiated
        # Values and flows.
        self.argument = values.argument
        self.entry = values.entry
        self.value = values.value
        self.usual = values.usual
        self.setting = values.setting
        self.resolve = values.resolve
        self.ends = flows.ends
        self.appends_to = flows.appends_to
        # Steps.
        steps = Steps(places, gradient)
        self.step_loop = steps.step_loop
        self.every_round = steps.every_round
        self.forwards = steps.forwards
        self.fetched = steps.fetched
        self.trained_by = Trainings(kinds, values, reach, gradient).trained_by
        # Reach.
        self.callee = reach.callee
        self.callers = reach.callers
        self.returns = reach.returns
        self.passed = reach.passed
        self.reached = reach.reached
        self.handled = reach.handled
        self.parameter_for = reach.parameter_for
        # Text and edits.
        self.text = edits.text
        self.text_with = edits.text_with
        self.replace = edits.replace
        self.rename = edits.rename
        self.replace_span = edits.replace_span
        self.has_comment = edits.has_comment
        self.in_brackets = edits.in_brackets
        self.add_argument = edits.add_argument
        self.drop_argument = edits.drop_argument
        self.under = edits.under
        self.before = edits.before
        self.after = edits.after
        self.remove_statement = edits.remove_statement
        self.decorate = edits.decorate
        self.hoist = edits.hoist
        self.add_element = edits.add_element
        self.import_name = edits.import_name
        self.import_from = edits.import_from
        self.instead = Swaps(edits).instead
        self.bound = edits.bound

    def let_go(self) -> None:
        """Free what is known of the file, here and now: the families hold each other in circles, which only
        the garbage collector would find."""
        families = {id(word.__self__): word.__self__ for word in vars(self).values() if ismethod(word)}
        for family in families.values():
            if type(family).__module__.startswith(__name__):
                vars(family).clear()
        vars(self).clear()

    @staticmethod
    def alike(one: cst.CSTNode, other: cst.CSTNode) -> bool:
        """Whether two pieces of code say the same, whatever their layout."""
        return meaning(one) == meaning(other)

    @property
    def file_trains(self) -> bool:
        """Whether anything in the file trains: a backward pass, an optimizer, a trainer."""
        return self.gradient.file_trains

    @property
    def is_trial(self) -> bool:
        """Whether the file tests, evaluates or measures, by its own name or that of its folder."""
        path = PurePath(self.source.path)
        words = [*re.split(r"[^a-z0-9]+", path.stem.lower()), path.parent.name.lower()]
        return not TRIALS.isdisjoint(words)

    def nodes(self, type_: type[N]) -> list[N]:
        """All nodes of a type, in document order."""
        return self.tree.nodes(type_)

    def calls(self, node: cst.CSTNode, *names: str) -> bool:
        """Whether a node is a call of one of these canonical names."""
        if not isinstance(node, cst.Call):
            return False
        return self.names.may_end(node.func, tails(names)) and self.name(node.func) in names

    def method_call(self, node: cst.CSTNode, *methods: str) -> bool:
        """Whether a node is a call of a method or attribute of one of these names, on whatever object."""
        return (
            isinstance(node, cst.Call)
            and isinstance(node.func, cst.Attribute)
            and node.func.attr.value in methods
        )

    def receiver(self, node: cst.CSTNode, *methods: str) -> cst.BaseExpression | None:
        """The object whose method of one of these names a call runs; None for any other node."""
        if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute):
            return None
        return node.func.value if node.func.attr.value in methods else None

    def in_set(self, set_name: str, node: cst.CSTNode) -> bool:
        """Whether an expression names a member of a named set of the library tables."""
        return self.names.in_set(set_name, node)

    @staticmethod
    def last_name(node: cst.CSTNode) -> str | None:
        """`cat` of `torch.cat` and of `cat`; None of what is no Name or Attribute."""
        return last_name(node)

    def file_calls(self, set_name: str) -> bool:
        """Whether the file calls a member of a named set anywhere."""
        return any(self.in_set(set_name, call.func) for call in self.nodes(cst.Call))

    def same(self, one: cst.CSTNode, other: cst.CSTNode) -> bool:
        """Whether two expressions are the same variable or attribute."""
        symbol = self.symbol(one)
        return symbol is not None and symbol == self.symbol(other)

    def at_least(self, library: str, *version: int) -> bool | None:
        """Whether the project has this version of a library or a newer one; None where nothing is known."""
        return self.settings.at_least(library, version)

    def option(self, name: str) -> Any:
        """A setting of the rule that asks."""
        return self.options[name]
