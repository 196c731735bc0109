"""Fill a real archive database with copies of the corpus, as ingested mails would stand in it."""

import hashlib
import itertools
import json
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, text

from app.config import IndexEngine, Settings
from app.database.connection import migrate, open_database, open_sessions
from app.database.models import (
    Agency,
    Base,
    DatePrecision,
    Document,
    DocumentState,
    Level,
    Message,
    Participant,
    Person,
    Release,
    ReleasedFile,
    Role,
    SentMessage,
)
from ingest.agencies import AgencyTable, find_agency
from ingest.load.people import person_key
from ingest.load.releases import load_agencies
from ingest.records import Mailbox, PrintedDate
from tests.benchmarks.search.corpus import Email, QuotedEmail, read_corpus, shifted, unique_token

_BATCH = 2_000  # emails in one transaction
_INDEXED_AT = datetime(2024, 1, 2)
_ANSWER = re.compile(r"^(?:\s*(?:re|fw|fwd)\s*:)+\s*", re.I)
FILLED = "filled.json"  # written last: a database without it is made again

# In the order in which they are written.
_FILLED_MODELS: tuple[type[Base], ...] = (
    Person,
    Release,
    Document,
    ReleasedFile,
    SentMessage,
    Message,
    Participant,
)

Row = dict[str, Any]


def archive_settings(folder: Path, engine: IndexEngine = IndexEngine.TANTIVY) -> Settings:
    """Return the settings of the archive in a folder; the environment's do not count."""
    return Settings(home=folder, database=None, index=engine, review_token=None)


def fill_archive(folder: Path, copies: int, limit: int | None = None) -> int:
    """Make the archive of so many copies of the corpus, unless it is there; return its number of emails."""
    done = folder / FILLED
    if done.is_file():
        return int(json.loads(done.read_text())["emails"])
    shutil.rmtree(folder, ignore_errors=True)
    engine = open_database(archive_settings(folder).database_url)
    migrate(engine)
    emails = _Filler(engine).fill(range(copies), limit)
    engine.dispose()
    done.write_text(json.dumps({"emails": emails, "copies": copies}))
    return emails


def add_emails(engine: Engine, copy: int, limit: int) -> list[int]:
    """Add the first emails of one more copy, which wait for the index; return the ids of their messages."""
    filler = _Filler(engine, indexed_at=None)
    before = filler.newest(Message)
    filler.fill(range(copy, copy + 1), limit)
    with engine.connect() as connection:
        return list(connection.scalars(select(Message.id).where(Message.id > before)))


