"""Golden bytes: what the C++ library packed, field by field, both ways."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from igtl_ros2 import codec
from igtl_ros2.codec.messages.arrays import Sensor, unit_parts, unit_word
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.codec.messages.points import PointList
from igtl_ros2.codec.messages.pose import Position, Transform
from igtl_ros2.codec.messages.text import Status, String
from igtl_ros2.codec.messages.tracking import TrackingData

GOLDEN = Path(__file__).parent.parent / 'golden'
ENTRIES = json.loads((GOLDEN / 'manifest.json').read_text())['messages']
TYPED = {
    'TRANSFORM': Transform,
    'POSITION': Position,
    'IMAGE': Image,
    'POINT': PointList,
    'STRING': String,
    'STATUS': Status,
    'TDATA': TrackingData,
    'SENSOR': Sensor,
}


@pytest.fixture(params=ENTRIES, ids=lambda entry: entry['file'])
def entry(request):
    """One message of the manifest."""
    return request.param


def wire(entry):
    """Read the bytes of a manifest entry."""
    return (GOLDEN / entry['file']).read_bytes()


def test_golden_bytes_come_back_unchanged(entry):
    assert codec.encode(codec.decode(wire(entry), strict=True)) == wire(entry)


def test_golden_header(entry):
    message = codec.decode(wire(entry))
    stamp = entry['timestamp']
    assert message.type_name == entry['type']
    assert message.device_name == entry['device_name']
    assert message.version == entry['header_version']
    assert message.timestamp == stamp['sec'] << 32 | stamp['frac']
    assert message.message_id == (entry['message_id'] or 0)
    assert dict(message.metadata) == {m['key']: m['value'] for m in entry['metadata']}
    assert list(message.metadata) == [m['key'] for m in entry['metadata']]


def same(found, wanted):
    """Compare numbers as the float32 they were on the wire."""
    np.testing.assert_array_equal(np.float32(found), np.float32(wanted))


def check_transform(message, fields):
    same(message.matrix, fields['matrix'])
    return Transform(message.matrix)


def check_position(message, fields):
    same(message.position, fields['position'])
    np.testing.assert_allclose(message.quaternion, fields['quaternion'], atol=1e-7)
    assert message.form == {1: 12, 2: 24, 3: 28}[fields['pack_type']]
    return Position(message.position, message.quaternion, message.form)


def check_image(message, fields):
    pixels = fields['pixels']
    block = message.pixels.tobytes()
    assert hashlib.sha256(block).hexdigest() == pixels['sha256']
    assert len(block) == pixels['wire_bytes']
    if 'values' in pixels:
        assert message.pixels.ravel().tolist() == pixels['values']
    shape = tuple(fields['subvol_size'][::-1])
    if fields['components'] > 1:
        shape += (fields['components'],)
    assert message.pixels.shape == shape
    assert message.components == fields['components']
    assert message.scalar_type == fields['scalar_type']
    assert message.endian == fields['endian']
    assert message.coordinates == fields['coordinate']
    assert list(message.size) == fields['dimensions']
    assert list(message.offset) == fields['subvol_offset']
    same(message.matrix[:3].ravel('F'), fields['wire_matrix'])
    if all(fields['dimensions']):
        check_geometry(message, fields)
    return Image(
        np.array(message.pixels),
        message.matrix,
        fields['coordinate'],
        tuple(fields['dimensions']),
        tuple(fields['subvol_offset']),
        fields['endian'],
    )


def check_geometry(message, fields):
    """The centre voxel of the full volume lies where the library was told to put it."""
    middle = [(n - 1) / 2 for n in fields['dimensions']] + [1]
    flip = [-1, -1, 1, 1] if fields['coordinate'] == 2 else [1, 1, 1, 1]
    centre = (message.ijk_to_ras() @ middle) * flip
    np.testing.assert_allclose(centre[:3], np.array(fields['matrix'])[:3, 3], atol=1e-3)


def check_point(message, fields):
    assert len(message.elements) == len(fields['elements'])
    for point, wanted in zip(message.elements, fields['elements']):
        assert (point.name, point.group, point.owner) == (
            wanted['name'],
            wanted['group'],
            wanted['owner'],
        )
        assert list(point.rgba) == wanted['rgba']
        same(point.position, wanted['position'])
        same(point.diameter, wanted['radius'])
    return PointList(message.elements)


def check_string(message, fields):
    assert message.encoding == fields['encoding']
    if 'string' in fields:
        assert message.text == fields['string']
    else:
        raw = message.text.encode()
        assert len(raw) == fields['string_len']
        assert hashlib.sha256(raw).hexdigest() == fields['string_sha256']
    return String(message.text, message.encoding)


def check_status(message, fields):
    assert (message.code, message.subcode) == (fields['code'], fields['subcode'])
    assert (message.error_name, message.message) == (fields['error_name'], fields['message'])
    return Status(message.code, message.subcode, message.error_name, message.message)


def check_tdata(message, fields):
    assert [e.name for e in message.elements] == [e['name'] for e in fields['elements']]
    assert [e.type for e in message.elements] == [e['type'] for e in fields['elements']]
    for element, wanted in zip(message.elements, fields['elements']):
        same(element.matrix, wanted['matrix'])
    return TrackingData(message.elements)


def check_sensor(message, fields):
    assert message.values.tolist() == fields['data']
    assert message.unit == int(fields['unit'], 16)
    assert message.status == fields['status']
    prefix, units = unit_parts(message.unit)
    assert unit_word(units, prefix) == message.unit
    return Sensor(message.values, message.unit, message.status)


CHECKS = {
    'TRANSFORM': check_transform,
    'POSITION': check_position,
    'IMAGE': check_image,
    'POINT': check_point,
    'STRING': check_string,
    'STATUS': check_status,
    'TDATA': check_tdata,
    'SENSOR': check_sensor,
}


@pytest.mark.parametrize(
    'entry', [e for e in ENTRIES if e['type'] in TYPED], ids=lambda entry: entry['file']
)
def test_golden_fields_of_typed_messages(entry):
    message = codec.decode(wire(entry))
    assert type(message) is TYPED[entry['type']]
    again = CHECKS[entry['type']](message, entry['fields'])
    # the same content from the fields alone
    assert b''.join(again.encode_content()) == b''.join(message.encode_content())


@pytest.mark.parametrize(
    'entry', [e for e in ENTRIES if e['type'] not in TYPED], ids=lambda entry: entry['file']
)
def test_golden_messages_without_a_class_are_kept(entry):
    message = codec.decode(wire(entry))
    assert type(message) is codec.Unknown
    assert len(message.content) == entry['content_size']


def test_golden_files_cover_every_typed_message():
    assert set(TYPED) <= {entry['type'] for entry in ENTRIES}
    assert {cls.type_name for cls in codec.registered().values()} == set(TYPED)
