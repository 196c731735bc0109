"""What every engine must do; a new engine joins `IndexEngine` and passes."""

import gc
import random
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from app.config import Settings
from app.errors import IndexUnavailableError
from app.search.columns import entry_tokens, newest_rank, oldest_rank
from app.search.engines import Engine, make_engine
from app.search.index import Entry, Matches, Search, SearchIndex
from app.search.query import (
    Dated,
    Exact,
    Field,
    Fuzzy,
    Has,
    Node,
    Not,
    Pattern,
    Phrase,
    Trait,
    Word,
    all_of,
    any_of,
    negate,
    parse,
    render,
)
from app.search.results import Order
from app.search.tokens import BREAK
from tests.support.entries import find_plainly, make_entry, number_entries

LETTERS = number_entries(
    [
        make_entry(
            "budget",
            "Please do not proceed with the water main investigations.",
            subject="FY2018 budget",
            sender="Mills, Cheryl D <MillsCD@state.gov>",
            sender_key="mills",
            to="Sullivan, Jacob J <SullivanJJ@state.gov>\nRice, Susan",
            cc="Rice, Susan",
            participants="Mills, Cheryl D <MillsCD@state.gov>\nSullivan, Jacob J <SullivanJJ@state.gov>\nRice, Susan",
            participant_keys=("mills", "sullivan", "rice"),
            releases=("clinton",),
            agencies=("hhs", "hhs-nih"),
            attachments="Contracts.docx\nscan.pdf",
            has_attachment=True,
            bates_numbers=("STATE-SCB0045247",),
            exemptions=("(b)(5)", "(b)(7)(E)"),
            day="2012-09-11",
        ),
        make_entry(
            "picnic",
            "Do proceed. The women of AT&T walk to the main water wheel; W-2 forms under 5 U.S.C. 552.",
            quoted_text="Café résumé from jane@dea.usdoj.gov, a well-known e-mail.",
            subject="Picnic on the Potomac",
            sender="Sullivan, Jacob J",
            sender_key="sullivan",
            participants="Sullivan, Jacob J\nMills, Cheryl D",
            participant_keys=("sullivan", "mills"),
            releases=("clinton", "vendor"),
            agencies=("doj",),
            day="2012-10-02",
        ),
        make_entry(
            "month",
            "The woman wrote “I don’t know” about Benghazi and Ｌｉｂｙａ.",
            subject="",
            releases=("vendor",),
            first_day=date(2013, 2, 1),
            last_day=date(2013, 2, 28),
            sent_at=datetime(2013, 2, 1),
        ),
        make_entry("page/1", "A cover letter. Withheld under (b) (5) in part; b 7 f.", bates_numbers=("S-1",)),
    ]
)


@pytest.fixture(scope="module")
def engine(index_options: dict[str, object]) -> Engine:
    return make_engine(Settings(**index_options))


@pytest.fixture
def index(engine: Engine, tmp_path: Path) -> Iterator[SearchIndex]:
    folder = tmp_path / "index"
    folder.mkdir()
    index = engine.create(folder)
    yield index
    index.close()
    engine.remove(folder)


@pytest.fixture(scope="module")
def letters(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchIndex]:
    index = engine.create(tmp_path_factory.mktemp("letters"))
    index.update(LETTERS[:2])
    index.update(LETTERS[2:])
    yield index
    index.close()


