"""What each path of the Management API gives: route name, scope needed, and the entries or the object."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.simulators.okta_access import Denied, error
from tests.simulators.okta_org import OktaOrg

Query = Mapping[str, str]
Entry = dict[str, Any]


@dataclass(frozen=True)
class Route:
    """`limits` are lowest, highest and default page size; None for an object."""

    name: str
    pattern: re.Pattern[str]
    scope: str
    read: Callable[[OktaOrg, Query, str], Any]
    limits: tuple[int, int, int] | None = None


def _route(
    name: str, path: str, scope: str, read: Callable[[OktaOrg, Query, str], Any],
    limits: tuple[int, int, int] | None = None,
) -> Route:
    return Route(name, re.compile(f"^/api/v1/{path}$"), f"okta.{scope}.read", read, limits)


def not_found(what: str, kind: str) -> Denied:
    return Denied(404, error("E0000007", f"Not found: Resource not found: {what} ({kind})"))


def _found(entries: Mapping[str, Entry], key: str, kind: str) -> Entry:
    if key not in entries:
        raise not_found(key, kind)
    return entries[key]


def _app(org: OktaOrg, query: Query, key: str) -> Entry:
    return org.app


def _app_users(org: OktaOrg, query: Query, key: str) -> list[Entry]:
    return [_with_user(org, query, org.app_users[user_id]) for user_id in sorted(org.app_users)]


def _app_user(org: OktaOrg, query: Query, key: str) -> Entry:
    return _with_user(org, query, _found(org.app_users, key, "AppUser"))


def _with_user(org: OktaOrg, query: Query, entry: Entry) -> Entry:
    return entry | ({"_embedded": {"user": org.users[entry["id"]]}} if query.get("expand") == "user" else {})


def _app_groups(org: OktaOrg, query: Query, key: str) -> list[Entry]:
    return [org.app_groups[group_id] for group_id in sorted(org.app_groups)]


def _mappings(org: OktaOrg, query: Query, key: str) -> list[Entry]:
    wanted = {name: query[name] for name in ("status", "sourceGroupId") if name in query}
    entries = (org.mappings[mapping_id] for mapping_id in sorted(org.mappings))
    return [entry for entry in entries if all(entry[name] == value for name, value in wanted.items())]


def _features(org: OktaOrg, query: Query, key: str) -> list[Entry]:
    if not org.provisioning:
        raise Denied(400, error("E0000001", "Provisioning is not enabled for the app instance."))
    return [{"name": "USER_PROVISIONING", "status": "ENABLED", "description": "User provisioning settings"}]


def _group(org: OktaOrg, query: Query, key: str) -> Entry:
    return _found(org.groups, key, "UserGroup")


def _group_users(org: OktaOrg, query: Query, key: str) -> list[Entry]:
    _found(org.groups, key, "UserGroup")
    return [org.users[user_id] for user_id in sorted(org.members[key])]


def _user(org: OktaOrg, query: Query, key: str) -> Entry:
    return _found(org.users, key, "User")


def _logs(org: OktaOrg, query: Query, key: str) -> list[Entry]:
    events = [event for event in org.events if _passes(event, query.get("filter", ""))]
    return events[::-1] if query.get("sortOrder") == "DESCENDING" else events


def _passes(event: Entry, expression: str) -> bool:
    """Knows `target.id eq "x"` and `eventType sw "y"`, the latter joined by `or`; anything else is refused."""
    rest = re.sub(r'target\.id eq "[^"]*"|eventType sw "[^"]*"|\band\b|\bor\b|[()\s]', "", expression)
    if rest:
        raise Denied(400, error("E0000053", f"Invalid filter '{expression}': Unsupported expression"))
    targets = re.findall(r'target\.id eq "([^"]*)"', expression)
    families = tuple(re.findall(r'eventType sw "([^"]*)"', expression))
    ids = {target["id"] for target in event["target"]}
    return ids.issuperset(targets) and (not families or event["eventType"].startswith(families))


ROUTES = (
    _route("app", "apps/(?P<app>[^/]+)", "apps", _app),
    _route("app users", "apps/(?P<app>[^/]+)/users", "apps", _app_users, (1, 500, 50)),
    _route("app user", "apps/(?P<app>[^/]+)/users/(?P<key>[^/]+)", "apps", _app_user),
    _route("app groups", "apps/(?P<app>[^/]+)/groups", "apps", _app_groups, (20, 200, 20)),
    _route("mappings", "apps/(?P<app>[^/]+)/group-push/mappings", "apps", _mappings, (1, 1000, 100)),
    _route("features", "apps/(?P<app>[^/]+)/features", "apps", _features, (1, 200, 200)),
    _route("group", "groups/(?P<key>[^/]+)", "groups", _group),
    _route("group users", "groups/(?P<key>[^/]+)/users", "groups", _group_users, (1, 1000, 1000)),
    _route("user", "users/(?P<key>[^/]+)", "users", _user),
    _route("logs", "logs", "logs", _logs, (0, 1000, 100)),
)


def find(path: str) -> tuple[Route, dict[str, str]]:
    for route in ROUTES:
        if matched := route.pattern.match(path):
            return route, matched.groupdict()
    raise Denied(404, error("E0000022", "The endpoint does not support the provided HTTP method"))
