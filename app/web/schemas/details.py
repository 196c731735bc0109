"""Whole resources: one message, release, person, agency, and the archive itself."""

from datetime import date

from app.database.models import DocumentState, Level, MessageKind, Release, Role
from app.database.releases import ReleaseCounts
from app.web.schemas.base import Schema, UtcMoment, iso_day
from app.web.schemas.bates import BatesSeriesSummary
from app.web.schemas.documents import (
    DocumentLine,
    DocumentProblem,
    DocumentSummary,
    ExemptionCount,
    PageSummary,
    PlaceSummary,
)
from app.web.schemas.messages import MessageSummary
from app.web.schemas.people import (
    AgencySummary,
    Identity,
    MergedPeople,
    ParticipantSummary,
    PersonAgency,
    PersonLine,
    PersonSummary,
    PrintedAddress,
    PrintedName,
    agency_summary,
)
from app.web.schemas.readings import DoubtSummary, FieldSummary, TextStretch
from app.web.schemas.threads import CopySummary, MissingCount, ThreadSummary


class AttachmentSummary(Schema):
    """An attachment that an email names."""

    name: str
    document: DocumentSummary | None  # None: the file itself is not in the archive


class MessageDetail(MessageSummary):
    """An email with everything that is known of it."""

    participants: list[ParticipantSummary]  # in the order of the header
    header_text: str  # the header block as printed
    unread_roles: list[Role]  # their label is printed, and nothing that could be read behind it
    text: str  # the sender's own words; a form feed stands where the page turns
    text_page: int  # page on which `text` begins
    quoted_text: str  # everything below them as printed
    quoted_page: int  # page on which `quoted_text` begins
    parent: MessageSummary | None  # the message that quotes this one
    quoted_messages: list[MessageSummary]
    attachments: list[AttachmentSummary]
    bates_numbers: list[str]  # of its pages
    exemptions: list[ExemptionCount]
    withheld_boxes: int  # blacked or whited out places on its part of the pages
    document: DocumentSummary
    attached_to: list[MessageSummary]  # the emails that the document was attached to, at most a hundred
    sha256: str  # of the released file
    original_url: str
    places: list[PlaceSummary]  # releases in which the file was found
    pages: list[PageSummary]  # empty for a mail file
    pages_left_out: int  # of a very long email; see the document for them
    thread: ThreadSummary | None  # None: not tied to others yet
    copies: list[CopySummary]  # its other appearances, printed ones first
    copies_left_out: int
    probably_answers: MessageSummary | None  # same subject and people, shortly before; nothing says for certain
    # How it was read.
    kind: MessageKind
    confidence: float  # that it is a message and begins here, 0 to 1
    certainty: str  # the same in words
    reasons: list[str]  # what spoke most for and against
    checked: bool  # a person found it right; else it was read by machine alone
    doubts: list[DoubtSummary]
    header_fields: list[FieldSummary]  # where each stands and how sure it is
    importance: str | None  # as printed
    stretches: list[TextStretch]  # own words, banner, signature and disclaimer: together the whole of `text`


class ReleaseSummary(Schema):
    """A release in a list; counts are of what it holds."""

    slug: str
    title: str
    url: str
    agency: AgencySummary | None  # None: not among the agencies we know
    agency_name: str | None  # the releasing agency as given
    released_on: date | None
    documents: int
    pages: int
    messages: int  # printed ones
    problems: int
    first_day: str | None  # of its dated messages, ISO 8601
    last_day: str | None


class ReleaseDetail(ReleaseSummary):
    """A release with its record, a stretch of its files and its problems."""

    requester: str | None
    request_number: str | None
    requested_on: date | None
    covers_from: date | None  # the date range asked for, both days inclusive
    covers_to: date | None
    source_url: str | None
    note: str | None
    files: int  # places in which its documents were found
    states: dict[DocumentState, int]
    missing: MissingCount
    page: int  # of the list of files, from 1
    page_count: int
    listed: list[DocumentLine]
    problem_list: list[DocumentProblem]  # the first hundred
    bates_series: list[BatesSeriesSummary]  # how its pages are numbered, and which numbers it lacks


class ReleasePage(Schema):
    """All releases, the last released first."""

    count: int
    releases: list[ReleaseSummary]


class PersonDetail(PersonSummary):
    """A person with the names, agencies and messages that name it."""

    messages: int  # printed or quoted, in any role
    sent: int
    received: int  # as to, cc or bcc
    printed_names: list[PrintedName]
    addresses: list[PrintedAddress]
    agencies: list[PersonAgency]
    identities: list[Identity]  # that are held to be this person, who stands for them first
    merges: list[MergedPeople]  # what holds them together, the surest first
    correspondents: list[PersonLine]
    newest: list[MessageSummary]


class AgencyLine(AgencySummary):
    """An agency in a list, with its components; counts include them."""

    messages: int  # printed or quoted, with a participant of the agency
    people: int
    releases: int
    components: list["AgencyLine"]


class AgencyPage(Schema):
    """The agencies that the record names, components below their departments."""

    count: int
    agencies: list[AgencyLine]


class AgencyDetail(AgencyLine):
    """An agency with its people, releases and newest messages."""

    parent: AgencySummary | None
    leading_people: list[PersonLine]
    release_list: list[ReleaseSummary]
    newest: list[MessageSummary]


class ArchiveStatus(Schema):
    """What the archive holds and what still waits."""

    files_found: int  # the same bytes in two places are two files
    documents: int
    documents_by_state: dict[DocumentState, int]
    pages: int
    pages_without_text: int  # they cannot be searched
    messages: dict[Level, int]
    undated_messages: int  # printed ones
    first_day: str | None  # of the dated printed messages, ISO 8601
    last_day: str | None
    threads: int  # of two emails or more
    missing: MissingCount
    people: int
    releases: int
    waiting_for_index: int
    last_ingested_at: UtcMoment | None


class ArchiveHome(Schema):
    """What is in the archive."""

    status: ArchiveStatus
    releases: list[ReleaseSummary]
    newest: list[DocumentLine]  # the files that came in last
    links: dict[str, str]  # to the other resources of the API


def release_summary(release: Release, counts: ReleaseCounts) -> ReleaseSummary:
    """Return a release as it stands in a list; its agency must be loaded."""
    return ReleaseSummary(
        slug=release.slug,
        title=release.title,
        url=f"/releases/{release.slug}",
        agency=agency_summary(release.agency) if release.agency else None,
        agency_name=release.agency_name or (release.agency.name if release.agency else None),
        released_on=release.released_on,
        documents=counts.documents,
        pages=counts.pages,
        messages=counts.messages,
        problems=counts.problems,
        first_day=iso_day(counts.first_sent_at),
        last_day=iso_day(counts.last_sent_at),
    )
