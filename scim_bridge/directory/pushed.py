"""Every group that was pushed, by source: what rules can be about."""

from __future__ import annotations

from sqlalchemy import Connection, and_, select

from scim_bridge.directory.tables import scim_group, source


def pushed_groups(connection: Connection) -> dict[str, list[str]]:
    """Display names by source, in one statement. A source without groups is there with none."""
    there = and_(scim_group.c.source_id == source.c.id, scim_group.c.retired_at.is_(None))
    query = select(source.c.name, scim_group.c.display_name).select_from(source.outerjoin(scim_group, there))
    found: dict[str, list[str]] = {}
    for row in connection.execute(query):
        names = found.setdefault(row.name, [])
        names += [row.display_name] if row.display_name is not None else []
    return found
