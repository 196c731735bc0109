"""How to cite a message in print."""

from app.web.schemas.messages import MessageSummary
from app.web.schemas.people import ParticipantSummary
from app.web.wording import date_words


def cite_message(
    message: MessageSummary, *, document: str, releases: list[str], bates_numbers: list[str], paged: bool
) -> str:
    """Return a citation of the message without its address, as a sentence ends: with a full stop.

    `paged` tells whether the document has pages; a mail file has none.
    """
    recipients = [_name(one) for one in message.recipients if one.role == "to"] or ["[no recipient read]"]
    named = recipients[0] if len(recipients) == 1 else f"{recipients[0]} and {len(recipients) - 1} more"
    subject = f"“{message.subject}”" if message.subject else "without subject"
    date = date_words(message.date.read) if message.date.read else "undated"
    parts = [
        f"{_name(message.sender)} to {named}, {subject}, email, {date}",
        ", ".join([document, *(_pages(message) if paged else []), *_bates_range(bates_numbers)]),
        *[f"released in {release}" for release in releases[:1]],
    ]
    return "; ".join(parts) + "."


def _name(participant: ParticipantSummary | None) -> str:
    if participant is None:
        return "[no sender read]"
    if participant.withheld:
        return " ".join(["[withheld]", *participant.codes])
    return participant.name or participant.address or participant.printed


def _pages(message: MessageSummary) -> list[str]:
    if message.first_page == message.last_page:
        return [f"p. {message.first_page}"]
    return [f"pp. {message.first_page}–{message.last_page}"]


def _bates_range(numbers: list[str]) -> list[str]:
    if len(numbers) < 2:
        return numbers
    return [f"{numbers[0]} to {numbers[-1]}"]
