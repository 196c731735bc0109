"""Messages are tied once they are kept, a few at a time or all anew, and a file read again leaves nothing behind."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.archive import Archive
from app.database.models import (
    CopyDifference,
    Document,
    Message,
    MessageMark,
    ParentEvidence,
    SentMessage,
)
from app.database.worlds import unlink
from app.search.results import SearchRequest
from ingest.pipeline import link_messages
from tests.support.seed import add_document, add_message, add_release

_NOON = datetime(2012, 9, 11, 12, 0)
_WORDS = "The convoy leaves before dawn, and the ministry pays for two guards and all of the trucks it needs."


def _print(session: Session, name: str, *, withheld: bool = False, first: bool = True) -> Document:
    """Add a file in which an answer quotes a question."""
    document = add_document(session, add_release(session, name), f"{name}.pdf", content=name.encode())
    words = "The convoy leaves before dawn. (b)(5)" if withheld else _WORDS
    answer = add_message(
        session, document, subject="RE: Convoy", sender="Poe, Ann", to=["Roe, Jane"],
        sent_at=_NOON + timedelta(hours=1), text="Agreed." if first else "Agreed. Call me.", quoted_text=words,
    )  # fmt: skip
    add_message(session, document, subject="Convoy", sender="Roe, Jane", sent_at=_NOON, text=words, parent=answer)
    return document


def _fill(archive: Archive, *names: str) -> None:
    for name in names:
        with archive.sessions.begin() as session:
            _print(session, name, withheld=name == "withheld")


def _shape(archive: Archive) -> list[tuple[Sequence[str], str | None, bool]]:
    """Return each sent message: the files of its appearances, the subject of what it answers, is it printed."""
    with archive.sessions() as session:
        shape = []
        for sent in session.scalars(select(SentMessage)):
            rows = session.execute(
                select(Document.name, Message.subject)
                .join(Message, Message.document_id == Document.id)
                .where(Message.sent_message_id == sent.id)
            ).all()
            answered = select(Message.subject).where(Message.sent_message_id == sent.parent_id).limit(1)
            shape.append((sorted(row[0] for row in rows), session.scalar(answered), sent.is_printed))
        return sorted(shape, key=str)


def _count(archive: Archive, model: type) -> int:
    with archive.sessions() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


_TWO = [(["a.pdf", "b.pdf"], "Convoy", True), (["a.pdf", "b.pdf"], None, False)]


def test_copies_parents_and_threads_are_written(archive: Archive) -> None:
    _fill(archive, "a", "b")
    link_messages(archive)
    assert _shape(archive) == _TWO
    with archive.sessions() as session:
        threads, evidence = zip(
            *session.execute(select(SentMessage.thread_id, SentMessage.parent_evidence)), strict=True
        )
    assert len(set(threads)) == 1
    assert set(evidence) == {ParentEvidence.QUOTED, None}


def test_new_messages_join_what_is_there_as_if_all_had_come_at_once(archive: Archive) -> None:
    for name in ("a", "b"):
        _fill(archive, name)
        link_messages(archive)
    assert _shape(archive) == _TWO


def test_a_printed_message_is_no_longer_only_quoted(archive: Archive) -> None:
    _fill(archive, "a")
    link_messages(archive)
    with archive.sessions.begin() as session:
        document = add_document(session, None, "c.pdf")
        add_message(session, document, subject="Convoy", sender="Roe, Jane", sent_at=_NOON, text=_WORDS)
    link_messages(archive)
    assert [printed for _, _, printed in _shape(archive)] == [True, True]


def test_what_a_copy_withholds_is_kept_word_by_word(archive: Archive) -> None:
    _fill(archive, "a", "b", "withheld")
    link_messages(archive)
    with archive.sessions() as session:
        (difference,) = session.scalars(select(CopyDifference))
    ((here, there, *pages),) = difference.differences
    assert here.endswith("two guards and all of the trucks it needs.")
    assert (there, pages) == ("", [1, 1])


def test_linking_again_changes_nothing(archive: Archive) -> None:
    _fill(archive, "a", "withheld")
    link_messages(archive)
    before = _shape(archive), _count(archive, CopyDifference), _count(archive, MessageMark)
    link_messages(archive)
    link_messages(archive, anew=True)
    assert (_shape(archive), _count(archive, CopyDifference), _count(archive, MessageMark)) == before


def test_a_file_that_goes_leaves_no_rows_behind(archive: Archive) -> None:
    _fill(archive, "a", "b")
    link_messages(archive)
    with archive.sessions.begin() as session:
        for name in ("a.pdf", "b.pdf"):
            gone = select(Document.id).where(Document.name == name).scalar_subquery()
            unlink(session, Message.document_id == gone)
            session.execute(delete(Message).where(Message.document_id == gone))
        _print(session, "c")
    link_messages(archive)
    assert [files for files, _, _ in _shape(archive)] == [["c.pdf"], ["c.pdf"]]


def test_one_of_two_files_that_goes_leaves_the_other_whole(archive: Archive) -> None:
    _fill(archive, "a", "b")
    link_messages(archive)
    with archive.sessions.begin() as session:
        gone = select(Document.id).where(Document.name == "a.pdf").scalar_subquery()
        unlink(session, Message.document_id == gone)
        session.execute(delete(Message).where(Message.document_id == gone))
    link_messages(archive)
    assert _shape(archive) == [(["b.pdf"], "Convoy", True), (["b.pdf"], None, False)]


def test_a_doubt_comes_and_goes_and_those_of_others_stay(archive: Archive) -> None:
    with archive.sessions.begin() as session:
        first = _print(session, "a")
        message = session.scalars(select(Message).where(Message.document_id == first.id)).first()
        assert message is not None
        message.doubts = [["weekday", "It was no Tuesday."], ["two_parents", "left from before"]]
    link_messages(archive)
    with archive.sessions() as session:
        doubts = [doubts for doubts in session.scalars(select(Message.doubts)) if doubts]
    assert doubts == [[["weekday", "It was no Tuesday."]]]


@pytest.mark.parametrize("kept", [0, 1])
def test_an_ingest_that_was_stopped_is_caught_up_with(archive: Archive, kept: int) -> None:
    _fill(archive, "a", "b")
    if kept:
        link_messages(archive)
        with archive.sessions.begin() as session:
            message = session.scalars(select(Message).limit(1)).one()
            message.sent_message_id = None
    link_messages(archive)
    assert _shape(archive) == _TWO


def test_what_is_tied_to_others_waits_for_the_index_again(archive: Archive) -> None:
    _fill(archive, "one")
    link_messages(archive)
    archive.search.sync()
    assert archive.search.search(SearchRequest(q="convoy dawn")).count == 1
    _fill(archive, "withheld", "two")
    link_messages(archive)
    archive.search.sync()
    found = archive.search.search(SearchRequest(q="convoy"))
    assert (found.count, found.entries) == (1, 3)
    assert (found.hits[0].copies.printed, found.hits[0].copies.releases) == (2, 2)
    assert archive.search.search(SearchRequest(q="convoy", collapse=False)).count == 3
