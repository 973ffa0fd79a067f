"""scim2-tester, an independent checker of RFC 7643 and 7644, run against the door."""

from __future__ import annotations

from scim2_client.engines.wsgi import WSGISCIMClient
from scim2_tester import Status, check_server

from tests.web.doors import TOKEN, Scim


def test_all_checks_of_scim2_tester_succeed(scim: Scim) -> None:
    client = WSGISCIMClient(
        scim.app, "http://localhost/scim/v2", headers={"Authorization": f"Bearer {TOKEN}"}
    )
    results = check_server(client)
    others = [(each.title, each.resource_type, each.reason) for each in results if each.status is not Status.SUCCESS]
    assert others == []  # neither errors nor checks passed over
    assert len(results) >= 135
