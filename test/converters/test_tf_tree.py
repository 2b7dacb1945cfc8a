"""The tf tree by itself: geometry against plain matrix products, time, and bad input."""

import sys
import threading

import numpy as np
import pytest

from igtl_ros2.converters.tf_tree import MAX_SAMPLES_PER_FRAME, LookupFailed, TfTree
from igtl_ros2.errors import ConversionError

SECOND = 10**9


def rotation(axis, angle):
    """Turn an axis and an angle into a 3x3 matrix, by Rodrigues' formula."""
    x, y, z = np.asarray(axis, float) / np.linalg.norm(axis)
    k = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(angle) * k + (1 - np.cos(angle)) * (k @ k)


def pose(translation=(0, 0, 0), axis=(0, 0, 1), angle=0.0):
    """Build a 4x4 pose."""
    matrix = np.eye(4)
    matrix[:3, :3] = rotation(axis, angle)
    matrix[:3, 3] = translation
    return matrix


def random_pose(rng):
    """Draw a pose anywhere, turned any way."""
    return pose(rng.normal(size=3), rng.normal(size=3), rng.uniform(-np.pi, np.pi))


def moved(tree, child, stamps_s, parent='world'):
    """Let a child be at x = t metres at each of some seconds."""
    for stamp_s in stamps_s:
        tree.insert(parent, child, int(stamp_s * SECOND), pose((stamp_s, 0, 0)))


@pytest.mark.parametrize('seed', range(20))
def test_any_two_frames_of_a_random_tree_match_the_matrix_products(seed):
    rng = np.random.default_rng(seed)
    tree = TfTree()
    in_root = {'f0': np.eye(4)}
    for number in range(1, 12):
        parent, child = f'f{rng.integers(number)}', f'f{number}'
        step, static = random_pose(rng), bool(rng.integers(2))
        for stamp_ns in (0,) if static else (int(rng.integers(1, 5)), 9):
            tree.insert(parent, child, stamp_ns, step, static)
        in_root[child] = in_root[parent] @ step
    for target in in_root:
        for source in in_root:
            found, _ = tree.lookup(target, source, 9)
            expected = np.linalg.inv(in_root[target]) @ in_root[source]
            np.testing.assert_allclose(found, expected, atol=1e-9)
            back, _ = tree.lookup(source, target, 9)
            np.testing.assert_allclose(found @ back, np.eye(4), atol=1e-9)


@pytest.mark.parametrize('seed', range(20))
def test_in_between_moves_straight_and_turns_about_one_axis(seed):
    rng = np.random.default_rng(seed)
    begin, axis = random_pose(rng), rng.normal(size=3)
    angle, step = rng.uniform(-3.1, 3.1), rng.normal(size=3)
    end = begin.copy()
    end[:3, :3] = begin[:3, :3] @ rotation(axis, angle)
    end[:3, 3] += step
    tree = TfTree()
    tree.insert('world', 'tool', 1000, begin)
    tree.insert('world', 'tool', 2000, end)
    for fraction in (0.0, 0.125, 0.5, 0.999, 1.0):
        found, stamp_ns = tree.lookup('world', 'tool', 1000 + round(1000 * fraction))
        assert stamp_ns == 1000 + round(1000 * fraction)
        turned = begin[:3, :3] @ rotation(axis, angle * fraction)
        np.testing.assert_allclose(found[:3, :3], turned, atol=1e-9)
        np.testing.assert_allclose(found[:3, 3], begin[:3, 3] + fraction * step, atol=1e-9)


def test_latest_is_the_newest_time_that_all_moving_links_know():
    tree = TfTree()
    moved(tree, 'a', [1, 2, 3])
    moved(tree, 'b', [1, 2.5], parent='a')
    tree.insert('b', 'tip', 99 * SECOND, pose((0, 0, 1)), static=True)
    found, stamp_ns = tree.lookup('world', 'tip')
    assert stamp_ns == 2.5 * SECOND
    np.testing.assert_allclose(found[:3, 3], [5, 0, 1], atol=1e-12)


