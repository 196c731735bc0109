"""The sample release can be made again, says on every page what it is, and hides nothing under its boxes."""

import dataclasses
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pypdfium2
import pytest

from ingest.records import ReleaseRecord

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
RELEASE = SAMPLE / "release"
PDFS = sorted(RELEASE.glob("*.pdf"))
MAILS = sorted(RELEASE.glob("native/*.eml"))
MARK = "RECONSTRUCTION FOR DEMONSTRATION - NOT A RELEASED RECORD"
TRUTH = [json.loads(line) for line in (SAMPLE / "truth.jsonl").read_text(encoding="utf-8").splitlines()]


def page_texts(path: Path) -> list[str]:
    """Return the text layer of every page."""
    with pypdfium2.PdfDocument(path) as document:
        return [page.get_textpage().get_text_bounded() for page in document]


def test_it_is_made_again_with_the_same_bytes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, SAMPLE / "make_sample.py", tmp_path], check=True, timeout=120)
    for path in [*PDFS, *MAILS, SAMPLE / "truth.jsonl"]:
        assert (tmp_path / path.relative_to(SAMPLE)).read_bytes() == path.read_bytes(), path.name
    made = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(made) == len(PDFS) + len(MAILS) + 1


def test_every_page_with_text_carries_the_mark_and_one_is_a_scan() -> None:
    texts = [text for path in PDFS for text in page_texts(path)]
    assert [text for text in texts if text.strip() and MARK not in text] == []
    assert sum(not text.strip() for text in texts) == 1


@pytest.mark.parametrize("path", MAILS, ids=lambda path: path.stem)
def test_every_native_email_carries_the_mark(path: Path) -> None:
    assert path.read_text(encoding="ascii").count(MARK) >= 2


def test_bates_numbers_follow_each_other() -> None:
    texts = [text for path in PDFS for text in page_texts(path)]
    numbers = [re.findall(r"RR-DEA-(\d{6})", text) for text in texts]
    assert all(found == [f"{page:06d}"] for page, found in enumerate(numbers, start=1) if found)


def test_withheld_words_are_not_in_the_file() -> None:
    withheld = re.findall(r"\{b\w+\|([^}]+)\}", (SAMPLE / "emails.toml").read_text(encoding="utf-8"))
    people = {word for word in withheld if "@" in word or re.search(r"\d{3}-\d{4}|\d{3} \d{3}", word)}
    written = b"".join(path.read_bytes() for path in PDFS)  # their pages are not compressed
    assert len(people) > 5
    assert [word for word in people if word.encode() in written] == []


def test_the_release_file_has_the_fields_of_a_release() -> None:
    release = ReleaseRecord(**tomllib.loads((RELEASE / "release.toml").read_text(encoding="utf-8")))
    assert release.slug == "facial-recognition-pilot"
    assert "reconstruction" in (release.note or "").lower()
    assert len(dataclasses.fields(release)) >= 11


def test_the_truth_speaks_of_every_file_and_withholds_a_sender_and_a_recipient() -> None:
    assert {record["file"] for record in TRUTH} == {path.name for path in [*PDFS, *MAILS]}
    printed = [record for record in TRUTH if record["level"] == "top" and record["file"].endswith(".pdf")]
    assert len(printed) == 44
    assert any(record["from"] == "[redacted]" for record in printed)
    assert any("[redacted]" in record["to"] for record in printed)
    assert any(record["page_end"] - record["page_start"] == 2 for record in printed)


def test_truth_stands_on_the_page_that_it_names() -> None:
    texts = {path.name: page_texts(path) for path in PDFS}
    for record in TRUTH:
        if record["file"] in texts and record["subject"]:
            page = re.sub(r"\s+", " ", texts[record["file"]][record["page_start"] - 1])
            assert record["subject"] in page or record["page_end"] > record["page_start"]


def test_it_is_small() -> None:
    kept = [SAMPLE / "truth.jsonl", SAMPLE / "signed-form.jpg", *PDFS, *MAILS]
    assert sum(path.stat().st_size for path in kept) < 2_000_000
