"""Lanes let some in, keep a few waiting, and send the rest away."""

import threading
import time

import pytest

from app.errors import BusyError
from app.search.lanes import Deadline, Lane, Lanes


def test_who_finds_no_room_is_sent_away_at_once() -> None:
    lane = Lane(places=1, line=0, wait_s=60)
    with lane.turn(), pytest.raises(BusyError), lane.turn():
        pass


def test_who_waits_too_long_is_sent_away() -> None:
    lane = Lane(places=1, line=1, wait_s=0.01)
    with lane.turn(), pytest.raises(BusyError), lane.turn():
        pass


def test_who_waits_gets_the_place_that_becomes_free() -> None:
    lane, entered = Lane(places=1, line=1, wait_s=60), threading.Event()

    def wait() -> None:
        with lane.turn():
            entered.set()

    with lane.turn():
        waiting = threading.Thread(target=wait)
        waiting.start()
        assert not entered.is_set()
    waiting.join()
    assert entered.is_set()


def test_a_place_rests_after_it_was_taken() -> None:
    lane = Lane(places=1, line=1, wait_s=60, rest=2.0)
    begun = time.monotonic()
    with lane.turn():
        time.sleep(0.05)
    with lane.turn():
        assert time.monotonic() - begun >= 3 * 0.05


def test_who_waits_less_long_than_a_place_rests_is_sent_away() -> None:
    lane = Lane(places=1, line=1, wait_s=0.05, rest=100.0)
    with lane.turn():
        time.sleep(0.05)
    with pytest.raises(BusyError), lane.turn():
        pass
    time.sleep(2.1)  # no place rests longer than two seconds, however slowly the machine took the turn above
    with lane.turn():
        pass


def test_an_error_gives_the_place_back() -> None:
    lane = Lane(places=1, line=0, wait_s=0)
    with pytest.raises(ValueError, match="inside"), lane.turn():
        raise ValueError("inside")
    with lane.turn():
        pass


def test_heavy_searches_do_not_keep_others_out() -> None:
    lanes = Lanes.of_service(0.01)
    with lanes.search(1_000), lanes.search(1):
        with pytest.raises(BusyError), lanes.search(1_000):
            pass
        with lanes.search(1):
            pass


def test_a_deadline_that_passed_ends_what_goes_on() -> None:
    Deadline(60).check()
    with pytest.raises(BusyError):
        Deadline(-1).check()
