"""Every address of the service over both kinds of database, of which some is not public."""

from datetime import datetime

import httpx
from sqlalchemy.orm import Session

from app.archive import Archive
from app.database.models import Release, Visibility
from app.database.tokens import TokenRepository
from app.database.worlds import settle_release
from app.web.main import create_app
from tests.support.seed import add_agency, add_document, add_message, add_page, add_release
from tests.support.service import serve
from tests.trust.private_release import every_address, read_keys

_NOW = datetime(2026, 1, 2)


def test_every_address_answers_on_both_databases_and_says_nothing_of_a_private_release(archive: Archive) -> None:
    with archive.sessions.begin() as session:
        agency = add_agency(session, "dea")
        town = add_release(session, "town", agency=agency)
        secret = add_release(session, "vault", "Zanzibar")
        for release, word in ((town, "plumber"), (secret, "zanzibar")):
            _fill(session, release, word)
        secret.visibility = Visibility.PRIVATE
        session.flush()
        settle_release(session, secret.id)
        token = TokenRepository(session).add("ann", [secret.id], now=_NOW)
    archive.search.sync()
    addresses = every_address(create_app(archive), read_keys(archive), set(), 2)
    with serve(archive) as address, httpx.Client(base_url=address, timeout=60) as client:
        for path in addresses:
            answer = client.get(path)
            assert answer.status_code < 500 or "/pages/" in path, path  # a seeded page has no file to be drawn
            assert "zanzibar" not in answer.text.lower() or "zanzibar" in path.lower(), path
        for path in addresses:
            answer = client.get(path, headers={"Authorization": f"Bearer {token}"})
            assert answer.status_code < 500 or "/pages/" in path, path
        found = client.get("/api/v1/search?q=zanzibar", headers={"Authorization": f"Bearer {token}"}).json()
        assert found["count"] == 1


def _fill(session: Session, release: Release, word: str) -> None:
    document = add_document(session, release, f"{word}.pdf")
    add_page(session, document, f"The {word} comes", in_message=True, bates=f"{word.upper()}-001", code="(b)(6)")
    message = add_message(
        session,
        document,
        subject=f"Mr {word}",
        text=f"The {word} comes",
        sender=f"{word.title()}, Ann <ann@{word}.example>",
        to=["Roe, Jane <roe@state.gov>"],
        sent_at=datetime(2012, 9, 11, 8, 30),
        attachments=[f"{word}.doc"],
    )
    add_message(session, document, subject="Quoted", text=word, sender="(b)(6)", parent=message)
