"""More requests at once than can be answered in time."""

import asyncio
from collections.abc import Coroutine

from starlette.applications import Starlette
from starlette.types import Message, Receive, Scope, Send

from app.web.crowd import MOST_AT_ONCE, CrowdMiddleware
from tests.support.apart import run_apart


class _Held:
    """A service whose answers are made when it is told to."""

    def __init__(self) -> None:
        self.entered: list[str] = []
        self.made = asyncio.Event()
        self.taken = asyncio.Event()

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        self.entered.append(scope["path"])
        await self.made.wait()
        if scope["path"] == "/fails":
            raise RuntimeError
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await self.taken.wait()
        await send({"type": "http.response.body", "body": b""})


async def _ask(crowd: CrowdMiddleware, path: str = "/api/v1/search") -> tuple[int, dict[bytes, bytes]]:
    told: list[Message] = []

    async def take(message: Message) -> None:
        told.append(message)

    async def nothing() -> Message:
        return {"type": "http.request"}

    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": [], "app": Starlette()}
    await crowd(scope, nothing, take)
    return told[0]["status"], dict(told[0]["headers"])


def _run(work: Coroutine[object, object, None]) -> None:
    run_apart(lambda: asyncio.run(work))


async def _fill(crowd: CrowdMiddleware, path: str) -> list["asyncio.Task[tuple[int, dict[bytes, bytes]]]"]:
    tasks = [asyncio.create_task(_ask(crowd, path)) for _ in range(MOST_AT_ONCE)]
    await asyncio.sleep(0)
    return tasks


def test_who_comes_when_all_places_are_taken_is_told_to_come_again() -> None:
    async def crowd_of() -> None:
        held = _Held()
        crowd = CrowdMiddleware(held)
        waiting = await _fill(crowd, "/messages/a")
        status, headers = await _ask(crowd, "/api/v1/messages/b")
        assert (status, headers[b"retry-after"]) == (503, b"2")
        held.made.set()
        held.taken.set()
        assert {status for status, _ in await asyncio.gather(*waiting)} == {200}
        assert (await _ask(crowd, "/api/v1/messages/b"))[0] == 200

    _run(crowd_of())


def test_a_crowd_for_files_keeps_nothing_else_waiting_and_sends_nothing_else_away() -> None:
    async def crowd_of() -> None:
        held = _Held()
        crowd = CrowdMiddleware(held)
        files = await _fill(crowd, "/documents/a/original")
        others = [asyncio.create_task(_ask(crowd, path)) for path in ("/messages/a", "/search")]
        await asyncio.sleep(0)
        assert held.entered == ["/documents/a/original", "/messages/a", "/search"]
        held.made.set()
        held.taken.set()
        assert {status for status, _ in await asyncio.gather(*files, *others)} == {200}

    _run(crowd_of())


def test_who_gives_up_while_it_waits_leaves_its_place_to_others() -> None:
    async def crowd_of() -> None:
        held = _Held()
        crowd = CrowdMiddleware(held)
        files = await _fill(crowd, "/documents/a/original")
        files[-1].cancel()
        await asyncio.gather(files.pop(), return_exceptions=True)
        later = asyncio.create_task(_ask(crowd, "/documents/b/original"))
        await asyncio.sleep(0)
        assert not later.done()  # it would be, had it been sent away
        held.made.set()
        held.taken.set()
        assert {status for status, _ in await asyncio.gather(later, *files)} == {200}

    _run(crowd_of())


def test_few_records_are_made_at_the_same_time_and_keep_nothing_else_waiting() -> None:
    async def crowd_of() -> None:
        held = _Held()
        crowd = CrowdMiddleware(held)
        records = [asyncio.create_task(_ask(crowd, f"/documents/{number}")) for number in range(10)]
        await asyncio.sleep(0)
        search = asyncio.create_task(_ask(crowd))
        await asyncio.sleep(0)
        assert held.entered == [*(f"/documents/{number}" for number in range(4)), "/api/v1/search"]
        held.made.set()
        held.taken.set()
        assert {status for status, _ in await asyncio.gather(search, *records)} == {200}
        assert len(held.entered) == 11

    _run(crowd_of())


def test_an_answer_that_is_taken_slowly_or_failed_holds_no_place() -> None:
    async def crowd_of() -> None:
        held = _Held()
        crowd = CrowdMiddleware(held)
        failing = await _fill(crowd, "/fails")
        held.made.set()
        await asyncio.gather(*failing, return_exceptions=True)
        slow = await _fill(crowd, "/documents/a/original")
        other = asyncio.create_task(_ask(crowd))
        await asyncio.sleep(0)
        assert not other.done()  # it would be, had it been sent away
        held.taken.set()
        assert (await other)[0] == 200
        await asyncio.gather(*slow)

    _run(crowd_of())


def test_whether_the_service_lives_is_told_in_any_crowd() -> None:
    async def crowd_of() -> None:
        held = _Held()
        crowd = CrowdMiddleware(held)
        waiting = await _fill(crowd, "/messages/a")
        alive = asyncio.create_task(_ask(crowd, "/healthz"))
        held.made.set()
        held.taken.set()
        assert (await alive)[0] == 200
        await asyncio.gather(*waiting)

    _run(crowd_of())
