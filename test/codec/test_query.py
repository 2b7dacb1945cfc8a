"""Queries and answers: every name, every length that peers send, what they are written as."""

import struct

import pytest

from igtl_ros2 import codec
from igtl_ros2.codec.crc64 import crc64
from igtl_ros2.codec.messages.arrays import Sensor
from igtl_ros2.codec.messages.query import (
    Capability,
    DeviceQuery,
    Query,
    Response,
    StartTracking,
    StartVideo,
)
from igtl_ros2.codec.messages.text import Status
from igtl_ros2.errors import ContentError, EncodeError

# the table of the protocol: type, then which of GET, STT, STP, RTS it has without content or
# with one byte of status
TABLE = """
    TRANS     GET STT STP RTS
    POSITION  GET STT STP RTS
    QTRANS    GET STT STP RTS
    IMAGE     GET STT STP RTS
    TDATA     GET     STP RTS
    QTDATA    GET     STP RTS
    POINT     GET         RTS
    TRAJ      GET         RTS
    IMGMETA   GET         RTS
    LBMETA    GET         RTS
    VMETA     GET
    VIDEO             STP
    POLYDATA  GET STT STP RTS
    COLORT    GET         RTS
    STATUS    GET         RTS
    CAPABIL   GET         RTS
    STRING    GET         RTS
    SENSOR    GET STT STP RTS
    NDARRAY   GET STT STP RTS
    BIND              STP RTS
"""
ROWS = [line.split() for line in TABLE.strip().split('\n')]
NAMES = [f'{verb}_{subject}' for subject, *verbs in ROWS for verb in verbs]
QUERIES = [name for name in NAMES if name[:3] != 'RTS']
RESPONSES = [name for name in NAMES if name[:3] == 'RTS']
ALIASES = {
    'GET_TRANSFOR': 'GET_TRANS',
    'STT_TRANSFOR': 'STT_TRANS',
    'STP_TRANSFOR': 'STP_TRANS',
    'RTS_TRANSFOR': 'RTS_TRANS',
    'RTS_QDATA': 'RTS_QTDATA',
    'GET_COLORTAB': 'GET_COLORT',
    'RTS_COLORTAB': 'RTS_COLORT',
    'GET_CAPABILI': 'GET_CAPABIL',
    'RTS_CAPABILI': 'RTS_CAPABIL',
}


def again(message):
    """Send and receive."""
    return codec.decode(codec.encode(message), strict=True)


def test_these_are_all_names():
    classes = codec.registered()
    ours = {name for name, cls in classes.items() if cls in (Query, Response)}
    assert ours == {*NAMES, *ALIASES}
    other = {name for name in classes if name[3:4] == '_'} - ours
    assert other == {'STT_TDATA', 'STT_QTDATA', 'STT_VIDEO', 'STT_BIND', 'GET_BIND', 'RTS_COMMAND'}


@pytest.mark.parametrize('name', QUERIES)
def test_queries(name, wire):
    message = again(Query(name, device_name='Thing'))
    assert type(message) is Query
    assert (message.type_name, message.device_name, message.content) == (name, 'Thing', b'')
    assert f'{message.verb}_{message.subject}' == name
    for content in (b'', b'\0', bytes(8), b'anything at all'):
        data = wire(name.encode(), content)
        assert codec.decode(data, strict=True).content == content
        assert codec.encode(codec.decode(data)) == data


def test_an_empty_query_of_version_2(wire, extended):
    message = codec.decode(wire(b'GET_STATUS', extended(b'', message_id=5), 2), strict=True)
    assert (type(message), message.message_id, message.content) == (Query, 5, b'')
    # as some peers write it
    message = codec.decode(wire(b'GET_STATUS', b'', 2))
    assert (type(message), message.version) == (Query, 1)


@pytest.mark.parametrize('name', RESPONSES)
@pytest.mark.parametrize('status', [0, 1, 255, None])
def test_responses(name, status):
    message = again(Response(name, status, device_name='Thing'))
    assert type(message) is Response
    assert (message.type_name, message.status, message.rest) == (name, status, b'')
    assert message.ok == (not status)
    assert message.subject == name[4:]
    assert codec.encode(message)[58:] == (b'' if status is None else bytes([status]))