class _Filler:
    """Writes rows in bulk; people, agencies and releases that are there are used again."""

    def __init__(self, engine: Engine, indexed_at: datetime | None = _INDEXED_AT) -> None:
        self._engine = engine
        self._indexed_at = indexed_at
        self._table = AgencyTable.load()
        with open_sessions(engine).begin() as session:
            load_agencies(session, self._table)
            self._agencies = dict(session.execute(select(Agency.slug, Agency.id)).all())
            self._people = dict(session.execute(select(Person.key, Person.id)).all())
            self._releases = dict(session.execute(select(Release.slug, Release.id)).all())
        self._ids = {model: itertools.count(self.newest(model) + 1) for model in _FILLED_MODELS}
        self._rows: dict[type[Base], list[Row]] = {}
        self._mailboxes: dict[Mailbox, Row] = {}

    def newest(self, model: type[Base]) -> int:
        """Return the highest id of the rows of a model, 0 if there are none."""
        with self._engine.connect() as connection:
            return int(connection.scalar(text(f"SELECT max(id) FROM {model.__tablename__}")) or 0)

    def fill(self, copies: range, limit: int | None) -> int:
        """Write these copies of the corpus, or of its first emails, and return the number of emails written."""
        emails = list(read_corpus(limit))  # parsed once: 31,000 emails are 200 MB
        with self._engine.connect() as connection:
            connection.execute(text("PRAGMA synchronous = OFF"))
            connection.execute(text("PRAGMA cache_size = -200000"))
            connection.commit()
            for copy in copies:
                for _ in _batches(emails, copy, self._add):
                    self._write(connection)
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        return len(emails) * len(copies)

    def _write(self, connection: Connection) -> None:
        for model in _FILLED_MODELS:
            if rows := self._rows.pop(model, []):
                connection.execute(insert(model), rows)
        connection.commit()

    def _put(self, model: type[Base], row: Row) -> int:
        """Keep a row for the next write and return its id."""
        row["id"] = next(self._ids[model])
        self._rows.setdefault(model, []).append(row)
        return int(row["id"])

    def _add(self, email: Email, copy: int, number: int, threads: dict[str, int]) -> None:
        document_id = self._add_document(email, copy)
        subject = _ANSWER.sub("", email.subject or "").casefold()
        sent_id = next(self._ids[SentMessage])
        thread_id = threads.setdefault(subject, sent_id) if subject else sent_id
        sent: Row = {"id": sent_id, "thread_id": thread_id, "is_printed": True, "is_reply": False}
        self._rows.setdefault(SentMessage, []).append(sent)
        message_id = self._put(
            Message,
            self._message(email, copy)
            | {
                "key": hashlib.sha256(f"{email.key} {copy}".encode()).hexdigest()[:16],
                "document_id": document_id,
                "text": f"{email.text}\n{unique_token(copy, number)}",
                "quoted_text": email.quoted_text,
                "header_text": email.header_text,
                "sent_message_id": sent_id,
            },
        )
        self._add_people(message_id, email.sender, email.to, email.cc)
        if email.quoted:
            self._add_quoted(email.quoted, email.key, copy, message_id, document_id)

    def _add_quoted(self, quoted: QuotedEmail, key: str, copy: int, parent_id: int, document_id: int) -> None:
        row = self._message(quoted, copy) | {
            "key": hashlib.sha256(f"{key} {copy} quoted".encode()).hexdigest()[:16],
            "document_id": document_id,
            "parent_id": parent_id,
            "level": Level.QUOTED,
            "position": 1,
            "text": quoted.text,
        }
        self._add_people(self._put(Message, row), quoted.sender, quoted.to, ())

    def _add_document(self, email: Email, copy: int) -> int:
        sha256 = hashlib.sha256(f"{email.key} {copy} file".encode()).hexdigest()
        name = f"{email.key}-{copy}.eml"
        document_id = self._put(
            Document,
            {
                "key": sha256[:16],
                "sha256": sha256,
                "name": name,
                "kind": "eml",
                "size_bytes": len(email.text) + len(email.quoted_text),
                "page_count": 0,
                "state": DocumentState.PUBLISHED,
                "pipeline_version": 1,
                "ingested_at": _INDEXED_AT,
            },
        )
        release_id = self._release(email)
        self._put(ReleasedFile, {"release_id": release_id, "document_id": document_id, "path": name})
        return document_id

    def _release(self, email: Email) -> int:
        slug = re.sub(r"[^a-z0-9]+", "-", email.source.lower())
        if slug not in self._releases:
            match = self._table.by_name(email.agency)
            agency_id = self._agencies[match.agency] if match else None
            row = {"slug": slug, "title": email.source, "agency_id": agency_id, "agency_name": email.agency}
            self._releases[slug] = self._put(Release, row)
        return self._releases[slug]

    def _message(self, email: Email | QuotedEmail, copy: int) -> Row:
        date = email.date or PrintedDate("", None, None)
        return {
            "parent_id": None,
            "level": Level.PRINTED,
            "position": 0,
            "first_page": 1,
            "last_page": 1,
            "first_line": 1,
            "text_page": 1,
            "header_text": "",
            "subject": email.subject,
            "sent_at": shifted(date.wall, copy),
            "date_text": date.text or None,
            "date_precision": DatePrecision(date.precision.value) if date.precision else None,
            "utc_offset_min": date.utc_offset_min,
            "quoted_text": "",
            "sent_message_id": None,
            "indexed_at": self._indexed_at,
        }

    def _add_people(
        self, message_id: int, sender: Mailbox | None, to: tuple[Mailbox, ...], cc: tuple[Mailbox, ...]
    ) -> None:
        everyone = [(Role.SENDER, sender)] if sender else []
        everyone += [(Role.TO, mailbox) for mailbox in to] + [(Role.CC, mailbox) for mailbox in cc]
        for role, mailbox in everyone:
            if mailbox not in self._mailboxes:
                self._mailboxes[mailbox] = self._participant(mailbox)
            self._put(Participant, self._mailboxes[mailbox] | {"message_id": message_id, "role": role})

    def _participant(self, mailbox: Mailbox) -> Row:
        match = find_agency(self._table, address=mailbox.address, tag=mailbox.tag, printed=mailbox.printed)
        return {
            "printed": mailbox.printed,
            "name": mailbox.name,
            "address": mailbox.address,
            "withheld": mailbox.withheld,
            "codes": "\n".join(mailbox.codes),
            "person_id": self._person(mailbox),
            "agency_id": self._agencies.get(match.agency) if match else None,
            "agency_evidence": match.evidence if match else None,
        }

    def _person(self, mailbox: Mailbox) -> int | None:
        key = person_key(mailbox)
        if key is None:
            return None
        if key not in self._people:
            name = mailbox.name or mailbox.address or mailbox.printed
            row = {"key": key, "name": name, "address": mailbox.address, "weighed_at": _INDEXED_AT}
            self._people[key] = self._put(Person, row)
        return self._people[key]


def _batches(emails: list[Email], copy: int, add: Callable[[Email, int, int, dict[str, int]], None]) -> Iterator[None]:
    """Add the emails of a copy and stop after each batch."""
    threads: dict[str, int] = {}
    for number, email in enumerate(emails):
        add(email, copy, number, threads)
        if number % _BATCH == _BATCH - 1:
            yield
    yield
