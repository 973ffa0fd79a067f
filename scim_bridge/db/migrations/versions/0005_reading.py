"""Listings and sorting along indexes, and the secret that cursors are sealed with."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

# Number 0 becomes the value that sorting goes by: the primary one, where that was not the first.
LEADING = """
    update user_value set item = -1 where item > 0 and exists (
        select 1 from user_value p where p.user_id = user_value.user_id and p.attribute = user_value.attribute
        and p.item = user_value.item and p.sub = 'primary' and p.boolean)
"""
OTHERS = """
    update user_value set item = item + 1 where exists (
        select 1 from user_value p where p.user_id = user_value.user_id and p.attribute = user_value.attribute and p.item = -1)
"""


def upgrade() -> None:
    op.execute(LEADING)
    op.execute(OTHERS)
    op.drop_index("ix_user_value_key", table_name="user_value")
    op.create_index("ix_user_value_key", "user_value", ["attribute", "sub", "key", "user_id", "item"])
    op.create_index("ix_scim_user_source_id", "scim_user", ["source_id", "id"])
    op.create_index("ix_scim_group_source_id", "scim_group", ["source_id", "id"])
    op.create_table(
        "cursor_secret",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("secret", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cursor_secret")),
    )


def downgrade() -> None:
    op.drop_table("cursor_secret")
    op.drop_index("ix_scim_group_source_id", table_name="scim_group")
    op.drop_index("ix_scim_user_source_id", table_name="scim_user")
    op.drop_index("ix_user_value_key", table_name="user_value")
    op.create_index("ix_user_value_key", "user_value", ["attribute", "sub", "key"])
