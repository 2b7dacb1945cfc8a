"""What is counted of each device, and how plain data is made of messages; the time is told."""

import json
from pathlib import Path

import numpy as np
import pytest
from many import each

from igtl_ros2.codec import decode, encode
from igtl_ros2.codec.messages.arrays import NDArray, Sensor
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.codec.messages.points import Point, PointList
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.text import Status, String
from igtl_ros2.codec.messages.tracking import TrackingData, TrackingElement
from igtl_ros2.codec.short_names import with_short_name
from igtl_ros2.config.address import url_of
from igtl_ros2.errors import ConfigError
from igtl_ros2.tools.plain import field_of, hex_lines, plain_message, text_of
from igtl_ros2.tools.streams import Stream, Streams, Wanted, state_of, unit_of
from igtl_ros2.tools.verbs import bw, hz, top

S = 1_000_000_000
GOLDEN = sorted((Path(__file__).parents[1] / 'golden').glob('*.bin'))


def pose(stamp_ns=0, device='Probe', **more):
    return Transform(np.eye(4), device_name=device, timestamp_ns=stamp_ns, **more)


def stream_of(*arrivals_and_stamps, window=1000):
    made = Stream(window)
    for arrival_s, stamp_s in arrivals_and_stamps:
        made.take(pose(round(stamp_s * S)), 106, arrival_s, round(arrival_s * S))
    return made


def test_rate_and_bandwidth_are_those_of_the_window():
    made = stream_of(*((t / 10, t / 10) for t in range(100, 200)), window=11)
    assert made.rate_hz == pytest.approx(10)
    assert made.bytes_per_s == pytest.approx(1060)
    assert made.sizes == (106, 106, 106)
    assert (made.count, made.bytes) == (100, 10600)
    shortest, longest, deviation = made.intervals_s
    assert (shortest, longest) == (pytest.approx(0.1), pytest.approx(0.1))
    assert deviation == pytest.approx(0, abs=1e-9)


def test_one_message_has_no_rate():
    made = stream_of((1.0, 1.0))
    assert made.rate_hz is made.bytes_per_s is made.intervals_s is None
    assert made.facts(3.5)['rate_hz'] is None
    assert made.facts(3.5)['age_s'] == 2.5


def test_what_comes_at_once_has_no_rate_and_its_json_no_nan():
    made = stream_of((1.0, 1.0), (1.0, 1.1))
    for verb in (hz, bw, top):
        json.dumps(verb.facts(made, 2.0), allow_nan=False)


@pytest.mark.parametrize('offset_s', [-3600.0, -0.25, 0.0, 0.25, 86400.0])
def test_the_clock_of_the_peer_is_told_apart_from_the_jitter(offset_s):
    # arrivals are late by 2 ms, and every tenth one by 12 ms more
    made = stream_of(*(
        (1e6 + n / 100 + 0.002 + (0.012 if n % 10 == 5 else 0), 1e6 + n / 100 - offset_s)
        for n in range(200)))
    lag = made.lag
    assert lag.least == pytest.approx(offset_s + 0.002, abs=1e-6)
    assert lag.median == pytest.approx(0, abs=1e-6)
    assert lag.p99 == pytest.approx(0.012, abs=1e-6) == lag.most


def test_what_the_stamps_are_is_told():
    assert stream_of((1, 0), (2, 0)).stamps == 'none'
    assert stream_of((1, 0), (2, 0)).lag is None
    assert stream_of((1, 1), (2, 2)).stamps == 'device'
    assert stream_of((1, 1), (2, 1), (3, 1)).stamps == 'frozen'
    assert stream_of((1, 1), (2, 0), (3, 3)).stamps == 'some'
    assert stream_of((1, 1)).stamps == 'device'


def test_streams_are_told_apart_by_device_type_and_peer():
    streams = Streams(Wanted())
    items = [(pose(), 106), (pose(device='Other'), 106), (String('x', device_name='Probe'), 63)]
    streams.take('a', items, 1.0, S)
    streams.take('b', items[:1], 1.0, S)
    assert [(*key, stream.count) for key, stream in streams.sorted()] == [
        ('a', 'Other', 'TRANSFORM', 1), ('a', 'Probe', 'STRING', 1),
        ('a', 'Probe', 'TRANSFORM', 1), ('b', 'Probe', 'TRANSFORM', 1),
    ]


def test_only_what_is_wanted_counts():
    streams = Streams(Wanted(['Pro*', 'VeryLongNameOfARobotTool'], ['TRANSFORM']))
    long = decode(encode(with_short_name(pose(device='VeryLongNameOfARobotTool'))))
    items = [(pose(), 106), (pose(device='Other'), 1), (String('x', device_name='Probe'), 1),
             (long, 160)]
    streams.take('', items, 1.0, S)
    assert [key.device for key, _ in streams.sorted()] == ['Probe', 'VeryLongNameOfARobotTool']
    assert streams.count == 2


