"""What may differ in an archive, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What differs from what."""

    DATABASE = "database"
    REFERENCE = "reference"
    ORIGINAL_MISSING = "original missing"
    ORIGINAL_CHANGED = "original changed"
    ORIGINAL_UNKNOWN = "original unknown"
    LEFTOVER = "leftover"
    PAGES_LOST = "pages lost"
    PLACE_WRONG = "place wrong"
    REASON_MISSING = "reason missing"
    KEY_WRONG = "key wrong"
    INDEX = "index"
    ENTRY_MISSING = "entry missing"
    ENTRY_STALE = "entry stale"
    ENTRY_EXTRA = "entry extra"
    ENTRY_DOUBLE = "entry double"


_READ_AGAIN = "`verify --repair` queues the file and `readingroom retry` reads it again"
_RESTORE = "restore the archive from a backup"
_REPAIR = "`verify --repair` mends it"

ADVICE = {
    Kind.DATABASE: _RESTORE,
    Kind.REFERENCE: _RESTORE,
    Kind.ORIGINAL_MISSING: "copy the file from a backup, or ingest it again",
    Kind.ORIGINAL_CHANGED: "copy the file from a backup: nothing else has its bytes",
    Kind.ORIGINAL_UNKNOWN: "`verify --repair` sets it aside in strays/, from where it can be ingested",
    Kind.LEFTOVER: _REPAIR,
    Kind.PAGES_LOST: _READ_AGAIN,
    Kind.PLACE_WRONG: _READ_AGAIN,
    Kind.REASON_MISSING: _READ_AGAIN,
    Kind.KEY_WRONG: _RESTORE,
    Kind.INDEX: f"{_REPAIR}, and so does `readingroom reindex`",
    Kind.ENTRY_MISSING: _REPAIR,
    Kind.ENTRY_STALE: _REPAIR,
    Kind.ENTRY_EXTRA: _REPAIR,
    Kind.ENTRY_DOUBLE: _REPAIR,
}
READ_AGAIN = frozenset({Kind.PAGES_LOST, Kind.PLACE_WRONG, Kind.REASON_MISSING})
ENTRIES = frozenset({Kind.ENTRY_MISSING, Kind.ENTRY_STALE, Kind.ENTRY_EXTRA, Kind.ENTRY_DOUBLE})
MENDABLE = READ_AGAIN | ENTRIES | {Kind.ORIGINAL_UNKNOWN, Kind.LEFTOVER, Kind.INDEX}


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not as it was kept."""

    kind: Kind
    subject: str  # a key, a hash, a path within the home, or a table
    detail: str  # for a person

    @property
    def advice(self) -> str:
        """What to do about it."""
        return ADVICE[self.kind]

    @property
    def line(self) -> str:
        """All of it on one line."""
        return f"{self.kind.value}: {self.subject}: {self.detail}; {self.advice}."
