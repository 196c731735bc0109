"""Appearances become messages, messages threads; nothing is lost, nothing answers itself."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.duplicates import fold_text
from ingest.records import Appearance, ParentEvidence, SentRecord, Threads
from ingest.threads import base_subject, find_marks, link_appearances

_NOON = datetime(2012, 9, 11, 12, 0)
_WORDS = fold_text(
    "The convoy leaves before dawn, and the ministry pays for two guards and all of the trucks it needs."
)
_OTHER = fold_text("Lunch is at one in the small dining room; bring the minutes of the last session and the new list.")


def _one(number: int, *, chain: int | None = None, **values: object) -> Appearance:
    given: dict[str, object] = {"sender": 1, "sender_name": "Roe, Jane", "moment": _NOON, "day": "2012-09-11"}
    given |= {"subject": "convoytotripoli", "letters": ""} | values
    return Appearance(id=number, chain=chain or number, **given)  # type: ignore[arg-type]


def _groups(*appearances: Appearance) -> list[tuple[int, ...]]:
    return [sent.appearances for sent in link_appearances(appearances).sent]


def _chain(*appearances: Appearance) -> list[Appearance]:
    """Let each stand quoted below the one before it."""
    linked = [appearances[0]]
    for one in appearances[1:]:
        linked.append(replace(one, chain=appearances[0].id, above=linked[-1].id))
    return linked


def _sent(threads: Threads, appearance: int) -> SentRecord:
    return next(sent for sent in threads.sent if appearance in sent.appearances)


@pytest.mark.parametrize(
    ("printed", "base", "is_reply"),
    [
        ("RE: Fwd: Budget 2013", "budget2013", True),
        ("AW: WG: Re[2]: [EXTERNAL] Budget", "budget", True),
        ("[EXTERNAL] Budget", "budget", False),
        ("Regarding: Budget", "regardingbudget", False),
        ("RE:", None, True),
        (None, None, False),
    ],
)
def test_a_subject_is_stripped_of_its_prefixes(printed: str | None, base: str | None, is_reply: bool) -> None:
    assert base_subject(printed) == (base, is_reply)


@pytest.mark.parametrize(
    "other",
    [
        {},
        {"sender": None, "sender_name": ""},
        {"subject": None},
        {"sender": 2, "sender_name": "Jane Roe"},
        {"subject": "convoytotripo1i"},
        {"letters": _WORDS, "moment": _NOON + timedelta(hours=4)},
        {"letters": _WORDS, "moment": None},
        {"letters": _WORDS, "sender": None, "subject": None},
    ],
)
def test_two_of_three_that_agree_make_one_message(other: dict[str, object]) -> None:
    assert _groups(_one(1, letters=other.get("letters", "")), _one(2, **other)) == [(1, 2)]


@pytest.mark.parametrize(
    ("words", "other"),
    [
        ("", {"moment": _NOON + timedelta(minutes=7)}),
        ("", {"moment": None}),
        ("", {"sender": 2, "sender_name": "Poe, Ann"}),
        ("", {"subject": "lunch"}),
        (_OTHER, {"letters": _WORDS, "moment": _NOON + timedelta(hours=4)}),
        (_WORDS, {"letters": _OTHER}),
        (_WORDS, {"letters": _WORDS, "moment": _NOON + timedelta(days=1), "day": "2012-09-12"}),
        (_WORDS, {"letters": _OTHER[:25] + _OTHER[:60] + _WORDS, "moment": None}),  # a quote that was not parted
    ],
)
def test_less_does_not(words: str, other: dict[str, object]) -> None:
    assert _groups(_one(1, letters=words), _one(2, **other)) == [(1,), (2,)]


@pytest.mark.parametrize("subject", [None, "fyi", "hello"])
def test_a_subject_that_says_nothing_needs_the_words(subject: str | None) -> None:
    bare = [_one(1, subject=subject), _one(2, subject=subject)]
    assert _groups(*bare) == [(1,), (2,)]
    assert _groups(*(replace(one, letters=_WORDS) for one in bare)) == [(1, 2)]


def test_a_withheld_sender_is_nobody_where_two_wrote_in_the_same_minute() -> None:
    poe = _one(2, sender=2, sender_name="Poe, Ann")
    withheld = _one(3, sender=None, sender_name="")
    assert _groups(_one(1), poe, withheld) == [(1,), (2,), (3,)]


def test_seconds_tell_two_messages_of_a_minute_apart() -> None:
    early, late = (_NOON.replace(second=second) for second in (7, 50))
    assert _groups(_one(1, moment=early, has_seconds=True), _one(2, moment=late, has_seconds=True)) == [(1,), (2,)]
    assert _groups(_one(1, moment=early, has_seconds=True), _one(2)) == [(1, 2)]


def test_message_ids_decide() -> None:
    assert _groups(_one(1, message_id="a@x"), _one(2, message_id="a@x", sender=9, subject="other")) == [(1, 2)]
    assert _groups(_one(1, message_id="a@x"), _one(2, message_id="b@x")) == [(1,), (2,)]


def test_what_stands_directly_below_is_answered_and_makes_the_thread() -> None:
    answer = _one(1, moment=_NOON + timedelta(hours=2), sender=2, sender_name="Poe, Ann", is_reply=True)
    threads = link_appearances([*_chain(answer, _one(2)), _one(3)])
    assert [sent.appearances for sent in threads.sent] == [(1,), (2, 3)]
    assert (threads.sent[0].parent, threads.sent[0].evidence) == (1, ParentEvidence.QUOTED)
    assert [sent.thread for sent in threads.sent] == [1, 1]
    assert [sent.is_printed for sent in threads.sent] == [True, True]


def test_a_print_that_leaves_out_a_message_is_no_contradiction() -> None:
    times = [_NOON + timedelta(minutes=minute) for minute in (30, 20, 10)]
    whole = _chain(*(_one(number, moment=time) for number, time in enumerate(times, 1)))
    short = _chain(_one(4, moment=times[0]), _one(5, moment=times[2]))
    threads = link_appearances([*whole, *short])
    assert _sent(threads, 1).parent == threads.sent.index(_sent(threads, 2))
    assert threads.doubts == {}


def test_two_parents_are_a_doubt_and_the_one_in_more_prints_is_kept() -> None:
    times = [_NOON + timedelta(minutes=minute) for minute in (30, 20, 11)]
    prints = [(1, 2, 1), (3, 4, 1), (5, 6, 2)]
    threads = link_appearances(
        [
            one
            for top, below, time in prints
            for one in _chain(_one(top, moment=times[0]), _one(below, moment=times[time]))
        ]
    )
    assert _sent(threads, 1).appearances == (1, 3, 5)
    assert _sent(threads, 1).parent == threads.sent.index(_sent(threads, 2))
    assert {number: doubt.code for number, doubt in threads.doubts.items()} == dict.fromkeys((1, 3, 5), "two_parents")


def test_a_header_says_what_a_native_mail_answers() -> None:
    first = _one(1, message_id="a@x")
    answer = _one(2, message_id="b@x", answers=("a@x",), moment=_NOON + timedelta(days=1), subject="other")
    threads = link_appearances([first, answer])
    assert (threads.sent[1].parent, threads.sent[1].evidence) == (0, ParentEvidence.REPLY_HEADER)


def test_the_same_subject_and_people_make_a_parent_likely_and_no_thread() -> None:
    first = _one(1, recipients=frozenset({2}))
    answer = _one(2, sender=2, sender_name="Poe, Ann", is_reply=True, moment=_NOON + timedelta(days=3))
    late = replace(answer, id=3, chain=3, moment=_NOON + timedelta(days=80))
    threads = link_appearances([first, answer, late])
    assert (threads.sent[1].parent, threads.sent[1].evidence) == (0, ParentEvidence.LIKELY)
    assert [sent.thread for sent in threads.sent] == [0, 1, 2]
    assert threads.sent[2].parent is None


def test_a_misread_head_is_told_by_what_stands_below_it() -> None:
    question = {"moment": _NOON, "subject": "convoytotripoli"}
    later = _NOON + timedelta(minutes=30)
    misread = _one(3, moment=later, subject="myer", sender_name="Roe, Jare", sender=7)
    first = _chain(_one(1, moment=later), _one(2, **question))
    second = _chain(misread, _one(4, **question))
    assert _groups(*first, *second) == [(1, 3), (2, 4)]
    assert _groups(first[0], misread) == [(1,), (3,)]


def test_two_answers_of_one_minute_in_other_words_are_two() -> None:
    later = _NOON + timedelta(minutes=30)
    first = _chain(_one(1, moment=later, letters="plsprint"), _one(2))
    second = _chain(_one(3, moment=later, letters="fyiandsendaround"), _one(4))
    assert _groups(*first, *second) == [(1,), (2, 4), (3,)]


def test_a_circle_is_broken_and_doubted() -> None:
    later = _NOON + timedelta(minutes=11)
    threads = link_appearances([*_chain(_one(1), _one(2, moment=later)), *_chain(_one(3, moment=later), _one(4))])
    assert len([sent for sent in threads.sent if sent.parent is not None]) == 1
    assert {doubt.code for doubt in threads.doubts.values()} == {"thread_circle"}


def test_appearances_of_one_message_and_of_one_subject_share_a_mark() -> None:
    one, other = _one(1), _one(2, sender=None, letters=_WORDS)
    assert find_marks(one) & find_marks(other)
    assert not find_marks(one) & find_marks(_one(3, moment=_NOON + timedelta(minutes=1), subject="lunch"))


@st.composite
def _archives(draw: st.DrawFn) -> list[Appearance]:
    """Prints with up to three messages quoted in each, of few people, minutes, subjects and texts."""
    appearances: list[Appearance] = []
    for _ in range(draw(st.integers(1, 8))):
        size = draw(st.integers(1, 4))
        first = len(appearances) + 1
        for number in range(first, first + size):
            sender = draw(st.sampled_from([None, 1, 2]))
            moment = draw(st.sampled_from([None, *(_NOON + timedelta(minutes=minute) for minute in (0, 1, 240))]))
            appearances.append(
                Appearance(
                    id=number,
                    chain=first,
                    above=number - 1 if number > first else None,
                    sender=sender,
                    sender_name={None: "", 1: "Roe, Jane", 2: "Poe, Ann"}[sender],
                    recipients=frozenset(draw(st.sets(st.integers(1, 3)))),
                    moment=moment,
                    day=moment.date().isoformat() if moment else None,
                    subject=draw(st.sampled_from([None, "fyi", "convoytotripoli", "lunchatone"])),
                    is_reply=draw(st.booleans()),
                    letters=draw(st.sampled_from(["", "thanks", _WORDS, _OTHER])),
                    message_id=draw(st.sampled_from([None, None, "a@x", "b@x"])),
                    answers=draw(st.sampled_from([(), (), ("a@x",), ("b@x",)])),
                )
            )
    return appearances


@given(_archives())
def test_every_appearance_is_in_exactly_one_message(appearances: list[Appearance]) -> None:
    found = [one for sent in link_appearances(appearances).sent for one in sent.appearances]
    assert sorted(found) == [one.id for one in appearances]


@given(_archives())
def test_no_message_answers_itself_however_far(appearances: list[Appearance]) -> None:
    sent = link_appearances(appearances).sent
    for start in range(len(sent)):
        seen, at = {start}, sent[start].parent
        while at is not None:
            assert at not in seen
            seen.add(at)
            at = sent[at].parent


@given(_archives(), st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(appearances: list[Appearance], random: object) -> None:
    shuffled = list(appearances)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert link_appearances(shuffled) == link_appearances(appearances)


@given(_archives())
def test_a_thread_is_what_certain_edges_join(appearances: list[Appearance]) -> None:
    sent = link_appearances(appearances).sent
    for one in sent:
        assert sent[one.thread].thread == one.thread
        if one.parent is not None and one.evidence is not ParentEvidence.LIKELY:
            assert one.thread == sent[one.parent].thread


@given(_archives())
def test_a_print_never_holds_a_message_twice(appearances: list[Appearance]) -> None:
    chains = {one.id: one.chain for one in appearances}
    for sent in link_appearances(appearances).sent:
        assert _are_unlike([chains[one] for one in sent.appearances])


def _are_unlike(values: Sequence[int]) -> bool:
    return len(values) == len(set(values))
