"""Rows of released files, their pages, problems and marks."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from app.database.bates_key import bates_key
from app.database.models.base import Base, DocumentState, PaperKind, RedactionShape, TextSource

NOT_PUBLIC = text("world <> ''")  # few rows: an index of the others would lead the planner astray


class Document(Base):
    """One released file, whatever became of it; its bytes lie in the file store under `sha256`."""

    __tablename__ = "documents"
    __table_args__ = (Index("ix_documents_world", "world", sqlite_where=NOT_PUBLIC, postgresql_where=NOT_PUBLIC),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)  # first 16 hex digits of the SHA-256
    sha256: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]  # the file's name without its folder, as first found
    kind: Mapped[str]  # pdf, eml, mbox, msg, pst, zip or unknown: told by content
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    page_count: Mapped[int]  # 0 where it has no pages, as a mail
    state: Mapped[DocumentState] = mapped_column(index=True)
    pipeline_version: Mapped[int]
    ingested_at: Mapped[datetime]  # UTC
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("documents.id"), index=True)  # the zip or mail it lay in
    world: Mapped[str] = mapped_column(default="", server_default="")  # who may read it: see app/database/worlds.py

    pages: Mapped[list["Page"]] = relationship(
        lazy="raise", order_by="Page.number", cascade="all, delete-orphan", passive_deletes=True
    )
    problems: Mapped[list["Problem"]] = relationship(
        lazy="raise", order_by="Problem.id", cascade="all, delete-orphan", passive_deletes=True
    )


class Page(Base):
    """One page of a document."""

    __tablename__ = "pages"
    __table_args__ = (
        UniqueConstraint("document_id", "number"),
        Index("ix_pages_text_source_document_id", "text_source", "document_id"),  # pages that cannot be searched
        Index("ix_pages_world", "world", sqlite_where=NOT_PUBLIC, postgresql_where=NOT_PUBLIC),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"))
    number: Mapped[int]  # counts from 1
    width_pt: Mapped[float]
    height_pt: Mapped[float]
    text: Mapped[str]  # lines in reading order
    text_source: Mapped[TextSource]
    ocr_engine: Mapped[str | None]  # "tesseract 5.5.4"; None: not read by OCR
    ocr_confidence: Mapped[float | None]  # mean of its words, 0 to 1
    word_boxes: Mapped[bytes]  # one box for each word of text.split(): see app/database/word_boxes.py
    stamped_numbers: Mapped[str]  # document, case and request numbers of its stamps, blank apart, "" if none
    in_message: Mapped[bool]  # False: belongs to no email and is an entry of the index by itself
    indexed_at: Mapped[datetime | None] = mapped_column(index=True)  # UTC; NULL: waits for the index
    world: Mapped[str] = mapped_column(default="", server_default="")  # its document's, unless it is withdrawn

    bates_numbers: Mapped[list["BatesNumber"]] = relationship(
        lazy="raise", order_by="BatesNumber.id", cascade="all, delete-orphan", passive_deletes=True
    )
    redactions: Mapped[list["Redaction"]] = relationship(
        lazy="raise", order_by="Redaction.id", cascade="all, delete-orphan", passive_deletes=True
    )


class Problem(Base):
    """Something that kept a document, or one of its pages, from being read whole."""

    __tablename__ = "problems"

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), index=True)
    page: Mapped[int | None]  # None: the whole file
    code: Mapped[str]  # stable, for programs: "empty_file", "no_text", "worker_timeout" ...
    detail: Mapped[str]  # for a person: what was wrong and what to do


class BatesNumber(Base):
    """A number stamped on a page of a production."""

    __tablename__ = "bates_numbers"
    __table_args__ = (Index("ix_bates_numbers_key", "counter", "series"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("pages.id", ondelete="CASCADE"), index=True)
    number: Mapped[str] = mapped_column(index=True)  # as printed, "STATE-SCB0045247"
    series: Mapped[str | None]  # its prefix as app/database/bates_key.py compares it; None: not read again yet
    counter: Mapped[int | None] = mapped_column(BigInteger)  # None: not read again yet

    @validates("number")
    def _keep_key(self, _name: str, number: str) -> str:
        self.series, self.counter = bates_key(number)
        return number


class Redaction(Base):
    """A withheld passage, or an exemption code that claims one, on a page."""

    __tablename__ = "redactions"

    id: Mapped[int] = mapped_column(primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("pages.id", ondelete="CASCADE"), index=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), index=True)
    code: Mapped[str | None] = mapped_column(index=True)  # normalised, "(b)(7)(E)"; None: a box without a code
    printed: Mapped[str | None]  # the code as printed, "B6"
    shape: Mapped[RedactionShape] = mapped_column(server_default="box")
    x0: Mapped[float | None]  # the box in points from the top left corner; None where only the code is known
    top: Mapped[float | None]
    x1: Mapped[float | None]
    bottom: Mapped[float | None]


class Leak(Base):
    """Words left readable under a box: for the archive's keeper, shown by no page and found by no search."""

    __tablename__ = "leaks"

    id: Mapped[int] = mapped_column(primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("pages.id", ondelete="CASCADE"), index=True)
    text: Mapped[str]
    x0: Mapped[float]  # the box in points from the top left corner
    top: Mapped[float]
    x1: Mapped[float]
    bottom: Mapped[float]


class Paper(Base):
    """A stretch of a document that is no email: a letter, a memo, pages attached to an email."""

    __tablename__ = "papers"

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), index=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), index=True)
    kind: Mapped[PaperKind]
    position: Mapped[int]  # order within the document, from 0
    first_page: Mapped[int]
    last_page: Mapped[int]
    first_line: Mapped[int]  # line of `first_page` on which it begins, from 1
    title: Mapped[str | None]  # None: nothing legible
    confidence: Mapped[float]  # that it is of this kind and begins here, 0 to 1
