"""Messages are found by key, page, person and agency."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.database.messages import DateRange, MessageRepository
from app.database.models import Level, Redirect, RetiredEntry
from tests.support.seed import add_agency, add_document, add_message, add_page, add_person


def test_gives_a_message_with_all_that_is_shown(session: Session) -> None:
    agency = add_agency(session, "dea")
    message = add_message(
        session,
        add_document(session, None),
        sender="Mills, Cheryl <mills@dea.usdoj.gov>",
        to=["(b)(6)"],
        attachments=["map.pdf"],
        agency=agency,
    )
    session.expire_all()
    found = MessageRepository(session).get(message.key)
    assert found is not None
    assert [(one.withheld, one.person is None) for one in found.participants] == [(False, False), (True, True)]
    assert found.participants[0].agency is agency
    assert (found.attachments[0].document, found.parent, found.redactions) == (None, None, [])


def test_gives_what_is_quoted_at_any_depth_in_order(session: Session) -> None:
    document = add_document(session, None)
    printed = add_message(session, document, subject="third")
    quoted = add_message(session, document, subject="second", parent=printed)
    add_message(session, document, subject="first", parent=quoted)
    add_message(session, document, subject="another")
    found = MessageRepository(session).quoted_in(printed.id)
    assert [message.subject for message in found] == ["second", "first"]


def test_gives_the_messages_that_touch_pages(session: Session) -> None:
    document = add_document(session, None)
    for first, last in ((1, 1), (2, 4), (5, 5)):
        add_message(session, document, subject=f"{first}-{last}", first_page=first, last_page=last)
    found = MessageRepository(session).on_pages(document.id, 3, 4)
    assert [message.subject for message in found] == ["2-4"]


def test_gives_the_newest_messages_of_a_person_undated_last(session: Session) -> None:
    document = add_document(session, None)
    for subject, day in (("old", 1), ("new", 2), ("undated", None)):
        sent_at = datetime(2012, 9, day) if day else None
        add_message(session, document, subject=subject, sender="Mills, Cheryl", sent_at=sent_at)
    add_message(session, document, subject="other", sender="Abedin, Huma")
    person = add_person(session, "Mills, Cheryl")
    found = MessageRepository(session).of_people([person.id], limit=10)
    assert [message.subject for message in found] == ["new", "old", "undated"]


def test_counts_levels_dates_and_what_waits_for_the_index(session: Session) -> None:
    document = add_document(session, None)
    printed = add_message(session, document, sent_at=datetime(2012, 9, 11))
    add_message(session, document)
    add_message(session, document, parent=printed, sent_at=datetime(1999, 1, 1))
    add_page(session, document, "loose")
    add_page(session, document, "of a message", in_message=True)
    session.add(RetiredEntry(key="gone"))
    session.flush()
    messages = MessageRepository(session)
    assert messages.count_levels() == {Level.PRINTED: 2, Level.QUOTED: 1}
    assert messages.date_range() == DateRange(datetime(2012, 9, 11), datetime(2012, 9, 11), undated=1)
    assert messages.count_waiting() == 4


def test_knows_where_an_address_moved(session: Session) -> None:
    there = add_message(session, add_document(session, None))
    session.add(Redirect(old_key="0ld", new_path=f"/messages/{there.key}"))
    session.add(Redirect(old_key="0lder", new_path="/messages/nowhere"))
    session.flush()
    messages = MessageRepository(session)
    moved = [messages.new_path(key) for key in ("0ld", "0lder", "never")]
    assert moved == [f"/messages/{there.key}", None, None]
