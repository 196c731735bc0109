import pytest
from sqlalchemy.orm import Session

from app.database.bates import BatesGap, BatesRepository
from app.database.models import Release
from tests.support.seed import add_document, add_page, add_release


def _number(session: Session, *numbers: str) -> Release:
    release = add_release(session, "pilot")
    document = add_document(session, release)
    for number in numbers:
        add_page(session, document, bates=number)
    return release


@pytest.mark.parametrize(
    "written", ["HOUSE_OVERSIGHT_029401", "house oversight 029401", "House-Oversight-29401", "H0USE 0VER51GHT 029401"]
)
def test_a_number_is_found_however_it_is_written(session: Session, written: str) -> None:
    _number(session, "HOUSE OVERSIGHT 029400", "HOUSE OVERSIGHT 029401")
    ((number, page, _),) = BatesRepository(session).find(written, limit=10)
    assert (number.number, page.number) == ("HOUSE OVERSIGHT 029401", 2)


def test_a_bare_counter_is_found_in_every_series(session: Session) -> None:
    _number(session, "NIH-000960", "SENATE 00960", "NIH-000961")
    assert len(BatesRepository(session).find("960", limit=10)) == 2


@pytest.mark.parametrize("written", ["NIH-000962", "NIH", "", "DEA-000960", "9" * 18])
def test_what_no_page_bears_is_not_found(session: Session, written: str) -> None:
    _number(session, "NIH-000960", "NIH-000961")
    assert BatesRepository(session).find(written, limit=10) == []


def test_a_release_tells_which_numbers_it_lacks(session: Session) -> None:
    release = _number(session, "NIH-000961", "NIH-000960", "NIH-000963", "NIH-000970")
    (stretch,) = BatesRepository(session).stretches(release.id)
    assert (stretch.first, stretch.last, stretch.pages, stretch.missing) == ("NIH-000960", "NIH-000970", 4, 7)
    assert stretch.gaps == (BatesGap("NIH-000962", "NIH-000962", 1), BatesGap("NIH-000964", "NIH-000969", 6))


def test_another_volume_is_no_gap(session: Session) -> None:
    release = _number(session, "NIH-000960", "NIH-000961", "NIH-900001", "NIH-900002")
    assert [stretch.missing for stretch in BatesRepository(session).stretches(release.id)] == [0, 0]


def test_a_release_without_numbers_lacks_none(session: Session) -> None:
    assert BatesRepository(session).stretches(add_release(session, "pilot").id) == []
