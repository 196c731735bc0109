"""The text below a head: banner, words, signature, disclaimer."""

from random import Random

from tests.support.forge.heads import Censor, normal_code
from tests.support.forge.mails import Mail
from tests.support.forge.press import Press, box

_BANNERS = (
    "CAUTION: This email originated from outside of the organization. Do not click links or open attachments unless "
    "you recognize the sender and know the content is safe.",
    "[EXTERNAL]",
    "This email is UNCLASSIFIED.",
    "ZjQcmQRYFpfptBannerStart This Message Is From an External Sender ZjQcmQRYFpfptBannerEnd",
)
_SENT_FROM = (
    "Sent from my iPhone",
    "Sent via the Harbor wireless service",
    "Sent from my BlackBerry Wireless Handheld",
)
_DISCLAIMER = (
    "This e-mail and any attachments are for the sole use of the intended recipient(s) and may contain information "
    "that is confidential. If you are not the intended recipient, please contact the sender and destroy all copies."
)


def set_body(press: Press, mail: Mail, censor: Censor, *, prefix: str = "") -> None:
    """Print what the sender wrote."""
    rng = censor.rng
    press.gap()
    if rng.random() < 0.12:
        press.text(rng.choice(_BANNERS), prefix=prefix)
        press.gap()
    if rng.random() < 0.5:
        press.text(f"{mail.to[0].given}," if mail.to else "All:", prefix=prefix)
    for paragraph in mail.paragraphs:
        press.text(_with_box(paragraph, censor), prefix=prefix)
        press.gap()
    _sign(press, mail, rng, prefix)


def _with_box(paragraph: str, censor: Censor) -> str:
    if censor.rng.random() >= censor.share / 2:
        return paragraph
    words = paragraph.split(" ")
    at = censor.rng.randint(1, max(1, len(words) - 2))
    censor.codes.add(normal_code(censor.code))
    return " ".join([*words[:at], box(censor.code, 20), *words[at + 3 :]])


def _sign(press: Press, mail: Mail, rng: Random, prefix: str) -> None:
    chance = rng.random()
    if chance < 0.4:
        press.text(mail.sender.given, prefix=prefix)
    elif chance < 0.65:
        for line in (
            mail.sender.plain,
            f"Deputy Director, {mail.sender.unit}",
            f"{mail.sender.agency} | (555) 010-22{rng.randint(10, 99)}",
        ):
            press.text(line, prefix=prefix)
    elif chance < 0.8:
        press.text(rng.choice(_SENT_FROM), prefix=prefix)
    if rng.random() < 0.12:
        press.gap()
        press.text(_DISCLAIMER, prefix=prefix)
