"""What extensions say of a Group, as rows that filters find."""

import sqlalchemy as sa
from alembic import op

from scim_bridge.db.metadata import UtcTime

revision = "0007"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "group_value",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("attribute", sa.String(160), nullable=False),
        sa.Column("item", sa.Integer(), nullable=False),
        sa.Column("sub", sa.String(64), nullable=False),
        sa.Column("text", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=True),
        sa.Column("key", sa.String(200).with_variant(sa.String(200, collation="C"), "postgresql"), nullable=True),
        sa.Column("number", sa.Float(), nullable=True),
        sa.Column("boolean", sa.Boolean(), nullable=True),
        sa.Column("instant", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["group_id"], ["scim_group.id"], name=op.f("fk_group_value_group_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_value")),
    )
    op.create_index("ix_group_value_group_id", "group_value", ["group_id"])
    op.create_index("ix_group_value_key", "group_value", ["attribute", "sub", "key"])


def downgrade() -> None:
    op.drop_index("ix_group_value_key", table_name="group_value")
    op.drop_index("ix_group_value_group_id", table_name="group_value")
    op.drop_table("group_value")
