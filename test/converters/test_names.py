"""Device names as ROS names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rclpy.validate_full_topic_name import validate_full_topic_name
from rclpy.validate_topic_name import validate_topic_name

from igtl_ros2.converters.names import ros_name


@pytest.mark.parametrize(
    ('device', 'name'),
    [
        ('Probe', 'Probe'),
        ('ProbeToTracker', 'ProbeToTracker'),
        ('Stylus-Tip 1', 'Stylus_Tip_1'),
        ('a/b', 'a_b'),
        ('/a//b/', 'a_b'),
        ('a___b', 'a_b'),
        ('_hidden', 'hidden'),
        ('~private', 'private'),
        ('{sub}', 'sub'),
        ('3DSlicer', 'd_3DSlicer'),
        ('1', 'd_1'),
        ('Énée', 'Enee'),
        ('E\u0301', 'E'),
        ('ﬁne x²', 'fine_x2'),
        ('１２', 'd_12'),
        ('', 'unnamed'),
        ('***', 'unnamed'),
        ('針', 'unnamed'),
        ('A針B', 'A_B'),
        ('tool\udcff', 'tool'),
        ('a\nb', 'a_b'),
        ('to_igtl', 'd_to_igtl'),
        ('to igtl', 'd_to_igtl'),
        ('to_igtl2', 'to_igtl2'),
    ],
)
def test_names(device, name):
    assert ros_name(device) == name


@given(st.text() | st.binary().map(lambda raw: raw.decode('utf-8', 'surrogateescape')))
def test_any_name_makes_a_valid_topic(device):
    name = ros_name(device)
    validate_topic_name(f'/x/{name}/info')
    validate_topic_name(f'{name}/info')
    assert '__' not in name
    assert name != 'to_igtl'


@pytest.mark.parametrize('device', ['x' * 70000, '9' * 70000, '\ufdfa' * 1000, '_' * 500 + 'x'])
def test_a_long_name_leaves_room_for_the_rest_of_the_topic(device):
    validate_full_topic_name(f'/{"n" * 100}/{ros_name(device)}/tracking')
