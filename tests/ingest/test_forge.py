"""Every layout family, read from a small forged release: each guards the rules that its layout needs."""

from pathlib import Path

import pytest

from ingest.reading import read_pdf
from ingest.records import Level
from tests.support.forge import FAMILIES, forge_release
from tests.support.forge.scoring import read_bates, score_reading

_MAILS = 5
_SEED = 1
# What is not read right yet; an entry goes when its family is.
_KNOWN_WEAK: dict[str, str] = {
    "ediscovery_lists": "attachments (1)",
    "ediscovery_x500": "attachments (1)",
    "ediscovery_date_first": "cc of a withheld person (1), cc (1), to of a withheld person (1)",
    "ediscovery_packed": "page_end (2)",
    "apple": "from of a withheld person (2), date (1), cc (1)",
    "mac": "false_email (3), missed (3), page_end (1)",
    "gmail": "missed (5), to (2), to of a withheld person (2)",
    "gmail_forward": "cc (3), to (2), attachments (1)",
    "lotus": "missed (7)",
    "groupwise": "missed (3)",
    "bloomberg": "from (4), to (4), to of a withheld person (1)",
    "html_table": "cc (2), date (2)",
    "boxes": "attachments (1), cc of a withheld person (1)",
    "enclosures": "to of a withheld person (4), cc of a withheld person (2), page_end (1)",
    "strangers": "page_end (3), attachments (1), subject (1)",
    "values_first": "page_end (2)",
    "ocr": "page_end (1)",
    "ocr_ediscovery": "cc of a withheld person (3), to of a withheld person (2), attachments (1)",
    "journal": "missed (5)",
    "behalf": "page_end (1)",
    "joined": "page_end (2), subject (2), attachments (2)",
    "one_line": "subject (5), to (3), cc (2)",
    "initials": "page_end (5)",
    "stamped": "page_end (1)",
    "invites": "kind (9), missed (1), false_email (1)",
    "appointments": "missed (5)",
    "outlook_de": "from (4), date (4), attachments (1)",
    "outlook_fr": "page_end (2)",
    "outlook_es": "from (5), date (1), page_end (1)",
    "outlook_pt": "from (3), to of a withheld person (2), missed (1)",
    "outlook_nl": "from (5), date (5)",
    "outlook_pl": "date (3), attachments (1)",
    "outlook_ru": "to of a withheld person (4), cc of a withheld person (1)",
    "outlook_sv": "date (4), page_end (2), from (1)",
    "outlook_da": "date (2), from (1)",
    "outlook_cs": "date (4)",
    "outlook_ja": "missed (18)",
    "outlook_ko": "missed (14)",
    "outlook_zh": "missed (17)",
}


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
