"""Compare the record with itself."""

from collections.abc import Iterator

from sqlalchemy import Connection, case, func, select
from sqlalchemy.exc import DatabaseError

from app.database.models import Document, DocumentState, Message, Page, Problem
from app.errors import StorageError
from app.keeping.differences import Difference, Kind
from app.keeping.holdings import Holdings

_MOST_TOLD = 100  # of what SQLite finds
_WITH_PAGES = (DocumentState.PUBLISHED, DocumentState.PARTIAL)
_WITH_REASON = (DocumentState.PARTIAL, DocumentState.LOCKED, DocumentState.UNREADABLE, DocumentState.REFUSED)
_KEY_DIGITS = 16


def check_database(holdings: Holdings) -> Iterator[Difference]:
    """Yield what SQLite finds wrong in its file, and rows that refer to none; a server's database sees to itself."""
    if holdings.engine.dialect.name != "sqlite":
        return
    try:
        with holdings.engine.connect() as connection:
            for (told,) in connection.exec_driver_sql(f"PRAGMA integrity_check({_MOST_TOLD})"):
                if told != "ok":
                    yield Difference(Kind.DATABASE, "archive", " ".join(str(told).split()))
            yield from _check_references(connection)
    except (DatabaseError, StorageError) as error:
        yield Difference(Kind.DATABASE, "archive", f"it cannot be read ({error})")


def compare_sums(holdings: Holdings) -> Iterator[Difference]:
    """Yield documents whose parts do not add up, and those whose state has no reason."""
    with holdings.sessions() as session:
        # Counted by document in the order of their ids, and read row by row.
        pages = (
            select(
                Page.document_id, func.count().label("count"), func.min(Page.number).label("first"),
                func.max(Page.number).label("last"),
            )
            .group_by(Page.document_id)
            .subquery()
        )  # fmt: skip
        found = (
            select(Document.sha256, Document.page_count, func.coalesce(pages.c.count, 0), pages.c.first, pages.c.last)
            .outerjoin(pages, pages.c.document_id == Document.id)
            .where(Document.state.in_(_WITH_PAGES))
            .where(
                (Document.page_count != func.coalesce(pages.c.count, 0))
                | ((pages.c.count > 0) & ((pages.c.first != 1) | (pages.c.last != pages.c.count)))
            )
        )
        for sha256, stated, count, first, last in session.execute(found):
            detail = f"{count} pages of {stated} are there" + (f", numbered {first} to {last}" if count else "")
            yield Difference(Kind.PAGES_LOST, sha256, detail)
        yield from _compare_places(holdings)
        without = ~select(Problem.id).where(Problem.document_id == Document.id).exists()
        for sha256, state in session.execute(
            select(Document.sha256, Document.state).where(Document.state.in_(_WITH_REASON), without)
        ):
            yield Difference(Kind.REASON_MISSING, sha256, f"it is {state.value} and nothing says why")
        wrong = Document.key != func.substr(Document.sha256, 1, _KEY_DIGITS)
        for sha256, key in session.execute(select(Document.sha256, Document.key).where(wrong)):
            yield Difference(Kind.KEY_WRONG, sha256, f"its address is {key}")


def _compare_places(holdings: Holdings) -> Iterator[Difference]:
    last = case((Document.page_count > 0, Document.page_count), else_=1)
    wrong = (Message.first_page < 1) | (Message.first_page > Message.last_page) | (Message.last_page > last)
    stated = Document.state.in_(_WITH_PAGES)
    found = select(Document.sha256, func.count()).join(Message, Message.document_id == Document.id)
    with holdings.sessions() as session:
        for sha256, count in session.execute(found.where(stated, wrong).group_by(Document.sha256)):
            yield Difference(Kind.PLACE_WRONG, sha256, f"{count} of its emails stand on pages that it does not have")


def _check_references(connection: Connection) -> Iterator[Difference]:
    told = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(_MOST_TOLD)
    for table, row_id, other, _ in told:
        yield Difference(Kind.REFERENCE, f"{table} {row_id}", f"it refers to {other} that are not there")
