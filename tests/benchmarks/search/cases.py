"""The searches that are measured: classes of queries, made of words of the corpus itself."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from app.search.results import Order, SearchRequest
from app.search.tokens import find_tokens
from ingest.load.people import person_key
from tests.benchmarks.search.corpus import Email, read_corpus, unique_token

DEEP = 10_000  # matches before the page that the deep cases ask for
_EACH = 4  # searches of a class
_LONG = 6  # letters of a word from which on it says something
_MOST_SPREAD = 60


@dataclass(frozen=True, slots=True)
class Case:
    """One search, as our archive and as FTS5 are asked."""

    group: str
    request: SearchRequest
    match: str | None  # for FTS5; "": no words are asked for; None: FTS5 has no such search
    offset: int = 0
    is_counted: bool = False  # facets and histogram count in the comparison with FTS5
    has_snippets: bool = False  # so do the passages

    @property
    def label(self) -> str:
        """What tells it from the others of its class."""
        request = self.request
        parts = [request.q, *request.sender, *request.release, request.date_after, request.date_before]
        return " ".join(part for part in parts if part) or "everything"


@dataclass(frozen=True, slots=True)
class Found:
    """What an engine answered; None: it was not asked for the number of matches."""

    total: int | None
    keys: tuple[str, ...]


def choose_cases(limit: int | None = None) -> list[Case]:
    """Return the searches, class by class; the same for the same corpus, or its first emails."""
    words = _Vocabulary(read_corpus(limit))
    return [case for make in _CLASSES for case in make(words)]


class _Vocabulary:
    """How many emails hold each word and each pair of neighbours, and what their senders and releases are."""

    def __init__(self, emails: Iterable[Email]) -> None:
        self.emails = 0
        self._words: Counter[str] = Counter()
        self._pairs: Counter[tuple[str, str]] = Counter()
        self._senders: Counter[str] = Counter()
        self.years: Counter[int] = Counter()
        for email in emails:
            self.emails += 1
            tokens = find_tokens(f"{email.subject or ''} {email.text} {email.quoted_text}")
            self._words.update(set(tokens))
            self._pairs.update(set(pairwise(tokens[:200])))
            if email.sender and (key := person_key(email.sender)):
                self._senders[key] += 1
            if email.date and email.date.wall:
                self.years[email.date.wall.year] += 1

    def words(self, low: float, high: float, count: int = _EACH, letters: int = 4) -> list[str]:
        """Return words of so many letters that stand in this share of all emails, spread over the alphabet."""
        shares = (low * self.emails, high * self.emails)
        return _spread([word for word, number in self._words.items() if _fits(word, number, shares, letters)], count)

    def phrases(self, low: float, high: float, count: int = _EACH) -> list[str]:
        """Return two words in a row that stand so in this share of all emails."""
        shares = (low * self.emails, high * self.emails)
        found = [
            f"{first} {second}"
            for (first, second), number in self._pairs.items()
            if shares[0] <= number <= shares[1] and _is_word(first, 3) and _is_word(second, 4)
        ]
        return _spread(found, count)

    def prefixes(self, count: int = _EACH) -> list[str]:
        """Return first letters that 20 to 60 frequent words share."""
        counted = Counter(word[:4] for word, number in self._words.items() if number > 3 and _is_word(word, 5))
        return _spread([start for start, number in counted.items() if 20 <= number <= _MOST_SPREAD], count)

    def senders(self, count: int = _EACH) -> list[str]:
        """Return the keys of those who sent most."""
        return [key for key, _ in sorted(self._senders.items(), key=lambda one: (-one[1], one[0]))[:count]]


def _fits(word: str, number: int, shares: tuple[float, float], letters: int) -> bool:
    return shares[0] <= number <= shares[1] and _is_word(word, letters)


def _is_word(word: str, letters: int) -> bool:
    return len(word) >= letters and word.isascii() and word.isalpha()


def _spread(values: Sequence[str], count: int) -> list[str]:
    ordered = sorted(values)
    return [ordered[(2 * n + 1) * len(ordered) // (2 * count)] for n in range(count)] if ordered else []


def _rare(words: _Vocabulary) -> Iterator[Case]:
    few = 3 / words.emails
    for word in [unique_token(0, 1_000), *words.words(few, 3 * few, count=_EACH - 1, letters=_LONG)]:
        yield Case("rare term", SearchRequest(q=word), word)


def _common(words: _Vocabulary) -> Iterator[Case]:
    for word in words.words(0.2, 0.5):
        yield Case("common term", SearchRequest(q=word), word, is_counted=True)


def _both(words: _Vocabulary) -> Iterator[Case]:
    for first, second in zip(words.words(0.1, 0.3), reversed(words.words(0.02, 0.1)), strict=True):
        yield Case("two terms, AND", SearchRequest(q=f"{first} {second}"), f"{first} AND {second}")


def _one_of_three(words: _Vocabulary) -> Iterator[Case]:
    chosen = words.words(0.02, 0.2, count=3 * _EACH)
    for number in range(_EACH):
        joined = " OR ".join(chosen[number::_EACH])
        yield Case("three terms, OR", SearchRequest(q=joined), joined)


def _phrase(words: _Vocabulary) -> Iterator[Case]:
    for phrase in words.phrases(0.003, 0.05):
        yield Case("phrase", SearchRequest(q=f'"{phrase}"'), f'"{phrase}"')


def _prefix(words: _Vocabulary) -> Iterator[Case]:
    for start in words.prefixes():
        yield Case("prefix", SearchRequest(q=f"{start}*"), f"{start}*")


def _fuzzy(words: _Vocabulary) -> Iterator[Case]:
    for number, word in enumerate(words.words(0.003, 0.02, letters=_LONG + 1)):
        yield Case("fuzzy", SearchRequest(q=f"{word[:3]}{word[4:]}~{1 + number % 2}"), None)


def _sender_and_dates(words: _Vocabulary) -> Iterator[Case]:
    for number, key in enumerate(words.senders()):
        request = SearchRequest(sender=(key,), date_after=f"{2009 + number % 4}-03", date_before=f"{2010 + number % 4}")
        yield Case("sender and dates", request, "")


def _dates(words: _Vocabulary) -> Iterator[Case]:
    for first, last in (("2010-03", "2010-05"), ("2009", "2010"), ("2001-10-01", "2001-10-21"), ("2012-01", "2012-09")):
        request = SearchRequest(date_after=first, date_before=last, order_by=Order.NEWEST)
        yield Case("dates, newest first", request, "")


def _deep(words: _Vocabulary) -> Iterator[Case]:
    for word in words.words(0.4, 0.7, count=2):
        yield Case("deep page", SearchRequest(q=word), word, offset=DEEP)
        yield Case("deep page", SearchRequest(q=word, order_by=Order.NEWEST), word, offset=DEEP)


def _third(words: _Vocabulary) -> Iterator[Case]:
    """Some 30 % of the corpus by release, by dates and by a word."""
    releases = ("state-hrc-hrcemail-novweb", "state-hrc-hrcemail-octweb")
    yield Case("30 % with all counts", SearchRequest(release=releases), "", is_counted=True)
    dates = SearchRequest(date_after="2010", date_before="2011-04")
    yield Case("30 % with all counts", dates, "", is_counted=True)
    for word in words.words(0.25, 0.36, count=2):
        yield Case("30 % with all counts", SearchRequest(q=word), word, is_counted=True)


def _once_slow(_words: _Vocabulary) -> Iterator[Case]:
    """Searches that took over 80 ms at 495,000 emails once: words that nearly every email has, and everything."""
    for query in ("state department", '"state department"', "state OR department OR clinton"):
        yield Case("once slow", SearchRequest(q=query), None)
    yield Case("once slow", SearchRequest(), None)


def _snippets(words: _Vocabulary) -> Iterator[Case]:
    chosen = words.words(0.1, 0.4, count=2 * _EACH)
    for first, second in zip(chosen[:_EACH], chosen[_EACH:], strict=True):
        yield Case("20 snippets", SearchRequest(q=f"{first} OR {second}"), f"{first} OR {second}", has_snippets=True)


_CLASSES = (
    _rare,
    _common,
    _both,
    _one_of_three,
    _phrase,
    _prefix,
    _fuzzy,
    _sender_and_dates,
    _dates,
    _deep,
    _third,
    _snippets,
    _once_slow,
)
