"""Find what each message answers or forwards, and the threads that they make."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from ingest.records import Appearance, Doubt, ParentEvidence, SentRecord, Threads
from ingest.threads.identity import find_same
from ingest.threads.subjects import is_generic

_LIKELY_WITHIN = timedelta(days=30)
_LOOK_BACK = 100  # messages of one subject among which a likely parent is sought

_FIRST, _LAST = datetime(1, 1, 1), datetime(9999, 12, 31)  # where a message has no time

_Edges = dict[int, tuple[int, ParentEvidence]]  # what a node answers, and what says so


class _Node:
    """One message as it was sent, made of its appearances."""

    def __init__(self, members: Sequence[Appearance]) -> None:
        self.members = members
        self.sender = next((one.sender for one in members if one.sender is not None), None)
        self.recipients = frozenset[int]().union(*(one.recipients for one in members))
        self.moment = min((one.moment for one in members if one.moment), default=None)
        subjects = Counter(one.subject for one in members if one.subject)
        self.subject = min(subjects, key=lambda subject: (-subjects[subject], subject), default=None)
        self.is_reply = any(one.is_reply for one in members)
        self.is_printed = any(one.chain == one.id for one in members)


def link_appearances(appearances: Sequence[Appearance]) -> Threads:
    """Return the messages that these appearances are, each with what it answers and its thread.

    Only what is quoted below a message, or named in a mail's header, makes a thread; the same subject,
    people and a later day make a parent likely, and no thread. The order of the input does not matter.
    """
    nodes = [_Node(members) for members in find_same(appearances)]
    doubts: dict[int, Doubt] = {}
    votes = _quoted_votes(nodes)
    edges = _choose_quoted(nodes, votes, doubts)
    _follow_headers(nodes, edges, doubts)
    _break_circles(nodes, edges, votes, doubts)
    threads = _find_threads(len(nodes), edges)
    _guess_likely(nodes, edges)
    sent = []
    for number, node in enumerate(nodes):
        parent, evidence = edges.get(number, (None, None))
        ids = tuple(one.id for one in node.members)
        sent.append(SentRecord(ids, parent, evidence, threads[number], node.is_printed, node.is_reply))
    return Threads(tuple(sent), doubts)


def _quoted_votes(nodes: Sequence[_Node]) -> dict[int, Counter[int]]:
    """Return which messages stand directly below each one, and in how many prints."""
    node_of = {one.id: number for number, node in enumerate(nodes) for one in node.members}
    first_below: dict[int, int] = {}
    for one in sorted((one for node in nodes for one in node.members), key=lambda one: one.id):
        if one.above is not None and one.above in node_of:
            first_below.setdefault(one.above, one.id)
    votes: dict[int, Counter[int]] = defaultdict(Counter)
    for above, below in first_below.items():
        if node_of[above] != node_of[below]:
            votes[node_of[above]][node_of[below]] += 1
    return votes


def _choose_quoted(nodes: Sequence[_Node], votes: dict[int, Counter[int]], doubts: dict[int, Doubt]) -> _Edges:
    """Keep one parent for each message: the one in most prints, and of equal ones the later sent."""
    edges: _Edges = {}
    for number, counted in votes.items():
        ranked = sorted(counted, key=lambda other: (-counted[other], _age(nodes[other]), other))
        nearer = [one for one in ranked if all(_quotes(votes, one, other) for other in ranked if other != one)]
        chosen = nearer[0] if nearer else ranked[0]
        edges[number] = (chosen, ParentEvidence.QUOTED)
        if len(ranked) > 1 and not nearer:
            _doubt(nodes[number], doubts, "two_parents", "Different messages are quoted directly below its copies.")
    return edges


def _age(node: _Node) -> timedelta:
    return _LAST - (node.moment or _FIRST)


def _quotes(votes: dict[int, Counter[int]], above: int, below: int) -> bool:
    """Tell whether one message stands below another in some chain of prints: then a print left out what is between."""
    seen, waiting = {above}, [above]
    while waiting and len(seen) < _LOOK_BACK:
        for other in votes.get(waiting.pop(), ()):
            if other == below:
                return True
            if other not in seen:
                seen.add(other)
                waiting.append(other)
    return False


def _follow_headers(nodes: Sequence[_Node], edges: _Edges, doubts: dict[int, Doubt]) -> None:
    """Let a mail's own header say what it answers; where the text below it says otherwise, that is a doubt."""
    node_of = {one.message_id: number for number, node in enumerate(nodes) for one in node.members if one.message_id}
    for number, node in enumerate(nodes):
        named = [node_of[each] for one in node.members for each in one.answers if node_of.get(each, number) != number]
        if not named:
            continue
        quoted = edges.get(number)
        if quoted is None:
            edges[number] = (named[0], ParentEvidence.REPLY_HEADER)
        elif quoted[0] not in named:
            edges[number] = (named[0], ParentEvidence.REPLY_HEADER)
            _doubt(node, doubts, "two_parents", "Its header names another message than the one quoted below it.")


