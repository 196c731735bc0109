"""Rows of releases and of the files found in them."""

from datetime import date

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database.models.agency import Agency
from app.database.models.base import Base, Visibility
from app.database.models.document import Document


class Release(Base):
    """A production of records by an agency, as its releaser or the archive's keeper describes it."""

    __tablename__ = "releases"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agencies.id"), index=True)
    agency_name: Mapped[str | None]  # the releasing agency as given, also where we do not know it
    requester: Mapped[str | None]
    request_number: Mapped[str | None]  # request or case number
    requested_on: Mapped[date | None]
    released_on: Mapped[date | None]
    covers_from: Mapped[date | None]  # the date range asked for, both days inclusive
    covers_to: Mapped[date | None]
    source_url: Mapped[str | None]
    note: Mapped[str | None]
    visibility: Mapped[Visibility] = mapped_column(default=Visibility.PUBLIC, server_default="public")

    agency: Mapped[Agency | None] = relationship(lazy="raise")


class ReleasedFile(Base):
    """Where a document was found: the same bytes may stand in several places and releases."""

    __tablename__ = "released_files"
    __table_args__ = (UniqueConstraint("release_id", "path"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("releases.id"), index=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"), index=True)
    path: Mapped[str]  # below the folder given to ingest; a zip's members as "letters.zip/scan.pdf"

    release: Mapped[Release] = relationship(lazy="raise")
    document: Mapped[Document] = relationship(lazy="raise")
