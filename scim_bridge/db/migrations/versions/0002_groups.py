"""Groups as principals: a number for each group, and which platforms of a revision give roles to groups."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("person", sa.Column("kind", sa.String(16), nullable=False, server_default="person"))
    op.add_column("scim_group", sa.Column("principal_id", sa.Integer(), nullable=True))
    op.add_column("mapping_platform", sa.Column("to_groups", sa.Boolean(), nullable=False, server_default=sa.false()))
    _number_the_groups(op.get_bind())
    op.create_index("ix_scim_group_principal_id", "scim_group", ["principal_id"], unique=True)


def _number_the_groups(connection: sa.Connection) -> None:
    """Groups that are there already. A retired row has no number: what goes on is its successor."""
    person = sa.table("person", *map(sa.column, ("id", "source_id", "kind", "user_name", "user_name_key", "created_at")))
    group = sa.table(
        "scim_group",
        *map(sa.column, ("id", "source_id", "display_name", "display_name_key", "created_at", "retired_at", "principal_id")),
    )
    for row in connection.execute(sa.select(group).where(group.c.retired_at.is_(None))).all():
        named = {"user_name": row.display_name, "user_name_key": row.display_name_key}
        values = {"source_id": row.source_id, "kind": "group", "created_at": row.created_at, **named}
        number = connection.execute(sa.insert(person).values(values).returning(person.c.id)).scalar_one()
        connection.execute(sa.update(group).where(group.c.id == row.id).values(principal_id=number))


def downgrade() -> None:
    op.drop_index("ix_scim_group_principal_id", table_name="scim_group")
    with op.batch_alter_table("mapping_platform") as table:
        table.drop_column("to_groups")
    with op.batch_alter_table("scim_group") as table:
        table.drop_column("principal_id")
    op.execute("delete from person where kind = 'group'")
    with op.batch_alter_table("person") as table:
        table.drop_column("kind")
