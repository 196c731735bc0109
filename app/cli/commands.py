"""The commands that read an archive."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import click
from pydantic import BaseModel
from sqlalchemy import select

from app import manners
from app.archive import Archive, open_archive
from app.cli.access import restore_record, token, visibility, withdraw
from app.cli.errors import report_errors
from app.cli.export import bates_of, every_message, truth_record
from app.cli.keeping import keeping
from app.cli.printing import print_document, print_leaks, print_message, print_results, print_status, say
from app.cli.review import corrections, review
from app.cli.serving import serve
from app.config import Settings
from app.database.leaks import LeakRepository
from app.database.models import Release
from app.database.readers import KEEPER
from app.errors import NotFoundError
from app.logs import set_up_logging
from app.search.results import Order, SearchRequest
from app.web.resources import MovedError, load_document, load_message, load_status
from app.web.resources.errors import WithdrawnError
from app.web.schemas import DocumentDetail, MessageDetail, search_page

_MOST_MOVES = 10  # of an address, one to the next


@contextmanager
def _archive() -> Iterator[Archive]:
    settings = Settings.load()
    set_up_logging(settings.log_level)
    with open_archive(settings) as archive:
        yield archive.seen_by(KEEPER)


def _echo_json(resource: BaseModel) -> None:
    say(resource.model_dump_json(indent=2))


@click.command(context_settings={"ignore_unknown_options": True})  # a query may begin with "-word"
@click.argument("query", default="")
@click.option("--from", "sender", multiple=True, help="Text within the sender's name or address.")
@click.option("--to", multiple=True, help="Text within a recipient's name or address.")
@click.option("--participant", multiple=True, help="Text within anyone's name or address.")
@click.option("--subject", default="", help="Words of the subject.")
@click.option("--agency", multiple=True, help="Short name of an agency; its components are included.")
@click.option("--release", multiple=True, help="Short name of a release.")
@click.option("--exemption", multiple=True, help="An exemption code: b6, (b)(7)(E).")
@click.option("--has", multiple=True, help="attachment, redaction, quoted or withheld-sender.")
@click.option("--year", multiple=True, help="Year of the email's date.")
@click.option("--exclude", multiple=True, help="What no hit may have: release:SLUG, year:2012, exemption:b5 ...")
@click.option("--date-after", default="", help="2012, 2012-09 or 2012-09-11, inclusive.")
@click.option("--date-before", default="", help="2012, 2012-09 or 2012-09-11, inclusive.")
@click.option("--include-undated", is_flag=True, help="Keep undated hits although a date range is asked for.")
@click.option("--has-attachment/--no-attachment", default=None, help="Only hits with, or without, attachments.")
@click.option("--collapse/--all-copies", default=True, help="Show one of several copies of an email, or all.")
@click.option("--order-by", type=click.Choice([order.value for order in Order]), default="relevance")
@click.option("--per-page", type=click.IntRange(1, 100), default=20)
@click.option("--cursor", default="", help="next_cursor of the answer before.")
@click.option("--json", "as_json", is_flag=True, help="The same JSON as the API's.")
@report_errors
def search(query: str, order_by: str, *, as_json: bool, **filters: Any) -> None:
    """Search the archive: readingroom search 'from:mills benghazi after:2012-09-11'."""
    request = SearchRequest(q=query, order_by=Order(order_by), **filters)
    with _archive() as archive:
        results = archive.search.search(request)
        if as_json:
            _echo_json(search_page(results))
            return
        print_results(results)


@click.command()
@click.argument("key")
@click.option("--json", "as_json", is_flag=True, help="The same JSON as the API's.")
@report_errors
def show(key: str, *, as_json: bool) -> None:
    """Show the message or the document that has this KEY."""
    with _archive() as archive:
        found = _load(archive, key)
        if as_json:
            _echo_json(found)
        elif isinstance(found, MessageDetail):
            print_message(found)
        else:
            print_document(found)


def _load(archive: Archive, key: str) -> MessageDetail | DocumentDetail:
    """Return the message or document of a key, also of one that moved.

    Raises:
        NotFoundError: nothing has it and nothing ever had.
    """
    noun = "messages"
    for _ in range(_MOST_MOVES):
        try:
            return load_message(archive, key) if noun == "messages" else load_document(archive, key)
        except MovedError as moved:
            noun, key = moved.new_path.strip("/").split("/")[:2]
        except WithdrawnError:
            raise
        except NotFoundError:
            if noun == "documents":
                raise NotFoundError(f"There is no message or document {key!r} in this archive.") from None
            noun = "documents"
    raise NotFoundError(f"{key!r} moved too often to be followed.")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="The same JSON as the API's.")
@click.option("--leaks", "leaks", is_flag=True, help="List words left readable under boxes; shown nowhere else.")
@report_errors
def status(*, as_json: bool, leaks: bool) -> None:
    """Say what is in the archive: files found, documents by state, pages, messages."""
    with _archive() as archive:
        if leaks:
            with archive.sessions() as session:
                places = LeakRepository(session).every()
            say(json.dumps([asdict(place) for place in places])) if as_json else print_leaks(places)
            return
        found = load_status(archive)
        _echo_json(found) if as_json else print_status(found)


@click.command()
@click.option("--format", "format_", type=click.Choice(["jsonl", "truth"]), default="jsonl", show_default=True)
@click.option("--release", help="Only this release, by its short name.")
@report_errors
def export(format_: str, release: str | None) -> None:
    """Write every message to stdout, one JSON object a line.

    `jsonl` is what the API shows of a message; `truth` the fields by which records are scored.
    """
    with _archive() as archive, archive.sessions() as session:
        if release and session.scalar(select(Release.id).where(Release.slug == release)) is None:
            raise NotFoundError(f"There is no release {release!r} in this archive; `readingroom status` counts them.")
        for message, names in every_message(session, release):
            if format_ == "jsonl":
                say(json.dumps(load_message(archive, message.key).model_dump(mode="json")))
                continue
            bates = bates_of(session, message)
            for name in names:
                say(json.dumps(truth_record(message, name, bates), ensure_ascii=False))


@click.command()
@report_errors
def reindex() -> None:
    """Make the index anew from the database; the old one answers until the new one is whole."""
    manners.let_readers_go_first()
    with _archive() as archive:
        say(f"{archive.search.rebuild()} entries are in the index.")


commands = (
    serve, search, show, status, export, reindex, review, corrections, *keeping,
    visibility, token, withdraw, restore_record,
)  # fmt: skip
