"""Every key that was seen, by the newest observation, and whose it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from scim_bridge.access.person import Person
from scim_bridge.access.policy import Policy
from scim_bridge.db import Connection, Database, utc_now
from scim_bridge.db.statements import chunks
from scim_bridge.directory import persons
from scim_bridge.ledger import credentials
from scim_bridge.ledger.accounts import place_names
from scim_bridge.ledger.credentials import SeenKey
from scim_bridge.reconcile.platforms import Platforms
from scim_bridge.reconcile.views.kept import Kept, exception_of


@dataclass(frozen=True)
class Belongs:
    """Who answers for a key: a person the bridge knows, a service account, or nobody."""

    kind: Literal["person", "service_account", "nobody"]
    name: str | None = None


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
    maker: str | None
    """The e-mail address of who made it, else their id, where the platform names somebody."""
    person: str | None
    """The userName of whom the bridge knows as its owner or maker."""
    left: bool
    """Whether that person has left."""
    belongs_to: Belongs
    place: str | None
    status: str
    usable: bool
    created_at: datetime | None
    last_used_at: datetime | None
    expires_at: datetime | None
    exception: Kept | None
    ours: str | None
    """A sentence when the bridge itself works with it."""
    seen_at: datetime | None
    withdrawn_at: datetime | None

    def as_json(self) -> dict[str, Any]:
        """One entry of `keys list --json`."""
        plain = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {**plain, "belongs_to": vars(self.belongs_to), "exception": vars(self.exception) if self.exception else None}


@dataclass(frozen=True)
class _Names:
    """What ids are to a reader."""

    people: Mapping[int, Person]
    places: Mapping[str, Mapping[str, str]]
    policies: Mapping[str, Policy]
    today: date


def keys(
    database: Database,
    platforms: Platforms,
    *,
    platform: str | None = None,
    person_id: int | None = None,
    key_id: str | None = None,
) -> list[Key]:
    rules = platforms.rules().platforms
    with database.reading() as connection:
        seen = credentials.keys(connection, platform=platform, person_id=person_id, key_id=key_id)
        people = _people(connection, seen)
        places = {name: place_names(connection, name) for name in {each.platform for each in seen}}
    for name, file in rules.items():
        places.setdefault(name, {}).update({each.id: each.alias for each in file.places.values() if each.id is not None})
    names = _Names(people, places, {name: file.policy for name, file in rules.items()}, utc_now().date())
    return [_key(each, names) for each in seen]


def unseen_exceptions(database: Database, platforms: Platforms, *, platform: str | None = None) -> list[tuple[str, str]]:
    """(platform, key id) of exceptions for a key that nobody has seen: misspelt, most likely, and sparing nothing."""
    with database.reading() as connection:
        seen = {(each.platform, each.id) for each in credentials.keys(connection, platform=platform)}
    listed = {name for name, _ in seen}  # where no inventory was taken yet, nothing is known
    rules = [(name, file) for name, file in platforms.rules().platforms.items() if name in listed]
    return [(name, each.id) for name, file in rules for each in file.policy.offboarding.keep if (name, each.id) not in seen]


def _people(connection: Connection, seen: list[SeenKey]) -> dict[int, Person]:
    ids = sorted({each.person_id for each in seen if each.person_id is not None})
    return {person_id: person for chunk in chunks(ids) for person_id, person in persons.people(connection, chunk).items()}


def _key(seen: SeenKey, names: _Names) -> Key:
    person = names.people.get(seen.person_id) if seen.person_id is not None else None
    owner = seen.owner_email or seen.owner_id
    return Key(
        platform=seen.platform,
        id=seen.id,
        hint=seen.hint,
        name=seen.name,
        kind=seen.kind,
        owner=owner,
        maker=owner,
        person=person.user_name if person is not None else None,
        left=person is not None and not person.active,
        belongs_to=_belongs_to(seen, person),
        place=names.places[seen.platform].get(seen.place_id, seen.place_id) if seen.place_id is not None else None,
        status=seen.status,
        usable=seen.usable,
        created_at=seen.created_at,
        last_used_at=seen.last_used_at,
        expires_at=seen.expires_at,
        exception=exception_of(names.policies.get(seen.platform), seen.id, names.today),
        ours=seen.ours,
        seen_at=seen.seen_at,
        withdrawn_at=seen.withdrawn_at,
    )


def _belongs_to(seen: SeenKey, person: Person | None) -> Belongs:
    if seen.service_account is not None:
        return Belongs("service_account", seen.service_account)
    return Belongs("person", person.user_name) if person is not None else Belongs("nobody")
