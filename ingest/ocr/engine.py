"""What every OCR engine does, and which one is used."""

import logging
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib.util import find_spec
from typing import NamedTuple, Protocol

from PIL import Image

from ingest.records import Box, Problem

log = logging.getLogger(__name__)

_PT_PER_INCH = 72


class OcrChoice(StrEnum):
    """Which engine reads pictures."""

    AUTO = "auto"  # tesseract where it is installed, otherwise none
    TESSERACT = "tesseract"
    RAPIDOCR = "rapidocr"
    OFF = "off"


class Layout(StrEnum):
    """What a picture shows."""

    PAGE = "page"  # anything
    BLOCK = "block"  # lines one below the other
    LINE = "line"


class SeenWord(NamedTuple):
    """A word that an engine saw in a picture."""

    text: str
    box: Box  # in pixels of the picture
    confidence: float  # 0 to 1


def in_points(word: SeenWord, part: Box, dpi: int) -> SeenWord:
    """Return a word of the picture of `part` of a page with its box in points of the page."""
    scale = _PT_PER_INCH / dpi
    x0, top, x1, bottom = word.box
    box = Box(part.x0 + x0 * scale, part.top + top * scale, part.x0 + x1 * scale, part.top + bottom * scale)
    return word._replace(box=box)


class OcrEngine(Protocol):
    """Reads grey pictures, one at a time."""

    @property
    def name(self) -> str:
        """Its name and version: "tesseract 5.5.4"."""

    def read(self, picture: Image.Image, layout: Layout, *, dpi: int) -> list[SeenWord]:
        """Return the words of a grey picture in the order of the engine; none if it sees no text."""


@dataclass(frozen=True, slots=True)
class OcrPlan:
    """How pictures are to be read in one file."""

    choice: OcrChoice = OcrChoice.AUTO
    budget_s: float = 100.0  # for one file's scanned pages, and again for its headers; what is left over is reported


def out_of_time(what: str, number: int, plan: OcrPlan) -> Problem:
    """Return what is said when the time for a file's pictures was over before page `number`."""
    detail = (
        f"{what} from page {number} on were not read within {plan.budget_s:g} seconds; "
        "raise READINGROOM_WORKER_TIMEOUT_S and retry."
    )
    return Problem("ocr_out_of_time", detail, number)


@lru_cache
def open_engine(choice: OcrChoice) -> OcrEngine | None:
    """Return the chosen engine, opened once a process; None if it is off or not installed."""
    try:
        if choice in (OcrChoice.AUTO, OcrChoice.TESSERACT) and find_spec("tesserocr"):
            from ingest.ocr.tesseract import TesseractEngine  # noqa: PLC0415 - an extra: loaded where it is used

            return TesseractEngine()
        if choice is OcrChoice.RAPIDOCR and find_spec("rapidocr"):
            from ingest.ocr.rapid import RapidEngine  # noqa: PLC0415

            return RapidEngine()
    except Exception:  # without its model or a library an engine is as good as not installed
        log.exception("ocr engine does not open engine=%s", choice)
    return None
