"""Apply a file's corrections, in the order in which they were made, to what was read from it now."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from ingest.corrections.fields import is_about, set_field, withhold_field
from ingest.records import (
    CorrectionAction,
    CorrectionRecord,
    Decision,
    Doubt,
    Level,
    MessageRecord,
    PageRecord,
    Problem,
)

_LINES_NEAR = 3  # a better header machine may let a header begin a line or two apart from where it did
_DECISIONS = {
    CorrectionAction.SPLIT: Decision.EMAIL,
    CorrectionAction.JOIN: Decision.QUOTED,
    CorrectionAction.NOT_EMAIL: Decision.NO_EMAIL,
}
_WORDS = {
    CorrectionAction.SPLIT: "that an email begins",
    CorrectionAction.JOIN: "that the email before goes on",
    CorrectionAction.NOT_EMAIL: "that no email begins",
    CorrectionAction.SET_FIELD: "what is printed",
    CorrectionAction.WITHHOLD_FIELD: "what is withheld",
    CorrectionAction.CONFIRM: "that all was right",
}
_OF_BEGINNING = {"boundary", "level", "begin", "beginning"}  # words of the codes of doubts that a cut settles


@dataclass(frozen=True, slots=True)
class Standing:
    """A file's corrections, and which of them still stand on the text that they were made on."""

    corrections: tuple[CorrectionRecord, ...]
    lost: frozenset[int]  # indexes of those whose line has another text now

    @property
    def decided(self) -> Mapping[tuple[int, int], Decision]:
        """What was decided about each (page, line), both from 1; of several decisions the last."""
        return {
            (correction.page, correction.line): _DECISIONS[correction.action]
            for index, correction in enumerate(self.corrections)
            if index not in self.lost and correction.page is not None and correction.action in _DECISIONS
        }


def fit_to_pages(corrections: Sequence[CorrectionRecord], pages: Sequence[PageRecord]) -> Standing:
    """Tell which corrections still find their line on these pages."""
    by_number = {page.number: page for page in pages}

    def line_at(correction: CorrectionRecord) -> str | None:
        page = by_number.get(correction.page or 0)
        return page.lines[correction.line - 1].text if page and 0 < correction.line <= len(page.lines) else None

    return _fit(corrections, line_at)


def fit_to_messages(corrections: Sequence[CorrectionRecord], messages: Sequence[MessageRecord]) -> Standing:
    """Tell which corrections of a mail file still find their message: by its number and its first line."""

    def line_at(correction: CorrectionRecord) -> str | None:
        known = 0 < correction.line <= len(messages)
        return messages[correction.line - 1].headers.printed.partition("\n")[0] if known else None

    return _fit(corrections, line_at)


def correct_messages(
    messages: Sequence[MessageRecord], standing: Standing
) -> tuple[list[MessageRecord], tuple[Problem, ...]]:
    """Return the messages as people corrected them, and a problem for each correction that found none.

    A correction that does not fit any more becomes a doubt, until someone confirms the message.
    """
    corrected, problems = list(messages), []
    for index, correction in enumerate(standing.corrections):
        number = None if index in standing.lost else _find(corrected, correction)
        if number is not None:
            corrected[number] = _correct(corrected[number], correction)
        elif index in standing.lost or correction.action not in _DECISIONS:
            if _is_put_aside(standing, correction):
                continue
            holder = _find_holder(corrected, correction)
            if holder is None:
                problems.append(Problem("correction_lost", _lost(correction).detail, correction.page))
            else:
                doubts = (*corrected[holder].doubts, _lost(correction))
                corrected[holder] = replace(corrected[holder], doubts=doubts)
    return corrected, tuple(problems)


def _fit(corrections: Sequence[CorrectionRecord], line_at: Callable[[CorrectionRecord], str | None]) -> Standing:
    lines = [line_at(correction) for correction in corrections]
    lost = {
        index
        for index, (correction, line) in enumerate(zip(corrections, lines, strict=True))
        if line is None or line.split() != correction.anchor.split()
    }
    return Standing(tuple(corrections), frozenset(lost))


def _correct(message: MessageRecord, correction: CorrectionRecord) -> MessageRecord:
    match correction.action:
        case CorrectionAction.CONFIRM:
            return replace(message, doubts=(), checked_by=correction.made_by)
        case CorrectionAction.SET_FIELD | CorrectionAction.WITHHOLD_FIELD:
            return _correct_field(message, correction)
    said = f"{correction.made_by} decided {_WORDS[correction.action]} here"
    left = tuple(doubt for doubt in message.doubts if not _OF_BEGINNING & set(doubt.code.split("_")))
    return replace(message, confidence=1.0, reasons=(said,), doubts=left)


def _correct_field(message: MessageRecord, correction: CorrectionRecord) -> MessageRecord:
    field, after = correction.field or "", correction.after or ""
    change = set_field if correction.action is CorrectionAction.SET_FIELD else withhold_field
    left = tuple(doubt for doubt in message.doubts if not is_about(doubt, field))
    return replace(message, headers=change(message.headers, field, after), doubts=left)


def _find(messages: Sequence[MessageRecord], correction: CorrectionRecord) -> int | None:
    """Return the index of the message that begins on the correction's line, or just beside it."""
    if correction.page is None:
        return correction.line - 1
    apart = {
        index: abs(message.first_line - correction.line)
        for index, message in enumerate(messages)
        if message.first_page == correction.page
    }
    nearest = min(apart, key=lambda index: apart[index], default=None)
    return nearest if nearest is not None and apart[nearest] <= _LINES_NEAR else None


def _is_put_aside(standing: Standing, correction: CorrectionRecord) -> bool:
    """Tell whether a person said later that what it was about is no email."""
    place = (correction.page or 0, correction.line)
    return standing.decided.get(place) is Decision.NO_EMAIL


def _find_holder(messages: Sequence[MessageRecord], correction: CorrectionRecord) -> int | None:
    """Return the index of the printed message in which the line lies, else of the first; None if there is none."""
    place = (correction.page or 0, correction.line)
    before = [
        index
        for index, message in enumerate(messages)
        if message.level is Level.PRINTED and (message.first_page, message.first_line) <= place
    ]
    return before[-1] if before else 0 if messages else None


def _lost(correction: CorrectionRecord) -> Doubt:
    where = f"page {correction.page}, line {correction.line}" if correction.page else f"email {correction.line}"
    field = f" as {correction.field}" if correction.field else ""
    detail = (
        f"{correction.made_by} decided {_WORDS[correction.action]}{field} on {where}, where "
        f"“{correction.anchor}” stood. It does not fit any more: decide again."
    )
    return Doubt("correction_lost", detail)
