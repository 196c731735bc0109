"""Results and resources as text for a terminal."""

from collections.abc import Sequence

import click

from app.database.leaks import LeakPlace
from app.search.results import Hit, Results, Snippet
from app.terminal import without_controls
from app.web.schemas import ArchiveStatus, DocumentDetail, MessageDetail
from app.web.schemas.review import CorrectionSummary, ReviewMessage, ReviewQueue
from app.web.wording import plural

_PAGE_TURN = "\n\n— page turns —\n\n"


def say(text: str, *, err: bool = False) -> None:
    """Print a line in which the control characters of released text are written out."""
    click.echo(without_controls(text), err=err)


def print_results(results: Results) -> None:
    """Print the hits with their passages, marked, and what was ignored."""
    for reason in results.ignored:
        say(f"Note: {reason}", err=True)
    for hit in results.hits:
        click.echo(_bold(hit.title or "(no subject)"))
        say(f"  {_hit_line(hit)}")
        for snippet in hit.snippets:
            click.echo(f"  {_snippet_line(snippet)}")  # styled, and without controls of its own
        if hit.copies.printed:
            say(f"  +{plural(hit.copies.printed, 'copy', 'copies')} in {plural(hit.copies.releases, 'release')}")
        click.echo()
    told = f"{plural(results.count, 'hit')} for {results.query_parsed or 'everything'}"
    if results.entries > results.count:
        told += f", and {plural(results.entries - results.count, 'copy', 'copies')} of them (--all-copies)"
    say(told, err=True)
    for term in results.terms:
        similar = f"; the archive has {', '.join(term.similar)}" if term.similar else ""
        say(f"  {term.term}: {plural(term.count, 'hit')} by itself{similar}", err=True)
    if results.unsearchable_pages:
        say(f"{results.unsearchable_pages} pages have no text and cannot be searched.", err=True)
    if results.next_cursor:
        say(f"More: --cursor {results.next_cursor}", err=True)


def print_message(message: MessageDetail) -> None:
    """Print a message's header as printed, its own words and what it quotes."""
    pages = _pages(message.first_page, message.last_page) if message.pages else "a mail file"
    say(f"Key: {message.key} ({message.level.value}; {message.document.name}, {pages})")
    say(message.header_text)
    click.echo()
    say(message.text.replace("\f", _PAGE_TURN))
    if message.quoted_text:
        say(f"\n{message.quoted_text.replace(chr(12), _PAGE_TURN)}")


def print_document(document: DocumentDetail) -> None:
    """Print a document's state, problems and messages."""
    say(f"{document.name}: {document.state.value}, {document.page_count} pages, sha256 {document.sha256}")
    for place in document.places:
        say(f"  found in {place.slug}: {place.path}")
    for problem in document.problems:
        say(f"  problem {problem.code}: {problem.detail}")
    for message in document.messages:
        date = message.date.read or message.date.printed or "undated"
        say(f"  {message.key}  {_pages(message.first_page, message.last_page)}  {date}  {message.subject or ''}")


def print_status(status: ArchiveStatus) -> None:
    """Print the counts of the archive, one a line."""
    say(f"files found      {status.files_found}")
    say(f"documents        {status.documents}")
    for state, count in status.documents_by_state.items():
        say(f"  {state.value:14} {count}")
    say(f"pages            {status.pages} ({status.pages_without_text} without text)")
    for level, count in status.messages.items():
        say(f"{level.value + ' emails':16} {count}")
    say(f"threads          {status.threads}")
    missing = status.missing
    say(f"not released     {missing.quoted_only} emails that are only quoted")
    say(f"                 {missing.attachments} attachments that are only named")
    say(f"                 {missing.unanswered} replies without what they answer")
    say(f"releases         {status.releases}")
    say(f"wait for index   {status.waiting_for_index}")


def print_leaks(places: Sequence[LeakPlace]) -> None:
    """Print where words were left readable under boxes, and what to do about them."""
    for place in places:
        box = ", ".join(f"{side:.0f}" for side in (place.x0, place.top, place.x1, place.bottom))
        say(f"{place.document_name} ({place.document_key}) page {place.page} box {box}: {place.text}")
    documents = len({place.document_key for place in places})
    say(f"{len(places)} boxes in {documents} documents have readable text under them.", err=True)
    if places:
        say("This archive shows none of it, but the original files still carry it: tell the agency.", err=True)


def _pages(first: int, last: int) -> str:
    return f"page {first}" if first == last else f"pages {first}-{last}"


def _hit_line(hit: Hit) -> str:
    date = hit.sent_at.strftime("%Y-%m-%d") if hit.sent_at else "undated"
    sender = "withheld sender" if hit.sender_withheld else hit.sender or "no sender"
    page = f", page {hit.page}" if hit.page else ""
    return f"{date}  {sender}  [{hit.key}, {hit.document_name}{page}]"


def _snippet_line(snippet: Snippet) -> str:
    parts = ((part.replace("\f", " "), marked) for part, marked in snippet.parts)
    text = "".join(_bold(part) if marked else without_controls(part) for part, marked in parts)
    page = f"p. {snippet.page}: " if snippet.page else ""
    return f"{page}{' '.join(text.split())}"


def _bold(text: str) -> str:
    return click.style(without_controls(text), bold=True)


def print_review_queue(queue: ReviewQueue) -> None:
    """Print the emails that wait for a person, with the reasons."""
    for line in queue.lines:
        page = f", page {line.message.first_page}" if line.document.page_count else ""
        say(f"{line.message.key}  {line.document.name}{page}  {line.message.subject or '(no subject)'}")
        for doubt in line.doubts:
            say(f"  {doubt.code}: {doubt.detail}")
    say(f"{queue.count} emails wait for a person.", err=True)


def print_review_message(found: ReviewMessage) -> None:
    """Print an email with its doubts and how each field was read."""
    message = found.message
    checked = "checked by a person" if message.checked else "read by machine"
    say(f"Key: {message.key} ({message.level.value}, {checked}; that one begins here is {message.certainty})")
    for doubt in message.doubts:
        say(f"  {doubt.code}: {doubt.detail}")
    for field in found.fields:
        how = f"  [{field.reading.how}: {field.reading.certainty}]" if field.reading else ""
        if field.value or field.reading:
            say(f"{field.field:12} {field.value}{how}")


def print_correction(correction: CorrectionSummary) -> None:
    """Print what a person decided, on one line."""
    file = f"{correction.sha256[:12]} " if correction.sha256 else ""
    where = f"{file}{correction.page or '-'}:{correction.line}" if correction.line else "people"
    field = f" {correction.field}={correction.after!r}" if correction.field else ""
    day = correction.made_at.strftime("%Y-%m-%d %H:%M")
    say(f"{day}  {correction.made_by}  {correction.action.value}{field}  {where}  {correction.anchor!r}")
