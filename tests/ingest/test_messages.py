import pytest

from ingest.furniture import lift_furniture
from ingest.messages import split_messages
from ingest.records import Level, PageRecord
from tests.support.typeset import set_page

_PRINTED = """
From:\tRoe, Jane <jane@example.org>
Sent:\tTuesday, November 13, 2012 {time}
To:\tPoe, Ann
Subject:\t{subject}

{text}
"""
_QUOTED = """
From: Poe, Ann
Sent: Tuesday, November 13, 2012 {time}
To: Roe, Jane
Subject: {subject}

{text}
"""


def _printed(subject: str, text: str, time: str = "3:02 PM") -> str:
    return _PRINTED.format(subject=subject, text=text, time=time).strip("\n")


def _quoted(subject: str, text: str, time: str = "2:02 PM") -> str:
    return _QUOTED.format(subject=subject, text=text, time=time).strip("\n")


def _split(*texts: str) -> list[tuple[Level, int, int, str | None]]:
    pages = [set_page(number, text) for number, text in enumerate(texts, start=1)]
    _, messages, _ = split_messages(pages)
    return [(each.level, each.first_page, each.last_page, each.headers.subject) for each in messages]


def test_an_email_runs_to_the_page_before_the_next_one() -> None:
    assert _split(_printed("one", "text"), "goes on", _printed("two", "text")) == [
        (Level.PRINTED, 1, 2, "one"),
        (Level.PRINTED, 3, 3, "two"),
    ]


def test_a_header_below_text_is_quoted() -> None:
    assert _split(_printed("RE: one", "text") + "\n\n" + _quoted("one", "earlier")) == [
        (Level.PRINTED, 1, 1, "RE: one"),
        (Level.QUOTED, 1, 1, "one"),
    ]


def test_the_style_of_the_prints_finds_one_in_the_middle_of_a_page() -> None:
    threads = [_printed(f"RE: {n}", "text") + "\n\n" + _quoted(f"{n}", "earlier") for n in range(6)]
    two_on_a_page = _printed("RE: seven", "text") + "\n\n" + _printed("eight", "own mail")
    found = _split(*threads, two_on_a_page)
    assert [(level, subject) for level, _, _, subject in found[-2:]] == [
        (Level.PRINTED, "RE: seven"),
        (Level.PRINTED, "eight"),
    ]


def test_text_keeps_every_line_and_marks_the_turn_of_the_page() -> None:
    pages = [set_page(1, _printed("one", "first page")), set_page(2, "second page")]
    _, (message,), _ = split_messages(pages)
    assert message.text == "first page\n\f\nsecond page"


def test_the_quoted_part_stands_as_printed_below_the_own_words() -> None:
    _, messages, _ = split_messages([set_page(1, _printed("RE: one", "mine") + "\n\n" + _quoted("one", "yours"))])
    assert messages[0].text == "mine"
    assert messages[0].quoted_text.startswith("From: Poe, Ann")
    assert messages[0].quoted_text.endswith("yours")
    assert (messages[1].parent, messages[1].text) == (0, "yours")


def test_a_letter_is_no_email_and_its_page_stays_outside() -> None:
    pages, messages, _ = split_messages([set_page(1, "Dear Ms. Roe,\n\nYour request is granted.")])
    assert messages == []
    assert not pages[0].in_message


def test_a_separator_makes_a_header_at_the_top_of_a_page_quoted() -> None:
    found = _split(_printed("RE: one", "text"), "-----Original Message-----\n" + _quoted("one", "earlier"))
    assert [level for level, *_ in found] == [Level.PRINTED, Level.QUOTED]


def _stamped(number: int) -> PageRecord:
    page = set_page(number, _printed(f"mail {number}", "text"))
    stamp = set_page(number, f"UNCLASSIFIED Case No. F-2015-{number:05}\nDate: 05/13/2015", top=4)
    foot = set_page(number, f"ABC-SCB{number:07}", top=770)
    return PageRecord(number, page.width_pt, page.height_pt, (*stamp.lines, *page.lines, *foot.lines))


def test_stamps_and_bates_numbers_are_lifted_out_of_the_text() -> None:
    pages = lift_furniture([_stamped(number) for number in range(1, 9)])
    assert pages[3].bates_numbers == ("ABC-SCB0000004",)
    _, messages, _ = split_messages(pages)
    assert len(messages) == 8
    assert messages[3].text == "text"


def test_a_code_in_the_margin_of_an_empty_sender_withholds_it() -> None:
    text = """
From:\t\tB6
Sent:\tTuesday, November 13, 2012 3:02 PM
To:\tPoe, Ann
Subject:\tnames

text
"""
    page = set_page(1, text)
    margin = page.lines[0].words[-1]
    moved = margin._replace(box=margin.box._replace(x0=560, x1=570))
    first = type(page.lines[0])((*page.lines[0].words[:-1], moved))
    (lifted,) = lift_furniture([PageRecord(1, page.width_pt, page.height_pt, (first, *page.lines[1:]))])
    _, (message,), _ = split_messages([lifted])
    assert message.headers.sender is not None
    assert message.headers.sender.withheld
    assert message.headers.sender.codes == ("(b)(6)",)


def test_a_bates_number_whose_prefix_ocr_misread_is_still_furniture() -> None:
    misread = _stamped(4)
    foot = set_page(4, "ABC-5CB0000004", top=770)
    page = PageRecord(4, misread.width_pt, misread.height_pt, (*misread.lines[:-1], *foot.lines))
    pages = lift_furniture([*(_stamped(number) for number in (1, 2, 3)), page, *map(_stamped, range(5, 9))])
    _, messages, _ = split_messages(pages)
    assert pages[3].bates_numbers == ("ABC-SCB0000004",)
    assert messages[3].text == "text"


def test_the_numbers_of_stamps_are_kept_for_searching() -> None:
    pages = lift_furniture([_stamped(number) for number in range(1, 9)])
    assert pages[3].stamped_numbers == ("F-2015-00004",)


@pytest.mark.parametrize("scrap", ["E", "iNT >", "renee:"])
def test_what_ocr_left_of_a_box_in_a_long_document_is_no_sender(scrap: str) -> None:
    senders = [scrap if number == 50 else "H" if number % 9 == 0 else "Roe, Jane" for number in range(120)]
    pages = [
        set_page(number, _printed("news", "text").replace("Roe, Jane <jane@example.org>", sender))
        for number, sender in enumerate(senders, 1)
    ]
    _, messages, _ = split_messages(pages)
    read = [message.headers.sender.name if message.headers.sender else None for message in messages]
    assert read == [None if sender == scrap else sender for sender in senders]
    assert scrap in messages[50].headers.printed
