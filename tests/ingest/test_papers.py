import pytest

from ingest.messages import split_messages
from ingest.records import PaperKind
from tests.support.typeset import set_page

_MAIL = """
From:\tRoe, Jane <jane@example.org>
Sent:\tTuesday, November 13, 2012 {time}
To:\tPoe, Ann
Subject:\t{subject}{attachments}

text
"""


def _mail(subject: str, attachments: str = "", time: str = "3:02 PM") -> str:
    named = f"\nAttachments:\t{attachments}" if attachments else ""
    return _MAIL.format(subject=subject, attachments=named, time=time).strip("\n")


_LETTER = "November 14, 2012\n\nDear Ms. Roe:\n\nYour request is granted.\n\nSincerely,\nAnn Poe"
_MEMO = "MEMORANDUM\nTO: The Board\nFROM: Ann Poe\nDATE: May 5, 2012\nSUBJECT: Parking\n\ntext"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (_LETTER, PaperKind.LETTER),
        (_MEMO, PaperKind.MEMO),
        ("FAX COVER SHEET\nTo: Ann Poe\nNumber of pages: 3", PaperKind.FAX),
        ("MRN: 12 STATE 345\nDate/DTG: Nov 30, 2012 / 301441Z NOV 12\nUNCLAS", PaperKind.CABLE),
        ("EXHIBIT A", PaperKind.COVER_SHEET),
        ("some words\nand more", PaperKind.OTHER),
    ],
)
def test_what_is_no_email_has_its_kind(text: str, kind: PaperKind) -> None:
    _, messages, papers = split_messages([set_page(1, text)])
    assert (messages, [paper.kind for paper in papers]) == ([], [kind])


def test_a_letter_behind_an_email_without_attachments_ends_it() -> None:
    _, messages, papers = split_messages([set_page(1, _mail("one")), set_page(2, _LETTER), set_page(3, _mail("two"))])
    assert [(message.first_page, message.last_page) for message in messages] == [(1, 1), (3, 3)]
    assert [(paper.kind, paper.first_page, paper.message) for paper in papers] == [(PaperKind.LETTER, 2, None)]


def test_a_memo_behind_an_email_that_names_an_attachment_belongs_to_it() -> None:
    pages = [set_page(1, _mail("one", "memo.pdf")), set_page(2, _MEMO), set_page(3, _mail("two"))]
    _, messages, papers = split_messages(pages)
    assert messages[0].last_page == 2
    assert [(paper.kind, paper.first_page, paper.message) for paper in papers] == [(PaperKind.ATTACHMENT, 2, 0)]


def test_a_blank_page_with_nothing_but_furniture_belongs_to_the_email_before() -> None:
    blank = set_page(2, "PAGE WITHHELD STAMP", top=4)
    blank = type(blank)(2, 612, 792, blank.lines, furniture=frozenset({0}))
    _, messages, _ = split_messages([set_page(1, _mail("one")), blank])
    assert messages[0].last_page == 2
