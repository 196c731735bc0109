import pytest

from ingest.bates import find_bates_numbers, is_bates_number


def _read(*pages: str) -> list[str]:
    return [" ".join(numbers) for numbers in find_bates_numbers([page.split("|") for page in pages])]


def test_two_series_on_one_page_are_two_numbers() -> None:
    found = find_bates_numbers([["NIH-000960", "SENATE 00012"], ["NIH-000961", "SENATE 00013"]])
    assert found == [("NIH-000960", "SENATE 00012"), ("NIH-000961", "SENATE 00013")]


@pytest.mark.parametrize("misread", ["NIH-000861", "NIH-00096L", "NIH-OO0961", "NIH-0009 61", "N1H-000961"])
def test_a_misread_number_between_two_neighbours_is_repaired(misread: str) -> None:
    assert _read("NIH-000959", "NIH-000960", misread, "NIH-000962")[2] == "NIH-000961"


@pytest.mark.parametrize(
    "pages", [("STATE-5CB0001", "STATE-SCB0002"), ("STATE-SCB0001", "STATE-SCB0002", "STATE-5CB0003")]
)
def test_one_prefix_read_in_two_ways_is_one_series(pages: tuple[str, ...]) -> None:
    assert _read(*pages) == [page.replace("5", "S") for page in pages]


def test_a_number_that_is_not_printed_is_not_made_up() -> None:
    assert _read("NIH-000960", "Page 2 of 3", "NIH-000962") == ["NIH-000960", "", "NIH-000962"]


def test_a_jump_in_the_numbers_stays() -> None:
    assert _read("NIH-000959", "NIH-001260", "NIH-000961", "NIH-000962")[1] == "NIH-001260"


@pytest.mark.parametrize(
    "text",
    [
        "Case 1:15-cv-07433-LAP Document 1330-22 Filed 01/05/24 Page 2 of 22",
        "Case No. F-2015-04841",
        "Irvine, CA 92618",
        "FORM OPM 00012",
    ],
)
def test_what_stays_the_same_on_every_page_is_no_bates_number(text: str) -> None:
    assert _read(text, text, text) == ["", "", ""]


def test_a_postcode_below_a_letter_is_no_bates_number() -> None:
    assert _read("NIH-000960|Irvine, CA 92618", "NIH-000961") == ["NIH-000960", "NIH-000961"]


def test_a_page_that_was_copied_twice_keeps_its_number() -> None:
    assert _read("NIH-000960", "NIH-000960", "NIH-000961") == ["NIH-000960", "NIH-000960", "NIH-000961"]


def test_a_lone_number_among_numbered_pages_is_no_series() -> None:
    assert _read("NIH-000960", "NIH-000961|ROOM 1234", "NIH-000962")[1] == "NIH-000961"


def test_the_misread_print_is_still_known_as_the_number() -> None:
    assert is_bates_number("NIH-000861", ["NIH-000961"])
    assert not is_bates_number("DEA-000861", ["NIH-000961"])
