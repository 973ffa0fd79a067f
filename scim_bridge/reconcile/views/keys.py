"""Every key that was seen, by the newest observation, and whose it is."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from scim_bridge.access.person import Person
from scim_bridge.access.policy import Policy
from scim_bridge.db import Connection, Database, utc_now
from scim_bridge.db.statements import chunks
from scim_bridge.directory import persons
from scim_bridge.errors import BridgeError
from scim_bridge.ledger import credentials
from scim_bridge.ledger.accounts import place_names
from scim_bridge.ledger.credentials import SeenKey
from scim_bridge.ledger.holds import holds
from scim_bridge.reconcile.platforms import Platforms
from scim_bridge.reconcile.translate import PlaceBook
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
    held: str | None
    """Why the brake holds that it goes with its person; None when it does not."""
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
    held: Mapping[tuple[str, int], str]
    """By platform and person, why the brake holds their keys."""
    today: date


def keys(
    database: Database,
    platforms: Platforms,
    *,
    platform: str | None = None,
    person_id: int | None = None,
    key_id: str | None = None,
) -> list[Key]:
    """By platform and age. A platform is asked only for the name of a place that no book of the bridge names any more."""
    with database.reading() as connection:
        seen = credentials.keys(connection, platform=platform, person_id=person_id, key_id=key_id)
        people = _people(connection, seen)
        known = {name: place_names(connection, name) for name in {each.platform for each in seen}}
        waiting = holds(connection, platform=platform, released=False)
    policies = {name: file.policy for name, file in platforms.rules().platforms.items()}
    # Whoever is held because of what they would lose keeps their keys too, as `review.held_by` has it.
    held = {(each.platform, each.person_id): each.cause for each in waiting if each.category in {"people", "keys"}}
    names = _Names(people, _places(platforms, seen, known), policies, held, utc_now().date())
    return [_key(each, names) for each in seen]


def _places(
    platforms: Platforms, seen: Iterable[SeenKey], known: Mapping[str, Mapping[str, str]]
) -> dict[str, dict[str, str]]:
    """Place ids to names as the mapping has them, else as the platform has."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for key in seen:
        wanted[key.platform] |= {key.place_id} if key.place_id is not None else set()
    rules, found = platforms.rules().platforms, {}
    for name, ids in wanted.items():
        aliases = rules[name].places.values() if name in rules else ()
        names = {**known[name], **{each.id: each.alias for each in aliases if each.id is not None}}
        found[name] = names if ids <= names.keys() else {**_asked(platforms, name), **names}
    return found


def _asked(platforms: Platforms, name: str) -> Mapping[str, str]:
    """Places without anybody in them. A platform that does not answer leaves the ids."""
    with contextlib.suppress(BridgeError):
        platform = platforms.platform(name)
        return PlaceBook(platform.connector, platform.rules).names if platform is not None else {}
    return {}


def any_seen(database: Database, *, platform: str | None = None) -> bool:
    """Whether anything is known of keys, there or anywhere."""
    with database.reading() as connection:
        return bool(credentials.keys(connection, platform=platform))


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
        held=names.held.get((seen.platform, seen.person_id)) if seen.person_id is not None else None,
        seen_at=seen.seen_at,
        withdrawn_at=seen.withdrawn_at,
    )


def _belongs_to(seen: SeenKey, person: Person | None) -> Belongs:
    if seen.service_account is not None:
        return Belongs("service_account", seen.service_account)
    return Belongs("person", person.user_name) if person is not None else Belongs("nobody")
