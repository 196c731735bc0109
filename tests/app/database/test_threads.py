"""Threads are cut around a message, copies stand printed ones first, and likely parents are found."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.database.missing import MissingCounts, MissingRepository
from app.database.models import Message, Paper, PaperKind, ParentEvidence, SentMessage
from app.database.threads import ThreadRepository
from tests.support.seed import add_document, add_message, add_release

_NOON = datetime(2012, 9, 11, 12, 0)


def _tie(session: Session, *messages: Message, parent: SentMessage | None = None, likely: bool = False) -> SentMessage:
    """Let these be one sent message; an answer to `parent`, if one is given."""
    sent = SentMessage(is_printed=any(one.parent_id is None for one in messages))
    session.add(sent)
    session.flush()
    sent.thread_id = parent.thread_id if parent and not likely else sent.id
    if parent:
        sent.parent_id = parent.id
        sent.parent_evidence = ParentEvidence.LIKELY if likely else ParentEvidence.QUOTED
    for one in messages:
        one.sent_message_id = sent.id
    session.flush()
    return sent


def _thread(session: Session, length: int) -> list[Message]:
    document, messages = add_document(session, None), []
    sent: SentMessage | None = None
    for hour in range(length):
        messages.append(add_message(session, document, subject=str(hour), sent_at=_NOON + timedelta(hours=hour)))
        sent = _tie(session, messages[-1], parent=sent)
    return messages


def test_a_long_thread_is_cut_around_the_message(session: Session) -> None:
    messages = _thread(session, 12)
    stretch = ThreadRepository(session).around(messages[8], limit=4)
    assert stretch is not None
    assert (stretch.count, stretch.before) == (12, 6)
    assert [entry.message.subject for entry in stretch.entries] == ["6", "7", "8", "9"]


def test_the_end_of_a_thread_is_shown_whole(session: Session) -> None:
    messages = _thread(session, 12)
    stretch = ThreadRepository(session).around(messages[11], limit=4)
    assert stretch is not None
    assert [entry.message.subject for entry in stretch.entries] == ["8", "9", "10", "11"]


def test_a_thread_shows_a_message_where_it_is_printed(session: Session) -> None:
    document = add_document(session, None)
    top = add_message(session, document, subject="answer")
    quoted = add_message(session, document, subject="question", parent=top)
    printed = add_message(session, add_document(session, None), subject="question")
    _tie(session, top, parent=_tie(session, quoted, printed))
    stretch = ThreadRepository(session).around(top, limit=9)
    assert stretch is not None
    assert {entry.message.id: entry.appearances for entry in stretch.entries} == {printed.id: 2, top.id: 1}


def test_copies_stand_printed_ones_first_and_are_counted(session: Session) -> None:
    document = add_document(session, None)
    top = add_message(session, document)
    copies = [
        add_message(session, document, parent=top),
        add_message(session, document),
        add_message(session, document),
    ]
    _tie(session, *copies)
    count, found = ThreadRepository(session).copies(copies[2], limit=1)
    assert (count, [one.id for one in found]) == (2, [copies[1].id])


def test_a_likely_parent_is_given_and_a_certain_one_is_not(session: Session) -> None:
    document = add_document(session, None)
    first, answer, other = (add_message(session, document) for _ in range(3))
    sent = _tie(session, first)
    _tie(session, answer, parent=sent, likely=True)
    _tie(session, other, parent=sent)
    found = [ThreadRepository(session).likely_parent(one) for one in (first, answer, other)]
    assert [one and one.id for one in found] == [None, first.id, None]


def test_attached_pages_are_not_missing_and_a_message_counts_once(session: Session) -> None:
    release = add_release(session, "pilot")
    document = add_document(session, release)
    top = add_message(session, document, attachments=["map.pdf"])
    other = add_message(session, document, attachments=["plan.pdf"])
    _tie(session, *(add_message(session, document, parent=top) for _ in range(2)))
    paper = Paper(document_id=document.id, message_id=other.id, kind=PaperKind.ATTACHMENT, position=0, first_page=2,
                  last_page=2, first_line=1, title=None, confidence=1)  # fmt: skip
    session.add(paper)
    session.flush()
    counts = [MissingRepository(session, release_id).counts() for release_id in (release.id, release.id + 1, None)]
    assert counts == [MissingCounts(1, 1, 0), MissingCounts(0, 0, 0), MissingCounts(1, 1, 0)]
