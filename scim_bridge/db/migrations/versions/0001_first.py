"""The first schema: directory, slate, rules, ledger, audit."""

import sqlalchemy as sa
from alembic import op

from scim_bridge.db.metadata import UtcTime

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table('account',
    sa.Column('platform', sa.String(length=128), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.String(length=256), nullable=True),
    sa.Column('invitation_id', sa.String(length=256), nullable=True),
    sa.Column('email', sa.String(length=512), nullable=False),
    sa.Column('email_key', sa.String(length=512), nullable=False),
    sa.Column('role', sa.String(length=256), nullable=False),
    sa.Column('role_ours', sa.Boolean(), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('provenance', sa.String(length=16), nullable=False),
    sa.Column('reasons', sa.Text(), nullable=False),
    sa.Column('since', UtcTime(), nullable=False),
    sa.PrimaryKeyConstraint('platform', 'person_id', name=op.f('pk_account')),
    sa.UniqueConstraint('platform', 'account_id', name='uq_account_account_id')
    )
    op.create_index('ix_account_email_key', 'account', ['platform', 'email_key'], unique=False)
    op.create_index('ix_account_state', 'account', ['platform', 'state'], unique=False)
    op.create_table('audit_record',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', UtcTime(), nullable=False),
    sa.Column('action', sa.String(length=64), nullable=False),
    sa.Column('subject', sa.String(length=512), nullable=False),
    sa.Column('subject_kind', sa.String(length=16), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('initiator', sa.String(length=256), nullable=False),
    sa.Column('source', sa.String(length=128), nullable=True),
    sa.Column('request_id', sa.String(length=128), nullable=True),
    sa.Column('platform', sa.String(length=128), nullable=True),
    sa.Column('place', sa.String(length=512), nullable=True),
    sa.Column('role', sa.String(length=256), nullable=True),
    sa.Column('rule', sa.String(length=1024), nullable=True),
    sa.Column('before', sa.Text(), nullable=True),
    sa.Column('after', sa.Text(), nullable=True),
    sa.Column('outcome', sa.String(length=32), nullable=False),
    sa.Column('detail', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_record')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_audit_record_at', 'audit_record', ['at'], unique=False)
    op.create_index('ix_audit_record_person_id', 'audit_record', ['person_id', 'id'], unique=False)
    op.create_index('ix_audit_record_request_id', 'audit_record', ['request_id'], unique=False)
    op.create_table('credential',
    sa.Column('platform', sa.String(length=128), nullable=False),
    sa.Column('id', sa.String(length=256), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('owner_id', sa.String(length=256), nullable=True),
    sa.Column('owner_email', sa.String(length=512), nullable=True),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('place_id', sa.String(length=256), nullable=True),
    sa.Column('status', sa.String(length=32), nullable=False),
    sa.Column('usable', sa.Boolean(), nullable=False),
    sa.Column('hint', sa.String(length=128), nullable=True),
    sa.Column('name', sa.String(length=512), nullable=True),
    sa.Column('created_at', UtcTime(), nullable=True),
    sa.Column('last_used_at', UtcTime(), nullable=True),
    sa.Column('seen_at', UtcTime(), nullable=False),
    sa.Column('withdrawn_at', UtcTime(), nullable=True),
    sa.PrimaryKeyConstraint('platform', 'id', name=op.f('pk_credential'))
    )
    op.create_index('ix_credential_owner_id', 'credential', ['platform', 'owner_id'], unique=False)
    op.create_index(op.f('ix_credential_person_id'), 'credential', ['person_id'], unique=False)
    op.create_table('held_back',
    sa.Column('platform', sa.String(length=128), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('category', sa.String(length=16), nullable=False),
    sa.Column('items', sa.Text(), nullable=False),
    sa.Column('leaving', sa.Boolean(), nullable=False),
    sa.Column('cause', sa.String(length=1024), nullable=False),
    sa.Column('since', UtcTime(), nullable=False),
    sa.Column('released_by', sa.String(length=256), nullable=True),
    sa.Column('released_at', UtcTime(), nullable=True),
    sa.PrimaryKeyConstraint('platform', 'person_id', 'category', name=op.f('pk_held_back'))
    )
    op.create_table('holding',
    sa.Column('platform', sa.String(length=128), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('place_id', sa.String(length=256), nullable=False),
    sa.Column('role', sa.String(length=256), nullable=False),
    sa.Column('place', sa.String(length=512), nullable=False),
    sa.Column('found_role', sa.String(length=256), nullable=True),
    sa.Column('provenance', sa.String(length=16), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('reasons', sa.Text(), nullable=False),
    sa.Column('since', UtcTime(), nullable=False),
    sa.PrimaryKeyConstraint('platform', 'person_id', 'place_id', 'role', name=op.f('pk_holding'))
    )
    op.create_table('intent',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('platform', sa.String(length=128), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=32), nullable=False),
    sa.Column('place_id', sa.String(length=256), nullable=True),
    sa.Column('role', sa.String(length=256), nullable=True),
    sa.Column('object_id', sa.String(length=256), nullable=True),
    sa.Column('email', sa.String(length=512), nullable=True),
    sa.Column('opened_at', UtcTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_intent'))
    )
    op.create_index('ix_intent_person_id', 'intent', ['platform', 'person_id'], unique=False)
    op.create_table('mapping_problem',
    sa.Column('position', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('noted_at', UtcTime(), nullable=False),
    sa.Column('file', sa.String(length=255), nullable=False),
    sa.Column('line', sa.Integer(), nullable=False),
    sa.Column('column', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=64), nullable=False),
    sa.Column('message', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('position', name=op.f('pk_mapping_problem'))
    )
    op.create_table('mapping_revision',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('taken_at', UtcTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mapping_revision')),
    sqlite_autoincrement=True
    )
    op.create_table('pace',
    sa.Column('platform', sa.String(length=128), nullable=False),
    sa.Column('next_at', sa.Float(), nullable=False),
    sa.Column('quiet_until', sa.Float(), nullable=False),
    sa.PrimaryKeyConstraint('platform', name=op.f('pk_pace'))
    )
    op.create_table('removal',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('platform', sa.String(length=128), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=32), nullable=False),
    sa.Column('category', sa.String(length=16), nullable=True),
    sa.Column('place', sa.String(length=512), nullable=True),
    sa.Column('object', sa.String(length=512), nullable=True),
    sa.Column('at', UtcTime(), nullable=False),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.Column('confirmed_at', UtcTime(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_removal'))
    )
    op.create_index('ix_removal_person_id', 'removal', ['person_id', 'at'], unique=False)
    op.create_index('ix_removal_window', 'removal', ['platform', 'category', 'at'], unique=False)
    op.create_table('retired',
    sa.Column('platform', sa.String(length=128), nullable=False),
    sa.Column('by', sa.String(length=256), nullable=False),
    sa.Column('at', UtcTime(), nullable=False),
    sa.PrimaryKeyConstraint('platform', name=op.f('pk_retired'))
    )
    op.create_table('source',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=128), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('created_at', UtcTime(), nullable=False),
    sa.Column('disabled_at', UtcTime(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_source')),
    sa.UniqueConstraint('name', name=op.f('uq_source_name'))
    )
    op.create_table('work',
    sa.Column('platform', sa.String(length=128), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('subject', sa.String(length=64), nullable=False),
    sa.Column('wanted', sa.BigInteger(), nullable=False),
    sa.Column('done', sa.BigInteger(), nullable=False),
    sa.Column('due_at', UtcTime(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('lease_token', sa.String(length=36), nullable=True),
    sa.Column('lease_until', UtcTime(), nullable=True),
    sa.Column('parked', sa.Boolean(), nullable=False),
    sa.Column('urgent', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('first_failed_at', UtcTime(), nullable=True),
    sa.Column('requested_by', sa.String(length=128), nullable=True),
    sa.PrimaryKeyConstraint('platform', 'kind', 'subject', name=op.f('pk_work'))
    )
    op.create_index('ix_work_due', 'work', ['platform', 'parked', 'due_at'], unique=False)
    op.create_table('audit_seal',
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('record_id', sa.Integer(), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['record_id'], ['audit_record.id'], name=op.f('fk_audit_seal_record_id')),
    sa.PrimaryKeyConstraint('sequence', name=op.f('pk_audit_seal')),
    sa.UniqueConstraint('record_id', name=op.f('uq_audit_seal_record_id'))
    )
    op.create_table('mapping_file',
    sa.Column('revision_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=128), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['revision_id'], ['mapping_revision.id'], name=op.f('fk_mapping_file_revision_id')),
    sa.PrimaryKeyConstraint('revision_id', 'name', name=op.f('pk_mapping_file'))
    )
    op.create_table('mapping_platform',
    sa.Column('revision_id', sa.Integer(), nullable=False),
    sa.Column('source', sa.String(length=255), nullable=False),
    sa.Column('platform', sa.String(length=128), nullable=False),
    sa.ForeignKeyConstraint(['revision_id'], ['mapping_revision.id'], name=op.f('fk_mapping_platform_revision_id')),
    sa.PrimaryKeyConstraint('revision_id', 'source', 'platform', name=op.f('pk_mapping_platform'))
    )
    op.create_table('person',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('source_id', sa.Integer(), nullable=False),
    sa.Column('user_name', sa.String(length=512), nullable=False),
    sa.Column('user_name_key', sa.String(length=512).with_variant(sa.String(length=512, collation='C'), 'postgresql'), nullable=False),
    sa.Column('external_id', sa.String(length=512).with_variant(sa.String(length=512, collation='C'), 'postgresql'), nullable=True),
    sa.Column('created_at', UtcTime(), nullable=False),
    sa.Column('deactivated_at', UtcTime(), nullable=True),
    sa.Column('deleted_at', UtcTime(), nullable=True),
    sa.ForeignKeyConstraint(['source_id'], ['source.id'], name=op.f('fk_person_source_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_person_external_id', 'person', ['source_id', 'external_id'], unique=False)
    op.create_index('ix_person_user_name_key', 'person', ['source_id', 'user_name_key'], unique=False)
    op.create_table('scim_group',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('scim_id', sa.String(length=36), nullable=True),
    sa.Column('source_id', sa.Integer(), nullable=False),
    sa.Column('display_name', sa.String(length=512), nullable=False),
    sa.Column('display_name_key', sa.String(length=512).with_variant(sa.String(length=512, collation='C'), 'postgresql'), nullable=True),
    sa.Column('external_id', sa.String(length=512).with_variant(sa.String(length=512, collation='C'), 'postgresql'), nullable=True),
    sa.Column('payload', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', UtcTime(), nullable=False),
    sa.Column('modified_at', UtcTime(), nullable=False),
    sa.Column('retired_at', UtcTime(), nullable=True),
    sa.ForeignKeyConstraint(['source_id'], ['source.id'], name=op.f('fk_scim_group_source_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_scim_group')),
    sa.UniqueConstraint('scim_id', name=op.f('uq_scim_group_scim_id')),
    sa.UniqueConstraint('source_id', 'display_name_key', name='uq_scim_group_display_name_key'),
    sqlite_autoincrement=True
    )
    op.create_index('ix_scim_group_external_id', 'scim_group', ['source_id', 'external_id'], unique=False)
    op.create_index(op.f('ix_scim_group_retired_at'), 'scim_group', ['retired_at'], unique=False)
    op.create_table('token',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('source_id', sa.Integer(), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.Column('hint', sa.String(length=8), nullable=False),
    sa.Column('name', sa.String(length=128), nullable=False),
    sa.Column('created_at', UtcTime(), nullable=False),
    sa.Column('expires_at', UtcTime(), nullable=True),
    sa.Column('revoked_at', UtcTime(), nullable=True),
    sa.Column('last_used_at', UtcTime(), nullable=True),
    sa.ForeignKeyConstraint(['source_id'], ['source.id'], name=op.f('fk_token_source_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_token')),
    sa.UniqueConstraint('hash', name=op.f('uq_token_hash'))
    )
    op.create_index(op.f('ix_token_source_id'), 'token', ['source_id'], unique=False)
    op.create_table('group_member',
    sa.Column('parent_id', sa.Integer(), nullable=False),
    sa.Column('child_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['child_id'], ['scim_group.id'], name=op.f('fk_group_member_child_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['parent_id'], ['scim_group.id'], name=op.f('fk_group_member_parent_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('parent_id', 'child_id', name=op.f('pk_group_member')),
    sqlite_with_rowid=False
    )
    op.create_index('ix_group_member_child', 'group_member', ['child_id', 'parent_id'], unique=False)
    op.create_table('scim_user',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('scim_id', sa.String(length=36), nullable=False),
    sa.Column('source_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('user_name', sa.String(length=512), nullable=False),
    sa.Column('user_name_key', sa.String(length=512).with_variant(sa.String(length=512, collation='C'), 'postgresql'), nullable=False),
    sa.Column('external_id', sa.String(length=512).with_variant(sa.String(length=512, collation='C'), 'postgresql'), nullable=True),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('payload', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', UtcTime(), nullable=False),
    sa.Column('modified_at', UtcTime(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_scim_user_person_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['source_id'], ['source.id'], name=op.f('fk_scim_user_source_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_scim_user')),
    sa.UniqueConstraint('person_id', name=op.f('uq_scim_user_person_id')),
    sa.UniqueConstraint('scim_id', name=op.f('uq_scim_user_scim_id')),
    sa.UniqueConstraint('source_id', 'user_name_key', name='uq_scim_user_user_name_key'),
    sqlite_autoincrement=True
    )
    op.create_index('ix_scim_user_external_id', 'scim_user', ['source_id', 'external_id'], unique=False)
    op.create_table('member',
    sa.Column('group_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['group_id'], ['scim_group.id'], name=op.f('fk_member_group_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['scim_user.id'], name=op.f('fk_member_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('group_id', 'user_id', name=op.f('pk_member')),
    sqlite_with_rowid=False
    )
    op.create_index('ix_member_user', 'member', ['user_id', 'group_id'], unique=False)
    op.create_table('user_value',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('attribute', sa.String(length=160), nullable=False),
    sa.Column('item', sa.Integer(), nullable=False),
    sa.Column('sub', sa.String(length=64), nullable=False),
    sa.Column('text', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=True),
    sa.Column('key', sa.String(length=200).with_variant(sa.String(length=200, collation='C'), 'postgresql'), nullable=True),
    sa.Column('number', sa.Float(), nullable=True),
    sa.Column('boolean', sa.Boolean(), nullable=True),
    sa.Column('instant', UtcTime(), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['scim_user.id'], name=op.f('fk_user_value_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_user_value'))
    )
    op.create_index('ix_user_value_key', 'user_value', ['attribute', 'sub', 'key'], unique=False)
    op.create_index(op.f('ix_user_value_user_id'), 'user_value', ['user_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_user_value_user_id'), table_name='user_value')
    op.drop_index('ix_user_value_key', table_name='user_value')
    op.drop_table('user_value')
    op.drop_index('ix_member_user', table_name='member')
    op.drop_table('member')
    op.drop_index('ix_scim_user_external_id', table_name='scim_user')
    op.drop_table('scim_user')
    op.drop_index('ix_group_member_child', table_name='group_member')
    op.drop_table('group_member')
    op.drop_index(op.f('ix_token_source_id'), table_name='token')
    op.drop_table('token')
    op.drop_index(op.f('ix_scim_group_retired_at'), table_name='scim_group')
    op.drop_index('ix_scim_group_external_id', table_name='scim_group')
    op.drop_table('scim_group')
    op.drop_index('ix_person_user_name_key', table_name='person')
    op.drop_index('ix_person_external_id', table_name='person')
    op.drop_table('person')
    op.drop_table('mapping_platform')
    op.drop_table('mapping_file')
    op.drop_table('audit_seal')
    op.drop_index('ix_work_due', table_name='work')
    op.drop_table('work')
    op.drop_table('source')
    op.drop_table('retired')
    op.drop_index('ix_removal_window', table_name='removal')
    op.drop_index('ix_removal_person_id', table_name='removal')
    op.drop_table('removal')
    op.drop_table('pace')
    op.drop_table('mapping_revision')
    op.drop_table('mapping_problem')
    op.drop_index('ix_intent_person_id', table_name='intent')
    op.drop_table('intent')
    op.drop_table('holding')
    op.drop_table('held_back')
    op.drop_index(op.f('ix_credential_person_id'), table_name='credential')
    op.drop_index('ix_credential_owner_id', table_name='credential')
    op.drop_table('credential')
    op.drop_index('ix_audit_record_request_id', table_name='audit_record')
    op.drop_index('ix_audit_record_person_id', table_name='audit_record')
    op.drop_index('ix_audit_record_at', table_name='audit_record')
    op.drop_table('audit_record')
    op.drop_index('ix_account_state', table_name='account')
    op.drop_index('ix_account_email_key', table_name='account')
    op.drop_table('account')
