"""find pages without text by an index: every search counts them"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_pages_text_source_document_id", "pages", ["text_source", "document_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_pages_text_source_document_id", table_name="pages")
