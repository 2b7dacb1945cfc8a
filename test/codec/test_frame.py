"""Header, extended header and metadata: every rule on what is written, read and refused."""

import re
import struct

import numpy as np
import pytest

from igtl_ros2 import codec
from igtl_ros2.codec import frame
from igtl_ros2.codec.messages.arrays import NDArray, Sensor, unit_word
from igtl_ros2.codec.messages.bundle import Bind, GetBind
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
from igtl_ros2.codec.messages.mesh import Attribute, AttributeType, PolyData
from igtl_ros2.codec.messages.points import Point, PointList, Trajectories, Trajectory
from igtl_ros2.codec.messages.pose import Position, Transform
from igtl_ros2.codec.messages.query import Capability, Query, Response, StartTracking
from igtl_ros2.codec.messages.text import Command, CommandResponse, Status, String
from igtl_ros2.codec.messages.tracking import (
    QuaternionElement,
    QuaternionTrackingData,
    TrackingData,
    TrackingElement,
)
from igtl_ros2.codec.messages.video import Video
from igtl_ros2.errors import (
    ContentError,
    CrcError,
    DecodeError,
    EncodeError,
    HeaderError,
    TooLargeError,
)

MATRIX = [[1, 2, 3, 10], [4, 5, 6, 11], [7, 8, 9, 12], [0, 0, 0, 1]]
POSE = struct.pack('>12f', 1, 4, 7, 2, 5, 8, 3, 6, 9, 10, 11, 12)

PLAIN = {'device_name': 'Dev'}
RICH = {'device_name': 'Dev', 'message_id': 0x01020304, 'metadata': {'k': 'v'}}
POSE_HEX = (
    '3f8000004080000040e000004000000040a00000410000004040000040c00000'
    '41100000412000004130000041400000'
)
TRIANGLE = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
TRIANGLE_HEX = (
    '3f80000040000000404000004080000040a0000040c0000040e000004100000041100000'
    '00000003000000000000000100000002'
)


def is_pose(message):
    """Tell whether it is the TRANSFORM of POSE."""
    return type(message) is Transform and message.matrix.tolist() == MATRIX


