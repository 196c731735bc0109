"""The rig "private release": an archive with a secret release answers as if it had been ingested without it.

Every route of the service, found in the service itself, is asked with every parameter that it takes, of an archive that
has a release which the reader may not read and of its twin that was never given that release. The answers must be the
same to the byte, headers included, but for: moments of ingest, cursors (which name states of an index), the time of
a file's last change, and the length that follows from these. Run `python -m tests.trust.private_release [--full]`.
"""

import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus, urlencode

import httpx
from fastapi import FastAPI
from sqlalchemy import select

from app.archive import Archive, open_archive
from app.config import Settings
from app.database.models import Agency, BatesNumber, Document, Message, Page, Person, Redirect, Release, Visibility
from app.database.tokens import TokenRepository
from app.database.tombstones import WithdrawalRepository
from app.database.worlds import settle_worlds
from app.web.main import create_app
from ingest.pipeline import connect, ingest
from ingest.records import ReleaseRecord
from tests.support.routes import every_route
from tests.support.service import serve
from tests.trust.secret_papers import MARKERS, OTHER_MARKERS, write_releases

FEW = 2  # addresses of each route and parameter; `make trust` asks for all
NOW = datetime(2026, 1, 2, 3, 4, 5)
READ_TOKEN = "a word that opens everything"
_PUBLIC, _SECRET, _OTHER = "town-records", "ministry-of-secrets", "other-vault"
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?")
_CURSOR = re.compile(r'("next_cursor":\s*|cursor=)("?)[A-Za-z0-9_-]{20,}')
_OF_THE_MOMENT = {"date", "content-length", "last-modified"}
_QUERIES = (
    "", "budget", "water contract",
    "zanzibarquartz", "zanz*", "zanzibarquarts~1", "contrakt", "quokkaledger", "PUB000004",
    '"zanzibarquartz is"', "from:quillfeather", "to:mara", "bates:PUB000004", "bates:PUB000003", f"release:{_SECRET}",
    "release:ministry*", "release:secrets", f"release:{_PUBLIC}", f"budget -release:{_SECRET}", "agency:dhs",
    "participant:mills", f"NOT release:{_SECRET}", "release:minstry~2", f'release:"{_SECRET}"', f"release:{_OTHER}",
)  # fmt: skip


Headers = tuple[Mapping[str, str], Mapping[str, str]]


@dataclass
class Found:
    """What the rig saw."""

    requests: int = 0
    differences: list[str] = field(default_factory=list)

    def add(self, other: "Found") -> None:
        """Count what another pass saw."""
        self.requests += other.requests
        self.differences += other.differences

    def line(self, name: str) -> str:
        """Return the figures in one line."""
        return f"private release {name}: {self.requests} requests, {len(self.differences)} differences"


@dataclass(frozen=True)
class Room:
    """An archive that is served, and the tokens of its readers."""

    archive: Archive
    app: FastAPI
    client: httpx.Client
    tokens: Mapping[str, str]  # by the slug of the release that each opens


@contextmanager
def open_room(
    folder: Path, sources: Mapping[str, Path], releases: Sequence[tuple[str, Visibility]], options: Mapping[str, Any]
) -> Iterator[Room]:
    """Ingest these releases in that order and serve them."""
    settings = Settings(home=folder, database=None, workers=1, ocr="off", read_token=READ_TOKEN, **options)
    with open_archive(settings) as archive:
        for slug, visibility in releases:
            public = visibility is Visibility.PUBLIC
            record = ReleaseRecord(
                _PUBLIC if public else slug,
                "Records of the town" if public else f"Title of {slug}",
                agency="DEA" if public else "DHS",
                visibility=visibility.value,
            )
            for _ in ingest(archive, [sources[slug]], record):
                pass
            archive.search.sync()
        with serve(archive) as address, httpx.Client(base_url=address, timeout=60) as client:
            client.headers["Host"] = "localhost"  # pages name it, and the ports of the twins differ
            yield Room(archive, create_app(archive), client, _add_tokens(archive))


