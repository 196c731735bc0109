"""The commands that read: serve, search, show, status, export and reindex; and those that keep an archive whole."""

from app.cli.commands import commands
from app.cli.errors import report_errors

__all__ = ["commands", "report_errors"]
