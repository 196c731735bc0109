"""Hand the corrections of a file to the stages that replay them."""

from sqlalchemy.orm import Session

from app.database.corrections import CorrectionRepository
from ingest.records import CorrectionAction, CorrectionRecord

_OF_FILES = {action.value for action in CorrectionAction}


def load_corrections(session: Session, sha256: str) -> tuple[CorrectionRecord, ...]:
    """Return what people decided about the file with this hash, in that order."""
    return tuple(
        CorrectionRecord(
            action=CorrectionAction(row.action.value),
            page=row.page,
            line=row.line or 1,
            anchor=row.anchor,
            made_by=row.made_by,
            field=row.field,
            after=row.after,
        )
        for row in CorrectionRepository(session).of_file(sha256)
        if row.action.value in _OF_FILES
    )
