import pytest

from ingest.redactions import find_codes, is_stamp, normalise_code, stamp_codes


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("B6", ["(b)(6)"]),
        ("B5,B6", ["(b)(5)", "(b)(6)"]),
        ("(b) (7)(C)", ["(b)(7)(C)"]),
        ("b7(E)", ["(b)(7)(E)"]),
        ("1.4(D) B1", ["1.4(D)", "(b)(1)"]),
        ("B3 CIA PERS/ORG,B6", ["(b)(3)", "(b)(6)"]),
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


def test_reads_the_codes_of_a_release_stamp() -> None:
    assert is_stamp("RELEASE IN PART B5,B6")
    assert [code for code, _ in stamp_codes("RELEASE IN PART B5,B6")] == ["(b)(5)", "(b)(6)"]


def test_prose_is_no_stamp() -> None:
    assert not is_stamp("Release in part of the memo")


@pytest.mark.parametrize("text", ["B6 " * 10_000 + "Roe", "(b)(6) " * 40 + "Roe", "b" + " " * 50_000])
def test_an_endless_row_of_codes_is_judged_at_once(text: str) -> None:
    assert find_codes(text) == []
