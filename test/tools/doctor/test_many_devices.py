"""What the doctor makes of a peer that makes up thousands of names, and of matrices."""

import cProfile
import pstats

import numpy as np
import pytest

from igtl_ros2.codec.messages.pose import Position, Transform
from igtl_ros2.codec.messages.tracking import (
    QuaternionElement,
    QuaternionTrackingData,
    TrackingData,
    TrackingElement,
)
from igtl_ros2.tools.doctor.findings import Severity
from igtl_ros2.tools.doctor.judge import judge
from igtl_ros2.tools.doctor.observation import Observation, Reach, Seen, Session, Tool, Values
from igtl_ros2.tools.doctor.values import values_of

NS = 10**9


def calls_for(count, name):
    """Count the calls that it takes to judge so many devices without stamps."""
    seen = [
        Seen('TRANSFORM', name(number), at_s, 1_790_000_000 * NS, 0,
             values=Values(tools=(Tool('', (number, at_s, 1.5)),)))
        for at_s in (0.1, 0.2) for number in range(count)]
    observed = Observation(
        Reach('tcp', '127.0.0.1', 18944, ('127.0.0.1',), reached='127.0.0.1'), 1.0,
        [Session()], seen)
    profile = cProfile.Profile()
    profile.runcall(judge, observed)
    return pstats.Stats(profile).total_calls


@pytest.mark.parametrize('name', [
    lambda n: f'T{n}', lambda n: f'F{n}ToF{n + 1}', lambda n: f'F{n}ToBase',
], ids=['apart', 'a chain of frames', 'one parent'])
def test_twice_as_many_devices_take_twice_the_work(name):
    few, many = (calls_for(count, name) for count in (100, 200))
    assert many < 2.3 * few


@pytest.mark.parametrize(('message', 'verdict'), [
    (Transform(np.diag((2, 2, 2, 1)), device_name='Tool'), Severity.WARNING),
    (Transform([[1, 0.2, 0, 9], [0, 1, 0, 9], [0, 0, 1, 9], [0, 0, 0, 1]]), Severity.WARNING),
    (Position((1, 2, 50), (0, 0, 0, 0.5), device_name='Tool'), Severity.WARNING),
    (QuaternionTrackingData([QuaternionElement('T', (1, 2, 50), (0, 2, 0, 0))]), Severity.WARNING),
    (Transform(np.diag((0.2, 0.2, 0.2, 1)), device_name='ImageToProbe'), Severity.NOTE),
    (Transform([[0.999, 0, 0, 9], [0, 1, 0, 9], [0, 0, 1, 9], [0, 0, 0, 1]]), Severity.NOTE),
    (Transform([[0, -1, 0, 9], [1, 0, 0, 9], [0, 0, 1, 9], [0, 0, 0, 1]]), None),
    (Position((1, 2, 50), (0, 0, 0, 1), device_name='Tool'), None),
    (TrackingData([TrackingElement('Tip', np.diag((2, 2, 2, 1)), 3)]), None),
])
def test_a_pose_that_is_no_rotation_is_told(message, verdict):
    seen = [Seen(message.type_name, message.device_name, at_s / 50, 1_790_000_000 * NS, 0,
                 values=values_of(message)) for at_s in range(50)]
    found = judge(Observation(
        Reach('tcp', '127.0.0.1', 18944, ('127.0.0.1',), reached='127.0.0.1'), 1.0,
        [Session()], seen))
    assert [one.severity for one in found if one.code == 'not-rigid'] == [verdict] * bool(verdict)
