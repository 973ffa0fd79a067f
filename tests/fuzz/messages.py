"""Messages of SCIM: resources, PATCH operations, searches, bulk requests, filters. All right as they stand, or nearly."""

from __future__ import annotations

import json
from collections.abc import Sequence
from random import Random
from typing import Any

from tests.fuzz.wild import NAMES, TEXTS, chance, one, spoilt, text, value

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
_MESSAGES = "urn:ietf:params:scim:api:messages:2.0:"
_OPERATORS = ("eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le", "EQ", "xx", "")
_VERBS = ("add", "replace", "remove", "Add", "Replace", "REMOVE", "move", "test", "")


def user(random: Random, ids: Sequence[str]) -> dict[str, Any]:
    name = f"user{random.randrange(40)}@example.com"
    return {
        "schemas": [USER, ENTERPRISE], "userName": name, "externalId": name, "active": True, "displayName": "Ada",
        "name": {"givenName": "Ada", "familyName": "Lovelace"}, "emails": [{"value": name, "type": "work", "primary": True}],
        "phoneNumbers": [{"value": "+1 555", "type": "work"}], "addresses": [{"locality": "London", "type": "home"}],
        "roles": [{"value": "r", "primary": "True"}], "password": "p",
        ENTERPRISE: {"department": "d", "manager": {"value": text(random, ids)}},
    }  # fmt: skip


def group(random: Random, ids: Sequence[str]) -> dict[str, Any]:
    members = [{"value": text(random, ids), "type": one(random, ("User", "Group", "x"))} for _ in range(random.randrange(3))]
    return {"schemas": [GROUP], "displayName": f"Group {random.randrange(20)}", "members": members}


def filtered(random: Random, ids: Sequence[str], depth: int = 2) -> str:
    """A filter, of which one in three is none."""
    kind = random.randrange(8 if depth else 4)
    if kind < 3:
        literal = one(random, (json.dumps(text(random, ids)), "true", "1", "1e400", "null", "x", '"\\ud800"', "-", '"'))
        return f"{one(random, NAMES)} {one(random, _OPERATORS)} {literal}"
    if kind == 3:
        return f"{one(random, NAMES)} pr"
    inner = filtered(random, ids, depth - 1)
    if kind == 4:
        return f"{one(random, NAMES)}[{inner}]{one(random, ('', '.value', '.x', '['))}"
    if kind == 5:
        return f"{one(random, ('not ', '', 'NOT'))}({inner}{one(random, (')', ')', ''))}"
    return f"{inner} {one(random, ('and', 'or', 'AND', 'xor'))} {filtered(random, ids, depth - 1)}"


def path(random: Random, ids: Sequence[str]) -> Any:
    return one(
        random,
        (
            one(random, NAMES), one(random, NAMES), f"{one(random, NAMES)}.{one(random, NAMES)}",
            f"{one(random, NAMES)}[{filtered(random, ids, 1)}]",
            f'emails[type eq "{one(random, ("work", "home", "x"))}"].value', f'members[value eq "{text(random, ids)}"]',
            f"{one(random, NAMES)}[{filtered(random, ids, 0)}].{one(random, NAMES)}", one(random, TEXTS), value(random, ids, 1),
        ),
    )  # fmt: skip


def operation(random: Random, ids: Sequence[str]) -> dict[str, Any]:
    made: dict[str, Any] = {"op": one(random, _VERBS) if chance(random, 4) else one(random, ("add", "Replace", "remove"))}
    if not chance(random, 4):
        made["path"] = path(random, ids)
    if not chance(random, 4):
        members = [{"value": text(random, ids)} for _ in range(random.randrange(3))]
        made["value"] = one(random, (value(random, ids), value(random, ids), members, user(random, ids)))
    return made


def patch(random: Random, ids: Sequence[str]) -> dict[str, Any]:
    return {"schemas": [f"{_MESSAGES}PatchOp"], "Operations": [operation(random, ids) for _ in range(random.randrange(4))]}


def search(random: Random, ids: Sequence[str]) -> dict[str, Any]:
    return {
        "schemas": [f"{_MESSAGES}SearchRequest"], "filter": filtered(random, ids), "count": one(random, (0, 1, -1, 10, 10**9)),
        "startIndex": one(random, (0, 1, 2, -5, 10**12)), "sortBy": one(random, NAMES),
        "sortOrder": one(random, ("ascending", "descending", "x")), "attributes": [one(random, NAMES)], "cursor": one(random, TEXTS),
    }  # fmt: skip


def bulk(random: Random, ids: Sequence[str]) -> dict[str, Any]:
    operations = [_bulk_operation(random, ids, number) for number in range(random.randrange(5))]
    return {"schemas": [f"{_MESSAGES}BulkRequest"], "failOnErrors": one(random, (0, 1, 2, 10**9)), "Operations": operations}


def _bulk_operation(random: Random, ids: Sequence[str], number: int) -> dict[str, Any]:
    kind, write = one(random, (("Users", user), ("Groups", group)))
    known = f"bulkId:b{random.randrange(4)}" if chance(random, 3) else text(random, ids)
    made = one(random, (("POST", f"/{kind}", write), ("PUT", f"/{kind}/{known}", write), ("PATCH", f"/{kind}/{known}", patch),
                        ("DELETE", f"/{kind}/{known}", write), ("GET", f"/{kind}", write)))  # fmt: skip
    content = made[2](random, [*ids, "bulkId:b0", "bulkId:b1", "bulkId:b2"])
    return {"method": made[0], "path": made[1], "bulkId": f"b{number}", "data": content, "version": one(random, ("", 'W/"1"', "x"))}


def message(random: Random, ids: Sequence[str], likely: str) -> Any:
    """What the address expects, mostly; spoilt every other time."""
    kinds = {"user": user, "group": group, "patch": patch, "search": search, "bulk": bulk}
    made: Any = kinds[one(random, tuple(kinds)) if chance(random, 8) else likely](random, ids)
    if chance(random, 2):
        made = spoilt(random, made, ids)
    return value(random, ids) if chance(random, 15) else made
