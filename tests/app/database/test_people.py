"""People are found by name and counted by message."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.database.models import PersonMerge, Role
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


def _merge(session: Session) -> None:
    """Let Cheryl Mills stand for a bare name."""
    mills, bare = add_person(session, "Mills, Cheryl"), add_person(session, "C. Mills")
    bare.same_as_id = mills.id
    pair = {"person_id": mills.id, "other_id": bare.id}
    session.add(
        PersonMerge(**pair, evidence="one address", confidence=0.9, made_by="machine", made_at=datetime(2026, 1, 1))
    )
    add_message(session, add_document(session, None), sender="C. Mills", to=["Poe, Ann"])
    session.flush()


def test_who_is_merged_is_counted_and_found_as_who_stands_for_both(session: Session) -> None:
    _correspond(session)
    _merge(session)
    people = PersonRepository(session)
    assert [(one.person.name, one.messages) for one in people.most_named("c. mi", offset=0, limit=9)] == [
        ("Mills, Cheryl", 3)
    ]
    assert (people.count("c. mills"), people.count()) == (1, 4)
    assert people.names(["c.-mills"]) == {"c.-mills": "Mills, Cheryl"}
    assert people.representative_keys(["c.-mills", "nobody"]) == {"c.-mills": "mills-cheryl"}


def test_shows_every_identity_and_what_holds_them_together(session: Session) -> None:
    _correspond(session)
    _merge(session)
    people, mills = PersonRepository(session), add_person(session, "Mills, Cheryl")
    ids = [member.id for member in people.members(mills.id)]
    assert [each.name for each in people.members(mills.id)] == ["Mills, Cheryl", "C. Mills"]
    assert [(each.merge.evidence, each.other.name) for each in people.merges(ids)] == [("one address", "C. Mills")]
    assert people.addresses(ids, limit=5) == [("mills@state.gov", 3)]
    assert "Mills, Cheryl" not in [one.person.name for one in people.correspondents(ids, limit=9)]
