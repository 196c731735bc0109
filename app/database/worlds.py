"""Keep with each record who may read it.

A record's world is the set of releases that open it. What stands in a public release is public, whatever
else it stands in; else its world is the set of its releases, "3" or "3 7", which whoever reads one of them
may read. What is withdrawn, or in no release yet, nobody may read. What follows from records of one world
(threads, who is who, agencies that are inherited) follows from these and public ones alone: nothing public
ever depends on what is not.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from app.database.models import (
    Document,
    Message,
    Page,
    Participant,
    Person,
    Release,
    ReleasedFile,
    SentMessage,
    Visibility,
    World,
)
from app.database.tombstones import Hidden, hide_withdrawn

PUBLIC = ""
NOWHERE = "?"  # in no release yet: only while its file is being written
WITHDRAWN = "!"

_CHUNK = 500
_NUMBERED = re.compile(r" \(\d+\)$")


def settle_worlds(session: Session, document_ids: Collection[int]) -> None:
    """Bring the worlds of these documents, of their pages and of their messages up to date.

    What changed waits for the index, and to be tied to other messages anew; people that it names are weighed again.
    """
    for ids in _chunks(document_ids):
        homes = _find_worlds(session, ids)
        _name_worlds(session, set(homes.values()))
        hidden = hide_withdrawn(session, homes)
        for document in session.scalars(select(Document).where(Document.id.in_(ids))):
            _settle(session, document, homes[document.id], hidden.get(document.id, Hidden()))
    session.flush()


def settle_release(session: Session, release_id: int) -> None:
    """Bring the worlds of all documents of a release up to date."""
    files = select(ReleasedFile.document_id).where(ReleasedFile.release_id == release_id).distinct()
    settle_worlds(session, session.scalars(files).all())


def is_readable(world: str, release_ids: Collection[int] | None) -> bool:
    """Tell whether what is in this world may be read by who may read these releases that are not public; None: all."""
    if world in (NOWHERE, WITHDRAWN):
        return False
    return not world or release_ids is None or not set(map(int, world.split())).isdisjoint(release_ids)


def unlink(session: Session, condition: ColumnElement[bool], *, everyone: bool = False) -> None:
    """Let all messages of the threads in which these messages stand wait to be tied again.

    What is public waits only for public ones, unless `everyone` does, as where what was public no longer is.
    """
    theirs = (
        select(SentMessage.thread_id)
        .join(Message, Message.sent_message_id == SentMessage.id)
        .where(condition, SentMessage.thread_id.is_not(None))
        .distinct()
    )
    every = set(session.scalars(theirs))
    public = every if everyone else set(session.scalars(theirs.where(Message.world == PUBLIC)))
    for threads, which in ((every, Message.world != PUBLIC), (public, Message.world == PUBLIC)):
        for ids in _chunks({one for one in threads if one is not None}):
            inside = select(SentMessage.id).where(SentMessage.thread_id.in_(ids))
            session.execute(
                update(Message)
                .where(Message.sent_message_id.in_(inside), which)
                .values(sent_message_id=None)
                .execution_options(synchronize_session=False)
            )


def name_people(session: Session, person_ids: Collection[int]) -> None:
    """Give each of these people the name that is printed most often, not the first or a misread one.

    In public records, if one has it; of who stands in several worlds and in none that is public, the address says
    enough: what one of them prints is not for readers of another.
    """
    for ids in _chunks(person_ids):
        names: dict[int, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
        counted = (
            select(Participant.person_id, Message.world, Participant.name, func.count())
            .join(Message, Message.id == Participant.message_id)
            .where(Participant.person_id.in_(ids))
            .group_by(Participant.person_id, Message.world, Participant.name)
        )
        for person_id, world, name, times in session.execute(counted):
            if person_id is not None:
                names[person_id][world].update({name: times} if name is not None else {})
        for person in session.scalars(select(Person).where(Person.id.in_(names.keys()))):
            person.name = _choose_name(person, names[person.id])


def _choose_name(person: Person, by_world: dict[str, Counter[str]]) -> str:
    readable = [world for world in by_world if world not in (NOWHERE, WITHDRAWN)] or list(by_world)
    if PUBLIC not in readable and len(readable) > 1:
        return person.address or person.name
    names = by_world[PUBLIC if PUBLIC in readable else readable[0]]
    return min(names, key=lambda name: (-names[name], name)) if names else person.address or person.name


def _find_worlds(session: Session, document_ids: Sequence[int]) -> dict[int, str]:
    """Return the world that each of these documents would have if nothing were withdrawn."""
    placed = (
        select(ReleasedFile.document_id, Release.id, Release.visibility)
        .join(Release, Release.id == ReleasedFile.release_id)
        .where(ReleasedFile.document_id.in_(document_ids))
    )
    releases: dict[int, set[int]] = {document_id: set() for document_id in document_ids}
    public: set[int] = set()
    for document_id, release_id, visibility in session.execute(placed):
        releases[document_id].add(release_id)
        if visibility is Visibility.PUBLIC:
            public.add(document_id)
    return {
        document_id: PUBLIC if document_id in public else " ".join(map(str, sorted(ids))) or NOWHERE
        for document_id, ids in releases.items()
    }


def _name_worlds(session: Session, worlds: Collection[str]) -> None:
    named = set(worlds) - {PUBLIC, NOWHERE}
    known = set(session.scalars(select(World.name).where(World.name.in_(named)))) if named else set()
    session.add_all(World(name=name) for name in sorted(named - known))


def _settle(session: Session, document: Document, home: str, hidden: Hidden) -> None:
    world = WITHDRAWN if hidden.whole else home
    before, document.world = document.world, world
    if home == PUBLIC and before not in (PUBLIC, WITHDRAWN):
        _forget_elsewhere(session, document)
    is_new, is_moved = _settle_rows(session, document.id, world, hidden)
    if is_moved or before not in (NOWHERE, world):
        _queue(session, document.id)
    if is_new or is_moved:
        _name_people_of(session, document.id)


def _settle_rows(session: Session, document_id: int, world: str, hidden: Hidden) -> tuple[bool, bool]:
    """Write the worlds of a document's messages and pages; tell whether some are new, and whether some moved."""
    is_new = is_moved = False
    gone = {Message: Message.id.in_(hidden.messages), Page: Page.number.in_(hidden.pages)}
    for model in (Message, Page):
        for which, value in ((gone[model], WITHDRAWN), (~gone[model], world)):
            wrong = (model.document_id == document_id, which, model.world != value)
            befores = set(session.scalars(select(model.world).where(*wrong).distinct()))
            if befores:
                session.execute(
                    update(model).where(*wrong).values(world=value).execution_options(synchronize_session=False)
                )
            is_new = is_new or NOWHERE in befores
            is_moved = is_moved or bool(befores - {NOWHERE})
    return is_new, is_moved


