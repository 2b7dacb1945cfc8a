"""Hostile input: what a converter does not refuse in its own words can be published."""

import json
from array import array
from pathlib import Path

import pytest
from diagnostic_msgs.msg import DiagnosticStatus, KeyValue
from geometry_msgs.msg import PointStamped, Pose, PoseArray
from hypothesis import given, settings
from hypothesis import strategies as st
from sensor_msgs.msg import Image as RosImage
from std_msgs.msg import Float64MultiArray, UInt8MultiArray
from std_msgs.msg import String as RosString

from igtl_ros2.codec import Decoder
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.converters.frames import raw_frame
from igtl_ros2.converters.image import VolumeMerger
from igtl_ros2.errors import ConversionError, DecodeError, EncodeError

GOLDEN = Path(__file__).parent.parent / 'golden'
TYPED = {'TRANSFORM', 'POSITION', 'IMAGE', 'POINT', 'STRING', 'STATUS', 'TDATA', 'SENSOR'}
ENTRIES = json.loads((GOLDEN / 'manifest.json').read_text())['messages']
FRAMES = [(GOLDEN / entry['file']).read_bytes() for entry in ENTRIES if entry['type'] in TYPED]
FRAMES = [frame for frame in FRAMES if len(frame) < 5000]

# whole words matter more than single bytes: NaN, infinity, the largest float, -0, 0xffffffff ...
WORDS = [
    bytes.fromhex(word)
    for word in '7fc00000 7f800000 ff7fffff 80000000 ffffffff 00000000 c3a9ff00'.split()
]
edits = st.lists(
    st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=4) | st.sampled_from(WORDS)),
    max_size=6,
)
rules = st.fixed_dictionaries(
    {
        'tf': st.sampled_from(['off', 'dynamic']),
        'pose': st.booleans(),
        'publish_invalid': st.booleans(),
        'wire_unit': st.sampled_from(['mm', 'm']),
        'wire_axes': st.sampled_from(['ras', 'lps']),
        'coordinates': st.sampled_from(['trust', 'ignore']),
    }
)


@settings(max_examples=1500)
@given(frame=st.sampled_from(FRAMES), edits=edits, rule=rules, merge=st.booleans())
def test_a_damaged_message_is_published_or_refused(receive, frame, edits, rule, merge):
    data = bytearray(frame)
    for where, word in edits:
        # the type, the stamps and the content, not the length and the version
        start = 2 + int(where * (len(data) - 2))
        word = word[: 42 - start] if start < 42 else b'' if start < 58 else word
        data[start : start + len(word)] = word[: len(data) - start]
    decoder = Decoder(check_crc=False)
    decoder.feed(data)
    try:
        message = decoder.next_message()
    except DecodeError:
        return
    if merge and isinstance(message, Image):
        message = VolumeMerger().merge(message)
    try:
        # the fixture checks that all of it can be serialised
        result = receive(message, wire=False, **rule)
    except ConversionError:
        pass
    else:
        assert result.outputs or result.errors or result.state
    try:
        raw_frame(message)
    except ConversionError:
        pass


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([10**400, -(10**400), 2**64, 255, 256])
    | st.floats()
    | st.text()
    | st.sampled_from(['\ud800', '\0', '0x10', 'a' * 100]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
KEYS = (
    'names',
    'types',
    'labels',
    'groups',
    'rgba',
    'diameters',
    'owners',
    'dimensions',
    'unit_word',
)
infos = st.dictionaries(
    st.sampled_from(KEYS), values | st.lists(values, min_size=3, max_size=3), max_size=6
)
three = PoseArray(poses=[Pose(), Pose(), Pose()])
picture = RosImage(encoding='mono8', width=4, height=6, data=array('B', bytes(24)))


@pytest.mark.parametrize(
    ('ros_message', 'wire_type'),
    [
        (three, 'TDATA'),
        (three, 'POINT'),
        (PointStamped(), 'POINT'),
        (picture, 'IMAGE'),
        (Float64MultiArray(data=[1.0]), 'SENSOR'),
    ],
    ids=['TDATA', 'POINT', 'POINT of one', 'IMAGE', 'SENSOR'],
)
@given(info=infos)
def test_any_info_is_used_or_refused(send, ros_message, wire_type, info):
    try:
        send(ros_message, wire_type, info=info)
    except (ConversionError, EncodeError):
        pass


@given(
    encoding=st.sampled_from(['mono8', 'rgb8', 'bgr16', '32FC1', '64FC300', 'yuv']) | st.text(),
    numbers=st.lists(st.integers(0, 9) | st.integers(0, 2**32 - 1), min_size=3, max_size=3),
    big=st.integers(0, 255),
    data=st.binary(max_size=300),
)
def test_any_image_is_sent_or_refused(send, encoding, numbers, big, data):
    width, height, step = numbers
    image = RosImage(
        encoding=encoding,
        width=width,
        height=height,
        step=step,
        is_bigendian=big,
        data=array('B', data),
    )
    try:
        send(image)
    except (ConversionError, EncodeError):
        pass


@given(st.binary(max_size=200) | st.sampled_from(FRAMES).map(lambda frame: frame[:-1]))
def test_any_bytes_are_refused_as_a_frame(send, data):
    with pytest.raises(ConversionError):
        send(UInt8MultiArray(data=array('B', data)))


@given(
    st.dictionaries(
        st.sampled_from(['igtl_code', 'code', 'code_name', 'subcode', 'error_name']), st.text()
    ),
    st.text(),
)
def test_any_diagnostics_are_sent_or_refused(send, facts, text):
    entry = DiagnosticStatus(
        message=text, values=[KeyValue(key=key, value=value) for key, value in facts.items()]
    )
    try:
        send(entry)
    except (ConversionError, EncodeError):
        pass


@given(st.text())
def test_any_text_is_sent_or_refused(send, text):
    try:
        assert send(RosString(data=text)).text == text
    except EncodeError:
        pass
