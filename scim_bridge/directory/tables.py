"""THE BOOK's tables: what the identity providers have told us.

Text that is compared or ordered carries collation "C" on PostgreSQL, which is what SQLite does anyway: by code points.
Indexed text is short (`NAME_LENGTH`, `KEY_LENGTH`), because a PostgreSQL index row holds 2,700 bytes at most.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeEngine

from scim_bridge.db import UtcTime, metadata

__all__ = [
    "KEY_LENGTH",
    "NAME_LENGTH",
    "Connection",
    "Row",
    "group_member",
    "member",
    "person",
    "scim_group",
    "scim_user",
    "source",
    "token",
    "user_value",
]

NAME_LENGTH = 512
"""The longest userName, displayName of a group and externalId, in characters."""
KEY_LENGTH = 200
"""How much of a value the index over values holds."""


def _name(length: int) -> TypeEngine[str]:
    return String(length).with_variant(String(length, collation="C"), "postgresql")


def _words() -> TypeEngine[str]:
    return Text().with_variant(Text(collation="C"), "postgresql")


def _reference(column: str) -> ForeignKey:
    return ForeignKey(column, ondelete="CASCADE")


source = Table(
    "source",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(128), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("created_at", UtcTime(), nullable=False),
    Column("disabled_at", UtcTime()),
)
"""An Okta organization, an Entra tenant: whoever pushes. Sources do not see each other's people."""

token = Table(
    "token",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source_id", Integer, _reference("source.id"), nullable=False, index=True),
    Column("hash", String(64), nullable=False, unique=True),
    Column("hint", String(8), nullable=False),
    Column("name", String(128), nullable=False),
    Column("created_at", UtcTime(), nullable=False),
    Column("expires_at", UtcTime()),
    Column("revoked_at", UtcTime()),
    Column("last_used_at", UtcTime()),
)
"""Bearer tokens as SHA-256: they are random and long, so a slow hash would add nothing."""

person = Table(
    "person",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source_id", Integer, _reference("source.id"), nullable=False),
    Column("kind", String(16), nullable=False, server_default="person"),
    Column("user_name", String(NAME_LENGTH), nullable=False),
    Column("user_name_key", _name(NAME_LENGTH), nullable=False),
    Column("external_id", _name(NAME_LENGTH)),
    Column("created_at", UtcTime(), nullable=False),
    Column("deactivated_at", UtcTime()),
    Column("deleted_at", UtcTime()),
    Index("ix_person_user_name_key", "source_id", "user_name_key"),
    Index("ix_person_external_id", "source_id", "external_id"),
    sqlite_autoincrement=True,  # an id names one person for ever, in the ledger and in the audit too
)
"""Outlives the user: with `deleted_at` a tombstone, which a re-created or rehired user finds again.

Of `kind` group: a group as one principal, with its displayName for a userName (see `principals`)."""

scim_user = Table(
    "scim_user",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("scim_id", String(36), nullable=False, unique=True),
    Column("source_id", Integer, _reference("source.id"), nullable=False),
    Column("person_id", Integer, _reference("person.id"), nullable=False, unique=True),
    Column("user_name", String(NAME_LENGTH), nullable=False),
    Column("user_name_key", _name(NAME_LENGTH), nullable=False),
    Column("external_id", _name(NAME_LENGTH)),
    Column("active", Boolean, nullable=False),
    Column("payload", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", UtcTime(), nullable=False),
    Column("modified_at", UtcTime(), nullable=False),
    UniqueConstraint("source_id", "user_name_key", name="uq_scim_user_user_name_key"),
    Index("ix_scim_user_external_id", "source_id", "external_id"),
    sqlite_autoincrement=True,  # ids never come back, so that a walk by id meets nobody twice
)
"""A SCIM User. `payload` is the resource as JSON in canonical spelling, without `id`, `meta` and `groups`."""

user_value = Table(
    "user_value",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("user_id", Integer, _reference("scim_user.id"), nullable=False, index=True),
    Column("attribute", String(160), nullable=False),
    Column("item", Integer, nullable=False),
    Column("sub", String(64), nullable=False),
    Column("text", _words()),
    Column("key", _name(KEY_LENGTH)),
    Column("number", Float),
    Column("boolean", Boolean),
    Column("instant", UtcTime()),
    Index("ix_user_value_key", "attribute", "sub", "key"),
)
"""One row a leaf value, which is what filters look at.

`attribute` is the path of the attribute (`emails`; with its URN in an extension), `item` the place in a multi-valued
one, `sub` the sub-attribute or empty. `text` is the value as it is compared: folded, unless the attribute is caseExact.
"""

scim_group = Table(
    "scim_group",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("scim_id", String(36), unique=True),
    Column("source_id", Integer, _reference("source.id"), nullable=False),
    Column("display_name", String(NAME_LENGTH), nullable=False),
    Column("display_name_key", _name(NAME_LENGTH)),
    Column("external_id", _name(NAME_LENGTH)),
    Column("payload", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", UtcTime(), nullable=False),
    Column("modified_at", UtcTime(), nullable=False),
    Column("retired_at", UtcTime(), index=True),
    Column("principal_id", Integer, index=True, unique=True),
    UniqueConstraint("source_id", "display_name_key", name="uq_scim_group_display_name_key"),
    Index("ix_scim_group_external_id", "source_id", "external_id"),
    sqlite_autoincrement=True,  # a mark names this id; it must not come to mean another group
)
"""A SCIM Group without its members. A row with `retired_at` is a group that was deleted or emptied as a whole: it keeps
its members until the hand has looked at each of them, and has no `scim_id`, `display_name_key` and `principal_id`."""

member = Table(
    "member",
    metadata,
    Column("group_id", Integer, _reference("scim_group.id"), primary_key=True),
    Column("user_id", Integer, _reference("scim_user.id"), primary_key=True),
    Index("ix_member_user", "user_id", "group_id"),
    sqlite_with_rowid=False,
)

group_member = Table(
    "group_member",
    metadata,
    Column("parent_id", Integer, _reference("scim_group.id"), primary_key=True),
    Column("child_id", Integer, _reference("scim_group.id"), primary_key=True),
    Index("ix_group_member_child", "child_id", "parent_id"),
    sqlite_with_rowid=False,
)
"""A group inside a group. Never a circle: adding one is refused."""

Row = Any
"""A SQLAlchemy row; its columns are those of the table named beside it."""
