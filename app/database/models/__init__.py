"""The tables of the archive, one noun a file."""

from app.database.models.agency import Agency, Person, PersonMerge
from app.database.models.base import (
    Base,
    CorrectionAction,
    DatePrecision,
    DocumentState,
    Level,
    MessageKind,
    PaperKind,
    ParentEvidence,
    RedactionShape,
    Role,
    TextSource,
)
from app.database.models.document import BatesNumber, Document, Leak, Page, Paper, Problem, Redaction
from app.database.models.message import (
    Attachment,
    CopyDifference,
    Correction,
    Message,
    MessageMark,
    Participant,
    Redirect,
    RetiredEntry,
    SentMessage,
)
from app.database.models.release import Release, ReleasedFile

__all__ = [
    "Agency",
    "Attachment",
    "Base",
    "BatesNumber",
    "CopyDifference",
    "Correction",
    "CorrectionAction",
    "DatePrecision",
    "Document",
    "DocumentState",
    "Leak",
    "Level",
    "Message",
    "MessageKind",
    "MessageMark",
    "Page",
    "Paper",
    "PaperKind",
    "ParentEvidence",
    "Participant",
    "Person",
    "PersonMerge",
    "Problem",
    "Redaction",
    "RedactionShape",
    "Redirect",
    "Release",
    "ReleasedFile",
    "RetiredEntry",
    "Role",
    "SentMessage",
    "TextSource",
]