def _break_circles(
    nodes: Sequence[_Node], edges: _Edges, votes: dict[int, Counter[int]], doubts: dict[int, Doubt]
) -> None:
    """Take the weakest edge out of each circle: in the fewest prints, from the message sent first."""
    done: set[int] = set()
    for start in sorted(edges):
        path: dict[int, None] = {}  # in order, and quick to ask
        number: int | None = start
        while number is not None and number not in done and number not in path:
            path[number] = None
            number = edges[number][0] if number in edges else None
        if number is not None and number in path:
            circle = list(path)[list(path).index(number) :]
            weakest = min(circle, key=lambda one: (votes[one][edges[one][0]], nodes[one].moment or _LAST, one))
            del edges[weakest]
            _doubt(nodes[weakest], doubts, "thread_circle", "A message quoted below it answers it, by another copy.")
        done.update(path)


def _find_threads(count: int, edges: _Edges) -> list[int]:
    """Return the first message of each one's thread."""
    firsts: dict[int, int] = {}
    for start in range(count):
        path, number = [start], start
        while number in edges and number not in firsts:
            number = edges[number][0]
            path.append(number)
        first = firsts.get(number, number)
        firsts.update(dict.fromkeys(path, first))
    return [firsts[number] for number in range(count)]


def _guess_likely(nodes: Sequence[_Node], edges: _Edges) -> None:
    """Give a reply that quotes nothing the last message before it of its subject and people."""
    by_subject: dict[str, list[int]] = defaultdict(list)
    for number, node in enumerate(nodes):
        if node.subject and node.moment and not is_generic(node.subject):
            by_subject[node.subject].append(number)
    for numbers in by_subject.values():
        numbers.sort(key=lambda number: (nodes[number].moment or _FIRST, number))
        for place, number in enumerate(numbers):
            if number in edges or not nodes[number].is_reply:
                continue
            before = numbers[max(0, place - _LOOK_BACK) : place]
            likely = next(_likely_parents(nodes, edges, number, before), None)
            if likely is not None:
                edges[number] = (likely, ParentEvidence.LIKELY)


def _likely_parents(nodes: Sequence[_Node], edges: _Edges, number: int, before: Sequence[int]) -> Iterator[int]:
    node = nodes[number]
    for other in reversed(before):
        earlier = nodes[other]
        if node.moment is None or earlier.moment is None or node.moment - earlier.moment > _LIKELY_WITHIN:
            return
        is_answer = node.sender is not None and node.sender in earlier.recipients
        is_to_sender = earlier.sender is not None and earlier.sender in node.recipients
        is_later = earlier.moment < node.moment
        if is_later and (is_answer or is_to_sender) and not _leads_to(other, number, edges):
            yield other


def _leads_to(start: int, wanted: int, edges: _Edges) -> bool:
    number = start
    while number in edges:
        number = edges[number][0]
        if number == wanted:
            return True
    return False


def _doubt(node: _Node, doubts: dict[int, Doubt], code: str, detail: str) -> None:
    for one in node.members:
        doubts.setdefault(one.id, Doubt(code, detail))
