"""Mails of RFC 822: headers, text and attachments, however broken."""

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.mail.addresses import parse_addresses
from ingest.mail.charsets import decode_base64, decode_text, decode_words
from ingest.mail.dates import parse_mail_date
from ingest.mail.eml import read_eml
from ingest.mail.html import html_to_text
from ingest.records import DatePrecision, MessageKind, MessageRecord, Problem, ReadingMethod

HEAD = "From: Jane Roe <Jane@Example.org>\nTo: bob@example.org\nSubject: Water main\n"
PARTS = (
    "Content-Type: multipart/mixed; boundary=xx\n\nThis is a multi-part message.\n--xx\n{}\n--xx\n"
    'Content-Type: application/pdf; name="scan.pdf"\nContent-Transfer-Encoding: base64\n\nJVBERi0xLjQ=\n--xx--\n'
)


def message(text: str | bytes) -> MessageRecord:
    record, _ = read_eml(text if isinstance(text, bytes) else text.encode())
    assert record
    return record


def problems(text: str | bytes) -> list[Problem]:
    return read_eml(text if isinstance(text, bytes) else text.encode())[1]


def test_reads_a_plain_mail() -> None:
    mail = message(HEAD + "Date: Fri, 21 Sep 2018 09:55:06 -0400\n\nHello.\n")
    assert mail.headers.sender
    assert mail.headers.sender.address == "jane@example.org"
    assert mail.headers.sender.printed == "Jane Roe <Jane@Example.org>"
    assert (mail.headers.subject, mail.text, mail.quoted_text) == ("Water main", "Hello.", "")
    assert mail.headers.date
    assert mail.headers.date.wall == datetime(2018, 9, 21, 9, 55, 6)


def test_shows_the_header_lines_in_their_order_and_read() -> None:
    mail = message(
        "Received: x\nSubject: =?utf-8?B?w4RyZ2Vy?=\nFROM: a@example.org\nX-Mailer: y\n"
        "Cc: b@example.org,\n c@example.org\n\nx"
    )
    assert mail.headers.printed == "Subject: Ärger\nFROM: a@example.org\nCc: b@example.org, c@example.org"


def test_what_is_missing_is_none() -> None:
    headers = message("To: bob@example.org\n\nHello.").headers
    assert (headers.sender, headers.date, headers.subject, headers.cc) == (None, None, None, ())


def test_a_sender_stands_in_for_a_missing_from() -> None:
    sender = message("Sender: a@example.org\nTo: b@example.org\n\nx").headers.sender
    assert sender
    assert sender.address == "a@example.org"


def test_an_empty_subject_is_not_a_missing_one() -> None:
    assert message("From: a@example.org\nSubject:\n\nx").headers.subject == ""


@pytest.mark.parametrize(
    ("text", "wall", "offset"),
    [
        ("Fri, 21 Nov 1997 09:55:06 -0600", datetime(1997, 11, 21, 9, 55, 6), -360),
        ("21 Nov 97 09:55 GMT", datetime(1997, 11, 21, 9, 55), 0),
        ("Tue, 1 Jul 2003 10:52:37 EDT", datetime(2003, 7, 1, 10, 52, 37), -240),
        ("Mon, 2 May 2005 16:07:05 -0000", datetime(2005, 5, 2, 16, 7, 5), None),
        ("Mon, 2 May 2005 16:07:05", datetime(2005, 5, 2, 16, 7, 5), None),
        ("Mon, 2 May 2005 16:07:05 A", datetime(2005, 5, 2, 16, 7, 5), None),
        ("Mon, 2 May 2005 16:07:05 +9999", datetime(2005, 5, 2, 16, 7, 5), None),
        ("Fri, 21 Nov 1997 09(comment):   55  :  06 -0600 (CST)", datetime(1997, 11, 21, 9, 55, 6), -360),
        ("Wed, 30 Jun 2012 23:59:60 +0000", datetime(2012, 6, 30, 23, 59, 59), 0),
        ("Mon May  2 16:07:05 2005", datetime(2005, 5, 2, 16, 7, 5), None),
        ("Fri, 31 Feb 2012 10:00:00 +0000", None, None),
        ("yesterday", None, None),
    ],
)
def test_reads_dates_as_written(text: str, wall: datetime | None, offset: int | None) -> None:
    date = parse_mail_date(text)
    assert date
    assert (date.wall, date.utc_offset_min, date.text) == (wall, offset, " ".join(text.split()))


