"""The two identity providers of the demo, in their own dialects (docs/okta.md, docs/entra.md)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from scim_bridge.demo.stage import Stage

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
MICROSOFT_GROUP = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"

Seen = Callable[[str, str, int], None]
"""Told of each request: who sent it, what it was, and the status it got."""


class Client:
    """Sends requests with one source's token and reports each."""

    name = ""

    def __init__(self, stage: Stage, token: str, base: str, seen: Seen) -> None:
        self._stage = stage
        self._token = token
        self._base = base
        self._seen = seen

    def send(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        before, _, query = self._base.partition("?")
        address = f"{before}{path}" + (f"{'&' if '?' in path else '?'}{query}" if query else "")
        status, answer = self._stage.request(method, address, body, token=self._token)
        self._seen(self.name, f"{method} {path}", status)
        return answer

    def patch(self, path: str, *operations: Mapping[str, Any]) -> Any:
        return self.send("PATCH", path, {"schemas": [PATCH], "Operations": list(operations)})


class Okta(Client):
    """An app of Okta's catalog: PATCH for state and groups, GET and PUT for profiles."""

    name = "Okta"

    def test_connection(self) -> None:
        self.send("GET", "/Users?startIndex=1&count=2")

    def assign(self, given: str, family: str, okta_id: str) -> str:
        user_name = f"{given.lower()}@example.com"
        self.send("GET", f'/Users?filter=userName eq "{user_name}"&startIndex=1&count=100')
        body = {
            "schemas": [USER],
            "userName": user_name,
            "name": {"givenName": given, "familyName": family},
            "emails": [{"primary": True, "value": user_name, "type": "work"}],
            "displayName": f"{given} {family}",
            "externalId": okta_id,
            "groups": [],
            "password": "not-kept-1mz050nq",
            "active": True,
        }
        return str(self.send("POST", "/Users", body)["id"])

    def push_group(self, name: str, members: Mapping[str, str]) -> str:
        group = self.send("POST", "/Groups", {"schemas": [GROUP], "displayName": name, "members": []})
        self.add(group["id"], members)
        return str(group["id"])

    def add(self, group: str, members: Mapping[str, str]) -> None:
        value = [{"value": user, "display": display} for display, user in members.items()]
        self.patch(f"/Groups/{group}", {"op": "add", "path": "members", "value": value})

    def remove(self, group: str, user: str) -> None:
        self.patch(f"/Groups/{group}", {"op": "remove", "path": f'members[value eq "{user}"]'})

    def rename(self, user: str, user_name: str) -> None:
        whole = self.send("GET", f"/Users/{user}")
        whole["userName"] = user_name
        whole["emails"] = [{"primary": True, "value": user_name, "type": "work"}]
        self.send("PUT", f"/Users/{user}", whole)


class Entra(Client):
    """An Entra enterprise application without the flag in its address: capitalised operations, booleans as text."""

    name = "Entra"

    def test_connection(self) -> None:
        self.send("GET", '/Users?filter=userName eq "5b6e2f0c-0000-4000-8000-000000000000"')

    def provision(self, given: str, family: str, object_id: str, department: str) -> str:
        user_name = f"{given.lower()}@example.com"
        self.send("GET", f'/Users?filter=userName eq "{user_name}"')
        body = {
            "schemas": [USER, ENTERPRISE],
            "externalId": object_id,
            "userName": user_name,
            "active": True,
            "emails": [{"primary": True, "type": "work", "value": user_name}],
            "meta": {"resourceType": "User"},
            "name": {"formatted": f"{given} {family}", "familyName": family, "givenName": given},
            ENTERPRISE: {"department": department},
            "roles": [],
        }
        return str(self.send("POST", "/Users", body)["id"])

    def provision_group(self, name: str, object_id: str, members: list[str]) -> str:
        self.send("GET", f'/Groups?excludedAttributes=members&filter=displayName eq "{name}"')
        body = {"schemas": [GROUP, MICROSOFT_GROUP], "externalId": object_id, "displayName": name}
        group = str(self.send("POST", "/Groups", body)["id"])
        for user in members:
            value = [{"$ref": None, "value": user}]
            self.patch(f"/Groups/{group}", {"op": "Add", "path": "members", "value": value})
        return group

    def disable(self, user: str) -> None:
        self.patch(f"/Users/{user}", {"op": "Replace", "path": "active", "value": "False"})
