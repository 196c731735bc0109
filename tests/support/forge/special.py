"""Heads that are no list of labels: web mail, Lotus Notes, GroupWise, tables, Bloomberg, "wrote:" lines."""

from dataclasses import replace
from datetime import timedelta

from tests.support.forge.dates import print_date
from tests.support.forge.heads import Censor, LabelStyle, SetHead
from tests.support.forge.languages import print_local
from tests.support.forge.mails import Mail
from tests.support.forge.people import FORMS
from tests.support.forge.press import Press, Run
from tests.support.forge.truth import Truth


def set_gmail(press: Press, mail: Mail, censor: Censor) -> Truth:
    """Print sender and date on one line, readers below, as the web mail does; the subject is the page's heading."""
    sender = censor.name(FORMS["plain_address"](mail.sender))
    to = [censor.name(FORMS["plain_address"](person)) for person in mail.to]
    cc = [censor.name(FORMS["plain_address"](person)) for person in mail.cc]
    date, iso = print_date("gmail", mail.sent, mail.offset_min)
    press.begin_head()
    place = press.line(
        Run(press.left, sender.printed, "value", bold=True),
        Run(press.right - press.measure(date), date, "value"),
    )
    press.text("To: " + ", ".join(value.printed for value in to))
    if cc:
        press.text("Cc: " + ", ".join(value.printed for value in cc))
    press.end_head()
    return Truth(
        *place, sender=sender.truth, to=[value.truth for value in to], cc=[value.truth for value in cc],
        date=iso, subject=mail.subject,
    )  # fmt: skip


def set_gmail_heading(press: Press, subject: str, count: int) -> None:
    """Print the account, the subject in large letters and how many messages follow."""
    account = "Jane Roe <jane@hbr.example>"
    press.line(Run(press.right - press.measure(account), account, bold=True))
    press.rule()
    press.gap(0.5)
    for part in press.wrap(subject, (press.right - press.left) * press.dress.size / 15, bold=True):
        press.line(Run(press.left, part, bold=True, size=15))
    press.line(Run(press.left, f"{count} message{'s' if count > 1 else ''}"))
    press.rule()


def set_lotus(press: Press, mail: Mail, censor: Censor) -> Truth:
    """Print sender and date at the left, labels in a second column, values in a third."""
    sender = censor.name(FORMS["lotus_short"](mail.sender))
    to = [censor.name(FORMS["lotus"](person)) for person in mail.to]
    cc = [censor.name(FORMS["lotus"](person)) for person in mail.cc]
    date, iso = print_date("lotus", mail.sent, mail.offset_min)
    label_x, value_x = press.left + 205, press.left + 250
    width = press.right - value_x
    rows: list[tuple[str, str]] = []
    for label, value in (
        ("To", ", ".join(part.printed for part in to)),
        ("cc", ", ".join(part.printed for part in cc)),
        ("bcc", ""),
        ("Subject", mail.subject),
    ):
        first, *more = press.wrap(value, width)
        rows += [(label, first), *(("", part) for part in more)]
    lefts = [*press.wrap(sender.printed, 195), date]
    press.begin_head()
    places = []
    for number in range(max(len(rows), len(lefts))):
        label, value = rows[number] if number < len(rows) else ("", "")
        left = lefts[number] if number < len(lefts) else ""
        runs = [
            *([Run(press.left, left, "value", bold=number < len(lefts) - 1)] if left else []),
            *([Run(label_x, label, "label")] if label else []),
            *([Run(value_x, value, "value")] if value else []),
        ]
        places.append(press.line(*runs))
    press.end_head()
    return Truth(
        *places[0], sender=sender.truth, to=[value.truth for value in to], cc=[value.truth for value in cc],
        date=iso, subject=mail.subject,
    )  # fmt: skip


def set_table(press: Press, mail: Mail, censor: Censor) -> Truth:
    """Print an export's HTML table: one reader a row, the label on the first only."""
    sender = censor.name(FORMS["x500"](mail.sender))
    to = [censor.name(FORMS["angled" if index % 2 else "x500"](person)) for index, person in enumerate(mail.to)]
    cc = [censor.name(FORMS["x500"](person)) for person in mail.cc]
    date, iso = print_date("day_first", mail.sent, mail.offset_min)
    press.begin_head()
    places = []
    for label, values in (
        ("From:", [sender.printed]),
        ("To:", [value.printed for value in to]),
        ("CC:", [value.printed for value in cc]),
        ("Date:", [date]),
        ("Subject:", [mail.subject]),
        ("Attachments:", list(mail.attachments)),
    ):
        for row, value in enumerate(values):
            runs = [Run(press.left, label, "label")] if row == 0 else []
            places.append(press.line(*runs, Run(press.left + press.dress.tab, value, "value")))
    press.end_head()
    return Truth(
        *places[0], sender=sender.truth, to=[value.truth for value in to], cc=[value.truth for value in cc],
        date=iso, subject=mail.subject, attachments=list(mail.attachments),
    )  # fmt: skip