def test_a_date_without_seconds_says_so() -> None:
    date = parse_mail_date("21 Nov 1997 09:55 +0000")
    assert date
    assert date.precision is DatePrecision.MINUTE


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a@example.org", [(None, "a@example.org")]),
        ("Jane Roe <JANE@example.org>, b@example.org", [("Jane Roe", "jane@example.org"), (None, "b@example.org")]),
        ('"Roe, Jane" <j@example.org>', [("Roe, Jane", "j@example.org")]),
        (
            "Roe, Jane <j@example.org>, Doe, John <d@example.org>",
            [("Roe, Jane", "j@example.org"), ("Doe, John", "d@example.org")],
        ),
        ("j@example.org (Jane Roe)", [("Jane Roe", "j@example.org")]),
        ("Team: a@example.org, b@example.org;, c@example.org", [(None, f"{x}@example.org") for x in "abc"]),
        ("undisclosed-recipients:;", []),
        ("=?utf-8?Q?R=C3=B6e,_Jane?= <j@example.org>", [("Röe, Jane", "j@example.org")]),
        ('"unclosed <j@example.org>', [("unclosed", "j@example.org")]),
        ("Jane (never closed <j@example.org>", [("Jane never closed", "j@example.org")]),
        ("Jane Roe", [("Jane Roe", None)]),
        ("a@example.org; b@example.org", [(None, "a@example.org"), (None, "b@example.org")]),
        ("Jane </O=GOV/OU=EX/CN=JROE>", [("Jane", None)]),
        ("<@relay.example,@b.example:j@example.org>", [(None, "j@example.org")]),
        ("'j@example.org' <j@example.org>", [(None, "j@example.org")]),
        (" , ;,", []),
    ],
)
def test_reads_address_lists(text: str, found: list[tuple[str | None, str | None]]) -> None:
    assert [(box.name, box.address) for box in parse_addresses(text)] == found


def test_a_tag_behind_a_name_is_the_agency() -> None:
    (box,) = parse_addresses('"Roe, Jane (NIH/NIAID) [E]" <jroe@example.org>')
    assert (box.name, box.tag, box.address) == ("Roe, Jane", "NIH/NIAID", "jroe@example.org")


def test_a_withheld_name_stays_withheld() -> None:
    (box,) = parse_addresses('"(b)(6)"')
    assert (box.withheld, box.codes, box.name) == (True, ("(b)(6)",), None)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("=?iso-8859-1?Q?Caf=E9_au_lait?=", "Café au lait"),
        ("=?utf-8?B?w4Q=?= =?utf-8?Q?rger?= today", "Ärger today"),
        ("=?utf-8?B?ww=?= =?utf-8?B?hA==?=", "Ä"),
        ("=?utf-8?Q?cut", "=?utf-8?Q?cut"),
        ("=?zlib?B?eJw=?=", "xœ"),
        ("=?x-unknown?Q?plain?=", "plain"),
        ("a =?utf-8*en?Q?b?= c", "a b c"),
    ],
)
def test_reads_encoded_words(text: str, read: str) -> None:
    assert decode_words(text) == read


@pytest.mark.parametrize(
    ("raw", "charset", "text"),
    [
        (b"caf\xe9", "iso-8859-1", "café"),
        (b"\x93quoted\x94", "iso-8859-1", "“quoted”"),
        ("café".encode(), "us-ascii", "café"),
        (b"caf\xe9", None, "café"),
        ("café".encode(), "no-such-charset", "café"),
        ("Пример текста на русском языке".encode("koi8-r"), "koi8-r", "Пример текста на русском языке"),
        (b"a\0b\x0cc\x1bd", None, "ab\nc\ufffdd"),
        (b"x", "unicode_escape", "x"),
        (b"\\x41", "unicode_escape", "\\x41"),
        (b"\xed\xa0\x80", "utf-8", "í\xa0€"),
    ],
)
def test_decodes_text(raw: bytes, charset: str | None, text: str) -> None:
    assert decode_text(raw, charset) == text


def test_base64_may_be_broken() -> None:
    assert decode_base64(b"SGVs\r\nbG8*=\n=SGk") == b"HelloHi"


