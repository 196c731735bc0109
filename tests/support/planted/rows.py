"""Worse than any file: a marker in every column of text that the database has, as if the readers let all through."""

from typing import Any

from sqlalchemy import Column, Enum, String, Table, func, select, update
from sqlalchemy.orm import Session

from app.database.models import Base, CopyDifference, Message
from tests.support.planted.marks import Marks

# What our own code writes and reads: a key, a hash, a word of a fixed choice. Nothing of a file stands there, or what
# does is compared: an anchor with its line, an empty `cut_by` with nothing.
_OURS = {
    "agencies.slug",
    "bates_numbers.series",
    "corrections.anchor",
    "corrections.sha256",
    "documents.key",
    "documents.kind",
    "documents.sha256",
    "documents.world",
    "messages.key",
    "messages.world",
    "pages.world",
    "people.key",
    "person_merges.cut_by",
    "read_tokens.name",
    "read_tokens.sha256",
    "redirects.new_path",
    "redirects.old_key",
    "releases.slug",
    "retired_entries.key",
    "sent_messages.world",
    "tombstones.key",
    "tombstones.world",
    "withdrawals.key",
    "withdrawals.kind",
    "worlds.name",
}


def poison(session: Session, marks: Marks) -> None:
    """Add a marker to every text of every row, and to what lists of a message hold."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            place = f"{table.name}.{column.name}"
            is_text = isinstance(column.type, String) and not isinstance(column.type, Enum)
            if is_text and place not in _OURS:
                _append(session, table, column, marks.full(f"column {place}"))
    for message in session.scalars(select(Message)):
        message.doubtful, message.doubts = True, [[marks.name("code of a doubt"), marks.full("detail of a doubt")]]
        message.reasons = [marks.full("reason")]
        message.header_fields = [_marked(field, marks) for field in message.header_fields]
    for copy in session.scalars(select(CopyDifference)):
        copy.differences = [[marks.full("words shown here"), marks.full("words shown there"), 1, 1]]


def _append(session: Session, table: Table, column: Column[Any], marker: str) -> None:
    session.execute(update(table).values({column: func.coalesce(column, "") + f" {marker}"}))


def _marked(field: dict[str, Any], marks: Marks) -> dict[str, Any]:
    return {**field, "printed": f"{field.get('printed') or ''}{marks.name('a field as printed')}"}
