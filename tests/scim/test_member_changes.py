from __future__ import annotations

from typing import Any

import pytest

from scim_bridge.scim.errors import InvalidFilter, InvalidPath, InvalidValue, Mutability, NoTarget, ScimError
from scim_bridge.scim.match import matches_value
from scim_bridge.scim.member_changes import (
    AddMembers,
    ClearMembers,
    MemberChange,
    RemoveMembers,
    RemoveMembersWhere,
    ReplaceMembers,
    split_members,
)
from scim_bridge.scim.members import MemberRef
from scim_bridge.scim.operations import load_patch
from scim_bridge.scim.registry import GROUP, GROUP_URN


def asked(*operations: dict[str, Any]) -> tuple[MemberChange, ...]:
    return split_members(load_patch({"Operations": list(operations)}, GROUP)).members


def add(*ids: str) -> AddMembers:
    return AddMembers(tuple(MemberRef(each) for each in ids))


def replace(*ids: str) -> ReplaceMembers:
    return ReplaceMembers(tuple(MemberRef(each) for each in ids))


MATRIX = [
    # remove, with a value list (Entra legacy) and with a filter (Okta, Entra strict)
    ({"op": "Remove", "path": "members", "value": [{"$ref": None, "value": "x"}]}, [RemoveMembers(("x",))]),
    ({"op": "remove", "path": "members", "value": [{"value": "x"}, {"value": "y"}]}, [RemoveMembers(("x", "y"))]),
    ({"op": "remove", "path": "members", "value": {"value": "x"}}, [RemoveMembers(("x",))]),
    ({"op": "remove", "path": "members", "value": "x"}, [RemoveMembers(("x",))]),
    ({"op": "remove", "path": "members", "value": ["x", "y"]}, [RemoveMembers(("x", "y"))]),
    ({"op": "remove", "path": "members", "value": []}, []),
    ({"op": "remove", "path": 'members[value eq "x"]'}, [RemoveMembers(("x",))]),
    ({"op": "REMOVE", "path": 'MEMBERS[Value EQ "x"]'}, [RemoveMembers(("x",))]),
    ({"op": "remove", "path": '  members [ value   eq "x" ]  '}, [RemoveMembers(("x",))]),
    ({"op": "remove", "path": 'members[(value eq "x")]'}, [RemoveMembers(("x",))]),
    ({"op": "remove", "path": 'members[value eq "x" or value eq "y" or value eq "z"]'}, [RemoveMembers(("x", "y", "z"))]),
    ({"op": "remove", "path": f'{GROUP_URN}:members[value eq "x"]'}, [RemoveMembers(("x",))]),
    ({"op": "remove", "path": 'members[value eq "x"]', "value": [{"value": "y"}]}, [RemoveMembers(("x",))]),
    # everybody
    ({"op": "remove", "path": "members"}, [ClearMembers()]),
    ({"op": "remove", "path": "members", "value": None}, [ClearMembers()]),
    ({"op": "replace", "path": "members", "value": []}, [ClearMembers()]),
    ({"op": "replace", "path": "members", "value": None}, [ClearMembers()]),
    ({"op": "replace", "value": {"members": []}}, [ClearMembers()]),
    # add
    ({"op": "Add", "path": "members", "value": [{"$ref": None, "value": "x"}]}, [add("x")]),
    ({"op": "add", "path": "Members", "value": {"value": "x"}}, [add("x")]),
    ({"op": "add", "path": "members", "value": "x"}, [add("x")]),
    ({"op": "add", "path": "members", "value": ["x", "y"]}, [add("x", "y")]),
    ({"op": "add", "value": {"members": [{"value": "x"}]}}, [add("x")]),
    ({"op": "add", "value": {f"{GROUP_URN}:members": [{"value": "x"}]}}, [add("x")]),
    ({"op": "add", "path": "members", "value": []}, []),
    ({"op": "add", "path": "members", "value": None}, []),
    # replace
    ({"op": "replace", "path": "members", "value": [{"value": "x"}]}, [replace("x")]),
    ({"op": "Replace", "value": {"Members": [{"value": "x"}, {"value": "y"}]}}, [replace("x", "y")]),
    ({"op": "replace", "value": {"members": None, "displayName": "New"}}, []),
]


