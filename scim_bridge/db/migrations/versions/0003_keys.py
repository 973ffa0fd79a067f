"""Custody of keys: expiry, service account, and what somebody asked to have done with one."""

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
