"""Read what the entries of the index are made of, in a few statements for many."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased, selectinload

from app.database.models import (
    Agency,
    Attachment,
    BatesNumber,
    Document,
    Level,
    Message,
    Page,
    Participant,
    Person,
    Redaction,
    Release,
    ReleasedFile,
    Visibility,
)
from app.search.entries.making import make_message_entry, make_page_entry, numbers_of
from app.search.entries.rows import SOMEONE_COLUMNS, Printed, Released, Someone, Surroundings
from app.search.index import Entry
from app.search.scope import world_value

_MOST_ASKED = 10_000  # values in one statement: SQLite takes 32,766


class EntryLoader:
    """Reads entries in one session; the agencies are read once.

    With `names_worlds` the world of an entry stands among its releases: see `app.search.scope`.
    """

    def __init__(self, session: Session, *, names_worlds: bool = False) -> None:
        self._session = session
        self._names_worlds = names_worlds
        rows = session.execute(select(Agency.id, Agency.slug, Agency.parent_id))
        self._agencies = {row_id: (slug, parent_id) for row_id, slug, parent_id in rows}

    def load_messages(self, ids: Collection[int], sequence: int) -> list[Entry]:
        """Return the entries of the printed messages among these ids, numbered from `sequence` on."""
        messages = self._load_printed(ids)
        roots = self._find_quoted([message.id for message in messages])
        people = self._load_participants(roots)
        codes = self._load_codes(roots)
        copies = self._load_copies(messages)
        attachments = self._load_attachments([message.id for message in messages])
        documents = self._load_documents({message.document_id for message in messages})
        bates = self._load_bates({message.document_id for message in messages})
        return [
            make_message_entry(
                message,
                sequence + n,
                Surroundings(
                    documents[message.document_id],
                    people[message.id],
                    self._slugs(people[message.id], documents[message.document_id]),
                    numbers_of(message, bates),
                    attachments.get(message.id, []),
                    codes.get(message.id, ()),
                    message.id in codes,
                    copies.get(message.id, 0),
                ),
            )
            for n, message in enumerate(messages)
        ]

    def load_pages(self, ids: Collection[int], sequence: int) -> list[Entry]:
        """Return the entries of those pages that belong to no message and have text."""
        found = self._session.scalars(
            select(Page)
            .where(Page.id.in_(ids), Page.in_message.is_(False))
            .order_by(Page.id)
            .options(selectinload(Page.bates_numbers), selectinload(Page.redactions))
        ).all()
        pages = [page for page in found if page.text.strip()]
        documents = self._load_documents({page.document_id for page in pages})
        return [
            make_page_entry(
                page,
                documents[page.document_id],
                sequence + n,
                agencies=self._slugs((), documents[page.document_id]),
            )
            for n, page in enumerate(pages)
        ]

    def _load_printed(self, ids: Collection[int]) -> Sequence[Printed]:
        # Columns and no objects: an archive is indexed anew twice as fast.
        columns = [getattr(Message, name) for name in Printed._fields]
        printed: list[Printed] = []
        for some in _chunks(sorted(ids)):
            wanted = select(*columns).where(Message.id.in_(some), Message.level == Level.PRINTED)
            printed.extend(map(Printed._make, self._session.execute(wanted.order_by(Message.id))))
        return printed

    def _load_attachments(self, ids: Sequence[int]) -> dict[int, list[str]]:
        names: dict[int, list[str]] = defaultdict(list)
        for some in _chunks(ids):
            wanted = select(Attachment.message_id, Attachment.name).where(Attachment.message_id.in_(some))
            for message_id, name in self._session.execute(wanted.order_by(Attachment.id)):
                names[message_id].append(name)
        return names

    def _find_quoted(self, ids: Sequence[int]) -> dict[int, int]:
        """Map each of the messages, and every one quoted in them, to the printed one that holds it."""
        roots = {row_id: row_id for row_id in ids}
        frontier = list(ids)
        while frontier:
            found: dict[int, int] = {}
            for ids_asked in _chunks(frontier):
                children = self._session.execute(
                    select(Message.id, Message.parent_id).where(Message.parent_id.in_(ids_asked))
                )
                found |= {child: roots[parent] for child, parent in children if parent and child not in roots}
            roots |= found
            frontier = list(found)
        return roots

    def _load_participants(self, roots: dict[int, int]) -> dict[int, list[Someone]]:
        people: dict[int, list[Someone]] = defaultdict(list)
        standing = aliased(Person)  # who stands for a person that is merged with others
        for ids in _chunks(list(roots)):
            rows = self._session.execute(
                select(*SOMEONE_COLUMNS, func.coalesce(standing.key, Person.key))
                .outerjoin(Person, Person.id == Participant.person_id)
                .outerjoin(standing, standing.id == Person.same_as_id)
                .where(Participant.message_id.in_(ids))
                .order_by(Participant.id)
            )
            for someone in map(Someone._make, rows):
                people[roots[someone.message_id]].append(someone)
        return people

    def _load_codes(self, roots: dict[int, int]) -> dict[int, set[str]]:
        """Return the exemption codes of those messages in which a redaction stands."""
        codes: dict[int, set[str]] = defaultdict(set)
        for ids in _chunks(list(roots)):
            rows = self._session.execute(
                select(Redaction.message_id, Redaction.code).where(Redaction.message_id.in_(ids))
            )
            for message_id, code in rows:
                if message_id is not None:
                    codes[roots[message_id]].update([code] if code else [])
        return codes

    def _load_copies(self, messages: Sequence[Printed]) -> dict[int, int]:
        """Map those of the messages that are printed more than once to the id of the message as it was sent."""
        sent = {message.sent_message_id for message in messages if message.sent_message_id is not None}
        several: set[int] = set()
        for ids in _chunks(sorted(sent)):
            # Levels are told apart here: a condition on them makes SQLite walk over every printed message.
            counted = self._session.execute(
                select(Message.sent_message_id, Message.level, func.count())
                .where(Message.sent_message_id.in_(ids))
                .group_by(Message.sent_message_id, Message.level)
            )
            several.update(
                sent_id for sent_id, level, count in counted if level is Level.PRINTED and count > 1 and sent_id
            )
        return {one.id: one.sent_message_id for one in messages if one.sent_message_id in several}

    def _load_documents(self, ids: Collection[int]) -> dict[int, Released]:
        found = self._session.execute(
            select(Document.id, Document.key, Document.page_count, Document.world).where(Document.id.in_(ids))
        )
        documents, worlds = {}, {}
        for row_id, key, pages, world in found:
            documents[row_id], worlds[row_id] = Released(key, has_pages=pages > 0), world
            if self._names_worlds:
                documents[row_id].slugs.append(world_value(world))
        releases = self._session.execute(
            select(ReleasedFile.document_id, Release.slug, Release.agency_id, Release.id, Release.visibility)
            .join(Release, Release.id == ReleasedFile.release_id)
            .where(ReleasedFile.document_id.in_(ids))
            .distinct()
            .order_by(Release.slug)
        )
        for document_id, slug, agency_id, release_id, visibility in releases:
            documents[document_id].slugs.append(slug)
            # Whoever may read the document may not read all of its releases.
            is_told = visibility is Visibility.PUBLIC or worlds[document_id] == str(release_id)
            if agency_id is not None and is_told:
                documents[document_id].agency_ids.append(agency_id)
        return documents

    def _load_bates(self, document_ids: Collection[int]) -> dict[tuple[int, int], list[str]]:
        rows = self._session.execute(
            select(Page.document_id, Page.number, BatesNumber.number)
            .join(BatesNumber, BatesNumber.page_id == Page.id)
            .where(Page.document_id.in_(document_ids))
            .order_by(BatesNumber.id)
        )
        numbers: dict[tuple[int, int], list[str]] = defaultdict(list)
        for document_id, page, number in rows:
            numbers[document_id, page].append(number)
        stamped = select(Page.document_id, Page.number, Page.stamped_numbers).where(
            Page.document_id.in_(document_ids), Page.stamped_numbers != ""
        )
        for document_id, page, text in self._session.execute(stamped):
            numbers[document_id, page].extend(text.split())
        return numbers

    def _slugs(self, people: Iterable[Someone], document: Released) -> tuple[str, ...]:
        """Return the slugs of the agencies of a message and its releases, with all their parents."""
        slugs = set()
        ids = [someone.agency_id for someone in people] + document.agency_ids
        for start in ids:
            agency_id = start
            while agency_id is not None and self._agencies[agency_id][0] not in slugs:
                slug, agency_id = self._agencies[agency_id]
                slugs.add(slug)
        return tuple(sorted(slugs))


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), _MOST_ASKED):
        yield ids[start : start + _MOST_ASKED]
