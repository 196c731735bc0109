"""A citation says who, what, when and where, also where something is not known."""

from app.database.models import Level, Role
from app.web.citation import cite_message
from app.web.schemas.base import DateSummary
from app.web.schemas.messages import MessageSummary
from app.web.schemas.people import ParticipantSummary


def mailbox(role: Role, name: str | None, *codes: str) -> ParticipantSummary:
    return ParticipantSummary(
        role=role,
        printed=name or " ".join(codes),
        name=name,
        address=None,
        withheld=bool(codes),
        codes=list(codes),
        person=None,
        agency=None,
        agency_evidence=None,
        agency_inherited=False,
    )


def cite(sender: ParticipantSummary | None, subject: str | None, read: str | None, *, paged: bool = True) -> str:
    message = MessageSummary(
        key="k",
        url="/messages/k",
        level=Level.PRINTED,
        subject=subject,
        date=DateSummary(printed=None, read=read, precision=None, utc_offset_min=None),
        sender=sender,
        recipients=[mailbox(Role.CC, "Copied, Carl")],
        first_page=4,
        last_page=4,
    )
    return cite_message(message, document="a.pdf", releases=["The pilot"], bates_numbers=["B-4"], paged=paged)


def test_cites_what_is_known() -> None:
    assert cite(mailbox(Role.SENDER, "Mills, Cheryl"), "Water", "2012-09") == (
        "Mills, Cheryl to [no recipient read], “Water”, email, Sep 2012; a.pdf, p. 4, B-4; released in The pilot."
    )


def test_cites_what_is_withheld_or_missing_as_such() -> None:
    withheld = cite(mailbox(Role.SENDER, None, "(b)(6)"), None, None)
    assert withheld.startswith("[withheld] (b)(6) to [no recipient read], without subject, email, undated;")
    assert cite(None, "Water", "2012").startswith("[no sender read] to")


def test_a_mail_file_has_no_page_to_cite() -> None:
    assert "p. 4" not in cite(None, "Water", "2012", paged=False)