def keys(index: SearchIndex, query: str | Node, **options: object) -> list[str]:
    tree = parse(query).tree if isinstance(query, str) else query
    return list(index.search(Search(tree, **options)).keys)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"budget", "picnic", "month", "page/1"}),
        ("water", {"budget", "picnic"}),
        ("WATER", {"budget", "picnic"}),
        ("investigated", {"budget"}),
        ('"investigated"', set()),
        ('"investigations"', {"budget"}),
        ("water main", {"budget", "picnic"}),
        ('"water main"', {"budget"}),
        ('"main water"', {"picnic"}),
        ('"do not proceed"', {"budget"}),
        ('"do proceed"', {"picnic"}),
        ("proceed -not", {"picnic"}),
        ("proceed NOT picnic", {"budget"}),
        ("-water", {"month", "page/1"}),
        ("-(water OR cover)", {"month"}),
        ("picnic OR benghazi", {"picnic", "month"}),
        ("water picnic OR benghazi", {"picnic", "month"}),
        ("water (picnic OR benghazi)", {"picnic"}),
        ("NOT NOT water", {"budget", "picnic"}),
        ("(b)(5)", {"budget", "page/1"}),
        ("(b)(7)(E)", {"budget"}),
        ("W-2", {"picnic"}),
        ("AT&T", {"picnic"}),
        ("U.S.C.", {"picnic"}),
        ("dea.usdoj.gov", {"picnic"}),
        ("usdoj.gov", {"picnic"}),
        ("jane@dea.usdoj.gov", {"picnic"}),
        ("usdoj.com", set()),
        ("known", {"picnic"}),
        ("know", {"month"}),
        ("well-known", {"picnic"}),
        ("known-well", set()),
        ("e-mails", {"picnic"}),
        ("cafe resume", {"picnic"}),
        ("CAFÉ", {"picnic"}),
        ("libya", {"month"}),
        ("don't", {"month"}),
        ('"i don’t know"', {"month"}),
        ("inv*", {"budget"}),
        ("wom?n", {"picnic", "month"}),
        ("*gations", {"budget"}),
        ("usdoj.g*", {"picnic"}),
        ("w*-2", {"picnic"}),
        ("w?-2", set()),
        ("bengazi~1", {"month"}),
        ("bnegazi~1", set()),
        ("bnegazi~2", set()),
        ("bengasi~2", {"month"}),
        ("from:mills", {"budget"}),
        ("mills", {"budget", "picnic"}),
        ("mill", set()),
        ("from:millscd@state.gov", {"budget"}),
        ("from:state.gov", {"budget"}),
        ("to:rice", {"budget"}),
        ("cc:rice", {"budget"}),
        ("cc:sullivan", set()),
        ('to:"gov rice"', set()),
        ("participant:mills", {"budget", "picnic"}),
        ("subject:potomac", {"picnic"}),
        ("subject:water", set()),
        ("subject:budgets", {"budget"}),
        ("body:budget", set()),
        ("body:cafe", {"picnic"}),
        ("agency:nih", {"budget"}),
        ("agency:hhs", {"budget"}),
        ("release:vendor", {"picnic", "month"}),
        ("bates:STATE-SCB0045247", {"budget"}),
        ("bates:state-scb004*", {"budget"}),
        ("STATE-SCB0045247", {"budget"}),
        ("ex:b5", {"budget"}),
        ("ex:b7", {"budget"}),
        ("ex:b7e", {"budget"}),
        ('exemption:"(b)(7)(F)"', set()),
        ("contracts.docx", {"budget"}),
        ("contract", {"budget"}),
        ("has:attachment", {"budget"}),
        ("-has:attachment water", {"picnic"}),
        ("date:2012", {"budget", "picnic"}),
        ("date:2012-09", {"budget"}),
        ("date:2012-09-11", {"budget"}),
        ("after:2012-09-12", {"picnic", "month"}),
        ("before:2012-09-11", {"budget"}),
        ("date:2013-02-14", {"month"}),
        ("date:2012-10..2013-02-01", {"picnic", "month"}),
        ("date:..", {"budget", "picnic", "month"}),
        ("-date:..", {"page/1"}),
        ("from:mills water after:2012-09-11", {"budget"}),
        ("from:(mills OR sullivan) proceed", {"budget", "picnic"}),
        ("nothing", set()),
        (BREAK, {"budget", "picnic", "month", "page/1"}),
    ],
)
def test_finds(letters: SearchIndex, query: str, found: set[str]) -> None:
    tree = parse(query).tree
    assert set(keys(letters, tree)) == found
    assert find_plainly(LETTERS, tree) == found
    assert letters.search(Search(tree)).total == len(found)


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (Exact("mills", Field.SENDER), {"budget"}),
        (Exact("mill", Field.SENDER), set()),
        (Exact("mills", Field.PARTICIPANT), {"budget", "picnic"}),
        (Exact("hhs-nih", Field.AGENCY), {"budget"}),
        (Exact("nih", Field.AGENCY), set()),
        (Exact("vendor", Field.RELEASE), {"picnic", "month"}),
        (any_of([Exact("doj", Field.AGENCY), Dated(date(2013, 1, 1), None)]), {"picnic", "month"}),
        (any_of([Dated(date(2013, 1, 1), None), Not(Dated(None, None))]), {"month", "page/1"}),
        (Has(Trait.ATTACHMENT), {"budget"}),
    ],
)
def test_filters(letters: SearchIndex, filters: Node, found: set[str]) -> None:
    assert set(keys(letters, "", filters=filters)) == found
    assert set(keys(letters, "water", filters=filters)) == found & {"budget", "picnic"}


