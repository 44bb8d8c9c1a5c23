"""Mappings: data sets of the `datasets` library, and the functions that run over their rows.

is_rows(expr)            whether it is a data set of the library, or one split of it
row_mapping(call)        what `rows.map(function)` runs, and on what
made_by(expr)            the calls that made a data set and handed it on, from the last one back
few_rows(expr)           whether a data set is known to hold a handful of rows
is_fast(tokenizer)       whether a tokenizer is known to work in Rust
tokenised(mapping)       the call in its function that hands such a tokenizer one text of a row
is_alike(mapping)        whether its function makes of a batch what it makes of each row
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeGuard

import libcst as cst

from smelllint.facts.bindings import Binding
from smelllint.facts.kinds import Kind, Kinds
from smelllint.facts.names import Names
from smelllint.facts.reach import Reach
from smelllint.facts.reaching import LOOPS
from smelllint.facts.scopes import COMPREHENSIONS
from smelllint.facts.values import ABSENT, Values
from smelllint.settings import Settings

FEW_ROWS = 100
# What hands a function something else beside the row, or something else than the row.
OTHER_ARGUMENTS = ("with_indices", "with_rank", "input_columns")
SEVERAL = ("items", "values")
MAKERS = ("datasets.load_dataset", "datasets.load_from_disk")
# The texts that a tokenizer takes, by name and place.
TEXTS = (("text", 0), ("text_pair", 1), ("text_target", 2), ("text_pair_target", 3))
PARTS = ("input_ids", "attention_mask", "token_type_ids")
# With these a row in a batch gets what the row alone gets.
HARMLESS = frozenset(
    {
        *("add_special_tokens", "is_split_into_words", "max_length", "padding", "return_attention_mask"),
        *("return_special_tokens_mask", "return_token_type_ids", "truncation", "verbose"),
    }
)
PADDED_ALIKE = (False, "max_length", "do_not_pad")
HEAD = re.compile(r".*\[:(\d+)\]")


@dataclass(frozen=True)
class RowMapping:
    """A function that runs over the rows of a data set: `rows.map(function, batched=..., fn_kwargs=...)`.

    call      the call of `map`
    rows      the data set
    function  the lambda, or the function of this file
    row       its first parameter: a row, or a batch of rows where `batched`
    batched   None where that is not known
    """

    call: cst.Call
    rows: cst.BaseExpression
    function: cst.Lambda | cst.FunctionDef
    row: cst.Param
    batched: bool | None


class Mappings:
    """The words of this family, for one file."""

    def __init__(self, names: Names, kinds: Kinds, values: Values, reach: Reach, settings: Settings) -> None:
        self.names = names
        self.tree = names.tree
        self.kinds = kinds
        self.values = values
        self.reach = reach
        self.settings = settings

    def is_rows(self, node: cst.BaseExpression) -> bool:
        """Whether it is known to be a data set of the library, whole or one split of it."""
        # `rows = rows.map(f)` in a loop: what it was before, its other bindings say.
        return self.kinds.questions.ask(("rows", node), lambda: self._find(node), True, False)

    def _find(self, node: cst.BaseExpression) -> bool:
        if self.kinds.kind(node) is Kind.HF_DATASET:
            return True
        if isinstance(node, cst.Subscript):
            return self._names_a_split(node) and self.is_rows(node.value)
        if isinstance(node, cst.Call):
            return self._hands_on(node)
        found = self.names.held(node) if isinstance(node, cst.Name) else []
        return bool(found) and all(self._bound(binding) for binding in found)

    def _names_a_split(self, node: cst.Subscript) -> bool:
        """Whether a subscript names one thing: a split, not the rows of a slice or the first row."""
        index = node.slice[0].slice
        if len(node.slice) != 1 or not isinstance(index, cst.Index):
            return False
        return not isinstance(self.values.value(index.value), int)

    def _hands_on(self, call: cst.Call) -> bool:
        """Whether a call gives a data set back changed: `rows["train"].shuffle()`."""
        if not isinstance(call.func, cst.Attribute):
            return False
        given = self.kinds.libraries.methods["hf-dataset"].get(call.func.attr.value)
        return given == "self" and self.is_rows(call.func.value)

    def _bound(self, binding: Binding) -> bool:
        value = binding.value
        if binding.how == "param" and isinstance(binding.node, cst.Param):
            passed = self.reach.passed(binding.node)
            return bool(passed) and all(self.is_rows(given) for given in passed)
        if value is None:
            return False
        if binding.how == "for":
            if not self._is_method(value, *SEVERAL) or not isinstance(value.func, cst.Attribute):
                return False
            return self.is_rows(value.func.value)
        if binding.how != "assign":
            return False
        if not binding.index:
            return self.is_rows(value)
        # `train, test = load_dataset(name, split=["train", "test"])`
        return isinstance(value, cst.Call) and self.names.name(value.func) == MAKERS[0]

    @staticmethod
    def _is_method(node: cst.CSTNode, *methods: str) -> TypeGuard[cst.Call]:
        if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute):
            return False
        return node.func.attr.value in methods

    def row_mapping(self, call: cst.Call) -> RowMapping | None:
        """What a call of `map` runs over the rows of a data set; None for any other call, and where the
        function is not in this file or takes something else than a row."""
        if not self._is_method(call, "map") or not isinstance(call.func, cst.Attribute):
            return None
        rows = call.func.value
        if not self.is_rows(rows):
            return None
        function = self._function(self.values.argument(call, "function", 0))
        if function is None or not function.params.params:
            return None
        if any(self.values.argument(call, name) is not ABSENT for name in OTHER_ARGUMENTS):
            return None
        return RowMapping(call, rows, function, function.params.params[0], self._batched(call))

    def _function(self, given: object) -> cst.Lambda | cst.FunctionDef | None:
        if isinstance(given, cst.Lambda):
            return given
        definition = self.names.definition(given) if isinstance(given, cst.Name) else None
        return definition if isinstance(definition, cst.FunctionDef) else None

    def _batched(self, call: cst.Call) -> bool | None:
        given = self.values.argument(call, "batched")
        if given is ABSENT:
            return False
        value = self.values.value(given) if isinstance(given, cst.BaseExpression) else None
        return value if isinstance(value, bool) else None

    # -- where the rows come from -----------------------------------------------------------------------

    def made_by(self, node: cst.BaseExpression) -> list[cst.Call]:
        """The calls that made a data set and handed it on, from the last one back; the one that made it is
        the last of the list, as far as it can be followed."""
        calls: list[cst.Call] = []
        behind: cst.BaseExpression | None = node
        while behind is not None and behind not in calls:
            if isinstance(behind, cst.Call):
                calls.append(behind)
                handed_on = isinstance(behind.func, cst.Attribute) and self._hands_on(behind)
                behind = behind.func.value if isinstance(behind.func, cst.Attribute) and handed_on else None
            else:
                behind = behind.value if isinstance(behind, cst.Subscript) else self._value_of(behind)
        return calls

    def _value_of(self, node: cst.BaseExpression) -> cst.BaseExpression | None:
        """What a variable was given, or the data set whose splits a loop hands out."""
        found = self.names.held(node) if isinstance(node, cst.Name) else []
        if len(found) != 1:
            behind = self.values.resolve(node)
            return behind if behind is not node else None
        value = found[0].value
        if found[0].how == "for" and value is not None and self._is_method(value, *SEVERAL):
            return value.func.value if isinstance(value.func, cst.Attribute) else None
        return value if found[0].how == "assign" else None

    def few_rows(self, node: cst.BaseExpression) -> bool:
        """Whether a data set is known to hold a handful of rows: `rows.select(range(10))`,
        `load_dataset(name, split="train[:50]")`, `Dataset.from_dict({"text": ["a", "b"]})`."""
        return any(self._is_cut(call) for call in self.made_by(node))

    def _is_cut(self, call: cst.Call) -> bool:
        name = self.names.name(call.func) or ""
        if name in MAKERS:
            split = self.values.argument(call, "split")
            named = self.values.value(split) if isinstance(split, cst.BaseExpression) else None
            head = HEAD.fullmatch(named) if isinstance(named, str) else None
            return head is not None and int(head[1]) <= FEW_ROWS
        if name.startswith("datasets.Dataset.from_") and call.args:
            return self._is_short(self.values.resolve(call.args[0].value))
        if not self._is_method(call, "select", "take") or not call.args:
            return False
        return self._counts(call.args[0].value)

    def _is_short(self, node: cst.BaseExpression) -> bool:
        if isinstance(node, cst.Dict):
            columns = [self.values.resolve(element.value) for element in node.elements]
            return bool(columns) and all(isinstance(c, cst.List) and self._is_short(c) for c in columns)
        return isinstance(node, cst.List) and len(node.elements) <= FEW_ROWS

    def _counts(self, node: cst.BaseExpression) -> bool:
        node = self.values.resolve(node)
        if isinstance(node, cst.Call) and self.names.name(node.func) == "builtins.range" and node.args:
            node = node.args[-1 if len(node.args) < 2 else 1].value
        size = self.values.value(node)
        return isinstance(size, int) and size <= FEW_ROWS

    # -- tokenizers -------------------------------------------------------------------------------------

    def is_fast(self, tokenizer: cst.BaseExpression) -> bool:
        """Whether it is known to be a Rust tokenizer: since version 5 of transformers nearly all are."""
        if self.kinds.kind(tokenizer) is not Kind.TOKENIZER:
            return False
        made = self.kinds.origins.origin(tokenizer)
        fast = self.values.argument(made, "use_fast") if made is not None else ABSENT
        if fast is not ABSENT and (
            not isinstance(fast, cst.BaseExpression) or self.values.value(fast) is not True
        ):
            return False
        name = (self.kinds.origins.type_name(tokenizer) or "").rpartition(".")[2]
        if name.endswith("Fast") or name == "AutoTokenizer":
            return True
        return name != "PreTrainedTokenizer" and self.settings.at_least("transformers", (5,)) is True

    def _given_in(self, node: cst.BaseExpression, mapping: RowMapping) -> cst.BaseExpression:
        """What a name stands for inside a mapping's function: the entry of `fn_kwargs` for a parameter of
        it, else the expression itself."""
        found = self.names.bindings(node) if isinstance(node, cst.Name) else []
        if len(found) != 1 or found[0].how != "param" or found[0].scope is not mapping.function:
            return node
        extra = self.values.argument(mapping.call, "fn_kwargs")
        entry = self.values.entry(extra, found[0].name) if isinstance(extra, cst.BaseExpression) else ABSENT
        return entry if isinstance(entry, cst.BaseExpression) else node

    # -- what a mapping's function does -----------------------------------------------------------------

    def tokenised(self, mapping: RowMapping) -> cst.Call | None:
        """The call that hands a Rust tokenizer one text of the row; None where the function has none."""
        calls = (node for node in self.tree.within(mapping.function) if isinstance(node, cst.Call))
        return next((call for call in calls if self._tokenises(call, mapping)), None)

    def _tokenises(self, call: cst.Call, mapping: RowMapping) -> bool:
        if not self._is_tokenizer(call.func, mapping) or self._is_repeated(call, mapping):
            return False
        text = self.values.argument(call, *TEXTS[0])
        if not isinstance(text, cst.BaseExpression) or isinstance(text, (cst.List, cst.ListComp)):
            return False
        return self._reads_row(text, mapping, set())

    def _is_tokenizer(self, func: cst.BaseExpression, mapping: RowMapping) -> bool:
        encodes = isinstance(func, cst.Attribute) and func.attr.value in ("encode", "encode_plus")
        tokenizer = func.value if isinstance(func, cst.Attribute) and encodes else func
        return self.is_fast(self._given_in(tokenizer, mapping))

    def _is_repeated(self, node: cst.CSTNode, mapping: RowMapping) -> bool:
        """Whether a node inside a mapping's function runs several times a row, or in another function."""
        for outer in self.tree.ancestors(node):
            if outer is mapping.function:
                return False
            if isinstance(outer, (*LOOPS, *COMPREHENSIONS, cst.FunctionDef, cst.Lambda)):
                return True
        return True

    def _reads_row(self, node: cst.CSTNode, mapping: RowMapping, seen: set[cst.CSTNode]) -> bool:
        """Whether an expression is made of the row, through variables of the function too."""
        for name in self.tree.within(node):
            if not isinstance(name, cst.Name) or name in seen:
                continue
            seen.add(name)
            for binding in self.names.bindings(name):
                if binding.node is mapping.row:
                    return True
                made = binding.value if binding.how in ("assign", "augment") else None
                if made is None or not self.tree.inside(made, mapping.function):
                    continue
                if self._reads_row(made, mapping, seen):
                    return True
        return False

    def is_alike(self, mapping: RowMapping) -> bool:
        """Whether the function makes of a batch what it makes of each of its rows: it only hands columns to
        tokenizers, and columns and encodings on."""
        function = mapping.function
        if isinstance(function, cst.Lambda):
            return self._is_result(function.body, mapping)
        body = function.body.body
        lines = [line for line in body if isinstance(line, cst.SimpleStatementLine)]
        if len(lines) < len(body) or function.asynchronous is not None:
            return False
        return all(self._is_plain(small, mapping) for line in lines for small in line.body)

    def _is_plain(self, statement: cst.BaseSmallStatement, mapping: RowMapping) -> bool:
        if isinstance(statement, cst.Return):
            return statement.value is not None and self._is_result(statement.value, mapping)
        if isinstance(statement, cst.Expr):
            return isinstance(statement.value, (cst.SimpleString, cst.ConcatenatedString))
        if not isinstance(statement, cst.Assign) or len(statement.targets) != 1:
            return False
        target, value = statement.targets[0].target, statement.value
        if isinstance(target, cst.Name):
            return self._is_column(value, mapping) or self._is_encoding(value, mapping)
        key = self._key(target)
        holder = target.value if isinstance(target, cst.Subscript) and key is not None else None
        filled = holder is not None and (self._is_row(holder, mapping) or self._is_encoding(holder, mapping))
        return filled and self._is_column(value, mapping)

    def _is_result(self, node: cst.BaseExpression, mapping: RowMapping) -> bool:
        """The row, an encoding, or a dict of columns."""
        if isinstance(node, cst.Dict):
            return all(self._is_entry(element, mapping) for element in node.elements)
        return self._is_row(node, mapping) or self._is_encoding(node, mapping)

    def _is_entry(self, element: cst.BaseDictElement, mapping: RowMapping) -> bool:
        if isinstance(element, cst.StarredDictElement):
            return self._is_encoding(element.value, mapping)
        return self._is_column(element.value, mapping)

    def _is_row(self, node: cst.BaseExpression, mapping: RowMapping) -> bool:
        return isinstance(node, cst.Name) and self._only_binding(node) is mapping.row

    def _is_column(self, node: cst.BaseExpression, mapping: RowMapping) -> bool:
        """`row["text"]`, `encoding["input_ids"]`, `encoding.input_ids`."""
        node = self.values.resolve(node)
        if self._key(node) is not None and isinstance(node, cst.Subscript):
            return self._is_row(node.value, mapping) or self._is_encoding(node.value, mapping)
        named = isinstance(node, cst.Attribute) and node.attr.value in PARTS
        return named and isinstance(node, cst.Attribute) and self._is_encoding(node.value, mapping)

    def _is_encoding(self, node: cst.BaseExpression, mapping: RowMapping) -> bool:
        """What a tokenizer makes of columns, the same for a row in a batch as for the row alone."""
        call = self.values.resolve(node)
        if not isinstance(call, cst.Call) or not self.is_fast(self._given_in(call.func, mapping)):
            return False
        texts = [name for name, _ in TEXTS]
        for place, arg in enumerate(call.args):
            name = arg.keyword.value if arg.keyword is not None else None
            if arg.star:
                return False
            if name in texts or (name is None and place < len(TEXTS)):
                if not self._is_column(arg.value, mapping):
                    return False
            elif name not in HARMLESS or self._reads_row(arg.value, mapping, set()):
                return False
        padding = self.values.argument(call, "padding")
        return padding is ABSENT or (
            isinstance(padding, cst.BaseExpression) and self.values.value(padding) in PADDED_ALIKE
        )

    def _only_binding(self, node: cst.Name) -> cst.CSTNode | None:
        found = self.names.bindings(node)
        return found[0].node if len(found) == 1 else None

    def _key(self, node: cst.CSTNode) -> str | None:
        """The literal string that a subscript is taken with."""
        if not isinstance(node, cst.Subscript) or len(node.slice) != 1:
            return None
        index = node.slice[0].slice
        key = self.values.value(index.value) if isinstance(index, cst.Index) else None
        return key if isinstance(key, str) else None