def test_links_above_the_meeting_frame_do_not_matter():
    tree = TfTree()
    moved(tree, 'base', [100])
    tree.insert('base', 'left', 0, pose((0, 1, 0)), static=True)
    tree.insert('base', 'right', 0, pose((0, -1, 0)), static=True)
    found, stamp_ns = tree.lookup('left', 'right', 5 * SECOND)
    assert stamp_ns == 5 * SECOND
    np.testing.assert_allclose(found[:3, 3], [0, -2, 0], atol=1e-12)
    assert tree.lookup('left', 'right')[1] == 0


def test_a_frame_in_itself():
    tree = TfTree()
    moved(tree, 'a', [1, 2])
    np.testing.assert_array_equal(tree.lookup('a', 'a')[0], np.eye(4))
    assert tree.lookup('a', 'a')[1] == 2 * SECOND
    assert tree.lookup('a', 'a', 7)[1] == 7
    assert tree.lookup('world', 'world')[1] == 0


def test_leading_slash_is_dropped():
    tree = TfTree()
    tree.insert('/world', '/tool', 0, pose((1, 2, 3)), static=True)
    np.testing.assert_allclose(tree.lookup('/world', 'tool')[0][:3, 3], [1, 2, 3])
    assert tree.parent_of('/tool') == 'world'


def test_parent_of():
    tree = TfTree()
    moved(tree, 'a', [1])
    assert tree.parent_of('a') == 'world'
    assert tree.parent_of('world') is None
    assert tree.parent_of('nowhere') is None


def test_failures_name_the_frames_and_the_reason():
    tree = TfTree()
    moved(tree, 'tool', [10, 11])
    moved(tree, 'probe', [10], parent='tracker')
    for arguments, reason, words in [
        (('world', 'ghost'), 'unknown', ["'ghost'", 'unknown']),
        (('ghost', 'tool'), 'unknown', ["'ghost'", 'unknown']),
        (('world', 'probe'), 'unconnected', ["'probe'", "'tracker'", "'world'"]),
        (('world', 'tool', 9 * SECOND), 'extrapolation', ["'tool'", '1.000 s into the past']),
        (('world', 'tool', int(11.25 * SECOND)), 'extrapolation', ['0.250 s into the future']),
        (('tool', 'world', 12 * SECOND), 'extrapolation', ['1.000 s into the future']),
    ]:
        with pytest.raises(LookupFailed) as failure:
            tree.lookup(*arguments)
        assert failure.value.reason == reason
        assert (failure.value.target, failure.value.source) == arguments[:2]
        for word in words:
            assert word in str(failure.value)


def test_no_common_time_is_an_extrapolation():
    tree = TfTree()
    moved(tree, 'a', [1, 2])
    moved(tree, 'b', [3, 4], parent='a')
    with pytest.raises(LookupFailed, match='into the past') as failure:
        tree.lookup('world', 'b')
    assert failure.value.reason == 'extrapolation'


def test_a_loop_is_told_and_a_new_parent_mends_it():
    tree = TfTree()
    moved(tree, 'b', [1], parent='a')
    moved(tree, 'c', [1], parent='b')
    moved(tree, 'a', [1], parent='c')
    for frames in (('a', 'b'), ('c', 'a'), ('world', 'c')):
        with pytest.raises(LookupFailed, match='loop'):
            tree.lookup(*frames)
    moved(tree, 'a', [1])
    assert tree.lookup('world', 'c')[0][0, 3] == pytest.approx(3)


def test_the_newest_parent_wins():
    tree = TfTree()
    moved(tree, 'tool', [1, 2, 3], parent='rack')
    moved(tree, 'tool', [4], parent='hand')
    assert tree.parent_of('tool') == 'hand'
    moved(tree, 'tool', [3.5], parent='rack')
    assert tree.parent_of('tool') == 'hand'
    assert tree.lookup('hand', 'tool')[1] == 4 * SECOND
    tree.insert('shelf', 'tool', 0, pose(), static=True)
    assert tree.parent_of('tool') == 'shelf'
    moved(tree, 'tool', [1], parent='rack')
    assert tree.parent_of('tool') == 'rack'


def test_samples_out_of_order_take_their_place():
    tree = TfTree()
    tree.insert('world', 'a', 1000, pose((1, 0, 0)))
    tree.insert('world', 'a', 3000, pose((3, 0, 0)))
    tree.insert('world', 'a', 2000, pose((7, 0, 0)))
    assert tree.lookup('world', 'a', 2000)[0][0, 3] == 7
    assert tree.lookup('world', 'a', 2500)[0][0, 3] == pytest.approx(5)
    assert tree.lookup('world', 'a')[1] == 3000


