"""The layout families: how each prints its mails and quotes those below them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from tests.support.forge import special
from tests.support.forge.heads import LabelStyle, SetHead, labels
from tests.support.forge.languages import LANGUAGES
from tests.support.forge.mails import ENGLISH, Voice
from tests.support.forge.press import Press, Run
from tests.support.forge.sheets import Order

_ORDER = labels("from", "date", "to", "cc", "subject", "attachments", "importance")
_OUTLOOK = LabelStyle(_ORDER, tab=True, bold=True, empties=("subject",))
_EDISCOVERY = LabelStyle(_ORDER, "us_seconds", "bracketed", bold=False)
_QUOTED = LabelStyle(labels("from", "date", "to", "cc", "subject"), person="mailto", people="indexed", bold=True)
_EXCHANGE = LabelStyle(labels("from", "to", "cc", "date", "subject"), "ctime", "indexed")
_APPLE = LabelStyle(
    labels("from", "date", "to", "cc", "subject", date="Date:"), "apple", "quoted_address", separator=", "
)
_GMAIL_FORWARD = LabelStyle(
    labels("from", "date", "subject", "to", "cc", date="Date:"), "gmail", "plain_address", separator=", "
)
_MAC = LabelStyle(labels("from", "date", "to", "cc", "subject", date="Date:"), "mac", "quoted_address", separator=", ")


@dataclass(frozen=True, slots=True)
class Quote:
    """How a mail is quoted."""

    set_head: SetHead
    announce: Callable[[Press], None]  # what stands above the head
    prefix: str = ""  # before the lines of the text


@dataclass(frozen=True, slots=True)
class Family:
    """One way of printing mails."""

    set_head: SetHead
    quotes: tuple[Quote, ...] = ()
    voice: Voice = ENGLISH
    script: str = ""  # the letters that it needs beyond those of the standard fonts
    owner: bool = False  # the printing user's name and a rule stand above the head
    web: bool = False  # a web mail's print: a thread below one heading
    stamped: bool = False  # a stamp stands beside the head of each mail
    split: bool = False  # heads of quoted mails run over the end of the page
    notes: bool = False  # bodies hold memos
    order: Order = "lines"  # of the words in the text layer
    scanned: bool = False
    misread: float = 0.0  # share of labels and values that OCR gets wrong
    depth: int = 3  # mails quoted below one at the most
    crowd: int = 5  # people of a thread at the most
    hidden: float = 0.0  # share of titled mails that name no reader
    shares: Mapping[str, float] = field(default_factory=dict)  # of `Dress`, where the seed must not choose


def _nothing(press: Press) -> None:
    press.gap()


def _dashes(press: Press) -> None:
    press.text("-----Original Message-----")


def _lost_dashes(press: Press) -> None:
    press.text("Original Message")


def _thin_rule(press: Press) -> None:
    press.rule(0.5)
    press.gap(0.5)


def _forwarded(press: Press) -> None:
    press.text("Begin forwarded message:")
    press.gap()


def _gmail_forwarded(press: Press) -> None:
    press.text("-" * press.rng.choice([8, 10]) + " Forwarded message " + "-" * press.rng.choice([8, 9, 10]))


def _banner(press: Press) -> None:
    press.text("CAUTION: This email originated from outside of the organization.")


def _appointment(press: Press) -> None:
    press.text("-----Original Appointment-----")


def _underscores(press: Press) -> None:
    press.line(Run(press.left, "_" * 32))


_BLOCKS = (Quote(_QUOTED.set, _dashes), Quote(_QUOTED.set, _thin_rule), Quote(_QUOTED.set, _nothing))
_BLACKBERRY = (Quote(_EXCHANGE.set, _dashes), Quote(_EXCHANGE.set, _lost_dashes), Quote(_EXCHANGE.set, _nothing))
_WROTE = (Quote(special.set_apple_wrote, _nothing, "> "), Quote(special.set_gmail_wrote, _nothing, "> "))
_RARE_DATES = ("aol", "day_month", "gmt", "rfc", "zone_words")
_MARKED = replace(_QUOTED, prefix="> ", bold=False)


def _localised(code: str) -> Family:
    """Return Outlook as it prints in a language."""
    language = LANGUAGES[code]
    names = ("from", "date", "to", "cc", "subject", "attachments")
    print_style = LabelStyle(tuple(zip(names, language.labels, strict=True)), code, tab=True, bold=True)
    quote_style = replace(print_style, labels=print_style.labels[:5], person="mailto", people="indexed", tab=False)
    quotes = (
        Quote(quote_style.set, lambda press: _announce(press, f"-----{language.original}-----")),
        Quote(quote_style.set, _nothing),
        *([Quote(special.local_wrote(code), _nothing, "> ")] if language.answers else []),
    )
    voice = Voice(language.topics, language.sentences, language.prefixes)
    script = "" if language.script == "latin" else language.script
    return Family(print_style.set, quotes, voice=voice, script=script, owner=True)


def _announce(press: Press, text: str) -> None:
    press.text(text)


FAMILIES: dict[str, Family] = {
    "outlook": Family(_OUTLOOK.set, (*_BLOCKS, *_BLACKBERRY), owner=True),
    "outlook_flags": Family(
        replace(_OUTLOOK, extras=(("Follow Up Flag:", "Follow up"), ("Flag Status:", "Flagged"))).set,
        _BLOCKS,
        owner=True,
    ),
    "outlook_unseparated": Family(_OUTLOOK.set, (_BLOCKS[2],), owner=True),
    "ediscovery": Family(_EDISCOVERY.set, _BLOCKS),
    "ediscovery_lists": Family(
        replace(_EDISCOVERY, date="rfc", person="tagged", separator=";", empties=("cc",)).set,
        (*_BLOCKS, *_WROTE),
        crowd=12,
    ),
    "ediscovery_x500": Family(replace(_EDISCOVERY, date="iso_z", person="x500").set, _BLOCKS),
    "ediscovery_date_first": Family(
        LabelStyle(
            labels("date", "subject", "from", "to", "cc", date="Date:"), "short_day", "plain_address", closing=";"
        ).set,
        _BLOCKS,
    ),
    "ediscovery_packed": Family(replace(_EDISCOVERY, date="us_seconds").set, _BLOCKS, shares={"packing": 0.8}),
    "owa": Family(
        LabelStyle(_ORDER, "zone_words", "plain_address", bold=True).set, (Quote(_EXCHANGE.set, _underscores),)
    ),
    # Where prints look like quotes, only a fresh page tells a print: no packing.
    "blackberry": Family(_EXCHANGE.set, _BLACKBERRY, shares={"packing": 0.0}),
    "apple": Family(_APPLE.set, (Quote(_APPLE.set, _forwarded), *_WROTE)),
    "mac": Family(
        _MAC.set, (Quote(_MAC.set, _nothing), Quote(special.set_mac_wrote, _nothing)), shares={"packing": 0.0}
    ),
    "gmail": Family(special.set_gmail, (Quote(special.set_gmail_wrote, _nothing, "> "),), web=True),
    "gmail_forward": Family(_EDISCOVERY.set, (Quote(_GMAIL_FORWARD.set, _gmail_forwarded),)),
    "lotus": Family(special.set_lotus, (Quote(special.set_lotus, _nothing),), depth=1, shares={"packing": 0.0}),
    "groupwise": Family(
        LabelStyle(labels("from", "to", "cc", "date", "subject", date="Date:"), "groupwise", "plain", tab=True).set,
        (Quote(special.set_groupwise, _nothing),),
    ),
    "bloomberg": Family(_OUTLOOK.set, (Quote(special.set_bloomberg, _nothing),), owner=True, depth=2),
    "html_table": Family(special.set_table, _BLOCKS, crowd=9),
    "quote_marks": Family(_EDISCOVERY.set, (Quote(_MARKED.set, _nothing, "> "),)),
    "boxes": Family(_OUTLOOK.set, _BLOCKS, owner=True, shares={"boxes": 0.35}),
    "enclosures": Family(_OUTLOOK.set, _BLOCKS, owner=True, shares={"enclosures": 0.8}),
    "strangers": Family(_EDISCOVERY.set, _BLOCKS, shares={"strangers": 0.6}),
    "outlook_packed": Family(_OUTLOOK.set, _BLOCKS, shares={"packing": 0.8}),
    "labels_first": Family(_OUTLOOK.set, _BLACKBERRY, owner=True, order="labels_first"),
    "values_first": Family(_OUTLOOK.set, _BLACKBERRY, owner=True, order="values_first"),
    "ocr": Family(_OUTLOOK.set, _BLACKBERRY, owner=True, scanned=True, misread=0.15),
    "ocr_ediscovery": Family(_EDISCOVERY.set, _BLOCKS, scanned=True, misread=0.15),
    "journal": Family(
        LabelStyle(
            labels("from", "subject", "message_id", "to", from_="Sender:"),
            person="address",
            separator=", ",
        ).set
    ),
    "no_sender": Family(LabelStyle(labels("to", "cc", "subject", "date"), "us_seconds", "bracketed").set, _BLOCKS),
    "gaps": Family(_EDISCOVERY.set, _BLOCKS, voice=Voice(("", "Ferry schedule")), hidden=0.3),
    "dates": Family(
        _EDISCOVERY.set,
        tuple(Quote(replace(_QUOTED, date=form).set, _dashes) for form in _RARE_DATES),
    ),
    "ocr_boxes": Family(
        replace(_EDISCOVERY, date="rfc", person="tagged", separator=";").set,
        _BLOCKS,
        scanned=True,
        misread=0.15,
        shares={"boxes": 0.35},
    ),
    "behalf": Family(replace(_EDISCOVERY, person="tagged", principals=True).set, _BLOCKS),
    "joined": Family(replace(_EDISCOVERY, date="rfc", person="tagged", separator=";", join=2).set, _BLOCKS),
    "one_line": Family(replace(_EDISCOVERY, date="rfc", person="tagged", join=9).set, _BLOCKS),
    "initials": Family(replace(_OUTLOOK, people="initial").set, _BLACKBERRY, owner=True),
    "stamped": Family(_OUTLOOK.set, _BLACKBERRY, stamped=True),
    "split_heads": Family(_OUTLOOK.set, _BLOCKS, owner=True, split=True),
    "banners": Family(_EDISCOVERY.set, (Quote(_QUOTED.set, _banner),)),
    "notes": Family(_EDISCOVERY.set, _BLOCKS, notes=True),
    "invites": Family(special.invite_head(_OUTLOOK), (Quote(special.invite_head(_QUOTED), _appointment),), owner=True),
    "appointments": Family(special.set_appointment, owner=True),
    **{f"outlook_{code}": _localised(code) for code in LANGUAGES},
}
