"""
Golden bytes: what the C++ library packed, field by field, both ways.

Each message is made a second time of the manifest's fields alone, by the constructors that users
have; it must give the golden bytes, and must be what decoding them gives.
"""

import dataclasses
import hashlib
import json
import pickle
from pathlib import Path

import numpy as np
import pytest
from many import each

from igtl_ros2 import codec
from igtl_ros2.codec.messages.arrays import NDArray, Sensor, unit_parts, unit_word
from igtl_ros2.codec.messages.bundle import Bind, GetBind, StartBind
from igtl_ros2.codec.messages.catalog import (
    ImageMeta,
    ImageMetaElement,
    LabelMeta,
    LabelMetaElement,
    VideoMeta,
    VideoMetaElement,
)
from igtl_ros2.codec.messages.colors import ColorTable
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.codec.messages.mesh import Attribute, PolyData
from igtl_ros2.codec.messages.points import Point, PointList, Trajectories, Trajectory
from igtl_ros2.codec.messages.pose import Position, Transform
from igtl_ros2.codec.messages.query import (
    Capability,
    DeviceQuery,
    Query,
    Response,
    StartTracking,
    StartVideo,
)
from igtl_ros2.codec.messages.text import (
    ClientInfo,
    Command,
    CommandResponse,
    Status,
    String,
)
from igtl_ros2.codec.messages.tracking import (
    QuaternionElement,
    QuaternionTrackingData,
    TrackingData,
    TrackingElement,
)
from igtl_ros2.codec.messages.video import Video

GOLDEN = Path(__file__).parent.parent / 'golden'
ENTRIES = json.loads((GOLDEN / 'manifest.json').read_text())['messages']
KINDS = {2: 'i1', 3: 'u1', 4: 'i2', 5: 'u2', 6: 'i4', 7: 'u4', 10: 'f4', 11: 'f8', 13: 'c16'}


def file_of(entry):
    return entry['file']


every_entry = each('entry', ENTRIES, file_of)


def wire(entry):
    """Read the bytes of a manifest entry."""
    return (GOLDEN / entry['file']).read_bytes()


# --- arrays of the manifest -----------------------------------------------------------------


def generated(count, scalar_type, seed):
    """Make the values that the rule in the manifest's head gives."""
    number = np.arange(count, dtype=np.uint64)
    h = ((number * 2654435761 + seed * 40503) % 2**32).astype(np.uint32)
    if scalar_type in (2, 3):
        return (h >> 13 & 255).astype('u1').view(KINDS[scalar_type])
    if scalar_type in (4, 5):
        return (h >> 9 & 65535).astype('u2').view(KINDS[scalar_type])
    if scalar_type in (6, 7):
        return h.view(KINDS[scalar_type])
    if scalar_type == 10:
        return (((h >> 8).astype(np.int64) - 8388608) / 1024).astype('f4')
    real = h.view('i4') / 65536
    if scalar_type == 11:
        return real
    return real + 1j * generated(count, 11, seed + 1)


def payload(described, endian=1, width=1):
    """Make the values of a payload, in the byte order of the wire, and check their hash."""
    rule = described['rule']
    values = generated(described['count'] * width, rule['scalar_type'], rule['seed'])
    values = values.astype(values.dtype.newbyteorder('>' if endian == 1 else '<'))
    assert values.nbytes == described['wire_bytes']
    assert hashlib.sha256(values.tobytes()).hexdigest() == described['sha256']
    if 'values' in described:
        listed = np.array(described['values'])
        if rule['scalar_type'] == 13:
            listed = listed[..., 0] + 1j * listed[..., 1]
        assert np.array_equal(values, listed.astype(values.dtype).reshape(-1))
    return values


def affine(columns):
    """Make the matrix of 12 floats as they are on the wire."""
    matrix = np.eye(4)
    matrix[:3] = np.reshape(columns, (4, 3)).T
    return matrix


def cells(described):
    """List the cells of a kind; the only long list is a row of triangles."""
    lists = described.get('values')
    if lists is None:
        lists = [[n, n + 1, n + 2] for n in range(described['count'])]
    assert len(lists) == described['count']
    words = [word for cell in lists for word in (len(cell), *cell)]
    raw = np.array(words, '>u4').tobytes()
    assert hashlib.sha256(raw).hexdigest() == described['sha256']
    return lists


def attribute(described):
    """Make an attribute of a mesh."""
    shape = (described['n'], described['components'])
    values = payload(described['data']).reshape(shape)
    return Attribute(described['name'], described['type'], values)


# --- a message of the manifest's fields -----------------------------------------------------


