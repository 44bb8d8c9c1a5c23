"""LibCST's nodes answer as they did, only sooner."""

from __future__ import annotations

import libcst as cst
import pytest

from smelllint import nodes
from smelllint.tree import parse


def every_class(class_: type[object] = cst.CSTNode) -> list[type[object]]:
    return [class_, *(inner for derived in class_.__subclasses__() for inner in every_class(derived))]


def test_every_class_of_nodes_is_quick() -> None:
    parse("x")  # whoever has trees has quick nodes
    assert all(type(class_) is nodes.Quick for class_ in every_class())
    assert all(class_.__hash__ is object.__hash__ for class_ in every_class())


def test_instances_are_told_by_inheritance() -> None:
    call = cst.parse_expression("f(x)")
    told = {type_: isinstance(call, type_) for type_ in (cst.Call, cst.BaseExpression, cst.Name, cst.Arg)}
    assert told == {cst.Call: True, cst.BaseExpression: True, cst.Name: False, cst.Arg: False}
    assert isinstance(call, (cst.Name, cst.Call))
    assert not isinstance("f(x)", cst.CSTNode)


def test_nodes_are_equal_and_hashed_by_identity() -> None:
    one, other = cst.Name("x"), cst.Name("x")
    assert one != other
    assert len({one, other, one}) == 2
    assert {one: 1}[one] == 1
    assert one.deep_equals(other)


def test_abstract_classes_stay_abstract() -> None:
    with pytest.raises(TypeError):
        cst.BaseExpression()  # type: ignore[abstract]
