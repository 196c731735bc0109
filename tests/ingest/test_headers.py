import pytest

from ingest.headers import find_header_blocks, read_headers
from ingest.headers.attribution import find_attributions
from ingest.headers.lexicon import Label
from ingest.headers.values import split_attachments
from ingest.headers.webprint import find_web_headers
from tests.support.typeset import set_spots


def test_reads_values_at_a_tab_stop_and_their_wrapped_lines() -> None:
    blocks = find_header_blocks(
        set_spots("""
From:\tRoe, Jane <jane@example.org>
Sent:\tTuesday, November 13, 2012 3:02 PM
To:\tPoe, Ann; Doe, John;
\tBee, Cee
Subject:\tHow are the hearings going in the
\tlower chamber?

We just started.
""")
    )
    assert blocks[0].values[Label.TO] == "Poe, Ann; Doe, John; Bee, Cee"
    assert blocks[0].values[Label.SUBJECT] == "How are the hearings going in the lower chamber?"
    assert blocks[0].tab_stop


def test_ends_at_the_next_sender() -> None:
    blocks = find_header_blocks(
        set_spots("""
From: Roe, Jane
Sent: Tuesday, November 13, 2012 3:02 PM
To: Poe, Ann
Subject: RE: hearings
From: Poe, Ann
Sent: Tuesday, November 13, 2012 3:01 PM
To: Roe, Jane
Subject: hearings
""")
    )
    assert [block.values[Label.FROM] for block in blocks] == ["Roe, Jane", "Poe, Ann"]


def test_an_empty_recipient_takes_no_other_line() -> None:
    (block,) = find_header_blocks(
        set_spots("""
From:\tRoe, Jane
Sent:\tTuesday, November 13, 2012 3:02 PM
To:
Subject:\tNATO

I head back today.
""")
    )
    assert block.values[Label.TO] == ""
    assert block.values[Label.SUBJECT] == "NATO"


@pytest.mark.parametrize("label", ["Ce:", "Ge:", "CC:", "Cc;"])
def test_knows_what_ocr_makes_of_labels(label: str) -> None:
    (block,) = find_header_blocks(
        set_spots(f"""
Fram: Roe, Jane
Sent: Tuesday, November 13, 2012 3:02 PM
To: Poe, Ann
{label} Doe, John
Sul!ject: NATO
""")
    )
    assert block.values[Label.CC] == "Doe, John"
    assert block.values[Label.SUBJECT] == "NATO"


def test_takes_apart_labels_that_ocr_put_on_one_line() -> None:
    (block,) = find_header_blocks(
        set_spots("""
From: Roe, Jane Sent: Fri, 6 Mar 2020 03:49:45 +0000 To: Poe, Ann
Subject: RE: supply
""")
    )
    assert block.values[Label.DATE] == "Fri, 6 Mar 2020 03:49:45 +0000"
    assert block.values[Label.TO] == "Poe, Ann"


@pytest.mark.parametrize(
    "text",
    [
        "TO: All staff\nFROM: The Director\nDATE: May 5, 2012\nSUBJECT: Parking",
        "For: Jane\nFrom: John\nRe: the speech",
        "From: the first day on we knew\nthat it would rain.",
        "Sent from my BlackBerry",
    ],
)
def test_memos_and_prose_are_no_email(text: str) -> None:
    assert find_header_blocks(set_spots(text)) == []


def test_reads_labels_of_other_languages() -> None:
    (block,) = find_header_blocks(
        set_spots("""
Von: Roe, Jane
Gesendet: Freitag, 6. März 2020 09:15
An: Poe, Ann
Betreff: AW: Termin
""")
    )
    assert block.values[Label.SUBJECT] == "AW: Termin"


def test_reads_a_web_print_with_its_subject_as_heading() -> None:
    spots = set_spots("""
2 messages
Jane Roe <jane@example.org> Wed, Jul 2, 2025 at 2:06 PM
To: ann@example.org
Dear Ann,
""")
    (block,) = find_web_headers(spots)
    assert block.values[Label.FROM] == "Jane Roe <jane@example.org>"
    assert block.values[Label.TO] == "ann@example.org"
    assert Label.SUBJECT not in block.values


def test_reads_an_attribution_line_broken_over_two_lines() -> None:
    (block,) = find_attributions(
        set_spots("""
On Wed, Apr 22, 2015 at 5:46 PM, Jane Roe
<jane@example.org> wrote:
""")
    )
    assert block.values[Label.FROM] == "Jane Roe <jane@example.org>"
    assert block.values[Label.DATE] == "Wed, Apr 22, 2015 at 5:46 PM"


def test_attachments_end_with_their_extension() -> None:
    assert split_attachments("budget, final.docx; map v4.pdf") == ("budget, final.docx", "map v4.pdf")


def test_a_label_inside_a_continued_list_begins_a_value_of_its_own() -> None:
    (block,) = find_header_blocks(
        set_spots("""
From: Roe, Jane
Sent: Fri, 6 Mar 2020 03:49:45 +0000
To: Poe, Ann;
Doe, John Ce: Bee, Cee
Subject: RE: supply
""")
    )
    assert block.values[Label.TO] == "Poe, Ann; Doe, John"
    assert block.values[Label.CC] == "Bee, Cee"


def test_the_importance_beside_the_attachments_is_no_attachment() -> None:
    (block,) = find_header_blocks(
        set_spots("""
From: Roe, Jane
Sent: Tuesday, November 13, 2012 3:02 PM
To: Poe, Ann
Subject: hearings
Attachments: memo.pdf Importance: High

We just started.
""")
    )
    assert (block.values[Label.ATTACHMENTS], block.values[Label.IMPORTANCE]) == ("memo.pdf", "High")


def test_a_date_that_slipped_into_the_sender_is_the_date() -> None:
    spots = set_spots("""
From:
Mon, 2 Mar 2020 09:20:56 -0500
Sent:
To: Poe, Ann
Subject: Re: Is this true?
""")
    (block,) = find_header_blocks(spots)
    headers = read_headers(block, "")
    assert headers.sender is None
    assert headers.date is not None
    assert headers.date.text == "Mon, 2 Mar 2020 09:20:56 -0500"
