"""Let the headers of one thread say where each one's subject ends.

OCR that runs lines together glues the first words of a text to the subject above it, and breaks a long
subject in two. What an email quotes has the same subject, so where one of them is longer the others tell
which words are too many or too few; and a text that begins with the recipient's name is no subject.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from ingest.headers import HeaderBlock, Spot
from ingest.headers.lexicon import Label
from ingest.people import split_mailboxes
from ingest.records import ReadingMethod

_PREFIX = re.compile(
    r"^\s*(?:(?:re|fwd?|aw|wg|tr|rv|sv|vb|vs|vl|enc|res|odp|pd|ynt|ilt|antw|doorst|rif|ha|r|i)\s*(?:\[\d+\])?\s*:"
    r"|(?:回复|答复|转发|回覆|轉寄|返信|転送|회신|전달)\s*[:：]|\[ext(?:ernal)?\])\s*",
    re.I,
)
_SAME_WORD = 0.75  # likeness of two readings of one word
_GREETING = re.compile(r"\s(?:Dear|Hi|Hello|Good (?:morning|afternoon|evening))\b")
_SHORTEST = 2  # words that two subjects must share before one is cut to the other


def base_subject(subject: str) -> str:
    """Return a subject without its "RE:" and "FW:", letters and digits only, for comparing."""
    return re.sub(r"[\W_]", "", _without_prefix(subject)).casefold()


def agree_subjects(spots: Sequence[Spot], thread: Sequence[HeaderBlock]) -> list[HeaderBlock]:
    """Return the headers of one thread, the words that are no part of a subject taken out of it.

    Those words begin the message's text: the block's `rest`.
    """
    agreed = list(thread)
    for number, block in enumerate(thread):
        if not block.values.get(Label.SUBJECT) or block.kind != "labels":
            continue
        others = [other for other in thread if other is not block and other.values.get(Label.SUBJECT)]
        agreed[number] = _agree(spots, block, others)
    return agreed


def _agree(spots: Sequence[Spot], block: HeaderBlock, others: Sequence[HeaderBlock]) -> HeaderBlock:
    if _is_glued(block):
        cut = min((*_cuts_by_others(block, others), *_cuts_by_greeting(block)), default=None)
        if cut is not None:
            return _cut(block, cut)
    return next((longer for other in others if (longer := _lengthened(spots, block, other)) is not None), block)


def _is_glued(block: HeaderBlock) -> bool:
    """Tell whether a subject may hold words of the text: its line was run together, or it wraps without a tab stop."""
    if block.methods.get(Label.SUBJECT) is ReadingMethod.GLUED:
        return True
    return len(block.lines.get(Label.SUBJECT, ())) > 1 and not block.tab_stop


def _cuts_by_others(block: HeaderBlock, others: Sequence[HeaderBlock]) -> Iterator[int]:
    """Yield where the words end that this subject shares with another of the thread."""
    subject = block.values[Label.SUBJECT]
    words = _base_words(subject)
    for other in others:
        theirs = _base_words(other.values[Label.SUBJECT])
        shared = _shared(words, theirs)
        ends_there = shared == len(theirs) or (_is_glued(other) and shared >= _SHORTEST)
        if shared and shared < len(words) and ends_there:
            yield words[shared - 1].end()


def _cuts_by_greeting(block: HeaderBlock) -> Iterator[int]:
    """Yield where a glued subject turns into a text that greets someone, or its recipient by name."""
    subject = block.values[Label.SUBJECT]
    if match := _GREETING.search(subject):
        yield match.start()
    for mailbox in split_mailboxes(block.values.get(Label.TO, "")):
        names = re.findall(r"[^\W\d_]{3,}", mailbox.name or "")
        for name in names:
            if match := re.search(rf"\s{re.escape(name)}\s?[:,](?=\s|$)", subject):
                yield match.start()


def _cut(block: HeaderBlock, end: int) -> HeaderBlock:
    subject = block.values[Label.SUBJECT]
    if not _without_prefix(subject[:end]).strip():
        return block
    values = {**block.values, Label.SUBJECT: subject[:end].strip()}
    return replace(block, values=values, rest=subject[end:].strip())


def _lengthened(spots: Sequence[Spot], block: HeaderBlock, other: HeaderBlock) -> HeaderBlock | None:
    """Take the rest of a subject from the line below where another of the thread has it whole."""
    below = spots[block.end] if block.end < len(spots) else None
    if below is None or block.rest or below.page != spots[block.end - 1].page or block.labels[-1] is not Label.SUBJECT:
        return None
    subject = block.values[Label.SUBJECT]
    words, theirs = _base_words(subject), _base_words(other.values[Label.SUBJECT])
    missing = [match.group() for match in theirs[len(words) :]]
    if not words or not missing or _shared(words, theirs) < len(words):
        return None
    following = list(re.finditer(r"\S+", below.line.text))
    taken = following[: len(missing)]
    if len(taken) < len(missing) and not _is_glued(other):
        return None
    if not all(_is_same(one.group(), want) for one, want in zip(taken, missing, strict=False)):
        return None
    end = taken[-1].end()
    values = {**block.values, Label.SUBJECT: f"{subject} {below.line.text[:end]}"}
    lines = {**block.lines, Label.SUBJECT: [*block.lines.get(Label.SUBJECT, ()), block.end]}
    return replace(block, values=values, lines=lines, end=block.end + 1, rest=below.line.text[end:].strip())


def _without_prefix(subject: str) -> str:
    while match := _PREFIX.match(subject):
        subject = subject[match.end() :]
    return subject


def _base_words(subject: str) -> list[re.Match[str]]:
    """Return the words behind "RE:" and "FW:", with their places in the whole subject."""
    start = len(subject) - len(_without_prefix(subject))
    return list(re.compile(r"\S+").finditer(subject, start))


def _shared(words: Sequence[re.Match[str]], theirs: Sequence[re.Match[str]]) -> int:
    """Return how many words both begin with."""
    count = 0
    for word, other in zip(words, theirs, strict=False):
        if not _is_same(word.group(), other.group()):
            break
        count += 1
    return count


def _is_same(word: str, other: str) -> bool:
    word, other = (re.sub(r"[\W_]", "", text).casefold() for text in (word, other))
    if word == other:
        return True
    if min(len(word), len(other)) < 4:
        return False
    return SequenceMatcher(None, word, other, autojunk=False).ratio() >= _SAME_WORD
