"""THE OTHER BOOK's tables: accounts, holdings with their provenance, keys seen, open intents, removals, what the brake holds."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, Table, Text, UniqueConstraint

from scim_bridge.db import UtcTime, metadata, words

account = Table(
    "account",
    metadata,
    Column("platform", words(128), primary_key=True),
    Column("person_id", Integer, primary_key=True),
    Column("account_id", words(256)),
    Column("invitation_id", words(256)),
    Column("email", words(512), nullable=False),
    Column("email_key", words(512), nullable=False),
    Column("role", words(256), nullable=False),
    Column("role_ours", Boolean, nullable=False),
    Column("state", words(16), nullable=False),
    Column("provenance", words(16), nullable=False),
    Column("reasons", Text, nullable=False),
    Column("since", UtcTime(), nullable=False),
    UniqueConstraint("platform", "account_id", name="uq_account_account_id"),
    Index("ix_account_email_key", "platform", "email_key"),
    Index("ix_account_state", "platform", "state"),
)
"""The account of a person at a platform: made by the bridge or adopted. One principal belongs to one person."""

holding = Table(
    "holding",
    metadata,
    Column("platform", words(128), primary_key=True),
    Column("person_id", Integer, primary_key=True),
    Column("place_id", words(256), primary_key=True),
    Column("role", words(256), primary_key=True),
    Column("place", words(512), nullable=False),
    Column("found_role", words(256)),
    Column("provenance", words(16), nullable=False),
    Column("state", words(16), nullable=False),
    Column("reasons", Text, nullable=False),
    Column("since", UtcTime(), nullable=False),
)
"""A role in a place that the rules want and the platform has. `found_role` is what a human had given there before."""

credential = Table(
    "credential",
    metadata,
    Column("platform", words(128), primary_key=True),
    Column("id", words(256), primary_key=True),
    Column("kind", words(16), nullable=False),
    Column("owner_id", words(256)),
    Column("owner_email", words(512)),
    Column("person_id", Integer, index=True),
    Column("place_id", words(256)),
    Column("status", words(32), nullable=False),
    Column("usable", Boolean, nullable=False),
    Column("hint", words(128)),
    Column("name", words(512)),
    Column("created_at", UtcTime()),
    Column("last_used_at", UtcTime()),
    Column("seen_at", UtcTime(), nullable=False),
    Column("withdrawn_at", UtcTime()),
    Column("withdrawn_how", words(16)),
    Column("expires_at", UtcTime()),
    Column("service_account", words(512)),
    Column("ours", Text),
    Index("ix_credential_owner_id", "platform", "owner_id"),
)
"""The newest observation of a key, never the key itself. `withdrawn_at` is set when the bridge withdrew it, and how."""

key_request = Table(
    "key_request",
    metadata,
    Column("platform", words(128), primary_key=True),
    Column("key_id", words(256), primary_key=True),
    Column("action", words(16), nullable=False),
    Column("by", words(256), nullable=False),
    Column("at", UtcTime(), nullable=False),
    Column("tried_at", UtcTime()),
)
"""What somebody asked to have done with one key, by name: the intent, gone with the record of its answer.

`tried_at` is set before the call, so that what is found done afterwards is known to be ours."""

intent = Table(
    "intent",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("platform", words(128), nullable=False),
    Column("person_id", Integer, nullable=False),
    Column("kind", words(32), nullable=False),
    Column("place_id", words(256)),
    Column("role", words(256)),
    Column("object_id", words(256)),
    Column("email", words(512)),
    Column("opened_at", UtcTime(), nullable=False),
    Index("ix_intent_person_id", "platform", "person_id"),
)
"""About to do this; committed before the call, gone with its record. What matches an open one is ours."""

removal = Table(
    "removal",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("platform", words(128), nullable=False),
    Column("person_id", Integer, nullable=False),
    Column("kind", words(32), nullable=False),
    Column("category", words(16)),
    Column("place", words(512)),
    Column("object", words(512)),
    Column("at", UtcTime(), nullable=False),
    Column("outcome", Text, nullable=False),
    Column("confirmed_at", UtcTime()),
    Index("ix_removal_person_id", "person_id", "at"),
    Index("ix_removal_window", "platform", "category", "at"),
)
"""Something taken away, with the platform's answer and when reading back confirmed it. Also the brake's window."""

held_back = Table(
    "held_back",
    metadata,
    Column("platform", words(128), primary_key=True),
    Column("person_id", Integer, primary_key=True),
    Column("category", words(16), primary_key=True),
    Column("items", Text, nullable=False),
    Column("leaving", Boolean, nullable=False),
    Column("cause", words(1024), nullable=False),
    Column("since", UtcTime(), nullable=False),
    Column("requested_by", words(128)),
    Column("released_by", words(256)),
    Column("released_at", UtcTime()),
)
"""What the brake holds for a named human: one person's losses, role drops, keys or gains on one platform."""

retired = Table(
    "retired",
    metadata,
    Column("platform", words(128), primary_key=True),
    Column("by", words(256), nullable=False),
    Column("at", UtcTime(), nullable=False),
)
"""Platforms whose file is gone and whose holdings somebody asked to withdraw."""

paused = Table(
    "paused",
    metadata,
    Column("platform", words(128), primary_key=True),
    Column("by", words(256), nullable=False),
    Column("at", UtcTime(), nullable=False),
)
"""Platforms at which nothing is to be changed until somebody says so. What is wanted there meanwhile waits in the slate."""

former_account = Table(
    "former_account",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("platform", words(128), nullable=False),
    Column("person_id", Integer, nullable=False),
    Column("account_id", words(256)),
    Column("email", words(512)),
    Column("email_key", words(512)),
    Column("ended_at", UtcTime(), nullable=False),
    Column("sought_at", UtcTime()),
    Index("ix_former_account_person_id", "platform", "person_id"),
    Index("ix_former_account_email_key", "platform", "email_key"),
)
"""What a person had and lost, invitations too. With `sought_at` the next look at them, if they have left, asks for it."""

leaver_sweep = Table(
    "leaver_sweep",
    metadata,
    Column("platform", words(128), primary_key=True),
    Column("at", UtcTime(), nullable=False),
)
"""When the leavers of a platform were last looked for: what comes round daily survives a restart."""
