"""Emails as they stand in a list."""

from app.database.models import Level, Message, Role
from app.web.schemas.base import DateSummary, Schema, iso_date
from app.web.schemas.people import ParticipantSummary, participant_summary


class MessageSummary(Schema):
    """An email, named."""

    key: str
    url: str
    level: Level
    subject: str | None  # None: no subject is printed
    date: DateSummary
    sender: ParticipantSummary | None  # None: none is printed
    recipients: list[ParticipantSummary]  # to, cc and bcc
    first_page: int  # 1 for a mail, which has no pages
    last_page: int


def date_summary(message: Message) -> DateSummary:
    """Return the message's date as printed and as read."""
    return DateSummary(
        printed=message.date_text or None,
        read=iso_date(message.sent_at, message.date_precision),
        precision=message.date_precision if message.sent_at else None,
        utc_offset_min=message.utc_offset_min,
    )


def message_summary(message: Message) -> MessageSummary:
    """Return what a reader sees of a message where it is listed; its participants must be loaded."""
    shown = [participant_summary(participant) for participant in message.participants]
    senders = [one for one in shown if one.role is Role.SENDER]
    return MessageSummary(
        key=message.key,
        url=f"/messages/{message.key}",
        level=message.level,
        subject=message.subject,
        date=date_summary(message),
        sender=senders[0] if senders else None,
        recipients=[one for one in shown if one.role in (Role.TO, Role.CC, Role.BCC)],
        first_page=message.first_page,
        last_page=message.last_page,
    )
