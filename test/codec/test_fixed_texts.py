"""Texts in fields of a fixed size, full ones as C++ writes them too: all are written again."""

import struct

import numpy as np
import pytest
from seeded import searched

from igtl_ros2 import codec
from igtl_ros2.codec.crc64 import crc64
from igtl_ros2.codec.messages.bundle import Bind, GetBind, StartBind
from igtl_ros2.codec.messages.catalog import (
    ImageMeta,
    ImageMetaElement,
    LabelMeta,
    LabelMetaElement,
    VideoMeta,
    VideoMetaElement,
)
from igtl_ros2.codec.messages.points import Point, PointList, Trajectories, Trajectory
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.query import Capability, DeviceQuery, StartTracking, StartVideo
from igtl_ros2.codec.messages.text import Command, CommandResponse, Status, String
from igtl_ros2.codec.messages.tracking import (
    QuaternionElement,
    QuaternionTrackingData,
    TrackingData,
    TrackingElement,
)
from igtl_ros2.codec.messages.video import Video
from igtl_ros2.codec.short_names import short_name
from igtl_ros2.errors import EncodeError

ZERO, EYE = np.zeros(3), np.eye(4)
#: by field: its size, and what makes a message that has a text there
FIELDS = {
    'device name': (20, lambda t: Transform(EYE, device_name=t)),
    'STATUS error_name': (20, lambda t: Status(1, 0, t, 'text', device_name='D')),
    'COMMAND name': (128, lambda t: Command(1, t, 'content')),
    'RTS_COMMAND name': (128, lambda t: CommandResponse(1, t, 'content')),
    'TDATA name': (20, lambda t: TrackingData([TrackingElement(t, EYE)])),
    'QTDATA name': (20, lambda t: QuaternionTrackingData([QuaternionElement(t, ZERO)])),
    'POINT name': (64, lambda t: PointList([Point(t, ZERO)])),
    'POINT group': (32, lambda t: PointList([Point('', ZERO, t)])),
    'POINT owner': (20, lambda t: PointList([Point('', ZERO, owner=t)])),
    'TRAJ name': (64, lambda t: Trajectories([Trajectory(t, ZERO, ZERO)])),
    'TRAJ group': (32, lambda t: Trajectories([Trajectory('', ZERO, ZERO, group=t)])),
    'TRAJ owner': (20, lambda t: Trajectories([Trajectory('', ZERO, ZERO, owner=t)])),
    'IMGMETA name': (64, lambda t: ImageMeta([ImageMetaElement(t)])),
    'IMGMETA id': (20, lambda t: ImageMeta([ImageMetaElement('', t)])),
    'IMGMETA modality': (32, lambda t: ImageMeta([ImageMetaElement('', '', t)])),
    'IMGMETA patient_name': (64, lambda t: ImageMeta([ImageMetaElement('', patient_name=t)])),
    'IMGMETA patient_id': (64, lambda t: ImageMeta([ImageMetaElement('', patient_id=t)])),
    'LBMETA name': (64, lambda t: LabelMeta([LabelMetaElement(t)])),
    'LBMETA id': (20, lambda t: LabelMeta([LabelMetaElement('', t)])),
    'LBMETA owner': (20, lambda t: LabelMeta([LabelMetaElement('', owner=t)])),
    'VIDEOMETA name': (64, lambda t: VideoMeta([VideoMetaElement(t)])),
    'VIDEOMETA id': (64, lambda t: VideoMeta([VideoMetaElement('', t)])),
    'VIDEOMETA patient_name': (64, lambda t: VideoMeta([VideoMetaElement('', patient_name=t)])),
    'VIDEOMETA patient_id': (64, lambda t: VideoMeta([VideoMetaElement('', patient_id=t)])),
    'VIDEO codec': (4, lambda t: Video(b'frame', t, (2, 2, 1))),
    'CAPABILITY type': (12, lambda t: Capability([t, 'IMAGE'])),
    'STT_TDATA coordinate_name': (32, lambda t: StartTracking(coordinate_name=t)),
    'STT_VIDEO codec': (4, lambda t: StartVideo(t)),
    'QUERY data_type': (32, lambda t: DeviceQuery(1, t, 'uid')),
}
#: the name tables of BIND have no fixed fields, each name ends with a NUL
NAMES = {
    'BIND child': lambda t: Bind([String('x', device_name=t), Transform(EYE, device_name='T')]),
    'GET_BIND child': lambda t: GetBind([('STRING', t), ('TRANSFORM', 'T')]),
    'STT_BIND child': lambda t: StartBind([('STRING', t), ('TRANSFORM', 'T')]),
}


