"""Compare the index with the rows that it was made from; what waits in the queue is no difference."""

import time
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database.index_queue import IndexQueueRepository
from app.database.models import Document, Level, Message, Page, RetiredEntry
from app.errors import IndexUnavailableError, IndexUnreachableError
from app.keeping.differences import Difference, Kind
from app.keeping.holdings import Holdings
from app.search.columns import digest
from app.search.index import Entry
from app.search.sync import FedIndex

_BATCH = 2_000
_LOOKS = 3  # record and index are read one after the other: what an ingest has just written differs for a moment
_PAUSE_S = 0.3

Found = dict[str, Difference]


def compare_entries(holdings: Holdings, *, quick: bool) -> Iterator[Difference]:
    """Yield what differs; with `quick` only whether the index can be read."""
    for index in holdings.synchroniser.fed_indexes():
        yield from _compare_index(holdings, index, quick=quick)


def _compare_index(holdings: Holdings, index: FedIndex, *, quick: bool) -> Iterator[Difference]:
    try:
        index.home.live().check(thorough=not quick)
    except IndexUnreachableError as error:
        yield Difference(Kind.INDEX, holdings.settings.index.value, str(error))
        return
    except IndexUnavailableError as error:
        yield Difference(Kind.INDEX, holdings.settings.index.value, str(error).partition("; `readingroom")[0])
        return
    if not quick:
        for model in (Message, Page):
            yield from _compare_rows(holdings, index, model)
        yield from _find_extra(holdings, index)


def _compare_rows(holdings: Holdings, index: FedIndex, model: type[Message] | type[Page]) -> Iterator[Difference]:
    """Yield rows whose entry is missing, stale or there twice."""
    last_id = 0
    while True:
        with index.sessions() as session:
            ids = IndexQueueRepository(session).find_indexable(model, last_id, _BATCH)
        if not ids:
            return
        last_id = ids[-1]
        suspects = ids
        found: Found = {}
        for look in range(_LOOKS):
            found, suspects = _look_at_rows(holdings, index, model, suspects)
            if not found:
                break
            time.sleep(_PAUSE_S if look < _LOOKS - 1 else 0)
        yield from found.values()


def _look_at_rows(
    holdings: Holdings, index: FedIndex, model: type[Message] | type[Page], ids: Sequence[int]
) -> tuple[Found, Sequence[int]]:
    """Return what differs by key, and the ids of those rows."""
    with index.sessions() as session:
        settled = select(model.id).where(model.id.in_(ids), model.indexed_at.is_not(None))
        indexed = session.scalars(settled).all()
        of_messages, of_pages = (indexed, ()) if model is Message else ((), indexed)
        entries = index.load(session, of_messages, of_pages, 0)
    with holdings.sessions() as session:
        retired = _retired(session, [entry.key for entry in entries])
    expected = {entry.key: entry for entry in entries if entry.key not in retired}
    found = {}
    held: dict[str, list[int]] = defaultdict(list)
    for key, number in index.home.live().find_held(list(expected)):
        held[key].append(number)
    for key, entry in expected.items():
        if difference := _compare_entry(entry, held[key]):
            found[key] = difference
    return found, indexed if found else []


def _compare_entry(entry: Entry, held: Sequence[int]) -> Difference | None:
    if not held:
        return Difference(Kind.ENTRY_MISSING, entry.key, "no search finds it")
    if len(held) > 1:
        return Difference(Kind.ENTRY_DOUBLE, entry.key, f"searches find it {len(held)} times")
    if held[0] != digest(entry):
        return Difference(Kind.ENTRY_STALE, entry.key, "searches find it by what it no longer says")
    return None


def _find_extra(holdings: Holdings, index: FedIndex) -> Iterator[Difference]:
    """Yield entries of which the record knows nothing."""
    for batch in index.home.live().every_held():
        for start in range(0, len(batch), _BATCH):
            keys: Collection[str] = [held.key for held in batch[start : start + _BATCH]]
            for look in range(_LOOKS):
                keys = _look_for_extra(holdings, index, keys, again=look > 0)
                if not keys:
                    break
                time.sleep(_PAUSE_S if look < _LOOKS - 1 else 0)
            for key in sorted(keys):
                yield Difference(Kind.ENTRY_EXTRA, key, "searches count it, and the record does not have it")


def _look_for_extra(holdings: Holdings, index: FedIndex, keys: Collection[str], *, again: bool) -> set[str]:
    wanted = set(keys)
    if again:
        wanted = {held.key for held in index.home.live().find_held(list(keys))}
    with index.sessions() as session:
        unknown = wanted - _known(session, wanted)
    with holdings.sessions() as session:
        return unknown - _retired(session, unknown) - _waiting(session, unknown)


def _known(session: Session, keys: Collection[str]) -> set[str]:
    """Return those of the keys that the record has, as an entry or on its way to become one."""
    messages = [key for key in keys if "/" not in key]
    known = set(session.scalars(select(Message.key).where(Message.key.in_(messages), Message.level == Level.PRINTED)))
    numbers: dict[str, list[int]] = defaultdict(list)
    for key in keys:
        document_key, slash, number = key.partition("/")
        if slash and number.isdecimal():
            numbers[document_key].append(int(number))
    for document_key, some in numbers.items():
        pages = select(Page.number).join(Document, Document.id == Page.document_id).where(Document.key == document_key)
        standing = Page.in_message.is_(False) & (Page.text != "") | Page.indexed_at.is_(None)
        for page in session.scalars(pages.where(Page.number.in_(some), standing)):
            known.add(f"{document_key}/{page}")
    return known


def _waiting(session: Session, keys: Collection[str]) -> set[str]:
    """Return those of the keys whose messages wait for the index, as where one is withdrawn at this moment."""
    waiting = select(Message.key).where(Message.key.in_(list(keys)), Message.indexed_at.is_(None))
    return set(session.scalars(waiting))


def _retired(session: Session, keys: Collection[str]) -> set[str]:
    return set(session.scalars(select(RetiredEntry.key).where(RetiredEntry.key.in_(list(keys)))))
