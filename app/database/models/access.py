"""Rows that say who may read what, and what was taken back."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.database.models.base import Base


class World(Base):
    """A set of releases that are not public, in which some document stands: see app/database/worlds.py."""

    __tablename__ = "worlds"

    name: Mapped[str] = mapped_column(primary_key=True)  # their ids, rising, blank apart: "3 7"


class ReadToken(Base):
    """A word that opens releases which are not public; kept as its hash alone."""

    __tablename__ = "read_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    sha256: Mapped[str] = mapped_column(unique=True)  # of 256 random bits: guessing is hopeless, salt needless
    release_ids: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))  # None: all, later ones too
    created_at: Mapped[datetime]  # UTC
    revoked_at: Mapped[datetime | None]  # UTC; None: it opens


class Withdrawal(Base):
    """A record that was taken back, and why; kept when it is undone."""

    __tablename__ = "withdrawals"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(index=True)  # of the document or message
    kind: Mapped[str]  # "document", "message", or "quoted" for one that stands inside another
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"), index=True)
    first_page: Mapped[int | None]  # of a message on pages: they go with it, however the file is read later
    last_page: Mapped[int | None]
    reason: Mapped[str]  # for readers
    withdrawn_at: Mapped[datetime]  # UTC
    withdrawn_by: Mapped[str]
    undone_at: Mapped[datetime | None]  # UTC; None: it holds
    undone_by: Mapped[str | None]


class Tombstone(Base):
    """An address at which a record was withdrawn: follows from the withdrawals that hold."""

    __tablename__ = "tombstones"

    key: Mapped[str] = mapped_column(primary_key=True)  # of a document or message, "KEY/7" of a page, "KEY/original"
    withdrawal_id: Mapped[int] = mapped_column(ForeignKey("withdrawals.id"), index=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"), index=True)
    world: Mapped[str]  # that the record would have: who could not read it is not told that it was there
