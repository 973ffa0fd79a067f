"""scim2-tester, an independent checker of RFC 7643 and 7644, run against the door."""

from __future__ import annotations

from scim2_client.engines.wsgi import WSGISCIMClient
from scim2_tester import Status, check_server

from tests.web.doors import TOKEN, Scim

EXPECTED = {
    # Nobody may be let in or shut out by leaving something away, so `remove active` is 400 mutability.
    ("check_remove_attribute", "User", "Failed to remove attribute 'active'"),
    # A member is shown under the userName the directory has, not under what the client wrote beside the id
    # (RFC 7643 section 4.2 has no `display` to keep; Okta and Entra send none or the userName).
    ("check_add_attribute", "Group", "Attribute 'members' was not added or has unexpected value"),
    ("check_replace_attribute", "Group", "Attribute 'members' was not replaced or has unexpected value"),
}
"""What scim2-tester calls an error and we do on purpose: check, resource type, beginning of the reason."""


def test_scim2_tester_finds_nothing_but_what_is_explained_here(scim: Scim) -> None:
    client = WSGISCIMClient(
        scim.app, "http://localhost/scim/v2", headers={"Authorization": f"Bearer {TOKEN}"}
    )
    results = check_server(client)
    errors = [result for result in results if result.status is Status.ERROR]
    found = {(each.title, each.resource_type, known[2]) for each in errors for known in EXPECTED if _is(each, known)}
    assert found == EXPECTED
    assert len(errors) == len(EXPECTED)
    assert {result.status for result in results} == {Status.SUCCESS, Status.ERROR}  # nothing is passed over
    assert sum(result.status is Status.SUCCESS for result in results) >= 132


def _is(result: object, known: tuple[str, str, str]) -> bool:
    title, kind, reason = (getattr(result, name) for name in ("title", "resource_type", "reason"))
    return (title, kind) == known[:2] and reason.startswith(known[2])
