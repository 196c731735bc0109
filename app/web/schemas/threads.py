"""What ties emails together, and what is known of and not there."""

from app.database.missing import MissingCounts
from app.database.models import CopyDifference, Message
from app.database.threads import ThreadStretch
from app.web.schemas.base import Schema
from app.web.schemas.documents import DocumentSummary, document_summary
from app.web.schemas.messages import MessageSummary, message_summary


class PlacedMessage(MessageSummary):
    """An email with the released file in which it stands."""

    document: DocumentSummary


class ThreadLine(PlacedMessage):
    """A message of a thread, where it is printed; else where it is quoted."""

    depth: int  # how many messages of this list it answers, one after the other
    is_this: bool  # the message whose thread it is
    released: bool  # False: only quoted, and printed nowhere in the archive
    appearances: int  # how often it is printed or quoted


class ThreadSummary(Schema):
    """A thread, or the stretch of it around a message, in the order of dates."""

    count: int
    not_released: int  # messages that are quoted, and printed nowhere in the archive
    left_out_before: int
    left_out_after: int
    messages: list[ThreadLine]


class CopySummary(PlacedMessage):
    """Another appearance of a message."""

    likeness: float | None  # of both texts, 0 to 1; None: the same but for misread letters, or not compared
    shown_only_here: int  # passages that this message shows, and the copy does not
    shown_only_there: int


class MissingCount(Schema):
    """How much is known of and not there."""

    quoted_only: int  # emails that are quoted, and printed nowhere in the archive
    attachments: int  # named by an email, with neither a file nor pages
    unanswered: int  # replies and forwards without the email that they answer or forward


class MissingAttachment(Schema):
    """An attachment that an email names, and that is not there."""

    name: str
    message: PlacedMessage


class MissingPage(Schema):
    """What a release, or the whole archive, knows of and does not have; each list a hundred at a time."""

    slug: str | None  # of the release; None: the whole archive
    title: str
    url: str
    counts: MissingCount
    page: int  # from 1, of each list
    page_count: int  # of the longest list
    quoted_only: list[PlacedMessage]
    attachments: list[MissingAttachment]
    unanswered: list[PlacedMessage]


_DEEPEST = 8


def placed_message(message: Message) -> PlacedMessage:
    """Return a message with its document, which must be loaded as its participants."""
    return PlacedMessage(**dict(message_summary(message)), document=document_summary(message.document))


def thread_summary(stretch: ThreadStretch, own: Message) -> ThreadSummary:
    """Return a thread as the page of one of its messages shows it."""
    depths: dict[int, int] = {}
    lines = []
    parents = {entry.sent_id: entry.parent_id for entry in stretch.entries}
    for entry in stretch.entries:
        depth = depths[entry.sent_id] = _depth(entry.sent_id, parents, depths)
        is_this = entry.sent_id == own.sent_message_id
        lines.append(
            ThreadLine(
                **dict(placed_message(entry.message)),
                depth=min(depth, _DEEPEST),
                is_this=is_this,
                released=entry.is_printed,
                appearances=entry.appearances,
            )
        )
    after = stretch.count - stretch.before - len(lines)
    return ThreadSummary(
        count=stretch.count,
        not_released=stretch.not_released,
        left_out_before=stretch.before,
        left_out_after=after,
        messages=lines,
    )


def _depth(sent_id: int, parents: dict[int, int | None], known: dict[int, int]) -> int:
    """Return how many messages of the list one answers; parents make no circle."""
    steps, at = 0, parents.get(sent_id)
    while at is not None and at in parents:
        steps += 1
        if at in known:
            return steps + known[at]
        at = parents[at]
    return steps


def copy_summary(copy: Message, difference: CopyDifference | None) -> CopySummary:
    """Return another appearance of a message and how much the two differ."""
    placed = dict(placed_message(copy))
    if difference is None:
        return CopySummary(**placed, likeness=None, shown_only_here=0, shown_only_there=0)
    counts = [sum(bool(each[side]) for each in difference.differences) for side in (0, 1)]
    here, there = counts if difference.other_id == copy.id else counts[::-1]
    return CopySummary(**placed, likeness=difference.likeness, shown_only_here=here, shown_only_there=there)


def missing_count(counts: MissingCounts) -> MissingCount:
    """Return the counts of what is missing."""
    return MissingCount(quoted_only=counts.quoted_only, attachments=counts.attachments, unanswered=counts.unanswered)
