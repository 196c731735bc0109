import csv
from pathlib import Path

import pytest

from ingest.furniture import lift_furniture
from ingest.records import PageRecord, RedactionShape
from ingest.redactions import find_codes, find_codes_within, inline_redactions, is_stamp, normalise_code
from tests.support.typeset import HEIGHT, WIDTH, set_line

_REFERENCE = Path(__file__).parents[2] / "data" / "reference" / "statutes.csv"
_STATUTES = list(csv.DictReader(_REFERENCE.read_text(encoding="utf-8").splitlines()))


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("B6", ["(b)(6)"]),
        ("B5,B6", ["(b)(5)", "(b)(6)"]),
        ("(b) (7)(C)", ["(b)(7)(C)"]),
        ("b7(E)", ["(b)(7)(E)"]),
        ("1.4(D) B1", ["1.4(D)", "(b)(1)"]),
        ("B3 CIA PERS/ORG,B6", ["(b)(3) CIA PERS/ORG", "(b)(6)"]),
        ("B3 NATSECACT1947", ["(b)(3) NATSECACT1947"]),
        ("INA,B6", ["(b)(6)"]),
        ("(k)(2), (d)(5)", ["(k)(2)", "(d)(5)"]),
        ("Exemption 6", ["(b)(6)"]),
        ("Ex. 5", ["(b)(5)"]),
        ("FOIA Exemption (b)(5)", ["(b)(5)"]),
        ("b6 -1", ["(b)(6)"]),
        ("b7C -1,3", ["(b)(7)(C)"]),
        ("(6)(6)", ["(b)(6)"]),
        ("(bX6)", ["(b)(6)"]),
        ("{b)(5)", ["(b)(5)"]),
        ("(b}(6)", ["(b)(6)"]),
        ("Ex 5 memo", []),
        ("66", []),
        ("BOB", []),
        ("B6 was the bus we took", []),
        ("85", []),
    ],
)
def test_reads_codes_only_where_nothing_else_stands(text: str, codes: list[str]) -> None:
    assert [code for code, _ in find_codes(text)] == codes


@pytest.mark.parametrize("text", ["b7e", "B7(E)", "(b)(7)(E)", "(b) (7) (e)"])
def test_one_code_has_one_spelling(text: str) -> None:
    assert normalise_code(text) == "(b)(7)(E)"


@pytest.mark.parametrize("row", _STATUTES, ids=lambda row: row["example"])
def test_knows_each_statute_by_its_example(row: dict[str, str]) -> None:
    ((code, printed),) = find_codes(row["example"])
    assert code.startswith(row["code"])
    assert printed == row["example"]
    assert row["source"]


def test_finds_bracketed_codes_among_words_but_no_citation() -> None:
    text = "call (b)(6) or(bX5), see 5 U.S.C. 552(b)(7)(C) and § 552 (b)(4)"
    assert [code for code, _ in find_codes_within(text)] == ["(b)(6)", "(b)(5)"]


def test_a_code_in_two_words_is_one() -> None:
    page = PageRecord(1, WIDTH, HEIGHT, (set_line("Phone: (b) (6) or e-mail", 100),))
    (redaction,) = inline_redactions(page)
    assert (redaction.code, redaction.printed, redaction.shape) == ("(b)(6)", "(b) (6)", RedactionShape.CODE)


@pytest.mark.parametrize(
    ("lines", "codes"),
    [
        (["RELEASE IN PART B5,B6"], ["(b)(5)", "(b)(6)"]),
        (["RELEASE IN", "PART B5,B6"], ["(b)(5)", "(b)(6)"]),
        (["RELEASE IN PART", "B5"], ["(b)(5)"]),
        (["RELEASE IN PART B5,B3 CIA", "PERS/ORG,B6"], ["(b)(5)", "(b)(3) CIA PERS/ORG", "(b)(6)"]),
        (["RELEASE IN FULLI"], []),
    ],
)
def test_a_release_stamp_may_go_on_in_its_next_line(lines: list[str], codes: list[str]) -> None:
    stamp = [set_line(text, 50 + 12 * row, 400) for row, text in enumerate(lines)]
    page = PageRecord(1, WIDTH, HEIGHT, (*stamp, set_line("Dear Ms. Roe, here it is", 300)))
    (lifted,) = lift_furniture([page])
    assert [redaction.code for redaction in lifted.redactions] == codes
    assert {redaction.shape for redaction in lifted.redactions} <= {RedactionShape.STAMP}
    assert len(lifted.furniture) == len(lines)


def test_a_code_in_the_margin_is_a_mark_of_the_margin() -> None:
    page = PageRecord(1, WIDTH, HEIGHT, (set_line("Dear Ms. Roe", 300), set_line("B6", 320, 570)))
    (lifted,) = lift_furniture([page])
    assert [(one.code, one.shape) for one in lifted.redactions] == [("(b)(6)", RedactionShape.MARGIN)]


def test_prose_is_no_stamp() -> None:
    assert not is_stamp("Release in part of the memo")


@pytest.mark.parametrize("text", ["B6 " * 10_000 + "Roe", "(b)(6) " * 40 + "Roe", "b" + " " * 50_000])
def test_an_endless_row_of_codes_is_judged_at_once(text: str) -> None:
    assert find_codes(text) == []
