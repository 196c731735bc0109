"""Compose a release: mail after mail on the press, with what stands between them."""

from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.support.forge import special
from tests.support.forge.bodies import set_body
from tests.support.forge.dress import Dress, choose_dress
from tests.support.forge.families import FAMILIES, Family, Quote
from tests.support.forge.fonts import find_fonts
from tests.support.forge.heads import Censor
from tests.support.forge.mails import Cast, Mail, without_attachments, write_thread
from tests.support.forge.noise import Misreader
from tests.support.forge.papers import ENCLOSURES, STRANGERS, set_note
from tests.support.forge.press import Press, Run
from tests.support.forge.sheets import Finish, bind_sheets
from tests.support.forge.truth import ForgedRelease, Truth

_BROWSER_HEAD = "7/20/2016                    Harbor Board Mail - records request"
_BROWSER_FOOT = "https://mail.harbor.example/mail/?ui=2&ik=5f0ad2bc&view=pt&search=inbox        {page}/7"
_STAMPS = (("RELEASE IN", "PART B5,B6"), ("RELEASE IN FULL",), ("RELEASE IN PART", "B6"))


def forge_release(path: Path, family: str, seed: int, mails: int = 6) -> ForgedRelease:
    """Write a release of so many printed mails; the same seed writes the same, fewer mails the first of them."""
    chosen = FAMILIES[family]
    dress = _dress(chosen, Random(f"{family} {seed}"))
    composer = _Composer(chosen, Press(dress, Random(seed)))
    for number in range(mails):
        composer.set_mail(Random(f"{family} {seed} {number}"), first=number == 0)
    noise = Misreader(Random(seed), chosen.misread) if chosen.misread else None
    path.write_bytes(bind_sheets(composer.press.sheets, Finish(chosen.order, chosen.scanned, noise)))
    return ForgedRelease(path, family, seed, tuple(composer.records))


def _dress(family: Family, rng: Random) -> Dress:
    dress = choose_dress(rng)
    for name, share in family.shares.items():
        setattr(dress, name, share)
    if family.script:
        dress.font, dress.bold = find_fonts(family.script)
    if family.stamped:
        dress.right = 170.0  # room for the stamp
    if family.web:
        dress.stamps_top.insert(0, _BROWSER_HEAD)
        dress.stamps_bottom.insert(0, _BROWSER_FOOT)
    return dress


@dataclass(slots=True)
class _Composer:
    family: Family
    press: Press
    records: list[Truth] = field(default_factory=list)

    def set_mail(self, rng: Random, *, first: bool) -> None:
        """Print a mail with its thread, and with what comes before and behind it."""
        dress = self.press.dress
        # Behind a mail that names attachments, a stranger would pass for one of them.
        if rng.random() < dress.strangers and not self._last_names_attachments():
            self.press.new_sheet()
            self._close(rng.choice(STRANGERS)(self.press, rng))
            self.press.new_sheet()
        elif first or rng.random() >= dress.packing:
            self.press.new_sheet()
        else:
            self.press.gap(3)
            self.press.room_for(9)
        family = self.family
        cast = Cast(rng.randint(0, family.depth), rng.randint(3, family.crowd), family.hidden)
        thread = write_thread(rng, family.voice, cast)
        censor = Censor(rng, dress.code, dress.boxes if rng.random() < 0.7 else 0.0)
        if self.family.web:
            self._set_web_thread(thread, censor)
        else:
            self._set_thread(thread, censor)

    def _is_stamped(self) -> bool:
        """Tell whether stamps name codes of their own."""
        stamps = [*self.press.dress.stamps_top, *self.press.dress.stamps_bottom]
        return self.family.stamped or any("1.4" in stamp for stamp in stamps)

    def _last_names_attachments(self) -> bool:
        printed = [record for record in self.records if record.level == "top" and record.kind == "email"]
        return bool(printed and printed[-1].attachments)

    def _set_thread(self, thread: Mail, censor: Censor) -> None:
        if self.family.owner:
            self.press.line(Run(self.press.left, self.press.dress.owner, bold=True, size=self.press.dress.size + 2))
            self.press.rule(2.0)
        printed = self.family.set_head(self.press, thread, censor)
        if self.family.stamped:
            self.press.stamp_beside(printed.page_start, censor.rng.choice(_STAMPS))
        self.records.append(printed)
        set_body(self.press, thread, censor)
        if self.family.notes:
            self.press.gap()
            set_note(self.press, censor.rng)
        if thread.below and self.family.quotes:
            self._set_quotes(thread.below.chain, censor)
        if printed.attachments and censor.rng.random() < self.press.dress.enclosures:
            self._set_enclosures(thread, censor.rng)
        printed.codes = None if self._is_stamped() else sorted(censor.codes)
        self._close(printed, new=False)

    def _set_quotes(self, chain: list[Mail], censor: Censor) -> None:
        quote: Quote = censor.rng.choice(self.family.quotes)
        for mail in chain:
            if censor.rng.random() < 0.2:
                quote = censor.rng.choice(self.family.quotes)
            if self.family.split and censor.rng.random() < 0.5:
                self.press.leave_room(censor.rng.randint(3, 6))
            self.press.gap(censor.rng.choice([0, 1]))
            quote.announce(self.press)
            record = quote.set_head(self.press, without_attachments(mail), censor)
            record.level = "quoted"
            set_body(self.press, mail, censor, prefix=quote.prefix)
            self._close(record)

    def _set_web_thread(self, thread: Mail, censor: Censor) -> None:
        """Print a web mail's conversation: oldest first, all below one heading."""
        chain = thread.chain[::-1]
        subject = chain[0].subject or "(no subject)"
        special.set_gmail_heading(self.press, subject, len(chain))
        for mail in chain:
            censor.codes.clear()
            record = self.family.set_head(self.press, mail, censor)
            record.subject = subject
            set_body(self.press, mail, censor)
            record.codes = sorted(censor.codes)
            self._close(record)
            self.press.rule(0.5)

    def _set_enclosures(self, mail: Mail, rng: Random) -> None:
        for _ in mail.attachments:
            self.press.new_sheet()
            record = rng.choice(ENCLOSURES)(self.press, rng)
            record.kind = "attachment"
            self._close(record)

    def _close(self, record: Truth, *, new: bool = True) -> None:
        """Note where a record ends."""
        record.page_end = len(self.press.sheets)
        record.bates = [
            number for page in range(record.page_start, record.page_end + 1) for number in self.press.bates[page - 1]
        ]
        if new:
            self.records.append(record)