# What the C++ library wrote for these fields: body size, CRC, body (`{00*8}` is 8 bytes of 00).
LIBRARY = {
    'TRANSFORM 1': (Transform(MATRIX, **PLAIN), 48, '5df71121b3833c10', POSE_HEX),
    'TRANSFORM 2': (
        Transform(MATRIX, **RICH),
        72,
        'ad48611f561b0ffb',
        f'000c000a0000000201020304{POSE_HEX}000100010003000000016b76',
    ),
    'TRANSFORM 2 bare': (
        Transform(MATRIX, version=2, **PLAIN),
        62,
        '0fbcbea618b18294',
        f'000c0002{{00*8}}{POSE_HEX}0000',
    ),
    'TRANSFORM stamped': (
        Transform(MATRIX, timestamp=0x6553F1001F9ADD24, **PLAIN),
        48,
        '5df71121b3833c10',
        POSE_HEX,
    ),
    'GET_TRANS 1': (Query('GET_TRANS', **PLAIN), 0, '0' * 16, ''),
    'GET_TRANS 2': (
        Query('GET_TRANS', **RICH),
        24,
        'ec77109d49231d24',
        '000c000a0000000201020304000100010003000000016b76',
    ),
    'GET_TRANS 2 bare': (
        Query('GET_TRANS', version=2, **PLAIN),
        14,
        'b21e4ee882505334',
        '000c0002{00*10}',
    ),
    'POSITION 12': (
        Position([1, 2, 3], **PLAIN),
        12,
        '1954a3dc7c6dc389',
        '3f8000004000000040400000',
    ),
    'POSITION 24': (
        Position([1, 2, 3], [0.1, 0.2, 0.3, 0.86**0.5], 24, **PLAIN),
        24,
        '9d9c33908c716e9b',
        '3f80000040000000404000003dcccccd3e4ccccd3e99999a',
    ),
    'POSITION 28': (
        Position([1, 2, 3], [0.1, 0.2, 0.3, 0.9], **PLAIN),
        28,
        '7c012893e9204561',
        '3f80000040000000404000003dcccccd3e4ccccd3e99999a3f666666',
    ),
    'TDATA': (
        TrackingData([TrackingElement('T0', MATRIX, 2)], **PLAIN),
        70,
        'c4398f3bc425a2ea',
        f'5430{{00*18}}0200{POSE_HEX}',
    ),
    'POINT': (
        PointList([Point('N', [1, 2, 3], 'G', (1, 2, 3, 4), 7, 'O')], **PLAIN),
        136,
        '864b929cf28fb112',
        '4e{00*63}47{00*31}010203043f800000400000004040000040e000004f{00*19}',
    ),
    'IMAGE': (
        Image(
            np.full((1, 3, 2, 3), 0xABAB, '<u2').view('<i2'),
            [[2, 0, 0, 5], [0, 3, 0, 6], [0, 0, 4, 7], [0, 0, 0, 1]],
            size=(4, 3, 2),
            offset=(1, 0, 1),
            **PLAIN,
        ),
        108,
        'fbf3c6221d267408',
        '00010304020100040003000240{00*15}4040{00*14}4080000040a0000040c0000040e00000'
        '000100000001000200030001{ab*36}',
    ),
    'SENSOR': (
        Sensor([1.5, -2.0], unit_word([('N', 1), ('m', -2)], 'k'), **PLAIN),
        26,
        '36a4540ba7bd7b44',
        '020032c41e{00*5}3ff8{00*6}c0{00*7}',
    ),
    'STRING 1': (String('hey', **PLAIN), 7, 'd1352f9443e496e5', '00030003686579'),
    'STRING 2': (
        String('hey', 106, **RICH),
        31,
        '8275e10bf47decb6',
        '000c000a0000000201020304006a0003686579000100010003000000016b76',
    ),
    'STATUS': (
        Status(4, 9, 'Err', 'msg', **PLAIN),
        34,
        '395473b3c24b05ae',
        '0004{00*7}09457272{00*17}6d736700',
    ),
    'QTDATA': (
        QuaternionTrackingData(
            [QuaternionElement('T0', [1, 2, 3], [0.1, 0.2, 0.3, 0.9], 2)], **PLAIN
        ),
        50,
        '6063b48769e2121e',
        '5430{00*18}02003f80000040000000404000003dcccccd3e4ccccd3e99999a3f666666',
    ),
    'STT_TDATA': (
        StartTracking('STT_TDATA', 50, 'Patient', **PLAIN),
        36,
        'fefbafe891ce20db',
        '0000003250617469656e74{00*25}',
    ),
    'RTS_TDATA': (Response('RTS_TDATA', 1, **PLAIN), 1, '42f0e1eba9ea3693', '01'),
    'TRAJ': (
        Trajectories(
            [Trajectory('N', [1, 2, 3], [4, 5, 6], 3, 'G', (1, 2, 3, 4), 7, 'O')], **PLAIN
        ),
        150,
        'dc8b673248078004',
        '4e{00*63}47{00*31}0300010203043f800000400000004040000040800000'
        '40a0000040c0000040e000004f{00*19}',
    ),
    'VIDEO': (
        Video(bytes(range(12)), 'I420', (4, 2, 1), version=2, **PLAIN),
        102,
        '68c0882a9b42cdae',
        '000c0002{00*9}0102493432300001010004000200013f80{00*14}3f80{00*14}3f80{00*21}'
        '0400020001000102030405060708090a0b0000',
    ),
    'VIDEOMETA': (
        VideoMeta(
            [VideoMetaElement('N', 'D', 'P', 'I', -2, 50, (1, 2, 3), MATRIX, 3)], **PLAIN
        ),
        322,
        '32638b3910de36b6',
        f'4e{{00*63}}44{{00*63}}50{{00*63}}49{{00*63}}fffe4049{{00*7}}01000200033f800000'
        f'{POSE_HEX[8:]}0300',
    ),
    'IMGMETA': (
        ImageMeta(
            [ImageMetaElement('N', 'D', 'CT', 'P', 'I', 11 << 31, (1, 2, 3), 3)], **PLAIN
        ),
        260,
        '253ef02749077e03',
        '4e{00*63}44{00*19}4354{00*30}50{00*63}49{00*66}05800000000001000200030300',
    ),
    'LBMETA': (
        LabelMeta([LabelMetaElement('N', 'D', 9, (1, 2, 3, 4), (1, 2, 3), 'O')], **PLAIN),
        116,
        'd60805d5021090b6',
        '4e{00*63}44{00*19}0900010203040001000200034f{00*19}',
    ),
    'NDARRAY': (
        NDArray(np.array([[0, 1, 2], [10, 11, 12]], np.int16), **PLAIN),
        18,
        '73c1d80091609d36',
        '040200020003000000010002000a000b000c',
    ),
    'POLYDATA': (
        PolyData(
            TRIANGLE,
            polygons=[[0, 1, 2]],
            attributes=[Attribute('ab', AttributeType.POINT_SCALARS, [0.5, 0.5, 0.5])],
            **PLAIN,
        ),
        114,
        '43d61c1c567a86fd',
        f'00000003{{00*19}}0100000010{{00*11}}01{TRIANGLE_HEX}'
        '000100000003616200003f0000003f0000003f000000',
    ),
    'POLYDATA vectors': (
        PolyData(
            TRIANGLE,
            polygons=[[0, 1, 2]],
            attributes=[Attribute('ab', AttributeType.POINT_VECTORS, np.full((3, 3), 0.5))],
            **PLAIN,
        ),
        138,
        '917919eb52bc8f29',
        f'00000003{{00*19}}0100000010{{00*11}}01{TRIANGLE_HEX}'
        f'010300000003616200{{00*1}}{"3f000000" * 9}',
    ),
    'COLORT': (
        ColorTable(np.full(256, 0x0101, np.uint16), **PLAIN),
        514,
        'c7aafd3071947ab1',
        '0305{01*512}',
    ),
    'COMMAND': (
        Command(7, 'Name', '<a/>', **PLAIN),
        156,
        '6eb5b822c3c62ff4',
        '000c0002{00*11}074e616d65{00*125}03000000043c612f3e0000',
    ),
    'RTS_COMMAND': (
        CommandResponse(7, 'Name', '<r/>', **PLAIN),
        156,
        '092fcd4d60735e0e',
        '000c0002{00*11}074e616d65{00*125}03000000043c722f3e0000',
    ),
    'CAPABILITY': (
        Capability(['TRANSFORM', 'STP_POLYDATA'], **PLAIN),
        24,
        'e742bb2c318b11fe',
        '5452414e53464f524d0000005354505f504f4c5944415441',
    ),
    'BIND': (
        Bind(
            [String('odd', device_name='S'), Transform(MATRIX, device_name='TT')],
            **PLAIN,
        ),
        106,
        'f56e27c053ee3aa3',
        '0002535452494e47{00*13}075452414e53464f524d{00*10}300006530054540000'
        f'000300036f646400{POSE_HEX}',
    ),
    'GET_BIND': (
        GetBind([('STRING', 'S'), ('TRANSFORM', 'TTT')], **PLAIN),
        34,
        '915e40539a1141f8',
        '0002535452494e47{00*6}5452414e53464f524d0000000006530054545400',
    ),
    'RTS_BIND': (Response('RTS_BIND', 1, **PLAIN), 1, '42f0e1eba9ea3693', '01'),
    'RTS_POLYDATA': (Response('RTS_POLYDATA', 1, **PLAIN), 1, '42f0e1eba9ea3693', '01'),
}


