"""Run migrations on the connection that the program hands over, or on the archive of the settings."""

from alembic import context
from sqlalchemy import Connection

from app.config import Settings
from app.database.connection import open_database
from app.database.models import Base


def _migrate(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    _migrate(given)
else:
    with open_database(Settings().database_url).begin() as own:
        _migrate(own)