def test_orders_by_date_with_the_undated_last(letters: SearchIndex) -> None:
    assert keys(letters, "", order=Order.DATE) == ["budget", "picnic", "month", "page/1"]
    assert keys(letters, "", order=Order.NEWEST) == ["month", "picnic", "budget", "page/1"]


def test_a_search_that_scores_nothing_shows_the_newest_first(letters: SearchIndex) -> None:
    assert keys(letters, "w* OR -nothing") == ["month", "picnic", "budget", "page/1"]


def test_subject_weighs_more_than_sender_than_text_than_quoted(index: SearchIndex) -> None:
    filler = "and so on with many other words that follow here"
    places = {
        "subject": f"zebra {filler}",
        "sender": f"zebra {filler}",
        "text": f"zebra {filler}",
        "quoted_text": f"zebra {filler}",
    }
    entries = [
        make_entry(name, **({name: words} if name != "text" else {}), text=words if name == "text" else "")
        for name, words in places.items()
    ]
    others = [make_entry(f"o{n}", filler, subject=filler, sender=filler, quoted_text=filler) for n in range(10)]
    index.update(number_entries(entries + others))
    assert keys(index, "zebra") == ["subject", "sender", "text", "quoted_text"]


def test_rarer_words_and_shorter_texts_weigh_more(index: SearchIndex) -> None:
    common = [make_entry(f"c{n}", "common words stand here") for n in range(20)]
    index.update(number_entries([*common, make_entry("rare", "rare thing"), make_entry("long", "rare " + "x " * 300)]))
    assert keys(index, "common OR rare", limit=2) == ["rare", "long"]


def test_equal_scores_stand_newest_first_over_all_pages(index: SearchIndex) -> None:
    entries = [make_entry(f"k{day:02}", "same words", day=f"2012-01-{day:02}") for day in range(1, 31)]
    random.Random(1).shuffle(entries)
    for start in range(0, 30, 7):
        index.update(number_entries(entries[start : start + 7], start + 1))
    expected = [f"k{day:02}" for day in range(30, 0, -1)]
    assert keys(index, "same", limit=30) == expected
    assert read_pages(index, Search(Word("same"), limit=4)) == expected


def read_pages(index: SearchIndex, search: Search) -> list[str]:
    found: list[str] = []
    while True:
        matches = index.search(search)
        found += matches.keys
        if matches.after is None:
            return found
        search = replace(search, after=matches.after)


