"""PostgreSQL compares every name by code points, as SQLite does, and limits no text's length; values are numbered without end."""

from itertools import groupby

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

# Whatever made a table before this, a column of characters becomes what `scim_bridge.db.words` says.
COLUMNS = """
    select table_name, column_name, 'varchar collate "C"' from information_schema.columns
    where table_schema = current_schema() and data_type = 'character varying' and table_name <> 'alembic_version'
    and (collation_name is distinct from 'C' or character_maximum_length is not null)
    union all select name, 'id', 'bigint' from unnest(array['user_value', 'group_value']) name
    order by 1, 2
"""


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    for table, columns in groupby(connection.execute(sa.text(COLUMNS)).all(), key=lambda row: row[0]):
        # One statement a table, so that each index is built anew once.
        op.execute(f"alter table {table} " + ", ".join(f'alter column "{name}" type {type_}' for _, name, type_ in columns))
    for table in ("user_value", "group_value"):
        op.execute(f"alter sequence {table}_id_seq as bigint")


def downgrade() -> None:
    """Nothing: older versions work with these columns as well."""
