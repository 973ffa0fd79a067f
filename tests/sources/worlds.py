"""People, groups and books for the comparison, by hand and made up."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from scim_bridge.sources.backfill import Book
from scim_bridge.sources.okta import OktaGroup, OktaPerson
from scim_bridge.sources.okta.people import person_of

NAMES = ("ada", "grace", "alan", "edsger", "barbara")
GROUPS = ("AI Engineers", "AI Admins", "Research")


def person(name: str, *, status: str = "PROVISIONED", linked: str | None = None, **profile: Any) -> OktaPerson:
    """`ada` is okta-ada, ada@example.com."""
    return person_of({
        "id": f"okta-{name}", "status": status, "externalId": linked,
        "credentials": {"userName": f"{name}@example.com"},
        "profile": {"givenName": name, "familyName": "Example", "email": f"{name}@example.com"} | profile,
    })


def user(name: str, **differing: Any) -> dict[str, Any]:
    """The same person as the bridge has them after a push, with `id` user-ada."""
    return {**person(name).scim, "id": f"user-{name}", "meta": {"resourceType": "User"}} | differing


def pushed(display_name: str, *names: str) -> OktaGroup:
    return OktaGroup(f"source-{display_name}", display_name, frozenset(f"okta-{name}" for name in names))


def group(display_name: str, *names: str) -> dict[str, Any]:
    members = [{"value": f"user-{name}", "type": "User"} for name in names]
    return {"id": f"group-{display_name}", "displayName": display_name, "members": members}


@st.composite
def okta_sides(draw: st.DrawFn) -> tuple[list[OktaPerson], list[OktaGroup]]:
    """At least one active person, so that the listing is not empty."""
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, min_size=1))
    statuses = [draw(st.sampled_from(("PROVISIONED", "STAGED", "DEPROVISIONED"))) for _ in names[1:]]
    titles = [draw(st.sampled_from((None, "Engineer", "Dean"))) for _ in names]
    people = [
        person(name, status=status, title=title)
        for name, status, title in zip(names, ["ACTIVE", *statuses], titles, strict=True)
    ]
    assigned = [one.okta_id.removeprefix("okta-") for one in people if one.active]
    groups = draw(st.lists(st.sampled_from(GROUPS), unique=True))
    return people, [pushed(name, *draw(st.sets(st.sampled_from(assigned)))) for name in groups]


@st.composite
def books(draw: st.DrawFn) -> Book:
    """Users with and without their Okta id, active or not; groups in any spelling."""
    names = draw(st.lists(st.sampled_from(NAMES), unique=True))
    users = [
        user(
            name, active=draw(st.booleans()), title=draw(st.sampled_from((None, "Engineer"))),
            externalId=draw(st.sampled_from((f"okta-{name}", f"older-{name}", None))),
        )
        for name in names
    ]
    groups = draw(st.lists(st.sampled_from(GROUPS), unique=True))
    spelled = [draw(st.sampled_from((name, name.upper()))) for name in groups]
    return Book(users, [group(name, *draw(st.sets(st.sampled_from(names)) if names else st.just(set()))) for name in spelled])
