"""Every key that was seen, by the newest observation, and whose it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from scim_bridge.db import Connection, Database
from scim_bridge.db.statements import chunks
from scim_bridge.directory import persons
from scim_bridge.ledger import credentials
from scim_bridge.ledger.accounts import place_names
from scim_bridge.ledger.credentials import SeenKey
from scim_bridge.reconcile.platforms import Platforms


@dataclass(frozen=True)
class Key:
    """Never the key itself: `hint` is what the platform prints of it."""

    platform: str
    id: str
    hint: str | None
    name: str | None
    kind: str
    owner: str | None
    """The e-mail address of its owner or maker there, else their id."""
    person: str | None
    """The userName of whom the bridge knows as its owner."""
    place: str | None
    status: str
    usable: bool
    created_at: datetime | None
    last_used_at: datetime | None
    seen_at: datetime | None
    withdrawn_at: datetime | None

    def as_json(self) -> dict[str, Any]:
        """One entry of `keys list --json`."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def keys(
    database: Database, platforms: Platforms, *, platform: str | None = None, person_id: int | None = None
) -> list[Key]:
    with database.reading() as connection:
        seen = credentials.keys(connection, platform=platform, person_id=person_id)
        owners = _owners(connection, seen)
        places = {name: place_names(connection, name) for name in {each.platform for each in seen}}
    for name, rules in platforms.rules().platforms.items():
        places.setdefault(name, {}).update({each.id: each.alias for each in rules.places.values() if each.id is not None})
    return [_key(each, owners, places) for each in seen]


def _owners(connection: Connection, seen: list[SeenKey]) -> dict[int, str]:
    ids = sorted({each.person_id for each in seen if each.person_id is not None})
    return {
        person_id: person.user_name for chunk in chunks(ids) for person_id, person in persons.people(connection, chunk).items()
    }


def _key(seen: SeenKey, owners: dict[int, str], places: dict[str, dict[str, str]]) -> Key:
    return Key(
        platform=seen.platform,
        id=seen.id,
        hint=seen.hint,
        name=seen.name,
        kind=seen.kind,
        owner=seen.owner_email or seen.owner_id,
        person=owners.get(seen.person_id) if seen.person_id is not None else None,
        place=places[seen.platform].get(seen.place_id, seen.place_id) if seen.place_id is not None else None,
        status=seen.status,
        usable=seen.usable,
        created_at=seen.created_at,
        last_used_at=seen.last_used_at,
        seen_at=seen.seen_at,
        withdrawn_at=seen.withdrawn_at,
    )
