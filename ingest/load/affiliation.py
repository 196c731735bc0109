"""Write the agencies that mailboxes inherit from others of the same person."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import Session

from app.database.models import Agency, Message, Participant, Person
from app.database.person_merges import queue_messages
from app.database.worlds import PUBLIC
from ingest.affiliation import Inherited, Mention, inherit_agencies
from ingest.people_merging import Domains
from ingest.people_merging.names import name_part, read_name

_CHUNK = 500


class _Mailbox(NamedTuple):
    """What is read of a participant."""

    id: int
    representative: int  # who stands for the person
    printed: str
    name: str | None
    address: str | None
    agency_id: int | None
    evidence: str | None
    inherited: bool
    sent_at: datetime | None
    world: str  # of its message


def top_agencies(session: Session) -> dict[int, int]:
    """Map each agency to the department, or other top body, that it is part of."""
    parents = {row.id: row.parent_id for row in session.execute(select(Agency.id, Agency.parent_id))}
    tops = {}
    for agency in parents:
        top = agency
        while (above := parents[top]) is not None:
            top = above
        tops[agency] = top
    return tops


def spread_agencies(session: Session, person_ids: Collection[int]) -> None:
    """Let the mailboxes of these people, and of those who are one with them, inherit; changed emails are queued."""
    tops = top_agencies(session)
    changes: list[dict[str, object]] = []
    for chunk in _chunks(person_ids):
        of_person: dict[int, list[_Mailbox]] = defaultdict(list)
        for row in _load_mailboxes(session, chunk):
            of_person[row.representative].append(row)
        for mailboxes in of_person.values():
            changes += _changes_by_world(mailboxes, tops)
    for start in range(0, len(changes), _CHUNK):
        part = changes[start : start + _CHUNK]
        session.execute(update(Participant), part)
        queue_messages(session, select(Participant.message_id).where(Participant.id.in_([one["id"] for one in part])))


def _load_mailboxes(session: Session, person_ids: Collection[int]) -> Iterator[_Mailbox]:
    """Yield every mailbox of the groups whose representatives are among these people."""
    representative = func.coalesce(Person.same_as_id, Person.id)
    rows = session.execute(
        select(
            Participant.id,
            representative,
            Participant.printed,
            Participant.name,
            Participant.address,
            Participant.agency_id,
            Participant.agency_evidence,
            Participant.agency_inherited,
            Message.sent_at,
            Message.world,
        )
        .join(Person, Person.id == Participant.person_id)
        .join(Message, Message.id == Participant.message_id)
        .where(
            or_(
                and_(Person.id.in_(person_ids), Person.same_as_id.is_(None)),
                Person.same_as_id.in_(person_ids),
            )
        )
        .order_by(Participant.id)
    )
    for row in rows:
        yield _Mailbox._make(row)


def _changes_by_world(mailboxes: list[_Mailbox], tops: dict[int, int]) -> Iterator[dict[str, object]]:
    """Yield the changes; a mailbox inherits from those that its own readers may see: see app/database/worlds.py."""
    for world in sorted({row.world for row in mailboxes}):
        seen = [row for row in mailboxes if row.world in (PUBLIC, world)]
        own = {row.id for row in seen if row.world == world}
        yield from (change for change in _changes(seen, tops) if change["id"] in own)


def _changes(mailboxes: list[_Mailbox], tops: dict[int, int]) -> Iterator[dict[str, object]]:
    domains = Domains(Counter(row.address for row in mailboxes if row.address).items())
    official = {_domain(row.address) for row in mailboxes if row.address and row.agency_id and not row.inherited}
    inherited = inherit_agencies([_mention(row, domains, official) for row in mailboxes], tops)
    for row in mailboxes:
        if row.agency_id is not None and not row.inherited:
            continue
        new = inherited.get(row.id, Inherited(None, None))
        if (new.agency, new.evidence) != (row.agency_id, row.evidence):
            yield {
                "id": row.id,
                "agency_id": new.agency,
                "agency_evidence": new.evidence,
                "agency_inherited": new.agency is not None,
            }


def _mention(row: _Mailbox, domains: Domains, official: Collection[str]) -> Mention:
    own = row.agency_id if not row.inherited else None
    return Mention(
        row.id,
        row.sent_at.date() if row.sent_at else None,
        own,
        row.evidence if own is not None else None,
        may_inherit=_may_inherit(row, domains, official),
    )


def _may_inherit(row: _Mailbox, domains: Domains, official: Collection[str]) -> bool:
    """Tell whether other mailboxes can speak for this one.

    A private address stays one, whoever's it is, but "state.govj" is state.gov; a surname alone says nothing.
    """
    if row.address is not None:
        return any(domains.are_one(_domain(row.address), known) for known in official)
    return read_name(name_part(row.printed, row.name)) is not None


def _domain(address: str) -> str:
    return address.rpartition("@")[2]


def _chunks(ids: Collection[int]) -> Iterator[list[int]]:
    ordered = sorted(ids)
    for start in range(0, len(ordered), _CHUNK):
        yield ordered[start : start + _CHUNK]
