"""How a release is dressed: paper, type, stamps, Bates numbers and redaction boxes, one choice a seed."""

from dataclasses import dataclass, field
from random import Random
from typing import Literal

from tests.support.forge.sheets import Piece, Sheet

BoxStyle = Literal["black", "white", "grey", "margin"]
_FONTS = (("Helvetica", "Helvetica-Bold"), ("Times-Roman", "Times-Bold"), ("Courier", "Courier-Bold"))
_PREFIXES = ("WQA-", "HBR_PRR_", "TRD ", "CIVLAB-SCB", "PRR2020-")
_STAMPS = (
    "RELEASE IN FULL",
    "UNCLASSIFIED Harbor Board Case No. F-2014-{case} Doc No. C0{doc} Date: 06/30/2015",
    "SUBJECT TO AGREEMENT ON SENSITIVE INFORMATION & REDACTIONS. NO PRR WAIVER.",
    "Classified by DAS, A/GIS on 12/31/2015 - Class: CONFIDENTIAL - Reason: 1.4(B), 1.4(D) - Declassify on: 05/24/2032",
    "PRODUCED TO THE JOINT COMMITTEE",
    "Case 1:15-cv-0{doc} Document {case}-2 Filed 01/05/24 Page {page} of {pages}",
    "Date: 05/13/2015",
)


@dataclass(frozen=True, slots=True)
class BatesSeries:
    """Numbers that rise by one a page."""

    prefix: str
    first: int
    digits: int
    x: float
    y: float

    def number(self, page: int) -> str:
        """Return the number of a page that counts from 1."""
        return f"{self.prefix}{self.first + page - 1:0{self.digits}}"


@dataclass(slots=True)
class Dress:
    """What all pages of a release have in common."""

    width: float = 612.0
    height: float = 792.0
    left: float = 72.0
    right: float = 72.0
    top: float = 72.0
    bottom: float = 72.0
    font: str = "Helvetica"
    bold: str = "Helvetica-Bold"
    size: float = 10.0
    leading: float = 12.5
    tab: float = 110.0  # from the left margin to the values
    owner: str = "Roe, Jane A"  # who printed the mails
    packing: float = 0.0  # share of mails that begin on the page where the one before ends
    box_style: BoxStyle = "black"
    boxes: float = 0.0  # share of mails with something withheld
    code: str = "(b)(6)"
    enclosures: float = 0.0  # share of mails with pages behind them
    strangers: float = 0.0  # share of mails before which something stands that is no mail
    stamps_top: list[str] = field(default_factory=list)
    stamps_bottom: list[str] = field(default_factory=list)
    bates: list[BatesSeries] = field(default_factory=list)

    def furnish(self, sheet: Sheet, page: int) -> list[str]:
        """Put stamps and Bates numbers on a sheet; return the numbers."""
        for row, stamp in enumerate(self.stamps_top):
            sheet.pieces.append(self._stamp(stamp, 22 + row * 10, page))
            sheet.lines += 1
        for row, stamp in enumerate(self.stamps_bottom):
            sheet.pieces.append(self._stamp(stamp, self.height - 34 + row * 10, page))
        numbers = [series.number(page) for series in self.bates]
        for series, number in zip(self.bates, numbers, strict=True):
            sheet.pieces.append(Piece(series.x, series.y, number, "Helvetica", 9, "furniture"))
            sheet.lines += series.y < self.top
        return numbers

    def _stamp(self, stamp: str, y: float, page: int) -> Piece:
        text = stamp.replace("{page}", str(page))
        return Piece(60, y, text, "Helvetica", 7.5, "furniture")


def choose_dress(rng: Random) -> Dress:
    """Return the dress that a seed asks for."""
    font, bold = rng.choice(_FONTS[:2] * 3 + _FONTS[2:])
    size = rng.choice([9.0, 10.0, 10.0, 11.0])
    dress = Dress(
        left=rng.choice([54.0, 72.0, 90.0]),
        right=rng.choice([60.0, 72.0, 90.0]),
        top=rng.choice([60.0, 72.0, 84.0]),
        font=font,
        bold=bold,
        size=size,
        leading=size * rng.choice([1.2, 1.25, 1.4]),
        tab=rng.choice([80.0, 100.0, 110.0, 130.0, 144.0]),
        box_style=rng.choice(["black", "white", "grey", "margin"]),
        boxes=rng.choice([0.0, 0.0, 0.3]),
        code=rng.choice(["(b)(6)", "(b) (6)", "B6", "(b)(5)", "1.4(D)"]),
        packing=rng.choice([0.0, 0.0, 0.35]),
        enclosures=rng.choice([0.0, 0.4]),
        strangers=rng.choice([0.0, 0.0, 0.25]),
    )
    _choose_stamps(rng, dress)
    _choose_bates(rng, dress)
    return dress


def _choose_stamps(rng: Random, dress: Dress) -> None:
    case, doc = str(rng.randint(10000, 99999)), str(rng.randint(1000000, 9999999))
    for stamps in (dress.stamps_top, dress.stamps_bottom):
        for stamp in rng.sample(_STAMPS, rng.choice([0, 0, 1, 2])):
            stamps.append(stamp.replace("{case}", case).replace("{doc}", doc).replace("{pages}", "99"))


def _choose_bates(rng: Random, dress: Dress) -> None:
    corners = [(dress.width - 150, dress.height - 20), (60, dress.height - 46), (dress.width - 150, 16)]
    for x, y in rng.sample(corners, rng.choice([0, 1, 1, 2])):
        prefix, digits = rng.choice(_PREFIXES), rng.choice([6, 7])
        dress.bates.append(BatesSeries(f"{prefix}", rng.randint(1, 99000), digits, x, y))
