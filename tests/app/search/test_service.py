"""Searches from the request to the answer, on real databases and all engines."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from app.config import Settings
from app.database.connection import Sessions, open_sessions
from app.database.models import DatePrecision, Message, RetiredEntry, Role
from app.errors import BadRequestError
from app.search.results import EntryKind, Order, Results, SearchRequest
from app.search.service import SearchService, open_search
from tests.support.seed import (
    add_agency,
    add_document,
    add_message,
    add_page,
    add_participant,
    add_release,
)


@pytest.fixture
def sessions(engine: Engine) -> Sessions:
    return open_sessions(engine)


@pytest.fixture
def service(index_options: dict[str, object], tmp_path: Path, sessions: Sessions) -> Iterator[SearchService]:
    with sessions.begin() as session:
        fill(session)
    with open_search(Settings(home=tmp_path, **index_options), sessions) as service:
        yield service


def fill(session) -> None:  # type: ignore[no-untyped-def]
    hhs = add_agency(session, "hhs", "Health and Human Services")
    nih = add_agency(session, "nih", "National Institutes of Health", parent=hhs)
    state = add_agency(session, "state", "Department of State")
    clinton = add_release(session, "clinton", "Clinton emails", agency=state)
    covid = add_release(session, "covid", "Covid emails")
    bundle = add_document(session, clinton, "bundle.pdf")
    add_message(
        session,
        bundle,
        subject="Benghazi update",
        text="First page.\fThe consulate in Benghazi was attacked.",
        quoted_text="Earlier.\fIs Benghazi safe?",
        sender="Mills, Cheryl D <MillsCD@state.gov>",
        to=["Sullivan, Jacob J <SullivanJJ@state.gov>", "(b)(6)"],
        sent_at=datetime(2012, 9, 12, 8, 30),
        attachments=["cable.pdf"],
        first_page=3,
    )
    add_message(
        session,
        bundle,
        subject="Lunch",
        text="Nothing on Libya.",
        sender="Sullivan, Jacob J <SullivanJJ@state.gov>",
        to=["Mills, Cheryl D <MillsCD@state.gov>"],
        sent_at=datetime(2012, 9, 1),
        precision=DatePrecision.MONTH,
        first_page=7,
    )
    mail = add_document(session, covid, "note.eml", kind="eml")
    add_message(session, mail, subject="Grants", text="On grants.", sender="Fauci, Anthony (NIH/NIAID)", agency=nih)
    add_page(session, bundle, "A cover letter about Benghazi", number=1, bates="STATE-0001", code="(b)(5)")
    add_page(session, bundle, "", number=2)
    add_page(session, bundle, "Benghazi", number=4, in_message=True)


def titles(results: Results) -> list[str]:
    return [hit.title for hit in results.hits]


def find(service: SearchService, q: str = "", **filters: object) -> list[str]:
    return sorted(titles(service.search(SearchRequest(q=q, **filters))))  # type: ignore[arg-type]


def test_answers_the_query_of_the_readme(service: SearchService) -> None:
    results = service.search(SearchRequest(q="from:mills benghazi after:2012-09-11"))
    assert results.count == 1
    assert results.query_parsed == "from:mills AND benghazi AND date:2012-09-11.."
    (hit,) = results.hits
    assert (hit.title, hit.sender, hit.sender_key) == (
        "Benghazi update",
        "Mills, Cheryl D",
        "mills-cheryl-d",
    )
    assert hit.recipients == ("Sullivan, Jacob J", "(b)(6)")
    assert (hit.document_name, hit.releases, hit.has_attachment) == ("bundle.pdf", ("clinton",), True)
    assert hit.page == 4  # the text begins on page 3 and turns once before the word


def test_snippets_say_their_page_and_mark_terms(service: SearchService) -> None:
    hit = service.search(SearchRequest(q="benghazi attacks from:mills")).hits[0]
    assert [snippet.page for snippet in hit.snippets] == [4, 5]
    marked = [text for text, is_marked in hit.snippets[0].parts if is_marked]
    assert marked == ["Benghazi", "attacked"]


def test_a_page_is_a_hit_of_its_own(service: SearchService) -> None:
    (hit,) = service.search(SearchRequest(q="cover letter")).hits
    assert (hit.kind, hit.title, hit.page, hit.sender) == (EntryKind.PAGE, "bundle.pdf", 1, None)


def test_a_mail_has_no_page(service: SearchService) -> None:
    (hit,) = service.search(SearchRequest(q="grants")).hits
    assert (hit.page, hit.snippets[0].page) == (None, None)


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"sender": ("mills",)}, ["Benghazi update"]),
        ({"sender": ("cheryl mills",)}, ["Benghazi update"]),
        ({"sender": ("mills-cheryl-d",)}, ["Benghazi update"]),
        ({"sender": ("mills", "fauci")}, ["Benghazi update", "Grants"]),
        ({"sender": ("***",)}, []),
        ({"to": ("sullivanjj@state.gov",)}, ["Benghazi update"]),
        ({"participant": ("mills-cheryl-d",)}, ["Benghazi update", "Lunch"]),
        ({"subject": "updates"}, ["Benghazi update"]),
        ({"agency": ("hhs",)}, ["Grants"]),
        ({"agency": ("state",)}, ["Benghazi update", "Lunch", "bundle.pdf"]),
        ({"release": ("covid",)}, ["Grants"]),
        ({"release": ("covid",), "sender": ("mills",)}, []),
        ({"has_attachment": True}, ["Benghazi update"]),
        ({"has_attachment": False, "release": ("clinton",)}, ["Lunch", "bundle.pdf"]),
        ({"date_after": "2012-09-12", "date_before": "2012-09-12"}, ["Benghazi update", "Lunch"]),
        ({"date_after": "2012-10"}, []),
        ({"date_before": "2012"}, ["Benghazi update", "Lunch"]),
        ({"date_after": "2013", "include_undated": True}, ["Grants", "bundle.pdf"]),
    ],
)
def test_filters(service: SearchService, filters: dict[str, object], found: list[str]) -> None:
    assert find(service, **filters) == found


def test_counts_facets_of_the_whole_result(service: SearchService) -> None:
    results = service.search(SearchRequest(per_page=1, release=("clinton",)))
    facets = {
        facet.name: [(one.value, one.label, one.count, one.chosen) for one in facet.values] for facet in results.facets
    }
    assert facets == {
        "release": [("clinton", "Clinton emails", 3, True), ("covid", "Covid emails", 1, False)],
        "agency": [("state", "Department of State", 3, False)],
        "from": [
            ("mills-cheryl-d", "Mills, Cheryl D", 1, False),
            ("sullivan-jacob-j", "Sullivan, Jacob J", 1, False),
        ],
        "to": [("mills-cheryl-d", "Mills, Cheryl D", 1, False), ("sullivan-jacob-j", "Sullivan, Jacob J", 1, False)],
        "exemption": [("(b)(5)", "(b)(5)", 1, False), ("(b)(6)", "(b)(6)", 1, False)],
        "has": [
            ("attachment", "an attachment", 1, False),
            ("quoted", "a quoted email", 1, False),
            ("redaction", "something withheld", 1, False),
        ],
        "year": [("2012", "2012", 2, False)],
    }
    assert (results.undated, results.unsearchable_pages) == (1, 1)


def test_a_short_span_is_shown_by_day(service: SearchService) -> None:
    histogram = service.search(SearchRequest()).histogram
    assert (histogram[0].label, histogram[0].count) == ("1 Sep 2012", 1)
    assert histogram[-1].first_day == histogram[-1].last_day == date(2012, 9, 12)
    assert len(histogram) == 12


@pytest.mark.parametrize("order", list(Order))
def test_pages_hold_every_hit_once_whatever_is_added_between(
    service: SearchService, sessions: Sessions, order: Order
) -> None:
    with sessions.begin() as session:
        document = add_document(session, None, "many.pdf")
        for day in range(1, 12):
            add_message(
                session,
                document,
                subject=f"Day {day}",
                text="water " * (day % 3 + 1),
                sent_at=datetime(2015, 1, day) if day % 4 else None,
            )
    service.sync()
    whole = titles(service.search(SearchRequest(q="water", order_by=order)))
    paged: list[str] = []
    request = SearchRequest(q="water", order_by=order, per_page=3)
    while True:
        results = service.search(request)
        paged += titles(results)
        assert results.count == 11
        if results.next_cursor is None:
            break
        with sessions.begin() as session:
            extra = add_document(session, None, "extra.pdf")
            add_message(session, extra, subject="New", text="water", sent_at=datetime(2015, 1, 5))
            add_message(session, extra, subject="New", text="water water lake")
        service.sync()
        request = SearchRequest(q="water", order_by=order, per_page=3, cursor=results.next_cursor)
    assert paged == whole


@pytest.mark.parametrize("order", [Order.DATE, Order.NEWEST])
def test_pages_by_date_go_on_after_a_restart_and_a_rebuild(
    service: SearchService, sessions: Sessions, tmp_path: Path, order: Order
) -> None:
    whole = titles(service.search(SearchRequest(order_by=order)))
    first = service.search(SearchRequest(order_by=order, per_page=2))
    service.rebuild()
    second = service.search(SearchRequest(order_by=order, per_page=2, cursor=first.next_cursor or ""))
    assert titles(first) + titles(second) == whole


@pytest.mark.parametrize("cursor", ["x", "!!", "e30", "W10", "WzEsMiwzXQ", "ééé", "W" * 3000])
def test_a_foreign_cursor_is_refused(service: SearchService, cursor: str) -> None:
    with pytest.raises(BadRequestError, match="cursor"):
        service.search(SearchRequest(cursor=cursor))


def test_a_cursor_belongs_to_its_search(service: SearchService) -> None:
    cursor = service.search(SearchRequest(per_page=1)).next_cursor or ""
    with pytest.raises(BadRequestError, match="another search"):
        service.search(SearchRequest(q="benghazi", cursor=cursor))


@pytest.mark.parametrize(
    "request_", [SearchRequest(per_page=0), SearchRequest(date_after="x"), SearchRequest(per_page=101)]
)
def test_senseless_parameters_are_refused(service: SearchService, request_: SearchRequest) -> None:
    with pytest.raises(BadRequestError):
        service.search(request_)


def test_retired_and_changed_entries_follow_the_record(service: SearchService, sessions: Sessions) -> None:
    with sessions.begin() as session:
        message = session.query(Message).filter_by(subject="Lunch").one()
        session.add(RetiredEntry(key=message.key))
        session.delete(message)
        changed = session.query(Message).filter_by(subject="Grants").one()
        changed.text, changed.indexed_at = "On gardens.", None
    assert service.sync() == 1
    assert find(service, "libya") == []
    assert find(service, "garden") == ["Grants"]
    assert service.sync() == 0


def test_what_the_record_no_longer_has_is_not_shown(service: SearchService, sessions: Sessions) -> None:
    with sessions.begin() as session:
        session.delete(session.query(Message).filter_by(subject="Lunch").one())
    assert find(service, "libya") == []


def test_participants_of_quoted_messages_are_found(service: SearchService, sessions: Sessions) -> None:
    with sessions.begin() as session:
        document = add_document(session, None, "chain.pdf")
        outer = add_message(session, document, subject="Chain", text="See below.")
        quoted = add_message(session, document, sender="Powell, Colin", parent=outer)
        deepest = add_message(session, document, parent=quoted)
        add_participant(session, deepest, Role.CC, "Rice, Susan <rice@usun.state.gov>")
    service.sync()
    assert find(service, "participant:powell participant:usun.state.gov") == ["Chain"]
    assert find(service, "from:powell") == []


def test_marks_words_of_a_page(service: SearchService) -> None:
    text = "From: Mills (b)(5) wrote: proceed,\nproceeding  PROCEEDS (b) (5)"
    assert service.marked_words('from:mills proceed "(b)(5)" NOT wrote', text) == [1, 2, 4, 5, 6, 7, 8]
    assert service.marked_words("", text) == []


def test_values_of_facets_are_chosen_and_left_out(service: SearchService) -> None:
    assert find(service, exclude=("release:clinton",)) == ["Grants"]
    assert find(service, year=("2012",)) == ["Benghazi update", "Lunch"]
    assert find(service, exclude=("year:2012", "has:redaction")) == ["Grants"]
    assert find(service, exemption=("b5",)) == ["bundle.pdf"]
    assert find(service, exclude=("exemption:b5", "exemption:(b)(6)", "release:covid")) == ["Lunch"]
    assert find(service, has=("attachment", "quoted")) == ["Benghazi update"]
    assert find(service, to=("mills-cheryl-d",)) == ["Lunch"]


def test_a_facet_offers_what_else_could_be_chosen_in_it(service: SearchService) -> None:
    results = service.search(SearchRequest(release=("covid",), exclude=("year:2012",)))
    facets = {facet.name: {one.value: one for one in facet.values} for facet in results.facets}
    assert {value: one.count for value, one in facets["release"].items()} == {"clinton": 1, "covid": 1}
    assert facets["year"]["2012"].excluded
    assert facets["agency"]["nih"].parent == "hhs"


def test_what_is_asked_for_is_shown_though_nothing_has_it(service: SearchService) -> None:
    results = service.search(SearchRequest(q="grants", exemption=("b5",)))
    (exemption,) = [facet for facet in results.facets if facet.name == "exemption"]
    assert [(one.value, one.count, one.chosen) for one in exemption.values] == [("(b)(5)", 0, True)]


@pytest.mark.parametrize(
    "filters", [{"exclude": ("clinton",)}, {"exclude": ("place:x",)}, {"year": ("12",)}, {"has": ("wings",)}]
)
def test_a_choice_that_makes_no_sense_is_refused(service: SearchService, filters: dict[str, tuple[str, ...]]) -> None:
    with pytest.raises(BadRequestError, match=r"makes no sense|not a year"):
        service.search(SearchRequest(**filters))  # type: ignore[arg-type]


def test_where_nothing_is_found_each_term_is_counted_and_another_proposed(service: SearchService) -> None:
    results = service.search(SearchRequest(q="bengahzi lunch -grants", release=("covid",)))
    assert results.count == 0
    assert [(one.term, one.count, one.similar[:1]) for one in results.terms] == [
        ("bengahzi", 0, ("benghazi",)),
        ("lunch", 1, ()),
    ]
    assert results.did_you_mean == "benghazi AND lunch AND NOT grants"
    assert service.search(SearchRequest(q="lunch")).terms == ()


def test_the_words_in_a_row_stand_above_the_words_apart(service: SearchService, sessions: Sessions) -> None:
    with sessions.begin() as session:
        mails = add_document(session, add_release(session, "rows"), "rows.pdf", content=b"rows")
        add_message(session, mails, subject="strike", text="drone " * 30 + "and a strike" + " strike" * 30)
        add_message(
            session, mails, subject="other", text="a long word before it, then one drone strike " + "and more " * 90
        )
    service.sync()
    assert titles(service.search(SearchRequest(q="drone strike"))) == ["other", "strike"]
