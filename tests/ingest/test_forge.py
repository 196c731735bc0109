"""Every layout family, read from a small forged release: each guards the rules that its layout needs."""

import re
from pathlib import Path

import pytest

from ingest.reading import read_pdf
from ingest.records import Level
from tests.support.forge import FAMILIES, WITHHELD, forge_release
from tests.support.forge.scoring import read_bates, score_reading

_MAILS = 5
_SEED = 1
# What is not read right yet; an entry goes when its family is.
_KNOWN_WEAK: dict[str, str] = {
    "strangers": "a draft without a head of its own behind a quoted mail (1)",
    "outlook_ja": "the same (1)",
    "outlook_zh": "a table without a head behind a quoted mail (1)",
    "apple": "a box alone on a line of its own (1)",
    "gmail": "the same (1)",
    "ocr_ediscovery": "an empty line with a code beside may have lost a letter: it is not called withheld (2)",
    "journal": "two undated journal entries on one page (1)",
}


def _words(text: str) -> list[str]:
    return re.findall(r"[^\s,;:]+", text)


def _families() -> list[object]:
    return [
        pytest.param(
            name, marks=pytest.mark.xfail(strict=True, reason=_KNOWN_WEAK[name]) if name in _KNOWN_WEAK else ()
        )
        for name in FAMILIES
    ]


@pytest.mark.parametrize("family", _families())
def test_every_record_of_the_family_is_read_right(family: str, tmp_path: Path) -> None:
    release = forge_release(tmp_path / "release.pdf", family, _SEED, _MAILS)
    reading = read_pdf(release.path, max_pages=100)
    failures = [failure for level in Level for failure in score_reading(release, reading, level).failures]
    assert "\n".join(map(str, failures)) == ""


def test_a_seed_names_one_release_and_fewer_mails_are_its_first(tmp_path: Path) -> None:
    many = forge_release(tmp_path / "many.pdf", "outlook", 7, 4)
    again = forge_release(tmp_path / "again.pdf", "outlook", 7, 4)
    few = forge_release(tmp_path / "few.pdf", "outlook", 7, 2)
    assert many.path.read_bytes() == again.path.read_bytes()
    assert few.records == many.records[: len(few.records)]


@pytest.mark.parametrize("seed", range(4))
def test_bates_numbers_are_read_wherever_they_stand(seed: int, tmp_path: Path) -> None:
    release = forge_release(tmp_path / "release.pdf", "ediscovery", seed, _MAILS)
    assert read_bates(release, read_pdf(release.path, max_pages=100)) == []


@pytest.mark.parametrize("family", [name for name in FAMILIES if not FAMILIES[name].scanned and name != "gmail"])
def test_what_the_truth_says_stands_on_the_pages(family: str, tmp_path: Path) -> None:
    release = forge_release(tmp_path / "release.pdf", family, 0, 2)
    pages = read_pdf(release.path, max_pages=100).pages
    for record in release.records:
        text = " ".join(page.text for page in pages[record.page_start - 1 : record.page_end])
        values = " ".join([record.sender, record.subject, *record.to, *record.cc]).replace(WITHHELD, "")
        assert set(_words(values)) <= set(_words(text))
