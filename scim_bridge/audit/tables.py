"""THE RECORD's tables. Rows are only ever added; a seal is a row of its own."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text

from scim_bridge.db import UtcTime, metadata, words

audit_record = Table(
    "audit_record",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcTime(), nullable=False),
    Column("action", words(64), nullable=False),
    Column("subject", words(512), nullable=False),
    Column("subject_kind", words(16), nullable=False),
    Column("person_id", Integer),
    Column("initiator", words(256), nullable=False),
    Column("source", words(128)),
    Column("request_id", words(128)),
    Column("platform", words(128)),
    Column("place", words(512)),
    Column("role", words(256)),
    Column("rule", words(1024)),
    Column("before", Text),
    Column("after", Text),
    Column("outcome", words(32), nullable=False),
    Column("detail", Text),
    Index("ix_audit_record_person_id", "person_id", "id"),
    Index("ix_audit_record_at", "at"),
    Index("ix_audit_record_request_id", "request_id"),
    sqlite_autoincrement=True,
)
"""One state change. `person_id` has no foreign key: the record survives everything it speaks of."""

audit_seal = Table(
    "audit_seal",
    metadata,
    Column("sequence", Integer, primary_key=True),
    Column("record_id", Integer, ForeignKey("audit_record.id"), nullable=False, unique=True),
    Column("hash", words(64), nullable=False),
)
"""The chain over the records, in the order they were sealed: each hash covers the one before and the record."""