def make_image(f, **shared):
    shape = tuple(f['subvol_size'][::-1])
    if f['components'] > 1:
        shape += (f['components'],)
    return Image(
        payload(f['pixels'], f['endian']).reshape(shape),
        affine(f['wire_matrix']),
        f['coordinate'],
        f['dimensions'],
        f['subvol_offset'],
        f['endian'],
        **shared,
    )


def make_video(f, **shared):
    return Video(
        payload(f['frame']),
        f['codec'],
        f['dimensions'],
        f['frame_type'],
        affine(f['wire_matrix']),
        f['coordinate'],
        f['endian'],
        f['subvol_offset'],
        f['subvol_size'],
        **shared,
    )


def make_string(f, **shared):
    text = f.get('string')
    if text is None:
        text = ''.join(chr(ord('a') + i % 26) for i in range(f['string_len']))
        assert hashlib.sha256(text.encode()).hexdigest() == f['string_sha256']
    return String(text, f['encoding'], **shared)


def make_table(f, **shared):
    table = payload(f['table'])
    return ColorTable(table.reshape(-1, 3) if f['map_type'] == 19 else table, **shared)


def make_mesh(f, **shared):
    return PolyData(
        payload(f['points'], width=3).reshape(f['npoints'], 3),
        **{name: cells(f[name]) for name in CELLS},
        attributes=[attribute(a) for a in f['attributes']],
        **shared,
    )


def make_bind(f, **shared):
    children = []
    for child in f['children']:
        of = {'device_name': child['name'], 'timestamp': shared['timestamp']}
        made = MAKE[child['type']](child['fields'], **of)
        assert sum(map(len, made.encode_content())) == child['size']
        children.append(made)
    return Bind(children, **shared)


def wanted_children(f):
    """List what a query for a BIND asks for; the library never pads the names."""
    if f['request_all']:
        return {}
    children = [(child['type'], child['name']) for child in f['children']]
    odd = sum(len(name.encode()) + 1 for _, name in children) % 2
    return {'children': children, 'padded': not odd}


CELLS = ('vertices', 'lines', 'polygons', 'triangle_strips')
MAKE = {
    'TRANSFORM': lambda f, **s: Transform(f['matrix'], **s),
    'POSITION': lambda f, **s: Position(
        f['position'], f['quaternion'], {1: 12, 2: 24, 3: 28}[f['pack_type']], **s
    ),
    'TDATA': lambda f, **s: TrackingData(
        (TrackingElement(e['name'], e['matrix'], e['type']) for e in f['elements']), **s
    ),
    'QTDATA': lambda f, **s: QuaternionTrackingData(
        [
            QuaternionElement(e['name'], e['position'], e['quaternion'], e['type'])
            for e in f['elements']
        ],
        **s,
    ),
    'POINT': lambda f, **s: PointList(
        [
            Point(e['name'], e['position'], e['group'], e['rgba'], e['radius'], e['owner'])
            for e in f['elements']
        ],
        **s,
    ),
    'TRAJ': lambda f, **s: Trajectories(
        [
            Trajectory(
                e['name'],
                e['entry'],
                e['target'],
                e['type'],
                e['group'],
                e['rgba'],
                e['radius'],
                e['owner'],
            )
            for e in f['elements']
        ],
        **s,
    ),
    'IMAGE': make_image,
    'VIDEO': make_video,
    'IMGMETA': lambda f, **s: ImageMeta([ImageMetaElement(**e) for e in f['elements']], **s),
    'LBMETA': lambda f, **s: LabelMeta([LabelMetaElement(**e) for e in f['elements']], **s),
    'VIDEOMETA': lambda f, **s: VideoMeta(
        [
            VideoMetaElement(
                e['name'],
                e['id'],
                e['patient_name'],
                e['patient_id'],
                e['zoom_level'],
                e['focal_length'],
                e['size'],
                affine(e['wire_matrix']),
                e['scalar_type'],
            )
            for e in f['elements']
        ],
        **s,
    ),
    'SENSOR': lambda f, **s: Sensor(f['data'], int(f['unit'], 16), f['status'], **s),
    'NDARRAY': lambda f, **s: NDArray(payload(f['data']).reshape(f['size']), **s),
    'POLYDATA': make_mesh,
    'COLORT': make_table,
    'STRING': make_string,
    'CLIENTINFO': lambda f, **s: ClientInfo(f['string'], f['encoding'], **s),
    'STATUS': lambda f, **s: Status(
        f['code'], f['subcode'], f['error_name'], f['message'], **s
    ),
    'COMMAND': lambda f, **s: Command(
        f['command_id'], f['name'], f['content'], f['encoding'], **s
    ),
    'RTS_COMMAND': lambda f, **s: CommandResponse(
        f['command_id'], f['error_or_name'], f['content'], f['encoding'], **s
    ),
    'CAPABILITY': lambda f, **s: Capability(f['types'], **s),
    'BIND': make_bind,
    'GET_BIND': lambda f, **s: GetBind(**wanted_children(f), **s),
    'STT_BIND': lambda f, **s: StartBind(
        **wanted_children(f), resolution_ns=f['resolution'], **s
    ),
    'STT_TDATA': lambda f, **s: StartTracking('STT_TDATA', f['resolution'], f['coord_name'], **s),
    'STT_QTDATA': lambda f, **s: StartTracking(
        'STT_QTDATA', f['resolution'], f['coord_name'], **s
    ),
    'STT_VIDEO': lambda f, **s: StartVideo(f['codec'], f['time_interval'], **s),
    'QUERY': lambda f, **s: DeviceQuery(f['query_id'], f['data_type'], f['device_uid'], **s),
}