@pytest.mark.parametrize("order", list(Order))
def test_paging_neither_skips_nor_repeats_while_entries_come_and_go(index: SearchIndex, order: Order) -> None:
    entries = [
        make_entry(f"k{n}", "water " * (n % 4 + 1) + "lake", day=f"2012-01-{n % 9 + 1:02}" if n % 5 else "")
        for n in range(40)
    ]
    index.update(number_entries(entries))
    query = Word("water")
    whole = keys(index, query, order=order, limit=100)
    found: list[str] = []
    search = Search(query, order=order, limit=6)
    for step in range(1, 20):
        matches = index.search(search)
        found += matches.keys
        assert matches.total == 40
        if matches.after is None:
            break
        search = replace(search, after=matches.after)
        new = [make_entry(f"new{step}-{n}", "water lake " * n, day="2012-01-04") for n in range(1, 4)]
        changed = make_entry(f"k{39 - step}", "water", day="2012-01-09")
        index.update(number_entries([*new, changed], 100 * step), [f"k{step}"])
    assert found == whole


@pytest.mark.parametrize("order", [Order.DATE, Order.NEWEST])
def test_paging_by_date_survives_a_restart(engine: Engine, index: SearchIndex, order: Order, tmp_path: Path) -> None:
    entries = [make_entry(f"k{n}", "water", day=f"2012-01-{n % 9 + 1:02}" if n % 5 else "") for n in range(20)]
    index.update(number_entries(entries))
    whole = keys(index, "", order=order, limit=100)
    first = index.search(Search(parse("").tree, order=order, limit=7))
    index.update(number_entries([make_entry("new", "water", day="2012-01-05")], 50))
    index.close()
    again = engine.open(tmp_path / "index")
    rest = again.search(Search(parse("").tree, order=order, limit=50, after=first.after))
    assert [*first.keys, *rest.keys] == whole
    assert (rest.total, rest.after) == (20, None)
    again.close()


def test_paging_by_relevance_goes_on_after_a_restart(engine: Engine, index: SearchIndex, tmp_path: Path) -> None:
    index.update(number_entries([make_entry(f"k{n}", "water " * (n % 4 + 1) + "lake") for n in range(20)]))
    whole = keys(index, "water", limit=100)
    first = index.search(Search(Word("water"), limit=7))
    index.close()
    again = engine.open(tmp_path / "index")
    rest = again.search(Search(Word("water"), limit=50, after=first.after))
    assert [*first.keys, *rest.keys] == whole
    again.close()


def test_every_entry_of_one_second_is_paged(index: SearchIndex) -> None:
    index.update(number_entries([make_entry(f"k{n}", day="2012-01-01") for n in range(50)]))
    for order in Order:
        found = read_pages(index, Search(parse("").tree, order=order, limit=7))
        assert sorted(found) == sorted(f"k{n}" for n in range(50))


def test_counts_the_whole_result_and_not_the_page(letters: SearchIndex) -> None:
    matches = letters.search(Search(parse("").tree, limit=1))
    assert matches.total == 4
    assert dict(matches.releases) == {"clinton": 2, "vendor": 2}
    assert dict(matches.agencies) == {"hhs": 1, "hhs-nih": 1, "doj": 1}
    assert dict(matches.senders) == {"mills": 1, "sullivan": 1}
    assert dict(matches.months) == {date(2012, 9, 1): 1, date(2012, 10, 1): 1, date(2013, 2, 1): 1}
    assert (dict(matches.days), matches.undated) == ({}, 1)


def test_counts_by_day_where_the_span_is_short(letters: SearchIndex) -> None:
    matches = letters.search(Search(parse("water").tree))
    assert dict(matches.days) == {date(2012, 9, 11): 1, date(2012, 10, 2): 1}


def test_counts_are_exact_over_many_updates(index: SearchIndex) -> None:
    for batch in range(12):
        entries = [make_entry(f"{batch}-{n}", "word", sender_key=f"p{n}", releases=(f"r{n % 7}",)) for n in range(60)]
        index.update(number_entries(entries, batch * 60 + 1))
    matches = index.search(Search(Word("word"), limit=5))
    assert matches.total == 720
    assert dict(matches.senders) == {f"p{n}": 12 for n in range(60)}
    assert sum(matches.releases.values()) == 720


