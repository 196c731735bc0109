"""Documents give their pages and are counted by state."""

from sqlalchemy.orm import Session

from app.database.documents import DocumentRepository
from app.database.models import DocumentState, Problem
from tests.support.seed import add_document, add_message, add_page, add_release


def test_gives_pages_with_their_marks_both_ends_included(session: Session) -> None:
    document = add_document(session, None)
    for number in range(1, 5):
        add_page(session, document, f"page {number}", bates=f"B-{number}", code="(b)(6)")
    pages = DocumentRepository(session).pages(document.id, 2, 3)
    assert [page.number for page in pages] == [2, 3]
    assert [page.bates_numbers[0].number for page in pages] == ["B-2", "B-3"]
    assert [page.redactions[0].code for page in pages] == ["(b)(6)", "(b)(6)"]


def test_gives_no_page_that_is_not_there(session: Session) -> None:
    assert DocumentRepository(session).page(add_document(session, None).id, 1) is None


def test_counts_printed_messages_and_problems(session: Session) -> None:
    document, other = add_document(session, None), add_document(session, None)
    printed = add_message(session, document)
    add_message(session, document, parent=printed)
    session.add(Problem(document_id=document.id, code="x", detail="y"))
    session.flush()
    documents = DocumentRepository(session)
    assert documents.count_messages([document.id, other.id]) == {document.id: 1}
    assert documents.count_problems([document.id, other.id]) == {document.id: 1}


def test_counts_states_of_a_release_or_of_all(session: Session) -> None:
    release = add_release(session, "pilot")
    add_document(session, release, state=DocumentState.LOCKED)
    add_document(session, None)
    documents = DocumentRepository(session)
    assert documents.count_states(release_id=release.id) == {DocumentState.LOCKED: 1}
    assert documents.count_states() == {DocumentState.LOCKED: 1, DocumentState.PUBLISHED: 1}


def test_counts_pages_without_text(session: Session) -> None:
    document = add_document(session, None)
    add_page(session, document, "words")
    add_page(session, document)
    documents = DocumentRepository(session)
    assert (documents.count_pages(), documents.count_pages(without_text=True)) == (2, 1)


def test_gives_the_zip_and_what_lay_in_it(session: Session) -> None:
    outer, inner = add_document(session, None, "letters.zip"), add_document(session, None, "scan.pdf")
    inner.parent_id = outer.id
    session.flush()
    documents = DocumentRepository(session)
    assert documents.container(inner) is outer
    assert documents.contents(outer.id, limit=10) == [inner]
