"""The short way of poses tells nobody less than the whole way."""

import json
import time

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import TransformStamped
from ros_user import STATE, mapping, pose, start, wait_for
from std_msgs.msg import String as RosString

from igtl_ros2 import codec
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.nodes import first_values

TURN = ((0, -1, 0), (1, 0, 0), (0, 0, 1))


@pytest.fixture(autouse=True)
def nobody_is_late(monkeypatch):
    """The first seconds, in which everything goes the whole way, are over at once."""
    monkeypatch.setattr(first_values, '_SEARCH_S', 0.0)


def tool(x_mm, **fields):
    return Transform(pose((x_mm, 0, 0), TURN), device_name='Tool',
                     timestamp=codec.from_ns(time.time_ns()), **fields)


def short_way(node):
    device = node._receivers['']._devices.get(('TRANSFORM', 'Tool'))
    return device is not None and device.express is not None


@pytest.fixture
def moving(ros, device):
    """Poses, infos and states of a tool that takes the short way."""
    node = start(ros, device, info_rate=0.0, header_version='2')
    poses = ros.listen('/x/Tool/transform', TransformStamped)
    infos = ros.listen('/x/Tool/info', RosString, STATE)
    states = ros.listen('/x/Tool/status', DiagnosticArray, STATE)
    wait_for(lambda: device.send(tool(0)) or time.sleep(0.02) or poses and short_way(node),
             'the short way')
    return node, poses, infos, states


def test_poses_and_stamps_are_those_that_were_sent(moving, device):
    node, poses, _, _ = moving
    sent = [tool(number + 1) for number in range(200)]
    poses.clear()
    for message in sent:
        device.send(message)
        time.sleep(0.001)
    wait_for(lambda: poses and poses[-1].transform.translation.x == 0.2, 'the last pose')
    assert short_way(node)
    by_stamp = {m.timestamp_ns: m for m in sent}
    assert len(poses) > 100
    for got in poses:
        stamp = got.header.stamp.sec * 10**9 + got.header.stamp.nanosec
        if stamp in by_stamp:
            t, r = got.transform.translation, got.transform.rotation
            assert (t.x, t.y, t.z) == (by_stamp[stamp].matrix[0, 3] / 1000, 0, 0)
            assert np.allclose((r.x, r.y, r.z, r.w), (0, 0, 0.5**0.5, 0.5**0.5), atol=1e-15)
            assert (got.header.frame_id, got.child_frame_id) == ('ras', 'Tool')


def test_a_state_that_comes_and_goes_is_told(moving, device):
    node, poses, _, states = moving
    device.send(tool(1, metadata={'TransformStatus': 'OUT_OF_VIEW'}))
    wait_for(lambda: states and states[-1].status[0].message == 'OUT_OF_VIEW', 'the state')
    poses.clear()
    device.send(tool(2))
    wait_for(lambda: states[-1].status[0].message == 'OK', 'the good state')
    wait_for(lambda: poses, 'the pose')
    assert [p.transform.translation.x for p in poses] == [0.002]


def test_metadata_and_stamps_of_another_kind_reach_info(moving, device):
    node, poses, infos, _ = moving
    known = len(infos)
    device.send(tool(1, metadata={'Operator': 'somebody'}))
    wait_for(lambda: len(infos) > known, 'info with metadata')
    assert json.loads(infos[-1].data)['metadata'] == {'Operator': 'somebody'}
    device.send(tool(1))
    wait_for(lambda: json.loads(infos[-1].data)['metadata'] == {}, 'info without it')
    device.send(Transform(pose(), device_name='Tool'))
    wait_for(lambda: json.loads(infos[-1].data)['stamp_source'] == 'receive', 'another clock')


@pytest.mark.parametrize('matrix', [np.diag([1, 1, -1, 1]), np.diag([1, np.nan, 1, 1])])
def test_what_is_no_pose_is_counted_and_in_info(moving, device, matrix):
    node, poses, infos, _ = moving
    device.send(Transform(matrix, device_name='Tool', timestamp=codec.from_ns(time.time_ns())))
    wait_for(lambda: 'matrix' in json.loads(infos[-1].data), 'the matrix in info')


@pytest.mark.parametrize('rule', [
    'pose: true', 'raw: true', 'tf: true', 'hold_hz: 10', 'to_frame: base', 'max_age: 1',
])
def test_rules_that_ask_for_more_close_the_short_way(ros, device, tmp_path, rule):
    node = start(ros, device, **mapping(tmp_path, f'receive: [{{device: Tool, {rule}}}]'))
    for _ in range(20):
        device.send(tool(1))
        time.sleep(0.01)
    wait_for(lambda: node._receivers[''].devices.get(('TRANSFORM', 'Tool')), 'the device')
    assert not short_way(node)
