"""The commands that say who reads what: `visibility`, `token`, `withdraw` and `restore-record`."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.archive import Archive, open_archive
from app.cli.errors import report_errors
from app.config import Settings
from app.corrector import Corrector
from app.database.models import Document, Message, Release, ReleasedFile, Visibility, Withdrawal
from app.database.tokens import TokenRepository
from app.database.tombstones import WithdrawalRepository
from app.database.worlds import settle_release, settle_worlds
from app.errors import BadRequestError, NotFoundError
from app.logs import set_up_logging


@contextmanager
def _archive() -> Iterator[Archive]:
    settings = Settings.load()
    set_up_logging(settings.log_level)
    with open_archive(settings) as archive:
        yield archive


@click.command()
@click.argument("slug", default="")
@click.argument("who", type=click.Choice([one.value for one in Visibility]), default=None, required=False)
@click.pass_obj
@report_errors
def visibility(corrector: Corrector, slug: str, who: str | None) -> None:
    """Say who may read the release SLUG: private, unlisted or public; without a word list who may read which."""
    with _archive() as archive:
        if who is None:
            _list_releases(archive, slug)
            return
        with archive.sessions.begin() as session:
            release = _load_release(session, slug)
            changed = release.visibility is not Visibility(who)
            release.visibility = Visibility(who)
            session.flush()
            if changed:
                settle_release(session, release.id)
        if changed:
            _follow(archive, corrector, {release.id})
    click.echo(f"{slug} is {who}.")


@click.group()
def token() -> None:
    """Make, list and revoke the words that open releases which are not public."""


@token.command("add")
@click.argument("name")
@click.option("--release", "slugs", multiple=True, help="Only this release; several may be named. Without it all.")
@report_errors
def add_token(name: str, slugs: tuple[str, ...]) -> None:
    """Make a token under a NAME and print it, once: the archive keeps its hash alone."""
    with _archive() as archive, archive.sessions.begin() as session:
        ids = [_load_release(session, slug).id for slug in slugs]
        made = TokenRepository(session).add(name, ids if slugs else None, now=_now())
    click.echo(made)
    told = "Send it as `Authorization: Bearer TOKEN`, or as the password at /unlock. No one can see it again: keep it."
    click.echo(told, err=True)


@token.command("list")
@report_errors
def list_tokens() -> None:
    """List the tokens with what they open."""
    with _archive() as archive, archive.sessions() as session:
        tokens = TokenRepository(session)
        for one in tokens.every():
            opens = "all releases" if one.release_ids is None else ", ".join(tokens.names_of(one)) or "nothing"
            state = f"revoked {one.revoked_at:%Y-%m-%d}" if one.revoked_at else opens
            click.echo(f"{one.name}: {state} (made {one.created_at:%Y-%m-%d})")


@token.command("revoke")
@click.argument("name")
@report_errors
def revoke_token(name: str) -> None:
    """Let the token of this NAME open nothing from now on."""
    with _archive() as archive, archive.sessions.begin() as session:
        TokenRepository(session).revoke(name, now=_now())
    click.echo(f"The token {name} opens nothing any more.")


@click.command()
@click.argument("key", default="")
@click.option("--reason", default="", help="Why, for readers: it stands at the record's address.")
@click.option("--by", "made_by", default="", help="Who decides; the name of the account if not given.")
@click.option("--list", "listed", is_flag=True, help="List what was withdrawn.")
@click.pass_obj
@report_errors
def withdraw(corrector: Corrector, key: str, reason: str, made_by: str, *, listed: bool) -> None:
    """Take the document or message of this KEY out of every page, search, count and image.

    Its address then says that it was withdrawn, and why. The bytes stay in the store: `restore-record` gives it back.
    """
    with _archive() as archive:
        if listed:
            _list_withdrawals(archive)
            return
        if not reason.strip():
            raise BadRequestError("Say why, for readers: --reason TEXT stands at the record's address from now on.")
        with archive.sessions.begin() as session:
            withdrawals = WithdrawalRepository(session)
            if withdrawals.in_force(key) is not None:
                raise BadRequestError(f"{key} is withdrawn already; `readingroom restore-record {key}` gives it back.")
            made = withdrawals.withdraw(_load_record(session, key), reason=reason, by=made_by or _account(), now=_now())
            releases = _settle(session, withdrawals, made)
        _follow(archive, corrector, releases)
    click.echo(f"The {made.kind if made.kind == 'document' else 'message'} {key} is withdrawn.")


@click.command("restore-record")
@click.argument("key")
@click.option("--by", "made_by", default="", help="Who decides; the name of the account if not given.")
@click.pass_obj
@report_errors
def restore_record(corrector: Corrector, key: str, made_by: str) -> None:
    """Give back the document or message of this KEY that was withdrawn."""
    with _archive() as archive:
        with archive.sessions.begin() as session:
            withdrawals = WithdrawalRepository(session)
            made = withdrawals.in_force(key)
            if made is None:
                raise NotFoundError(
                    f"Nothing with the key {key!r} is withdrawn; `readingroom withdraw --list` lists all."
                )
            made.undone_at, made.undone_by = _now(), made_by or _account()
            session.flush()
            releases = _settle(session, withdrawals, made)
        _follow(archive, corrector, releases)
    click.echo(f"{key} is back.")


def _settle(session: Session, withdrawals: WithdrawalRepository, made: Withdrawal) -> set[int]:
    """Let a withdrawal, made or undone, take effect; return the releases that it touches."""
    touched = withdrawals.find_touched(made)
    settle_worlds(session, touched)
    places = select(ReleasedFile.release_id).where(ReleasedFile.document_id.in_(touched))
    return set(session.scalars(places.distinct()))


def _follow(archive: Archive, corrector: Corrector, release_ids: set[int]) -> None:
    """Bring the index up to date first, so that nothing is counted that may not be read; then what hangs together."""
    archive.search.sync()
    archive.search.forget()
    corrector.connect(archive, release_ids)
    archive.search.sync()


def _load_release(session: Session, slug: str) -> Release:
    release = session.scalar(select(Release).where(Release.slug == slug))
    if release is None:
        raise NotFoundError(f"There is no release {slug!r} in this archive; `readingroom visibility` lists them.")
    return release


def _load_record(session: Session, key: str) -> Document | Message:
    record = session.scalar(select(Document).where(Document.key == key)) or session.scalar(
        select(Message).where(Message.key == key)
    )
    if record is None:
        raise NotFoundError(f"There is no document or message {key!r} in this archive.")
    return record


def _list_releases(archive: Archive, slug: str) -> None:
    with archive.sessions() as session:
        named = [_load_release(session, slug)] if slug else session.scalars(select(Release).order_by(Release.slug))
        for release in named:
            click.echo(f"{release.slug}: {release.visibility}")


def _list_withdrawals(archive: Archive) -> None:
    with archive.sessions() as session:
        for one in WithdrawalRepository(session).every():
            undone = f"; given back {one.undone_at:%Y-%m-%d} by {one.undone_by}" if one.undone_at else ""
            click.echo(
                f"{one.key} ({one.kind}) {one.withdrawn_at:%Y-%m-%d} by {one.withdrawn_by}: {one.reason}{undone}"
            )


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "the archive's keeper"


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
