"""Read a query; what cannot be understood is left out and named, and never an error."""

from dataclasses import dataclass

from app.search.query.leaves import find_field, make_leaf, unknown_field_note
from app.search.query.lexer import Kind, Lexeme, split_query
from app.search.query.tree import All, Everything, Node, Word, all_of, any_of, find_cost, negate, render

MAX_LEAVES = 100
MAX_COST = 600  # of all terms: see `find_cost`; a search that asks for more would keep others waiting
_MAX_ROUNDS = 30


@dataclass(frozen=True, slots=True)
class Parsed:
    """A query as it was understood."""

    tree: Node
    ignored: tuple[str, ...]  # what was left out or mended, and why, for a person

    @property
    def preferred(self) -> Node | None:
        """What stands above other matches: the query's plain words in a row; None where there are not several."""
        parts = self.tree.parts if isinstance(self.tree, All) else ()
        words = [part.text for part in parts if isinstance(part, Word) and part.field is None]
        return Word(" ".join(words)) if len(words) > 1 else None

    @property
    def readable(self) -> str:
        """The query as it was understood, in our language; "" asks for everything."""
        return render(self.tree)


def parse(text: str) -> Parsed:
    """Read any text as a query. Terms stand in AND, which binds more tightly than OR."""
    notes: list[str] = []
    tree = _Reading(text, notes).tree()
    # Parentheses that `render` adds may pass the lexer's limit: what is answered must read back the same.
    for _ in range(_MAX_ROUNDS):
        again = _Reading(render(tree), []).tree()
        if again == tree:
            break
        tree = again
    return Parsed(tree, tuple(dict.fromkeys(notes)))


class _Reading:
    """One reading of a query, by recursive descent; the lexer bounds the depth."""

    def __init__(self, text: str, notes: list[str]) -> None:
        self._notes = notes
        self._lexemes = split_query(text, notes)
        self._position = 0
        self._leaves = 0
        self._cost = 0

    def tree(self) -> Node:
        """Return the tree of the whole query."""
        return self._read_any(None) or Everything()

    def _next_is(self, *kinds: Kind) -> bool:
        return self._position < len(self._lexemes) and self._lexemes[self._position].kind in kinds

    def _take(self) -> Lexeme:
        self._position += 1
        return self._lexemes[self._position - 1]

    def _skip(self, kind: Kind) -> bool:
        if self._next_is(kind):
            self._position += 1
            return True
        return False

    def _read_any(self, name: str | None) -> Node | None:
        parts = [self._read_all(name)]
        while self._skip(Kind.OR):
            parts.append(self._read_all(name))
            if None in parts[-2:]:
                self._notes.append("OR needs something on both sides: it was ignored.")
        found = [part for part in parts if part is not None]
        return any_of(found) if found else None

    def _read_all(self, name: str | None) -> Node | None:
        parts: list[Node] = []
        while self._position < len(self._lexemes) and not self._next_is(Kind.OR, Kind.CLOSE):
            if self._skip(Kind.AND):
                if not parts or not self._at_operand():
                    self._notes.append("AND needs something on both sides: it was ignored.")
                continue
            part = self._read_not(name)
            if part is not None:
                parts.append(part)
        return all_of(parts) if parts else None

    def _at_operand(self) -> bool:
        return self._position < len(self._lexemes) and not self._next_is(Kind.AND, Kind.OR, Kind.CLOSE)

    def _read_not(self, name: str | None) -> Node | None:
        negated = False
        while self._skip(Kind.NOT):
            negated = not negated
            if not self._at_operand():
                self._notes.append("NOT needs something after it: it was ignored.")
                return None
        part = self._read_operand(name, negated=negated)
        return negate(part) if part is not None and negated else part

    def _read_operand(self, name: str | None, *, negated: bool) -> Node | None:
        lexeme = self._take()
        if lexeme.kind is Kind.OPEN:
            group = self._read_any(name)
            self._skip(Kind.CLOSE)
            return group
        if lexeme.kind is Kind.FIELD:
            return self._read_field(lexeme.text, name, negated=negated)
        if self._leaves >= MAX_LEAVES:
            self._notes.append(f"Only the first {MAX_LEAVES} terms were searched.")
            return None
        self._leaves += 1
        leaf = make_leaf(name, lexeme, self._notes)
        cost = find_cost(leaf) if leaf else 0
        if self._cost + cost > MAX_COST:
            self._notes.append(f'"{lexeme.text}" was ignored: the query asks for too many words at once.')
            return None
        self._cost += cost
        return leaf

    def _read_field(self, printed: str, outer: str | None, *, negated: bool) -> Node | None:
        name = find_field(printed)
        if name is None:
            self._notes.append(unknown_field_note(printed))
            word = make_leaf(outer, Lexeme(Kind.WORD, printed), self._notes)
            if word is None or not negated or not self._at_operand():
                return word
            rest = self._read_operand(outer, negated=True)
            return word if rest is None else all_of([word, rest])
        if not self._at_operand() or self._next_is(Kind.NOT):
            self._notes.append(f'"{printed}:" has nothing after it: it was ignored.')
            return None
        return self._read_operand(name, negated=negated)
