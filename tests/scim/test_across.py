"""One filter over users and groups."""

from __future__ import annotations

from typing import Any

import pytest

from scim_bridge.scim.across import parse_across
from scim_bridge.scim.errors import InvalidFilter
from scim_bridge.scim.match import matches
from scim_bridge.scim.registry import GROUP, USER

ADA: dict[str, Any] = {"id": "u-1", "userName": "ada", "displayName": "Ada", "meta": {"resourceType": "User"},
                       "emails": [{"value": "a@example.com", "type": "work"}]}
LAB: dict[str, Any] = {"id": "g-1", "displayName": "Lab", "meta": {"resourceType": "Group"},
                       "members": [{"value": "u-1", "type": "User"}]}


@pytest.mark.parametrize(
    ("text", "user", "group"),
    [
        ('displayName sw "a"', True, False),
        ('displayName pr', True, True),
        ('userName eq "ada" or displayName eq "lab"', True, True),
        ('userName pr', True, False),
        ('not (userName pr)', False, True),
        ('userName ne "ada"', False, True),
        ('userName ne "grace" and displayName pr', True, True),
        ('userName eq null', False, True),
        ('members.value eq "u-1"', False, True),
        ('members[type eq "User" and value eq "u-1"]', False, True),
        ('not (members[type eq "User"])', True, False),
        ('emails[type eq "work"].value co "@"', True, False),
        ('meta.resourceType eq "User"', True, False),
        ('urn:ietf:params:scim:schemas:core:2.0:Group:displayName eq "lab"', False, True),
        ('id pr', True, True),
    ],
)
def test_rfc7644_3_4_2_1_what_a_kind_does_not_have_has_no_value_there(text: str, user: bool, group: bool) -> None:
    of_users, of_groups = parse_across(text, (USER, GROUP))
    assert (matches(of_users, ADA), matches(of_groups, LAB)) == (user, group)


@pytest.mark.parametrize("text", ['nothing eq "x"', 'userName eq "x" and nothing pr', 'password eq "x"', 'name eq "x"'])
def test_a_name_that_no_kind_knows_is_refused(text: str) -> None:
    with pytest.raises(InvalidFilter):
        parse_across(text, (USER, GROUP))
