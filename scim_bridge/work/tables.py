"""THE SLATE's tables."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, Table, Text, false

from scim_bridge.db import UtcTime, metadata, words

work = Table(
    "work",
    metadata,
    Column("platform", words(128), primary_key=True),
    Column("kind", words(16), primary_key=True),
    Column("subject", words(256), primary_key=True),
    Column("wanted", BigInteger, nullable=False),
    Column("done", BigInteger, nullable=False, default=0),
    Column("due_at", UtcTime(), nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("lease_token", words(36)),
    Column("lease_until", UtcTime()),
    Column("parked", Boolean, nullable=False, default=False),
    Column("urgent", Boolean, nullable=False, default=False),
    Column("reason", Text),
    Column("first_failed_at", UtcTime()),
    Column("requested_by", words(128)),
    Column("wide", Boolean, nullable=False, server_default=false()),
    Index("ix_work_due", "platform", "parked", "due_at"),
)
"""A mark: this key needs a look while `wanted > done`. It is a key, never an event. `urgent` ones take something away, `wide`
ones look at everything the platform has of the subject, not only at what `requested_by`, a push, may have changed."""

pace = Table(
    "pace",
    metadata,
    Column("platform", words(128), primary_key=True),
    Column("next_at", Float, nullable=False),
    Column("quiet_until", Float, nullable=False, default=0.0),
)
"""One row a platform: the generic cell rate algorithm's theoretical arrival time and a pause for everybody, in Unix seconds."""
