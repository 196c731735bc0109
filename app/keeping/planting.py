"""Plant differences in an archive, each where no other is, and say which."""

import os
import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import delete, select, text, update

from app.database.connection import open_database
from app.database.models import Document, Message, Page, Problem, RetiredEntry
from app.keeping.differences import Kind
from app.keeping.holdings import Holdings, database_file
from app.search.entries import EntryLoader
from app.search.index import Entry

Found = tuple[Kind, str]  # what `verify` must tell: the kind and the subject


@dataclass(frozen=True, slots=True)
class Ground:
    """A document that no other difference was planted in."""

    holdings: Holdings
    document: Document
    chance: random.Random

    @property
    def entry(self) -> Entry:
        """One of its entries as it must be."""
        with self.holdings.sessions() as session:
            ids = session.scalars(select(Message.id).where(Message.document_id == self.document.id)).all()
            pages = session.scalars(select(Page.id).where(Page.document_id == self.document.id)).all()
            loader = EntryLoader(session)
            return self.chance.choice([*loader.load_messages(ids, 1), *loader.load_pages(pages, 1)])


def _original_missing(ground: Ground) -> Found:
    ground.holdings.store.path(ground.document.sha256).unlink()
    return Kind.ORIGINAL_MISSING, ground.document.sha256


def _original_changed(ground: Ground) -> Found:
    path = ground.holdings.store.path(ground.document.sha256)
    content = bytearray(path.read_bytes())
    content[ground.chance.randrange(len(content))] ^= 1 << ground.chance.randrange(8)
    path.unlink()
    path.write_bytes(content)
    return Kind.ORIGINAL_CHANGED, ground.document.sha256


def _original_cut(ground: Ground) -> Found:
    path = ground.holdings.store.path(ground.document.sha256)
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content[: ground.chance.randrange(len(content))])
    return Kind.ORIGINAL_CHANGED, ground.document.sha256


def _original_unknown(ground: Ground) -> Found:
    name = f"{ground.document.sha256[:2]}{uuid.UUID(int=ground.chance.getrandbits(128)).hex * 2}"[:64]
    path = ground.holdings.store.path(name)
    path.write_bytes(b"bytes of which no row tells")
    return Kind.ORIGINAL_UNKNOWN, str(path.relative_to(ground.holdings.settings.home))


def _leftover_copy(ground: Ground) -> Found:
    path = ground.holdings.store.path(ground.document.sha256).with_name(f".incoming-{ground.chance.getrandbits(40):x}")
    path.write_bytes(b"half a co")
    return Kind.LEFTOVER, str(path.relative_to(ground.holdings.settings.home))


def _leftover_scratch(ground: Ground) -> Found:
    path = ground.holdings.settings.home / "scratch" / f"tmp{ground.chance.getrandbits(40):x}"
    path.mkdir(parents=True)
    return Kind.LEFTOVER, str(path.relative_to(ground.holdings.settings.home))


def _page_lost(ground: Ground) -> Found:
    with ground.holdings.sessions.begin() as session:
        number = ground.chance.choice((3, 4))  # in an email: it has no entry that would miss it too
        session.execute(delete(Page).where(Page.document_id == ground.document.id, Page.number == number))
    return Kind.PAGES_LOST, ground.document.sha256


def _count_wrong(ground: Ground) -> Found:
    with ground.holdings.sessions.begin() as session:
        changed = update(Document).where(Document.id == ground.document.id)
        session.execute(changed.values(page_count=ground.document.page_count + 1))
    return Kind.PAGES_LOST, ground.document.sha256


def _place_wrong(ground: Ground) -> Found:
    with ground.holdings.sessions.begin() as session:
        message = session.scalars(select(Message).where(Message.document_id == ground.document.id)).first()
        assert message is not None
        message.last_page = ground.document.page_count + 3
        message.indexed_at = None  # the index is told: the place alone is wrong
    return Kind.PLACE_WRONG, ground.document.sha256


def _reason_missing(ground: Ground) -> Found:
    with ground.holdings.sessions.begin() as session:
        session.execute(delete(Problem).where(Problem.document_id == ground.document.id))
        session.execute(update(Document).where(Document.id == ground.document.id).values(state="partial"))
    return Kind.REASON_MISSING, ground.document.sha256


