"""The commands that read: serve, search, show, status, export and reindex."""

from app.cli.commands import commands
from app.cli.errors import report_errors

__all__ = ["commands", "report_errors"]