def _add_tokens(archive: Archive) -> dict[str, str]:
    with archive.sessions.begin() as session:
        repository = TokenRepository(session)
        closed = session.scalars(select(Release).where(Release.visibility != Visibility.PUBLIC)).all()
        return {one.slug: repository.add(one.slug, [one.id], now=NOW) for one in closed}


@dataclass(frozen=True)
class Keys:
    """What stands in addresses, of a whole archive: also of what a reader may not see."""

    documents: Sequence[str]
    messages: Sequence[str]
    people: Sequence[str]
    releases: Sequence[str]
    agencies: Sequence[str]
    numbers: Sequence[str]
    pages: Sequence[int]

    def own(self, others: "Keys") -> set[str]:
        """Return the keys that the other archive does not have."""
        names = ("documents", "messages", "people", "releases", "numbers")
        return {key for name in names for key in set(getattr(self, name)) - set(getattr(others, name))}


def read_keys(archive: Archive) -> Keys:
    """Return every key of an archive; the agencies are the few that matter."""
    with archive.sessions() as session:
        return Keys(
            session.scalars(select(Document.key).order_by(Document.key)).all(),
            [*session.scalars(select(Message.key).order_by(Message.key)), "0ldsecret", "0ldpublic", "nothing"],
            session.scalars(select(Person.key).order_by(Person.key)).all(),
            [*session.scalars(select(Release.slug).order_by(Release.slug)), "nothing"],
            session.scalars(select(Agency.slug).where(Agency.slug.in_(["dea", "dhs", "doj", "state"]))).all(),
            session.scalars(select(BatesNumber.number).order_by(BatesNumber.number).distinct()).all(),
            sorted(session.scalars(select(Page.number).distinct())),
        )


def every_address(app: FastAPI, keys: Keys, first: set[str], most: int | None) -> list[str]:
    """Return addresses of every route, with every parameter; a route or parameter that nobody thought of is an error.

    With `most` no more of each route and parameter than that, those that name one of the keys `first` before others.
    """
    chosen: dict[str, None] = {}
    for route in every_route(app):
        if "GET" not in route.methods or route.path.startswith("/static"):
            continue
        paths = sorted(_fill(route.path, keys), key=lambda path: first.isdisjoint(path.split("/")))[:most]
        chosen.update(dict.fromkeys(paths))
        for name in route.parameters:
            values = sorted(_values(name, keys), key=lambda value: first.isdisjoint(re.split("[:]", str(value))))
            for value in values if name == "q" and len(paths) == 1 else values[:most]:
                asked = [{name: value}, {name: value, "q": "budget"}][: 2 if name != "q" and most is None else 1]
                several = paths if name != "q" or len(paths) == 1 else paths[:4]
                for path in several[: None if most is None else 2]:
                    chosen.update({f"{path}?{urlencode(one)}": None for one in asked})
    return [*chosen, "/openapi.json"]


def _fill(path: str, keys: Keys) -> Iterator[str]:
    holes = re.findall(r"{(\w+)(?::\w+)?}", path)
    noun = next((part for part in path.split("/") if part in ("documents", "messages", "people", "releases")), "")
    pools: dict[str, Sequence[object]] = {
        "key": getattr(keys, noun) if noun else (),
        "slug": keys.agencies if "/agencies/" in path else keys.releases,
        "number": keys.numbers if "/bates/" in path else keys.pages,
    }
    filled = [path]
    for hole in holes:
        if not pools.get(hole):
            raise LookupError(f"The rig knows no values for {{{hole}}} of {path}: add them, so that it is tried.")
        marks = re.compile(rf"{{{hole}(:\w+)?}}")
        filled = [marks.sub(str(value), one) for one in filled for value in pools[hole]]
    yield from filled


