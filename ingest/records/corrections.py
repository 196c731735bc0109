"""What people decided about a file's records, as the reading stages need it."""

from dataclasses import dataclass
from enum import StrEnum


class CorrectionAction(StrEnum):
    """What a person decided; the words of the record's own choice, without those about people."""

    SPLIT = "split"  # an email begins on this line
    JOIN = "join"  # what begins on this line belongs to the email before it
    NOT_EMAIL = "not_email"
    SET_FIELD = "set_field"
    WITHHOLD_FIELD = "withhold_field"
    CONFIRM = "confirm"  # looked at and right as it is


@dataclass(frozen=True, slots=True)
class CorrectionRecord:
    """One decision about what stands on a line of a file."""

    action: CorrectionAction
    page: int | None  # from 1; None: a mail file, which has no pages
    line: int  # of the page, from 1; of a mail file the number of the message
    anchor: str  # the line's text when it was decided: where it is another now, the decision is not applied
    made_by: str
    field: str | None = None  # of SET_FIELD and WITHHOLD_FIELD: "from", "to", "date" ...
    after: str | None = None  # the value that was set, or the exemption codes
