"""Rows of agencies and people."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database.models.base import Base


class Agency(Base):
    """A department, a component of one, or another public body; from data/reference/agencies.csv."""

    __tablename__ = "agencies"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    abbreviation: Mapped[str | None]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("agencies.id"), index=True)

    parent: Mapped["Agency | None"] = relationship(remote_side=[id], lazy="raise")


class Person(Base):
    """A person, or a mailbox that several use, as its address or else its name identifies it."""

    __tablename__ = "people"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    address: Mapped[str | None]  # None: known by name alone
