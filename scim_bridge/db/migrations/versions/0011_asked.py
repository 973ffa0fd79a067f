"""Who asked stays known: of what waits when a sweep comes by, and of what the brake holds."""

import sqlalchemy as sa
from alembic import op

from scim_bridge.db.metadata import words

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("work", sa.Column("wide", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute("update work set wide = true where requested_by is null")
    op.add_column("held_back", sa.Column("requested_by", words(128), nullable=True))


def downgrade() -> None:
    op.drop_column("held_back", "requested_by")
    op.drop_column("work", "wide")
