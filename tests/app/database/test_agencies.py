"""Agencies include their components."""

from sqlalchemy.orm import Session

from app.database.agencies import AgencyCounts, AgencyRepository
from app.database.models import Role
from tests.support.seed import add_agency, add_document, add_message, add_participant, add_release


def test_counts_a_message_once_for_all_above(session: Session) -> None:
    justice = add_agency(session, "doj")
    drugs, fbi = add_agency(session, "dea", parent=justice), add_agency(session, "fbi", parent=justice)
    unnamed = add_agency(session, "nasa")
    document = add_document(session, add_release(session, "pilot", agency=drugs))
    message = add_message(session, document, sender="Mills, Cheryl", agency=drugs)
    add_participant(session, message, Role.TO, "Abedin, Huma", agency=fbi)
    counts = AgencyRepository(session).counts()
    assert counts[justice.id] == AgencyCounts(messages=1, people=2, releases=1)
    assert counts[drugs.id] == AgencyCounts(messages=1, people=1, releases=1)
    assert counts[fbi.id] == AgencyCounts(messages=1, people=1, releases=0)
    assert unnamed.id not in counts


def test_gives_an_agency_with_its_parent_and_all_below(session: Session) -> None:
    justice = add_agency(session, "doj")
    drugs = add_agency(session, "dea", parent=justice)
    office = add_agency(session, "dea-foia", parent=drugs)
    session.expire_all()
    agencies = AgencyRepository(session)
    found = agencies.get("dea")
    assert found is not None
    assert found.parent is justice
    assert set(agencies.with_components(justice.id)) == {justice.id, drugs.id, office.id}
    assert list(agencies.components(justice.id)) == [drugs]
