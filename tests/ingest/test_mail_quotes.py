"""Quotes: the sender's own words first, all below them after, nothing lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.mail import split_quoted

BLOCK = "From: Jane Roe\nSent: Monday, June 4, 2018 9:00 AM\nTo: Bob\nSubject: Pilot\n\nText"


@pytest.mark.parametrize(
    "quoted",
    [
        BLOCK,
        "*From:* Jane\n*Date:* Monday\n*To:* Bob\n\nText",
        f"________________________________\n{BLOCK}",
        f"________________________________\n\n{BLOCK}",
        f"-----Original Message-----\n{BLOCK}",
        "---------- Forwarded message ---------\nFrom: Jane\n\nText",
        "Begin forwarded message:\n\nFrom: Jane",
        "On Mon, Jun 4, 2018 at 9:00 AM Jane Roe <jane@example.org> wrote:\n> Text\n> more\n",
        "On Mon, Jun 4, 2018 at 9:00 AM Jane Roe\n<jane@example.org> wrote:\n\n> Text",
        "On Monday, Jane wrote:\n\nText without marks",
        "Jane Roe <jane@example.org> wrote:\n> Text",
        "On Monday, Jane wrote:\n> Text\n\n-- \nBob",
        "> Text\n>> older\n\n> more\n",
    ],
)
def test_cuts_at_the_first_quotation(quoted: str) -> None:
    assert split_quoted(f"My answer.\n\n{quoted}") == ("My answer.\n\n", quoted)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Plain words.",
        "On Monday, Jane wrote:\n> A question\n\nMy answer below.",
        "> A question\nMy answer.\n> Another\nAnd another answer.",
        "From: the office\nI am away.",
        "On time and under budget.",
        "The rule is -----\nand not more.",
    ],
)
def test_leaves_what_is_the_senders_own(text: str) -> None:
    assert split_quoted(text) == (text, "")


def test_a_forward_without_words_has_none() -> None:
    assert split_quoted(BLOCK) == ("", BLOCK)


_LINES = st.sampled_from(
    ["", "words", "> quote", "On Monday, Jane wrote:", "From: Jane", "Sent: x", "To: y", "____________", "-- "]
)


@given(st.lists(_LINES).map("\n".join) | st.text())
def test_nothing_is_lost(text: str) -> None:
    assert "".join(split_quoted(text)) == text
