"""Hostile input: what a converter does not refuse in its own words can be published."""

import json
import math
from array import array
from pathlib import Path

import pytest
from diagnostic_msgs.msg import DiagnosticStatus, KeyValue
from geometry_msgs.msg import Point, PointStamped, Pose, PoseArray, Vector3
from hypothesis import given
from hypothesis import strategies as st
from seeded import one_of, searched, several, text, value
from sensor_msgs.msg import CompressedImage, LaserScan, PointCloud2, PointField
from sensor_msgs.msg import Image as RosImage
from std_msgs.msg import (
    ColorRGBA,
    Float64MultiArray,
    Int16MultiArray,
    MultiArrayDimension,
    MultiArrayLayout,
    UInt8MultiArray,
)
from std_msgs.msg import String as RosString
from visualization_msgs.msg import Marker, MarkerArray

from igtl_ros2.codec import Decoder
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.codec.volume_blocks import VolumeMerger
from igtl_ros2.converters.frames import raw_frame
from igtl_ros2.errors import ConversionError, DecodeError, EncodeError
from igtl_ros2.mapping import SliceView

GOLDEN = Path(__file__).parent.parent / 'golden'
TYPED = set(
    'TRANSFORM POSITION IMAGE POINT STRING STATUS TDATA SENSOR VIDEO COLORT POLYDATA IMGMETA '
    'LBMETA VIDEOMETA QTDATA TRAJ NDARRAY BIND CAPABILITY'.split()
)
MEASURED = ('wrench', 'imu', 'twist', 'temperature', 'pressure', 'range', 'joy', 'image')
ENTRIES = json.loads((GOLDEN / 'manifest.json').read_text())['messages']
FRAMES = [(GOLDEN / entry['file']).read_bytes() for entry in ENTRIES if entry['type'] in TYPED]
FRAMES = [frame for frame in FRAMES if len(frame) < 5000]

# whole words matter more than single bytes: NaN, infinity, the largest float, -0, 0xffffffff ...
WORDS = [
    bytes.fromhex(word)
    for word in '7fc00000 7f800000 ff7fffff 80000000 ffffffff 00000000 c3a9ff00'.split()
]


def some_edit(rng):
    return rng.random(), rng.choice((rng.choice(WORDS), rng.randbytes(rng.randint(1, 4))))


RULES = {
    'tf': ['off', 'dynamic'],
    'pose': [False, True],
    'publish_invalid': [False, True],
    'wire_unit': ['mm', 'm'],
    'wire_axes': ['ras', 'lps'],
    'coordinates': ['trust', 'ignore'],
    'plane': [False, True],
    'compressed': ['off', 'png', 'jpeg'],
    'slice': [None, *(SliceView(axis, at) for axis in 'ijk' for at in (-1, 0, 3, 9))],
    'cloud': [False, True],
    'threshold': [0.0, -1e300, 1e300, 100.5],
    'max_points': [1, 7, 1000],
    'nrrd': [False, True],
    'array': [False, True],
    'decode': [False, True],
    'foxglove': [False, True],
    'mesh': [False, True],
    'phi': ['redact', 'hash', 'pass'],
    'split': [False, True],
    'markers': [False, True],
    'trajectory': [None, ('ENTRY', 'TARGET'), ('', 'a')],
    'as_': ['', 'joint_state', *MEASURED],
    'field': ['', 'effort'],
}


def some_rule(rng):
    return {key: rng.choice(values) for key, values in RULES.items()}


@searched(
    1500, frame=one_of(*FRAMES), edits=several(some_edit, 6), rule=some_rule,
    merge=one_of(False, True),
)
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
        assert result.outputs or result.errors or result.state or result.peer
        for child in result.children:
            try:
                receive(child, wire=False, **rule)
            except ConversionError:
                pass
    try:
        raw_frame(message)
    except ConversionError:
        pass


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
    'format',
    'codec',
    'gray',
)


def some_info(rng):
    keys = rng.sample(KEYS, rng.randint(0, 6))
    return {key: rng.choice((value(rng), [value(rng) for _ in range(3)])) for key in keys}


three = PoseArray(poses=[Pose(), Pose(), Pose()])
film = CompressedImage(format='h264', data=array('B', b'\0\0\1\x65'))
picture = RosImage(encoding='mono8', width=4, height=6, data=array('B', bytes(24)))


