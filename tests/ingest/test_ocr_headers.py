from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from ingest.headers.labels import Label
from ingest.ocr import OcrChoice, OcrPlan
from ingest.ocr.engine import SeenWord
from ingest.ocr.merging import merge_line
from ingest.reading import read_pdf
from ingest.records import Box, Headers, PageRecord
from tests.support.scans import draw_page, scan_pdf
from tests.support.typeset import set_line

SEEN = """From:\tRoe, Jane Q <RoeJQ@example.gov>
Sent:\tMonday, March 5, 2012 10:16 AM
To:\tH
Cc:\t
Subject:\tThe water main on Elm Street

The budget of the water main was approved by the council.
"""
LOST = SEEN.replace("To:\tH", "To:\t")


def _read(tmp_path: Path, layer: str, picture: Image.Image | None = None) -> tuple[PageRecord, Headers]:
    path = scan_pdf(tmp_path / "a.pdf", [picture or draw_page(SEEN)], layers=[layer])
    reading = read_pdf(path, max_pages=10, ocr=OcrPlan(OcrChoice.AUTO, 60))
    return reading.pages[0], reading.messages[0].headers


def test_a_letter_that_the_text_layer_lost_is_read_from_the_picture(tmp_path: Path) -> None:
    page, headers = _read(tmp_path, LOST)
    assert [mailbox.printed for mailbox in headers.to] == ["H"]
    assert [word.text for word in page.words if word.from_ocr] == ["H"]
    assert page.ocr is None


def test_a_field_that_is_empty_on_the_page_stays_empty(tmp_path: Path) -> None:
    assert _read(tmp_path, LOST)[1].cc == ()


def test_the_sides_of_a_box_are_no_letters(tmp_path: Path) -> None:
    picture = draw_page(LOST)
    ImageDraw.Draw(picture).rectangle((500, 255, 800, 292), outline=0, width=3)
    assert _read(tmp_path, LOST, picture)[1].to == ()


def test_a_broken_address_becomes_whole(tmp_path: Path) -> None:
    _, headers = _read(tmp_path, SEEN.replace("<RoeJQ@example.gov>", "<RoeJQ©examplegov>"))
    assert headers.sender is not None
    assert headers.sender.address == "roejq@example.gov"


def test_a_broken_date_becomes_the_one_whose_weekday_fits(tmp_path: Path) -> None:
    _, headers = _read(tmp_path, SEEN.replace("2012 10:16 AM", "2912 1016 AM"))
    assert headers.date is not None
    assert headers.date.text == "Monday, March 5, 2012 10:16 AM"


def test_what_both_agree_on_is_the_text_layers(tmp_path: Path) -> None:
    page, _ = _read(tmp_path, SEEN)
    assert not any(word.from_ocr for word in page.words)


def test_headers_over_the_time_keep_their_text_layer(tmp_path: Path) -> None:
    path = scan_pdf(tmp_path / "a.pdf", [draw_page(SEEN)], layers=[LOST])
    reading = read_pdf(path, max_pages=10, ocr=OcrPlan(OcrChoice.AUTO, -1))
    assert reading.messages[0].headers.to == ()
    assert [problem.code for problem in reading.problems] == ["ocr_out_of_time"]


def _seen(text: str, confidence: float = 0.95, x: float = 180.0) -> list[SeenWord]:
    words = []
    for word in text.split():
        words.append(SeenWord(word, Box(x, 100, x + 5 * len(word), 110), confidence))
        x += 5 * (len(word) + 1)
    return words


@pytest.mark.parametrize(
    ("printed", "label", "readings", "merged"),
    [
        ("To:\tMills, Cheryl", Label.TO, ["Mills, Cheryl D", "Mills, Cheryl D"], "To: Mills, Cheryl D"),
        ("To:\tMills, Cheryl", Label.TO, ["Mills, Cheryl D", "Mills, Cheryl O"], "To: Mills, Cheryl"),
        ("To:\tMills, Cheryl D", Label.TO, ["Mills, Chery! D"] * 2, "To: Mills, Cheryl D"),
        ("To:\tReines, Philippe", Label.TO, ["Reines, Philippe |"] * 2, "To: Reines, Philippe"),
        ("Subject:\tFVV: budget", Label.SUBJECT, ["FW: budget"] * 2, "Subject: FW: budget"),
        ("Subject:\titem 4512", Label.SUBJECT, ["item 4572"] * 2, "Subject: item 4512"),
        ("Subject:\tWalsh", Label.SUBJECT, ["Waish"] * 2, "Subject: Walsh"),
        ("From:\tRoe, Jane <RoeJ@a.gov>", Label.FROM, ["Roe, Jane <Roej0@a.gov>"] * 2, "From: Roe, Jane <RoeJ@a.gov>"),
        ("From:\tRoe, Jane <Roeii@a.gov>", Label.FROM, ["Roe, Jane <RoeJ@a.gov>", "x"], "From: Roe, Jane <RoeJ@a.gov>"),
        ("From:\tRoe, Jane [mailto:RoeJ@a.govj", Label.FROM, ["Roe, Jane [mailto:RceJ@a.gov]"] * 2,
         "From: Roe, Jane [mailto:RoeJ@a.govj"),
        ("To:\t'rnills@a.gov'", Label.TO, ["'mills@a.gov'"] * 2, "To: 'mills@a.gov'"),
        ("To:\t'roejj@a.gov'", Label.TO, ["'roej@a.gov'"] * 3, "To: 'roejj@a.gov'"),
        ("To:\tMills, Cheryl", Label.TO, ["Mills, Cheryl 3"] * 2, "To: Mills, Cheryl"),
        ("Sent:\tMonday, March 5, 2012 1:00 PM", Label.DATE, ["Monday, March 5, 2017 1:00 PM"] * 2,
         "Sent: Monday, March 5, 2012 1:00 PM"),
    ],
)  # fmt: skip
def test_weighs(printed: str, label: Label, readings: list[str], merged: str) -> None:
    assert merge_line(set_line(printed, 100), label, [_seen(text) for text in readings], {}).text == merged
