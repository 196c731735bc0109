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
from ingest.records.ranges import Answer, LongDocument, PageCount, PageRange, PagesRead, Task
from ingest.records.threads import Appearance, ParentEvidence, SentRecord, Threads

__all__ = [
    "Answer",
    "Appearance",
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
    "LongDocument",
    "Mailbox",
    "MessageKind",
    "MessageRecord",
    "OcrMark",
    "PageCount",
    "PageRange",
    "PageRecord",
    "PagesRead",
    "PaperKind",
    "PaperRecord",
    "ParentEvidence",
    "PrintedDate",
    "Problem",
    "Reading",
    "ReadingMethod",
    "Redaction",
    "RedactionShape",
    "ReleaseRecord",
    "SentRecord",
    "SourceFile",
    "State",
    "Task",
    "TextKind",
    "TextPart",
    "TextSource",
    "Threads",
    "Word",
]