@pytest.mark.parametrize(
    ('content', 'ok'),
    [
        (b'', True),
        (b'\0', True),
        (b'\1', False),
        (b'\0\0', True),
        (b'\0\1', False),
        (b'\1\0', False),
        (struct.pack('>Hq20s', 1, 0, b'OK'), True),
        (struct.pack('>Hq20s', 0, 0, b''), False),
        (struct.pack('>Hq20s', 257, 0, b''), False),
        (struct.pack('>Hq20s', 4, 0, b'NotFound') + b'no such tool\0', False),
    ],
)
def test_answers_of_every_length(wire, content, ok):
    data = wire(b'RTS_TDATA', content)
    message = codec.decode(data)
    assert message.ok is ok
    again = codec.encode(message)
    if len(content) > 1:
        with pytest.raises(ContentError, match='wanted 1'):
            codec.decode(data, strict=True)
        # who gets it next is told the same in the form that the protocol has for it
        assert again == wire(b'RTS_TDATA', bytes([not ok]))
    else:
        assert again == data
    assert codec.decode(again, strict=True).ok is ok


def test_a_status_for_an_answer_says_the_same():
    """A peer in Rust sends the content of a STATUS."""
    content = b''.join(Status(1).encode_content())
    assert Response('RTS_IMAGE', content[0], content[1:]).ok
    content = b''.join(Status(2, message='no').encode_content())
    assert not Response('RTS_IMAGE', content[0], content[1:]).ok


@pytest.mark.parametrize('name', ALIASES)
def test_other_names_are_written_back_as_the_usual_ones(wire, name):
    content = b'\1' if name[:3] == 'RTS' else b''
    message = codec.decode(wire(name.encode(), content))
    assert type(message) is (Response if content else Query)
    assert message.type_name == ALIASES[name]
    assert codec.encode(message) == wire(ALIASES[name].encode(), content)
    assert type(message)(name).type_name == ALIASES[name]


@pytest.mark.parametrize('name', ['STT_TDATA', 'STT_QTDATA'])
def test_start_of_tracking(wire, name):
    for resolution, coordinates in ((0, ''), (2**31 - 1, 'c' * 32), (-(2**31), 'ä')):
        message = again(StartTracking(name, resolution, coordinates))
        assert (message.type_name, message.resolution) == (name, resolution)
        assert message.coordinate_name == coordinates
        assert message.interval_ms == max(resolution, 0)
    garbage = struct.pack('>i32s', 50, b'RAS\0garbage')
    assert codec.decode(wire(name.encode(), garbage)).coordinate_name == 'RAS'
    assert StartTracking().type_name == 'STT_TDATA'


def test_start_of_video(wire):
    message = again(StartVideo('H264', 2**32 - 1))
    assert (message.codec, message.interval_ms) == ('H264', 2**32 - 1)
    assert codec.encode(StartVideo())[58:] == b'VP90\0\0\0\x32\0'
    for content in (b'I420\0\0\0\5', b'I420\0\0\0\5\0', b'I420\0\0\0\5\xee'):
        message = codec.decode(wire(b'STT_VIDEO', content), strict=True)
        assert (message.codec, message.interval_ms) == ('I420', 5)
        # the ninth byte is memory of the sender
        assert codec.encode(message)[58:] == b'I420\0\0\0\5\0'


def test_capability(wire):
    names = ('TRANSFORM', 'GET_POLYDATA', 'ä', '')
    assert again(Capability(names)).types == names
    assert again(Capability(iter(names))).types == names
    message = codec.decode(wire(b'CAPABILITY', b'IMAGE\0garbag'))
    assert message.types == ('IMAGE',)
    assert codec.encode(message)[58:] == b'IMAGE'.ljust(12, b'\0')
    empty = codec.decode(wire(b'CAPABILITY', b''))
    assert empty.types == ()


def test_capability_by_its_other_name(wire):
    message = codec.decode(wire(b'CAPABIL', b'IMAGE'.ljust(12, b'\0')))
    assert type(message) is Capability
    assert codec.encode(message)[2:14] == b'CAPABILITY\0\0'


def test_device_query():
    message = again(DeviceQuery(2**32 - 1, 'd' * 32, 'u' * 65535))
    assert (message.query_id, message.data_type) == (2**32 - 1, 'd' * 32)
    assert message.device_uid == 'u' * 65535
    assert again(DeviceQuery(0, '')).device_uid == ''


def test_a_uid_with_a_nul_is_read_and_leaves_as_it_came():
    data = codec.encode(DeviceQuery(7, 'IMAGE', '1.2.840', device_name='D'))
    content = data[58:].replace(b'1.2.840', b'1.\0\xff840')
    received = codec.decode(
        data[:50] + crc64(content).to_bytes(8, 'big') + content)
    assert received.device_uid == '1.\0\udcff840'
    assert codec.encode(received)[58:] == content
    with pytest.raises(EncodeError, match='NUL'):
        DeviceQuery(7, 'IMAGE', '1.\0840')


