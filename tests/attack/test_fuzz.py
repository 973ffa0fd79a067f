"""One law for whatever is sent, by whichever source, to whichever address: no 5xx, errors in SCIM JSON, nothing of a neighbour."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.attack import hostile
from tests.web.doors import ERROR_URN, TOKEN, Scim, second_source

MARK = "Zebra"
"""In everything of the other source, and in nothing that is sent."""

def filled(text: str, own: str, neighbour: str) -> str:
    return text.replace("{id}", own).replace("{neighbour}", neighbour)


def ids(scim: Scim, kind: str) -> str:
    found = scim.get(f"/{kind}", count=1).json["Resources"]
    return str(found[0]["id"]) if found else "none"


@settings(
    max_examples=300, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "PATCH", "PATCH", "DELETE", "HEAD", "OPTIONS", "FOO"]),
    address=hostile.addresses, query=hostile.queries, body=hostile.bodies, extra=hostile.headers,
    with_token=st.integers(0, 9).map(bool),
)  # fmt: skip
def test_no_request_whatsoever_is_answered_with_5xx_or_with_anything_of_a_neighbour(
    scim: Scim, method: str, address: str, query: dict[str, str], body: bytes, extra: dict[str, str], with_token: bool
) -> None:
    kind = "Groups" if "Groups" in address else "Users"
    other = Scim(scim.app, scim.database, "token-of-the-other-source-0123456789abc")
    if other.get("/Users").status_code == 401:
        second_source(scim)
        other.new_group(MARK, other.new_user(f"{MARK}@example.com", title=MARK, emails=[{"value": f"{MARK}@example.com"}]))
    own, neighbour = ids(scim, kind), ids(other, kind)
    before: Any = other.get(f"/{kind}/{neighbour}").json
    sent = {"Content-Type": "application/scim+json", **({"Authorization": f"Bearer {TOKEN}"} if with_token else {}), **extra}
    answer = scim.client.open(
        "/scim/v2" + filled(address, own, neighbour), method=method, headers=sent,
        query_string={name: filled(text, own, neighbour) for name, text in query.items()},
        data=filled(body.decode("latin-1"), own, neighbour).encode("latin-1"),
    )  # fmt: skip
    assert answer.status_code < 500 or answer.status_code == 501, answer.get_data()
    assert "html" not in answer.headers.get("Content-Type", "")
    assert MARK.encode() not in answer.get_data()
    if answer.status_code >= 400 and method != "HEAD":
        assert answer.content_type == "application/scim+json"
        assert answer.json["schemas"] == [ERROR_URN]
        assert answer.json["detail"].strip()
    assert with_token or answer.status_code in (200, 400, 401, 404, 405)  # 400: a Host that is none
    assert other.get(f"/{kind}/{neighbour}").json == before
