"""Write people and participants: who is printed in a header becomes who it is, on evidence alone."""

import hashlib
import re
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database.models import Agency, Participant, Person, Role
from ingest.agencies import AgencyTable, find_agency
from ingest.records import Headers, Mailbox, MessageRecord

_LETTERS = re.compile(r"[^\W\d_]+")


class PeopleWriter:
    """Makes the participants of messages, and finds or adds the people behind them."""

    def __init__(self, session: Session, table: AgencyTable, messages: Sequence[MessageRecord]) -> None:
        """Load the people of these messages that are known already, in one query."""
        self._session = session
        self._table = table
        self._agencies = dict(session.execute(select(Agency.slug, Agency.id)).all())
        keys = {person_key(box) for message in messages for _, box in every_mailbox(message.headers)} - {None}
        self._people: dict[str, Person] = {}
        wanted = sorted(key for key in keys if key)
        for start in range(0, len(wanted), 500):  # SQLite takes 32,766 parameters, PostgreSQL's driver 65,535
            rows = session.scalars(select(Person).where(Person.key.in_(wanted[start : start + 500])))
            self._people.update({person.key: person for person in rows})

    def participants(self, headers: Headers) -> list[Participant]:
        """Return the rows of everyone in a header, in the order of roles and as printed."""
        return [self._participant(role, mailbox) for role, mailbox in every_mailbox(headers)]

    def _participant(self, role: Role, mailbox: Mailbox) -> Participant:
        match = find_agency(self._table, address=mailbox.address, tag=mailbox.tag, printed=mailbox.printed)
        return Participant(
            role=role,
            printed=mailbox.printed,
            name=mailbox.name,
            address=mailbox.address,
            withheld=mailbox.withheld,
            codes="\n".join(mailbox.codes),
            person=self._person(mailbox),
            agency_id=self._agencies.get(match.agency) if match else None,
            agency_evidence=match.evidence if match else None,
        )

    def _person(self, mailbox: Mailbox) -> Person | None:
        key = person_key(mailbox)
        if key is None:
            return None
        person = self._people.get(key)
        if person is None:
            name = mailbox.name or mailbox.address or mailbox.printed
            person = self._people[key] = Person(key=key, name=name, address=mailbox.address)
            self._session.add(person)
        person.weighed_at = None  # compared with the others again when the files are read
        return person


def every_mailbox(headers: Headers) -> list[tuple[Role, Mailbox]]:
    """Return everyone in a header with their role."""
    singles = [(Role.SENDER, headers.sender), (Role.ON_BEHALF_OF, headers.on_behalf_of)]
    lists = [(Role.TO, headers.to), (Role.CC, headers.cc), (Role.BCC, headers.bcc)]
    found = [(role, mailbox) for role, mailbox in singles if mailbox is not None]
    return found + [(role, mailbox) for role, mailboxes in lists for mailbox in mailboxes]


def person_key(mailbox: Mailbox) -> str | None:
    """Return the key of the person behind a mailbox: by address, else by the words of the name in any order.

    None if withheld or nameless: those are never merged into one person.
    """
    if mailbox.withheld:
        return None
    if mailbox.address:
        identity = f"address {mailbox.address}"
    else:
        words = sorted(_LETTERS.findall((mailbox.name or "").casefold()))
        if not words:
            return None
        identity = f"name {' '.join(words)}"
    return hashlib.sha256(identity.encode()).hexdigest()[:12]
