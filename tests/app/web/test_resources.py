"""A resource is loaded in a fixed number of statements, however much it shows."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from app.archive import Archive, open_archive
from app.config import Settings
from app.web.resources import MovedError, load_document, load_home, load_message, load_release
from tests.app.web.conftest import Keys
from tests.support.seed import add_document, add_message, add_page, add_release


@contextmanager
def counted_statements(engine: Engine) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


def _fill(archive: Archive, messages: int) -> tuple[str, str]:
    with archive.sessions.begin() as session:
        release = add_release(session, f"release-{messages}")
        document = add_document(session, release)
        first = add_message(session, document, subject="0", sender="Mills, Cheryl", to=["H"])
        for number in range(messages):
            add_page(session, document, "words", bates=f"B-{number}")
            add_message(session, document, sender=f"Person {number}", to=["H"], sent_at=datetime(2012, 9, 11))
            add_message(session, document, sender=f"Quoted {number}", parent=first)
        return document.key, first.key


def test_loading_takes_as_many_statements_for_much_as_for_little(tmp_path: Path) -> None:
    with open_archive(Settings(home=tmp_path)) as archive:
        counts = []
        for messages in (1, 15):
            document, message = _fill(archive, messages)
            with counted_statements(archive.engine) as statements:
                load_document(archive, document)
                load_message(archive, message)
                load_release(archive, f"release-{messages}")
                load_home(archive)
            counts.append(len(statements))
    assert counts[0] == counts[1]


def test_a_moved_address_is_told_to_programs(reading_room: Archive, keys: Keys) -> None:
    with pytest.raises(MovedError) as moved:
        load_message(reading_room, "0ldmessage")
    assert moved.value.new_path == f"/messages/{keys.main}"
    assert moved.value.exit_code == 4


def test_the_stretch_shown_has_the_page_asked_for(tmp_path: Path) -> None:
    with open_archive(Settings(home=tmp_path)) as archive:
        with archive.sessions.begin() as session:
            document = add_document(session, None)
            for _ in range(45):
                add_page(session, document, "words")
        stretches = [load_document(archive, document.key, page=page) for page in (1, 20, 21, 45, 900)]
    assert [(one.first, one.last) for one in stretches] == [(1, 20), (1, 20), (21, 40), (41, 45), (41, 45)]