def set_bloomberg(press: Press, mail: Mail, censor: Censor) -> Truth:
    """Print a terminal's message: sender, desk and time on one line."""
    sender = f"{mail.sender.plain} ({mail.sender.agency}/ NEWSROOM:)"
    date, iso = print_date("bloomberg", mail.sent, mail.offset_min)
    to = [f"{person.plain} ({person.agency}/ {person.unit})" for person in mail.to]
    press.begin_head()
    place = press.line(Run(press.left, f"From: {sender} At: {date}", "value"))
    press.text("To: " + "; ".join(to))
    press.text(f"Subject: {mail.subject}")
    press.end_head()
    return Truth(
        *place, sender=mail.sender.plain, to=[person.plain for person in mail.to], date=iso, subject=mail.subject
    )


def set_groupwise(press: Press, mail: Mail, censor: Censor) -> Truth:
    """Print the one line by which GroupWise introduces a quoted mail."""
    date, iso = print_date("groupwise", mail.sent, mail.offset_min)
    sender = FORMS["plain_address" if censor.rng.random() < 0.4 else "plain"](mail.sender)
    return Truth(*press.text(f">>> {sender} {date} >>>"), sender=sender, date=iso)


def set_apple_wrote(press: Press, mail: Mail, censor: Censor) -> Truth:
    """Print the line by which a phone introduces a quoted mail."""
    date, iso = print_date("apple_wrote", mail.sent, mail.offset_min)
    sender = censor.name(FORMS["plain_address"](mail.sender))
    return Truth(*press.text(f"On {date}, {sender.printed} wrote:"), sender=sender.truth, date=iso)


def set_mac_wrote(press: Press, mail: Mail, censor: Censor) -> Truth:
    """Print the line by which Outlook for Mac introduces a quoted mail."""
    date, iso = print_date("mac_wrote", mail.sent, mail.offset_min)
    sender = censor.name(FORMS["quoted_address"](mail.sender))
    return Truth(*press.text(f"On {date}, {sender.printed} wrote:"), sender=sender.truth, date=iso)


def set_gmail_wrote(press: Press, mail: Mail, censor: Censor) -> Truth:
    """Print the line by which web mail introduces a quoted mail."""
    date, iso = print_date("gmail", mail.sent, mail.offset_min)
    sender = censor.name(FORMS["plain_address"](mail.sender))
    return Truth(*press.text(f"On {date} {sender.printed} wrote:"), sender=sender.truth, date=iso)


def local_wrote(language: str) -> SetHead:
    """Return what prints the line above a quoted mail in a language."""

    def set_wrote(press: Press, mail: Mail, censor: Censor) -> Truth:
        sender = censor.name(FORMS["plain_address"](mail.sender))
        line = print_local(language, mail.sent, sender=sender.printed)
        return Truth(*press.text(line), sender=sender.truth, date=f"{mail.sent:%Y-%m-%dT%H:%M}")

    return set_wrote


def set_appointment(press: Press, mail: Mail, censor: Censor) -> Truth:
    """Print a meeting from somebody's calendar: no sender and no moment of sending."""
    end = mail.sent + timedelta(hours=1)
    rows = (
        ("Subject:", mail.subject),
        ("Location:", "Board room 2"),
        ("Start:", print_date("short_day", mail.sent, mail.offset_min)[0]),
        ("End:", print_date("short_day", end, mail.offset_min)[0]),
        ("Recurrence:", "(none)"),
        ("Meeting Status:", "Accepted"),
        ("Organizer:", FORMS["indexed"](mail.sender)),
        ("Required Attendees:", "; ".join(FORMS["indexed"](person) for person in mail.to)),
        ("Optional Attendees:", "; ".join(FORMS["indexed"](person) for person in mail.cc)),
    )
    press.begin_head()
    places = []
    for label, value in rows:
        first, *more = press.wrap(value, press.right - press.left - 130)
        if value:
            places.append(press.line(Run(press.left, label, "label", bold=True), Run(press.left + 130, first, "value")))
        for part in more:
            press.line(Run(press.left + 130, part, "value"))
    press.end_head()
    return Truth(
        *places[0], kind="invite", sender=FORMS["indexed"](mail.sender), to=[FORMS["indexed"](p) for p in mail.to],
        cc=[FORMS["indexed"](p) for p in mail.cc], date=None, subject=mail.subject,
    )  # fmt: skip


def invite_head(style: LabelStyle) -> SetHead:
    """Return what prints an invitation with the labels of a mail, and when and where below."""

    def set_invite(press: Press, mail: Mail, censor: Censor) -> Truth:
        start = mail.sent + timedelta(days=3)
        when = f"{print_date('outlook', start, mail.offset_min)[0]}-5:00 PM (UTC-05:00) Eastern Time (US & Canada)."
        extras = (*style.extras, ("When:", when), ("Where:", "Board room 2"))
        truth = replace(style, extras=extras).set(press, mail, censor)
        truth.kind = "invite"
        return truth

    return set_invite