def test_adding_replaces_by_key(index: SearchIndex) -> None:
    index.update([make_entry("a", "old words", sequence=1), make_entry("b", "other", sequence=2)])
    index.update([make_entry("a", "new words", sequence=3)])
    assert (keys(index, "old"), keys(index, "new"), keys(index, "words")) == ([], ["a"], ["a"])
    assert index.search(Search(parse("").tree)).total == 2


def test_the_last_of_one_key_in_a_batch_is_kept(index: SearchIndex) -> None:
    index.update([make_entry("a", "old", sequence=1), make_entry("a", "new", sequence=2)])
    assert (keys(index, "old"), keys(index, "new")) == ([], ["a"])


def test_removes_by_key_before_it_adds(index: SearchIndex) -> None:
    index.update(number_entries([make_entry("a", "one"), make_entry("b", "one")]))
    index.update([make_entry("b", "two", sequence=3)], ["a", "b", "unknown"])
    assert (keys(index, "one"), keys(index, "two")) == ([], ["b"])
    index.update([], ["b"])
    assert index.search(Search(parse("").tree)) == Matches((), 0, None, {}, {}, {}, {}, {})


def test_the_newest_sequence_is_known(index: SearchIndex) -> None:
    assert index.newest_sequence() == 0
    index.update(number_entries([make_entry("a"), make_entry("b")], 5))
    assert index.newest_sequence() == 6


def test_an_empty_index_answers(index: SearchIndex) -> None:
    assert keys(index, "anything OR -anything") == []


def test_what_is_written_is_there_after_closing(engine: Engine, index: SearchIndex, tmp_path: Path) -> None:
    index.update(LETTERS)
    index.close()
    again = engine.open(tmp_path / "index")
    assert keys(again, "benghazi") == ["month"]
    again.close()


def test_a_reader_sees_what_another_writes(engine: Engine, index: SearchIndex, tmp_path: Path) -> None:
    writer = engine.open(tmp_path / "index")
    for number in range(3):
        writer.update([make_entry(f"k{number}", "word", sequence=number + 1)])
        assert index.search(Search(Word("word"))).total == number + 1
    writer.close()


