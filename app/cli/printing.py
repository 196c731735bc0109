"""Results and resources as text for a terminal."""

from collections.abc import Sequence

import click

from app.database.leaks import LeakPlace
from app.search.results import Hit, Results, Snippet
from app.web.schemas import ArchiveStatus, DocumentDetail, MessageDetail
from app.web.schemas.review import CorrectionSummary, ReviewMessage, ReviewQueue
from app.web.wording import plural

_PAGE_TURN = "\n\n— page turns —\n\n"


def print_results(results: Results) -> None:
    """Print the hits with their passages, marked, and what was ignored."""
    for reason in results.ignored:
        click.echo(f"Note: {reason}", err=True)
    for hit in results.hits:
        click.echo(f"{click.style(hit.title or '(no subject)', bold=True)}")
        click.echo(f"  {_hit_line(hit)}")
        for snippet in hit.snippets:
            click.echo(f"  {_snippet_line(snippet)}")
        if hit.copies.printed:
            click.echo(f"  +{plural(hit.copies.printed, 'copy', 'copies')} in {plural(hit.copies.releases, 'release')}")
        click.echo()
    told = f"{plural(results.count, 'hit')} for {results.query_parsed or 'everything'}"
    if results.entries > results.count:
        told += f", and {plural(results.entries - results.count, 'copy', 'copies')} of them (--all-copies)"
    click.echo(told, err=True)
    for term in results.terms:
        similar = f"; the archive has {', '.join(term.similar)}" if term.similar else ""
        click.echo(f"  {term.term}: {plural(term.count, 'hit')} by itself{similar}", err=True)
    if results.unsearchable_pages:
        click.echo(f"{results.unsearchable_pages} pages have no text and cannot be searched.", err=True)
    if results.next_cursor:
        click.echo(f"More: --cursor {results.next_cursor}", err=True)


def print_message(message: MessageDetail) -> None:
    """Print a message's header as printed, its own words and what it quotes."""
    pages = _pages(message.first_page, message.last_page) if message.pages else "a mail file"
    click.echo(f"Key: {message.key} ({message.level.value}; {message.document.name}, {pages})")
    click.echo(message.header_text)
    click.echo()
    click.echo(message.text.replace("\f", _PAGE_TURN))
    if message.quoted_text:
        click.echo(f"\n{message.quoted_text.replace(chr(12), _PAGE_TURN)}")


def print_document(document: DocumentDetail) -> None:
    """Print a document's state, problems and messages."""
    click.echo(f"{document.name}: {document.state.value}, {document.page_count} pages, sha256 {document.sha256}")
    for place in document.places:
        click.echo(f"  found in {place.slug}: {place.path}")
    for problem in document.problems:
        click.echo(f"  problem {problem.code}: {problem.detail}")
    for message in document.messages:
        date = message.date.read or message.date.printed or "undated"
        click.echo(f"  {message.key}  {_pages(message.first_page, message.last_page)}  {date}  {message.subject or ''}")


def print_status(status: ArchiveStatus) -> None:
    """Print the counts of the archive, one a line."""
    click.echo(f"files found      {status.files_found}")
    click.echo(f"documents        {status.documents}")
    for state, count in status.documents_by_state.items():
        click.echo(f"  {state.value:14} {count}")
    click.echo(f"pages            {status.pages} ({status.pages_without_text} without text)")
    for level, count in status.messages.items():
        click.echo(f"{level.value + ' emails':16} {count}")
    click.echo(f"threads          {status.threads}")
    missing = status.missing
    click.echo(f"not released     {missing.quoted_only} emails that are only quoted")
    click.echo(f"                 {missing.attachments} attachments that are only named")
    click.echo(f"                 {missing.unanswered} replies without what they answer")
    click.echo(f"releases         {status.releases}")
    click.echo(f"wait for index   {status.waiting_for_index}")


def print_leaks(places: Sequence[LeakPlace]) -> None:
    """Print where words were left readable under boxes, and what to do about them."""
    for place in places:
        box = ", ".join(f"{side:.0f}" for side in (place.x0, place.top, place.x1, place.bottom))
        click.echo(f"{place.document_name} ({place.document_key}) page {place.page} box {box}: {place.text}")
    documents = len({place.document_key for place in places})
    click.echo(f"{len(places)} boxes in {documents} documents have readable text under them.", err=True)
    if places:
        click.echo("This archive shows none of it, but the original files still carry it: tell the agency.", err=True)


def _pages(first: int, last: int) -> str:
    return f"page {first}" if first == last else f"pages {first}-{last}"


def _hit_line(hit: Hit) -> str:
    date = hit.sent_at.strftime("%Y-%m-%d") if hit.sent_at else "undated"
    sender = "withheld sender" if hit.sender_withheld else hit.sender or "no sender"
    page = f", page {hit.page}" if hit.page else ""
    return f"{date}  {sender}  [{hit.key}, {hit.document_name}{page}]"


def _snippet_line(snippet: Snippet) -> str:
    text = "".join(click.style(part, bold=True) if marked else part for part, marked in snippet.parts)
    page = f"p. {snippet.page}: " if snippet.page else ""
    return f"{page}{' '.join(text.split())}"


def print_review_queue(queue: ReviewQueue) -> None:
    """Print the emails that wait for a person, with the reasons."""
    for line in queue.lines:
        page = f", page {line.message.first_page}" if line.document.page_count else ""
        click.echo(f"{line.message.key}  {line.document.name}{page}  {line.message.subject or '(no subject)'}")
        for doubt in line.doubts:
            click.echo(f"  {doubt.code}: {doubt.detail}")
    click.echo(f"{queue.count} emails wait for a person.", err=True)


def print_review_message(found: ReviewMessage) -> None:
    """Print an email with its doubts and how each field was read."""
    message = found.message
    checked = "checked by a person" if message.checked else "read by machine"
    click.echo(f"Key: {message.key} ({message.level.value}, {checked}; that one begins here is {message.certainty})")
    for doubt in message.doubts:
        click.echo(f"  {doubt.code}: {doubt.detail}")
    for field in found.fields:
        how = f"  [{field.reading.how}: {field.reading.certainty}]" if field.reading else ""
        if field.value or field.reading:
            click.echo(f"{field.field:12} {field.value}{how}")


def print_correction(correction: CorrectionSummary) -> None:
    """Print what a person decided, on one line."""
    file = f"{correction.sha256[:12]} " if correction.sha256 else ""
    where = f"{file}{correction.page or '-'}:{correction.line}" if correction.line else "people"
    field = f" {correction.field}={correction.after!r}" if correction.field else ""
    day = correction.made_at.strftime("%Y-%m-%d %H:%M")
    click.echo(f"{day}  {correction.made_by}  {correction.action.value}{field}  {where}  {correction.anchor!r}")
