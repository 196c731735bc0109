import pytest

from ingest.people import parse_mailbox, split_behalf, split_mailboxes


@pytest.mark.parametrize(
    ("text", "name", "address", "tag"),
    [
        ("Roe, Jane (NIH/OD) [E]", "Roe, Jane", None, "NIH/OD"),
        ("Roe, Jane D <RoeJD@state.gov>", "Roe, Jane D", "roejd@state.gov", None),
        ("Roe, Jane D <RoeJD@state.gov›", "Roe, Jane D", "roejd@state.gov", None),
        ("J [mailto:jane@example.org]", "J", "jane@example.org", None),
        ("'jane@example.org'", None, "jane@example.org", None),
        ("Records (Eugene, OR) <records@example.org>", "Records (Eugene, OR)", "records@example.org", None),
        ("Roe, Jane (NIH/OD) [E yy wo@-", "Roe, Jane", None, "NIH/OD"),
        ("J", "J", None, None),
        ("Jane Roe [mailto", "Jane Roe", None, None),
        ("Jane Roe fmailto:", "Jane Roe", None, None),
        ("Jane Roe [malt)", "Jane Roe", None, None),
        ("Ann Malt", "Ann Malt", None, None),
    ],
)
def test_parts_name_address_and_tag(text: str, name: str | None, address: str | None, tag: str | None) -> None:
    mailbox = parse_mailbox(text)
    assert mailbox is not None
    assert (mailbox.name, mailbox.address, mailbox.tag) == (name, address, tag)


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("Roe, Jane; Poe, Ann; H", ["Roe, Jane", "Poe, Ann", "H"]),
        ('"Roe, Jane" <j@x.org>, Ann Poe <a@x.org>', ['"Roe, Jane" <j@x.org>', "Ann Poe <a@x.org>"]),
        ("Roe, Jane (NIH/OD) [E];Poe, Ann (CDC) [C]", ["Roe, Jane (NIH/OD) [E]", "Poe, Ann (CDC) [C]"]),
        ("Roe, Jane, Poe, Ann", ["Roe, Jane", "Poe, Ann"]),
        ("Roe, Jane", ["Roe, Jane"]),
        ("", []),
    ],
)
def test_splits_recipients_but_not_names(text: str, printed: list[str]) -> None:
    assert [mailbox.printed for mailbox in split_mailboxes(text)] == printed


@pytest.mark.parametrize(("text", "codes"), [("(b)(6)", ("(b)(6)",)), ("B6", ("(b)(6)",)), ("[redacted]", ())])
def test_a_withheld_mailbox_is_withheld_and_names_nobody(text: str, codes: tuple[str, ...]) -> None:
    mailbox = parse_mailbox(text)
    assert mailbox is not None
    assert mailbox.withheld
    assert (mailbox.name, mailbox.address, mailbox.codes) == (None, None, codes)


def test_a_code_beside_a_name_belongs_to_the_mailbox_not_to_the_name() -> None:
    mailbox = parse_mailbox("Roe, Jane (b)(6)")
    assert mailbox is not None
    assert (mailbox.name, mailbox.withheld, mailbox.codes) == ("Roe, Jane", False, ("(b)(6)",))


@pytest.mark.parametrize("text", ["[mailto", "[mailto:", "fmailto:"])
def test_the_word_before_an_address_that_is_not_there_names_nobody(text: str) -> None:
    assert parse_mailbox(text) is None


def test_knows_on_whose_behalf_a_mail_was_sent() -> None:
    assert split_behalf("Roe, Jane on behalf of Poe, Ann") == ("Roe, Jane", "Poe, Ann")


@pytest.mark.parametrize("text", ["ee", "(o) 6)", "es a", "[E] 9 @@>"])
def test_what_ocr_makes_of_a_box_names_nobody(text: str) -> None:
    mailbox = parse_mailbox(text)
    assert mailbox is None or mailbox.name is None


def test_an_address_of_which_only_the_domain_is_left_is_withheld() -> None:
    mailbox = parse_mailbox("@gmail.com>")
    assert mailbox is not None
    assert (mailbox.withheld, mailbox.name, mailbox.address) == (True, None, None)
