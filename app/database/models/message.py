"""Rows of emails, their participants and attachments."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database.models.agency import Agency, Person
from app.database.models.base import (
    Base,
    CorrectionAction,
    DatePrecision,
    Level,
    MessageKind,
    ParentEvidence,
    Role,
)
from app.database.models.document import NOT_PUBLIC, Document, Redaction

# Replies of which nobody knows what they answer, as queries of SQLite and of PostgreSQL say it.
_UNANSWERED = text("is_reply IS 1 AND parent_id IS NULL"), text("is_reply IS true AND parent_id IS NULL")


class Message(Base):
    """An email, printed as a document's own or quoted inside another.

    In `text` and `quoted_text` a form feed stands where the page turns: the page of a character is
    `first_page` plus the form feeds before it. Of a quoted message only its own words are kept
    here; the printed message that holds it has all of them in `quoted_text`.
    """

    __tablename__ = "messages"
    __table_args__ = (
        Index("ix_messages_sent_at_id", "sent_at", "id"),
        Index("ix_messages_level_sent_at", "level", "sent_at"),  # these three: counts and spans without the rows
        Index("ix_messages_document_id_level_sent_at", "document_id", "level", "sent_at"),
        Index("ix_messages_sent_message_id_level_document_id", "sent_message_id", "level", "document_id"),
        Index("ix_messages_world", "world", sqlite_where=NOT_PUBLIC, postgresql_where=NOT_PUBLIC),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), index=True)
    level: Mapped[Level]
    position: Mapped[int]  # order within the document, from 0
    first_page: Mapped[int]  # 1 for a mail, which has no pages
    last_page: Mapped[int]
    first_line: Mapped[int]  # line of `first_page` on which the header begins, from 1
    text_page: Mapped[int]  # page on which `text` begins: after the header
    header_text: Mapped[str]  # the header block as printed
    subject: Mapped[str | None]  # None: no subject is printed
    sent_at: Mapped[datetime | None]  # wall time as printed, without zone; missing parts are the first
    date_text: Mapped[str | None]  # as printed
    date_precision: Mapped[DatePrecision | None]
    utc_offset_min: Mapped[int | None]  # only where a zone is printed
    text: Mapped[str]  # the sender's own words
    quoted_text: Mapped[str]  # everything below them as printed, "" if nothing
    kind: Mapped[MessageKind] = mapped_column(server_default="email")
    importance: Mapped[str | None]  # as printed, "High"
    text_parts: Mapped[list[Any]] = mapped_column(JSON, server_default="[]")  # [kind, start, end] within `text`
    header_fields: Mapped[list[Any]] = mapped_column(JSON, server_default="[]")  # see ingest/records.py, FieldReading
    confidence: Mapped[float] = mapped_column(server_default="1")  # that it is of this level and begins here, 0 to 1
    reasons: Mapped[list[Any]] = mapped_column(JSON, server_default="[]")  # what speaks most for and against, in words
    doubts: Mapped[list[Any]] = mapped_column(JSON, server_default="[]")  # [code, detail]: why a person should look
    doubtful: Mapped[bool] = mapped_column(server_default="0", index=True)  # waits in the review queue
    checked_by: Mapped[str | None]  # the person who looked at it; None: read by machine alone
    sent_message_id: Mapped[int | None] = mapped_column(ForeignKey("sent_messages.id"))
    internet_message_id: Mapped[str | None] = mapped_column(index=True)  # of a mail's header, without "<>"
    in_reply_to: Mapped[str | None]  # the `internet_message_id` of the email that it answers
    references_text: Mapped[str] = mapped_column(server_default="")  # those of its thread in order, blank apart
    indexed_at: Mapped[datetime | None] = mapped_column(index=True)  # UTC; NULL: waits for the index
    world: Mapped[str] = mapped_column(default="", server_default="")  # its document's, unless it is withdrawn

    document: Mapped[Document] = relationship(lazy="raise")
    parent: Mapped["Message | None"] = relationship(remote_side=[id], lazy="raise")
    participants: Mapped[list["Participant"]] = relationship(
        lazy="raise", order_by="Participant.id", cascade="all, delete-orphan", passive_deletes=True
    )
    attachments: Mapped[list["Attachment"]] = relationship(
        lazy="raise", order_by="Attachment.id", cascade="all, delete-orphan", passive_deletes=True
    )
    redactions: Mapped[list[Redaction]] = relationship(lazy="raise", order_by=Redaction.id, viewonly=True)
    sent_message: Mapped["SentMessage | None"] = relationship(lazy="raise")


class Participant(Base):
    """A mailbox as it is printed in one header, in one role."""

    __tablename__ = "participants"
    __table_args__ = (Index("ix_participants_person_id_message_id", "person_id", "message_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), index=True)
    role: Mapped[Role]
    printed: Mapped[str]  # as printed, with tags and brackets
    name: Mapped[str | None]
    address: Mapped[str | None]
    withheld: Mapped[bool]  # the value is there, and blacked out: never merged into a person
    codes: Mapped[str]  # normalised exemption codes, one a line, "" if none
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))  # None if withheld
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agencies.id"), index=True)
    agency_evidence: Mapped[str | None]  # what gave the agency: "tag NIH/NIAID", "domain state.gov"
    agency_inherited: Mapped[bool] = mapped_column(server_default="0")  # from other mailboxes of the same person

    person: Mapped[Person | None] = relationship(lazy="raise")
    agency: Mapped[Agency | None] = relationship(lazy="raise")


class Attachment(Base):
    """An attachment that an email names."""

    __tablename__ = "attachments"

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    document_id: Mapped[int | None] = mapped_column(ForeignKey("documents.id"), index=True)  # None: not released

    document: Mapped[Document | None] = relationship(lazy="raise")


class Redirect(Base):
    """An address that moved when a file was read again: cited addresses must not break."""

    __tablename__ = "redirects"

    old_key: Mapped[str] = mapped_column(primary_key=True)
    new_path: Mapped[str]  # "/messages/KEY" or "/documents/KEY"


class RetiredEntry(Base):
    """An entry that the index still has and the record no longer: the queue of removals."""

    __tablename__ = "retired_entries"

    key: Mapped[str] = mapped_column(primary_key=True)


class SentMessage(Base):
    """One message as it was sent, however often it is printed or quoted: its appearances name it."""

    __tablename__ = "sent_messages"
    __table_args__ = (
        Index("ix_sent_messages_unanswered", "id", sqlite_where=_UNANSWERED[0], postgresql_where=_UNANSWERED[1]),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("sent_messages.id"), index=True)  # what it answers
    parent_evidence: Mapped[ParentEvidence | None]
    thread_id: Mapped[int | None] = mapped_column(ForeignKey("sent_messages.id"), index=True)  # the thread's first
    is_printed: Mapped[bool] = mapped_column(server_default="1", index=True)  # False: quoted, and printed nowhere
    is_reply: Mapped[bool] = mapped_column(server_default="0")  # "RE:" or the like stands before its subject
    world: Mapped[str] = mapped_column(default="", server_default="")  # that of its appearances; public if one is


class MessageMark(Base):
    """What a message shares with others that may be it or be of its thread: see ingest/threads/marks.py."""

    __tablename__ = "message_marks"

    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True)
    mark: Mapped[int] = mapped_column(BigInteger, primary_key=True, index=True)  # 63 bits of a hash


class CopyDifference(Base):
    """What one appearance of a message shows that another withholds, word by word."""

    __tablename__ = "copy_differences"

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), index=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), index=True)
    likeness: Mapped[float]  # of their texts, 0 to 1
    differences: Mapped[list[Any]] = mapped_column(JSON)  # [words here, words there, page here, page there]


class Correction(Base):
    """What a person decided about a record: appended, never changed, replayed when the file is read again."""

    __tablename__ = "corrections"

    id: Mapped[int] = mapped_column(primary_key=True)
    made_at: Mapped[datetime]  # UTC
    made_by: Mapped[str]
    sha256: Mapped[str] = mapped_column(index=True)  # of the file; "" for people
    page: Mapped[int | None]
    line: Mapped[int | None]  # of the page, from 1
    anchor: Mapped[str]  # the line's text when it was decided; for people both keys, blank apart
    action: Mapped[CorrectionAction]
    field: Mapped[str | None]  # of SET_FIELD and WITHHOLD_FIELD: "from", "to", "date" ...
    before: Mapped[str | None]
    after: Mapped[str | None]
    note: Mapped[str | None]
