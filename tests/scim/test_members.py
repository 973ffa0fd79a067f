from __future__ import annotations

import pytest

from scim_bridge.scim.errors import InvalidValue
from scim_bridge.scim.members import MAX_MEMBERS, MemberRef, load_members, members_of


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ([{"value": "a", "display": "Ada"}], [MemberRef("a", None, "Ada")]),
        ([{"$ref": None, "value": "a"}], [MemberRef("a")]),
        ([{"Value": "a", "TYPE": "group"}], [MemberRef("a", "Group")]),
        ([{"value": "a", "type": "User"}, {"value": "b", "type": "GROUP"}], [MemberRef("a", "User"), MemberRef("b", "Group")]),
        ({"value": "a"}, [MemberRef("a")]),
        ("a", [MemberRef("a")]),
        (["a", "b"], [MemberRef("a"), MemberRef("b")]),
        ([], []),
        ([{"value": "a"}, "b", {"value": "a", "display": "again"}], [MemberRef("a"), MemberRef("b")]),
        ([{"value": "a", "type": "", "display": None}], [MemberRef("a")]),
    ],
)
def test_members_are_read_in_every_shape_that_is_sent(value: object, read: list[MemberRef]) -> None:
    assert load_members(value) == tuple(read)


def test_lesson_08_a_member_without_type_has_none_and_a_nested_group_says_so() -> None:
    untyped, nested = load_members([{"value": "a"}, {"value": "g", "type": "Group"}])

    assert untyped.type is None
    assert nested.type == "Group"


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ([{"display": "Ada"}], "members.0.value"),
        ([{"value": "a"}, {"value": ""}], "members.1.value"),
        ([{"value": None}], "members.0.value"),
        ([{"value": 5}], "members.0.value"),
        ([" "], "members.0.value"),
        (["a\x00b"], "members.0.value"),
        ([5], "members.0: must be an object with 'value', not a number"),
        ([None], "members.0"),
        (7, "members.0"),
        ([{"value": "a", "type": "Robot"}], "members.0.type: must be User or Group"),
        ([{"value": "a", "type": 1}], "members.0.type"),
        (["x"] * (MAX_MEMBERS + 1), "at most 50000"),
    ],
)
def test_what_names_nobody_is_refused_with_its_place(value: object, says: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        load_members(value)

    assert says in refused.value.detail


def test_lesson_10_a_body_without_members_says_nothing_about_them() -> None:
    assert members_of({"displayName": "x"}) is None
    assert members_of({"displayName": "x", "members": None}) is None
    assert members_of({"displayName": "x", "Members": []}) == ()
    assert members_of({"members": [{"value": "a"}]}) == (MemberRef("a"),)
