"""What is taken at once, and when who takes it may rest: without ROS."""

import threading
from types import SimpleNamespace

import pytest

pytest.importorskip('rclpy', reason='rclpy is not installed')

from igtl_ros2.rosio.intake import MOST, Intake, _Target  # noqa: E402
from igtl_ros2.rosio.tf_listener import TfListener  # noqa: E402


class Subscription:
    """What waits of a topic, in place of a subscription to it."""

    msg_type, raw = None, True

    def __init__(self, count):
        self.waiting = list(range(count))
        self.handle = self

    def take_message(self, kind, raw):
        return (self.waiting.pop(0), {}) if self.waiting else None


@pytest.mark.parametrize('count, left', [(0, 0), (MOST - 1, 0), (4 * MOST, 0), (5 * MOST, MOST)])
def test_who_is_behind_does_not_rest(count, left):
    intake = Intake(SimpleNamespace(), threading.RLock())
    topic, batches = Subscription(count), []
    intake._targets = {topic: _Target(
        batches.append, SimpleNamespace(note=lambda info: None), MOST, False)}
    assert intake._take([*intake._targets.items()]) == (count < 4 * MOST)
    assert len(topic.waiting) == left
    assert sum(batches, []) == list(range(count - left))
    assert all(len(batch) <= MOST for batch in batches)


class Transforms:
    """Transforms as they are heard by somebody, without a node."""

    def __init__(self, *ears):
        self.listener = listener = TfListener.__new__(TfListener)
        listener._intake = SimpleNamespace(rest_s=0.0)
        listener._ears, listener._static = list(ears), {}
        listener._read = lambda data: [SimpleNamespace(
            header=SimpleNamespace(frame_id='base'), child_frame_id=data.decode())]

    def take(self, *batch, static=False):
        self.listener._take(static, list(batch))
        return self.listener._intake.rest_s > 0


def test_who_hears_nothing_but_himself_rests():
    heard = []
    broadcaster = (lambda transform, static: heard.append(transform.child_frame_id),
                   lambda data: data == b'own')
    tf = Transforms(broadcaster)
    assert tf.take(b'own') and tf.take(b'own', b'own') and heard == []
    assert not tf.take(b'own', b'other', b'own') and heard == ['other']
    assert tf.take(b'own')
    assert not tf.take(b'fixed', static=True) and heard == ['other', 'fixed']


def test_who_looks_up_what_the_same_node_broadcasts_does_not_wait_for_it():
    heard = []
    tf = Transforms(
        (heard.append, lambda data: True),
        (lambda transform, static: heard.append(transform.child_frame_id), lambda data: False))
    assert not tf.take(b'own') and heard == ['own']
