"""Old states of an index are kept for a while and then let go."""

from app.search.snapshots import Snapshots


def test_a_state_is_kept_for_ten_minutes_after_its_last_use() -> None:
    now, dropped = [0.0], list[str]()
    snapshots = Snapshots[str](dropped.append, clock=lambda: now[0])
    snapshots.keep("1", "one")
    now[0] = 500
    snapshots.keep("1", "one")
    now[0] = 1000
    assert snapshots.find("1") == "one"
    now[0] = 1101
    assert (snapshots.find("1"), dropped) == (None, ["one"])


def test_the_least_used_goes_first() -> None:
    dropped = list[int]()
    snapshots = Snapshots[int](dropped.append, clock=lambda: 0)
    for number in range(40):
        snapshots.keep(str(number), number)
    assert dropped == list(range(8))
    snapshots.clear()
    assert len(dropped) == 40
