"""say who may read what, and what was withdrawn"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_NOT_PUBLIC = sa.text("world <> ''")
_READ = ("documents", "pages", "messages")


def upgrade() -> None:
    op.create_table(
        "read_tokens",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("release_ids", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_read_tokens")),
        sa.UniqueConstraint("name", name=op.f("uq_read_tokens_name")),
        sa.UniqueConstraint("sha256", name=op.f("uq_read_tokens_sha256")),
    )
    op.create_table(
        "worlds",
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_worlds")),
    )
    op.create_table(
        "withdrawals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("first_page", sa.Integer(), nullable=True),
        sa.Column("last_page", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(), nullable=False),
        sa.Column("withdrawn_by", sa.String(), nullable=False),
        sa.Column("undone_at", sa.DateTime(), nullable=True),
        sa.Column("undone_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_withdrawals_document_id_documents")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_withdrawals")),
    )
    op.create_index(op.f("ix_withdrawals_document_id"), "withdrawals", ["document_id"], unique=False)
    op.create_index(op.f("ix_withdrawals_key"), "withdrawals", ["key"], unique=False)
    op.create_table(
        "tombstones",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("withdrawal_id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("world", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_tombstones_document_id_documents")),
        sa.ForeignKeyConstraint(
            ["withdrawal_id"], ["withdrawals.id"], name=op.f("fk_tombstones_withdrawal_id_withdrawals")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_tombstones")),
    )
    op.create_index(op.f("ix_tombstones_document_id"), "tombstones", ["document_id"], unique=False)
    op.create_index(op.f("ix_tombstones_withdrawal_id"), "tombstones", ["withdrawal_id"], unique=False)
    for table in (*_READ, "sent_messages"):
        op.add_column(table, sa.Column("world", sa.String(), server_default="", nullable=False))
    for table in _READ:
        op.create_index(
            f"ix_{table}_world",
            table,
            ["world"],
            unique=False,
            sqlite_where=_NOT_PUBLIC,
            postgresql_where=_NOT_PUBLIC,
        )
    visibility = sa.Enum("public", "unlisted", "private", name="visibility", native_enum=False, length=32)
    op.add_column("releases", sa.Column("visibility", visibility, server_default="public", nullable=False))


def downgrade() -> None:
    op.drop_column("releases", "visibility")
    for table in _READ:
        op.drop_index(f"ix_{table}_world", table_name=table)
    for table in (*_READ, "sent_messages"):
        op.drop_column(table, "world")
    for table in ("tombstones", "withdrawals", "worlds", "read_tokens"):
        op.drop_table(table)