@pytest.mark.parametrize(("operation", "changes"), MATRIX)
def test_lesson_01_each_shape_names_exactly_those_it_means(operation: dict[str, Any], changes: list[MemberChange]) -> None:
    assert asked(operation) == tuple(changes)


def test_the_order_of_changes_is_kept_and_the_rest_is_left_over() -> None:
    body = {
        "Operations": [
            {"op": "remove", "path": 'members[value eq "x"]'},
            {"op": "replace", "value": {"displayName": "New", "members": [{"value": "y"}]}},
            {"op": "add", "path": "members", "value": [{"value": "x"}]},
            {"op": "replace", "path": "externalId", "value": "e"},
        ]
    }

    changes, rest = split_members(load_patch(body, GROUP))

    assert changes == (RemoveMembers(("x",)), replace("y"), add("x"))
    assert [(each.op, each.path.ref.path) for each in rest] == [("replace", "displayName"), ("replace", "externalId")]  # type: ignore[union-attr]


def test_operations_that_follow_one_another_become_one_change() -> None:
    def removal(each: str) -> dict[str, Any]:
        return {"op": "remove", "path": f'members[value eq "{each}"]'}

    def addition(each: str) -> dict[str, Any]:
        return {"op": "add", "path": "members", "value": [{"value": each}]}

    assert asked(removal("a"), removal("b"), addition("c"), addition("a"), addition("c"), removal("a"), removal("a")) == (
        RemoveMembers(("a", "b")),
        add("c", "a"),
        RemoveMembers(("a",)),
    )


@pytest.mark.parametrize(
    ("path", "gone"),
    [
        ('members[type eq "Group"]', ["b"]),
        ('members[value ne "a"]', ["b", "c"]),
        ('members[value eq "a" or type eq "Group"]', ["a", "b"]),
        ('members[value eq "a" and type eq "Group"]', []),
        ('members[not (value eq "a")]', ["b", "c"]),
    ],
)
def test_a_filter_other_than_by_id_is_handed_on_as_a_tree(path: str, gone: list[str]) -> None:
    people = [{"value": "a", "type": "User"}, {"value": "b", "type": "Group"}, {"value": "c", "type": "User"}]

    (change,) = asked({"op": "remove", "path": path})

    assert isinstance(change, RemoveMembersWhere)
    assert [each["value"] for each in people if matches_value(change.node, each)] == gone


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        ({"op": "add", "path": "members", "value": [{"display": "x"}]}, InvalidValue),
        ({"op": "add", "path": "members", "value": [{"value": 5}]}, InvalidValue),
        ({"op": "replace", "path": "members", "value": ""}, InvalidValue),
        ({"op": "replace", "path": "members"}, InvalidValue),
        ({"op": "add", "path": "members"}, InvalidValue),
        ({"op": "remove", "path": "members", "value": {}}, InvalidValue),
        ({"op": "remove", "value": {"members": [{"value": "x"}]}}, NoTarget),
        ({"op": "replace", "path": 'members[value eq "x"]', "value": {"value": "y"}}, Mutability),
        ({"op": "replace", "path": 'members[value eq "x"].display', "value": "y"}, Mutability),
        ({"op": "remove", "path": 'members[value eq "x"].value'}, Mutability),
        ({"op": "remove", "path": "members.value"}, Mutability),
        ({"op": "remove", "path": "members[value eq x]"}, InvalidPath),
        ({"op": "remove", "path": 'members[value eq "x"'}, InvalidPath),
        ({"op": "remove", "path": 'members[nothing eq "x"]'}, InvalidFilter),
    ],
)
def test_lesson_03_what_names_nobody_clearly_is_refused(operation: dict[str, Any], kind: type[ScimError]) -> None:
    with pytest.raises(kind):
        asked({"op": "add", "path": "members", "value": "x"}, operation)
