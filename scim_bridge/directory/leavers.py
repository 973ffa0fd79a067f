"""Who of some people is gone, and who of those that are here has an address now."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, select, true

from scim_bridge.db.statements import chunks
from scim_bridge.directory.tables import KEY_LENGTH, person, scim_user, user_value
from scim_bridge.scim.fold import fold


def gone(connection: Connection, person_ids: Sequence[int]) -> list[int]:
    """Those of these persons whose user is not active or was deleted; groups are never among them."""
    found: list[int] = []
    for ids in chunks(person_ids):
        here = select(scim_user.c.person_id).where(scim_user.c.person_id.in_(ids), scim_user.c.active == true())
        query = select(person.c.id).where(person.c.id.in_(ids), person.c.kind == "person", person.c.id.not_in(here))
        found += connection.scalars(query.order_by(person.c.id))
    return found


def active_with(connection: Connection, addresses: Collection[str]) -> dict[str, str]:
    """Addresses, as given, that an active user of any source has as userName or among their e-mails: to one's userName.

    Long addresses are compared by as much as the index holds: one too many is found, never one too few.
    """
    names = {fold(address) for address in addresses}
    values = {name[:KEY_LENGTH] for name in names}
    owners: dict[str, str] = {}
    for part in chunks(sorted(names)):
        by_name = select(scim_user.c.user_name_key, scim_user.c.user_name).where(scim_user.c.user_name_key.in_(part))
        owners |= {row[0][:KEY_LENGTH]: row[1] for row in connection.execute(by_name.where(scim_user.c.active == true()))}
    for part in chunks(sorted(values)):
        mails = user_value.c.attribute == "emails", user_value.c.sub == "value", user_value.c.key.in_(part)
        by_mail = select(user_value.c.key, scim_user.c.user_name).join(scim_user, scim_user.c.id == user_value.c.user_id)
        owners |= {row[0]: row[1] for row in connection.execute(by_mail.where(scim_user.c.active == true(), *mails))}
    return {address: owners[key] for address in addresses if (key := fold(address)[:KEY_LENGTH]) in owners}
