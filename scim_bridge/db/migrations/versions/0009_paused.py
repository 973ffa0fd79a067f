"""Platforms that somebody has paused."""

import sqlalchemy as sa
from alembic import op

from scim_bridge.db.metadata import UtcTime, words

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "paused",
        sa.Column("platform", words(128), nullable=False),
        sa.Column("by", words(256), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("platform", name=op.f("pk_paused")),
    )


def downgrade() -> None:
    op.drop_table("paused")
