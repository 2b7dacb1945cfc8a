"""A pose that is filled into what was encoded before is what would have been encoded."""

import time

import numpy as np
import pytest
from geometry_msgs.msg import Point, Pose, PoseArray, PoseStamped, TransformStamped
from ros_user import mapping, next_message, wait_for

from igtl_ros2 import connect
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.config import Settings
from igtl_ros2.converters.lazy import LazyTransform
from igtl_ros2.converters.pose import transform_from_pose
from igtl_ros2.converters.registry import Sending, envelope_of
from igtl_ros2.converters.units import pose_from_numbers
from igtl_ros2.errors import ConversionError, EncodeError
from igtl_ros2.nodes.pose_outgoing import PoseFrames, PoseOutgoing
from igtl_ros2.peers import Outgoing
from igtl_ros2.peers.compat import Compat
from igtl_ros2.rules import SendRule

NOW_NS = time.time_ns()
UP = """
profile: plain
send:
- {topic: /points, device: P, type: POINT}
- {topic: /tools, device: T, type: TDATA}
- {topic: /paths, device: W, type: TRAJ}
- {topic: /place, device: L, type: POSITION}
- {topic: /tool, device: X, type: TRANSFORM}
"""


def test_what_the_wire_has_no_room_for_is_named_and_what_was_before_it_is_held(ros, tmp_path):
    node = ros.bridge(mode='server', port=0, **mapping(tmp_path, UP))
    (health, *_), = node._diagnostics._open

    def at(x):
        return Pose(position=Point(x=x))

    for name, kind in (('points', PoseArray), ('tools', PoseArray), ('paths', PoseArray),
                       ('place', PoseStamped), ('tool', PoseStamped)):
        talker = ros.talk(f'/{name}', kind)
        for x in (0.001, 1e36):
            where = {'pose': at(x)} if kind is PoseStamped else {'poses': [at(x), at(0.0)]}
            talker.publish(kind(**where))
    wait_for(lambda: len(health._report.counts) == 5, 'the problems')
    assert sorted(health._report.counts) == [
        '/paths', '/place', '/points', '/tool', '/tools']
    with connect(f'tcp://127.0.0.1:{node.link.address.port}') as late:
        held = {next_message(late).type_name for _ in range(5)}
        assert held == {'POINT', 'TDATA', 'TRAJ', 'POSITION', 'TRANSFORM'}
        assert not node.link.peers[0].errors


def converted(rule, frame, stamp_ns, numbers, is_lazy=True, state=None):
    message = LazyTransform(stamp_ns, (frame, 'x'), numbers)
    if not is_lazy:
        message.become()
        assert type(message) is TransformStamped
    return transform_from_pose(message, Sending(
        rule.device, rule, NOW_NS, state={} if state is None else state))


@pytest.mark.parametrize('profile', ['auto', 'slicer', 'plus', 'plain'])
@pytest.mark.parametrize('seen_version', [0, 1, 2])
@pytest.mark.parametrize('device, frame, unit', [
    ('Tool', 'base', 'mm'), ('T', '', 'm'), ('A name of more than twenty bytes', 'wörld', 'mm'),
])
def test_it_is_byte_by_byte_what_the_codec_encodes(profile, seen_version, device, frame, unit):
    settings = Settings(compat=profile) if profile != 'auto' else Settings()
    rule = SendRule(device, topic='/t', wire_unit=unit)
    frames, compat = PoseFrames(), Compat(settings)
    chance, state = np.random.default_rng(3), {}
    for stamp_ns in (0, 5, 10**9, 1_700_000_000_123_456_789, 1_999_999_999_999_999_999, NOW_NS):
        for turn in range(6):
            numbers = tuple(chance.normal(size=7).tolist())
            matrix = pose_from_numbers(numbers[:3], numbers[3:], unit)
            usual = Transform(matrix, **envelope_of(device, frame, stamp_ns, stamp_ns or NOW_NS))
            wanted = b''.join(Outgoing(usual).parts(compat, seen_version))
            message = converted(rule, frame, stamp_ns, numbers, turn % 3, state)
            got = PoseOutgoing(message, frames)
            assert b''.join(got.parts(compat, seen_version)) == wanted
            assert got.size() == len(wanted)


def test_what_else_is_said_of_a_pose_is_kept():
    frames, compat = PoseFrames(), Compat(Settings(compat='plain'))
    for state in ('OK', 'MISSING', 'OK', ''):
        for stamp in ('7.000000001', '8.000000001', '8.1', ''):
            said = {'TransformStatus': state, 'ros_stamp': stamp}
            metadata = {key: value for key, value in said.items() if value}
            for number in (0, 7):
                message = Transform(
                    np.eye(4), device_name='Tool', timestamp=5, message_id=number,
                    metadata=metadata)
                wanted = b''.join(Outgoing(message).parts(compat, 2))
                assert b''.join(PoseOutgoing(message, frames).parts(compat, 2)) == wanted


def test_a_pose_that_cannot_be_written_is_refused():
    rule, frames = SendRule('Tool', topic='/t'), PoseFrames()
    for wrong, error in (
        ((0, 0, 0, 0, 0, 0, 0), ConversionError),
        ((float('inf'), 0, 0, 0, 0, 0, 1), ConversionError),
        ((1e300, 0, 0, 0, 0, 0, 1), EncodeError),
    ):
        with pytest.raises(error):
            PoseOutgoing(converted(rule, 'base', NOW_NS, wrong), frames)
    with pytest.raises(EncodeError):
        converted(rule, 'base', 2**33 * 10**9, (0, 0, 0, 0, 0, 0, 1))