@pytest.mark.parametrize('name', LIBRARY)
def test_fields_give_the_bytes_of_the_library(name):
    message, size, crc, text = LIBRARY[name]
    text = re.sub(r'\{(..)\*(\d+)\}', lambda m: m[1] * int(m[2]), text)
    data = codec.encode(message)
    assert data[58:].hex() == text
    assert data[50:58].hex() == crc
    assert int.from_bytes(data[42:50], 'big') == size == len(data) - 58
    assert data[14:34] == b'Dev'.ljust(20, b'\0')
    assert data[34:42] == message.timestamp.to_bytes(8, 'big')
    assert codec.encode(codec.decode(data, strict=True)) == data


# --- header ---------------------------------------------------------------------------------


def test_header_version_1(wire):
    message = codec.decode(wire(b'TRANSFORM', POSE, device=b'Probe', timestamp=5 << 32))
    assert is_pose(message)
    assert (message.version, message.device_name, message.timestamp) == (1, 'Probe', 5 << 32)
    assert (message.message_id, message.metadata, message.metadata_encodings) == (0, {}, {})


def test_header_version_2(wire, extended):
    body = extended(POSE, [(b'k', 3, b'v')], message_id=7)
    message = codec.decode(wire(b'TRANSFORM', body, 2), strict=True)
    assert is_pose(message)
    assert (message.version, message.message_id, message.metadata) == (2, 7, {'k': 'v'})


@pytest.mark.parametrize('version', [0, 4, 99, 256, 65535])
def test_header_versions_that_do_not_exist(wire, version):
    data = wire(b'TRANSFORM', POSE, version)
    with pytest.raises(HeaderError, match=f'version {version}'):
        codec.decode(data)
    decoder = codec.Decoder()
    decoder.feed(data)
    with pytest.raises(HeaderError) as caught:
        decoder.next_message()
    assert not caught.value.in_step


@pytest.mark.parametrize('version', [3, 0, -1, 65536, 'x'])
def test_header_versions_that_are_never_written(version):
    with pytest.raises(EncodeError, match='version'):
        codec.encode(Transform(MATRIX), version=version)
    if version:
        with pytest.raises(EncodeError, match='version'):
            Transform(MATRIX, version=version)


def test_names_end_at_the_first_nul(wire):
    data = wire(b'STRING\0\xffgar', b'\0\3\0\2hi', device=b'Tool\0garbage\xff\0more')
    message = codec.decode(data)
    assert type(message) is String
    assert (message.type_name, message.device_name) == ('STRING', 'Tool')
    assert codec.encode(message)[2:34] == b'STRING'.ljust(12, b'\0') + b'Tool'.ljust(20, b'\0')


@pytest.mark.parametrize(
    'name',
    [b'', b'\xff\xfe\x80', b'\xc3\xa4' * 10, b'x' * 20, b' a/b~c ', b'\xed\xa0\x80\xe2\x82'],
)
def test_any_bytes_of_a_device_name_come_back(wire, name):
    data = wire(b'TRANSFORM', POSE, device=name)
    message = codec.decode(data)
    assert message.device_name == name.decode('utf-8', 'surrogateescape')
    assert codec.encode(message) == data


@pytest.mark.parametrize('name', [b'', b'\xff\xfe', b'TWELVE_BYTES', b'transform', b'Transform'])
def test_any_bytes_of_a_type_name_come_back(wire, name):
    data = wire(name, b'\1')
    message = codec.decode(data)
    assert type(message) is codec.Unknown
    assert message.type_name == name.decode('utf-8', 'surrogateescape')
    assert message.content == b'\1'
    assert codec.encode(message) == data


@pytest.mark.parametrize(
    ('name', 'sent'),
    [
        ('x' * 21, b'x' * 13),
        ('x' * 19 + 'ä', b'x' * 13),
        ('x' * 18 + 'ä', b'x' * 18 + 'ä'.encode()),
        ('x' * 17 + '€', b'x' * 17 + '€'.encode()),
        ('x' * 12 + 'ä' * 9, b'x' * 12),
        ('ä' * 30, 'ä'.encode() * 6),
        ('\udc80' * 30, b'\x80' * 13),
    ],
)
def test_long_device_names_are_cut_between_characters_and_stay_apart(name, sent):
    message = Transform(MATRIX, device_name=name)
    assert message.device_name == name
    written = codec.encode(message)[14:34]
    if len(name.encode('utf-8', 'surrogateescape')) <= 20:
        assert written == sent.ljust(20, b'\0')
    else:
        assert written.startswith(sent + b'_')
        assert codec.encode(Transform(MATRIX, device_name=name + 'x'))[14:34] != written


@pytest.mark.parametrize('name', ['a\0b', '\ud800', b'bytes', None, 5])
def test_device_names_that_cannot_be_written(name):
    with pytest.raises(EncodeError, match='device_name'):
        Transform(MATRIX, device_name=name)


@pytest.mark.parametrize('name', ['', 'THIRTEENBYTES', 'A\0', None, b'X'])
def test_type_names_that_cannot_be_written(name):
    with pytest.raises(EncodeError, match='type_name'):
        codec.Unknown(name, b'')


@pytest.mark.parametrize('number', [0, 1, 2**63, 2**64 - 1])
def test_every_timestamp_and_id_is_kept(number):
    data = codec.encode(Transform(MATRIX, timestamp=number, message_id=number >> 32, version=2))
    message = codec.decode(data)
    assert (message.timestamp, message.message_id) == (number, number >> 32)
    assert codec.encode(message) == data


@pytest.mark.parametrize(
    ('field', 'value'),
    [
        ('timestamp', -1),
        ('timestamp', 2**64),
        ('timestamp', 1.5),
        ('timestamp', float('nan')),
        ('message_id', -1),
        ('message_id', 2**32),
        ('message_id', '7'),
        ('metadata', None),
        ('metadata', [('k', 'v')]),
        ('metadata', {'k': 5}),
        ('metadata', {'k': b'v'}),
        ('metadata', {'k': '\ud800'}),
        ('metadata', {5: 'v'}),
        ('metadata_encodings', None),
        ('metadata_encodings', {'k': 65536}),
        ('metadata_encodings', {'k': 'utf-8'}),
        ('version', 3),
    ],
)
def test_what_all_messages_share_is_checked_when_made(field, value):
    with pytest.raises(EncodeError, match=field.removesuffix('s').split('_')[-1]):
        Transform(MATRIX, **{field: value})