def _queue(session: Session, document_id: int) -> None:
    """Let what stands in a document wait for the index and to be tied, and its people to be weighed."""
    unlink(session, Message.document_id == document_id, everyone=True)
    of_document = select(Message.id).where(Message.document_id == document_id)
    named = select(Participant.person_id).where(Participant.message_id.in_(of_document))
    for change in (
        update(Message).where(Message.document_id == document_id).values(sent_message_id=None, indexed_at=None),
        update(Page).where(Page.document_id == document_id).values(indexed_at=None),
        update(Person).where(Person.id.in_(named)).values(weighed_at=None),
    ):
        session.execute(change.execution_options(synchronize_session=False))


def _forget_elsewhere(session: Session, document: Document) -> None:
    """Let a document that is public now be as if it had come in now: by its public name, in no other container."""
    document.ingested_at = datetime.now(UTC).replace(tzinfo=None)
    places = (
        select(ReleasedFile.path)
        .join(Release, Release.id == ReleasedFile.release_id)
        .where(ReleasedFile.document_id == document.id, Release.visibility == Visibility.PUBLIC)
        .order_by(ReleasedFile.id)
    )
    several = select(ReleasedFile.id).where(ReleasedFile.document_id == document.id).limit(2)
    path = session.scalar(places.limit(1))
    if path and len(session.scalars(several).all()) > 1:
        document.name = _NUMBERED.sub("", path.rsplit("/", 1)[-1])
    if document.parent_id is not None:
        parent = session.get_one(Document, document.parent_id)
        if parent.world not in (PUBLIC, WITHDRAWN):
            document.parent_id = None


def _name_people_of(session: Session, document_id: int) -> None:
    named = (
        select(Participant.person_id)
        .join(Message, Message.id == Participant.message_id)
        .where(Message.document_id == document_id, Participant.person_id.is_not(None))
        .distinct()
    )
    name_people(session, [one for one in session.scalars(named) if one is not None])


def find_homes(session: Session) -> dict[int, str | None]:
    """Return for each person whom some record that is not public names the one world in which to compare them.

    People who are missing are public, as is who is named by any public record. None: in several worlds.
    """
    named = (
        select(Participant.person_id, Message.world)
        .join(Message, Message.id == Participant.message_id)
        .where(Message.world != PUBLIC, Participant.person_id.is_not(None))
        .distinct()
    )
    worlds: dict[int, set[str]] = defaultdict(set)
    for person_id, world in session.execute(named):
        if person_id is not None:
            worlds[person_id].add(world)
    public: set[int] = set()
    for ids in _chunks(worlds):
        also = (
            select(Participant.person_id)
            .join(Message, Message.id == Participant.message_id)
            .where(Participant.person_id.in_(ids), Message.world == PUBLIC)
        )
        public.update(one for one in session.scalars(also.distinct()) if one is not None)
    return {
        person_id: readable.pop() if len(readable := found - {NOWHERE, WITHDRAWN}) == 1 else None
        for person_id, found in worlds.items()
        if person_id not in public
    }


def is_mixed(session: Session) -> bool:
    """Tell whether some message is not public: else nothing need be told apart."""
    return session.scalar(select(Message.id).where(Message.world != PUBLIC).limit(1)) is not None


def within(world: str) -> ColumnElement[bool]:
    """Return which messages may have a say about those of a world: its own and public ones."""
    return Message.world == PUBLIC if world == PUBLIC else or_(Message.world == PUBLIC, Message.world == world)


def _chunks(ids: Collection[int]) -> Iterator[list[int]]:
    ordered = sorted(ids)
    for start in range(0, len(ordered), _CHUNK):
        yield ordered[start : start + _CHUNK]
