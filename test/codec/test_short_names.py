"""Names that do not fit the wire: short ones that depend on the whole name, and no other."""

from dataclasses import replace

import numpy as np
import pytest

from igtl_ros2 import codec
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.text import String
from igtl_ros2.codec.short_names import (
    FULL_NAME,
    NAME_BYTES,
    full_name,
    is_short_of,
    short_name,
    short_names,
    with_short_name,
)

LEFT, RIGHT = 'VeryLongRobotToolNameLeft', 'VeryLongRobotToolNameRight'


@pytest.mark.parametrize('name', ['', 'Probe', 'x' * 20, 'ä' * 10, '€' * 6])
def test_a_name_that_fits_stays_as_it_is(name):
    assert short_name(name) == name
    message = String('x', device_name=name)
    assert with_short_name(message) is message


@pytest.mark.parametrize('name', [LEFT, 'x' * 21, 'ä' * 11, '针' * 7, '\N{OK HAND SIGN}' * 6,
                                  'x' * 19 + 'ä', '\udc80' * 30, 'a' * 300])
def test_a_longer_one_fits_and_keeps_whole_characters(name):
    short = short_name(name)
    raw = short.encode('utf-8', 'surrogateescape')
    assert len(raw) <= NAME_BYTES and is_short_of(short, name)
    assert name.startswith(short[:-7]) and short[-7] == '_'
    decoded = codec.decode(codec.encode(with_short_name(String('x', device_name=name))))
    assert decoded.device_name == short


def test_a_short_name_is_a_function_of_the_name_alone():
    assert short_name(LEFT) == 'VeryLongRobot_q6pw7u'
    assert short_name(RIGHT) != short_name(LEFT)
    many = {short_name(f'{"a" * 20}{n}') for n in range(1000)}
    assert len(many) == 1000


def test_the_whole_name_is_in_metadata():
    message = with_short_name(Transform(np.eye(4), device_name=LEFT, metadata={'k': 'v'}))
    assert message.metadata == {FULL_NAME: LEFT, 'k': 'v'}
    assert is_short_of(short_name(LEFT), LEFT)
    assert not is_short_of(LEFT[:20], LEFT) and not is_short_of(short_name(LEFT), RIGHT)


@pytest.mark.parametrize('name', ['', 'VeryLong', 'Short', RIGHT, LEFT + 'Hand', LEFT[:10]])
def test_a_message_that_was_renamed_has_its_new_name(name):
    received = codec.decode(codec.encode(with_short_name(Transform(np.eye(4), device_name=LEFT))))
    assert full_name(received) == LEFT
    for made in (replace(received, device_name=name), received.inverse(device_name=name)):
        sent = codec.decode(codec.encode(with_short_name(made)))
        assert full_name(sent) == name


@pytest.mark.parametrize('cut', [LEFT[:20], LEFT[:19]])
def test_a_name_that_was_cut_is_known_by_metadata(cut):
    message = String('x', device_name=cut, metadata={FULL_NAME: LEFT})
    assert full_name(message) == LEFT


@pytest.mark.parametrize('size', [15, 20])
def test_names_fit_and_none_is_there_twice_in_any_order(size):
    links = ['left_arm_shoulder_lift_link', 'left_arm_shoulder_pan_link', 'left_arm_shoulder_li',
             'base', 'ü' * 12, *(f'{"a" * 20}{n}' for n in range(1000))]
    found = short_names(links, size)
    assert found == short_names(links[::-1], size)
    assert len(set(found.values())) == len(links)
    assert max(len(name.encode()) for name in found.values()) <= size
    assert found['base'] == 'base'
    one, = short_names(links[:1], size).values()
    assert one == found[links[0]]