def test_takes_the_plain_text_of_two_and_keeps_attachments() -> None:
    alternative = (
        "Content-Type: multipart/alternative; boundary=yy\n\n--yy\nContent-Type: text/html\n\n<p>rich</p>\n"
        "--yy\nContent-Type: text/plain\n\nplain\n--yy--"
    )
    mail = message(HEAD + PARTS.format(alternative))
    assert mail.text == "plain"
    assert [(file.name, file.content) for file in mail.attached_files] == [("scan.pdf", b"%PDF-1.4")]
    assert mail.headers.attachments == ("scan.pdf",)


def test_takes_the_html_where_the_plain_text_is_empty() -> None:
    alternative = (
        "Content-Type: multipart/alternative; boundary=yy\n\n--yy\n\n \n"
        "--yy\nContent-Type: text/html\n\n<p>rich</p>\n--yy--"
    )
    assert message(HEAD + PARTS.format(alternative)).text == "rich"


@pytest.mark.parametrize("end", ["", "--xx", "--xx-- \n", "--xx--\nEpilogue"])
def test_the_last_boundary_may_be_missing(end: str) -> None:
    mail = message(HEAD + "Content-Type: multipart/mixed; boundary=xx\n\n--xx\n\none\n--xx\n\ntwo\n" + end)
    assert mail.text == "one\ntwo"


def test_a_boundary_that_is_not_told_is_found() -> None:
    mail = message(HEAD + "Content-Type: multipart/mixed\n\n--zz\nContent-Type: text/plain\n\none\n--zz--\n")
    assert mail.text == "one"


def test_a_mail_within_is_an_attachment_named_by_its_subject() -> None:
    mail = message(HEAD + PARTS.format("Content-Type: message/rfc822\n\nSubject: Budget 1/2\n\ninner"))
    assert mail.attached_files[0].name == "Budget 1-2.eml"
    assert mail.attached_files[0].content == b"Subject: Budget 1/2\n\ninner"


def test_a_picture_shown_in_the_text_is_kept_as_it_may_be_a_pasted_page() -> None:
    shown = "Content-Type: image/png\nContent-ID: <logo>\n\nx"
    assert [file.name for file in message(HEAD + PARTS.format(shown)).attached_files] == [
        "attachment-1.png",
        "scan.pdf",
    ]
    named = "Content-Type: image/png; name=a.png\nContent-ID: <logo>\n\nx"
    assert [file.name for file in message(HEAD + PARTS.format(named)).attached_files] == ["a.png", "scan.pdf"]


def test_an_attachment_without_name_gets_one() -> None:
    mail = message(HEAD + PARTS.format("Content-Type: text/calendar\n\nBEGIN:VCALENDAR"))
    assert mail.headers.attachments == ("attachment-1.ics", "scan.pdf")


def test_a_uuencoded_file_in_the_text_is_an_attachment() -> None:
    mail = message(HEAD + "\nbefore\nbegin 644 a b.txt\n#0V%T\n`\nend\nafter\n")
    assert mail.text == "before\nafter"
    assert [(file.name, file.content) for file in mail.attached_files] == [("a b.txt", b"Cat")]


def test_a_uuencoded_file_that_never_ends_is_text() -> None:
    assert "begin 644" in message(HEAD + "\nbegin 644 a.txt\n#0V%T\n").text


def test_a_name_in_rfc_2231_form_is_read() -> None:
    part = (
        "Content-Type: text/plain\nContent-Disposition: attachment; filename*0*=utf-8''caf%C3%A9; filename*1=.txt\n\nx"
    )
    assert message(HEAD + PARTS.format(part)).headers.attachments[0] == "café.txt"


def test_a_broken_line_in_the_header_is_passed_over() -> None:
    mail = message("From: a@example.org\nbroken line: x\nSubject: found\n\ntext")
    assert (mail.headers.subject, mail.text) == ("found", "text")


def test_a_text_without_header_is_a_mail_with_a_problem() -> None:
    record, found = read_eml(b"\nJust words.\n")
    assert record
    assert record.text == "Just words."
    assert [problem.code for problem in found] == ["no_header"]


def test_nothing_is_no_mail() -> None:
    assert read_eml(b"\n\n")[0] is None