def _reference_wrong(ground: Ground) -> Found:
    engine = open_database(ground.holdings.settings.database_url)
    with engine.connect() as connection:
        connection.execute(text("PRAGMA foreign_keys = OFF"))
        row_id = ground.chance.randrange(10**6, 10**9)
        problem = text("INSERT INTO problems (id, document_id, code, detail) VALUES (:id, :id, 'x', 'x')")
        connection.execute(problem, {"id": row_id})
        connection.commit()
    engine.dispose()
    return Kind.REFERENCE, f"problems {row_id}"


def _entry_missing(ground: Ground) -> Found:
    key = ground.entry.key
    _write(ground, (), [key])
    return Kind.ENTRY_MISSING, key


def _entry_stale(ground: Ground) -> Found:
    entry = ground.entry
    changed = {"text": f"{entry.text} forgotten"} if ground.chance.random() < 0.5 else {"releases": ("another",)}
    _write(ground, [replace(entry, **changed)], ())
    return Kind.ENTRY_STALE, entry.key


def _row_changed(ground: Ground) -> Found:
    """Change a row without telling the index."""
    with ground.holdings.sessions.begin() as session:
        message = session.scalars(select(Message).where(Message.document_id == ground.document.id)).first()
        assert message is not None
        message.subject = "Changed behind the index's back"
        return Kind.ENTRY_STALE, message.key


def _entry_extra(ground: Ground) -> Found:
    key = f"{ground.chance.getrandbits(64):016x}" + ground.chance.choice(["", "/1"])
    _write(ground, [replace(ground.entry, key=key)], ())
    return Kind.ENTRY_EXTRA, key


def _page_too_many(ground: Ground) -> Found:
    key = f"{ground.document.key}/3"  # it belongs to an email
    _write(ground, [replace(ground.entry, key=key)], ())
    return Kind.ENTRY_EXTRA, key


def _write(ground: Ground, entries: list[Entry] | tuple[()], removed: list[str] | tuple[()]) -> None:
    home = ground.holdings.index
    with home.writing(wait_s=10) as mine:
        assert mine
        index = home.live()
        first = index.newest_sequence() + 1
        index.update([replace(entry, sequence=first + n) for n, entry in enumerate(entries)], removed)


PLANTS: tuple[Callable[[Ground], Found], ...] = (
    _original_missing, _original_changed, _original_cut, _original_unknown, _leftover_copy, _leftover_scratch,
    _page_lost, _count_wrong, _place_wrong, _reason_missing, _reference_wrong, _entry_missing, _entry_stale,
    _row_changed, _entry_extra, _page_too_many,
)  # fmt: skip


def plant_work_in_progress(ground: Ground) -> None:
    """Let a row wait for the index, and an entry for its end: neither is a difference."""
    entry = ground.entry
    with ground.holdings.sessions.begin() as session:
        waiting: datetime | None = None
        session.execute(update(Message).where(Message.document_id == ground.document.id).values(indexed_at=waiting))
        session.execute(update(Page).where(Page.document_id == ground.document.id).values(indexed_at=waiting))
        session.merge(RetiredEntry(key="0123456789abcdef"))
    _write(ground, [replace(entry, key="0123456789abcdef")], [entry.key])


def damage_index(holdings: Holdings, chance: random.Random) -> Found:
    """Change a byte of the live index; nothing else of it can be compared then."""
    folder = holdings.settings.index_folder
    files = sorted(path for path in (folder / (folder / "current").read_text()).iterdir() if path.suffix != ".lock")
    path = chance.choice([path for path in files if path.stat().st_size])
    content = bytearray(path.read_bytes())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)
    return Kind.INDEX, holdings.settings.index.value


def damage_database(holdings: Holdings, chance: random.Random) -> Found:
    """Overwrite a page of the database's file; it is not to be opened while this is done."""
    path = database_file(holdings.settings)
    assert path is not None
    holdings.engine.dispose()
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(chance.randrange(1, size // 4096) * 4096)
        file.write(os.urandom(16) * 8)
    return Kind.DATABASE, "archive"
