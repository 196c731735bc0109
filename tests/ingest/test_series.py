from ingest.messages.series import Turn, find_turns
from ingest.records import PageRecord
from tests.support.typeset import set_page


def _page(number: int, *, stamped: str = "", foot: str = "") -> PageRecord:
    page = set_page(number, "text")
    if not foot:
        return PageRecord(number, 612, 792, page.lines, stamped_numbers=(stamped,) if stamped else ())
    lines = (*page.lines, *set_page(number, foot, top=760).lines)
    return PageRecord(number, 612, 792, lines, furniture=frozenset({1}))


def test_a_document_number_that_changes_begins_a_record() -> None:
    pages = [_page(n, stamped=f"C{number}") for n, number in enumerate((501, 501, 502, 503, 503), start=1)]
    assert find_turns(pages) == {2: Turn.GOES_ON, 3: Turn.STARTS, 4: Turn.STARTS, 5: Turn.GOES_ON}


def test_a_number_of_every_page_or_of_all_pages_counts_no_records() -> None:
    assert find_turns([_page(n, stamped=f"F{n:04}") for n in range(1, 8)]) == {}
    assert find_turns([_page(n, stamped="F2015") for n in range(1, 8)]) == {}


def test_page_numbers_that_fall_back_to_one_begin_a_record() -> None:
    pages = [_page(n, foot=str(number)) for n, number in enumerate((1, 2, 3, 1, 2), start=1)]
    assert find_turns(pages)[4] is Turn.STARTS
    assert find_turns(pages)[5] is Turn.GOES_ON
