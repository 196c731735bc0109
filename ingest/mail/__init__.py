"""Read native mail, .eml, .mbox, .msg and .pst, into the same records as printed emails."""

from ingest.mail.quotes import split_quoted
from ingest.mail.reading import read_mail

__all__ = ["read_mail", "split_quoted"]
