"""People are merged at the end of an ingest, and a person's word stands above the machine's."""

from datetime import datetime

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.database.models import (
    Agency,
    Correction,
    CorrectionAction,
    Message,
    Participant,
    Person,
    PersonMerge,
    Role,
)
from app.database.person_merges import cut_merge, merge_people
from app.errors import BadRequestError, NotFoundError
from ingest.load import merge_found_people
from tests.support.seed import add_agency, add_document, add_message, add_participant, add_person

_NOW = datetime(2026, 1, 2)
_DAY = datetime(2012, 9, 11, 8)


@pytest.fixture
def session(engine) -> Session:  # type: ignore[no-untyped-def]
    with Session(engine) as session:
        yield session  # type: ignore[misc]


def _correspond(session: Session) -> Agency:
    """Roe writes with her address, then as a bare name, then misread; Poe gets it all."""
    document, state = add_document(session, None), add_agency(session, "state")
    for key, sender in (("address", "Roe, Jane A <roeja@state.gov>"), ("bare", "Roe, Jane"), ("third", "Jane A. Roe")):
        agency = state if "@" in sender else None
        add_person(session, sender.partition(" <")[0], "roeja@state.gov" if "@" in sender else None, key=key)
        message = add_message(session, document, to=["Poe, Ann"], sent_at=_DAY)
        add_participant(session, message, Role.SENDER, sender, agency=agency)
        session.execute(
            update(Participant)
            .where(Participant.message_id == message.id, Participant.role == Role.SENDER)
            .values(person_id=select(Person.id).where(Person.key == key).scalar_subquery())
        )
    return state


def _leaders(session: Session) -> dict[str, str]:
    session.expire_all()
    keys = {person.id: person.key for person in session.scalars(select(Person))}
    return {person.key: keys[person.same_as_id] for person in session.scalars(select(Person)) if person.same_as_id}


def _merge(session: Session) -> int:
    added = merge_found_people(session, now=_NOW)
    session.commit()
    return added


def _change(session: Session, *keys: str) -> None:
    session.execute(update(Person).where(Person.key.in_(keys)).values(weighed_at=None))


def test_merges_with_evidence_and_once(session: Session) -> None:
    _correspond(session)
    assert (_merge(session), _merge(session)) == (2, 0)
    assert _leaders(session) == {"bare": "address", "third": "address"}
    rows = session.scalars(select(PersonMerge)).all()
    assert {(row.made_by, row.cut_by, "roeja@state.gov" in row.evidence) for row in rows} == {("machine", None, True)}


def test_emails_of_who_changed_wait_for_the_index(session: Session) -> None:
    _correspond(session)
    session.execute(update(Message).values(indexed_at=_NOW))
    _merge(session)
    waiting = session.scalars(select(Message.id).where(Message.indexed_at.is_(None))).all()
    assert len(waiting) == 2  # the address stands for all: its own email needs nothing new


def test_a_name_inherits_the_agency_and_a_private_address_does_not(session: Session) -> None:
    state = _correspond(session)
    private = add_message(session, add_document(session, None), sent_at=_DAY)
    box = add_participant(session, private, Role.SENDER, "Roe, Jane A <jane@gmail.com>")
    add_person(session, "Roe, Jane A", "jane@gmail.com").address = "jane@gmail.com"
    merge_people(session, "roe-jane-a", "address", by="ann", now=_NOW)
    _merge(session)
    given = session.execute(select(Participant.printed, Participant.agency_id, Participant.agency_inherited)).all()
    assert ("Roe, Jane", state.id, True) in [tuple(row) for row in given]
    assert session.get_one(Participant, box.id).agency_id is None


def test_a_cut_merge_is_not_made_again_not_even_through_a_third(session: Session) -> None:
    _correspond(session)
    _merge(session)
    cut_merge(session, "bare", "address", by="ann", now=_NOW)
    assert _leaders(session) == {"third": "address"}
    _change(session, "bare", "address", "third")
    assert (_merge(session), _leaders(session)) == (0, {"third": "address"})


def test_a_merge_that_was_cut_by_mistake_comes_back_by_a_person(session: Session) -> None:
    _correspond(session)
    _merge(session)
    cut_merge(session, "bare", "address", by="ann", now=_NOW)
    merge_people(session, "address", "bare", by="ann", now=_NOW)
    assert _leaders(session) == {"bare": "address", "third": "address"}


def test_a_person_joins_what_the_machine_would_not(session: Session) -> None:
    _correspond(session)
    merge_people(session, "poe-ann", "bare", by="ann", now=_NOW)
    _merge(session)
    row = session.scalars(select(PersonMerge).where(PersonMerge.made_by == "ann")).one()
    assert (row.confidence, row.evidence, row.cut_by) == (1.0, "ann says so", None)
    assert len(set(_leaders(session).values())) == 1


def test_a_persons_word_goes_before_the_machines(session: Session) -> None:
    _correspond(session)
    _merge(session)
    cut_merge(session, "poe-ann", "address", by="ann", now=_NOW)
    merge_people(session, "poe-ann", "third", by="bob", now=_NOW)
    assert _leaders(session) == {"bare": "address", "third": "poe-ann"}


def test_a_person_is_told_when_another_persons_word_stands_against_it(session: Session) -> None:
    _correspond(session)
    merge_people(session, "address", "third", by="ann", now=_NOW)
    cut_merge(session, "poe-ann", "address", by="ann", now=_NOW)
    with pytest.raises(BadRequestError, match="held apart"):
        merge_people(session, "poe-ann", "third", by="bob", now=_NOW)


def test_nobody_is_merged_with_a_stranger(session: Session) -> None:
    with pytest.raises(NotFoundError):
        merge_people(session, "nobody", "noone", by="ann", now=_NOW)


def test_corrections_are_brought_in_and_of_one_pair_the_last_counts(session: Session) -> None:
    _correspond(session)
    actions = (CorrectionAction.SAME_PERSON, CorrectionAction.NOT_SAME_PERSON)
    for number, action in enumerate(actions):
        session.add(_correction("address bare", action, number))
    session.add(_correction("poe-ann third", CorrectionAction.SAME_PERSON, 2))
    session.add(_correction("poe-ann not-here-yet", CorrectionAction.SAME_PERSON, 3))
    _merge(session)
    assert _leaders(session) == {"third": "poe-ann", "address": "poe-ann"}


def test_what_is_no_longer_borne_out_is_withdrawn_and_comes_back_with_its_evidence(session: Session) -> None:
    _correspond(session)
    _merge(session)
    other = add_message(session, add_document(session, None), sent_at=_DAY)
    box = add_participant(session, other, Role.SENDER, "Roe, Jane B <roejb@state.gov>")
    _merge(session)
    assert _leaders(session) == {"third": "address"}
    session.delete(box)
    _change(session, "bare", "roe-jane-b")
    _merge(session)
    assert _leaders(session) == {"bare": "address", "third": "address"}


def _correction(anchor: str, action: CorrectionAction, number: int) -> Correction:
    at = datetime(2026, 1, 1, number)
    return Correction(made_at=at, made_by="ann", sha256="", anchor=anchor, action=action)
