"""The table of agencies holds together, and every row says where it comes from."""

import csv
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

REFERENCE = Path(__file__).parents[2] / "data" / "reference"
ROWS = list(csv.DictReader((REFERENCE / "agencies.csv").read_text(encoding="utf-8").splitlines()))
REGISTER = Path(__file__).parents[3] / "shared" / "reference"
PARENTS = {row["slug"]: row["parent"] for row in ROWS}


def test_the_federal_register_is_in_it() -> None:
    assert 400 <= len(ROWS) <= 600
    assert sum(len(row["domains"].split()) for row in ROWS) >= 1321  # federal rows of the register


@pytest.mark.skipif(not REGISTER.is_dir(), reason="the .gov register is not here")
def test_it_is_compiled_again_with_the_same_lines(tmp_path: Path) -> None:
    for name in ("compile_agencies.py", "additions.csv"):
        shutil.copy(REFERENCE / name, tmp_path)
    subprocess.run([sys.executable, tmp_path / "compile_agencies.py", REGISTER], check=True, timeout=60)
    assert (tmp_path / "agencies.csv").read_bytes() == (REFERENCE / "agencies.csv").read_bytes()


def test_every_row_has_a_source_and_none_is_a_machine_path() -> None:
    assert all(row["source"] for row in ROWS)
    assert not [row["slug"] for row in ROWS if re.search(r"^/|/work|/home|\\", row["source"])]


def test_slugs_are_unique_and_fit_an_address() -> None:
    assert len(PARENTS) == len(ROWS)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug) for slug in PARENTS)


def test_parents_exist_and_stand_in_no_circle() -> None:
    for slug in PARENTS:
        chain = [slug]
        while PARENTS[chain[-1]]:
            chain.append(PARENTS[chain[-1]])
            assert len(chain) == len(set(chain)), chain


def test_no_domain_and_no_tag_stands_twice() -> None:
    for column in ("domains", "tags"):
        count = Counter(value.upper() for row in ROWS for value in row[column].split())
        assert [value for value, times in count.items() if times > 1] == []


def test_domains_are_plain_host_names() -> None:
    domains = [domain for row in ROWS for domain in row["domains"].split()]
    assert all(re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)*", domain) for domain in domains)


def test_days_are_iso_and_in_order() -> None:
    for row in ROWS:
        days = [day for day in (row["valid_from"], row["valid_to"]) if day]
        assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", day) for day in days)
        assert days == sorted(days)


@pytest.mark.parametrize(
    ("slug", "parent"),
    [("niaid", "nih"), ("nih", "hhs"), ("dea", "doj"), ("doj", ""), ("state", ""), ("white-house", "eop")],
)
def test_well_known_bodies_have_their_parents(slug: str, parent: str) -> None:
    assert PARENTS[slug] == parent
