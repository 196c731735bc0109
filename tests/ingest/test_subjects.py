import pytest

from ingest.headers import find_header_blocks
from ingest.headers.lexicon import Label
from ingest.messages.subjects import agree_subjects, base_subject
from tests.support.typeset import set_spots

_GLUED = """
From: Fields, Ann
Sent: Fri, 6 Mar 2020 03:49:45 +0000 To: Roe, Richard Subject: {glued}
{below}

From: Roe, Richard
Sent: Thursday, March 5, 2020 2:09 PM
To: Fields, Ann
Subject: {quoted}
"""


def _subjects(glued: str, quoted: str, below: str = "text\nand more") -> list[tuple[str, str]]:
    spots = set_spots(_GLUED.format(glued=glued, quoted=quoted, below=below))
    blocks = agree_subjects(spots, find_header_blocks(spots))
    return [(block.values[Label.SUBJECT], block.rest) for block in blocks]


def test_a_glued_subject_ends_where_the_quoted_one_does() -> None:
    assert _subjects("RE: Site visit Thanks for the note", "Site visit")[0] == ("RE: Site visit", "Thanks for the note")


def test_a_glued_subject_ends_where_the_text_greets_its_reader() -> None:
    assert _subjects("RE: supply Richard: many thanks", "Other")[0] == ("RE: supply", "Richard: many thanks")


def test_nothing_is_cut_that_another_header_of_the_thread_has_too() -> None:
    assert _subjects("RE: Site visit on Monday", "Site visit on Monday")[0] == ("RE: Site visit on Monday", "")


def test_a_broken_subject_is_made_whole_from_the_line_below() -> None:
    assert _subjects("RE: Site visit", "Site visit on Monday", "on Monday Yes")[0] == (
        "RE: Site visit on Monday",
        "Yes",
    )


@pytest.mark.parametrize("subject", ["RE: Plan", "FW: AW: Plan", "Re[2]: Plan", "回复：Plan", "[EXTERNAL] Plan"])
def test_what_programs_put_before_a_subject_is_no_part_of_it(subject: str) -> None:
    assert base_subject(subject) == "plan"
