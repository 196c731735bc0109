"""Read what is known of a release from a `release.toml` beside its files."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path

from app.errors import BadRequestError
from ingest.records import ReleaseRecord

_NAME = "release.toml"
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_FIELDS = tuple(field.name for field in fields(ReleaseRecord))


def describe_release(paths: Iterable[Path], options: Mapping[str, str | None]) -> ReleaseRecord:
    """Return the release that `release.toml` and the given options describe; an option wins.

    Raises:
        BadRequestError: there is no slug, it is badly formed, or the file has an unknown key.
    """
    known = _read_beside(paths)
    known.update({name: value for name, value in options.items() if value})
    slug = known.get("slug")
    if not slug:
        raise BadRequestError(f"Say to which release the files belong: --release SLUG, or `slug` in a {_NAME}.")
    if not _SLUG.fullmatch(slug):
        raise BadRequestError(f"The slug {slug!r} stands in addresses: use a-z, 0-9 and single hyphens.")
    return ReleaseRecord(**{"title": "", **known})


def _read_beside(paths: Iterable[Path]) -> dict[str, str]:
    for path in paths:
        file = (path if path.is_dir() else path.parent) / _NAME
        if file.is_file():
            return _read(file)
    return {}


def _read(file: Path) -> dict[str, str]:
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadRequestError(f"{file.name} is no TOML: {error}") from error
    for name in values:
        if name not in _FIELDS:
            near = get_close_matches(name, _FIELDS, 1)
            hint = f"; do you mean {near[0]!r}?" if near else f"; it may have {', '.join(_FIELDS)}."
            raise BadRequestError(f"{file.name} has no key {name!r}{hint}")
    return {name: str(value) for name, value in values.items()}
