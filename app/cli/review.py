"""The commands by which a person corrects records: `review` and `corrections`."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, TextIO

import click
from pydantic import ValidationError

from app.archive import Archive, open_archive
from app.cli.errors import report_errors
from app.cli.printing import print_correction, print_review_message, print_review_queue, say
from app.config import Settings
from app.corrector import Corrector
from app.database.corrections import CorrectionRepository, place_of_line, place_of_message
from app.database.messages import MessageRepository
from app.database.models import Correction, CorrectionAction, Message
from app.database.readers import KEEPER
from app.errors import BadRequestError
from app.logs import set_up_logging
from app.web.resources.errors import raise_missing
from app.web.resources.review import field_value, load_review_message, load_review_queue
from app.web.schemas.review import CorrectionSummary, correction_summary


@click.command()
@click.argument("key", default="")
@click.option("--set", "fields", multiple=True, metavar="FIELD=VALUE", help='Set a field: --set from="Roe, Jane".')
@click.option("--withhold", "withheld", multiple=True, metavar="FIELD", help="A field is blacked out; see --code.")
@click.option("--code", "codes", multiple=True, help="Exemption claimed for --withhold; or a kind of doubt to list.")
@click.option("--split", metavar="PAGE:LINE", help="An email begins on this line of its file.")
@click.option("--join", is_flag=True, help="What begins here belongs to the email before.")
@click.option("--not-email", is_flag=True, help="It is no email.")
@click.option("--confirm", is_flag=True, help="It is right as it is.")
@click.option("--same-person", nargs=2, metavar="KEY KEY", help="Two people are one.")
@click.option("--not-same-person", nargs=2, metavar="KEY KEY", help="Two people are two.")
@click.option("--by", "made_by", default="", help="Who decides; kept with each correction.")
@click.option("--note", help="Why.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_obj
@report_errors
def review(corrector: Corrector, /, key: str, made_by: str, note: str | None, *, as_json: bool, **decided: Any) -> None:
    """List the emails that wait for a person, show the one of this KEY, or decide about it.

    Its file is read again at once, with all that was decided about it.
    """
    settings = Settings.load()
    set_up_logging(settings.log_level)
    with open_archive(settings) as archive:
        corrections = list(_every_correction(archive, key, decided))
        if corrections and not made_by:
            raise BadRequestError("Say who decides: --by NAME is kept with each correction.")
        for correction in corrections:
            correction.made_by, correction.note = made_by, note
            corrector.decide(archive, correction)
        if corrections:
            say(f"{len(corrections)} kept.", err=True)
        elif key:
            message = load_review_message(archive.seen_by(KEEPER), key)
            say(message.model_dump_json(indent=2)) if as_json else print_review_message(message)
        else:
            _list_queue(archive.seen_by(KEEPER), next(iter(decided["codes"]), ""), as_json=as_json)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, as --import takes them.")
@click.option("--import", "source", type=click.File("r", encoding="utf-8"), help="Keep those of a file, - for stdin.")
@click.pass_obj
@report_errors
def corrections(corrector: Corrector, source: TextIO | None, *, as_json: bool) -> None:
    """List what people decided, in that order; or bring in what was decided in another archive."""
    settings = Settings.load()
    set_up_logging(settings.log_level)
    with open_archive(settings) as archive:
        if source is not None:
            say(f"{corrector.bring_in(archive, list(_parse_lines(source)))} corrections are new.")
            return
        with archive.sessions() as session:
            for correction in CorrectionRepository(session).every():
                summary = correction_summary(correction)
                say(summary.model_dump_json()) if as_json else print_correction(summary)


def _list_queue(archive: Archive, code: str, *, as_json: bool) -> None:
    queue = load_review_queue(archive, code=code)
    lines = queue.lines
    for page in range(2, queue.pages + 1):
        lines = [*lines, *load_review_queue(archive, code=code, page=page).lines]
    whole = queue.model_copy(update={"lines": lines, "pages": 1})
    say(whole.model_dump_json(indent=2)) if as_json else print_review_queue(whole)


def _every_correction(archive: Archive, key: str, decided: dict[str, Any]) -> Iterator[Correction]:
    """Yield what the options decide, each about its place, still without a name."""
    for option, action in (("same_person", "same_person"), ("not_same_person", "not_same_person")):
        if decided[option]:
            yield Correction(sha256="", anchor=" ".join(decided[option]), action=CorrectionAction(action))
    about = dict(_about_message(decided))
    if about and not key:
        raise BadRequestError("Name the email by its KEY; `readingroom review` lists those that wait.")
    for given in _about_message(decided):
        yield _place(archive, key, *given)


def _about_message(decided: dict[str, Any]) -> Iterator[tuple[CorrectionAction, tuple[str, str]]]:
    """Yield the actions about a message, each with its field and value."""
    for pair in decided["fields"]:
        field, equals, value = pair.partition("=")
        if not equals:
            raise BadRequestError(f'--set takes FIELD=VALUE, as --set from="Roe, Jane", not {pair!r}.')
        yield CorrectionAction.SET_FIELD, (field, value)
    for field in decided["withheld"]:
        yield CorrectionAction.WITHHOLD_FIELD, (field, " ".join(decided["codes"]))
    if decided["split"]:
        yield CorrectionAction.SPLIT, ("", decided["split"])
    for option in ("join", "not_email", "confirm"):
        if decided[option]:
            yield CorrectionAction(option), ("", "")


def _place(archive: Archive, key: str, action: CorrectionAction, given: tuple[str, str]) -> Correction:
    field, value = given
    with archive.sessions() as session:
        message: Message = MessageRepository(session).get(key) or raise_missing(session, "message", key)
        if action is CorrectionAction.SPLIT:
            page, _, line = value.partition(":")
            if not (page.isdecimal() and line.isdecimal()):
                raise BadRequestError(f"--split takes PAGE:LINE, as --split 3:17, not {value!r}.")
            correction = place_of_line(session, message.document, int(page), int(line))
        else:
            correction = place_of_message(session, message)
        correction.action = action
        if field:
            correction.field, correction.before, correction.after = field, field_value(message, field), value
        return correction


def _parse_lines(source: TextIO) -> Iterator[Correction]:
    """Yield the corrections of a file of JSON lines.

    Raises:
        BadRequestError: a line is none.
    """
    for number, line in enumerate(source, 1):
        if not line.strip():
            continue
        try:
            given = CorrectionSummary.model_validate(json.loads(line))
        except (ValueError, ValidationError) as error:
            raise BadRequestError(f"Line {number} is no correction: {error}") from error
        values = given.model_dump()
        made_at: datetime = values["made_at"]
        if made_at.tzinfo:
            values["made_at"] = made_at.astimezone(UTC).replace(tzinfo=None)
        yield Correction(**values)
