"""Device names as ROS names."""

import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rclpy.validate_full_topic_name import validate_full_topic_name
from rclpy.validate_topic_name import validate_topic_name

from igtl_ros2.config import is_start_of, marked_name, ros_name, whole_characters
from igtl_ros2.converters.names import KnownNames
from igtl_ros2.errors import ConversionError

NAMES = st.text(max_size=20) | st.binary(max_size=20).map(
    lambda raw: raw.decode('utf-8', 'surrogateescape'))
ALIKE = st.text('Aa1 _-#針é\u0301', max_size=6)


@pytest.mark.parametrize(
    'device',
    ['Probe', 'ProbeToTracker', 'Needle_2', 'Probe_', 'x', 'to_igtl2', 'Unnamed', 'x' * 100],
)
def test_a_name_that_ros_can_spell_stays(device):
    assert ros_name(device) == device


@pytest.mark.parametrize(
    ('device', 'stem'),
    [
        ('Stylus-Tip 1', 'Stylus_Tip_1'),
        ('Probe ', 'Probe'),
        (' Probe', 'Probe'),
        ('Needle#2', 'Needle_2'),
        ('a/b', 'a_b'),
        ('/a//b/', 'a_b'),
        ('a__b', 'a_b'),
        ('_hidden', 'hidden'),
        ('~private', 'private'),
        ('{sub}', 'sub'),
        ('3DSlicer', 'd_3DSlicer'),
        ('1', 'd_1'),
        ('Énée', 'Enee'),
        ('E\u0301', 'E'),
        ('ﬁne x²', 'fine_x2'),
        ('１２', 'd_12'),
        ('***', 'unnamed'),
        ('針', 'unnamed'),
        ('unnamed', 'unnamed'),
        ('A針B', 'A_B'),
        ('tool\udcff', 'tool'),
        ('a\nb', 'a_b'),
        ('to_igtl', 'to_igtl'),
        ('to igtl', 'to_igtl'),
    ],
)
def test_any_other_name_is_told_apart_by_its_end(device, stem):
    name = ros_name(device)
    assert name.startswith(f'{stem}_x')
    assert len(name) == len(stem) + 9


def test_no_name():
    assert ros_name('') == 'unnamed'


def test_the_end_is_the_same_in_every_process():
    code = 'from igtl_ros2.config import ros_name; print(ros_name("Probe 1"), ros_name("針"))'
    told = {
        subprocess.run(
            [sys.executable, '-c', code], env={**os.environ, 'PYTHONHASHSEED': seed},
            capture_output=True, text=True, check=True,
        ).stdout
        for seed in ('1', '2')
    }
    assert told == {f'{ros_name("Probe 1")} {ros_name("針")}\n'}


@given(NAMES)
def test_any_name_makes_a_valid_topic(device):
    name = ros_name(device)
    validate_topic_name(f'/x/{name}/info')
    validate_topic_name(f'{name}/info')
    assert '__' not in name
    assert name != 'to_igtl'


@given(NAMES | ALIKE, NAMES | ALIKE)
def test_two_names_are_never_one(one, other):
    assert (ros_name(one) == ros_name(other)) == (one == other)


@given(NAMES | ALIKE)
def test_nobody_gets_the_topic_of_another_by_its_name(device):
    for name in (ros_name(device), marked_name(device)):
        if name != device:
            assert ros_name(name) not in (ros_name(device), marked_name(device))


@pytest.mark.parametrize('device', ['x' * 70000, '9' * 70000, '\ufdfa' * 1000, '_' * 500 + 'x'])
def test_a_long_name_leaves_room_for_the_rest_of_the_topic(device):
    validate_full_topic_name(f'/{"n" * 100}/{ros_name(device)}/tracking')


LEFT, RIGHT = (f'手术导航探头{side}'.encode()[:20].decode('utf-8', 'surrogateescape')
               for side in '左右')


def test_a_name_that_its_field_has_cut_keeps_its_whole_characters():
    assert whole_characters(LEFT) == whole_characters(RIGHT) == '手术导航探头'
    assert ros_name(LEFT) != ros_name(RIGHT)
    assert is_start_of(LEFT, '手术导航探头左')
    assert not is_start_of(LEFT, '手术导航探头右')


@pytest.mark.parametrize('raw', [b'Andr\xe9', b'M\xfcller', b'\xff\xfe', b'A' * 18 + b'\xff\xe6'])
def test_what_is_no_utf_8_is_not_taken_for_cut(raw):
    text = raw.decode('utf-8', 'surrogateescape')
    assert whole_characters(text) == text


@given(st.text(min_size=1).map(str.encode))
def test_whole_characters_of_any_text_that_is_cut(raw):
    whole = raw.decode()
    assert whole_characters(whole) == whole
    cut = whole_characters(raw[:20].decode('utf-8', 'surrogateescape'))
    assert whole.startswith(cut) and 17 <= len(cut.encode()) or len(raw) < 20


# -- tools, labels, paths


def test_a_text_keeps_its_name_whoever_else_there_is():
    names = KnownNames()
    assert [names.use(text) for text in ('F-1', 'F 1', 'F_1')] == [
        ros_name('F-1'), ros_name('F 1'), 'F_1']
    assert KnownNames().use('F 1') == ros_name('F 1')


def test_names_that_are_missing_for_long_make_room():
    names = KnownNames(limit=3, missing=2)
    for text in ('A', 'B', 'C'):
        names.use(text)
    with pytest.raises(ConversionError, match='3 names are known'):
        names.use('D')
    for _ in range(2):
        names.next_message()
        names.use('B')
    assert names.use('D') == 'D'
    assert names.take_forgotten() == ['A']
    with pytest.raises(ConversionError):
        for text in ('B', 'E', 'F'):  # F would have to take the place of one that is there
            names.use(text)
    assert names.take_forgotten() == ['C']
