"""Time that goes back is told from samples that are late, by their stamps alone."""

import pytest

from igtl_ros2.converters.time_jump import TimeJumps

CACHE_NS = 10 * 10**9


def judged(stamps_s, frame='tool', jumps=None):
    """Take stamps in seconds, one after the other, and name what is to be done about each."""
    jumps = jumps or TimeJumps(CACHE_NS)
    turns = [jumps.take(frame, round(stamp_s * 1e9), stamp_s) for stamp_s in stamps_s]
    return ['new run' if x.forget else 'current' if x.add else 'late' for x in turns]


def run(begin_s, end_s, hz):
    """Make the stamps of a run, its end included."""
    count = round((end_s - begin_s) * hz)
    return [begin_s + number / hz for number in range(count + 1)]


@pytest.mark.parametrize('hz', [1, 5, 10, 30, 100, 1000])
@pytest.mark.parametrize('length_s', [0.3, 1, 4, 9, 30])
def test_a_run_that_begins_anew_is_told_within_a_second_of_it(hz, length_s):
    first, second = run(100, 100 + length_s, hz), run(100, 100 + length_s, hz)
    if length_s * hz < 4:
        pytest.skip('no more than a few samples')
    found = judged(first + second)
    assert set(found[: len(first)]) == {'current'}
    at = found.index('new run') - len(first)
    assert at <= max(4, hz * 0.05)
    assert 'new run' not in judged(first)


@pytest.mark.parametrize('late_s', [0.06, 0.5, 3, 11])
def test_one_straggler_is_no_new_run(late_s):
    stamps = run(100, 102, 30)
    for at in (5, 20, 40):
        stamps.insert(at, stamps[at] - late_s)
    assert 'new run' not in judged(stamps)


@pytest.mark.parametrize('late_s', [0.02, 0.2, 1.5])
@pytest.mark.parametrize('hz', [10, 30, 100])
def test_a_second_publisher_who_is_late_is_no_new_run(late_s, hz):
    """Both go on: between the samples of the late one come newer ones."""
    first = [(stamp, stamp) for stamp in run(100, 105, 30)]
    second = [(stamp, stamp - late_s) for stamp in run(100.001, 105, hz)]
    stamps = [stamp for _, stamp in sorted(first + second)]
    assert 'new run' not in judged(stamps)


def test_a_frozen_publisher_beside_a_live_one_is_no_new_run():
    live = [(stamp, stamp) for stamp in run(100, 105, 10)]
    frozen = [(stamp, 99.0) for stamp in run(100.001, 105, 50)]
    assert 'new run' not in judged([stamp for _, stamp in sorted(live + frozen)])


def test_late_samples_in_no_order_are_no_new_run():
    assert 'new run' not in judged([*run(100, 102, 30), 101, 100.5, 100, 99, 98])


def test_a_stamp_from_the_far_future_does_not_hold_for_long():
    assert judged([100, 10**6, 101, 102]) == ['current', 'current', 'late', 'new run']


def test_what_may_be_of_the_new_run_is_doubted_until_it_is_certain():
    jumps = TimeJumps(CACHE_NS)
    judged([*run(100, 104, 30), 100.0], jumps=jumps)
    assert jumps.doubts(round(100.1e9)) and not jumps.doubts(round(103.9e9))
    judged([104.1], jumps=jumps)
    assert not jumps.doubts(round(100.1e9))


def test_a_straggler_of_another_clock_is_no_reason_to_doubt_for_ever():
    jumps = TimeJumps(CACHE_NS)
    judged(run(100, 104, 30), 'tool', jumps)
    judged([1.7e9, 1.7e9 - 0.1], 'robot', jumps)
    assert not jumps.doubts(round(104e9)) and jumps.doubts(round((1.7e9 - 0.2) * 1e9))


def test_a_new_run_begins_with_what_came_late_of_each_frame_of_its_clock():
    jumps = TimeJumps(CACHE_NS)
    for frame in ('tool', 'camera', 'lamp'):
        judged(run(100, 104, 10), frame, jumps)
    judged([1.7e9], 'robot', jumps)
    judged([100.05], 'camera', jumps)
    judged([100.0, 100.1], 'tool', jumps)
    turn = jumps.take('tool', round(100.2e9), 100.2)
    assert sorted(turn.forget) == ['camera', 'lamp', 'tool']
    assert sorted(turn.add) == [
        ('camera', 100.05), ('tool', 100.0), ('tool', 100.1), ('tool', 100.2)]
    assert judged([100.0], 'lamp', jumps) == ['current']
    assert not jumps.doubts(round(100.1e9))


def test_a_clock_that_says_that_it_went_back_is_believed_at_once():
    jumps = TimeJumps(CACHE_NS)
    judged([100, 101, 100.5], jumps=jumps)
    turn = jumps.clear()
    assert (turn.forget, turn.add) == (['tool'], [('tool', 100.5)])