def test_lines_may_end_in_any_way() -> None:
    text = HEAD + "\none\ntwo"
    assert message(text).text == message(text.replace("\n", "\r\n")).text == message(text.replace("\n", "\r")).text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("".join(f"Content-Type: multipart/mixed; boundary={n}\n\n--{n}\n" for n in range(100)), "too_deep"),
        (HEAD + "Content-Type: multipart/mixed; boundary=x\n\n" + "--x\n\na\n" * 2000, "too_many_parts"),
        ("To: " + "a@example.org," * 3000 + "\n\nx", "too_many_mailboxes"),
        ("To: " + "a" * 300_000 + "\n\nx", "header_cut"),
    ],
)
def test_too_much_is_told(text: str, code: str) -> None:
    assert code in [problem.code for problem in problems(text)]


def test_html_becomes_lines() -> None:
    html = (
        "<html><head><title>no</title><style>no</style></head><body><p>One\n <b>two</b>  &amp; three<br>four</p>"
        "<script>no</script><table><tr><td>a<td>b</table><ul><li>c<li>d</ul><pre>e\n  f</pre>"
        "<a href='http://x.example'>link</a><img src='http://x.example/i.png'></body></html>"
    )
    assert html_to_text(html) == "One two & three\nfour\n\na b\n\nc\nd\n\ne\n  f\n\nlink"


def test_html_of_outlook_keeps_its_quoted_header() -> None:
    mail = message(
        HEAD + "Content-Type: text/html\n\n<p>Yes.</p><div><p><b>From:</b> Bob<br><b>Sent:</b> Monday<br>"
        "<b>To:</b> Jane<br><b>Subject:</b> Water</p></div><p>Is it?</p>"
    )
    assert (mail.text, mail.quoted_text.split("\n")[0]) == ("Yes.", "From: Bob")


def test_html_nested_without_end_is_read() -> None:
    assert html_to_text("<div>" * 100_000 + "deep &lt;x&gt;") == "deep <x>"


@settings(max_examples=200)
@given(st.binary(max_size=300), st.integers(0, 400))
def test_damage_never_raises(damage: bytes, place: int) -> None:
    whole = (HEAD + PARTS.format("Content-Type: text/html; charset=utf-8\n\n<p>x</p>")).encode()
    record, _ = read_eml(whole[:place] + damage + whole[place:])
    assert record is None or "\0" not in record.text + record.headers.printed


def test_a_mail_names_itself_and_those_before_it() -> None:
    mail = message(
        HEAD + "Message-ID: <c@x>\nIn-Reply-To: Your message of Monday <b@\n x>\nReferences: <a@x>\n <b@x> <a@x>\n\nx"
    )
    assert (mail.message_id, mail.in_reply_to, mail.references) == ("c@x", "b@x", ("a@x", "b@x"))


def test_a_mail_without_identifiers_has_none() -> None:
    mail = message(HEAD + "\nx")
    assert (mail.message_id, mail.in_reply_to, mail.references) == (None, None, ())


def test_an_identifier_without_its_brackets_is_read() -> None:
    assert message(HEAD + "Message-ID: c@x\n\nx").message_id == "c@x"


def readings(text: str | bytes) -> dict[str, tuple[str, float]]:
    found = message(text).headers.readings
    assert all(each.method is ReadingMethod.NATIVE and each.page is None for each in found)
    return {each.field: (each.printed, each.confidence) for each in found}


def test_each_field_of_a_clean_header_is_certain() -> None:
    found = readings(HEAD + "Date: Fri, 21 Sep 2018 09:55:06 -0400\nImportance: High\n\nx")
    assert {confidence for _, confidence in found.values()} == {1.0}
    assert found["importance"] == ("High", 1.0)
    assert found["date"] == ("Fri, 21 Sep 2018 09:55:06 -0400", 1.0)


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (b"Subject: Fr\xf6sche", "subject"),
        (b"Cc: =?x-nobody-knows?Q?J=F6rg?= <a@example.org>", "cc"),
        (b"Date: Mon, 21 Sep 2018 09:55:06 -0400", "date"),
        (b"Date: 2018-09-21 09:55", "date"),
        (b"Date: yesterday", "date"),
        (b"Sender: a@example.org", "from"),
    ],
)
def test_what_is_guessed_or_repaired_is_less_certain(line: bytes, field: str) -> None:
    assert readings(b"To: b@example.org\n" + line + b"\n\nx")[field][1] < 1


@pytest.mark.parametrize("kind", ["text/calendar; method=REQUEST", "multipart/alternative; boundary=b"])
def test_a_mail_with_a_calendar_is_an_invite(kind: str) -> None:
    mail = message(f"{HEAD}Content-Type: {kind}\n\n--b\nContent-Type: text/calendar\n\nBEGIN:VCALENDAR\n--b--\n")
    assert mail.kind is MessageKind.INVITE


