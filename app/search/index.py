"""What every search engine must do: the entries it keeps and the answers it gives."""

from dataclasses import dataclass
from datetime import date, datetime

from app.search.results import EntryKind


@dataclass(frozen=True, slots=True)
class Entry:
    """What the index keeps of a printed message, or of a page that belongs to no message."""

    key: str  # a message's key, or "DOCUMENTKEY/PAGENUMBER"
    kind: EntryKind
    sequence: int  # rises as entries are made; an entry that replaces another has a new one
    document_key: str
    releases: tuple[str, ...]  # slugs
    agencies: tuple[str, ...]  # slugs of the participants' and the releases' agencies and all their parents
    sender: str  # name and address as printed, "" if none
    sender_key: str  # the person's key, "" if withheld or unknown
    to: str  # all recipients, one a line
    cc: str
    participants: str  # everyone in any role, also of quoted messages
    participant_keys: tuple[str, ...]
    subject: str
    text: str  # the sender's own words, or the page's text
    quoted_text: str
    attachments: str  # file names, one a line
    has_attachment: bool
    first_day: date | None  # the wall date; of "September 2012" its first and last day
    last_day: date | None
    sent_at: datetime | None  # for sorting; wall time as printed
    bates_numbers: tuple[str, ...]
    exemptions: tuple[str, ...]  # normalised, "(b)(7)(E)"