def with_field(make, size, raw):
    """Write a message with these bytes in its field."""
    marker = 'm' * size
    data = codec.encode(make(marker))
    at = data.index(marker.encode())
    data = data[:at] + raw.ljust(size, b'\0') + data[at + size :]
    body = data[58:]
    return data[:42] + struct.pack('>QQ', len(body), crc64(body)) + body


@pytest.mark.parametrize('field', FIELDS)
@pytest.mark.parametrize('fill', ['full', 'umlauts', 'no utf-8', 'cut', 'one', 'empty'])
def test_a_field_is_written_as_it_came(field, fill):
    size, make = FIELDS[field]
    raw = {
        'full': b'n' * size,
        'umlauts': 'ä'.encode() * (size // 2),
        'no utf-8': b'\xff' * size,
        'cut': b'n' * (size - 1) + b'\xc3',  # a sender that cuts inside a character
        'one': b'n',
        'empty': b'',
    }[fill]
    data = with_field(make, size, raw)
    assert codec.encode(codec.decode(data)) == data


@pytest.mark.parametrize('field', FIELDS)
@searched(
    100, part=lambda rng: rng.choice((0.0, 1.0, rng.random())), many=lambda rng: rng.randbytes(200)
)
def test_any_bytes_in_a_field_are_read_and_written(field, part, many):
    size, make = FIELDS[field]
    raw = many[: round(part * size)]
    if field == 'VIDEO codec' and raw.startswith(b'I420'):
        return  # of that one the size has to fit
    message = codec.decode(with_field(make, size, raw))
    # what is behind a zero is garbage
    assert codec.encode(message) == with_field(make, size, raw.split(b'\0')[0])


@pytest.mark.parametrize('field', FIELDS)
def test_one_byte_more_is_refused_when_made(field):
    size, make = FIELDS[field]
    if field == 'device name':  # those have a short one
        assert codec.decode(codec.encode(make('n' * 21))).device_name == short_name('n' * 21)
        return
    with pytest.raises(EncodeError, match=f'at most {size}'):
        codec.encode(make('n' * (size + 1)))


@pytest.mark.parametrize('kind', NAMES)
@pytest.mark.parametrize('name', ['n' * 20, 'n' * 19, 'ä' * 10, ''])
def test_names_in_a_bind_are_written_as_they_came(kind, name):
    data = codec.encode(NAMES[kind](name))
    message = codec.decode(data)
    assert codec.encode(message) == data
    child = message.children[0]
    assert (child[1] if isinstance(child, tuple) else child.device_name) == name


def test_a_longer_name_in_a_bind_is_cut_as_in_a_header():
    data = codec.encode(Bind([String('x', device_name='n' * 20)]))
    body = data[58:]
    # 2 count, 20 type and size, 2 size of the names
    body = body[:22] + struct.pack('>H', 32) + b'n' * 31 + b'\0' + body[24 + 22 :]
    data = data[:42] + struct.pack('>QQ', len(body), crc64(body)) + body
    message = codec.decode(data)
    assert message.children[0].device_name == 'n' * 20
    assert codec.decode(codec.encode(message)).children[0].text == 'x'
