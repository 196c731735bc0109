"""The links of the search page change one thing and keep the rest."""

from datetime import date
from urllib.parse import parse_qsl, urlsplit

import pytest

from app.web.schemas.search import FacetChoice, FacetSummary, HistogramStep, SearchPage
from app.web.search_view import SearchView

_SENDER = FacetChoice(value="mills", label="Mills, Cheryl", count=3, chosen=False, excluded=False, parent=None)
_PAGE = SearchPage(
    count=3,
    entries=3,
    terms=[],
    did_you_mean=None,
    results=[],
    facets=[FacetSummary(name="from", values=[_SENDER])],
    histogram=[
        HistogramStep(first_day=date(2012, 9, 1), last_day=date(2012, 9, 30), label="Sep 2012", count=3),
        HistogramStep(first_day=date(2012, 10, 1), last_day=date(2012, 10, 31), label="Oct 2012", count=0),
        HistogramStep(first_day=date(2012, 11, 1), last_day=date(2012, 11, 30), label="Nov 2012", count=1),
    ],
    undated=0,
    next_cursor="later",
    query_parsed="water",
    ignored=[],
    unsearchable_pages=0,
)


def view(*pairs: tuple[str, str]) -> SearchView:
    return SearchView(pairs, _PAGE)


def asked(url: str) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(url).query)


def test_choosing_a_value_adds_it_and_begins_anew() -> None:
    url = view(("q", "water"), ("cursor", "old")).toggle("from", _SENDER)
    assert asked(url) == [("q", "water"), ("from", "mills")]


def test_choosing_a_chosen_value_takes_it_away() -> None:
    chosen = _SENDER.model_copy(update={"chosen": True})
    url = view(("from", "mills"), ("from", "huma")).toggle("from", chosen)
    assert asked(url) == [("from", "huma")]


def test_a_value_is_chosen_or_left_out_but_not_both() -> None:
    url = view(("q", "water"), ("from", "mills")).exclude("from", _SENDER)
    assert asked(url) == [("q", "water"), ("exclude", "from:mills")]
    assert asked(view(("exclude", "from:mills")).toggle("from", _SENDER)) == [("from", "mills")]
    excluded = _SENDER.model_copy(update={"excluded": True})
    assert asked(view(("q", "water"), ("exclude", "from:mills")).exclude("from", excluded)) == [("q", "water")]


def test_a_code_is_shown_as_agencies_write_it() -> None:
    shown = view(("exemption", "b6"), ("exclude", "exemption:b7e"))
    assert [(one.label, one.value) for one in shown.chosen()] == [
        ("Exemption", "(b)(6)"),
        ("Without", "exemption (b)(7)(E)"),
    ]
    code = _SENDER.model_copy(update={"value": "(b)(6)", "chosen": True})
    assert asked(shown.toggle("exemption", code)) == [("exclude", "exemption:(b)(7)(E)")]


def test_parts_of_an_agency_stand_below_it() -> None:
    def agency(value: str, parent: str | None = None) -> FacetChoice:
        return _SENDER.model_copy(update={"value": value, "parent": parent})

    facet = FacetSummary(
        name="agency", values=[agency("hhs"), agency("dos"), agency("nih", "hhs"), agency("od", "nih")]
    )
    rows = [(choice.value, depth) for choice, depth in view().rows(facet)]
    assert rows == [("hhs", 0), ("nih", 1), ("od", 2), ("dos", 0)]


def test_a_bar_narrows_to_its_days_and_an_empty_one_has_no_height() -> None:
    first, second, third = view(("q", "water"), ("date_after", "2010")).bars()
    assert asked(first.url) == [("q", "water"), ("date_after", "2012-09-01"), ("date_before", "2012-09-30")]
    assert first.height > third.height > second.height == 0


def test_chosen_filters_are_named_and_can_be_taken_away() -> None:
    chosen = view(("q", "water"), ("from", "mills"), ("date_after", "2012-09")).chosen()
    assert [(one.label, one.value) for one in chosen] == [("From", "Mills, Cheryl"), ("Since", "Sep 2012")]
    assert asked(chosen[0].url) == [("q", "water"), ("date_after", "2012-09")]


def test_the_form_keeps_what_it_has_no_field_for() -> None:
    kept = view(("q", "water"), ("from", "mills"), ("from", "huma"), ("per_page", "50"), ("cursor", "x")).hidden()
    assert kept == [("from", "huma"), ("per_page", "50")]


def test_a_chosen_person_is_named_and_not_typed() -> None:
    pairs = [("from", "8169d48b4d1c"), ("from", "huma")]
    shown = SearchView(pairs, _PAGE, {"8169d48b4d1c": "Mills, Cheryl D"})
    assert shown.typed_sender() == "huma"
    assert shown.hidden() == [("from", "8169d48b4d1c")]
    assert [one.value for one in shown.chosen()] == ["Mills, Cheryl D", "huma"]


def test_the_next_page_has_the_cursor() -> None:
    assert asked(view(("q", "water"), ("cursor", "old")).next_page()) == [("q", "water"), ("cursor", "later")]


@pytest.mark.parametrize(("name", "nearest"), [("form", "'from'"), ("date_aftr", "'date_after'")])
def test_says_which_parameters_are_unknown(name: str, nearest: str) -> None:
    (note,) = view((name, "x")).unknown
    assert nearest in note
