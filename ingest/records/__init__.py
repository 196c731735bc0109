"""The frozen values that travel between the stages."""

from ingest.records.corrections import CorrectionAction, CorrectionRecord
from ingest.records.files import AttachedFile, FileKind, Problem, ReleaseRecord, SourceFile, State
from ingest.records.headers import DatePrecision, FieldReading, Headers, Mailbox, PrintedDate, ReadingMethod
from ingest.records.messages import (
    Decision,
    Doubt,
    Level,
    MessageKind,
    MessageRecord,
    PaperKind,
    PaperRecord,
    Reading,
    TextKind,
    TextPart,
)
from ingest.records.pages import Box, Leak, Line, OcrMark, PageRecord, Redaction, RedactionShape, TextSource, Word

__all__ = [
    "AttachedFile",
    "Box",
    "CorrectionAction",
    "CorrectionRecord",
    "DatePrecision",
    "Decision",
    "Doubt",
    "FieldReading",
    "FileKind",
    "Headers",
    "Leak",
    "Level",
    "Line",
    "Mailbox",
    "MessageKind",
    "MessageRecord",
    "OcrMark",
    "PageRecord",
    "PaperKind",
    "PaperRecord",
    "PrintedDate",
    "Problem",
    "Reading",
    "ReadingMethod",
    "Redaction",
    "RedactionShape",
    "ReleaseRecord",
    "SourceFile",
    "State",
    "TextKind",
    "TextPart",
    "TextSource",
    "Word",
]
