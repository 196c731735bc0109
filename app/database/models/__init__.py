"""The tables of the archive, one noun a file."""

from app.database.models.agency import Agency, Person
from app.database.models.base import Base, DatePrecision, DocumentState, Level, Role, TextSource
from app.database.models.document import BatesNumber, Document, Page, Problem, Redaction
from app.database.models.message import Attachment, Message, Participant, Redirect, RetiredEntry
from app.database.models.release import Release, ReleasedFile

__all__ = [
    "Agency",
    "Attachment",
    "Base",
    "BatesNumber",
    "DatePrecision",
    "Document",
    "DocumentState",
    "Level",
    "Message",
    "Page",
    "Participant",
    "Person",
    "Problem",
    "Redaction",
    "Redirect",
    "Release",
    "ReleasedFile",
    "RetiredEntry",
    "Role",
    "TextSource",
]
