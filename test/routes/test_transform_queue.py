"""What waits for tf: in order, not too long, and not too much."""

import numpy as np
import pytest
from inward import Report

from igtl_ros2.converters.tf_tree import TfTree
from igtl_ros2.routes import transform_queue
from igtl_ros2.routes.effects import LookUp
from igtl_ros2.routes.transform_queue import Placement, TransformQueue

NS = 10**9


class Waiting:
    """A queue, and what went on of it or was lost."""

    def __init__(self, tf=True):
        self.tf, self.report, self.gone, self.lost = TfTree(), Report(), [], []
        self.queue = TransformQueue(self.tf if tf else None, self.report)

    def submit(self, name, now_s=0.0, key='Tool', frames=('camera',), stamp_s=5, size=1):
        self.queue.submit(Placement(
            key, f'{key} {name}', LookUp(name, frames, 'base', stamp_s * NS, size),
            lambda poses: self.gone.append((name, {f: m[0, 3] for f, m in poses.items()})),
            lambda why: self.lost.append(name)), now_s)

    def place(self, x_m=1.0, stamp_s=None, frame='camera'):
        matrix = np.eye(4)
        matrix[0, 3] = x_m
        self.tf.insert('base', frame, (stamp_s or 0) * NS, matrix, static=stamp_s is None)

    @property
    def names(self):
        return [name for name, _ in self.gone]


def test_what_tf_knows_goes_on_at_once_at_its_own_stamp():
    waiting = Waiting()
    for second in range(3, 8):  # it moves
        waiting.place(second, second)
    waiting.submit('a', stamp_s=5)
    waiting.submit('b', frames=('base', 'base'))  # which is where it shall be
    assert waiting.gone == [('a', {'camera': 5.0}), ('b', {'base': 0.0})]
    assert waiting.queue.count == 0


def test_what_waits_goes_on_in_order_and_nobody_overtakes_it():
    waiting = Waiting()
    waiting.submit('a')
    waiting.submit('b', frames=('base',))  # known, but behind it
    waiting.submit('other', key='Other', frames=('base',))
    assert waiting.names == ['other'] and waiting.queue.count == 2
    waiting.queue.retry(0.1)
    waiting.place()
    waiting.submit('c')
    assert waiting.names == ['other']
    waiting.queue.retry(0.2)
    assert waiting.names == ['other', 'a', 'b', 'c'] and waiting.queue.count == 0
    waiting.submit('d')
    assert waiting.names[-1] == 'd' and waiting.lost == []


def test_what_waits_too_long_is_dropped_and_counted_alone():
    waiting = Waiting()
    waiting.submit('a', 0.0)
    waiting.submit('b', 0.3)
    waiting.queue.retry(0.49)
    assert waiting.queue.count == 2
    waiting.queue.retry(0.51)
    assert (waiting.lost, waiting.queue.count) == (['a'], 1)
    assert waiting.report.of('problem') == {'Tool a: to_frame': 1}
    waiting.place()
    waiting.queue.retry(0.6)
    assert waiting.names == ['b']


@pytest.mark.parametrize('limit, size', [({'MAX_WAITING': 3}, 1), ({'MAX_WAITING_BYTES': 30}, 10)])
def test_no_more_waits_than_there_is_room_for(monkeypatch, limit, size):
    for name, value in limit.items():
        monkeypatch.setattr(transform_queue, name, value)
    waiting = Waiting()
    for name in 'abcde':
        waiting.submit(name, size=size)
    assert waiting.lost == ['a', 'b']  # the oldest of its own
    waiting.submit('new', key='Other', size=size)
    assert waiting.lost == ['a', 'b', 'new']
    waiting.place()
    waiting.queue.retry(0.1)
    for name in 'fgh':  # there is room again
        waiting.submit(name, stamp_s=9, size=size, frames=('nowhere',))
    assert waiting.names == ['c', 'd', 'e'] and waiting.lost == ['a', 'b', 'new']


def test_what_is_too_large_by_itself_may_wait_alone(monkeypatch):
    monkeypatch.setattr(transform_queue, 'MAX_WAITING_BYTES', 30)
    waiting = Waiting()
    waiting.submit('volume', size=99)
    assert waiting.queue.count == 1 and waiting.lost == []


def test_what_waits_when_it_is_closed_is_dropped_and_so_is_what_would():
    waiting = Waiting()
    waiting.submit('a')
    waiting.submit('b')
    waiting.queue.close('the link was closed')
    assert waiting.lost == ['a', 'b']
    waiting.submit('c')
    assert waiting.lost == ['a', 'b', 'c'] and waiting.queue.count == 0
    waiting.submit('d', frames=('base',))
    assert waiting.names == ['d']


def test_without_tf_all_is_dropped_in_time():
    waiting = Waiting(tf=False)
    waiting.submit('a')
    waiting.queue.retry(1.0)
    assert waiting.lost == ['a']
