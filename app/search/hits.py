"""Join the keys that an engine answers to the record, in a few statements a page."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, bindparam, exists, func, select
from sqlalchemy.orm import Session, aliased, defer

from app.database.models import (
    Agency,
    Attachment,
    Document,
    Message,
    Page,
    Participant,
    Person,
    Release,
    ReleasedFile,
    Role,
    TextSource,
)
from app.database.people import PersonRepository
from app.search.copies import load_copies, load_releases
from app.search.marks import Marker
from app.search.query import Trait
from app.search.results import Copies, EntryKind, Hit
from app.search.snippets import PagedText, make_snippets

_TRAITS = {
    Trait.ATTACHMENT: "an attachment",
    Trait.REDACTION: "something withheld",
    Trait.QUOTED: "a quoted email",
    Trait.WITHHELD_SENDER: "a withheld sender",
}
_RECIPIENTS = (Role.TO, Role.CC, Role.BCC)


# Made once: putting a statement together takes longer than SQLite needs to answer it. Columns, not objects: a row
# keeps how each field was read, and objects take longer to make than all of this.
_MESSAGES = (
    select(
        Message.id,
        Message.key,
        Message.document_id,
        Message.first_page,
        Message.text_page,
        Message.subject,
        Message.sent_at,
        Message.date_precision,
        Message.text,
        Message.quoted_text,
        Message.sent_message_id,
        Document.key.label("document_key"),
        Document.name.label("document_name"),
        Document.page_count,
        exists().where(Attachment.message_id == Message.id).label("has_attachment"),
    )
    .join(Document, Document.id == Message.document_id)
    .where(Message.key.in_(bindparam("keys", expanding=True)))
)
_STANDING = aliased(Person)  # for a person who is merged with others
_PARTICIPANTS = (
    select(
        Participant.message_id,
        Participant.role,
        Participant.printed,
        Participant.name,
        Participant.address,
        Participant.withheld,
        func.coalesce(_STANDING.key, Person.key).label("person_key"),
    )
    .outerjoin(Person, Person.id == Participant.person_id)
    .outerjoin(_STANDING, _STANDING.id == Person.same_as_id)
    .where(Participant.message_id.in_(bindparam("ids", expanding=True)))
    .order_by(Participant.id)
)
_PARENT = aliased(Agency)
_TITLES = select(Release.slug, Release.title).where(Release.slug.in_(bindparam("keys", expanding=True)))
_AGENCIES = select(Agency.slug, Agency.name).where(Agency.slug.in_(bindparam("keys", expanding=True)))
_PEOPLE = select(Person.key, Person.name).where(Person.key.in_(bindparam("keys", expanding=True)))
_PARENTS = (
    select(Agency.slug, _PARENT.slug)
    .join(_PARENT, _PARENT.id == Agency.parent_id)
    .where(Agency.slug.in_(bindparam("keys", expanding=True)))
)

_Row = Row[*tuple[Any, ...]]


class _Around(NamedTuple):
    """What belongs to a message's hit and is kept in other rows."""

    participants: Sequence[_Row]
    releases: tuple[str, ...]
    copies: Copies


