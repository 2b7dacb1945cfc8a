"""Timers that are run by whoever knows the time."""

import pytest

from igtl_ros2.dialogue.timers import Timers


def test_what_is_due_is_done_in_its_order_and_wakes_whoever_runs_it():
    woken, done = [], []
    timers = Timers(woken.append)
    timers.at(3.0, lambda now: done.append(('c', now)))
    timers.at(1.0, lambda now: done.append(('a', now)))
    gone = timers.at(2.0, lambda now: done.append(('b', now)))
    assert woken == [3.0, 1.0]
    timers.run(0.5)
    assert not done and woken[-1] == 1.0
    timers.cancel(gone)
    timers.cancel(gone)
    timers.cancel(None)
    timers.run(1.5)
    assert done == [('a', 1.5)] and woken[-1] == 3.0
    timers.run(9.0)
    assert done == [('a', 1.5), ('c', 9.0)] and len(woken) == 4


def test_what_sets_a_timer_anew_is_woken_for_it():
    woken, done = [], []
    timers = Timers(woken.append)

    def again(now):
        done.append(now)
        timers.at(now + 1.0, again)

    timers.at(1.0, again)
    for now in (1.0, 2.5, 3.0, 3.5):
        timers.run(now)
    assert done == [1.0, 2.5, 3.5] and woken[-1] == 4.5


def test_what_goes_wrong_with_one_keeps_no_other_from_being_done():
    woken, done = [], []
    timers = Timers(woken.append)
    timers.at(1.0, lambda now: 1 / 0)
    timers.at(1.0, done.append)
    with pytest.raises(ZeroDivisionError):
        timers.run(2.0)
    assert woken[-1] == 1.0
    timers.run(2.0)
    assert done == [2.0]