# --- the body's layout ----------------------------------------------------------------------


def test_version_is_2_where_there_is_metadata_or_an_id():
    assert Transform(MATRIX).version == 1
    assert Transform(MATRIX, message_id=1).version == 2
    assert Transform(MATRIX, metadata={'k': 'v'}).version == 2
    with pytest.raises(EncodeError, match='version'):
        Transform(MATRIX, metadata={'k': 'v'}, version=1)


def test_metadata_is_left_out_for_a_version_1_peer():
    message = Transform(MATRIX, metadata={'k': 'v'}, message_id=9)
    assert codec.encode(message, version=1) == codec.encode(Transform(MATRIX))
    assert b''.join(codec.encode_parts(message, version=1)) == codec.encode(Transform(MATRIX))
    assert codec.decode(codec.encode(Transform(MATRIX), version=1)).version == 1
    assert codec.decode(codec.encode(Transform(MATRIX), version=2), strict=True).version == 2


@pytest.mark.parametrize('again', [lambda m: m, lambda m: codec.decode(codec.encode(m))])
def test_metadata_that_were_added_are_written(again):
    message = again(Transform(MATRIX))
    message.metadata['TransformStatus'] = 'MISSING'
    assert codec.encode(message) == codec.encode(
        Transform(MATRIX, metadata={'TransformStatus': 'MISSING'}))
    assert codec.encode(message, version=1) == codec.encode(Transform(MATRIX))


@pytest.mark.parametrize('added', [{'a': 1}, {'a': None}, {'a': b'x'}, {1: 'a'}, {'': 'a'}])
def test_metadata_that_are_no_texts_are_refused(added):
    for message in Transform(MATRIX), Transform(MATRIX, metadata={'k': 'v'}):
        message.metadata.update(added)
        with pytest.raises(EncodeError, match='metadata'):
            codec.encode(message)
    message = Transform(MATRIX, metadata={'k': 'v'})
    for encoding in ('3', -1, 1 << 16, [3]):
        message.metadata_encodings['k'] = encoding
        with pytest.raises(EncodeError, match="encoding of metadata 'k'"):
            codec.encode(message)


@pytest.mark.parametrize('version', [2, 3])
@pytest.mark.parametrize(
    ('type_name', 'body', 'wanted'),
    [
        (b'TRANSFORM', POSE, Transform),
        (b'TRANSFORM', bytes(48), Transform),
        (b'POSITION', POSE[:12], Position),
        (b'POSITION', POSE[:12] + bytes(12), Position),
        (b'POSITION', POSE[:28], Position),
        (b'TDATA', b'T0'.ljust(20, b'\0') + b'\1\0' + POSE, TrackingData),
        (b'STRING', b'\0\3\0\5hello', String),
        (b'STRING', b'\0\x6a\0\x14' + b'twenty letters......', String),
        (b'STATUS', b'\0\1' + bytes(28) + b'fine\0', Status),
        (b'SENSOR', b'\1\0' + bytes(16), Sensor),
        (b'CAPABILITY', b'TRANSFORM\0\0\0', Capability),
        (b'USMESSAGE', b'<xml/> of any length', codec.Unknown),
        (b'GET_TRANS', b'', Query),
        (b'RTS_TDATA', b'\0', Response),
        (b'TDATA', b'', TrackingData),
    ],
)
def test_a_body_without_extended_header_is_understood(wire, version, type_name, body, wanted):
    data = wire(type_name, body, version)
    decoder = codec.Decoder()
    decoder.feed(data)
    message = decoder.next_message()
    assert type(message) is wanted
    assert b''.join(message.encode_content()) == body
    assert (message.message_id, message.metadata) == (0, {})
    assert decoder.nonconforming == 1
    # never sent on as it came
    assert codec.encode(message) == wire(type_name, body, 1)
    with pytest.raises(ContentError):
        codec.decode(data, strict=True)


def status_of(code, name, text, subcode=0):
    """Write the content of a STATUS as openigtlink-rust sends it."""
    return struct.pack('>Hq20s', code, subcode, name) + text + b'\0'


@pytest.mark.parametrize('version', [2, 3])
@pytest.mark.parametrize('name', [b'', b'HardwareFailure', b'UnknownInstructionXX'])
@pytest.mark.parametrize('text', [b'', b'short', b'the camera of the tracker has failed, stop'])
def test_a_code_of_a_status_is_not_taken_for_the_size_of_an_extended_header(
        wire, version, name, text):
    for code in range(20):
        for subcode in (0, 1, -1, 40000, 2**40):
            if (version, code, len(name)) == (3, 12, 20) and len(text) > 12:
                continue  # that is as well an extended header and a STATUS without a name
            body = status_of(code, name, text, subcode)
            decoder = codec.Decoder()
            decoder.feed(wire(b'STATUS', body, version))
            status = decoder.next_message()
            said = status.code, status.subcode, status.error_name, status.message
            assert said == (code, subcode, name.decode(), text.decode())
            # so that it is not sent version 2, which it cannot read
            assert (decoder.seen_version, decoder.nonconforming) == (1, 1)


def test_a_status_without_extended_header_is_refused_if_strict(wire):
    data = wire(b'STATUS', status_of(12, b'', b'the camera of the tracker has failed'), 2)
    with pytest.raises(ContentError):
        codec.decode(data, strict=True)