def made(entry):
    """Make the message of a manifest entry, of nothing but its fields."""
    name = entry['type']
    stamp = entry['timestamp']
    shared = {
        'device_name': entry['device_name'],
        'timestamp': stamp['sec'] << 32 | stamp['frac'],
        'message_id': entry['message_id'] or 0,
        'metadata': {m['key']: m['value'] for m in entry['metadata']},
        'metadata_encodings': {m['key']: m['encoding'] for m in entry['metadata']},
        'version': entry['header_version'],
    }
    if name in MAKE:
        return MAKE[name](entry['fields'], **shared)
    if name.startswith('RTS_'):
        return Response(name, entry['fields']['status'], **shared)
    assert entry['fields'] == {}
    return Query(name, **shared)


# --- tests ----------------------------------------------------------------------------------


@every_entry
def test_golden_bytes_come_back_unchanged(entry):
    assert codec.encode(codec.decode(wire(entry), strict=True)) == wire(entry)


@every_entry
def test_a_message_of_another_process_gives_the_same_bytes(entry):
    message = codec.decode(wire(entry))
    # arrays become native in the older ones, of which multiprocessing.Queue takes the fourth
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        other = pickle.loads(pickle.dumps(message, protocol))
        assert codec.encode(other) == wire(entry), protocol


@every_entry
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


@every_entry
def test_fields_of_the_manifest_give_the_golden_bytes(entry):
    assert codec.encode(made(entry)) == wire(entry)


@every_entry
def test_golden_bytes_give_the_fields_of_the_manifest(entry, same):
    same(codec.decode(wire(entry)), made(entry))


def remade(value):
    """Copy a message, or what it holds, through its constructor."""
    if dataclasses.is_dataclass(value):
        fields = {f.name: remade(getattr(value, f.name)) for f in dataclasses.fields(value)}
        return type(value)(**fields)
    if isinstance(value, tuple):
        return tuple(map(remade, value))
    return np.array(value) if isinstance(value, np.ndarray) else value


@every_entry
def test_a_message_made_of_the_fields_of_another_gives_the_same_bytes(entry):
    assert codec.encode(remade(codec.decode(wire(entry)))) == wire(entry)


@pytest.mark.parametrize(
    'entry',
    [e for e in ENTRIES if e['type'] == 'IMAGE' and all(e['fields']['dimensions'])],
    ids=lambda entry: entry['file'],
)
def test_the_centre_voxel_lies_where_the_library_was_told_to_put_it(entry):
    fields = entry['fields']
    message = codec.decode(wire(entry))
    middle = [(n - 1) / 2 for n in fields['dimensions']] + [1]
    flip = [-1, -1, 1, 1] if fields['coordinate'] == 2 else [1, 1, 1, 1]
    centre = (message.ijk_to_ras() @ middle) * flip
    np.testing.assert_allclose(centre[:3], np.array(fields['matrix'])[:3, 3], atol=1e-3)


@pytest.mark.parametrize(
    'entry', [e for e in ENTRIES if e['type'] == 'SENSOR'], ids=lambda entry: entry['file']
)
def test_units_of_golden_sensors_come_back(entry):
    word = int(entry['fields']['unit'], 16)
    prefix, units = unit_parts(word)
    assert unit_word(units, prefix) == word


def test_every_golden_type_has_a_class_and_every_class_a_golden_message():
    names = {entry['type'] for entry in ENTRIES}
    assert len(names) == 49
    classes = codec.registered()
    assert names <= set(classes)
    assert {classes[name] for name in names} == set(classes.values())
