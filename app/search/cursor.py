"""Write where a page of hits ended as an opaque word, and read it back."""

import base64
import binascii
import json
import math
import zlib
from dataclasses import replace

from app.errors import BadRequestError
from app.search.index import Place
from app.search.results import SearchRequest

_VERSION = 3
_MOST = (1 << 63) - 1


def write_cursor(request: SearchRequest, place: Place) -> str:
    """Return a word of letters, digits, - and _ that `read_cursor` understands for the same request."""
    parts = [_VERSION, _fingerprint(request), place.generation, place.bound, place.offset, place.shown, place.rank]
    parts.append(place.score)
    return base64.urlsafe_b64encode(json.dumps(parts, separators=(",", ":")).encode()).decode().rstrip("=")


def read_cursor(request: SearchRequest) -> Place | None:
    """Return where the request's cursor says that the last page ended; None: it has none.

    Raises:
        BadRequestError: it is none of ours, or of another search.
    """
    if not request.cursor:
        return None
    try:
        padded = request.cursor + "=" * (-len(request.cursor) % 4)
        parts = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        version, fingerprint, generation, bound, offset, shown, rank, score = parts
    except (binascii.Error, ValueError, TypeError, RecursionError) as error:
        raise _refused(request) from error
    numbers = (bound, offset, shown, rank)
    if version != _VERSION or not isinstance(generation, str):
        raise _refused(request)
    if not all(type(number) is int and 0 <= number < _MOST for number in numbers):
        raise _refused(request)
    if type(score) is not float or not math.isfinite(score):
        raise _refused(request)
    if fingerprint != _fingerprint(request):
        raise BadRequestError("The cursor belongs to another search; leave it out to begin at the first page.")
    return Place(generation, bound, offset, shown, rank, score)


def _refused(request: SearchRequest) -> BadRequestError:
    return BadRequestError(
        f"cursor={request.cursor[:80]!r} is none that this archive gave; leave it out to begin at the first page."
    )


def _fingerprint(request: SearchRequest) -> int:
    """Return a number that differs for other words, filters or order; the length of a page may change."""
    return zlib.crc32(repr(replace(request, cursor="", per_page=0)).encode())
