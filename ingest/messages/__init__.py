"""Cut a document's pages into its printed emails and the messages that they quote."""

from ingest.messages.plain import with_quoted
from ingest.messages.split import split_messages

__all__ = ["split_messages", "with_quoted"]
