"""What a mail's attachment became."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Attached:
    """A mail's attachment that is a document of its own."""

    message: int  # index of the message within the mail file
    name: str  # as the message names it
    document_id: int
