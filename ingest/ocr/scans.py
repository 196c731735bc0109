"""Read whole pages that have no usable text layer."""

import logging
import time
from collections.abc import Sequence
from dataclasses import replace

from PIL import Image

from ingest.ocr.engine import Layout, OcrChoice, OcrEngine, OcrPlan, SeenWord, open_engine, out_of_time
from ingest.ocr.pictures import PageContent, PagePictures
from ingest.ocr.turning import turned
from ingest.pages import build_lines
from ingest.records import Box, OcrMark, PageRecord, Problem, Word

log = logging.getLogger(__name__)

_DPI = 200  # 300 reads worse: 12 of 16 dates against 16
_SCANNED = 0.3  # of the page that an image covers
_OUTLINED_PATHS = 300  # letters drawn as shapes
_UNKNOWN_TEXTS = 20  # pieces of text of which no letter is known
_UNREADABLE = 0.05  # of the letters that stand for nothing known
_HEAD, _FOOT = 0.1, 0.9  # of the page height: a scan may have been stamped there by a program
_STAMPED_WORDS = 15
_LEAST_SURE = 0.3  # a word less sure is noise of the scan
_UPRIGHT = 0.65  # mean confidence below which a page may lie on its side
_LONG = 4  # letters of a word that is wider than high
_TURNS = (90, 270, 180)
_CLEARLY = 0.1  # surer: otherwise the page stays as it lies
_DARK = 128  # of 255
_INK = 0.0005  # of the pixels: less is dust
_KINDS = {
    OcrChoice.AUTO: "install the extra `ocr`",
    OcrChoice.TESSERACT: "install the extra `ocr`",
    OcrChoice.RAPIDOCR: "install the extra `ocr-fax`",
}


def read_scans(
    pictures: PagePictures, pages: Sequence[PageRecord], plan: OcrPlan
) -> tuple[list[PageRecord], list[Problem]]:
    """Return the pages, those without a usable text layer read from their pictures, and what went wrong.

    A page that is not read keeps what it has; `unread_reason` says why. Words of a text layer that stamps
    a scan are kept.
    """
    engine = open_engine(plan.choice)
    read = list(pages)
    problems: list[Problem] = []
    ends = time.monotonic() + plan.budget_s
    for index, page in enumerate(pages):
        if engine is None or not _may_be_scan(page):
            continue
        try:
            if not _is_scan(page, pictures.look(page.number)):
                continue
            if time.monotonic() > ends:
                problems.append(out_of_time("Scanned pages", page.number, plan))
                break
            read[index] = _read_page(pictures, page, engine)
        except Exception:  # the boundary of a page: the others are read
            log.exception("page not read by ocr page=%d", page.number)
            problems.append(Problem("ocr_failed", f"The picture of page {page.number} could not be read.", page.number))
    return read, problems


def unread_reason(plan: OcrPlan) -> str:
    """Say what would make pages without text readable; "" if OCR has looked at them already."""
    if plan.choice is OcrChoice.OFF:
        return "To read scans, set READINGROOM_OCR to auto."
    if open_engine(plan.choice) is None:
        return f"To read scans, {_KINDS[plan.choice]} and ingest again."
    return ""


def _may_be_scan(page: PageRecord) -> bool:
    """Tell without looking at the page's content whether its text layer could be unusable."""
    return not page.lines or _is_only_stamped(page) or _unreadable_share(page.text) > _UNREADABLE


def _is_scan(page: PageRecord, content: PageContent) -> bool:
    if page.lines and _unreadable_share(page.text) > _UNREADABLE:
        return True
    if content.image_share > _SCANNED:
        return True
    return not page.lines and (content.paths > _OUTLINED_PATHS or content.texts > _UNKNOWN_TEXTS)


def _is_only_stamped(page: PageRecord) -> bool:
    """Tell whether the few words of a page all stand at its head and foot, as a Bates number on a scan does."""
    boxes = [word.box for word in page.words]
    return len(boxes) <= _STAMPED_WORDS and all(
        box.bottom < _HEAD * page.height_pt or box.top > _FOOT * page.height_pt for box in boxes
    )


def _unreadable_share(text: str) -> float:
    """Return the share of letters that stand for nothing: replacements, private use, control."""
    letters = [letter for letter in text if not letter.isspace()]
    unknown = sum(letter == "\ufffd" or "\ue000" <= letter <= "\uf8ff" or letter < " " for letter in letters)
    return unknown / len(letters) if letters else 0.0


def _read_page(pictures: PagePictures, page: PageRecord, engine: OcrEngine) -> PageRecord:
    """Return the page as it reads: one that lies on its side is turned, `turn_back` lays it down again."""
    picture = pictures.draw(page.number, _DPI)
    seen, degrees = _read_upright(picture, engine)
    upright = turned(page, degrees)
    stamps = () if _unreadable_share(page.text) > _UNREADABLE else upright.words
    scale = upright.width_pt / (picture.width if degrees in (0, 180) else picture.height)
    words = [
        Word(word.text, Box(*(side * scale for side in word.box)), from_ocr=True)
        for word in seen
        if word.confidence > _LEAST_SURE
    ]
    words = [word for word in words if not any(stamp.box.holds_middle_of(word.box) for stamp in stamps)]
    if not words:
        return page
    mark = OcrMark(engine.name, round(_mean(seen), 3))
    return replace(upright, lines=tuple(build_lines([*stamps, *words])), ocr=mark)


def _read_upright(picture: Image.Image, engine: OcrEngine) -> tuple[list[SeenWord], int]:
    """Return the words of a page and by how many degrees, against the clock, it was turned to be read."""
    best, best_degrees = engine.read(picture, Layout.PAGE, dpi=_DPI), 0
    if not best and not _has_ink(picture):
        return [], 0
    for degrees in _TURNS:
        if _uprightness(best) >= _UPRIGHT:
            break
        words = engine.read(picture.rotate(degrees, expand=True), Layout.PAGE, dpi=_DPI)
        if _uprightness(words) > _uprightness(best) + _CLEARLY:
            best, best_degrees = words, degrees
    return best, best_degrees


def _uprightness(words: Sequence[SeenWord]) -> float:
    """Return the mean confidence; 0 where words stand on their side, which tesseract reads all the same."""
    boxes = [word.box for word in words if len(word.text) >= _LONG]
    on_side = sum(box.bottom - box.top > box.x1 - box.x0 for box in boxes)
    return 0.0 if on_side * 2 > len(boxes) else _mean(words)


def _has_ink(picture: Image.Image) -> bool:
    return sum(picture.histogram()[:_DARK]) > _INK * picture.width * picture.height


def _mean(words: Sequence[SeenWord]) -> float:
    """Return the mean confidence, long words counting more; 0 if there is none."""
    letters = sum(len(word.text) for word in words)
    return sum(word.confidence * len(word.text) for word in words) / letters if letters else 0.0
