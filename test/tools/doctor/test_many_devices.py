"""A peer that makes up thousands of names: the work of the doctor grows with them, no faster."""

import cProfile
import pstats

import pytest

from igtl_ros2.tools.doctor.judge import judge
from igtl_ros2.tools.doctor.observation import Observation, Reach, Seen, Session, Tool, Values

NS = 10**9


def calls_for(count, name):
    """Count the calls that it takes to judge so many devices without stamps."""
    seen = [
        Seen('TRANSFORM', name(number), at_s, 1_790_000_000 * NS, 0,
             values=Values(tools=(Tool('', (number, at_s, 1.5)),)))
        for at_s in (0.1, 0.2) for number in range(count)]
    observed = Observation(
        Reach('tcp', '127.0.0.1', 18944, ('127.0.0.1',), reached='127.0.0.1'), 1.0,
        [Session('')], seen)
    profile = cProfile.Profile()
    profile.runcall(judge, observed)
    return pstats.Stats(profile).total_calls


@pytest.mark.parametrize('name', [
    lambda n: f'T{n}', lambda n: f'F{n}ToF{n + 1}', lambda n: f'F{n}ToBase',
], ids=['apart', 'a chain of frames', 'one parent'])
def test_twice_as_many_devices_take_twice_the_work(name):
    few, many = (calls_for(count, name) for count in (100, 200))
    assert many < 2.3 * few
