"""THE BOOK's tables: what the identity providers have told us.

Text that is compared or ordered carries collation "C" on PostgreSQL, which is what SQLite does anyway: by code points.
Indexed text is short (`NAME_LENGTH`, `KEY_LENGTH`), because a PostgreSQL index row holds 2,700 bytes at most.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeEngine

from scim_bridge.db import UtcTime, metadata, words
from scim_bridge.scim.attribute import MAX_NAME, MAX_PATH

__all__ = [
    "KEY_LENGTH",
    "NAME_LENGTH",
    "Connection",
    "Row",
    "cursor_secret",
    "group_member",
    "group_value",
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


def _words() -> TypeEngine[str]:
    return Text().with_variant(Text(collation="C"), "postgresql")


def _many() -> TypeEngine[int]:
    """A row's number where each write of a resource makes new rows: two thousand million would be used up."""
    return BigInteger().with_variant(Integer, "sqlite")


def _reference(column: str) -> ForeignKey:
    return ForeignKey(column, ondelete="CASCADE")


def _value_columns() -> tuple[Column[Any], ...]:
    return (
        Column("attribute", words(MAX_PATH), nullable=False),
        Column("item", Integer, nullable=False),
        Column("sub", words(MAX_NAME), nullable=False),
        Column("text", _words()),
        Column("key", words(KEY_LENGTH)),
        Column("number", Float),
        Column("boolean", Boolean),
        Column("instant", UtcTime()),
    )


source = Table(
    "source",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", words(128), nullable=False, unique=True),
    Column("kind", words(16), nullable=False),
    Column("created_at", UtcTime(), nullable=False),
    Column("disabled_at", UtcTime()),
)
"""An Okta organization, an Entra tenant: whoever pushes. Sources do not see each other's people."""

token = Table(
    "token",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source_id", Integer, _reference("source.id"), nullable=False, index=True),
    Column("hash", words(64), nullable=False, unique=True),
    Column("hint", words(8), nullable=False),
    Column("name", words(128), nullable=False),
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
    Column("kind", words(16), nullable=False, server_default="person"),
    Column("user_name", words(NAME_LENGTH), nullable=False),
    Column("user_name_key", words(NAME_LENGTH), nullable=False),
    Column("external_id", words(NAME_LENGTH)),
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
    Column("scim_id", words(36), nullable=False, unique=True),
    Column("source_id", Integer, _reference("source.id"), nullable=False),
    Column("person_id", Integer, _reference("person.id"), nullable=False, unique=True),
    Column("user_name", words(NAME_LENGTH), nullable=False),
    Column("user_name_key", words(NAME_LENGTH), nullable=False),
    Column("external_id", words(NAME_LENGTH)),
    Column("active", Boolean),
    Column("payload", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", UtcTime(), nullable=False),
    Column("modified_at", UtcTime(), nullable=False),
    UniqueConstraint("source_id", "user_name_key", name="uq_scim_user_user_name_key"),
    Index("ix_scim_user_external_id", "source_id", "external_id"),
    Index("ix_scim_user_source_id", "source_id", "id"),  # listings: without it, each page sorts the whole directory
    sqlite_autoincrement=True,  # ids never come back, so that a walk by id meets nobody twice
)
"""A SCIM User. `payload` is the resource as JSON in canonical spelling, without `id`, `meta` and `groups`. Whoever has no
`active`, because a client removed it, is not active."""

user_value = Table(
    "user_value",
    metadata,
    Column("id", _many(), primary_key=True),
    Column("user_id", Integer, _reference("scim_user.id"), nullable=False, index=True),
    *_value_columns(),
    Index("ix_user_value_key", "attribute", "sub", "key", "user_id", "item"),
)
"""One row a leaf value, which is what filters look at.

`attribute` is the path of the attribute (`emails`; with its URN in an extension), `item` the number of a value of a
multi-valued one (0: the one that sorting goes by), `sub` the sub-attribute or empty. `text` is the value as it is compared:
folded, unless the attribute is caseExact.
"""

scim_group = Table(
    "scim_group",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("scim_id", words(36), unique=True),
    Column("source_id", Integer, _reference("source.id"), nullable=False),
    Column("display_name", words(NAME_LENGTH), nullable=False),
    Column("display_name_key", words(NAME_LENGTH)),
    Column("external_id", words(NAME_LENGTH)),
    Column("payload", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", UtcTime(), nullable=False),
    Column("modified_at", UtcTime(), nullable=False),
    Column("retired_at", UtcTime(), index=True),
    Column("principal_id", Integer, index=True, unique=True),
    UniqueConstraint("source_id", "display_name_key", name="uq_scim_group_display_name_key"),
    Index("ix_scim_group_external_id", "source_id", "external_id"),
    Index("ix_scim_group_source_id", "source_id", "id"),
    sqlite_autoincrement=True,  # a mark names this id; it must not come to mean another group
)
"""A SCIM Group without its members. A row with `retired_at` is a group that was deleted or emptied as a whole: it keeps
its members until the hand has looked at each of them, and has no `scim_id`, `display_name_key` and `principal_id`."""

group_value = Table(
    "group_value",
    metadata,
    Column("id", _many(), primary_key=True),
    Column("group_id", Integer, _reference("scim_group.id"), nullable=False, index=True),
    *_value_columns(),
    Index("ix_group_value_key", "attribute", "sub", "key"),
)
"""The same for what extensions say of a Group; all else of a Group is columns."""

member = Table(
    "member",
    metadata,
    Column("group_id", Integer, _reference("scim_group.id"), primary_key=True),
    Column("user_id", Integer, _reference("scim_user.id"), primary_key=True),
    Column("display", words(NAME_LENGTH)),
    Index("ix_member_user", "user_id", "group_id"),
    sqlite_with_rowid=False,
)

group_member = Table(
    "group_member",
    metadata,
    Column("parent_id", Integer, _reference("scim_group.id"), primary_key=True),
    Column("child_id", Integer, _reference("scim_group.id"), primary_key=True),
    Column("display", words(NAME_LENGTH)),
    Index("ix_group_member_child", "child_id", "parent_id"),
    sqlite_with_rowid=False,
)
"""A group inside a group. Never a circle: adding one is refused. `display`, here as in `member`: how the client shows it."""

cursor_secret = Table(
    "cursor_secret",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("secret", LargeBinary(32), nullable=False),
)
"""One row: what the cursors of listings are sealed with, the same for every process."""

Row = Any
"""A SQLAlchemy row; its columns are those of the table named beside it."""
