"""Cut a document's pages into its printed emails and the messages that they quote."""

from ingest.messages.papers import find_papers
from ingest.messages.plain import with_quoted
from ingest.messages.split import split_messages

__all__ = ["find_papers", "split_messages", "with_quoted"]