def test_a_second_sample_of_one_stamp_replaces_the_first():
    tree = TfTree()
    tree.insert('world', 'a', 1000, pose((1, 0, 0)))
    tree.insert('world', 'a', 1000, pose((2, 0, 0)))
    assert tree.lookup('world', 'a', 1000)[0][0, 3] == 2


def test_the_past_is_forgotten_after_the_cache_time():
    tree = TfTree(cache_ns=2 * SECOND)
    moved(tree, 'a', [1, 2, 3, 4])
    assert tree.lookup('world', 'a', 2 * SECOND)[0][0, 3] == pytest.approx(2)
    with pytest.raises(LookupFailed, match='past'):
        tree.lookup('world', 'a', int(1.5 * SECOND))


def test_one_straggler_older_than_the_cache_is_dropped():
    tree = TfTree(cache_ns=2 * SECOND)
    moved(tree, 'a', [100, 1, 101, 1.1, 102])
    assert tree.lookup('world', 'a')[1] == 102 * SECOND
    assert tree.lookup('world', 'a', int(100.5 * SECOND))[0][0, 3] == pytest.approx(100.5)


def test_time_that_goes_back_begins_anew():
    tree = TfTree(cache_ns=2 * SECOND)
    moved(tree, 'a', [100, 101, 1, 1.5, 2])
    found, stamp_ns = tree.lookup('world', 'a')
    assert (found[0, 3], stamp_ns) == (2, 2 * SECOND)
    with pytest.raises(LookupFailed, match='future'):
        tree.lookup('world', 'a', 100 * SECOND)


def test_one_sample_from_the_far_future_does_not_block_a_frame():
    tree = TfTree()
    moved(tree, 'a', [100, 10**6, 101, 102])
    assert tree.lookup('world', 'a')[1] == 102 * SECOND


def test_memory_is_bounded_by_count():
    tree = TfTree()
    for stamp_ns in range(1, MAX_SAMPLES_PER_FRAME + 102):
        tree.insert('world', 'a', stamp_ns, np.eye(4))
    assert tree.lookup('world', 'a', 102)[1] == 102
    with pytest.raises(LookupFailed, match='past'):
        tree.lookup('world', 'a', 101)


def mirror():
    """Turn a right hand into a left one."""
    return np.diag([1.0, 1.0, -1.0, 1.0])


@pytest.mark.parametrize(
    ('parent', 'child', 'matrix'),
    [
        ('', 'a', np.eye(4)),
        ('world', '', np.eye(4)),
        ('world', '/', np.eye(4)),
        ('a', 'a', np.eye(4)),
        ('/a', 'a', np.eye(4)),
        ('world', 'a', np.eye(3)),
        ('world', 'a', np.zeros((4, 4))),
        ('world', 'a', np.full((4, 4), np.nan)),
        ('world', 'a', pose((np.inf, 0, 0))),
        ('world', 'a', pose((0, np.nan, 0))),
        ('world', 'a', np.diag([1e200, 1e200, 1e200, 1.0])),
        ('world', 'a', np.diag([1.01, 1.0, 1.0, 1.0])),
        ('world', 'a', np.eye(4) + np.eye(4, k=-3)),
        ('world', 'a', np.diag([1.0, 1.0, 1.0, 2.0])),
        ('world', 'a', mirror()),
    ],
)
def test_what_is_no_pose_is_refused_and_leaves_no_trace(parent, child, matrix):
    tree = TfTree()
    with pytest.raises(ConversionError):
        tree.insert(parent, child, 1, matrix)
    assert tree.parent_of(child) is None


def test_the_caller_may_reuse_its_matrices():
    tree = TfTree()
    given = pose((1, 0, 0))
    tree.insert('world', 'a', 1, given)
    given[0, 3] = 5
    found, _ = tree.lookup('world', 'a')
    assert found[0, 3] == 1
    found[0, 3] = 6
    assert tree.lookup('world', 'a')[0][0, 3] == 1


