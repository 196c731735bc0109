"""The program `readingroom`: the commands that write, beside those of app/cli that read."""

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import click
from fastapi import FastAPI
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from app import manners
from app.archive import Archive, open_archive
from app.cli import commands, report_errors
from app.cli.serving import open_service
from app.config import Settings
from app.corrector import Corrector
from app.database.models import Visibility
from app.errors import BadRequestError
from app.logs import set_up_logging
from app.terminal import without_controls
from ingest.pipeline import Outcome, connect, link_messages
from ingest.pipeline import ingest as ingest_files
from ingest.records import State
from ingest.releases import describe_release
from ingest.retry import count_stale
from ingest.retry import retry as retry_files
from ingest.review import bring_in, decide
from ingest.visits import Visits, make_ready


@click.group()
@click.version_option(package_name="reading-room")
@click.pass_context
def main(context: click.Context) -> None:
    """An archive for released public records.

    Everything it writes lies under READINGROOM_HOME (default data/archive).
    """
    context.obj = Corrector(
        decide, bring_in, connect, f"{__name__}:open_web_service"
    )  # by this a decision made there takes effect: app knows no stage


def open_web_service() -> FastAPI:
    """Return the service of the archive that the settings name, as a process that serves it needs it."""
    return open_service(decide)


for command in commands:
    main.add_command(command)


@main.command("ingest")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--release", "slug", help="Short name of the release, for addresses: a-z, 0-9 and hyphens.")
@click.option("--title", help="Title of the release.")
@click.option("--agency", help="Releasing agency: its name or abbreviation.")
@click.option("--requester", help="Who asked for the records.")
@click.option("--request-number", help="Request or case number.")
@click.option("--requested-on", help="Day of the request, YYYY-MM-DD.")
@click.option("--released-on", help="Day of the release, YYYY-MM-DD.")
@click.option("--covers-from", help="First day of the date range asked for, YYYY-MM-DD.")
@click.option("--covers-to", help="Last day of the date range asked for, YYYY-MM-DD.")
@click.option("--source-url", help="Where the release is published.")
@click.option("--note", help="Anything a reader should know.")
@click.option(
    "--visibility", type=click.Choice([one.value for one in Visibility]), help="Who may read it; at first everybody."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a file, as they are kept.")
@report_errors
def ingest(paths: tuple[Path, ...], as_json: bool, **options: str | None) -> None:
    """Read files, folders and zips (.pdf .eml .mbox .msg .pst) into a release.

    Each file is told by its content. Running the same again does nothing twice. What is known of the
    release may also stand in a release.toml beside the files.
    """
    settings = _begin()
    release = describe_release(paths, options)
    found = _count_files(paths)
    if not found:
        raise BadRequestError(f"There is no file in {', '.join(map(str, paths))}.")
    with open_archive(settings) as archive:
        tally = _follow(archive, ingest_files(archive, paths, release), found, as_json=as_json)
    if not as_json:
        click.echo(_summary(tally, release.slug))


@main.command("retry")
@click.option("--release", "slug", help="Only this release, by its short name.")
@click.option("--partial", is_flag=True, help="Also files that were read in part, as after an extra was installed.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a file, as they are kept.")
@report_errors
def retry(slug: str | None, *, partial: bool, as_json: bool) -> None:
    """Read again, from the archive's own copies, the files that failed or that an older version read."""
    settings = _begin()
    with open_archive(settings) as archive:
        found = count_stale(archive, slug, partial=partial)
        outcomes = retry_files(archive, slug, partial=partial)
        tally = _follow(archive, outcomes, found, as_json=as_json)
    if not as_json:
        click.echo(_summary(tally, slug or "all releases"))


@main.command("relink")
@report_errors
def relink() -> None:
    """Find copies, parents and threads of all messages anew, as after people were merged or parted."""
    settings = _begin()
    with open_archive(settings) as archive:
        link_messages(archive, anew=True)
    click.echo("Copies, parents and threads of all messages were found anew.")


def _begin() -> Settings:
    """Prepare for work that takes long, and return the settings."""
    settings = Settings.load()
    set_up_logging(settings.log_level)
    manners.let_readers_go_first()
    return settings


def _follow(archive: Archive, outcomes: Iterable[Outcome], found: int, *, as_json: bool) -> Counter[str]:
    """Draw the bar on stderr, make what is kept ready for readers now and then, and count."""
    tally: Counter[str] = Counter()
    visits = Visits()
    columns = (
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("files"),
        TextColumn("{task.fields[counts]}", markup=False),  # a file may be named "[/b].pdf"
        TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bar = progress.add_task("Reading", total=found or None, counts="")
        for outcome in outcomes:
            if outcome.state is State.READING:
                progress.update(bar, counts=without_controls(f"{outcome.pages} pages of {outcome.path}"))
                visits.make(archive)
                continue
            _count(tally, outcome)
            _advance(progress, bar, tally)
            if as_json:
                click.echo(json.dumps(_as_json(outcome)))
            visits.make(archive)
        progress.update(bar, description="Indexing", total=tally["files"], completed=tally["files"])
        make_ready(archive)
    return tally


def _count_files(paths: Iterable[Path]) -> int:
    """Return how many files there are before zips and mails are opened."""
    return sum(1 if path.is_file() else sum(child.is_file() for child in path.rglob("*")) for path in paths)


def _advance(progress: Progress, bar: TaskID, tally: Counter[str]) -> None:
    counts = f"{tally['pages']} pages  {tally['messages']} emails  {tally['problems']} problems"
    total = progress.tasks[0].total
    progress.update(bar, completed=tally["files"], total=max(total or 0, tally["files"]), counts=counts)


def _count(tally: Counter[str], outcome: Outcome) -> None:
    tally["files"] += 1
    tally["pages"] += outcome.pages if outcome.is_new else 0
    tally["messages"] += outcome.messages
    tally["problems"] += bool(outcome.problems)
    tally["new" if outcome.is_new else "known"] += 1
    tally[f"state {outcome.state.value}"] += 1


def _as_json(outcome: Outcome) -> dict[str, object]:
    problems = [{"code": each.code, "detail": each.detail, "page": each.page} for each in outcome.problems]
    return {
        "path": outcome.path, "key": outcome.key, "state": outcome.state.value, "pages": outcome.pages,
        "messages": outcome.messages, "problems": problems, "new": outcome.is_new,
    }  # fmt: skip


def _summary(tally: Counter[str], slug: str) -> str:
    states = ", ".join(
        f"{count} {name.removeprefix('state ')}" for name, count in sorted(tally.items()) if name.startswith("state ")
    )
    return (
        f"{slug}: {tally['files']} files ({states or 'none'}); {tally['known']} were known, {tally['new']} are new "
        f"with {tally['pages']} pages and {tally['messages']} emails; {tally['problems']} have a problem."
    )
