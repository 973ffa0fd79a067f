"""The accounts people had before they left, to be looked for again."""

import sqlalchemy as sa
from alembic import op

from scim_bridge.db.metadata import UtcTime

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "former_account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("platform", sa.String(128), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.String(256), nullable=True),
        sa.Column("email", sa.String(512), nullable=True),
        sa.Column("email_key", sa.String(512), nullable=True),
        sa.Column("ended_at", UtcTime(), nullable=False),
        sa.Column("sought_at", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_account")),
    )
    op.create_index("ix_former_account_person_id", "former_account", ["platform", "person_id"])
    op.create_index("ix_former_account_email_key", "former_account", ["platform", "email_key"])
    op.create_table(
        "leaver_sweep",
        sa.Column("platform", sa.String(128), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("platform", name=op.f("pk_leaver_sweep")),
    )


def downgrade() -> None:
    op.drop_table("leaver_sweep")
    op.drop_index("ix_former_account_email_key", table_name="former_account")
    op.drop_index("ix_former_account_person_id", table_name="former_account")
    op.drop_table("former_account")