@pytest.mark.parametrize('start', ['P8', 'A1', '00', 'ABCD'])
@pytest.mark.parametrize(
    'make',
    [
        lambda names: PointList([Point(name, [1, 2, 3]) for name in names]),
        lambda names: Trajectories([Trajectory(name, [1, 2, 3], [4, 5, 6]) for name in names]),
        lambda names: TrackingData([TrackingElement(name, MATRIX) for name in names]),
        lambda names: ImageMeta([ImageMetaElement(name, 'D') for name in names]),
        lambda names: VideoMeta([VideoMetaElement(name, 'D') for name in names]),
    ],
)
def test_a_name_is_not_taken_for_an_extended_header(wire, start, make):
    message = make([start, *map(str, range(10, 509))])
    (body,) = message.encode_content()
    got = codec.decode(wire(message.type_name.encode(), body, 2))
    assert len(got.elements) == 500
    assert codec.encode(got) == wire(message.type_name.encode(), body, 1)


def test_an_extended_header_without_metadata_header_may_stand_before_a_status(wire, extended):
    for content in (status_of(1, b'', b'fine'), status_of(3, b'Stop', b'somebody is in the way')):
        message = codec.decode(wire(b'STATUS', extended(content, index=b'', message_id=4), 2))
        assert (message.message_id, b''.join(message.encode_content())) == (4, content)


def test_version_3_with_extended_header_is_understood(wire, extended):
    data = wire(b'TRANSFORM', extended(POSE, [(b'k', 0, b'v')], message_id=3), 3)
    decoder = codec.Decoder()
    decoder.feed(data)
    message = decoder.next_message()
    assert is_pose(message)
    assert (message.message_id, message.metadata) == (3, {'k': 'v'})
    assert codec.encode(message)[:2] == b'\0\2'
    assert decoder.nonconforming == 1
    assert decoder.seen_version == 1  # it reads no version 2 of ours
    with pytest.raises(ContentError, match='version 3'):
        codec.decode(data, strict=True)


def test_version_3_with_an_extended_header_of_two_bytes(wire):
    assert is_pose(codec.decode(wire(b'TRANSFORM', b'\0\0' + POSE, 3)))
    with pytest.raises(ContentError):
        codec.decode(wire(b'TRANSFORM', b'\0\0' + POSE, 2))


@pytest.mark.parametrize(
    ('type_name', 'content'),
    [(b'STRING', b'\0\3\0\5hello'), (b'STATUS', bytes(34)), (b'NDARRAY', b'\2\0')],
)
def test_a_broken_extended_header_is_not_taken_for_content(wire, extended, type_name, content):
    """Its first bytes would pass for the start of these types."""
    body = extended(content, [(b'k', 3, b'v')], metadata_size=1000)
    with pytest.raises(ContentError, match='1000'):
        codec.decode(wire(type_name, body, 2))


def test_the_error_names_the_layout_that_the_version_promises(wire):
    with pytest.raises(ContentError, match=r"^TRANSFORM 'Dev': extended header"):
        codec.decode(wire(b'TRANSFORM', POSE[:47], 2))


def test_metadata_header_of_no_bytes(wire, extended):
    data = wire(b'TRANSFORM', extended(POSE, index=b'', message_id=4), 2)
    message = codec.decode(data)
    assert is_pose(message)
    assert (message.message_id, message.metadata) == (4, {})
    assert codec.encode(message)[60:62] == b'\0\2'
    with pytest.raises(ContentError):
        codec.decode(wire(b'TRANSFORM', extended(POSE, index=b'', metadata_size=1) + b'x', 2))


@pytest.mark.parametrize('extra', [1, 2, 4, 500])
def test_longer_extended_headers_are_skipped(wire, extended, extra):
    body = extended(POSE, [(b'k', 3, b'v')], extension=b'\xff' * extra, message_id=1)
    message = codec.decode(wire(b'TRANSFORM', body, 2), strict=True)
    assert is_pose(message)
    assert message.metadata == {'k': 'v'}


@pytest.mark.parametrize(
    'forged',
    [
        {'size': 0},
        {'size': 8},
        {'size': 11},
        {'size': 13},
        {'size': 100},
        {'size': 65535},
        {'metadata_size': 3},
        {'metadata_size': 1000},
        {'metadata_size': 2**32 - 1},
        {'metadata_size': 1},
        {'index': b''},
        {'index': b'\0'},
        {'index': b'\0\1'},
        {'index': b'\0\2' + bytes(8)},
        {'index': struct.pack('>HHHI', 1, 3, 3, 0)},
        {'index': struct.pack('>HHHI', 1, 1, 3, 0xFFFFFFFF)},
        {'index': struct.pack('>HHHI', 5, 1, 3, 1)},
        {'index': struct.pack('>HHHI', 65535, 1, 3, 1)},
        {'index': struct.pack('>HHHI', 1, 0xFFFF, 3, 1)},
    ],
    ids=str,
)
@pytest.mark.parametrize('strict', [False, True])
def test_inconsistent_sizes(wire, extended, forged, strict):
    data = wire(b'TRANSFORM', extended(POSE, [(b'k', 3, b'v')], **forged), 2)
    with pytest.raises(ContentError) as caught:
        codec.decode(data, strict=strict)
    assert caught.value.in_step
    assert (caught.value.type_name, caught.value.device_name) == ('TRANSFORM', 'Dev')


@pytest.mark.parametrize('size', range(12))
def test_bodies_shorter_than_an_extended_header(wire, size):
    with pytest.raises(ContentError):
        codec.decode(wire(b'TRANSFORM', bytes(size), 2))


def test_regions_that_overlap_by_one_byte(wire):
    """The metadata header would start with the last byte of the extended header."""
    with pytest.raises(ContentError, match='exceed the body of 13'):
        codec.decode(wire(b'GET_TRANS', struct.pack('>HHII', 12, 2, 0, 0) + b'\0', 2))


def test_room_left_in_the_metadata_is_ignored(wire, extended):
    index = struct.pack('>HHHI', 1, 1, 3, 1) + b'\xff' * 3
    message = codec.decode(wire(b'TRANSFORM', extended(POSE, [(b'k', 3, b'v')], index=index), 2))
    assert message.metadata == {'k': 'v'}
    index = struct.pack('>HHHI', 1, 1, 3, 1)
    entries = [(b'k', 3, b'v'), (b'rest', 3, b'')]
    assert codec.decode(wire(b'TRANSFORM', extended(POSE, entries, index=index), 2)).metadata == {
        'k': 'v'
    }


