"""What is recorded of frames and texts that name patients, and which topic a frame is on."""

import json

import numpy as np
import pytest

from igtl_ros2.bags.frames import (
    FrameTopics,
    device_of,
    safe_frame,
    safe_text,
)
from igtl_ros2.codec import Unknown, decode, decode_header, encode
from igtl_ros2.codec.messages.bundle import Bind
from igtl_ros2.codec.messages.catalog import (
    ImageMeta,
    ImageMetaElement,
    LabelMeta,
    VideoMeta,
    VideoMetaElement,
)
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.text import Command, String
from igtl_ros2.config import ros_name

ELEMENT = ImageMetaElement('CT', 'id', 'CT', 'Jane Planted', 'P-QX4711')
META = ImageMeta((ELEMENT,), device_name='List')
POSE = Transform(np.eye(4), device_name='P', version=2, metadata={'PatientName': 'Jane Planted'})
ORDER = Command(1, 'Save', '<Command PatientName="Jane Planted"/>', device_name='C')
NAMING = (META, POSE, ORDER, Bind((String('x'), Bind((META,)))), VideoMeta((
    VideoMetaElement('V', 'id', 'Jane Planted'),)))
NAMELESS = (
    ImageMeta((ImageMetaElement('CT', 'id', 'CT'),)), VideoMeta(()), LabelMeta(()),
    String('side="left"'), Bind((String('x'),)), Command(1, 'Go', '<a b="c"/>'),
    String('x', version=2, metadata={'Depth': '5'}), Unknown('ODD', b'x', version=2),
)


def spoiled(frame):
    return frame[:-1] + bytes([frame[-1] ^ 1])


def lower(frame, kind):
    """Write the type in small letters, as nobody should."""
    assert frame[2 : 2 + len(kind)] == kind
    return frame[:2] + kind.lower() + frame[2 + len(kind) :]


@pytest.mark.parametrize('phi', ['redact', 'hash'])
@pytest.mark.parametrize('message', NAMING, ids=lambda message: message.type_name)
def test_names_are_hidden_in_frames_that_are_right_again(message, phi):
    frame = encode(message)
    safe = safe_frame(frame, phi)
    assert b'Planted' in frame
    assert b'Planted' not in safe and b'QX4711' not in safe
    assert (b'phi-' if phi == 'hash' else b'redacted') in safe
    again = decode(safe)  # its checksum as well
    assert (again.type_name, again.device_name) == (message.type_name, message.device_name)
    assert safe_frame(frame, 'drop') is None
    assert safe_frame(frame, 'pass') is frame


@pytest.mark.parametrize('phi', ['redact', 'hash', 'drop', 'pass'])
@pytest.mark.parametrize('message', NAMELESS, ids=lambda message: message.type_name)
def test_a_frame_that_names_nobody_is_recorded_as_it_is(message, phi):
    frame = encode(message)
    assert safe_frame(frame, phi) is frame
    assert safe_frame(spoiled(encode(String('x'))), phi)


@pytest.mark.parametrize('frame', [
    spoiled(encode(META)), encode(Unknown('IMGMETA', b'Jane')), spoiled(encode(POSE)),
    spoiled(encode(ORDER)), encode(Unknown('BIND', b'\0\7 cannot be read')), encode(META)[:-1],
    encode(String('x', version=2, metadata={'a': 'b'})).replace(b'\0\1\0\1', b'\0\1\0\7'),
], ids=['crc', 'cut', 'metadata', 'command', 'bind', 'part', 'index'])
def test_what_may_name_somebody_and_cannot_be_read_is_not_recorded(frame):
    assert [safe_frame(frame, phi) for phi in ('redact', 'hash', 'drop')] == [None] * 3
    assert safe_frame(frame, 'pass') is frame


def test_a_type_in_small_letters_names_as_much():
    for phi in ('redact', 'hash'):
        safe = safe_frame(lower(encode(META), b'IMGMETA'), phi)
        assert safe is None or b'Planted' not in safe


def test_a_wrong_checksum_stays_where_nothing_is_hidden():
    frame = spoiled(encode(String('x', version=2, metadata={'Depth': '5'})))
    assert safe_frame(frame, 'redact') is frame


@pytest.mark.parametrize('leaf, entries, wanted', [
    ('meta', [], []),
    ('meta', [{'name': 'CT', 'patient_name': 'redacted', 'patient_id': ''}], None),
    ('meta', [{'name': 'CT', 'patient_name': 'phi-0123456789abcdef'}], None),
    ('meta', [{'patient_name': 'Jane', 'patient_id': ''}],
     [{'patient_name': 'redacted', 'patient_id': ''}]),
    # as many digits as a code has
    ('meta', [{'name': 'A'}, {'name': 'B', 'patient_id': '0123456789012345'}],
     [{'name': 'A'}, {'name': 'B', 'patient_id': 'redacted'}]),
    ('meta', [{'patient_id': 4711}], [{'patient_id': 'redacted'}]),
    ('meta', {'patient_id': ['4711']}, {'patient_id': 'redacted'}),
    ('info', {'type': 'IMAGE', 'metadata': {'PatientName': 'Jane', 'Depth': '5'}},
     {'type': 'IMAGE', 'metadata': {'PatientName': 'redacted', 'Depth': '5'}}),
    ('command', {'name': 'Save', 'content': '<Command PatientName="Jane"/>'},
     {'name': 'Save', 'content': '<Command PatientName="redacted"/>'}),
    ('command_reply', {'content': '{"PatientName": "Jane"}'},
     {'content': '{"PatientName": "redacted"}'}),
])
def test_texts_of_topics(leaf, entries, wanted):
    text = json.dumps(entries)
    wanted = entries if wanted is None else wanted
    safe = safe_text(leaf, text, 'redact')
    assert json.loads(safe) == wanted
    assert (safe_text(leaf, text, 'drop') is None) is (entries != wanted)
    assert safe_text(leaf, text, 'pass') == text


def test_what_is_no_json():
    assert safe_text('meta', 'Jane Planted', 'redact') is None
    assert safe_text('meta', '[' * 100_000, 'redact') is None
    assert safe_text('command', 'GO', 'redact') == 'GO'
    assert safe_text('command', 'PatientName="Jane"', 'redact') == 'redacted'


def test_a_name_that_is_said_twice_is_hidden_twice():
    text = '[{"patient_name": "Jane", "patient_name": ""}]'
    assert 'Jane' not in safe_text('meta', text, 'redact')


def test_topics_are_those_of_the_bridge():
    topics = FrameTopics('/lab/plus/')
    for device in ('Stylus-Tip 1', 'Stylus.Tip 1', 'Stylus_Tip_1'):
        assert topics.topic(device, False) == f'/lab/plus/{ros_name(device)}/raw'
        assert topics.topic(device, True) == f'/lab/plus/to_igtl/{ros_name(device)}/raw'
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
