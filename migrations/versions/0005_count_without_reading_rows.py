"""count without reading rows"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_WIDER = {  # an index of one column, and the columns of the one that does its work too
    ("messages", "document_id"): ["document_id", "level", "sent_at"],
    ("messages", "level"): ["level", "sent_at"],
    ("messages", "sent_message_id"): ["sent_message_id", "level", "document_id"],
    ("participants", "person_id"): ["person_id", "message_id"],
}


def upgrade() -> None:
    for (table, column), columns in _WIDER.items():
        op.create_index(f"ix_{table}_{'_'.join(columns)}", table, columns, unique=False)
        op.drop_index(f"ix_{table}_{column}", table_name=table)
    op.create_index(
        "ix_sent_messages_unanswered",
        "sent_messages",
        ["id"],
        unique=False,
        sqlite_where=sa.text("is_reply IS 1 AND parent_id IS NULL"),
        postgresql_where=sa.text("is_reply IS true AND parent_id IS NULL"),
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute("ANALYZE")  # an archive that gets no new files for years has no other occasion


def downgrade() -> None:
    op.drop_index("ix_sent_messages_unanswered", table_name="sent_messages")
    for (table, column), columns in _WIDER.items():
        op.create_index(f"ix_{table}_{column}", table, [column], unique=False)
        op.drop_index(f"ix_{table}_{'_'.join(columns)}", table_name=table)
