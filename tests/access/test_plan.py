"""A plan is a value."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from scim_bridge.access.change import Change, Principal
from scim_bridge.access.desired import Reason
from scim_bridge.access.plan import make_plan


def change(kind: Any = "grant", name: str = "ada@example.com", **more: Any) -> Change:
    return Change(kind, "lab", Principal("person", None, name), person=name, user_name=name, **more)


def test_equal_plans_have_equal_digests_whatever_order_they_were_found_in() -> None:
    found = [change(place_id="p1", role="member"), change("invite", "grace@example.com"), change("revoke", place_id="p2")]
    assert make_plan(found).digest == make_plan(reversed(found)).digest
    assert make_plan(found).changes == make_plan(reversed(found)).changes


@given(st.sampled_from(["kind", "platform", "person", "place_id", "role", "was", "object_id"]))
def test_whatever_would_be_done_differently_has_another_digest(field: str) -> None:
    known = {"kind": "grant", "platform": "lab", "person": "1", "place_id": "p1", "role": "member"}
    principal = Principal("person", None, "ada@example.com")
    other = {**known, field: "change_role" if field == "kind" else "another"}
    assert make_plan([Change(principal=principal, **known)]).digest != make_plan([Change(principal=principal, **other)]).digest  # type: ignore[arg-type]


def test_one_person_stands_together_and_takes_before_giving() -> None:
    plan = make_plan([change("grant", "b"), change("invite", "a"), change("grant", "a"), change("withdraw_key", "a")])
    assert [(each.user_name, each.kind) for each in plan.changes] == [
        ("a", "withdraw_key"),
        ("a", "invite"),
        ("a", "grant"),
        ("b", "grant"),
    ]


def test_while_something_is_held_the_digest_names_the_held_plan() -> None:
    plan = make_plan([change()], causes=["too many"], held_digest="0123456789abcdef")
    assert plan.held
    assert plan.digest == "0123456789abcdef"
    assert not make_plan([change()]).held


def test_the_json_has_the_fixed_shape() -> None:
    because = (Reason("lab.yaml", 3, "members", "Lab"),)
    shown = make_plan([change(place="research", place_id="p1", role="member", because=because)]).as_json()
    assert set(shown) >= {"digest", "held", "causes", "changes"}
    (only,) = shown["changes"]
    assert set(only) >= {"platform", "principal", "user_name", "kind", "place", "role", "because"}
    assert only["principal"] == {"kind": "person", "id": None, "name": "ada@example.com"}
    assert only["because"] == [{"rule": "members", "group": "Lab", "file": "lab.yaml", "line": 3}]
