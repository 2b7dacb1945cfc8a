"""When a frame is due: by a clock that the test sets."""

import pytest

from igtl_ros2.bags.frames import Frame
from igtl_ros2.bags.player import Player
from igtl_ros2.codec import Header

NS = 1_000_000_000
BEGIN_NS = 1_700_000_000 * NS
TIMES_S = (0.0, 0.5, 0.5, 2.0, 7.25)


class Clock:
    """Stands still but for those who wait."""

    def __init__(self, stop_at=float('inf')):
        self.time = 1000.0
        self.stop_at = stop_at

    def now(self):
        return self.time

    def sleep_until(self, due):
        self.time = max(self.time, due)
        return self.time <= self.stop_at


def frame(time_s):
    header = Header(1, 'STATUS', 'T', 0, 0, 0)
    return Frame(BEGIN_NS + round(time_s * NS), header, b'x' * 10)


def play(clock, *, times=TIMES_S, takes_s=0.0, begin_s=0.0, **options):
    """Play; gives when what was sent: (time of the clock, time in the bag)."""
    frames = [frame(time_s) for time_s in times]
    sent = []

    def send(one):
        position_s = (one.time_ns - BEGIN_NS) / NS
        sent.append((round(clock.time - 1000, 6), position_s))
        clock.time += takes_s

    player = Player(
        lambda: iter(frames), send, begin_ns=BEGIN_NS + round(begin_s * NS),
        sleep_until=clock.sleep_until, now=clock.now, **options,
    )
    return player.run(), sent


def test_the_pauses_are_those_of_the_recording():
    played, sent = play(Clock())
    assert sent == [(time_s, time_s) for time_s in TIMES_S]
    assert (played.messages, played.bytes, played.rounds) == (5, 50, 1)
    assert played.position_s == 7.25


@pytest.mark.parametrize('rate', [0.5, 2.0, 10.0])
def test_rate(rate):
    _, sent = play(Clock(), rate=rate)
    assert sent == [(round(time_s / rate, 6), time_s) for time_s in TIMES_S]


def test_as_fast_as_it_goes():
    _, sent = play(Clock(), rate=float('inf'))
    assert [when for when, _ in sent] == [0.0] * 5


def test_start_leaves_out_what_comes_before():
    _, sent = play(Clock(), start_s=1.0, rate=2.0)
    assert sent == [(0.5, 2.0), (3.125, 7.25)]


def test_replays_of_parts_of_a_bag_fit_together():
    played, sent = play(Clock(), times=(3.0, 4.0), start_s=2.0)
    assert sent == [(1.0, 3.0), (2.0, 4.0)]
    assert played.position_s == 4.0
    _, all_of_it = play(Clock(), times=(3.0, 4.0), rate=2.0)
    assert all_of_it == [(1.5, 3.0), (2.0, 4.0)]


def test_a_bag_that_says_a_wrong_begin_starts_with_its_first_frame():
    for begin_s in (1.0, -2e9):  # after a frame, and not set
        _, sent = play(Clock(), times=(0.5, 4.0), begin_s=begin_s)
        assert sent == [(0.0, 0.5), (3.5, 4.0)]


def test_who_is_late_does_not_stay_late():
    _, sent = play(Clock(), takes_s=0.6)
    assert [when for when, _ in sent] == [0.0, 0.6, 1.2, 2.0, 7.25]


def test_a_loop_begins_again_after_the_last_one():
    clock = Clock(stop_at=1000 + 2 * 6.25 + 1.5)
    played, sent = play(clock, loop=True, start_s=1.0)
    assert sent == [(1.0, 2.0), (6.25, 7.25), (7.25, 2.0), (12.5, 7.25), (13.5, 2.0)]
    assert played.rounds == 2


def test_it_stops_when_told():
    played, sent = play(Clock(stop_at=1001))
    assert len(sent) == 3
    assert played.rounds == 0


def test_a_loop_over_nothing_ends():
    played, sent = play(Clock(), loop=True, start_s=100.0)
    assert (played.messages, sent) == (0, [])
