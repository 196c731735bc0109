"""How to search: our language explained, with examples made of what the archive holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Example:
    """A query, with slots in braces for words of the archive, and what it finds."""

    query: str
    finds: str


@dataclass(frozen=True, slots=True)
class Topic:
    """A part of the language."""

    title: str
    text: str
    examples: Sequence[Example]


# What fills the slots where the archive has nothing to fill them with.
STOCK: Mapping[str, str] = MappingProxyType(
    {
        "word": "contract",
        "other": "pricing",
        "phrase": "face recognition",
        "prefix": "surveil",
        "misspelt": "recieved",
        "sender": "smith",
        "release": "dea-2020",
        "agency": "dea",
        "code": "b6",
        "year": "2017",
        "month": "2017-09",
        "day": "2017-09-21",
        "bates": "DEA-0001234",
    }
)

TOPICS: Sequence[Topic] = (
    Topic(
        "Words",
        "All words must be found, anywhere in an email: subject, people, the sender's own words, quoted text, names of "
        "attachments, numbers and codes. Case and accents do not count, and a word finds its other forms: "
        "protest finds protesters, too. In quotation marks it finds itself alone.",
        (
            Example("{word} {other}", "both words, in any place"),
            Example("{word} OR {other}", "one of them or both"),
            Example("{word} -{other}", "the first without the second; NOT is the same as -"),
            Example('{word} -"{other}"', "the first without this very form of the second"),
            Example("({word} OR {other}) from:{sender}", "parentheses say what belongs together"),
        ),
    ),
    Topic(
        "Exact words, near words",
        'In quotation marks stand words exactly as they are written, in this order, little ones like "not" included. '
        "With ~ and a number they may stand apart: each at most so many words from the next, in either order.",
        (
            Example('"{phrase}"', "exactly these words in a row"),
            Example('"{word} {other}"~10', "at most ten words between the two"),
        ),
    ),
    Topic(
        "Parts of words, misspelt words",
        "* stands for any letters and ? for one. ~1 allows a letter that is wrong, missing or too many, ~2 allows two: "
        "scanned pages are full of them.",
        (
            Example("{prefix}*", "every word that begins so"),
            Example("wom?n", "woman and women"),
            Example("{misspelt}~2", "words at most two letters from this one"),
        ),
    ),
    Topic(
        "Who",
        "Names and addresses, as far as they are printed, often the last name first: from:(jane roe) finds both "
        "orders, in quotation marks only one. A participant is anyone in any role, also of a quoted email.",
        (
            Example("from:{sender}", "the sender; short f:"),
            Example("to:{sender}", "any recipient; short t:, and cc: or c: for copies only"),
            Example("participant:{sender}", "anyone; short p:"),
            Example("is:withheld-sender", "emails whose sender is blacked out"),
            Example("agency:{agency}", "an agency of any participant, or of the release; short a:"),
        ),
    ),
    Topic(
        "When",
        "The date that is printed, as the clock of the sender had it, of the email itself and not of those that it "
        "quotes; the first and the last day belong to a range. An email of which only the month is printed is found "
        "by every day of that month. Undated ones are found without a date only.",
        (
            Example("date:{year}", "a year; short d:"),
            Example("date:{month}", "a month"),
            Example("date:{year}..{day}", "from the first day of the year to this day"),
            Example("after:{month} {word}", "from this month on"),
            Example("before:{day}", "up to this day"),
        ),
    ),
    Topic(
        "Where in an email",
        "subject: (s:) and body: (b:) look there only; own: (nq:) in what the sender wrote, quoted: (q:) in what is "
        "quoted below it.",
        (
            Example("subject:{word}", "in the subject"),
            Example("nq:{word}", "in the sender's own words, and not in what is quoted"),
            Example("q:{word}", "in quoted text"),
            Example("has:attachment", "with attachments; also has:quoted"),
        ),
    ),
    Topic(
        "What is withheld",
        "An exemption is found in every writing: b6, (b)(6), (b)(7)(E), b7e.",
        (
            Example("exemption:{code}", "where this exemption is claimed; short ex:"),
            Example("has:redaction -exemption:{code}", "withheld for another reason, or for none that is printed"),
        ),
    ),
    Topic(
        "Where in the release",
        "A release by its short name, a number stamped on the page, a page of its document.",
        (
            Example("release:{release}", "one release; short r:"),
            Example("bates:{bates}", "a Bates, document or case number"),
            Example("page:1..3 {word}", "on the first three pages of a document"),
        ),
    ),
)

MISTAKES = (
    "A mistake never makes a search fail: what was understood stands above the results, and what was left out and why. "
    "Curly quotation marks, long dashes and letters of full width are read like plain ones. Where nothing is found, "
    "each term is counted by itself, and words that the archive has are proposed for those that it has not. Pages "
    "without text cannot be searched; their number stands above the results. Copies of an email are one result that "
    "names the others; collapse=false shows all."
)


def fill(query: str, values: Mapping[str, str]) -> str:
    """Return the query of an example with its slots filled, from STOCK where a value is missing."""
    return query.format_map({**STOCK, **values})


def as_markdown(values: Mapping[str, str] = STOCK) -> str:
    """Return the whole help as Markdown."""
    parts = []
    for topic in TOPICS:
        lines = [f"### {topic.title}", "", topic.text, "", "| query | finds |", "|---|---|"]
        lines += [f"| `{fill(one.query, values)}` | {one.finds} |" for one in topic.examples]
        parts.append("\n".join(lines))
    return "\n\n".join([*parts, MISTAKES])