def _values(name: str, keys: Keys) -> Sequence[object]:
    people = [*keys.people[:20], "quill", "mills"]
    pools: dict[str, Sequence[object]] = {
        "q": _QUERIES,
        "from": people,
        "to": people,
        "participant": people,
        "subject": ["zanzibar", "budget"],
        "agency": keys.agencies,
        "release": keys.releases,
        "exemption": ["b6"],
        "has": ["attachment", "quoted", "redaction"],
        "year": ["2012", "2013"],
        "exclude": [*(f"release:{slug}" for slug in keys.releases), f"from:{keys.people[0]}", "year:2012"],
        "date_after": ["2012-03-07"],
        "date_before": ["2012-03-07"],
        "include_undated": ["true"],
        "has_attachment": ["true", "false"],
        "collapse": ["false"],
        "order_by": ["relevance", "date", "-date"],
        "per_page": [1, 3],
        "cursor": ["forged"],
        "page": [1, 2, 99],
        "name": ["quill", "mills", "hidden.example", "cheryl"],
        "dpi": [72],
    }
    if name not in pools:
        raise LookupError(f"The rig knows no values for the parameter {name!r}: add some, so that it is tried.")
    return pools[name]


def compare(room: Room, twin: Room, addresses: Sequence[str], headers: Headers = ({}, {})) -> Found:
    """Ask both for the same, each with headers of its own, and note what differs."""
    found = Found()
    for address in addresses:
        for method in ("GET", "HEAD") if "?" not in address else ("GET",):
            _compare_one(found, (room, twin), method, address, headers)
    return found


def _compare_one(found: Found, rooms: tuple[Room, Room], method: str, address: str, headers: Headers) -> None:
    ours, theirs = address, address
    for _ in range(12):  # pages of a search, by each one's own cursors
        one = rooms[0].client.request(method, ours, headers=headers[0])
        other = rooms[1].client.request(method, theirs, headers=headers[1])
        found.requests += 1
        if one.status_code >= 500 or _told(one) != _told(other):
            found.differences.append(
                f"{method} {address} {one.status_code} {_first_difference(_told(one), _told(other))}"
            )
        cursors = [_next(answer) for answer in (one, other)]
        if "per_page" not in address or not all(cursors):
            return
        ours, theirs = (f"{address}&cursor={cursor}" for cursor in cursors)


def _next(answer: Any) -> str | None:
    if not answer.content or not answer.headers.get("content-type", "").startswith("application/json"):
        return None
    body = answer.json()
    return str(body["next_cursor"]) if isinstance(body, dict) and body.get("next_cursor") else None


def _told(answer: Any) -> tuple[int, tuple[tuple[str, str], ...], str]:
    headers = tuple(sorted((name, value) for name, value in answer.headers.items() if name not in _OF_THE_MOMENT))
    body = _CURSOR.sub(r"\1CURSOR", _MOMENT.sub("MOMENT", answer.content.decode("latin-1")))
    return answer.status_code, headers, body


def _first_difference(one: tuple[Any, ...], other: tuple[Any, ...]) -> str:
    for mine, theirs in zip(one, other, strict=True):
        if mine != theirs:
            if isinstance(mine, str) and isinstance(theirs, str):
                at = next((n for n, (a, b) in enumerate(zip(mine, theirs, strict=False)) if a != b), 0)
                return f"{mine[max(0, at - 60) : at + 80]!r} is not {theirs[max(0, at - 60) : at + 80]!r}"
            return f"{mine} is not {theirs}"
    return "an error of the server"


def find_markers(room: Room, addresses: Sequence[str], markers: Sequence[str]) -> list[str]:
    """Return the addresses whose answer has a marker that the address itself does not name."""
    leaks = []
    for address in addresses:
        body = room.client.get(address).content.decode("latin-1")
        leaks += [
            f"{address}: {marker}" for marker in markers if marker in body and marker.lower() not in address.lower()
        ]
    return leaks


