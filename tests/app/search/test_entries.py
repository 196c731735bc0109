"""What of the record comes into an entry of the index."""

from collections.abc import Iterator
from datetime import date, datetime

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.database.connection import open_sessions
from app.database.models import DatePrecision, Message, Redaction, Role, SentMessage
from app.search.entries import EntryLoader
from app.search.index import Entry
from app.search.query import Trait
from app.search.results import EntryKind
from tests.support.seed import (
    add_agency,
    add_document,
    add_message,
    add_page,
    add_participant,
    add_release,
    add_released_file,
)


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with open_sessions(engine)() as session:
        yield session


def load(session: Session, message: Message) -> Entry:
    (entry,) = EntryLoader(session).load_messages([message.id], 7)
    return entry


def test_a_message_has_its_texts_people_and_release(session: Session) -> None:
    document = add_document(session, add_release(session, "one"))
    add_released_file(session, add_release(session, "two"), document)
    message = add_message(
        session,
        document,
        subject="Hi",
        text="own",
        quoted_text="below",
        sender="Mills, Cheryl D <MillsCD@state.gov>",
        to=["H"],
        cc=["Rice, Susan"],
        attachments=["a.doc", "b.doc"],
    )
    entry = load(session, message)
    assert (entry.key, entry.kind, entry.sequence) == (message.key, EntryKind.MESSAGE, 7)
    assert (entry.subject, entry.text, entry.quoted_text) == ("Hi", "own", "below")
    assert (entry.sender, entry.sender_key) == ("Mills, Cheryl D <MillsCD@state.gov>", "mills-cheryl-d")
    assert (entry.to, entry.cc) == ("H\nRice, Susan", "Rice, Susan")
    assert entry.attachments == "a.doc\nb.doc"
    assert entry.traits == (Trait.ATTACHMENT, Trait.QUOTED)
    assert (entry.first_page, entry.last_page, entry.copies) == (None, None, 0)  # its document has no pages
    assert (entry.releases, entry.document_key) == (("one", "two"), document.key)


def test_an_address_that_is_not_printed_with_the_name_is_searched_too(session: Session) -> None:
    message = add_message(session, add_document(session, None), sender="H")
    participant = add_participant(session, message, Role.ON_BEHALF_OF, "Huma")
    participant.address = "huma@example.org"
    session.flush()
    assert load(session, message).sender == "H\nHuma huma@example.org"


def test_a_withheld_sender_is_nobody(session: Session) -> None:
    message = add_message(session, add_document(session, None), sender="(b)(6)")
    entry = load(session, message)
    assert (entry.sender, entry.sender_key, entry.exemptions) == ("(b)(6)", "", ("(b)(6)",))


def test_quoted_messages_give_participants_codes_and_agencies(session: Session) -> None:
    hhs = add_agency(session, "hhs")
    nih = add_agency(session, "nih", parent=hhs)
    document = add_document(session, None)
    outer = add_message(session, document, sender="Outer")
    inner = add_message(session, document, sender="Inner", parent=outer)
    innermost = add_message(session, document, sender="Innermost", parent=inner, agency=nih)
    page = add_page(session, document, "x", in_message=True)
    session.add(Redaction(page_id=page.id, message_id=innermost.id, code="(b)(5)"))
    session.flush()
    entry = load(session, outer)
    assert entry.participants == "Outer\nInner\nInnermost"
    assert entry.participant_keys == ("inner", "innermost", "outer")
    assert (entry.sender, entry.agencies, entry.exemptions) == ("Outer", ("hhs", "nih"), ("(b)(5)",))
    assert EntryLoader(session).load_messages([inner.id, innermost.id], 1) == []


def test_the_agency_of_the_release_counts_with_its_parents(session: Session) -> None:
    doj = add_agency(session, "doj")
    release = add_release(session, "one", agency=add_agency(session, "fbi", parent=doj))
    assert load(session, add_message(session, add_document(session, release))).agencies == ("doj", "fbi")


def test_bates_numbers_are_those_of_the_pages_of_the_message(session: Session) -> None:
    document = add_document(session, None)
    for number in range(1, 5):
        add_page(session, document, "x", bates=f"S-{number}", in_message=True)
    message = add_message(session, document, first_page=2, last_page=3)
    assert load(session, message).bates_numbers == ("S-2", "S-3")


@pytest.mark.parametrize(
    ("precision", "first", "last"),
    [
        (DatePrecision.MINUTE, date(2012, 2, 3), date(2012, 2, 3)),
        (DatePrecision.DAY, date(2012, 2, 3), date(2012, 2, 3)),
        (DatePrecision.MONTH, date(2012, 2, 1), date(2012, 2, 29)),
        (DatePrecision.YEAR, date(2012, 1, 1), date(2012, 12, 31)),
    ],
)
def test_a_date_is_all_the_days_it_may_mean(
    session: Session, precision: DatePrecision, first: date, last: date
) -> None:
    document = add_document(session, None)
    message = add_message(session, document, sent_at=datetime(2012, 2, 3), precision=precision)
    entry = load(session, message)
    assert (entry.first_day, entry.last_day) == (first, last)


def test_a_page_outside_messages_is_an_entry(session: Session) -> None:
    document = add_document(session, add_release(session, "one"))
    pages = [
        add_page(session, document, "cover", bates="S-1", code="(b)(5)"),
        add_page(session, document, "mail", in_message=True),
        add_page(session, document, " \n"),
    ]
    (entry,) = EntryLoader(session).load_pages([page.id for page in pages], 3)
    assert (entry.key, entry.kind, entry.sequence) == (f"{document.key}/1", EntryKind.PAGE, 3)
    assert (entry.text, entry.bates_numbers, entry.exemptions) == ("cover", ("S-1",), ("(b)(5)",))
    assert (entry.releases, entry.first_day) == (("one",), None)


def test_an_entry_knows_its_printed_copies(session: Session) -> None:
    document = add_document(session, add_release(session, "one"))
    printed, other = SentMessage(), SentMessage()
    session.add_all([printed, other])
    session.flush()
    first = add_message(session, document, text="the question")
    copy = add_message(session, document, text="the question")
    answer = add_message(session, document, text="agreed", quoted_text="the question")
    quoted = add_message(session, document, text="the question", parent=answer)
    for message in (first, copy, quoted):
        message.sent_message_id = printed.id
    session.flush()
    answer.sent_message_id = other.id
    session.flush()
    numbers = [load(session, message).copies for message in (first, copy, answer)]
    assert numbers[0] == numbers[1] != 0 == numbers[2]
    copy.subject = "Another alert"
    session.flush()
    assert load(session, copy).copies not in (0, numbers[0])
