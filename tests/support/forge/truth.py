"""What a forged release says: exact, for every record on its pages."""

from dataclasses import dataclass, field
from pathlib import Path

WITHHELD = "[REDACTED]"


@dataclass(slots=True)
class Truth:
    """One record as a reader of the page would write it down; the fields are those by which records are scored."""

    page_start: int  # from 1
    line_start: int  # line of that page, from 1, furniture counted
    level: str = "top"  # or "quoted"
    kind: str = "email"  # "invite", "memo", "letter", "fax", "cable", "cover_sheet", "index", "attachment"
    page_end: int = 0
    sender: str = ""  # "" : really empty
    to: list[str] = field(default_factory=list)
    cc: list[str] = field(default_factory=list)
    date: str | None = ""  # ISO 8601 as printed, an offset only if one is printed; None: not scored
    subject: str = ""
    attachments: list[str] = field(default_factory=list)
    codes: list[str] | None = field(default_factory=list)  # None: a stamp names some, not scored
    bates: list[str] = field(default_factory=list)

    def as_scored(self, file: str) -> dict[str, object]:
        """Return the record in the fields of a truth file."""
        return {
            "file": file, "page_start": self.page_start, "page_end": self.page_end, "line_start": self.line_start,
            "level": self.level, "kind": self.kind, "from": self.sender, "to": self.to, "cc": self.cc,
            "date": self.date, "subject": self.subject, "attachments": self.attachments, "codes": self.codes,
            "bates": self.bates,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class ForgedRelease:
    """A release PDF and what stands in it."""

    path: Path
    family: str
    seed: int
    records: tuple[Truth, ...]  # in the order of the pages

    def emails(self, level: str) -> list[Truth]:
        """Return the emails and invites of one level, "top" or "quoted"."""
        return [record for record in self.records if record.level == level and record.kind in ("email", "invite")]