def add_old_addresses(room: Room, secret: Keys | None = None) -> None:
    """Let an old address lead to a public email, and one to a secret one where there is one."""
    with room.archive.sessions.begin() as session:
        for old, subject in (("0ldpublic", "Budget of the district"), ("0ldsecret", "Names")):
            key = session.scalar(select(Message.key).where(Message.subject == subject).order_by(Message.world).limit(1))
            if key:
                session.add(Redirect(old_key=old, new_path=f"/messages/{key}"))


def check_token(room: Room, slug: str, marker: str) -> list[str]:
    """Return what a reader with the token of a release misses of it."""
    missed = []
    for headers in (
        {"Authorization": f"Bearer {room.tokens[slug]}"},
        {"Authorization": f"Bearer {READ_TOKEN}"},
    ):
        with room.archive.sessions() as session:
            release = session.scalars(select(Release).where(Release.slug == slug)).one()
            world = str(release.id)
            documents = session.scalars(select(Document.key).where(Document.world == world)).all()
            messages = session.scalars(select(Message.key).where(Message.world == world)).all()
            pages = session.execute(
                select(Document.key, Page.number).join(Page, Page.document_id == Document.id).where(Page.world == world)
            ).all()
        wanted = [f"/documents/{key}{more}" for key in documents for more in ("", "/original")]
        wanted += [f"/messages/{key}" for key in messages] + [f"/documents/{key}/pages/{n}" for key, n in pages]
        wanted += [f"/documents/{key}/pages/{n}.webp" for key, n in pages] + [f"/releases/{slug}"]
        for address in wanted:
            answer = room.client.get(address, headers=headers)
            if answer.status_code != 200 or answer.headers.get("cache-control") != "private, no-store":
                missed.append(f"{address} {answer.status_code} {answer.headers.get('cache-control')}")
        found = room.client.get(f"/api/v1/search?q={marker}", headers=headers).json()
        if not found["count"] or slug not in {one["value"] for one in found["facets"][0]["values"]}:
            missed.append(f"search for {marker} finds {found['count']}")
        listed = room.client.get("/api/v1/releases", headers=headers).json()
        if slug not in {one["slug"] for one in listed["releases"]}:
            missed.append(f"{slug} is in no list")
    return missed


def run_private(
    folder: Path, options: Mapping[str, Any], most: int | None = None, *, searches_only: bool = False
) -> Found:
    """Compare an archive with a secret release to one without, for anyone and for a reader of another release."""
    sources = write_releases(folder / "sources")
    public, secret, other = (
        (slug, Visibility.PUBLIC if slug == _PUBLIC else Visibility.PRIVATE) for slug in (_PUBLIC, _SECRET, _OTHER)
    )
    with ExitStack() as stack:
        room = stack.enter_context(open_room(folder / "room", sources, [secret, public, other], options))
        twin = stack.enter_context(open_room(folder / "twin", sources, [public, other], options))
        add_old_addresses(room)
        add_old_addresses(twin)
        keys = read_keys(room.archive)
        addresses = every_address(room.app, keys, keys.own(read_keys(twin.archive)), most)
        if searches_only:
            addresses = [one for one in addresses if one.startswith("/api/v1/search")]  # both faces show the same
        found = compare(room, twin, addresses)
        tokens = [{"Authorization": f"Bearer {each.tokens[_OTHER]}"} for each in (room, twin)]
        found.add(compare(room, twin, addresses, (tokens[0], tokens[1])))
        found.differences += find_markers(room, addresses, (*MARKERS, *OTHER_MARKERS))
        found.differences += check_token(room, _SECRET, "zanzibarquartz") + check_token(room, _OTHER, "quokkaledger")
    return found