BROKEN = "Content-Type: multipart/mixed; boundary={}\n\n--{}\nContent-Type: {}\n\n"


def test_a_boundary_that_another_begins_with_belongs_to_the_inner_part() -> None:
    inner = "multipart/mixed; boundary=a----\n\n--a----\n\nbody\n--a------\n"
    assert message(HEAD + BROKEN.format("a--", "a--", inner) + "--a----").text == "body"


def test_a_boundary_of_a_part_that_is_over_begins_another_part() -> None:
    inner = "multipart/mixed; boundary=in\n\n--in\n\none\n--out\n\ntwo\n--in\n\nthree\n"
    assert message(HEAD + BROKEN.format("out", "out", inner)).text == "one\ntwo\nthree"


def test_the_same_boundary_within_and_around_is_told_apart() -> None:
    inner = "multipart/alternative; boundary=b\n\n--b\n\none\n--b--\n--b\n\ntwo\n--b--\n"
    assert message(HEAD + BROKEN.format("b", "b", inner)).text == "one\ntwo"


def test_the_last_boundary_may_stand_behind_the_text() -> None:
    assert message(HEAD + BROKEN.format("b", "b", "text/plain") + "end--b--").text == "end"


def test_a_first_part_without_its_boundary_is_kept() -> None:
    head = HEAD + "Content-Type: multipart/mixed; boundary=b\nContent-Type: text/plain; charset=latin-1\n\n"
    assert message(f"{head}one\n--b\n\ntwo\n--b--\n").text == "one\n\ntwo"


def test_all_plain_texts_among_alternatives_are_shown() -> None:
    parts = "--b\n\none\n--b\nContent-Type: text/html\n\n<p>two\n--b\n\nlist footer\n--b--\n"
    assert message(f"{HEAD}Content-Type: multipart/alternative; boundary=b\n\n{parts}").text == "one\nlist footer"


def test_a_million_lines_that_look_like_boundaries_cost_little() -> None:
    lines = "--b--\n--x\n" * 300_000
    assert message(HEAD + BROKEN.format("b", "b", "multipart/mixed; boundary=x") + lines).headers.subject


def test_latin_1_that_claims_to_be_utf_8_is_read() -> None:
    assert decode_text(b"Die Hasen und die Fr\xf6sche klagten \xfcber ihre Lage", "utf-8").count("\ufffd") == 0


def test_damaged_utf_8_stays_utf_8() -> None:
    assert decode_text("Fröschchen — ".encode() + b"\xe2\x80", "utf-8").startswith("Fröschchen —")


INVITE = """Content-Type: text/calendar; method=REQUEST

BEGIN:VCALENDAR
BEGIN:VEVENT
SUMMARY:Pilot\\, second
  round
DTSTART;TZID=Eastern:20180604T093000
LOCATION:Room 5
DESCRIPTION:Bring the map.\\nAnn
BEGIN:VALARM
DESCRIPTION:Reminder
END:VALARM
END:VEVENT
END:VCALENDAR
"""


def test_an_invite_without_a_text_says_what_where_and_when() -> None:
    mail = message(HEAD + INVITE)
    lines = ["Summary: Pilot, second round", "Start: 20180604T093000", "Location: Room 5", "", "Bring the map.", "Ann"]
    assert mail.text.split("\n") == lines
    assert [each.name for each in mail.attached_files] == ["attachment-1.ics"]


def test_an_invite_with_a_text_shows_that() -> None:
    parts = f"--b\n\nCome to the pilot.\n--b\n{INVITE}\n--b--\n"
    assert message(f"{HEAD}Content-Type: multipart/alternative; boundary=b\n\n{parts}").text == "Come to the pilot."


def test_a_line_of_blanks_within_the_header_does_not_end_it() -> None:
    message, _ = read_eml(b"From: a@example.org\nTo: b@example.org,\n\t \n\tc@example.org\nSubject: lead\n\nText.\n")
    assert message
    assert (message.headers.subject, len(message.headers.to), message.text) == ("lead", 2, "Text.")


def test_a_line_of_blanks_before_the_text_ends_the_header() -> None:
    message, _ = read_eml(b"From: a@example.org\nSubject: lead\n \n  Dear all,\nthis: is text.\n")
    assert message
    assert message.headers.subject == "lead"
    assert "Dear all" in message.text