def test_made_up_names_fill_no_memory():
    streams = Streams(Wanted())
    for n in range(10_100):
        streams.take('', [(String('', device_name=f'd{n}'), 62)], 1.0, S)
    assert len(streams.sorted()) == 10_000 and streams.left_out == 100


def test_state_and_unit():
    seen = {'TransformStatus': 'OUT_OF_VIEW', 'TransformValid': '0'}
    assert state_of(pose(metadata=seen)) == 'OUT_OF_VIEW'
    assert state_of(pose()) == ''
    assert state_of(Status(13)) == 'NOT_READY'
    tools = TrackingData(
        [TrackingElement('A', np.eye(4)), TrackingElement('B', np.eye(4))],
        metadata={'AStatus': 'OK', 'BStatus': 'MISSING'})
    assert state_of(tools) == '1 of 2 OK'
    assert unit_of(pose()) == unit_of(tools) == 'mm'
    assert unit_of(Sensor([1.0])) == 'not said'
    assert unit_of(String('x')) == ''


@each('path', GOLDEN)
def test_every_type_has_a_line_and_becomes_json(path):
    message = decode(path.read_bytes())
    assert '\n' not in message.brief()
    for whole in (False, True):
        data = plain_message(message, whole)
        assert json.loads(json.dumps(data, allow_nan=False)) == data
        assert data['type'] == message.type_name
        assert text_of(data)


def test_numbers_are_those_that_were_sent():
    matrix = np.eye(4)
    matrix[:3, 3] = 0.1, -20.25, 1e6
    data = plain_message(Transform(matrix, device_name='Probe', timestamp_ns=5 * S))
    assert data['matrix'][1][3] == -20.25
    assert data['stamp_ns'] == 5 * S
    assert field_of(data, 'matrix[0][3]') == field_of(data, 'matrix.0.3') == 0.1
    assert field_of(data, 'matrix[-1]') == [0, 0, 0, 1]
    points = PointList([Point('P', (1, 2, 3)), Point('Q', (4, 5, 6))])
    assert field_of(plain_message(points), 'elements.1.position') == [4, 5, 6]


@pytest.mark.parametrize('path', ['foo', 'matrix[4]', 'matrix[x]', 'device.x', 'metadata.none'])
def test_what_is_not_there_is_told(path):
    with pytest.raises(KeyError, match='there (is|are)'):
        field_of(plain_message(pose()), path)


def test_large_arrays_are_told_of_unless_all_is_asked_for():
    image = Image.from_array(np.arange(256, dtype=np.uint8).reshape(16, 16))
    assert plain_message(image)['pixels'] == {
        'shape': [1, 16, 16], 'dtype': 'uint8', 'least': 0, 'most': 255}
    assert plain_message(image, whole=True)['pixels'][0][15][15] == 255
    small = plain_message(NDArray(np.array([0.1, np.nan], np.float32)))['array']
    assert small == [0.1, 'nan']


def test_control_characters_do_not_reach_a_terminal():
    text = text_of(plain_message(String('a\x1b[31m\nb', device_name='Evil')))
    assert '\x1b' not in text and 'a\\x1b[31m\\nb' in text


def test_hex_lines():
    assert list(hex_lines(bytes(range(60, 78)))) == [
        '00000000  3c 3d 3e 3f 40 41 42 43  44 45 46 47 48 49 4a 4b  |<=>?@ABCDEFGHIJK|',
        '00000010  4c 4d                                             |LM|',
    ]


@pytest.mark.parametrize('text, url', [
    ('10.0.0.5', 'tcp://10.0.0.5:18944'), ('scanner:2000', 'tcp://scanner:2000'),
    ('tls://scanner', 'tls://scanner:18944'), ('udp://10.0.0.5:1', 'udp://10.0.0.5:1'),
    ('::1', 'tcp://[::1]:18944'), ('[::1]:2000', 'tcp://[::1]:2000'),
])
def test_a_host_is_a_name_an_address_or_a_url(text, url):
    assert url_of(text) == url


@pytest.mark.parametrize('text', ['', 'http://x', 'host:port', 'host:99999', 'tcp://h/path'])
def test_what_is_no_host_is_refused(text):
    with pytest.raises(ConfigError, match='wanted tcp://HOST:PORT'):
        url_of(text)


def test_a_state_names_no_patient():
    assert state_of(pose(metadata={'TransformStatus': 'MISSING'})) == 'MISSING'
    told = state_of(pose(metadata={'TransformStatus': '<PatientName>Doe</PatientName>'}))
    assert told and 'Doe' not in told