WRONG = {
    'query name': (lambda: Query('GET_NOTHING'), ['type_name', "'GET_NOTHING'", 'GET_TRANS']),
    'query bind': (lambda: Query('GET_BIND'), ['type_name', "'GET_BIND'"]),
    'query answer': (lambda: Query('RTS_TDATA'), ['type_name', "'RTS_TDATA'"]),
    'query none': (lambda: Query(None), ['type_name', 'None']),
    'query no name': (lambda: Query(), ['type_name', "''"]),
    'query list': (lambda: Query(['GET_TRANS']), ['type_name']),
    'query content': (lambda: Query('GET_IMAGE', 5), ['content', '5', 'bytes']),
    'query text': (lambda: Query('GET_IMAGE', 'x'), ['content', "'x'", 'bytes']),
    'response name': (lambda: Response('GET_TDATA'), ['type_name', "'GET_TDATA'", 'RTS_TDATA']),
    'response command': (lambda: Response('RTS_COMMAND'), ['type_name', "'RTS_COMMAND'"]),
    'status': (lambda: Response('RTS_TDATA', 256), ['status', '256', '255']),
    'status text': (lambda: Response('RTS_TDATA', 'ok'), ['status', "'ok'"]),
    'rest': (lambda: Response('RTS_TDATA', 0, 5), ['rest', '5', 'bytes']),
    'rest alone': (lambda: Response('RTS_TDATA', None, b'x'), ['rest', 'status']),
    'rest of a few': (lambda: Response('RTS_TDATA', 0, bytes(5)), ['rest', '5 bytes']),
    'tracking name': (lambda: StartTracking('STT_IMAGE'), ['type_name', "'STT_IMAGE'"]),
    'tracking interval': (lambda: StartTracking(resolution=2**31), ['resolution', str(2**31)]),
    'coordinates': (
        lambda: StartTracking(coordinate_name='c' * 33),
        ['coordinate_name', '33 bytes', '32'],
    ),
    'codec': (lambda: StartVideo('H2644'), ['codec', "'H2644'", '4']),
    'codec none': (lambda: StartVideo(None), ['codec', 'None']),
    'interval': (lambda: StartVideo(interval_ms=-1), ['interval_ms', '-1']),
    'types': (lambda: Capability([]), ['types', '0', '1 to']),
    'types none': (lambda: Capability(None), ['types', 'None']),
    'types text': (lambda: Capability('TRANSFORM'), ['types', "'TRANSFORM'"]),
    'types long': (lambda: Capability(['X' * 13]), ['types', '13 bytes', '12']),
    'types number': (lambda: Capability([5]), ['types', '5']),
    'types many': (lambda: Capability(['X'] * 100_001), ['types', '100001', '100000']),
    'query id': (lambda: DeviceQuery(2**32, 'x'), ['query_id', str(2**32)]),
    'data type': (lambda: DeviceQuery(0, 'd' * 33), ['data_type', '33 bytes', '32']),
    'uid': (lambda: DeviceQuery(0, '', 'u' * 65536), ['device_uid', '65536', '65535']),
    'uid nul': (lambda: DeviceQuery(0, '', '\0'), ['device_uid', 'NUL']),
}


@pytest.mark.parametrize('name', WRONG)
def test_a_wrong_value_is_named(name):
    call, words = WRONG[name]
    with pytest.raises(EncodeError) as caught:
        call()
    for word in words:
        assert word in str(caught.value)


def test_match_statement():
    def answer(message):
        match message:
            case Query('GET_SENSOR', device_name=name):
                return Sensor([1.5], device_name=name)
            case Query(verb='STP', subject=subject):
                return Response(f'RTS_{subject}')
            case StartTracking(resolution=ms) if ms > 0:
                return ms
            case Response(ok=True, subject=subject):
                return f'{subject} works'
            case Capability((first, *_)):
                return first
        return None

    assert answer(again(Query('GET_SENSOR', device_name='scale'))).device_name == 'scale'
    assert answer(again(Query('STP_IMAGE'))).type_name == 'RTS_IMAGE'
    assert answer(again(Query('GET_IMAGE'))) is None
    assert answer(again(StartTracking(resolution=20))) == 20
    assert answer(again(Response('RTS_TDATA', 0))) == 'TDATA works'
    assert answer(again(Response('RTS_TDATA', 1))) is None
    assert answer(again(Capability(['IMAGE', 'POINT']))) == 'IMAGE'
