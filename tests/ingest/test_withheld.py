from ingest.messages import split_messages
from ingest.records import Box, MessageRecord, PageRecord, Redaction
from tests.support.typeset import set_page

_MAIL = """
From: Roe, Jane
Sent: Tuesday, November 13, 2012 3:02 PM
To: Poe, Ann;
Cc:
Subject: FW:

text
"""


def _read(*boxes: tuple[int, float, float]) -> MessageRecord:
    """Read the mail with boxes over lines, each (line from 0, from x, to x)."""
    page = set_page(1, _MAIL)
    drawn = [
        Redaction(None, None, Box(x0, page.lines[line].box.top, x1, page.lines[line].box.bottom))
        for line, x0, x1 in boxes
    ]
    _, messages, _ = split_messages([PageRecord(1, 612, 792, page.lines, redactions=tuple(drawn))])
    return messages[0]


def test_a_box_behind_a_separator_is_a_withheld_recipient() -> None:
    assert [(each.name, each.withheld) for each in _read((2, 120, 200)).headers.to] == [
        ("Poe, Ann", False),
        (None, True),
    ]


def test_a_box_behind_an_empty_label_is_a_withheld_value() -> None:
    (recipient,) = _read((3, 75, 200)).headers.cc
    assert recipient.withheld


def test_a_box_in_the_subject_is_marked_there() -> None:
    assert _read((4, 120, 300)).headers.subject == "FW: [redacted]"


def test_a_box_behind_a_name_covers_its_address_and_nobody_else() -> None:
    assert _read((0, 125, 250)).headers.sender == _read().headers.sender


def test_the_text_stays_as_it_is_printed() -> None:
    assert "[redacted]" not in _read((2, 120, 200)).headers.printed
