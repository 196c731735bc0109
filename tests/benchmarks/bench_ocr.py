"""Measure the OCR engines on real pages: `python -m tests.benchmarks.bench_ocr CORPORA [--pages N]`.

CORPORA is the folder with hrc296/ and gmail-print/. For each engine that is installed: pages per CPU-minute of
whole-page reading, and how many header fields of the verified State emails come out right when every page is
read from its picture alone. Both engines run side by side on the same pages.
"""

import argparse
import json
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

from ingest.dates import parse_date
from ingest.furniture import lift_furniture
from ingest.messages import split_messages
from ingest.ocr import OcrChoice, OcrPlan, PagePictures, open_engine, read_scans
from ingest.pages import open_pdf, read_page
from ingest.records import Headers, Mailbox, PageRecord

_FIELDS = ("from", "to", "date", "subject")


def main() -> None:
    """Print one line an engine."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("corpora", type=Path)
    arguments.add_argument("--pages", type=int, default=24, help="verified first pages that are read")
    given = arguments.parse_args()
    truths = [json.loads(line) for line in (given.corpora / "hrc296/truth.jsonl").read_text().splitlines()]
    truths = [truth for truth in truths if truth.get("verified") and truth.get("date")][: given.pages]
    for choice in (OcrChoice.TESSERACT, OcrChoice.RAPIDOCR):
        if open_engine(choice) is None:
            print(f"{choice}: not installed")
            continue
        _measure(choice, given.corpora, truths)


def _measure(choice: OcrChoice, corpora: Path, truths: list[dict[str, object]]) -> None:
    right: Counter[str] = Counter()
    began, pages = time.process_time(), 0
    for truth in truths:
        read = _read_pictures(corpora / "hrc296/pdf" / str(truth["file"]), choice, 1)
        pages += len(read)
        _, messages = split_messages(lift_furniture(read))
        if messages:
            right.update(field for field in _FIELDS if _is_right(field, messages[0].headers, truth))
    pages += len(_read_pictures(corpora / "gmail-print/pdf/wa-archives-dashcam.pdf", choice, 2))
    minutes = (time.process_time() - began) / 60
    fields = ", ".join(f"{field} {right[field]}/{len(truths)}" for field in _FIELDS)
    print(f"{choice}: {pages / minutes:.0f} pages per CPU-minute ({pages} pages); {fields}", flush=True)


def _read_pictures(path: Path, choice: OcrChoice, most: int) -> list[PageRecord]:
    """Return a file's first pages, read as if they had no text layer."""
    with open_pdf(path) as document:
        pages = [read_page(document, number)[0] for number in range(1, min(most, len(document)) + 1)]
        bare = [replace(page, lines=()) for page in pages]
        return read_scans(PagePictures(document), bare, OcrPlan(choice, 3600))[0]


def _is_right(field: str, headers: Headers, truth: dict[str, object]) -> bool:
    if field == "subject":
        return _letters(headers.subject or "") == _letters(str(truth["subject"]))
    if field == "date":
        return headers.date is not None and headers.date.wall == parse_date(str(truth["date"]).replace("T", " ")).wall
    if field == "from":
        return headers.sender is not None and _letters(_name(headers.sender)) in _letters(str(truth["from"]))
    wanted = sorted(_letters(str(name)) for name in truth["to"])  # type: ignore[attr-defined] # a list of names
    return sorted(_letters(mailbox.address or mailbox.printed) for mailbox in headers.to) == wanted


def _name(mailbox: Mailbox) -> str:
    return mailbox.name or mailbox.address or mailbox.printed


def _letters(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


if __name__ == "__main__":
    main()
