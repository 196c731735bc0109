"""Load the pages that bear a Bates number."""

from app.archive import Archive
from app.database.bates import BatesRepository
from app.errors import NotFoundError
from app.web.schemas.bates import BatesPage, bates_place

PLACES_SHOWN = 100


def load_bates(archive: Archive, number: str) -> BatesPage:
    """Return the pages that bear a number; blanks, marks, case and leading zeros do not count.

    Raises:
        NotFoundError: no page bears it.
    """
    with archive.sessions() as session:
        found = BatesRepository(session).find(number, limit=PLACES_SHOWN)
    if not found:
        raise NotFoundError(
            f"No page in this archive bears the number {number!r}; releases list the numbers they lack."
        )
    return BatesPage(number=number, count=len(found), places=[bates_place(*one) for one in found])