def test_a_reader_in_another_thread_never_sees_half_an_insert():
    tree = TfTree(cache_ns=50)
    tree.insert('world', 'a', 1, pose((1, 0, 0)))
    failures, done = [], threading.Event()

    def read():
        while not done.is_set():
            found, stamp_ns = tree.lookup('world', 'a')
            if found[0, 3] != stamp_ns:
                failures.append((found, stamp_ns))

    reader = threading.Thread(target=read)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        reader.start()
        for stamp_ns in range(2, 2000):
            tree.insert('world', 'a', stamp_ns, pose((stamp_ns, 0, 0)))
    finally:
        done.set()
        reader.join()
        sys.setswitchinterval(interval)
    assert failures == []


def run_of(tree, x, begin_s=100.0, seconds=4.0, hz=30, child='a', parent='world'):
    """Let a child stand at x for a run of time."""
    for number in range(round(seconds * hz) + 1):
        tree.insert(parent, child, round((begin_s + number / hz) * SECOND), pose((x, 0, 0)))


@pytest.mark.parametrize('hz', [5, 30, 200])
def test_a_run_that_begins_anew_within_the_cache_begins_anew(hz):
    tree = TfTree()
    run_of(tree, 0, hz=hz)
    run_of(tree, 10, seconds=2, hz=hz)
    found, stamp_ns = tree.lookup('world', 'a')
    assert (found[0, 3], stamp_ns) == (10, 102 * SECOND)
    for stamp_s in np.linspace(100, 102, 50):
        assert tree.lookup('world', 'a', round(stamp_s * SECOND))[0][0, 3] == pytest.approx(10)
    with pytest.raises(LookupFailed, match='future'):
        tree.lookup('world', 'a', 103 * SECOND)


def test_two_runs_are_never_mixed_whatever_is_asked_in_between():
    """Every frame shows the number of its run; chains and moments of one answer have one run."""
    rng = np.random.default_rng(5)
    tree = TfTree()
    asked = answered = 0
    for turn in range(4):
        for number in range(101):
            stamp_s = 100 + number / 25
            for child, parent, every in (('a', 'world', 1), ('b', 'a', 1), ('c', 'b', 7)):
                if number % every == 0:
                    tree.insert(parent, child, round(stamp_s * SECOND), pose((turn, 0, 0)))
            asked += 1
            now_s = max(100.0, stamp_s - rng.uniform(0, 0.4))
            try:
                found, _ = tree.lookup('world', 'c', round(now_s * SECOND))
            except LookupFailed as failure:
                assert failure.reason in ('extrapolation', 'unknown', 'unconnected')
                continue
            answered += 1
            assert found[0, 3] == pytest.approx(3 * turn), (turn, number)
    assert answered > asked / 4


def test_a_jump_of_one_frame_is_one_of_all_that_share_its_clock():
    tree = TfTree()
    run_of(tree, 1, child='a')
    run_of(tree, 1, child='b', parent='a')
    run_of(tree, 1, begin_s=1.7e9, child='other')
    tree.insert('b', 'tip', 0, pose((0, 0, 1)), static=True)
    run_of(tree, 2, seconds=1, child='a')
    with pytest.raises(LookupFailed):
        tree.lookup('world', 'b')
    assert tree.lookup('b', 'tip')[0][2, 3] == 1
    assert tree.lookup('world', 'other')[0][0, 3] == 1
    run_of(tree, 2, seconds=1, child='b', parent='a')
    assert tree.lookup('world', 'tip')[0][0, 3] == 4


def test_a_new_run_may_have_another_parent():
    tree = TfTree()
    run_of(tree, 1, parent='rack')
    run_of(tree, 2, seconds=1, parent='hand')
    assert tree.lookup('hand', 'a')[0][0, 3] == 2


def test_stragglers_far_behind_are_ignored_and_named():
    ignored = []
    tree = TfTree(ignored=ignored.append)
    moved(tree, 'a', [100, 100.5, 101, 100.2, 101.5])
    assert ignored == ['a']
    assert tree.lookup('world', 'a', int(100.25 * SECOND))[0][0, 3] == pytest.approx(100.25)


def test_clear_forgets_what_moves_and_nothing_else():
    tree = TfTree()
    run_of(tree, 1)
    tree.insert('a', 'tip', 0, pose((0, 0, 1)), static=True)
    tree.clear()
    with pytest.raises(LookupFailed):
        tree.lookup('world', 'a')
    assert tree.lookup('a', 'tip')[0][2, 3] == 1
    moved(tree, 'a', [3])
    assert tree.lookup('world', 'tip')[1] == 3 * SECOND
