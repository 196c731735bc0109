import random
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from ingest.ocr import OcrChoice, OcrPlan
from ingest.reading import read_pdf
from ingest.records import RedactionShape
from ingest.scans import find_boxes

_PLACE = (200, 300, 420, 322)


def _scan() -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """Return a page of 100 dpi with lines of strokes on it, as letters leave them, and its pen."""
    image = Image.new("L", (850, 1100), 255)
    pen = ImageDraw.Draw(image)
    for row in range(80, 1000, 18):
        for x in range(90, 760, 9):
            pen.line((x, row, x, row + 10), 0)
            pen.line((x, row + 5, x + 5, row + 5), 0)
    return image, pen


def _is_found(image: Image.Image) -> bool:
    return any(all(abs(a - b) <= 3 for a, b in zip(box, _PLACE, strict=True)) for box in find_boxes(image))


@pytest.mark.parametrize(("fill", "outline"), [(255, 150), (255, 0), (0, 0)])
def test_a_box_among_the_words_is_found(fill: int, outline: int) -> None:
    image, pen = _scan()
    pen.rectangle(_PLACE, fill, outline)
    assert _is_found(image)
    assert len(find_boxes(image)) == 1


def test_two_boxes_that_share_an_edge_are_two() -> None:
    image, pen = _scan()
    pen.rectangle(_PLACE, 255, 0)
    pen.rectangle((_PLACE[2], _PLACE[1], _PLACE[2] + 120, _PLACE[3]), 255, 0)
    assert len(find_boxes(image)) == 2


def test_words_alone_are_no_boxes() -> None:
    assert find_boxes(_scan()[0]) == []


def test_a_frame_with_words_in_it_is_no_box() -> None:
    image, pen = _scan()
    pen.rectangle((80, 200, 700, 420), None, 0)
    assert find_boxes(image) == []


def test_speckle_is_no_box() -> None:
    noise = random.Random(7).randbytes(850 * 1100)
    assert find_boxes(Image.frombytes("L", (850, 1100), noise).point(lambda value: 0 if value < 110 else 255)) == []


def test_a_dark_photograph_is_no_box() -> None:
    image, pen = _scan()
    pen.rectangle((200, 300, 600, 700), 0)
    for row in range(300, 700, 3):
        pen.line((380 + row % 11, row, 600, row), 200)
    assert find_boxes(image) == []


@pytest.mark.parametrize(("name", "boxes"), [("C05739589.pdf", 17), ("C05739575.pdf", 0)])
def test_boxes_of_real_scans_are_found_and_a_photograph_has_none(shared: Path, name: str, boxes: int) -> None:
    reading = read_pdf(shared / "corpora" / "hrc296" / "pdf" / name, max_pages=9)
    shapes = [redaction.shape for page in reading.pages for redaction in page.redactions]
    assert shapes.count(RedactionShape.IMAGE) == boxes


def test_where_ocr_is_off_no_picture_is_looked_at(shared: Path) -> None:
    path = shared / "corpora" / "hrc296" / "pdf" / "C05739589.pdf"
    reading = read_pdf(path, max_pages=9, ocr=OcrPlan(OcrChoice.OFF))
    shapes = {redaction.shape for page in reading.pages for redaction in page.redactions}
    assert shapes
    assert RedactionShape.IMAGE not in shapes
