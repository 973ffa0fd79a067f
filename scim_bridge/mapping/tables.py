"""THE RULES' tables: the sets that were in force, and what is wrong with the newest files."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Integer, LargeBinary, Table, Text, false

from scim_bridge.db import UtcTime, metadata, words

mapping_revision = Table(
    "mapping_revision",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("digest", words(64), nullable=False),
    Column("taken_at", UtcTime(), nullable=False),
    sqlite_autoincrement=True,
)
"""A set of files that was taken up. The one with the highest id is in force; older ones are kept to be asked about."""

mapping_file = Table(
    "mapping_file",
    metadata,
    Column("revision_id", ForeignKey("mapping_revision.id"), primary_key=True),
    Column("name", words(128), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

mapping_platform = Table(
    "mapping_platform",
    metadata,
    Column("revision_id", ForeignKey("mapping_revision.id"), primary_key=True),
    Column("source", words(255), primary_key=True),
    Column("platform", words(128), primary_key=True),
    Column("to_groups", Boolean, nullable=False, server_default=false()),
)
"""Which platforms of a revision speak of which source, and whether they give roles to groups (`to: group`): what a push
asks, without reading a mapping file."""

mapping_problem = Table(
    "mapping_problem",
    metadata,
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("noted_at", UtcTime(), nullable=False),
    Column("file", words(255), nullable=False),
    Column("line", Integer, nullable=False),
    Column("column", Integer, nullable=False),
    Column("code", words(64), nullable=False),
    Column("message", Text, nullable=False),
)
"""What is wrong with the newest files, for everybody who asks. Empty when they are the set in force."""
