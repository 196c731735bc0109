"""Random queries find what plain set algebra over the tokens finds."""

import random
from collections.abc import Iterator
from datetime import date

import pytest

from app.search.columns import entry_tokens, newest_rank, oldest_rank
from app.search.engines import Engine
from app.search.index import Entry, Search, SearchIndex
from app.search.query import (
    Dated,
    Exact,
    Field,
    Fuzzy,
    Has,
    Near,
    Node,
    OnPages,
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
from tests.support.letters import keys

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
                traits=(Trait.ATTACHMENT,) if chance.random() < 0.3 else (),
                first_page=(page := chance.randint(1, 9)),
                last_page=page + chance.randint(0, 2),
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
    field = chance.choice(
        [None, None, None, Field.SENDER, Field.TO, Field.SUBJECT, Field.BODY, Field.OWN, Field.QUOTED]
    )
    month = date(2012, chance.randint(1, 12), 1)
    return chance.choice(
        [
            Word(chance.choice(_VOCABULARY), field),
            Phrase(" ".join(chance.choices(_VOCABULARY, k=chance.randint(1, 3))), field),
            Pattern(chance.choice(["a*", "*a", "g?mma", "de*a*", "w-*2", "a*-t"]), field),
            Near(
                " ".join(chance.sample(["alpha", "beta", "gamma", "do", "b"], chance.randint(2, 3))),
                chance.randint(0, 3),
                field,
            ),
            OnPages(chance.randint(1, 9), chance.choice([None, 9])),
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
    for _ in range(20):
        tree = make_tree(chance)
        matches = index.search(Search(tree, limit=100, order=chance.choice(list(Order))))
        expected = find_plainly(entries, tree)
        assert (set(matches.keys), matches.total) == (expected, len(expected)), render(tree)


def test_the_engines_order_alike_by_date(index: SearchIndex) -> None:
    entries = make_corpus(random.Random(3))
    index.update(entries)
    found = [entry for entry in entries if entry.key in find_plainly(entries, Word("alpha"))]
    oldest = [entry.key for entry in sorted(found, key=oldest_rank)]
    newest = [entry.key for entry in sorted(found, key=newest_rank, reverse=True)]
    assert keys(index, "alpha", order=Order.DATE, limit=100) == oldest
    assert keys(index, "alpha", order=Order.NEWEST, limit=100) == newest


def test_no_query_can_ask_for_the_break_between_values() -> None:
    tokens = entry_tokens(make_entry("k", to="a\nb"))["to"]
    assert tokens == ["a", BREAK, "b"]
    assert parse(f'to:"a {BREAK} b"').tree == Phrase(f"a {BREAK} b", Field.TO)
    assert find_plainly([make_entry("k", to="a\nb")], parse(f'to:"a {BREAK} b"').tree) == set()
