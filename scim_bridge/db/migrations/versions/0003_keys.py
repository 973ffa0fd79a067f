"""Custody of keys: expiry, service account, and what somebody asked to have done with one."""

import sqlalchemy as sa
from alembic import op

from scim_bridge.db.metadata import UtcTime

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("credential", sa.Column("withdrawn_how", sa.String(length=16)))
    op.add_column("credential", sa.Column("expires_at", UtcTime()))
    op.add_column("credential", sa.Column("service_account", sa.String(length=512)))
    op.add_column("credential", sa.Column("ours", sa.Text()))
    op.create_table(
        "key_request",
        sa.Column("platform", sa.String(length=128), nullable=False),
        sa.Column("key_id", sa.String(length=256), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("by", sa.String(length=256), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("tried_at", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("platform", "key_id", name=op.f("pk_key_request")),
    )
    _subject_length(64, 256)


def downgrade() -> None:
    _subject_length(256, 64)
    op.drop_table("key_request")
    with op.batch_alter_table("credential") as batch:
        for name in ("ours", "service_account", "expires_at", "withdrawn_how"):
            batch.drop_column(name)


def _subject_length(before: int, after: int) -> None:
    """A key's id is the platform's own, and longer than a person's."""
    with op.batch_alter_table("work") as batch:
        batch.alter_column(
            "subject", existing_type=sa.String(length=before), type_=sa.String(length=after), existing_nullable=False
        )