@pytest.mark.parametrize(
    ('ros_message', 'wire_type'),
    [
        (three, 'TDATA'),
        (three, 'POINT'),
        (three, 'QTDATA'),
        (PoseArray(poses=[Pose()] * 6), 'TRAJ'),
        (MarkerArray(markers=[Marker(type=Marker.SPHERE, id=n) for n in range(3)]), 'POINT'),
        (MarkerArray(markers=[Marker(scale=Vector3(x=1.0), id=n) for n in range(3)]), 'TRAJ'),
        (PointStamped(), 'POINT'),
        (picture, 'IMAGE'),
        (picture, 'VIDEO'),
        (film, 'VIDEO'),
        (Float64MultiArray(data=[1.0]), 'SENSOR'),
    ],
    ids='TDATA POINT QTDATA TRAJ spheres arrows one-point IMAGE VIDEO film SENSOR'.split(),
)
@searched(500, info=some_info)
def test_any_info_is_used_or_refused(send, ros_message, wire_type, info):
    try:
        send(ros_message, wire_type, info=info)
    except (ConversionError, EncodeError):
        pass


def whole(rng):
    """Make a number of 32 bits, most often a small one."""
    return rng.choice((rng.randint(0, 9), rng.randint(0, 40), rng.getrandbits(32)))


def some_bytes(most):
    return lambda rng: rng.randbytes(rng.randint(0, most))


