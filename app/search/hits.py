"""Join the keys that an engine answers to the record, in a few statements a page."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased, contains_eager, defer, load_only, selectinload

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
from app.search.copies import load_copies
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


# What a hit shows: the rest of a row, as how each field was read, takes longer than all of this.
_MESSAGE = (
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
)
_PARTICIPANT = (
    Participant.message_id,
    Participant.role,
    Participant.printed,
    Participant.name,
    Participant.address,
    Participant.withheld,
)


class _Around(NamedTuple):
    """What belongs to a message's hit and is kept in other rows."""

    sender_key: str | None
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
        releases = self._load_releases(document_ids | {page.document_id for page, _ in pages.values()})
        copies = load_copies(self._session, messages.values())
        senders = self._load_sender_keys({message.id for message in messages.values()}) if messages else {}
        found: dict[str, Hit] = {}
        for key, message in messages.items():
            around = _Around(senders.get(message.id), releases[message.document_id], copies.get(key, Copies()))
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
            labels["release"] = dict(
                self._session.execute(select(Release.slug, Release.title).where(Release.slug.in_(releases))).all()
            )
        if agencies := values.get("agency"):
            labels["agency"] = dict(
                self._session.execute(select(Agency.slug, Agency.name).where(Agency.slug.in_(agencies))).all()
            )
        people = {*values.get("from", ()), *values.get("to", ())}
        if people:
            names = dict(self._session.execute(select(Person.key, Person.name).where(Person.key.in_(people))).all())
            for role in {"from", "to"} & values.keys():
                labels[role] = {key: names[key] for key in values[role] if key in names}
        return labels

    def load_parents(self, slugs: Collection[str]) -> dict[str, str]:
        """Return for each agency that is part of another the slug of that one."""
        parent = aliased(Agency)
        rows = select(Agency.slug, parent.slug).join(parent, parent.id == Agency.parent_id)
        return dict(self._session.execute(rows.where(Agency.slug.in_(slugs))).all())

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

    def _load_messages(self, keys: Collection[str]) -> dict[str, Message]:
        if not keys:
            return {}
        messages = self._session.scalars(
            select(Message)
            .join(Message.document)
            .where(Message.key.in_(keys))
            .options(
                load_only(*_MESSAGE, raiseload=True),
                contains_eager(Message.document).load_only(Document.key, Document.name, Document.page_count),
                selectinload(Message.participants).load_only(*_PARTICIPANT, raiseload=True),
                selectinload(Message.attachments).load_only(Attachment.id),
            )
        )
        return {message.key: message for message in messages}

    def _load_sender_keys(self, message_ids: Collection[int]) -> dict[int, str]:
        """Return by message the key of who stands for its sender."""
        standing = aliased(Person)
        rows = (
            select(Participant.message_id, func.coalesce(standing.key, Person.key))
            .join(Person, Person.id == Participant.person_id)
            .outerjoin(standing, standing.id == Person.same_as_id)
            .where(Participant.message_id.in_(message_ids), Participant.role == Role.SENDER)
            .order_by(Participant.id.desc())
        )
        return dict(self._session.execute(rows).all())

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

    def _load_releases(self, document_ids: Collection[int]) -> dict[int, tuple[str, ...]]:
        rows = self._session.execute(
            select(ReleasedFile.document_id, Release.slug)
            .join(Release, Release.id == ReleasedFile.release_id)
            .where(ReleasedFile.document_id.in_(document_ids))
            .distinct()
            .order_by(Release.slug)
        )
        slugs: dict[int, tuple[str, ...]] = defaultdict(tuple)
        for document_id, slug in rows:
            slugs[document_id] += (slug,)
        return slugs


def _message_hit(message: Message, around: _Around, marker: Marker) -> Hit:
    has_pages = message.document.page_count > 0
    own = PagedText(message.text, message.text_page if has_pages else None)
    turns = message.text.count("\f")
    quoted = PagedText(message.quoted_text, message.text_page + turns if has_pages else None)
    snippets = make_snippets((own, quoted), marker)
    marked = any(is_marked for snippet in snippets for _, is_marked in snippet.parts)
    sender = next((someone for someone in message.participants if someone.role is Role.SENDER), None)
    return Hit(
        key=message.key,
        kind=EntryKind.MESSAGE,
        document_key=message.document.key,
        document_name=message.document.name,
        title=message.subject or "",
        sender=_shown(sender) if sender else None,
        sender_key=around.sender_key,
        sender_withheld=sender.withheld if sender else False,
        recipients=tuple(_shown(someone) for someone in message.participants if someone.role in _RECIPIENTS),
        sent_at=message.sent_at,
        date_precision=message.date_precision,
        page=(snippets[0].page if marked else message.first_page) if has_pages else None,
        snippets=snippets,
        releases=around.releases,
        has_attachment=bool(message.attachments),
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


def _shown(someone: Participant) -> str:
    return someone.printed if someone.withheld else someone.name or someone.address or someone.printed
