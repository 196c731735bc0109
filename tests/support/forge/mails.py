"""Native mails: who wrote what to whom, before anybody prints it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from tests.support.forge.people import Person, invent_person


def _choices(text: str) -> list[str]:
    return text.split("|")


_TOPICS = _choices(
    "Ferry schedule|Culvert inspection|Draft testimony|Reservoir levels|Site visit|Budget tables|Dredging permit|"
    "Press guidance|Sampling plan: phase two|Meeting with the county|Talking points (v3)|Q&A on lead lines|"
    "Pump station 4|Interview request|Contract mod 17-A|Travel to the coast|Water main break - Elm Street|"
    "Comments of the working group on the second draft of the plan for the lower basin and its tributaries (due Friday)"
)
_OPENERS = _choices(
    "We should|Could you|The board will|I am told they|Nobody has|Please|The crew can|Staff at the plant"
)
_VERBS = _choices(
    "send the readings from|look again at|wait for|hold a call about|clear the text of|find a room for|"
    "put numbers on|walk through|ask counsel about|finish the table for"
)
_THINGS = _choices(
    "the lower basin|the second culvert|the draft reply|the county's request|our sampling sites|the spring budget|"
    "the repair contract|the valve on Elm Street|the hearing next week|the press release"
)
_ENDINGS = _choices(
    "before noon.|by Friday.|when the rain stops.|and tell me what you find.|if the lab agrees.|this week.|"
    "so that the board has it.|as soon as the permit is in hand.|- thanks.|without waiting for the others."
)
# Lines of a body that look like the lines of a head.
_TRAPS = (
    "From what I hear the county will not object: they said so on the phone.",
    "To be clear: nobody has signed anything yet.",
    "Subject to approval by the board, work begins on Monday.",
    "Sent the samples out yesterday, results are due Tuesday.",
    "Date of the hearing is still open; Re: the permit, see below.",
)
_FILES = (
    "Draft letter v2.docx",
    "Levels.xlsx",
    "Map of basin; north.pdf",
    "Memo.pdf",
    "Sampling plan.doc",
    "photo1.jpg",
)


@dataclass(frozen=True, slots=True)
class Mail:
    """An email, with the one that it answers below it."""

    sender: Person
    to: tuple[Person, ...]
    cc: tuple[Person, ...]
    sent: datetime  # wall time where it was printed
    offset_min: int  # of that wall time
    subject: str
    paragraphs: tuple[str, ...]
    attachments: tuple[str, ...] = ()
    importance: str = ""
    principal: Person | None = None  # on whose behalf it was sent
    below: "Mail | None" = None

    @property
    def chain(self) -> list["Mail"]:
        """This mail and those below it, newest first."""
        return [self, *(self.below.chain if self.below else [])]


@dataclass(frozen=True, slots=True)
class Voice:
    """In which words people write."""

    topics: tuple[str, ...] = tuple(_TOPICS)
    sentences: tuple[str, ...] = ()  # none: English ones are made up
    prefixes: tuple[str, ...] = ("RE: ", "Re: ", "FW: ", "Fwd: ")

    def paragraphs(self, rng: Random, count: int) -> tuple[str, ...]:
        """Return paragraphs of a few sentences, now and then with a line that looks like a header's."""
        paragraphs = []
        for _ in range(count):
            text = " ".join(self._sentence(rng) for _ in range(rng.randint(1, 5)))
            paragraphs.append(rng.choice(self.sentences or _TRAPS) if rng.random() < 0.1 else text)
        return tuple(paragraphs)

    def _sentence(self, rng: Random) -> str:
        if self.sentences:
            return rng.choice(self.sentences)
        return " ".join(rng.choice(words) for words in (_OPENERS, _VERBS, _THINGS, _ENDINGS))


ENGLISH = Voice()


@dataclass(frozen=True, slots=True)
class Cast:
    """How large a thread is."""

    depth: int  # mails below the newest
    crowd: int  # people who take part, at the most
    hidden: float = 0.0  # share of titled mails that name no reader


def write_thread(rng: Random, voice: Voice, cast: Cast) -> Mail:
    """Return the newest mail of a thread."""
    people = [invent_person(rng) for _ in range(max(cast.crowd, 3) + 2)]
    sent = datetime(2011, 1, 3, 8, 0) + timedelta(minutes=rng.randint(0, 9 * 365 * 1440), seconds=rng.randint(0, 59))
    topic = rng.choice(voice.topics)
    mail: Mail | None = None
    for number in range(cast.depth + 1):
        prefix = rng.choice(voice.prefixes) if number else rng.choice(["", "", "", "FYI - "])
        mail = replace(_address(rng, people, sent), subject=f"{prefix}{topic}", below=mail)
        mail = replace(mail, paragraphs=voice.paragraphs(rng, rng.choice([1, 1, 2, 3, 4])))
        if mail.subject and rng.random() < cast.hidden:
            mail = replace(mail, to=())
        sent += timedelta(minutes=rng.randint(3, 3000), seconds=rng.randint(0, 59))
    assert mail is not None
    return mail


def _address(rng: Random, people: list[Person], sent: datetime) -> Mail:
    """Return an empty mail among these people."""
    sender, *others = rng.sample(people, len(people))
    to_count = rng.randint(2, len(others) - 1) if rng.random() < 0.25 else 1
    cc_count = min(rng.choice([0, 0, 1, 2, len(others) - to_count]), len(others) - to_count)
    return Mail(
        sender=sender,
        to=tuple(others[:to_count]),
        cc=tuple(others[to_count : to_count + cc_count]),
        sent=sent,
        offset_min=-240 if 3 < sent.month < 11 else -300,
        subject="",
        paragraphs=(),
        attachments=tuple(rng.sample(_FILES, rng.choice([1, 1, 2]))) if rng.random() < 0.25 else (),
        importance="High" if rng.random() < 0.15 else "",
        principal=others[-1] if rng.random() < 0.2 else None,
    )


def without_attachments(mail: Mail) -> Mail:
    """Return the mail as it stands when quoted: files do not travel with an answer."""
    return replace(mail, attachments=())