def run_unlisted(folder: Path, options: Mapping[str, Any], most: int | None = None) -> Found:
    """Compare an archive with an unlisted release to one without: only its own addresses may answer."""
    sources = write_releases(folder / "sources")
    public = (_PUBLIC, Visibility.PUBLIC)
    with ExitStack() as stack:
        room = stack.enter_context(
            open_room(folder / "room", sources, [(_SECRET, Visibility.UNLISTED), public], options)
        )
        twin = stack.enter_context(open_room(folder / "twin", sources, [public], options))
        keys, known = read_keys(room.archive), read_keys(twin.archive)
        own = keys.own(known) - set(keys.people)
        addresses = every_address(room.app, keys, own, most)
        path_of = {address: address.partition("?")[0] for address in addresses}
        addressed = {one for one, path in path_of.items() if own.intersection(path.split("/")) and "bates" not in path}
        found = compare(room, twin, [one for one in addresses if one not in addressed])
        for address in sorted(addressed):
            answer = room.client.get(address)
            is_kept = answer.headers.get("cache-control") == "private, no-store"
            is_open = answer.status_code == 400 or (answer.status_code == 200 and is_kept)  # 400: nothing was looked up
            is_not_there = answer.status_code == 404 and ("/pages/" in address or "/people/" in address)
            if not is_open and not is_not_there and path_of[address].rsplit("/", 1)[-1] != "nothing":
                found.differences.append(f"{address} {answer.status_code} {answer.headers.get('cache-control')}")
        found.requests += len(addressed)
        found.differences += check_token(room, _SECRET, "zanzibarquartz")
    return found


def run_withdrawn(folder: Path, options: Mapping[str, Any], most: int | None = None) -> Found:
    """Compare an archive of which two files were withdrawn to one that never had them: only tombstones may differ."""
    sources = write_releases(folder / "sources")
    with ExitStack() as stack:
        room = stack.enter_context(open_room(folder / "room", sources, [("withdrawn", Visibility.PUBLIC)], options))
        twin = stack.enter_context(open_room(folder / "twin", sources, [(_PUBLIC, Visibility.PUBLIC)], options))
        keys = read_keys(room.archive)
        withdraw_files(room.archive, ("w-gone.eml", "x-gone.pdf"))
        known = read_keys(twin.archive)
        gone = keys.own(known) - set(keys.people) - set(keys.numbers)
        addresses = every_address(room.app, keys, gone, most)
        graves = {one for one in addresses if gone.intersection(one.partition("?")[0].split("/"))}
        found = compare(room, twin, [one for one in addresses if one not in graves])
        for address in sorted(graves):
            answer = room.client.get(address)
            found.requests += 1
            told = answer.text
            seen = [marker for marker in MARKERS if marker in told and marker not in unquote_plus(address)]
            if answer.status_code not in (400, 410) or seen:
                found.differences.append(f"{address} {answer.status_code}")
            if answer.status_code == 410 and "asked by the family" not in told:
                found.differences.append(f"{address} does not say why")
    return found


def withdraw_files(archive: Archive, names: Sequence[str]) -> None:
    """Withdraw documents as the command does."""
    with archive.sessions.begin() as session:
        withdrawals = WithdrawalRepository(session)
        for document in session.scalars(select(Document).where(Document.name.in_(names))).all():
            made = withdrawals.withdraw(document, reason="asked by the family", by="ann", now=NOW)
            settle_worlds(session, withdrawals.find_touched(made))
        release_ids = session.scalars(select(Release.id)).all()
    archive.search.sync()
    connect(archive, release_ids)
    archive.search.sync()


def main() -> None:
    """Run all and print a line of figures; exit with 1 where anything leaks. The tests ask OpenSearch, too."""
    is_full = "--full" in sys.argv
    total, begun = Found(), time.monotonic()
    for engine in ("tantivy", "whoosh") if is_full else ("tantivy",):
        for run in (run_private, run_unlisted, run_withdrawn):
            with tempfile.TemporaryDirectory() as folder:
                total.add(run(Path(folder), {"index": engine}, None if is_full else FEW))
    load = os.getloadavg()[0]
    print(f"{total.line('full' if is_full else 'small')}, {time.monotonic() - begun:.0f} s at load {load:.1f}")
    for difference in total.differences:
        print(f"  {difference}", file=sys.stderr)
    sys.exit(bool(total.differences))


if __name__ == "__main__":
    main()
