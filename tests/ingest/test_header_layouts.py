"""Headers that are set otherwise than as a column of labels."""

from dataclasses import replace

import pytest

from ingest.dates import decide_day_first, parse_date, weekday_fits
from ingest.furniture import lift_furniture
from ingest.headers import find_header_blocks
from ingest.headers.attribution import find_attributions
from ingest.headers.columns import find_column_headers
from ingest.headers.lexicon import Label
from ingest.headers.readings import read_fields
from ingest.headers.values import read_headers
from ingest.messages import split_messages
from ingest.people import parse_mailbox
from ingest.records import Box, Redaction, RedactionShape
from tests.support.typeset import set_page, set_spots


def test_reads_a_lotus_notes_print() -> None:
    (block,) = find_column_headers(
        set_spots("""
Jane Roe/DC/USEPA/US\tTo Ann Poe/DC/USEPA/US@EPA
03/05/2009 02:53 PM\tcc
\tbcc
\tSubject Re: Permit
""")
    )
    assert block.values[Label.FROM] == "Jane Roe/DC/USEPA/US"
    assert (block.values[Label.DATE], block.values[Label.SUBJECT]) == ("03/05/2009 02:53 PM", "Re: Permit")


def test_a_lotus_notes_print_may_have_many_recipients_and_a_subject_close_to_its_label() -> None:
    wrapped = "\n".join(f"\t\tP{number}/DC/USEPA/US@EPA," for number in range(20))
    (block,) = find_column_headers(
        set_spots(f"""
Jane Roe/DC/USEPA/US\tTo Ann Poe/DC/USEPA/US@EPA,
03/05/2009 02:53 PM
{wrapped}
\tcc
\tSubjectPermit of May
""")
    )
    assert block.values[Label.SUBJECT] == "Permit of May"
    assert "P19/DC/USEPA/US@EPA" in block.values[Label.TO]


def test_boxes_for_the_names_of_a_lotus_notes_print_are_withheld_and_what_stands_above_is_no_sender() -> None:
    page = set_page(
        1,
        """
Thank you.
Ann

\tTo
03/05/2009 02:53 PM\tcc
\tbcc
\tSubject Permit
""",
    )
    top = page.lines[2].box.top
    boxes = [Redaction(None, None, Box(x, top, x + 90, top + 10), RedactionShape.BOX) for x in (50, 210)]
    _, (message,), _ = split_messages([replace(page, redactions=tuple(boxes))])
    assert message.headers.sender is not None
    assert message.headers.sender.withheld
    assert [mailbox.withheld for mailbox in message.headers.to] == [True]


def test_dates_and_labels_of_a_lotus_notes_head_are_no_furniture_though_they_recur() -> None:
    head = """
Jane Roe/DC/USEPA/US\tTo Ann Poe/DC/USEPA/US@EPA
\tcc
03/0{}/2009 02:53 PM
\tbcc
\tSubject Permit

text
"""
    pages = lift_furniture([set_page(number, head.format(number), top=40) for number in range(1, 7)])
    _, messages, _ = split_messages(pages)
    assert [message.headers.date and message.headers.date.text for message in messages] == [
        f"03/0{number}/2009 02:53 PM" for number in range(1, 7)
    ]


def test_a_lotus_notes_name_has_its_path_as_tag() -> None:
    mailbox = parse_mailbox("Jane Roe/DC/USEPA/US@EPA")
    assert mailbox is not None
    assert (mailbox.name, mailbox.tag) == ("Jane Roe", "DC/USEPA/US")


@pytest.mark.parametrize(
    ("line", "sender"),
    [
        (">>> Jane Roe 11/9/2012 4:05 PM >>>", "Jane Roe"),
        ("Am 01.02.2016 um 20:31 schrieb Jane Roe <jane@example.org>:", "Jane Roe <jane@example.org>"),
        ("Op maandag 7 juli 2014 om 16:56 schreef Jane Roe:", "Jane Roe"),
    ],
)
def test_reads_who_wrote_what_is_quoted(line: str, sender: str) -> None:
    (block,) = find_attributions(set_spots(line))
    assert block.values[Label.FROM] == sender


def test_a_short_word_between_date_and_subject_is_a_damaged_to() -> None:
    (block,) = find_header_blocks(
        set_spots("""
From: Roe, Jane
Sent: Sunday, November 25, 2012 9:30 AM
Tut: Poe, Ann
Subject: Schedule
""")
    )
    assert block.values[Label.TO] == "Poe, Ann"


def test_every_field_keeps_its_place_and_how_sure_it_is() -> None:
    spots = set_spots("""
From:\tRoe, Jane
Sent:\tMonday, November 25, 2012 9:30 AM
To:\tPoe, Ann
Subject:\tSchedule
""")
    (block,) = find_header_blocks(spots)
    readings = {each.field: each for each in read_fields(block, read_headers(block, ""), spots)}
    assert readings["from"].box == spots[0].line.box
    assert readings["date"].confidence < 0.5  # the 25th was a Sunday
    assert readings["subject"].confidence > 0.9


def test_a_weekday_is_a_checksum() -> None:
    assert weekday_fits(parse_date("Sunday, November 25, 2012 9:30 AM")) is True
    assert weekday_fits(parse_date("Monday, November 25, 2012 9:30 AM")) is False
    assert weekday_fits(parse_date("November 25, 2012 9:30 AM")) is None


def test_a_release_tells_once_whether_the_day_comes_first() -> None:
    assert decide_day_first(["03/04/2012 10:00", "13/04/2012 10:00"])
    assert not decide_day_first(["03/04/2012 10:00", "04/13/2012 10:00"])


@pytest.mark.parametrize("garble", ["Roe, Jane yyy oe", "Roe, Jane 9 9", "Roe, Jane 0)"])
def test_what_ocr_makes_of_a_box_is_no_part_of_a_name(garble: str) -> None:
    mailbox = parse_mailbox(garble)
    assert mailbox is not None
    assert mailbox.name == "Roe, Jane"


@pytest.mark.parametrize("garble", ["(GG (05/108)", "OO»", "9 @@>"])
def test_a_mailbox_that_is_only_garble_is_withheld(garble: str) -> None:
    mailbox = parse_mailbox(garble)
    assert mailbox is not None
    assert mailbox.withheld
