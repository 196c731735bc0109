"""Cut a document's pages into its printed emails and the messages that they quote."""

from ingest.messages.split import split_messages

__all__ = ["split_messages"]
