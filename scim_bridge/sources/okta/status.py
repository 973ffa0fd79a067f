"""How the app stands in Okta: what an administrator wants to see when pushes do not arrive."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from scim_bridge.sources.okta.conversation import Conversation
from scim_bridge.sources.okta.errors import OktaNotFound, OktaNotPermitted, OktaRefused
from scim_bridge.sources.okta.groups import read_mappings, read_name

Part = TypeVar("Part")

USERS_PAGE = "500"
GROUPS_PAGE = "200"
EVENTS = 20

EVENT_FAMILIES = ("application.provision", "application.integration", "application.user_membership")
"""Prefixes of the System Log's event types that tell of provisioning (help.okta.com, ref-apps-events)."""


@dataclass(frozen=True)
class OktaApp:
    """The app itself. `features` are what Okta calls provisioning features, such as PUSH_NEW_USERS."""

    id: str
    name: str
    label: str
    status: str
    sign_on_mode: str
    features: tuple[str, ...]


@dataclass(frozen=True)
class OktaMapping:
    """One group-push mapping. `error` is Okta's summary of why the last push failed."""

    id: str
    status: str
    source: str
    target: str | None
    last_push: str | None
    error: str | None


@dataclass(frozen=True)
class OktaEvent:
    """One provisioning event of the System Log."""

    at: str
    type: str
    message: str
    subject: str | None
    outcome: str
    reason: str | None


@dataclass(frozen=True)
class OktaStatus:
    """A count is None, and a list empty, where Okta did not let the bridge look; `problems` then says why."""

    app: OktaApp
    assigned_users: int | None
    assigned_groups: int | None
    user_statuses: Mapping[str, int]
    provisioning: Mapping[str, str]
    mappings: tuple[OktaMapping, ...]
    events: tuple[OktaEvent, ...]
    problems: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def read_status(okta: Conversation) -> OktaStatus:
    """The app must be readable; any other part may be refused and is then told as a problem. Raises OktaError."""
    path = f"/api/v1/apps/{okta.connection.app_id}"
    app = _app(okta.get(path))
    problems: list[str] = []

    def part(what: str, read: Callable[[], Part], otherwise: Part) -> Part:
        try:
            return read()
        except (OktaNotFound, OktaNotPermitted, OktaRefused) as refused:
            problems.append(f"{what}: {refused}")
            return otherwise

    statuses = part("assigned users", lambda: _statuses(okta.pages(f"{path}/users", {"limit": USERS_PAGE})), None)
    return OktaStatus(
        app,
        None if statuses is None else sum(statuses.values()),
        part("assigned groups", lambda: sum(map(len, okta.pages(f"{path}/groups", {"limit": GROUPS_PAGE}))), None),
        statuses or {},
        part("provisioning features", lambda: _provisioning(okta.page(f"{path}/features")), {}),
        part("group-push mappings", lambda: tuple(_mapping(okta, entry) for entry in read_mappings(okta)), ()),
        part("System Log", lambda: tuple(map(_event, okta.page("/api/v1/logs", _recent(app.id)))), ()),
        tuple(problems),
    )


def _app(entry: Mapping[str, Any]) -> OktaApp:
    features = entry.get("features")
    return OktaApp(
        _text(entry, "id"), _text(entry, "name"), _text(entry, "label"), _text(entry, "status"),
        _text(entry, "signOnMode"), tuple(map(str, features)) if isinstance(features, list) else (),
    )


def _statuses(pages: Iterable[list[dict[str, Any]]]) -> dict[str, int] | None:
    return dict(Counter(_text(entry, "status") for page in pages for entry in page))


def _provisioning(features: Iterable[Mapping[str, Any]]) -> Mapping[str, str]:
    return {_text(feature, "name"): _text(feature, "status") for feature in features}


def _mapping(okta: Conversation, entry: Mapping[str, Any]) -> OktaMapping:
    target = entry.get("targetGroupId")
    return OktaMapping(
        _text(entry, "id"), _text(entry, "status"), _name(okta, _text(entry, "sourceGroupId")),
        _name(okta, str(target)) if target else None, entry.get("lastPush"), entry.get("errorSummary"),
    )


def _name(okta: Conversation, group_id: str) -> str:
    try:
        return read_name(okta, group_id)
    except (OktaNotFound, OktaNotPermitted):
        return group_id


def _recent(app_id: str) -> dict[str, str]:
    """Newest first; without `since` Okta looks back seven days."""
    families = " or ".join(f'eventType sw "{family}"' for family in EVENT_FAMILIES)
    return {"filter": f'target.id eq "{app_id}" and ({families})', "sortOrder": "DESCENDING", "limit": str(EVENTS)}


def _event(entry: Mapping[str, Any]) -> OktaEvent:
    outcome = entry.get("outcome") or {}
    return OktaEvent(
        _text(entry, "published"), _text(entry, "eventType"), _text(entry, "displayMessage"), _subject(entry),
        _text(outcome, "result"), outcome.get("reason"),
    )


def _subject(entry: Mapping[str, Any]) -> str | None:
    """Whom or what the event was about: the target that is not the app."""
    for target in entry.get("target") or []:
        if target.get("type") in ("User", "AppUser", "UserGroup", "AppGroup", "Group"):
            return str(target.get("alternateId") or target.get("displayName") or target.get("id"))
    return None


def _text(entry: Mapping[str, Any], name: str) -> str:
    return str(entry.get(name) or "")
