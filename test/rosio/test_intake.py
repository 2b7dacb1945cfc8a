"""What is taken at once, and when who takes it may rest: without ROS."""

import threading
from collections import deque
from types import SimpleNamespace

import pytest

pytest.importorskip('rclpy', reason='rclpy is not installed')

from igtl_ros2.rosio import intake  # noqa: E402
from igtl_ros2.rosio.intake import MOST, Intake, _read, _Target  # noqa: E402
from igtl_ros2.rosio.tf_listener import TfListener  # noqa: E402


class Subscription:
    """What waits of a topic, in place of a subscription to it."""

    msg_type, raw = None, True
    qos_profile = SimpleNamespace(depth=100)

    def __init__(self, count):
        self.waiting = list(range(count))
        self.handle = self

    def take_message(self, kind, raw):
        return (self.waiting.pop(0), {}) if self.waiting else None


def target(take, most):
    return _Target(take, SimpleNamespace(note=lambda info: None), most, False, deque())


@pytest.mark.parametrize('count, left', [(0, 0), (MOST - 1, 0), (4 * MOST, 0), (5 * MOST, MOST)])
def test_who_is_behind_does_not_rest(count, left):
    intake = Intake(SimpleNamespace(), threading.RLock())
    topic, batches = Subscription(count), []
    intake._targets = {topic: target(batches.append, MOST)}
    assert intake._take([*intake._targets.items()], 0) == (count < 4 * MOST)
    assert len(topic.waiting) == left
    assert sum(batches, []) == list(range(count - left))
    assert all(len(batch) <= MOST for batch in batches)


def test_who_is_woken_for_nothing_again_and_again_rests(monkeypatch):
    now = [10.0]
    monkeypatch.setattr(intake.time, 'monotonic', lambda: now[0])
    topic = Subscription(0)
    taking = Intake(SimpleNamespace(), threading.RLock())
    taking._targets = {topic: target(lambda batch: None, MOST)}

    def rests(wait_s):
        now[0] += wait_s
        return taking._rest_s(taking._take([*taking._targets.items()], 0)) > 0.0

    assert not any(rests(1.0) for _ in range(10))  # that is how long a wait lasts
    assert [rests(0.0001) for _ in range(6)] == [False] * 3 + [True] * 3
    topic.waiting = [1]
    assert [rests(0.0001) for _ in range(5)] == [False] * 4 + [True]
    assert not rests(1.0)


def test_what_a_subscription_has_got_is_handed_on_before_it_goes():
    node = SimpleNamespace(_subscriptions=[], destroy_subscription=lambda one: gone.append(one))
    intake = Intake(node, threading.RLock())
    topic, batches, gone = Subscription(5), [], []
    one = intake._targets[topic] = target(batches.append, 2)
    _read(topic, one)  # in the thread that waits for the lock, which its replacement has
    intake._finish(topic)
    intake._hand_on(topic, one)
    assert (batches, gone) == ([[0, 1], [2, 3], [4]], [topic])


def test_nothing_is_read_of_subscriptions_some_of_which_have_been_replaced():
    intake = Intake(SimpleNamespace(), threading.RLock())
    topic, batches = Subscription(5), []
    intake._targets = {topic: target(batches.append, MOST)}
    before, intake._version = intake._version, intake._version + 1
    assert not intake._take([*intake._targets.items()], before)
    assert len(topic.waiting) == 5 and not batches


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
