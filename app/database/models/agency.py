"""Rows of agencies and people."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
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
    same_as_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)  # who stands for all
    weighed_at: Mapped[datetime | None] = mapped_column(index=True)  # UTC; NULL: waits to be compared with others

    same_as: Mapped["Person | None"] = relationship(remote_side=[id], lazy="raise")

    @property
    def representative(self) -> "Person":
        """Who stands for this person: itself, unless it is merged with another; needs `same_as`."""
        return self.same_as if self.same_as_id is not None and self.same_as is not None else self


class PersonMerge(Base):
    """Two people held to be one, what says so, and who undid it; never deleted."""

    __tablename__ = "person_merges"
    __table_args__ = (UniqueConstraint("person_id", "other_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))  # the smaller of the two ids
    other_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    evidence: Mapped[str]  # for a reader: "both printed as Mills, Cheryl D <millscd@state.gov>"
    confidence: Mapped[float]  # 0 to 1; 1 for a person's decision
    made_by: Mapped[str]  # "machine", or who decided
    made_at: Mapped[datetime]  # UTC
    cut_by: Mapped[str | None]  # who undid it; None: it holds
    cut_at: Mapped[datetime | None]  # UTC
