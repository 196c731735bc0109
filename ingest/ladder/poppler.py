"""Read a PDF with poppler's programs, where they are installed: the last step of the ladder."""

import io
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path

from PIL import Image

from ingest.geometry import see_picture
from ingest.pages import build_lines
from ingest.pictures import Picture
from ingest.records import Box, PageRecord, Word

_TIMEOUT_S = 20
_DPI = 100
_PAGE = re.compile(r'<page width="([\d.]+)" height="([\d.]+)">(.*?)</page>', re.S)
_WORD = re.compile(r'<word xMin="(-?[\d.]+)" yMin="(-?[\d.]+)" xMax="(-?[\d.]+)" yMax="(-?[\d.]+)">(.*?)</word>', re.S)
_CONTROL = re.compile("[\x00-\x1f\u202a-\u202e\u200b\ufeff]")  # also marks of direction, which poppler adds


def read_by_poppler(path: Path, last: int) -> list[PageRecord]:
    """Return the pages up to number `last`, from 1; none where poppler is missing or finds none."""
    told = _run("pdftotext", "-q", "-l", str(last), "-bbox", "-enc", "UTF-8", str(path.resolve()), "-")
    found = _PAGE.findall(told.decode("utf-8", "replace"))
    pages = (
        PageRecord(number, float(width), float(height), tuple(build_lines(list(_words_of(content)))))
        for number, (width, height, content) in enumerate(found, start=1)
    )
    return [_without_unseen(path, page) for page in pages]


def _without_unseen(path: Path, page: PageRecord) -> PageRecord:
    """Take out what nobody sees on the page: what lies under a box. It has no words where poppler does not draw it."""
    if not page.lines:
        return page
    number = str(page.number)
    drawn = _run("pdftoppm", "-q", "-r", str(_DPI), "-f", number, "-l", number, str(path.resolve()))
    try:
        picture = Picture(Image.open(io.BytesIO(drawn)), _DPI / 72)
    except (OSError, ValueError, Image.DecompressionBombError):
        return replace(page, lines=())
    return see_picture(page, lambda: picture)


def _run(name: str, *arguments: str) -> bytes:
    """Return what a program of poppler prints; nothing where it is missing, fails or takes too long."""
    program = shutil.which(name)
    if program is None:
        return b""
    try:
        return subprocess.run([program, *arguments], check=False, capture_output=True, timeout=_TIMEOUT_S).stdout
    except (OSError, subprocess.SubprocessError):
        return b""


def _words_of(content: str) -> Iterator[Word]:
    for *sides, printed in _WORD.findall(content):
        text = "".join(_CONTROL.sub("", unescape(printed)).split())
        if text:
            yield Word(text, Box(*map(float, sides)))
