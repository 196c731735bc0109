"""Files as they are found, and what becomes of one."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ingest.records.corrections import CorrectionRecord


class FileKind(StrEnum):
    """What a file is, told by its content."""

    PDF = "pdf"
    EML = "eml"
    MBOX = "mbox"
    MSG = "msg"
    PST = "pst"
    ZIP = "zip"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Problem:
    """What kept a file or a page from being read whole."""

    code: str
    detail: str  # for a person: what was wrong and what to do
    page: int | None = None


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that was found and hashed."""

    location: Path  # where its bytes can be read now; for a zip's member a temporary file
    path: str  # below the folder that was given; a zip's members as "letters.zip/scan.pdf"
    sha256: str  # "" where the bytes could not be read: such a file cannot be kept, only reported
    size_bytes: int
    kind: FileKind
    parent_sha256: str | None = None  # of the zip or mail it lay in
    depth: int = 0  # how many zips or mails it lies within
    problem: Problem | None = None  # why no reader should open it
    corrections: tuple[CorrectionRecord, ...] = ()  # what people decided about it, in that order
    patience: int = 1  # times the usual time that its reading may take

    @property
    def name(self) -> str:
        """The file's name without its folder."""
        return self.path.rsplit("/", 1)[-1]


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """The bytes of a native mail's attachment."""

    name: str
    content: bytes


class State(StrEnum):
    """What became of a file."""

    READING = "reading"  # some of its pages are there, others are still being read
    PUBLISHED = "published"
    PARTIAL = "partial"
    LOCKED = "locked"
    UNREADABLE = "unreadable"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class ReleaseRecord:
    """What is known of a release; dates are ISO days."""

    slug: str
    title: str
    agency: str | None = None
    requester: str | None = None
    request_number: str | None = None
    requested_on: str | None = None
    released_on: str | None = None
    covers_from: str | None = None
    covers_to: str | None = None
    source_url: str | None = None
    note: str | None = None
    visibility: str | None = None  # "private", "unlisted" or "public"; None: as it is, at first public
