"""What ties messages together: their appearances, and the messages as they were sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ingest.records.messages import Doubt


class ParentEvidence(StrEnum):
    """What says that one message answers or forwards another; the words of the record's own choice."""

    QUOTED = "quoted"
    REPLY_HEADER = "reply_header"
    LIKELY = "likely"


@dataclass(frozen=True, slots=True)
class Appearance:
    """A message as it stands in one place, printed or quoted; ids are the record's own."""

    id: int
    chain: int  # id of the printed message at the top of the chain in which it stands, its own if it is that one
    above: int | None = None  # id of the appearance that quotes it
    sender: int | None = None  # id of the person; None: withheld, or none read
    sender_name: str = ""  # as printed, "" where `sender` is None
    recipients: frozenset[int] = frozenset()  # ids of the people known among them
    day: str | None = None  # "2012-09-11"; None: no day is known
    moment: datetime | None = None  # wall time; None: no time is printed
    has_seconds: bool = False  # False: `moment` is known to the minute
    subject: str | None = None  # without prefixes, folded; None: none read
    is_reply: bool = False  # "RE:", "FW:" or the like stood before the subject
    letters: str = ""  # the sender's own words, folded: see ingest/duplicates.py
    message_id: str | None = None  # of a native mail
    answers: tuple[str, ...] = ()  # message ids that a native mail says it answers, the likeliest first


@dataclass(frozen=True, slots=True)
class SentRecord:
    """One message as it was sent; parents and threads are indexes within the same answer."""

    appearances: tuple[int, ...]  # ids, in order
    parent: int | None  # what it answers or forwards
    evidence: ParentEvidence | None
    thread: int  # the first message of its thread, itself where it stands alone
    is_printed: bool  # False: quoted, and printed nowhere
    is_reply: bool  # "RE:" or the like stands before its subject


@dataclass(frozen=True, slots=True)
class Threads:
    """Sent messages, and what does not fit about some of their appearances."""

    sent: tuple[SentRecord, ...]
    doubts: Mapping[int, Doubt]  # by the id of an appearance
