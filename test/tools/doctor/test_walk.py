"""The bytes of a connection, in pieces of any size, and messages looked into."""

import random
from pathlib import Path

import numpy as np
import pytest

from igtl_ros2.codec import encode
from igtl_ros2.codec.messages.bundle import Bind
from igtl_ros2.codec.messages.image import LPS, Image
from igtl_ros2.codec.messages.mesh import PolyData
from igtl_ros2.codec.messages.points import Point, PointList, Trajectories, Trajectory
from igtl_ros2.codec.messages.pose import Position, Transform
from igtl_ros2.codec.messages.text import Status
from igtl_ros2.codec.messages.tracking import QuaternionElement, QuaternionTrackingData
from igtl_ros2.tools.doctor.observation import Session
from igtl_ros2.tools.doctor.values import values_of
from igtl_ros2.tools.doctor.walk import Walker

GOLDEN = Path(__file__).parents[2] / 'golden'


def walk(data, sizes=None):
    session, seen = Session(), []
    walker = Walker(session, 0, lambda: (1.0, 2), seen.append)
    while data:
        size = next(sizes) if sizes else len(data)
        walker.feed(data[:size])
        data = data[size:]
    walker.finish()
    return session, seen


def pieces(chance):
    """Sizes of the pieces in which bytes come."""
    most = chance.choice([1, 3, 20, 120])
    while True:
        yield chance.randint(1, most)


def spoiled(data, place, value):
    return data[:place] + bytes([value]) + data[place + 1:]


ONE = encode(Transform(np.eye(4), device_name='Probe', timestamp=7 << 32))
TWO = encode(Status(1, message='ok', device_name='Robot', metadata={'a': 'b'}))
STREAMS = {
    'right': ONE + TWO + ONE,
    'a wrong checksum': ONE + spoiled(ONE, 70, 9) + TWO,
    'at the end a wrong checksum': ONE + spoiled(ONE, 70, 9),
    'too much announced': ONE + spoiled(ONE, 49, 60) + TWO + ONE + ONE,
    'too little announced': ONE + spoiled(ONE, 49, 40) + TWO + ONE + ONE,
    'something in between': ONE + b'debug\r\n' * 20 + TWO + ONE,
    'nothing but text': b'HTTP/1.1 200 OK\r\n' * 10,
    'half a message': ONE + TWO[:80],
    'half a header': ONE + TWO[:30],
    'too large': ONE + spoiled(ONE, 44, 200) + TWO + ONE,
}


def summary(session, seen):
    return (
        [(s.type_name, s.device, s.fault) for s in seen], session.lost_kind,
        session.pending, session.received, session.first_bytes)


@pytest.mark.parametrize('name', STREAMS)
def test_pieces_of_any_size(name):
    data = STREAMS[name]
    whole = summary(*walk(data))
    for seed in range(20):
        assert summary(*walk(data, pieces(random.Random(seed)))) == whole


@pytest.mark.parametrize(('name', 'faults', 'lost', 'pending'), [
    ('right', ['', '', ''], '', False),
    ('a wrong checksum', ['', 'crc', ''], '', False),
    ('at the end a wrong checksum', ['', 'crc'], '', False),
    ('too much announced', ['', 'length', '', '', ''], '', False),
    ('too little announced', ['', 'length', '', '', ''], '', False),
    ('something in between', ['', '', ''], 'step', False),
    ('nothing but text', [], 'version', False),
    ('half a message', [''], '', True),
    ('half a header', [''], '', True),
    ('too large', ['', '', ''], 'size', False),
])
def test_what_is_wrong_is_noted_and_passed_by(name, faults, lost, pending):
    session, seen = walk(STREAMS[name])
    assert [s.fault for s in seen] == faults
    assert (session.lost_kind, session.pending is not None) == (lost, pending)


def test_random_bytes_end_no_doctor():
    chance = random.Random(7)
    for _ in range(300):
        data = bytearray(STREAMS[chance.choice(list(STREAMS))])
        for _ in range(chance.randint(1, 8)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        walk(bytes(data), pieces(chance))


def test_every_type_is_looked_into():
    for path in GOLDEN.glob('*.bin'):
        session, seen = walk(path.read_bytes())
        assert seen and not seen[0].fault and not session.lost, path


def test_children_of_a_BIND_are_messages_of_their_own():
    child = Position((100, 0, 0), device_name='Tip')
    _, seen = walk(encode(Bind((child,), device_name='All', timestamp=5)))
    assert [(s.type_name, s.device, s.stamp) for s in seen] == [
        ('BIND', 'All', 5), ('POSITION', 'Tip', 5)]


def test_values():
    matrix = np.diag([2.0, 2, 2, 1])
    matrix[:3, 3] = 10, 20, 30
    (tool,) = values_of(Transform(matrix, metadata={'TransformStatus': 'MISSING'})).tools
    assert (tool.position, tool.turn, tool.state) == (
        (10, 20, 30), pytest.approx(8), 'MISSING')
    named = Transform(matrix, metadata={'TransformStatus': 'PatientName=Doe'})
    assert 'Doe' not in values_of(named).tools[0].state
    assert values_of(Transform(np.eye(4))).tools[0].is_identity
    found = values_of(QuaternionTrackingData(
        [QuaternionElement('A', (1, 2, 3)), QuaternionElement('B', (4, 5, 6))],
        metadata={'BStatus': 'OUT_OF_VIEW'}))
    assert [(t.name, t.state) for t in found.tools] == [('A', ''), ('B', 'OUT_OF_VIEW')]
    assert found.length == 2
    points = values_of(PointList([Point('a', (-1, 2, 3)), Point('b', (1, 2.5, float('nan')))]))
    assert points.box.low == (-1, 2, 3) and not points.box.are_finite
    assert points.labels == ('a', 'b')
    # the entry of a path of type 2 means nothing
    paths = values_of(Trajectories([Trajectory('p', (9e9, 0, 0), (10, 0, 0), 2)]))
    assert paths.box.high == (10, 0, 0)
    mesh = values_of(PolyData(np.eye(3) * 50, vertices=[[0], [1]]))
    assert mesh.vertex_cells == 2 and mesh.box.high == (50, 50, 50)
    image = values_of(Image(np.zeros((1, 4, 8), np.int32), np.diag([0.5, 0.5, 1, 1]),
                            coordinates=LPS))
    assert image.picture == ('int32', 1, True, (8, 4, 1)) and image.box.high == (4, 2, 1)
    state = values_of(Status(13, message='PatientName=Doe', error_name='E1')).state
    assert (state.code, state.name) == (13, 'E1') and 'Doe' not in state.text
