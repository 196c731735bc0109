from ingest.messages.parts import find_parts
from ingest.records import TextKind

_TEXT = """CAUTION: This email originated from outside of the organization.

The board meets on Monday.

Best regards,
Jane Roe
Deputy Director

This message is confidential and intended only for the named recipient."""


def _parts(text: str, sender: str | None = None) -> list[tuple[TextKind, str]]:
    return [(part.kind, text[part.start : part.end]) for part in find_parts(text, sender)]


def test_banner_signature_and_disclaimer_are_told_apart() -> None:
    assert [(kind, text.split()[0]) for kind, text in _parts(_TEXT)] == [
        (TextKind.BANNER, "CAUTION:"),
        (TextKind.SIGNATURE, "Best"),
        (TextKind.DISCLAIMER, "This"),
    ]


def test_the_senders_name_above_a_telephone_number_begins_the_signature() -> None:
    assert _parts("See you.\n\nJane Roe\nOffice of Water\n(555) 010-2246", "Roe, Jane")[0][1].startswith("Jane Roe")


def test_plain_words_have_no_parts() -> None:
    assert _parts("We best wait.\nThe phone was dead.\nJane called.", "Roe, Jane") == []


def test_sent_from_a_phone_is_a_signature() -> None:
    assert _parts("Yes.\n\nSent from my BlackBerry") == [(TextKind.SIGNATURE, "Sent from my BlackBerry")]