# --- metadata -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ('encoding', 'raw', 'text'),
    [
        (3, b'plain', 'plain'),
        (3, 'ä'.encode(), 'ä'),
        (106, 'ä'.encode(), 'ä'),
        (106, b'plain', 'plain'),
        (106, b'\xff\0', '\udcff\0'),
        (0, b'plain', 'plain'),
        (65535, 'ä'.encode(), 'ä'),
        (4, b'\xe4', 'ä'),
        (17, b'\x82\xa0', 'あ'),
        (18, b'\xa4\xa2', 'あ'),
        (1013, b'\0a\x20\xac', 'a€'),
        (1014, b'a\0\xac\x20', 'a€'),
        (1015, b'\xff\xfea\0\xac\x20', 'a€'),
        (1014, b'odd\xff\xff', 'odd\udcff\udcff'),
        (106, b'', ''),
    ],
)
def test_values_in_any_encoding(wire, extended, encoding, raw, text):
    data = wire(b'TRANSFORM', extended(POSE, [(b'k', encoding, raw)]), 2)
    message = codec.decode(data)
    assert message.metadata == {'k': text}
    usual = 3 if text.isascii() else 106
    assert message.metadata_encodings == ({} if encoding == usual else {'k': encoding})
    assert codec.encode(message) == data


def test_encodings_are_chosen_by_value():
    data = codec.encode(Transform(MATRIX, metadata={'a': 'x', 'b': 'ä'}))
    assert struct.unpack_from('>HHHIHHI', data, 58 + 12 + 48) == (2, 1, 3, 1, 1, 106, 2)


def test_a_value_that_its_encoding_cannot_write():
    message = Transform(MATRIX, metadata={'k': '€'}, metadata_encodings={'k': 4})
    with pytest.raises(EncodeError, match="metadata 'k'.*latin"):
        codec.encode(message)


def test_odd_keys(wire, extended):
    entries = [(b'', 3, b'no key'), (b'\xff', 3, b'x'), (b'a\0b', 3, b'y')]
    message = codec.decode(wire(b'TRANSFORM', extended(POSE, entries), 2))
    assert message.metadata == {'': 'no key', '\udcff': 'x', 'a\0b': 'y'}
    with pytest.raises(EncodeError, match='key'):
        codec.encode(message)
    with pytest.raises(EncodeError, match='key'):
        codec.encode(Transform(MATRIX, metadata={'': 'x'}))
    with pytest.raises(EncodeError, match='key'):
        codec.encode(Transform(MATRIX, metadata={'k' * 65536: 'x'}))


def test_of_two_entries_with_one_key_the_last_counts(wire, extended):
    entries = [(b'k', 0, b'one'), (b'j', 3, b''), (b'k', 3, b'two')]
    message = codec.decode(wire(b'TRANSFORM', extended(POSE, entries), 2))
    assert message.metadata == {'k': 'two', 'j': ''}
    assert message.metadata_encodings == {}


def test_order_of_keys(wire, extended):
    entries = [(b'z', 3, b'1'), (b'a', 3, b'2'), (b'm', 3, b'3')]
    data = wire(b'TRANSFORM', extended(POSE, entries), 2)
    received = codec.decode(data)
    assert list(received.metadata) == ['z', 'a', 'm']
    assert codec.encode(received) == data
    # by bytes as the C++ library does: capitals first, then ASCII, then the rest
    made = Transform(MATRIX, metadata={'ä': '', 'b': '', 'Z': '', 'a': ''})
    assert list(codec.decode(codec.encode(made)).metadata) == ['Z', 'a', 'b', 'ä']


def test_metadata_given_is_copied():
    given = {'k': 'v'}
    message = Transform(MATRIX, metadata=given)
    given['k'] = 5
    assert message.metadata == {'k': 'v'}


def test_limits_of_metadata():
    fits = Transform(MATRIX, metadata={'k': 'x' * 65534})
    assert codec.decode(codec.encode(fits)).metadata == fits.metadata
    with pytest.raises(EncodeError, match='65536 bytes'):
        codec.encode(Transform(MATRIX, metadata={'k': 'x' * 65535}))
    many = {f'{n:x}': '' for n in range(8191)}
    assert codec.decode(codec.encode(Transform(MATRIX, metadata=many))).metadata == many
    with pytest.raises(EncodeError, match='8192 entries'):
        codec.encode(Transform(MATRIX, metadata={**many, 'one': ''}))
    with pytest.raises(EncodeError, match='70000 entries'):
        codec.encode(Transform(MATRIX, metadata={str(n): '' for n in range(70000)}))


def test_more_metadata_than_we_send_is_read_up_to_a_mebibyte(wire, extended):
    data = wire(b'TRANSFORM', extended(POSE, [(b'k', 3, b'x' * 999999)]), 2)
    assert len(codec.decode(data).metadata['k']) == 999999
    with pytest.raises(ContentError, match='limit'):
        codec.decode(wire(b'TRANSFORM', extended(POSE, [(b'k', 3, b'x' * (1 << 20))]), 2))


# --- writing --------------------------------------------------------------------------------


class Huge(codec.Message):
    """A message of 1 MiB, many times over."""

    __slots__ = ('times',)
    type_name = 'HUGE'

    def encode_content(self):
        """Give the same piece again and again."""
        return [memoryview(bytes(1 << 20))] * self.times


@pytest.mark.parametrize('times', [2048, 4096])
def test_a_body_of_two_gibibytes_is_refused(times):
    message = Huge.from_wire(codec.Envelope('Dev', 0, 0, {}, {}, 1, 'HUGE'), times=times)
    with pytest.raises(EncodeError, match=f'{times << 20} bytes'):
        codec.encode_parts(message)


