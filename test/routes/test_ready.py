"""What came together is broadcast together: nothing is lost, and nothing changes its order."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inward import Link, pose

from igtl_ros2.converters.lazy import frames_of
from igtl_ros2.routes.effects import Broadcast, Publish, ShowInfo, ShowState
from igtl_ros2.routes.ready import TOGETHER, with_joint_broadcasts

NAMES = ('a', 'b', 'c')
#: a device, and what is to be done for it
KINDS = ('pose', 'topic', 'info', 'state', 'static', 'tools', 'none')


class Device:
    """One that has no more than a name."""

    def __init__(self, name):
        self.name = name


def effect_of(kind, number):
    return {
        'pose': lambda: Broadcast([(number, 'sender', 0)], False),
        'topic': lambda: Publish('transform', None, number),
        'info': lambda: ShowInfo([str(number)]),
        'state': lambda: ShowState(str(number)),
        'static': lambda: Broadcast([(number, 'sender', 0)], True),
        'tools': lambda: Broadcast([(number, 'sender', 0), (-number, 'sender', 0)], False),
        'none': lambda: Broadcast([], False),
    }[kind]()


def offered(ready, name):
    """List what is broadcast of a device, piece by piece."""
    return [one for device, _, effect in ready if device.name == name
            and isinstance(effect, Broadcast) for one in effect.offered]


@given(kinds=st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(('pose',) * 6 + ('topic',) * 3 + KINDS)),
    max_size=80))
def test_nothing_is_lost_and_all_keeps_its_order(kinds):
    devices = {name: Device(name) for name in NAMES}
    ready = [
        (devices[name], SimpleNamespace(number=number), effect_of(kind, number))
        for number, (name, kind) in enumerate(kinds, 1)]
    joint = with_joint_broadcasts(ready)
    for name in NAMES:
        assert offered(joint, name) == offered(ready, name)
    rest = [[one for one in all_of if not isinstance(one[2], Broadcast)]
            for all_of in (ready, joint)]
    assert rest[0] == rest[1]
    for _, _, effect in joint:
        if isinstance(effect, Broadcast) and len(effect.offered) > 2:
            assert len(effect.offered) == TOGETHER and not effect.is_static
    # whatever is no pose, topic or info stands between the same poses as before
    for number, (_, kind) in enumerate(kinds, 1):
        if kind in ('state', 'static', 'tools', 'none'):
            before, after = ([
                one[0] for device, passage, effect in all_of[:at(all_of, number)]
                if isinstance(effect, Broadcast) for one in effect.offered]
                for all_of in (ready, joint))
            assert sorted(before) == sorted(after)


def at(ready, number):
    return next(place for place, one in enumerate(ready) if one[1].number == number)


def test_poses_of_a_device_are_few_messages_on_tf():
    link = Link(tf='dynamic')
    ready = []
    for number in range(3 * TOGETHER + 3):
        passage = link.passage(pose(float(number)))
        passage.arrival_ns += number
        device = link.device(passage.message)
        ready += [(device, passage, effect) for effect in device.way.take(passage)]
    casts = [effect.offered for _, _, effect in with_joint_broadcasts(ready)
             if isinstance(effect, Broadcast)]
    assert [len(one) for one in casts] == 3 * [TOGETHER] + 3 * [1]
    stamps = [transform.stamp_ns for one in casts for transform, *_ in one]
    assert stamps == sorted(stamps) and len(set(stamps)) == 3 * TOGETHER + 3
    assert {frames_of(transform) for one in casts for transform, *_ in one} == {('ras', 'Tool')}


def test_of_poses_that_cannot_be_broadcast_each_is_counted():
    runner_of = pytest.importorskip('igtl_ros2.nodes.effect_runner', reason='ROS is not here')
    link = Link()

    def fails(*_):
        raise RuntimeError

    output = SimpleNamespace(
        publish=None, broadcast=fails, publish_state=None, forget_names=None)
    runner = runner_of.EffectRunner(
        None, output, None, None, None, None, SimpleNamespace(published=None), link.report)
    runner.begin(SimpleNamespace(hold=None))
    device = link.device(pose())
    ready = [(device, None, Broadcast([(n, 'sender', 0)], False)) for n in range(3 * TOGETHER + 1)]
    runner.carry_out(ready)
    assert link.report.of('problem') == {'TRANSFORM Tool': 3 * TOGETHER + 1}
