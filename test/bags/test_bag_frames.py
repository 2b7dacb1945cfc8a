"""Which frames and lists name patients, and which topic a frame is on."""

import json

import pytest

for needed in ('mcap', 'rosbags'):
    pytest.importorskip(needed, reason=f'bags need the package {needed}')

from igtl_ros2.bags.frames import (  # noqa: E402
    FrameTopics,
    device_of,
    meta_names_patients,
    names_patients,
)
from igtl_ros2.codec import Unknown, decode_header, encode  # noqa: E402
from igtl_ros2.codec.messages.bundle import Bind  # noqa: E402
from igtl_ros2.codec.messages.catalog import (  # noqa: E402
    ImageMeta,
    ImageMetaElement,
    LabelMeta,
    VideoMeta,
)
from igtl_ros2.codec.messages.text import String  # noqa: E402

META = ImageMeta((ImageMetaElement('CT', 'id', 'CT', 'Jane', '7'),), device_name='List')
TEXT = String('IMGMETA', device_name='Text')


def is_naming(message):
    frame = encode(message)
    return names_patients(decode_header(frame), frame)


@pytest.mark.parametrize('message, naming', [
    (META, True),
    (VideoMeta((), device_name='List'), True),
    (LabelMeta((), device_name='List'), False),
    (TEXT, False),
    (Bind((TEXT, META)), True),
    (Bind((TEXT, Bind((META,)))), True),
    (Bind((TEXT,)), False),
    (Unknown('BIND', b'\0\7 cannot be read, with IMGMETA', device_name='B'), True),
])
def test_types_that_name_patients(message, naming):
    assert is_naming(message) is naming


@pytest.mark.parametrize('entries, naming', [
    ([], False),
    ([{'name': 'CT', 'patient_name': 'redacted', 'patient_id': ''}], False),
    ([{'name': 'CT', 'patient_name': '0123456789abcdef'}], False),
    ([{'name': 'CT', 'patient_name': 'Jane', 'patient_id': ''}], True),
    ([{'name': 'A'}, {'name': 'B', 'patient_id': '4711'}], True),
    ([{'patient_id': 4711}], True),
    ({'patient_id': '4711'}, True),
])
def test_lists_that_name_patients(entries, naming):
    assert meta_names_patients(json.dumps(entries)) is naming


def test_what_is_no_list_may_name_patients():
    assert meta_names_patients('Jane Planted')


def test_topics_are_those_of_the_bridge():
    topics = FrameTopics('/lab/plus/')
    assert topics.topic('Stylus-Tip 1', False) == '/lab/plus/Stylus_Tip_1/raw'
    assert topics.topic('Stylus.Tip 1', False) == '/lab/plus/Stylus_Tip_1_2/raw'
    assert topics.topic('Stylus.Tip 1', True) == '/lab/plus/to_igtl/Stylus_Tip_1/raw'
    assert topics.topic('', False) == '/lab/plus/unnamed/raw'
    assert FrameTopics('').topic('A', False) == '/A/raw'


def test_names_without_end_get_one_topic_in_the_end():
    topics = FrameTopics('')
    names = {topics.topic(f'd{number}', False) for number in range(1500)}
    assert len(names) == 1001 and '/more_devices/raw' in names


def test_the_full_name_is_in_the_metadata():
    frame = encode(String('x', device_name='A_very_long_name_of_', version=2,
                          metadata={'IGTL_DEVICE_NAME': 'A_very_long_name_of_a_tool'}))
    assert device_of(decode_header(frame), frame) == 'A_very_long_name_of_a_tool'
    other = encode(String('x', device_name='A', version=2, metadata={'IGTL_DEVICE_NAME': 'B'}))
    assert device_of(decode_header(other), other) == 'A'