def test_large_payloads_are_not_copied():
    pixels = np.arange(1 << 16, dtype=np.uint8).reshape(1, 256, 256)
    for fields in ({}, {'metadata': {'k': 'v'}}):
        image = Image(pixels, **fields)
        parts = codec.encode_parts(image)
        assert b''.join(parts) == codec.encode(image)
        assert any(np.shares_memory(np.frombuffer(part, np.uint8), pixels) for part in parts)


def test_small_messages_are_one_part():
    assert len(codec.encode_parts(Transform(MATRIX, metadata={'k': 'v'}))) == 1
    assert len(codec.encode_parts(Image(np.zeros((1, 8, 8), np.uint8), message_id=1))) == 1


# --- what must be refused -------------------------------------------------------------------

IMAGE_HEAD = struct.pack('>HBBBB3H12f3H3H', 1, 1, 3, 2, 1, 8, 8, 1, *[0] * 12, 0, 0, 0, 8, 8, 1)


def image_body(at, value):
    """Spoil a byte of an IMAGE body."""
    body = bytearray(IMAGE_HEAD + bytes(64))
    body[at] = value
    return bytes(body)


BAD_CONTENT = {
    'transform_0': (b'TRANSFORM', b''),
    'transform_47': (b'TRANSFORM', bytes(47)),
    'transform_49': (b'TRANSFORM', bytes(49)),
    'position_0': (b'POSITION', b''),
    'position_20': (b'POSITION', bytes(20)),
    'position_32': (b'POSITION', bytes(32)),
    'qtrans_20': (b'QTRANS', bytes(20)),
    'position_list': (b'POSITION', bytes(304)),
    'tdata_69': (b'TDATA', bytes(69)),
    'tdata_71': (b'TDATA', bytes(71)),
    'tdata_too_many': (b'TDATA', bytes(70 * 100_001)),
    'point_135': (b'POINT', bytes(135)),
    'point_137': (b'POINT', bytes(137)),
    'image_71': (b'IMAGE', IMAGE_HEAD[:71]),
    'image_version_2': (b'IMAGE', image_body(1, 2)),
    'image_no_components': (b'IMAGE', image_body(2, 0)),
    'image_components': (b'IMAGE', image_body(2, 2)),
    **{
        f'image_scalar_{code}': (b'IMAGE', image_body(3, code))
        for code in (0, 1, 8, 9, 12, 13, 255)
    },
    'image_wide_scalar': (b'IMAGE', image_body(3, 5)),
    'image_endian_3': (b'IMAGE', image_body(4, 3)),
    'image_no_endian': (b'IMAGE', IMAGE_HEAD[:3] + b'\5\0' + IMAGE_HEAD[5:] + bytes(128)),
    'image_coordinates_3': (b'IMAGE', image_body(5, 3)),
    'image_pixels_short': (b'IMAGE', IMAGE_HEAD + bytes(63)),
    'image_pixels_long': (b'IMAGE', IMAGE_HEAD + bytes(65)),
    'image_no_pixels': (b'IMAGE', IMAGE_HEAD),
    'image_offset': (b'IMAGE', image_body(61, 1)),
    'image_block_larger_than_volume': (b'IMAGE', image_body(7, 4)),
    'image_size_wraps': (
        b'IMAGE',
        struct.pack(
            '>HBBBB3H12f3H3H', 1, 255, 11, 2, 1, *[65535] * 3, *[0] * 12, 0, 0, 0, *[65535] * 3
        ),
    ),
    'sensor_9': (b'SENSOR', bytes(9)),
    'sensor_larray_mismatch': (b'SENSOR', b'\x0a' + bytes(17)),
    'sensor_rest': (b'SENSOR', b'\1' + bytes(18)),
    'string_3': (b'STRING', bytes(3)),
    'string_length_overflow': (b'STRING', b'\0\3\0\x64hello'),
    'string_length_one_over': (b'STRING', b'\0\3\0\6hello'),
    'status_29': (b'STATUS', bytes(29)),
    'status_0': (b'STATUS', b''),
    'qtdata_51': (b'QTDATA', bytes(51)),
    'traj_149': (b'TRAJ', bytes(149)),
    'imgmeta_259': (b'IMGMETA', bytes(259)),
    'lbmeta_117': (b'LBMETA', bytes(117)),
    'videometa_321': (b'VIDEOMETA', bytes(321)),
    'ndarray_0': (b'NDARRAY', b''),
    'ndarray_1': (b'NDARRAY', b'\3'),
    'ndarray_no_dimensions': (b'NDARRAY', b'\3\0'),
    'ndarray_dim_size_mismatch': (b'NDARRAY', b'\3\3\0\1\0\1'),
    'ndarray_dim_huge': (b'NDARRAY', b'\x0b\4' + b'\xff' * 8),
    'ndarray_dim_huge_and_zero': (b'NDARRAY', b'\x0b\x21' + b'\xff' * 66),
    'ndarray_255_dimensions': (b'NDARRAY', b'\3\xff' + b'\0\1' * 255 + b'x'),
    **{
        f'ndarray_invalid_scalar_{code}': (b'NDARRAY', bytes((code, 1, 0, 1)) + bytes(8))
        for code in (0, 1, 8, 9, 12, 14, 255)
    },
    'ndarray_data_size_mismatch': (b'NDARRAY', b'\x0b\1\0\2' + bytes(15)),
    'ndarray_rest': (b'NDARRAY', b'\x0b\1\0\2' + bytes(17)),
    'colort_1': (b'COLORT', b'\3'),
    'colort_invalid_index': (b'COLORT', b'\4\3' + bytes(256)),
    'colort_invalid_map': (b'COLORT', b'\3\4' + bytes(256)),
    'colort_negative_index': (b'COLORT', b'\xfd\3' + bytes(256)),
    'colort_table_size': (b'COLORT', b'\3\5' + bytes(256)),
    'colort_table_size_rgb': (b'COLORT', b'\3\x13' + bytes(767)),
    'video_75': (b'VIDEO', bytes(75)),
    'video_version_2': (b'VIDEO', b'\0\2\2H264' + bytes(69)),
    'video_raw_size': (b'VIDEO', b'\0\1\2I420' + bytes(63) + b'\0\4\0\2\0\1' + bytes(11)),
    'video_raw_odd': (b'VIDEO', b'\0\1\2I420' + bytes(63) + b'\0\4\0\1\0\1' + bytes(6)),
    'command_29': (b'COMMAND', bytes(29)),
    'command_length_overflow': (b'COMMAND', bytes(137) + b'\5' + b'hell'),
    'command_length_huge': (b'COMMAND', bytes(134) + b'\xff' * 4),
    'command_rest': (b'COMMAND', bytes(137) + b'\5' + b'hello!'),
    'rts_command_empty': (b'RTS_COMMAND', b''),
    'capability_13': (b'CAPABILITY', bytes(13)),
    'rts_3': (b'RTS_TDATA', bytes(3)),
    'rts_29': (b'RTS_TDATA', bytes(29)),
    'stt_tdata_35': (b'STT_TDATA', bytes(35)),
    'stt_tdata_37': (b'STT_TDATA', bytes(37)),
    'stt_qtdata_0': (b'STT_QTDATA', b''),
    'stt_video_7': (b'STT_VIDEO', bytes(7)),
    'stt_video_10': (b'STT_VIDEO', bytes(10)),
    'query_37': (b'QUERY', bytes(37)),
    'query_length_overflow': (b'QUERY', bytes(36) + b'\0\3ab'),
    'query_rest': (b'QUERY', bytes(36) + b'\0\1ab'),
}


