"""What counts as changed, and what a PUT made of two sides says."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from scim_bridge.sources.attributes import changes, laid_together

WORK = {"primary": True, "value": "ada@example.com", "type": "work"}
HOME = {"primary": True, "value": "ada@home.example", "type": "home"}

scalars = st.none() | st.booleans() | st.text(max_size=3)
resources = st.dictionaries(
    st.sampled_from(("title", "locale", "userType")) | st.sampled_from(("name", "schemas")), scalars
).map(lambda made: {key: value for key, value in made.items() if key not in ("name", "schemas")} | {
    "name": {"givenName": str(made.get("name"))}, "schemas": ["urn:core"], "emails": [WORK],
})


def test_what_okta_does_not_mention_is_no_change() -> None:
    assert changes({"title": "Dean"}, {"title": "Dean", "nickName": "Countess", "emails": [HOME]}) == {}


def test_a_part_of_a_name_is_told_by_its_path() -> None:
    said, kept = {"name": {"givenName": "Ada"}}, {"name": {"givenName": "Augusta", "familyName": "King"}}
    assert changes(said, kept) == {"name.givenName": ("Augusta", "Ada")}


def test_an_extension_is_told_by_a_short_name() -> None:
    urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
    assert changes({urn: {"department": "Lab"}}, {}) == {"enterprise.department": (None, "Lab")}


def test_an_address_under_another_label_is_the_same_address() -> None:
    assert changes({"emails": [WORK]}, {"emails": [{"value": "ada@example.com"}]}) == {}


def test_a_new_address_takes_the_place_of_its_type_and_the_others_stay_without_being_primary() -> None:
    new = WORK | {"value": "countess@example.com"}
    assert laid_together({"emails": [WORK, HOME]}, {"emails": [new]})["emails"] == [new, HOME | {"primary": False}]


def test_a_schema_that_only_the_bridge_has_stays() -> None:
    assert laid_together({"schemas": ["urn:core", "urn:own"]}, {"schemas": ["urn:core"]})["schemas"] == [
        "urn:core", "urn:own",
    ]


def test_what_the_server_owns_is_not_sent_back() -> None:
    assert laid_together({"id": "1", "meta": {}, "groups": [], "title": "Dean"}, {}) == {"id": "1", "title": "Dean"}


@given(said=resources, kept=resources)
def test_laid_together_there_is_no_change_left(said: dict[str, Any], kept: dict[str, Any]) -> None:
    assert changes(said, laid_together(kept, said)) == {}
