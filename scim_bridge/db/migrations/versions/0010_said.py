"""What clients say is kept: how they show a member, and that a user has no `active`."""

import sqlalchemy as sa
from alembic import op

from scim_bridge.db.metadata import words

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    for table in ("member", "group_member"):
        op.add_column(table, sa.Column("display", words(512), nullable=True))
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("scim_user", "active", nullable=True)
    else:
        _another_column(sa.Column("active", sa.Boolean(), nullable=True))


def downgrade() -> None:
    for table in ("member", "group_member"):
        op.drop_column(table, "display")
    op.execute("update scim_user set active = false where active is null")
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("scim_user", "active", nullable=False)
    else:
        _another_column(sa.Column("active", sa.Boolean(), nullable=False, server_default=sa.false()))


def _another_column(wanted: sa.Column[bool]) -> None:
    """SQLite changes no column, and a table that others refer to is not to be made anew under them."""
    op.execute("alter table scim_user rename column active to active_before")
    op.add_column("scim_user", wanted)
    op.execute("update scim_user set active = active_before")
    op.execute("alter table scim_user drop column active_before")