@searched(
    200,
    encoding=lambda rng: rng.choice(('mono8', 'rgb8', 'bgr16', '32FC1', '64FC300', text(rng))),
    numbers=several(whole, 3, 3), big=lambda rng: rng.randint(0, 255), data=some_bytes(300),
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


@pytest.mark.parametrize('wire_type', ['VIDEO', 'COLORT'])
@given(
    encoding=st.sampled_from(['mono8', 'rgb8', 'rgba8', '8UC2', 'mono16']),
    width=st.sampled_from([0, 1, 2, 6, 256, 65536]),
    height=st.integers(0, 4),
    codec=st.sampled_from(['h264', 'vp9', 'mjpeg', 'raw']),
)
def test_any_image_is_encoded_or_refused(send, wire_type, encoding, width, height, codec):
    size = width * height * {'mono8': 1, 'rgb8': 3, 'rgba8': 4}.get(encoding, 2)
    image = RosImage(
        encoding=encoding, width=width, height=height, data=array('B', bytes(size))
    )
    try:
        send(image, wire_type, codec=codec)
    except (ConversionError, EncodeError):
        pass


PICTURES = [b'', bytes.fromhex('89504e470d0a1a0a0000000d49484452'), b'\xff\xd8\xff\xe0']


@given(
    form=st.sampled_from(['png', 'jpeg', 'h264', 'vp9', 'h265', 'av1', 'i420', 'mjpeg'])
    | st.text(),
    head=st.sampled_from(PICTURES),
    data=st.binary(max_size=200),
)
def test_any_compressed_image_is_sent_or_refused(send, form, head, data):
    try:
        send(CompressedImage(format=form, data=array('B', head + data)))
    except (ConversionError, EncodeError):
        pass


ENTRY = (
    'id modality patient_name patient_id timestamp dimensions scalar_type label rgba '
    'owner zoom focal_length geometry'
).split()


def some_entry(rng):
    if rng.random() < 0.3:
        return value(rng)
    keys = [key for key in ENTRY if rng.random() < 0.5]
    return {'name': text(rng), **{key: value(rng) for key in keys}}


def some_list(rng):
    if rng.random() < 0.2:
        return text(rng)
    several = [some_entry(rng) for _ in range(rng.randint(0, 3))]
    return json.dumps(rng.choice((value(rng), several, several)))


@pytest.mark.parametrize('wire_type', ['IMGMETA', 'LBMETA', 'VIDEOMETA'])
@searched(500, content=some_list)
def test_any_list_of_what_there_is_is_sent_or_refused(send, wire_type, content):
    try:
        send(RosString(data=content), wire_type)
    except (ConversionError, EncodeError):
        pass


def float32(rng):
    """Make a number; where ROS checks, it takes the largest float32 for too large."""
    return rng.choice((
        0.0, 1.0, -(2.0**126), 2.0**126, math.nan, math.inf, -math.inf,
        *(rng.uniform(-1, 1) * 2.0 ** rng.randint(-140, 126) for _ in range(7)),
    ))


def coordinate(rng):
    return rng.choice((float32(rng), 1e300, rng.uniform(-9, 9)))


def corner(rng):
    return Point(x=coordinate(rng), y=coordinate(rng), z=coordinate(rng))


@searched(
    200, points=several(corner, 6, 2), kind=lambda rng: rng.randint(0, 12),
    colours=several(lambda rng: ColorRGBA(r=float32(rng)), 6), w=coordinate, scale=coordinate,
)
def test_any_marker_is_sent_or_refused(send, points, kind, colours, w, scale):
    marker = Marker(type=kind, points=points, colors=colours)
    marker.pose.orientation.w = marker.scale.x = w
    marker.scale.y = scale
    try:
        send(marker, 'POLYDATA')
    except (ConversionError, EncodeError):
        pass


@searched(200, ranges=several(float32, 9), limits=several(float32, 4, 4))
def test_any_scan_is_sent_or_refused(send, ranges, limits):
    scan = LaserScan(ranges=ranges)
    scan.angle_min, scan.angle_increment, scan.range_min, scan.range_max = limits
    try:
        send(scan)
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


USUAL_FIELDS = [
    PointField(name=name, offset=4 * n, datatype=7, count=1)
    for n, name in enumerate(('x', 'y', 'z', 'rgba', 'diameter'))
]


def some_field(rng):
    return PointField(
        name=rng.choice(('x', 'y', 'z', 'rgba', 'rgb', 'diameter', 'other', '')),
        offset=whole(rng), datatype=rng.choice((rng.randint(0, 255), rng.randint(1, 8))),
        count=rng.choice((1, whole(rng))),
    )


@searched(
    200, columns=lambda rng: rng.choice((several(some_field, 6)(rng), USUAL_FIELDS)),
    sizes=lambda rng: rng.choice((several(whole, 4, 4)(rng), (2, 2, 20, 40))),
    big=one_of(False, True),
    data=lambda rng: rng.choice((some_bytes(200)(rng), rng.randbytes(80))),
)
def test_any_cloud_is_sent_or_refused(send, columns, sizes, big, data):
    width, height, point_step, row_step = sizes
    cloud = PointCloud2(
        width=width, height=height, point_step=point_step, row_step=row_step,
        is_bigendian=big, fields=columns, data=array('B', data),
    )
    try:
        send(cloud, 'POINT')
    except (ConversionError, EncodeError):
        pass


def some_point(rng, kind=Point):
    numbers = (0.0, 1.0, 1e308, -1.0, math.nan, math.inf, rng.uniform(-9, 9))
    return kind(x=rng.choice(numbers), y=rng.choice(numbers), z=rng.choice(numbers))


def some_colour(rng):
    reds = (0.0, 1.0, 2.0**126, -(2.0**126), math.nan, math.inf, -math.inf, 0.5)
    return ColorRGBA(r=rng.choice(reds), g=rng.choice((0.0, 0.25, 1.0)), a=1.0)


def some_marker(rng):
    return Marker(
        ns=rng.choice(['', 'n', 'n' * 40]),
        id=rng.randint(0, 2),
        type=rng.choice([Marker.ARROW, Marker.SPHERE, Marker.SPHERE_LIST, Marker.CUBE, 99]),
        action=rng.choice([0, 0, 0, 2, 3]),
        scale=rng.choice([some_point(rng, Vector3), Vector3(x=0.1, y=0.1, z=0.1)]),
        points=[some_point(rng) for _ in range(rng.randint(0, 3))],
        color=some_colour(rng),
        colors=[some_colour(rng) for _ in range(rng.randint(0, 3))],
        text=text(rng, 70),
    )


@searched(500, found=several(some_marker, 4), profile=one_of('plain', 'slicer'))
def test_any_markers_are_sent_or_refused(send, found, profile):
    try:
        send(MarkerArray(markers=found), profile=profile)
    except (ConversionError, EncodeError):
        pass


@searched(
    200, dims=several(lambda rng: (whole(rng), rng.choice(('', 'complex'))), 70),
    offset=lambda rng: rng.choice((rng.randint(0, 2), whole(rng))),
    data=several(lambda rng: rng.randint(-5, 5), 20), doubles=one_of(False, True),
)
def test_any_layout_is_sent_or_refused(send, dims, offset, data, doubles):
    layout = MultiArrayLayout(
        dim=[MultiArrayDimension(size=size, label=label) for size, label in dims],
        data_offset=offset,
    )
    if doubles:
        message = Float64MultiArray(layout=layout, data=[float(value) for value in data])
    else:
        message = Int16MultiArray(layout=layout, data=data)
    try:
        send(message, 'NDARRAY')
    except (ConversionError, EncodeError):
        pass
