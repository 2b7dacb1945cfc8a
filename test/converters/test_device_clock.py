"""Stamps of a device: none is made younger than it is, whatever its clock does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from igtl_ros2.converters.device_clock import MOST_SLOWER, RESTART_S, DeviceClock

NS = 10**9
NOW = 1_700_000_000 * NS


class Tracker:
    """A device with a clock of its own, and ours, both turned by the test; times in seconds."""

    def __init__(self, policy='auto', behind_s=0.0, stale_after_s=2.0):
        self.clock = DeviceClock(policy, 1.0, stale_after_s)
        self.passed_s = 0.0
        self.own_s = -behind_s

    def send(self, own_after=0.05, after=0.05):
        """Give the stamp that is chosen, in seconds since the start, and where it is from."""
        self.passed_s += after
        self.own_s += own_after
        return self.resend()

    def resend(self, after=0.0):
        self.passed_s += after
        sent_ns = NOW + round(self.own_s * NS)
        found, source = self.clock.choose(sent_ns, NOW + round(self.passed_s * NS), self.passed_s)
        return (found - NOW) / NS, source


def test_a_stamp_that_is_repeated_stays_what_it_was_and_becomes_stale():
    tracker = Tracker()
    first = tracker.send()
    assert first == (pytest.approx(0.05), 'device')
    for _ in range(45):
        assert tracker.resend(0.05) == first
    assert tracker.clock.is_frozen
    assert tracker.resend(3600) == first
    # and a new one ends that at once
    assert tracker.send(3602.3) == (pytest.approx(tracker.passed_s, abs=0.1), 'device')
    assert not tracker.clock.is_frozen


def test_an_old_stamp_that_is_repeated_keeps_the_moment_of_its_first_arrival():
    tracker = Tracker(behind_s=500)
    first = tracker.send()
    assert first == (pytest.approx(0.05), 'receive')
    assert {tracker.resend(0.05) for _ in range(200)} == {first}


def test_rules_that_are_read_again_make_no_old_stamp_young():
    tracker = Tracker()
    newest, _ = tracker.send(10, 10)
    assert tracker.send(-50)[0] <= newest
    tracker.clock = DeviceClock('auto', 1.0, 2.0, tracker.clock)
    assert tracker.send()[0] <= newest


def test_a_clock_that_is_off_by_a_constant_is_replaced_by_the_arrivals_and_its_offset_known():
    for behind_s in (3600.0, -3600.0):
        tracker = Tracker(behind_s=behind_s)
        for _ in range(50):
            assert tracker.send() == (pytest.approx(tracker.passed_s), 'receive')
        assert not tracker.clock.is_frozen
        assert tracker.clock.far_s == tracker.passed_s
        assert (tracker.clock.far_ns - NOW) / NS == pytest.approx(tracker.passed_s - behind_s)
    near = Tracker()
    near.send()
    assert near.clock.far_s < 0


def test_what_the_network_holds_up_is_stamped_by_when_the_device_went_on():
    tracker = Tracker(behind_s=3600)
    tracker.send()
    found, _ = tracker.send(after=30)  # it was on its way for long
    assert found == pytest.approx(0.05 + MOST_SLOWER * 0.05)
    assert tracker.send(own_after=30) == (pytest.approx(tracker.passed_s), 'receive')


def test_a_stamp_that_creeps_is_not_made_young():
    tracker = Tracker()
    tracker.send()
    for _ in range(1000):
        found, _ = tracker.send(own_after=1e-6)
    assert found < 0.1 < tracker.passed_s


def test_stamps_that_go_back_are_not_made_young_until_the_clock_goes_on_again():
    tracker = Tracker(behind_s=3600)
    for _ in range(10):
        newest, _ = tracker.send()
    assert tracker.send(own_after=-0.05) == (pytest.approx(newest - 0.05), 'receive')
    assert tracker.send(own_after=-900.0) == (pytest.approx(newest), 'receive')
    stamps = [tracker.send()[0] for _ in range(round(RESTART_S / 0.05) - 1)]
    assert stamps == [pytest.approx(newest)] * len(stamps)
    tracker.send()
    assert tracker.send() == (pytest.approx(tracker.passed_s), 'receive')
    assert not tracker.clock.is_frozen


def test_two_stamps_by_turns_stand_still():
    tracker = Tracker(behind_s=3600)
    tracker.send()
    newest, _ = tracker.send(1.0)
    for _ in range(100):
        assert tracker.send(-1.0)[0] <= newest
        assert tracker.send(1.0)[0] <= newest
    assert tracker.clock.is_frozen


def test_what_has_no_stamp_is_new_when_it_comes_and_never_stale():
    for policy in ('auto', 'device', 'receive'):
        clock = DeviceClock(policy, 1.0, 2.0)
        for n in range(100):
            assert clock.choose(0, NOW + n, n) == (NOW + n, 'receive')
            assert not clock.is_frozen


def test_who_does_not_ask_for_the_clock_of_the_device_does_not_get_it():
    clock = DeviceClock('receive', 1.0, 2.0)
    for n in range(100):
        assert clock.choose(NOW, NOW + n, n) == (NOW + n, 'receive')
    assert not clock.is_frozen
    assert not clock.has_own_stamp(NOW)


def test_with_stamp_device_it_is_the_stamp_of_the_device_and_can_be_stale():
    tracker = Tracker('device', behind_s=3600)
    for _ in range(100):
        found = tracker.resend(0.05)
    assert found == (-3600.0, 'device')
    assert tracker.clock.is_frozen


def test_off_by_setting_and_what_comes_again_after_a_long_time_is_not_stale_at_once():
    still = Tracker(stale_after_s=0.0)
    late = Tracker()
    still.send(), late.send()
    for _ in range(100):
        still.resend(0.05)
    late.resend(3600)
    assert not still.clock.is_frozen and not late.clock.is_frozen


def test_other_rules_know_what_was_known():
    tracker = Tracker(behind_s=3600)
    first = tracker.send()
    tracker.clock = DeviceClock('auto', 2.0, 1.0, tracker.clock)
    assert tracker.resend(5.0) == first
    assert tracker.resend(5.0) == first and tracker.clock.is_frozen
    tracker.clock = DeviceClock('auto', 2.0, 1.0, tracker.clock)
    assert tracker.resend(0.05) == first and tracker.clock.is_frozen


@pytest.mark.parametrize('begun_s', [-1.7e9, -3600.0, -30.0])
def test_when_our_own_clock_is_set_or_simulated_time_begins_the_arrivals_count(begun_s):
    clock = DeviceClock('auto', 1.0, 2.0)
    for n in range(100):
        arrival_ns = NOW + n * NS // 20 + (round(begun_s * NS) if n < 40 else 0)
        found = clock.choose(NOW + NS * 7200 + n * NS // 20, arrival_ns, n / 20)
        assert found == (arrival_ns, 'receive')


def test_when_our_own_clock_goes_back_a_stamp_that_stands_still_is_not_of_the_future():
    clock = DeviceClock('auto', 1.0, 2.0)
    for n in range(50):
        arrival_ns = NOW + n * NS // 20 - (1000 * NS if n > 20 else 0)
        assert clock.choose(NOW - 7200 * NS, arrival_ns, n / 20)[0] <= arrival_ns


@pytest.mark.parametrize('seconds', [2**31, 3_900_000_000, 2**32 - 1])
def test_a_stamp_that_ros_cannot_say_is_one_that_is_far_off(seconds):
    for policy in ('auto', 'device'):
        clock = DeviceClock(policy, 1.0, 2.0)
        for n in range(50):
            assert clock.choose(seconds * NS, NOW + n * NS // 20, n / 20) == (NOW, 'receive')
        assert clock.is_frozen and clock.far_ns == seconds * NS


@given(st.lists(st.tuples(
    st.sampled_from([0.0, 0.0, 0.05, 1e-9, -0.05, 100.0, -100.0, 1.0]) | st.floats(-5, 5),
    st.sampled_from([0.0, 0.05, 1.0, 10.0])), max_size=60), st.floats(-100, 100))
def test_no_stamp_is_younger_than_its_arrival_or_than_when_it_was_there_first(walk, behind_s):
    tracker = Tracker(behind_s=behind_s)
    first = {}
    newest_own = newest = float('-inf')
    for own_after, after in walk:
        before = tracker.own_s
        found, source = tracker.send(own_after, after)
        if source == 'receive':
            assert found <= tracker.passed_s + 1e-6
        if tracker.own_s == before and before in first:
            assert (found, source) == first[before]
        first[tracker.own_s] = found, source
        if tracker.own_s <= newest_own and source == 'receive' and after < RESTART_S:
            if tracker.clock._newest_ns > NOW + round(tracker.own_s * NS):
                assert found <= newest + 1e-6  # it has not gone on
        newest_own, newest = max(newest_own, tracker.own_s), max(newest, found)