def test_a_folder_without_an_index_is_told(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(IndexUnavailableError):
        engine.open(tmp_path)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Whoosh leaves its file open
def test_damage_is_told(engine: Engine, index: SearchIndex, tmp_path: Path) -> None:
    index.update(LETTERS)
    index.close()
    for file in (tmp_path / "index").iterdir():
        file.write_bytes(b"\0" * 20)
    with pytest.raises(IndexUnavailableError, match="index"):
        engine.open(tmp_path / "index").search(Search(Word("water")))
    gc.collect()


def test_threads_search_while_one_writes(index: SearchIndex) -> None:
    index.update(number_entries([make_entry(f"k{n}", "water lake") for n in range(50)]))
    wrong: list[object] = []

    def search() -> None:
        for _ in range(20):
            total = index.search(Search(parse('"water lake"').tree)).total
            if not 50 <= total <= 100:
                wrong.append(total)

    threads = [threading.Thread(target=search) for _ in range(4)]
    for thread in threads:
        thread.start()
    for batch in range(5):
        new = [make_entry(f"n{batch}-{n}", "water lake") for n in range(10)]
        index.update(number_entries(new, 100 + batch * 10))
    for thread in threads:
        thread.join()
    assert wrong == []
    assert index.search(Search(Word("lake"))).total == 100


_VOCABULARY = ["alpha", "beta", "gamma", "gammas", "delta", "do", "not", "b", "5", "W-2", "AT&T", "alphas"]


def make_corpus(chance: random.Random) -> list[Entry]:
    def words(most: int) -> str:
        return " ".join(chance.choices(_VOCABULARY, k=chance.randint(0, most)))

    return number_entries(
        [
            make_entry(
                f"k{n}",
                words(8),
                subject=words(3),
                quoted_text=words(4),
                sender=words(2),
                to=words(2) + "\n" + words(2),
                participants=words(2) + "\n" + words(2),
                attachments=words(1),
                has_attachment=chance.random() < 0.3,
                sender_key=chance.choice(["", "p1", "p2"]),
                releases=tuple(chance.sample(["r1", "r2"], chance.randint(0, 2))),
                day=f"2012-{chance.randint(1, 12):02}-05" if chance.random() < 0.8 else "",
            )
            for n in range(60)
        ]
    )


def make_tree(chance: random.Random, depth: int = 3) -> Node:
    kind = chance.randint(0, 9) if depth else 9
    if kind < 3:
        return all_of([make_tree(chance, depth - 1) for _ in range(chance.randint(2, 3))])
    if kind < 6:
        return any_of([make_tree(chance, depth - 1) for _ in range(chance.randint(2, 3))])
    if kind == 6:
        return negate(make_tree(chance, depth - 1))
    field = chance.choice([None, None, None, Field.SENDER, Field.TO, Field.SUBJECT, Field.BODY])
    month = date(2012, chance.randint(1, 12), 1)
    return chance.choice(
        [
            Word(chance.choice(_VOCABULARY), field),
            Phrase(" ".join(chance.choices(_VOCABULARY, k=chance.randint(1, 3))), field),
            Pattern(chance.choice(["a*", "*a", "g?mma", "de*a*", "w-*2", "a*-t"]), field),
            Fuzzy(chance.choice(["alfa", "gama", "bet", "5"]), chance.randint(1, 2), field),
            Dated(month, None),
            Dated(None, month),
            Has(Trait.ATTACHMENT),
            Exact(chance.choice(["p1", "p2"]), Field.SENDER),
            Exact(chance.choice(["r1", "r2", "r3"]), Field.RELEASE),
        ]
    )


@pytest.fixture(scope="module")
def corpus(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SearchIndex, list[Entry]]]:
    entries = make_corpus(random.Random(7))
    index = engine.create(tmp_path_factory.mktemp("corpus"))
    for start in range(0, 60, 13):
        index.update(entries[start : start + 13])
    index.update([], ["k3", "k33"])
    yield index, [entry for entry in entries if entry.key not in ("k3", "k33")]
    index.close()


@pytest.mark.parametrize("seed", range(20))
def test_agrees_with_set_algebra(corpus: tuple[SearchIndex, list[Entry]], seed: int) -> None:
    index, entries = corpus
    chance = random.Random(seed)
    for _ in range(12):
        tree = make_tree(chance)
        matches = index.search(Search(tree, limit=100, order=chance.choice(list(Order))))
        expected = find_plainly(entries, tree)
        assert (set(matches.keys), matches.total) == (expected, len(expected)), render(tree)


def test_all_engines_order_alike_by_date(index: SearchIndex) -> None:
    entries = make_corpus(random.Random(3))
    index.update(entries)
    found = [entry for entry in entries if entry.key in find_plainly(entries, Word("alpha"))]
    assert keys(index, "alpha", order=Order.DATE, limit=100) == [e.key for e in sorted(found, key=oldest_rank)]
    assert keys(index, "alpha", order=Order.NEWEST, limit=100) == [e.key for e in sorted(found, key=newest_rank)][::-1]


def test_no_query_can_ask_for_the_break_between_values() -> None:
    tokens = entry_tokens(make_entry("k", to="a\nb"))["to"]
    assert tokens == ["a", BREAK, "b"]
    assert parse(f'to:"a {BREAK} b"').tree == Phrase(f"a {BREAK} b", Field.TO)
    assert find_plainly([make_entry("k", to="a\nb")], parse(f'to:"a {BREAK} b"').tree) == set()