class HitLoader:
    """Reads hits and the names of what they are counted by, in one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def load_hits(self, keys: Sequence[str], marker: Marker) -> tuple[Hit, ...]:
        """Return the hits of an engine's keys in their order; what the record no longer has is left out."""
        messages = self._load_messages([key for key in keys if "/" not in key])
        pages = self._load_pages([key for key in keys if "/" in key])
        document_ids = {message.document_id for message in messages.values()}
        releases = load_releases(self._session, document_ids | {page.document_id for page, _ in pages.values()})
        tied = {key: row.sent_message_id for key, row in messages.items() if row.sent_message_id is not None}
        copies = load_copies(self._session, tied) if tied else {}
        participants = self._load_participants([message.id for message in messages.values()])
        found: dict[str, Hit] = {}
        for key, message in messages.items():
            around = _Around(participants[message.id], releases[message.document_id], copies.get(key, Copies()))
            found[key] = _message_hit(message, around, marker)
        for key, (page, document) in pages.items():
            found[key] = _page_hit(page, document, releases[page.document_id], marker)
        return tuple(found[key] for key in keys if key in found)

    def load_labels(self, values: Mapping[str, Collection[str]]) -> dict[str, dict[str, str]]:
        """Return what a reader sees for the values of facets; slugs and keys that are unknown are left out."""
        labels = {name: {value: value for value in some} for name, some in values.items()}
        if "has" in values:
            labels["has"] = {value: _TRAITS[Trait(value)] for value in values["has"]}
        if releases := values.get("release"):
            labels["release"] = self._names(_TITLES, releases)
        if agencies := values.get("agency"):
            labels["agency"] = self._names(_AGENCIES, agencies)
        people = {*values.get("from", ()), *values.get("to", ())}
        if people:
            names = self._names(_PEOPLE, people)
            for role in {"from", "to"} & values.keys():
                labels[role] = {key: names[key] for key in values[role] if key in names}
        return labels

    def load_parents(self, slugs: Collection[str]) -> dict[str, str]:
        """Return for each agency that is part of another the slug of that one."""
        return self._names(_PARENTS, slugs)

    def find_representatives(self, values: Collection[str]) -> dict[str, str]:
        """Map each of these values that is a person's key to the key of who stands for that person."""
        return PersonRepository(self._session).representative_keys(list(values)) if values else {}

    def count_unsearchable_pages(self, releases: Collection[str]) -> int:
        """Return the number of pages without text in these releases, or in all if none is named."""
        counted = select(func.count()).select_from(Page).where(Page.text_source == TextSource.NONE)
        if releases:
            # Asked of each such page, for these are few; a release may have a hundred thousand files.
            counted = counted.where(
                exists()
                .where(ReleasedFile.document_id == Page.document_id, ReleasedFile.release_id == Release.id)
                .where(Release.slug.in_(releases))
            )
        return self._session.scalar(counted) or 0

    def _names(self, statement: Select[str, str], keys: Collection[str]) -> dict[str, str]:
        return dict(self._session.execute(statement, {"keys": list(keys)}).all())

    def _load_messages(self, keys: Collection[str]) -> dict[str, _Row]:
        rows = self._session.execute(_MESSAGES, {"keys": keys}) if keys else ()
        return {row.key: row for row in rows}

    def _load_participants(self, message_ids: Collection[int]) -> dict[int, list[_Row]]:
        found: dict[int, list[_Row]] = defaultdict(list)
        for row in self._session.execute(_PARTICIPANTS, {"ids": message_ids}) if message_ids else ():
            found[row.message_id].append(row)
        return found

    def _load_pages(self, keys: Collection[str]) -> dict[str, tuple[Page, Document]]:
        if not keys:
            return {}
        places = [key.rpartition("/") for key in keys]
        rows = self._session.execute(
            select(Page, Document)
            .join(Document, Document.id == Page.document_id)
            # Pairs of a key and a number would make SQLite walk over every page.
            .where(Document.key.in_({key for key, _, _ in places}))
            .where(Page.number.in_({int(number) for _, _, number in places}), Page.in_message.is_(False))
            .options(defer(Page.word_boxes))
        )
        found = {f"{document.key}/{page.number}": (page, document) for page, document in rows}
        return {key: found[key] for key in keys if key in found}


def _message_hit(message: _Row, around: _Around, marker: Marker) -> Hit:
    has_pages = message.page_count > 0
    own = PagedText(message.text, message.text_page if has_pages else None)
    turns = message.text.count("\f")
    quoted = PagedText(message.quoted_text, message.text_page + turns if has_pages else None)
    snippets = make_snippets((own, quoted), marker)
    marked = any(is_marked for snippet in snippets for _, is_marked in snippet.parts)
    sender = next((someone for someone in around.participants if someone.role is Role.SENDER), None)
    return Hit(
        key=message.key,
        kind=EntryKind.MESSAGE,
        document_key=message.document_key,
        document_name=message.document_name,
        title=message.subject or "",
        sender=_shown(sender) if sender else None,
        sender_key=sender.person_key if sender else None,
        sender_withheld=sender.withheld if sender else False,
        recipients=tuple(_shown(someone) for someone in around.participants if someone.role in _RECIPIENTS),
        sent_at=message.sent_at,
        date_precision=message.date_precision,
        page=(snippets[0].page if marked else message.first_page) if has_pages else None,
        snippets=snippets,
        releases=around.releases,
        has_attachment=message.has_attachment,
        copies=around.copies,
    )


def _page_hit(page: Page, document: Document, releases: tuple[str, ...], marker: Marker) -> Hit:
    return Hit(
        key=document.key,
        kind=EntryKind.PAGE,
        document_key=document.key,
        document_name=document.name,
        title=document.name,
        sender=None,
        sender_key=None,
        sender_withheld=False,
        recipients=(),
        sent_at=None,
        date_precision=None,
        page=page.number,
        snippets=make_snippets((PagedText(page.text, page.number),), marker),
        releases=releases,
        has_attachment=False,
        copies=Copies(),
    )


def _shown(someone: _Row) -> str:
    shown: str = someone.printed if someone.withheld else someone.name or someone.address or someone.printed
    return shown