@pytest.mark.parametrize('name', BAD_CONTENT)
@pytest.mark.parametrize('version', [1, 2])
def test_bad_content(wire, extended, name, version):
    type_name, content = BAD_CONTENT[name]
    data = wire(type_name, content if version == 1 else extended(content), version)
    decoder = codec.Decoder()
    decoder.feed(data + wire(b'TRANSFORM', POSE))
    with pytest.raises(ContentError) as caught:
        decoder.next_message()
    assert caught.value.in_step
    assert caught.value.type_name == type_name.decode()
    assert str(caught.value).startswith(f"{type_name.decode()} 'Dev': ")
    assert is_pose(decoder.next_message())
    with pytest.raises(ContentError):
        codec.decode(data)


@pytest.mark.parametrize('size', [0, 42, 57])
def test_truncated_header(size):
    with pytest.raises(HeaderError, match=f'{size} bytes'):
        codec.decode(bytes(size))


@pytest.mark.parametrize('size', [0, 47, 49, 10**6, 2**31, 2**62, 2**63, 2**64 - 1])
def test_body_size_that_is_not_the_bodys(wire, size):
    data = wire(b'TRANSFORM', POSE, size=size)
    with pytest.raises(HeaderError, match=str(size)):
        codec.decode(data)
    decoder = codec.Decoder()
    decoder.feed(data)
    if size > 512 << 20:
        with pytest.raises(TooLargeError, match=str(size)):
            decoder.next_message()
    elif size > 48:
        assert decoder.next_message() is None


def test_wrong_crc(wire):
    data = wire(b'TRANSFORM', POSE, crc=0xDEADBEEFCAFEF00D)
    with pytest.raises(CrcError, match='deadbeefcafef00d') as caught:
        codec.decode(data)
    assert caught.value.in_step
    assert is_pose(codec.decode(data, check_crc=False))


def test_any_error_is_a_decode_error():
    assert all(issubclass(e, DecodeError) for e in (HeaderError, CrcError, ContentError))
    assert not HeaderError('x').in_step
    assert not TooLargeError('x').in_step


@pytest.mark.parametrize(
    'kind', [bytes, bytearray, memoryview, lambda data: np.frombuffer(data, np.uint8)]
)
def test_any_buffer_is_decoded(wire, kind):
    assert is_pose(codec.decode(kind(wire(b'TRANSFORM', POSE))))
    decoder = codec.Decoder()
    decoder.feed(kind(wire(b'TRANSFORM', POSE)))
    assert is_pose(decoder.next_message())


def test_who_changes_metadata_changes_those_of_one_message(wire, extended):
    data = wire(b'TRANSFORM', extended(POSE, [(b'Status', 106, b'OK')]), 2)
    for _ in range(3):
        message = codec.decode(data)
        assert message.metadata == {'Status': 'OK'}
        assert message.metadata_encodings == {'Status': 106}
        message.metadata['Status'] = 'bad'
        message.metadata_encodings.clear()


def test_the_same_bytes_with_another_index_are_other_metadata(wire, extended):
    end = struct.pack('>HHHI', 1, 1, 3, 2) + b'kvwx12'
    for split, wanted in [(10, {'k': 'vw'}), (12, {'w': 'x1'})] * 2:
        body = extended(POSE, [], index=end[:split], metadata_size=len(end) - split) + end[split:]
        message = codec.decode(wire(b'TRANSFORM', body, 2))
        assert message.metadata == wanted
        assert message.affine == struct.unpack('>12f', POSE)


def test_metadata_that_name_a_patient_are_not_remembered(wire, extended):
    for value in (b'Doe^John', b'x' * 1000):
        data = wire(b'TRANSFORM', extended(POSE, [(b'PatientName', 3, value)]), 2)
        for _ in range(2):
            assert value.decode() not in repr(codec.decode(data))
        assert not any(value in known for known in frame._known_metadata)


def test_metadata_without_end_are_not_all_remembered(wire, extended):
    for number in range(2 * frame._MOST_KNOWN):
        value = str(number)
        data = wire(b'TRANSFORM', extended(POSE, [(b'n', 3, value.encode())]), 2)
        assert codec.decode(data).metadata == {'n': value}
        assert len(frame._known_metadata) <= frame._MOST_KNOWN
