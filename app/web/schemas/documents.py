"""Released files, their pages and where they were found."""

from collections import Counter
from collections.abc import Mapping, Sequence

from app.database.documents import DRAWN_SHAPES
from app.database.models import (
    Document,
    DocumentState,
    Page,
    Problem,
    Redaction,
    RedactionShape,
    ReleasedFile,
    TextSource,
)
from app.database.word_boxes import WordBox
from app.web.schemas.base import Schema, UtcMoment
from app.web.schemas.messages import MessageSummary
from app.web.schemas.papers import PaperSummary


class BoxSummary(Schema):
    """A rectangle in points from the page's top left corner."""

    x0: float
    top: float
    x1: float
    bottom: float


class RedactionSummary(Schema):
    """A withheld passage, or an exemption code that claims one."""

    code: str | None  # normalised, "(b)(7)(E)"; None: a box without a code
    printed: str | None  # as printed, "B6"
    shape: RedactionShape  # a stamp speaks for its whole document
    box: BoxSummary | None  # None: only the code is known


class ExemptionCount(Schema):
    """An exemption that is claimed, and how often."""

    code: str  # normalised, "(b)(7)(E)"
    times: int


class WithheldCounts(Schema):
    """How much is withheld on a page or in a whole document."""

    boxes: int  # blacked or whited out places, with a code or without
    exemptions: list[ExemptionCount]  # claimed beside or on the boxes, or by a stamp


class PageSummary(Schema):
    """A page as its image shows it."""

    number: int  # from 1
    url: str
    image_url: str  # add ?dpi=200 for a larger one
    width_pt: float
    height_pt: float
    text_source: TextSource  # "none": the page cannot be searched
    bates_numbers: list[str]
    redactions: list[RedactionSummary]
    withheld: WithheldCounts
    marks: list[BoxSummary]  # the words that `q` marks


class PageText(PageSummary):
    """A page with its text."""

    text: str  # lines in reading order
    in_message: bool  # False: belongs to no email, and is found by itself


class PageDetail(PageText):
    """A page by itself, with the document and the emails that stand on it."""

    document: "DocumentSummary"
    messages: list[MessageSummary]


class DocumentSummary(Schema):
    """A released file, named."""

    key: str
    url: str
    name: str
    kind: str  # pdf, eml, mbox, msg, pst, zip or unknown: told by content
    size_bytes: int
    page_count: int  # 0 where it has no pages, as a mail
    state: DocumentState


class DocumentLine(DocumentSummary):
    """A released file in a list."""

    path: str  # where it was found, below the release's folder; else its name
    messages: int  # printed ones
    problems: int


class ProblemSummary(Schema):
    """Something that kept a file, or one of its pages, from being read whole."""

    code: str
    detail: str
    page: int | None  # None: the whole file


class DocumentProblem(ProblemSummary):
    """A problem with the document that has it."""

    document: DocumentSummary


class PlaceSummary(Schema):
    """A release in which a document was found, and where in it."""

    slug: str
    title: str
    url: str
    path: str


class DocumentDetail(DocumentSummary):
    """A released file with a stretch of its pages and the emails on them."""

    sha256: str
    original_url: str
    ingested_at: UtcMoment
    places: list[PlaceSummary]
    container: DocumentSummary | None  # the zip or mail it lay in
    contents: list[DocumentSummary]  # the files that lay in it
    attached_to: list[MessageSummary]  # the emails that it was attached to, at most a hundred
    problems: list[ProblemSummary]
    message_count: int  # printed ones, of the whole file
    withheld: WithheldCounts  # of the whole file
    first: int  # the stretch that follows: pages, or messages of a mail file, from 1, both inclusive
    last: int
    total: int  # pages, or messages of a mail file
    pages: list[PageText]
    messages: list[MessageSummary]
    papers: list[PaperSummary]  # letters, memos, attachment pages: what is no email


def document_summary(document: Document) -> DocumentSummary:
    """Return what a reader sees of a document where it is named."""
    return DocumentSummary(
        key=document.key,
        url=f"/documents/{document.key}",
        name=document.name,
        kind=document.kind,
        size_bytes=document.size_bytes,
        page_count=document.page_count,
        state=document.state,
    )


def document_line(document: Document, *, path: str, messages: int, problems: int) -> DocumentLine:
    """Return a document as it stands in a list."""
    summary = document_summary(document).model_dump()
    return DocumentLine(**summary, path=path, messages=messages, problems=problems)


def problem_summary(problem: Problem) -> ProblemSummary:
    """Return what a reader sees of a problem."""
    return ProblemSummary(code=problem.code, detail=problem.detail, page=problem.page)


def document_problem(document: Document, problem: Problem) -> DocumentProblem:
    """Return a problem with its document."""
    return DocumentProblem(**problem_summary(problem).model_dump(), document=document_summary(document))


def place_summary(file: ReleasedFile) -> PlaceSummary:
    """Return where a document was found."""
    release = file.release
    return PlaceSummary(slug=release.slug, title=release.title, url=f"/releases/{release.slug}", path=file.path)


def page_summary(page: Page, document_key: str, marks: Sequence[WordBox]) -> PageSummary:
    """Return a page without its text; `marks` are the boxes of the words to mark."""
    path = f"/documents/{document_key}/pages/{page.number}"
    return PageSummary(
        number=page.number,
        url=path,
        image_url=f"{path}.webp",
        width_pt=page.width_pt,
        height_pt=page.height_pt,
        text_source=page.text_source,
        bates_numbers=[bates.number for bates in page.bates_numbers],
        redactions=[redaction_summary(redaction) for redaction in page.redactions],
        withheld=count_withheld(page.redactions),
        marks=[BoxSummary(**box._asdict()) for box in marks],
    )


def page_text(page: Page, document_key: str, marks: Sequence[WordBox]) -> PageText:
    """Return a page with its text."""
    summary = page_summary(page, document_key, marks)
    return PageText(**dict(summary), text=page.text, in_message=page.in_message)


def redaction_summary(redaction: Redaction) -> RedactionSummary:
    """Return what a reader sees of a redaction."""
    return RedactionSummary(code=redaction.code, printed=redaction.printed, shape=redaction.shape, box=_box(redaction))


def count_withheld(redactions: Sequence[Redaction]) -> WithheldCounts:
    """Count boxes and claims; a box with two codes on it is one box."""
    boxes = {(one.page_id, one.x0, one.top, one.x1, one.bottom) for one in redactions if one.shape in DRAWN_SHAPES}
    return withheld_counts(len(boxes), Counter(one.code for one in redactions if one.code))


def withheld_counts(boxes: int, times: Mapping[str, int]) -> WithheldCounts:
    """Return counts, the codes in order."""
    exemptions = [ExemptionCount(code=code, times=times[code]) for code in sorted(times)]
    return WithheldCounts(boxes=boxes, exemptions=exemptions)


def _box(redaction: Redaction) -> BoxSummary | None:
    x0, top, x1, bottom = redaction.x0, redaction.top, redaction.x1, redaction.bottom
    if x0 is None or top is None or x1 is None or bottom is None:
        return None
    return BoxSummary(x0=x0, top=top, x1=x1, bottom=bottom)
