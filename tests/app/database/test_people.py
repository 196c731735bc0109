"""People are found by name and counted by message."""

from sqlalchemy.orm import Session

from app.database.models import Role
from app.database.people import PersonRepository
from tests.support.seed import add_agency, add_document, add_message, add_participant, add_person


def _correspond(session: Session) -> None:
    document = add_document(session, None)
    state = add_agency(session, "dos")
    first = add_message(session, document, sender="Mills, Cheryl <mills@state.gov>", to=["H"], agency=state)
    add_participant(session, first, Role.CC, "Mills, Cheryl <mills@state.gov>")
    add_message(session, document, sender="H", to=["Mills, Cheryl <mills@state.gov>", "Abedin, Huma"])


def test_lists_people_in_most_messages_first_each_message_once(session: Session) -> None:
    _correspond(session)
    found = PersonRepository(session).most_named(offset=0, limit=10)
    assert [(one.person.name, one.messages) for one in found] == [
        ("H", 2),
        ("Mills, Cheryl", 2),
        ("Abedin, Huma", 1),
    ]


def test_finds_a_name_or_an_address_and_takes_signs_as_they_are(session: Session) -> None:
    _correspond(session)
    people = PersonRepository(session)
    assert [people.count(name) for name in ("MILLS", "state.gov", "%", "")] == [1, 1, 0, 3]


def test_counts_roles_names_agencies_and_correspondents(session: Session) -> None:
    _correspond(session)
    people, mills = PersonRepository(session), add_person(session, "Mills, Cheryl")
    assert people.count_messages([mills.id]) == 2
    assert people.count_roles([mills.id]) == {Role.SENDER: 1, Role.TO: 1, Role.CC: 1}
    assert people.printed_names([mills.id], limit=5) == [("Mills, Cheryl <mills@state.gov>", 3)]
    assert [one.agency.slug for one in people.agencies([mills.id])] == ["dos"]
    found = people.correspondents([mills.id], limit=5)
    assert [(one.person.name, one.messages) for one in found] == [("H", 2), ("Abedin, Huma", 1)]
