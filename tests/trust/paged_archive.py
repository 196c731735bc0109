"""A real archive of released PDFs for load tests: the load-test corpus, an email a page, twenty pages a file."""

import random
from pathlib import Path

from sqlalchemy import Connection, Engine, text

from app.config import IndexEngine
from app.database.connection import open_database, open_sessions
from app.database.statistics import analyse
from app.database.word_boxes import WordBox, pack_boxes
from tests.benchmarks.search.corpus import CORPUS
from tests.benchmarks.search.filling import archive_settings, fill_archive
from tests.benchmarks.search.processes import build

PAGES_A_FILE = 20
EMAILS_A_COPY = 30_961

_BATCH = 2_000
_DONE = "paged"
_MOST_WORDS = 600  # that can stand on a printed page
_FIRST = f"(document_id - 1) / {PAGES_A_FILE} * {PAGES_A_FILE} + 1"  # the file that takes the page
_NUMBER = f"(document_id - 1) % {PAGES_A_FILE}"
# The corpus is filled as mails with the ids 1, 2, 3 ...: each becomes a page of the first of its twenty.
_MERGE = (
    f"UPDATE messages SET position = {_NUMBER} * 2 + position, first_page = {_NUMBER} + 1, last_page = {_NUMBER} + 1,"
    f" text_page = {_NUMBER} + 1, document_id = {_FIRST}",
    f"DELETE FROM released_files WHERE {_NUMBER} > 0",
    f"DELETE FROM documents WHERE (id - 1) % {PAGES_A_FILE} > 0",
    "UPDATE documents SET kind = 'pdf', name = 'file-' || id || '.pdf', page_count ="
    " (SELECT count(*) FROM messages WHERE document_id = documents.id AND level = 'printed')",
)
_PRINTED = text(
    "SELECT id, document_id, first_page, header_text, text, quoted_text FROM messages"
    " WHERE level = 'printed' AND id > :last ORDER BY id LIMIT :count"
)
_PAGE = text(
    "INSERT INTO pages (document_id, number, width_pt, height_pt, text, text_source, word_boxes, stamped_numbers,"
    " in_message, indexed_at) VALUES (:document_id, :number, 612, 792, :text, 'text_layer', :word_boxes, '', 1,"
    " '2024-01-02 00:00:00')"
)


def has_corpus() -> bool:
    """Tell whether the corpus is at hand."""
    return CORPUS.is_file()


def make_archive(folder: Path, copies: int, limit: int | None = None) -> int:
    """Make an archive of so many copies of the corpus, or of its first emails, and return its number of pages.

    One that is there already is taken as it is.
    """
    pages = fill_archive(folder, copies, limit)
    if not (folder / _DONE).is_file():
        engine = open_database(archive_settings(folder).database_url)
        _set_on_pages(engine)
        analyse(open_sessions(engine))
        engine.dispose()
        build("rebuild", folder, IndexEngine.TANTIVY)
        (folder / _DONE).touch()
    return pages


def _set_on_pages(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.exec_driver_sql("PRAGMA synchronous = OFF")
        connection.commit()
        for statement in _MERGE:
            connection.exec_driver_sql(statement)
        connection.commit()
        last = 0
        while rows := _next_pages(connection, last):
            connection.execute(_PAGE, rows)
            connection.commit()
            last = rows[-1]["id"]
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def _next_pages(connection: Connection, last: int) -> list[dict[str, object]]:
    return [
        {
            "id": row.id,
            "document_id": row.document_id,
            "number": row.first_page,
            "text": (printed := "\n".join(filter(None, (row.header_text, row.text, row.quoted_text)))),
            "word_boxes": _boxes(min(len(printed.split()), _MOST_WORDS), row.id),
        }
        for row in connection.execute(_PRINTED, {"last": last, "count": _BATCH})
    ]


def _boxes(words: int, seed: int) -> bytes:
    """Return boxes as words stand on a page: ten a line."""
    wide = random.Random(seed)
    return pack_boxes(
        [
            WordBox(72 + n % 10 * 46, 72 + n // 10 * 11, 76 + n % 10 * 46 + wide.randrange(8, 40), 82 + n // 10 * 11)
            for n in range(words)
        ]
    )
