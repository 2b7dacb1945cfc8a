"""What the monitor knows of what came: every number as it was sent; the time is told."""

import gc
import json
import random
from pathlib import Path

import numpy as np
import pytest

from igtl_ros2.codec import Unknown, decode, encode
from igtl_ros2.codec.messages.arrays import NDArray, Sensor
from igtl_ros2.codec.messages.bundle import Bind
from igtl_ros2.codec.messages.image import LPS, Image
from igtl_ros2.codec.messages.mesh import AttributeType, PolyData
from igtl_ros2.codec.messages.points import Point, PointList, Trajectories, Trajectory
from igtl_ros2.codec.messages.pose import Position, Transform
from igtl_ros2.codec.messages.text import Status, String
from igtl_ros2.codec.messages.tracking import (
    QuaternionElement,
    QuaternionTrackingData,
    TrackingData,
    TrackingElement,
)
from igtl_ros2.errors import DecodeError
from igtl_ros2.web import arrivals as arrivals_module
from igtl_ros2.web import device as device_module
from igtl_ros2.web import model as model_module
from igtl_ros2.web.arrivals import Arrivals
from igtl_ros2.web.model import MAX_DEVICES, Monitor
from igtl_ros2.web.pictures import MAX_MESH_BYTES, Cut, packed, shape_of, slice_of
from igtl_ros2.web.values import value_of
from igtl_ros2.web.viewer import Pace, RequestError, Viewer, blob_of

NS = 10**9
NOWHERE = np.diag([1, 1, np.nan, 1.0])
GOLDEN = sorted((Path(__file__).parents[1] / 'golden').glob('*.bin'))
POSE = np.array([[0, -1, 0, 10], [1, 0, 0, -25.5], [0, 0, 1, 3.25], [0, 0, 0, 1.0]])


def take(monitor, *messages, now_s=1.0, now_ns=0, peer='tcp://p:1', size=100):
    monitor.take(0, peer, [(message, size) for message in messages], now_s, now_ns)


def only(monitor):
    (device,) = monitor.devices.values()
    return device


def row(monitor, now_s=1.0):
    return only(monitor).row(now_s, monitor.phi)


def told(viewer, now_s=1.0, **more):
    return json.loads(viewer.state(now_s, [], 0, **more))


# -- rates


def test_a_rate_is_the_mean_over_the_last_messages():
    arrivals = Arrivals()
    for number in range(101):
        arrivals.add(5.0 + number / 50, 10)
    assert arrivals.per_second(7.0) == pytest.approx((50.0, 500.0))


def test_a_rate_falls_when_nothing_comes_any_more():
    arrivals = Arrivals()
    for number in range(11):
        arrivals.add(100.0 + number / 10, 10)
    assert arrivals.per_second(101.05)[0] == pytest.approx(10.0)
    assert arrivals.per_second(103.0)[0] == pytest.approx(10 / 3)
    assert arrivals.per_second(500.0)[0] < 0.01


@pytest.mark.parametrize('times', [[], [3.0], [3.0, 3.0]])
def test_too_few_messages_have_no_rate(times):
    arrivals = Arrivals()
    for time_s in times:
        arrivals.add(time_s, 10)
    assert arrivals.per_second(3.0) == (0.0, 0.0)


def test_each_second_has_its_count():
    arrivals = Arrivals()
    for time_s in (1000.1, 1000.9, 1002.5, 1002.6, 1002.7):
        arrivals.add(time_s, 1)
    assert arrivals.each_second(1003.2)[-3:] == [2, 0, 3]
    assert sum(arrivals.each_second(1003.2)) == 5
    assert sum(arrivals.each_second(1061.5)) == 3
    assert arrivals.each_second(9999.0) == [0] * 59


# -- devices


def test_what_came_is_counted_by_device_type_and_peer():
    monitor = Monitor()
    take(monitor, String('a', device_name='X'), size=60)
    take(monitor, String('b', device_name='X'), size=62)
    take(monitor, Status(1, device_name='X'), size=90)
    take(monitor, String('c', device_name='X'), size=61, peer='tcp://q:2')
    counts = {(d.type_name, d.peer): (d.count, d.bytes, d.size) for d in monitor.devices.values()}
    assert counts == {
        ('STRING', 'tcp://p:1'): (2, 122, 62), ('STATUS', 'tcp://p:1'): (1, 90, 90),
        ('STRING', 'tcp://q:2'): (1, 61, 61),
    }


def test_the_delay_is_the_time_from_stamp_to_arrival():
    monitor = Monitor()
    stamped = Transform(POSE, device_name='T', timestamp_ns=5 * NS)
    take(monitor, stamped, now_ns=5 * NS + 12_500_000)
    assert row(monitor)['delay_ms'] == pytest.approx(12.5, abs=1e-3)
    assert row(monitor)['stamp'] == str(5 * NS)
    take(monitor, Transform(POSE, device_name='T'), now_ns=6 * NS)
    assert row(monitor)['delay_ms'] is None and row(monitor)['stamp'] is None


def test_stamps_that_go_back_or_stand_still_are_counted():
    monitor = Monitor()
    for second in (1, 2, 2, 2, 1, 3):
        take(monitor, Transform(POSE, device_name='T', timestamp_ns=second * NS))
    assert (row(monitor)['stamps_back'], row(monitor)['stamps_same']) == (1, 2)


def test_numbers_that_were_passed_over_are_lost_messages():
    monitor = Monitor()
    for number in (1, 2, 3, 4, 7, 8, 10):
        take(monitor, String('a', device_name='T', message_id=number))
    assert row(monitor)['lost'] == 3


@pytest.mark.parametrize('numbers', [[5, 5, 5, 5], [9, 100, 3, 77, 12], [0, 0, 0]])
def test_who_does_not_count_loses_nothing(numbers):
    monitor = Monitor()
    for number in numbers:
        take(monitor, String('a', device_name='T', message_id=number, version=2))
    assert row(monitor)['lost'] == 0


def test_the_sender_says_whether_a_pose_is_valid():
    monitor = Monitor()
    for state in ('OK', 'OUT_OF_VIEW', 'MISSING'):
        take(monitor, Transform(POSE, device_name='T', metadata={'TransformStatus': state}))
    found = row(monitor)
    assert (found['valid'], found['state'], found['invalid']) == (False, 'MISSING', 2)
    assert found['gate'] == 'withheld'
    take(monitor, Transform(POSE, device_name='T', metadata={'TransformStatus': 'OK'}))
    assert (row(monitor)['valid'], row(monitor)['gate']) == (True, 'passes')


def test_who_says_nothing_is_not_called_valid():
    monitor = Monitor()
    take(monitor, Transform(POSE, device_name='T'))
    assert row(monitor)['valid'] is None and row(monitor)['gate'] == 'passes'


def test_one_tool_that_is_not_seen_is_told():
    monitor = Monitor()
    tools = [TrackingElement('A', POSE), TrackingElement('B', POSE)]
    take(monitor, TrackingData(
        tools, device_name='T', metadata={'AStatus': 'OK', 'BStatus': 'MISSING'}))
    assert row(monitor)['valid'] is False
    assert [tool['state'] for tool in row(monitor)['value']['rows']] == ['OK', 'MISSING']


def test_a_pose_that_is_not_finite_passes_no_gate():
    monitor = Monitor()
    bad = POSE.copy()
    bad[0, 3] = np.nan
    take(monitor, decode(encode(Transform(bad, device_name='T'))))
    assert row(monitor)['gate'] == 'withheld'
    assert row(monitor)['value']['matrix'][3] == 'NaN'


@pytest.mark.parametrize(('last', 'gate'), [(1.0, 'passes'), (np.nan, 'withheld')])
def test_thousands_of_tools_are_judged_without_making_each(last, gate):
    monitor = Monitor()
    tools = [TrackingElement(f't{number}', POSE) for number in range(2000)]
    tools.append(TrackingElement('last', np.diag((1, 1, last, 1))))
    message = decode(encode(TrackingData(tools, device_name='D')))
    take(monitor, message)
    assert only(monitor).gate == gate and not message.elements._made


@pytest.mark.parametrize('message', [
    Position([1.0, 2, 3], [0, 0, 0, 0]), Position([1.0, np.nan, 3]),
    TrackingData([TrackingElement('A', POSE), TrackingElement('B', NOWHERE)]),
    QuaternionTrackingData([QuaternionElement('A', [0, 0, 0], [0, 0, 0, 0])]),
], ids=['no rotation', 'no place', 'one of two tools', 'a tool without rotation'])
def test_what_is_nowhere_passes_no_gate_and_is_told(message):
    monitor = Monitor()
    take(monitor, message)
    assert row(monitor)['gate'] == 'withheld'
    assert told(Viewer(monitor))['devices']


def test_whatever_can_be_decoded_can_be_told():
    chance = random.Random(5)
    golden = [path.read_bytes() for path in GOLDEN]
    odd = [bytes.fromhex(text) for text in ('7fc00000', '7f800000', 'ff800000', '00000000')]
    count = 0
    for _ in range(6000):
        data = bytearray(chance.choice(golden))
        for _ in range(chance.randint(1, 5)):
            at = chance.randrange(58, max(len(data), 59)) if len(data) > 62 else 0
            data[at : at + 4] = chance.choice(odd) if chance.random() < 0.5 else data[at : at + 4]
            data[at % len(data)] = chance.choice((0, 255, 127, 128, chance.randrange(256)))
        try:
            message = decode(data, check_crc=False)
        except DecodeError:
            continue
        count += 1
        monitor = Monitor()
        viewer = Viewer(monitor)
        with np.errstate(all='ignore'):
            take(monitor, message, now_ns=NS)
            viewer.want([{'id': number} for number in list(monitor.devices)[:16]])
            told(viewer)
            for blob in viewer.blobs_due():
                unpack(blob_of(*blob))
    assert count > 1000


def test_an_emergency_is_told():
    monitor = Monitor()
    take(monitor, Status(3, message='stop', device_name='R'))
    assert row(monitor)['gate'] == 'emergency'
    take(monitor, Status(1, device_name='R'))
    assert row(monitor)['gate'] == ''


def test_an_emergency_is_told_after_all_is_well_again():
    monitor = Monitor()
    take(monitor, Status(3, message='stop', device_name='S'), now_s=1.0)
    take(monitor, Status(1, message='fine', device_name='S'), now_s=1.1)
    assert row(monitor, 5.0)['emergency'] == {'time': 1.0, 'text': 'stop'}
    assert row(monitor, 5.0)['gate'] == ''


def test_what_is_in_a_bind_is_a_device_too():
    monitor = Monitor()
    take(monitor, Bind((String('a', device_name='S'), Transform(POSE, device_name='T')),
                       device_name='B'))
    assert {(d.name, d.type_name, d.inside) for d in monitor.devices.values()} == {
        ('B', 'BIND', ''), ('S', 'STRING', 'B'), ('T', 'TRANSFORM', 'B')}


def test_names_without_end_fill_no_memory():
    monitor = Monitor()
    for number in range(MAX_DEVICES + 20):
        take(monitor, String('a', device_name=f'D{number}'))
    assert len(monitor.devices) == MAX_DEVICES
    assert monitor.crowded_out == 20
    assert told(Viewer(monitor))['crowded_out'] == 20


def test_fifty_devices_fill_no_more_memory_the_longer_they_send(monkeypatch):
    for module, name in (
        (device_module, '_SAMPLES'), (arrivals_module, '_MOST'), (model_module, '_MOST_LINES'),
    ):
        assert getattr(module, name) < 10_000
        monkeypatch.setattr(module, name, 20)  # which is reached sooner
    monitor = Monitor()
    idle, slow = Viewer(monitor), Viewer(monitor)

    def go_on(begin, end):
        for number in range(begin, end):
            now_s = number / 10
            for device in range(50):
                name = f'D{device}'
                message = (
                    Transform(np.eye(4), device_name=name, timestamp=number + 1),
                    Sensor([number, 1.0], device_name=name), String(f'{number}', device_name=name),
                )[device % 3]
                monitor.take(0, 'p', [(message, 99)], now_s, number * NS, now_s)
            monitor.note_error('warning', f'{number}', now_s)
        told(idle, now_s)
        gc.collect()
        return len(gc.get_objects())

    before = go_on(0, 170)  # 160 times are kept of each
    after = go_on(170, 230)  # 3000 messages later
    assert after < before + 300
    # who has not looked for long gets what is now, not all that was
    assert len(slow.state(23.0, [], 0)) < 200_000


def test_texts_and_errors_are_kept_up_to_a_number():
    monitor = Monitor()
    for number in range(500):
        take(monitor, String(str(number), device_name='S'))
        monitor.note_error('warning', str(number), 1.0)
    assert [line['text'] for line in monitor.texts] == [str(n) for n in range(300, 500)]
    assert len(monitor.errors) == 200


def test_a_status_that_says_the_same_again_is_no_news():
    monitor = Monitor()
    for code in (1, 1, 1, 9, 9, 1):
        take(monitor, Status(code, device_name='S'))
    assert [line['head'] for line in monitor.texts] == ['OK', 'CHECKSUM_ERROR', 'OK']


def test_names_of_patients_are_not_shown_unless_that_is_asked_for():
    for phi, seen in (('redact', False), ('pass', True)):
        monitor = Monitor(phi)
        take(monitor, String('<a><PatientName>Doe</PatientName></a>', device_name='S'))
        take(monitor, Transform(POSE, device_name='T', metadata={
            'PatientName': 'Doe', 'TransformStatus': '<PatientName>Doe</PatientName>'}))
        assert ('Doe' in Viewer(monitor).state(1.0, [], 0)) is seen


# -- values


def test_a_pose_is_told_as_it_was_sent():
    message = decode(encode(Transform(POSE, device_name='T')))
    assert value_of(message)['matrix'] == POSE[:3].ravel().tolist()


def test_a_position_says_whether_it_has_a_rotation():
    assert value_of(Position([1.0, 2, 3]))['turned'] is False
    told_value = value_of(Position([1.0, 2, 3], [0, 0, 1, 0]))
    assert told_value['turned'] is True
    assert told_value['matrix'] == [-1, 0, 0, 1, 0, -1, 0, 2, 0, 0, 1, 3]
    assert 'fault' in value_of(Position([1.0, 2, 3], [0, 0, 0, 0]))


@pytest.mark.parametrize('message', [
    TrackingData([TrackingElement(f'T{n}', POSE) for n in range(300)]),
    PointList([Point(f'P{n}', [n, 0, 0]) for n in range(300)]),
    Trajectories([Trajectory(f'P{n}', [n, 0, 0], [0, 0, n]) for n in range(300)]),
], ids=lambda message: message.type_name)
def test_long_lists_are_cut_and_their_length_told(message):
    told_value = value_of(message)
    assert (len(told_value['rows']), told_value['total']) == (200, 300)


def test_numbers_that_json_has_not_are_words():
    told_value = value_of(Sensor([1.5, np.nan, np.inf, -np.inf]))
    assert told_value['values'] == [1.5, 'NaN', 'Infinity', '-Infinity']
    json.dumps(value_of(NDArray(np.array([[np.nan, 1 + 2j]]))), allow_nan=False)


def test_every_type_of_message_can_be_told():
    assert len(GOLDEN) > 40
    monitor = Monitor()
    for path in GOLDEN:
        take(monitor, decode(path.read_bytes()), now_ns=NS)
    take(monitor, Unknown('NOBODYKNOWS', b'abc', device_name='U'))
    assert len(told(Viewer(monitor))['devices']) == len(monitor.devices) > 30


# -- pictures


VOXELS = np.arange(2 * 3 * 4, dtype='>i2').reshape(2, 3, 4) - 5
PLACED = np.array([[0.5, 0, 0, 10], [0, 0, 2, 20], [0, -1, 0, 30], [0, 0, 0, 1.0]])


@pytest.mark.parametrize(('axis', 'at', 'expected'), [
    ('k', 1, VOXELS[1]), ('j', 2, VOXELS[:, 2]), ('i', 3, VOXELS[:, :, 3]),
    ('k', None, VOXELS[1]), ('k', 99, VOXELS[1]), ('k', -1, VOXELS[0]),
])
def test_a_slice_has_the_numbers_that_were_sent(axis, at, expected):
    image = Image.from_array(VOXELS, PLACED)
    head, part = slice_of(image, Cut(axis, at))
    assert np.array_equal(part, expected)
    assert (head['rows'], head['columns']) == expected.shape
    assert (head['low'], head['high']) == (expected.min(), expected.max())
    # a pixel of the slice is where its voxel is
    matrix = np.array(head['matrix']).reshape(3, 4)
    voxel = dict(zip('ijk', (0, 0, 0))) | {axis: head['index']}
    across, down = [name for name in 'ijk' if name != axis]
    voxel[across], voxel[down] = 2 if across == 'i' else 1, 1
    in_slice = [voxel[across], voxel[down], 0, 1]
    ijk = [voxel['i'], voxel['j'], voxel['k'], 1]
    assert matrix @ in_slice == pytest.approx(image.ijk_to_ras()[:3] @ ijk)


def test_a_slice_of_lps_is_placed_in_ras():
    image = Image(np.zeros((1, 2, 2), np.uint8), coordinates=LPS)
    matrix = np.array(slice_of(image, Cut())[0]['matrix']).reshape(3, 4)
    assert matrix == pytest.approx(image.ijk_to_ras()[:3])
    assert matrix[0, 0] == matrix[1, 1] == -1


def test_a_large_slice_is_thinned_out_and_says_so():
    image = Image(np.arange(100 * 90, dtype=np.uint16).reshape(1, 100, 90))
    head, part = slice_of(image, Cut(), max_pixels=1000)
    assert head['step'] == 3 and part.size <= 1100
    assert np.array_equal(part, image.pixels[0, ::3, ::3])
    assert head['matrix'][0] == 3.0


def test_a_block_of_a_volume_is_where_it_belongs():
    block = Image(np.ones((1, 2, 2), np.uint8), size=(4, 4, 4), offset=(2, 1, 3))
    matrix = np.array(slice_of(block, Cut())[0]['matrix']).reshape(3, 4)
    assert matrix[:, 3] == pytest.approx(block.ijk_to_ras()[:3] @ [2, 1, 3, 1])


def test_colours_and_odd_numbers_of_a_slice_stay():
    colours = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(1, 2, 3, 3)
    assert np.array_equal(slice_of(Image(colours), Cut())[1], colours[0])
    odd = np.array([[[np.nan, 1.5], [np.inf, -2]]], np.float32)
    head, part = slice_of(Image(odd), Cut())
    assert (head['low'], head['high']) == (-2, 1.5)
    json.dumps(head, allow_nan=False)
    assert slice_of(Image(np.zeros((0, 0, 0), np.uint8)), Cut())[0]['rows'] == 0


def unpack(blob):
    length = int.from_bytes(blob[:4], 'little')
    return json.loads(blob[4 : 4 + length]), blob[4 + length :]


def test_a_blob_has_its_arrays_at_multiples_of_8():
    head, rest = unpack(packed(
        {'kind': 'x'}, np.array([1, 2, 3], '>u2'), np.array([7], '>f8')))
    assert head == {'kind': 'x'} and len(rest) == 16
    assert np.frombuffer(rest, '<u2', 3).tolist() == [1, 2, 3]
    assert np.frombuffer(rest, '<f8', 1, 8).tolist() == [7.0]


def test_a_mesh_is_triangles_pieces_of_lines_and_colours():
    points = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], np.float32)
    mesh = PolyData(
        points, polygons=[[0, 1, 2, 3]], lines=[[0, 1, 2], [3, 0]],
        attributes=[_rgba(np.array([[1, 0, 0, 1]] * 4, np.float32))],
    )
    head, (found, triangles, pieces, colours) = shape_of(mesh)
    assert (head['points'], head['triangles'], head['pieces'], head['colours']) == (4, 2, 3, 4)
    assert np.array_equal(found, points)
    assert triangles.tolist() == [[0, 1, 2], [0, 2, 3]]
    assert pieces.tolist() == [[0, 1], [1, 2], [3, 0]]
    assert colours[0].tolist() == [255, 0, 0, 255]


def _rgba(values):
    from igtl_ros2.codec.messages.mesh import Attribute

    return Attribute('RGBA', AttributeType.POINT_RGBA, values)


@pytest.mark.parametrize(('points', 'fault'), [
    (np.zeros((MAX_MESH_BYTES // 12 + 1, 3), np.float32), 'too many to draw'),
    (np.array([[np.nan, 0, 0]], np.float32), 'not finite'),
])
def test_a_mesh_that_cannot_be_drawn_says_why(points, fault):
    head, arrays = shape_of(PolyData(points))
    assert fault in head['fault'] and head['points'] == 0
    assert not any(len(array) for array in arrays)


# -- viewers


def test_a_viewer_is_told_what_is_new_and_no_more():
    monitor = Monitor()
    viewer = Viewer(monitor)
    take(monitor, String('a', device_name='A'), String('b', device_name='B'))
    first = told(viewer, 10.0)
    assert [row['name'] for row in first['devices']] == ['A', 'B']
    assert [line['text'] for line in first['texts']] == ['a', 'b']
    take(monitor, String('c', device_name='B'), now_s=10.0)
    second = told(viewer, 10.1)
    assert [row['name'] for row in second['devices']] == ['B']
    assert [line['text'] for line in second['texts']] == ['c']
    third = told(viewer, 10.2)
    assert third['devices'] == third['texts'] == []
    # once a second those that live are told again: rates fall
    assert len(told(viewer, 11.1)['devices']) == 2
    assert told(Viewer(monitor), 11.2)['texts'] == [*first['texts'], *second['texts']]


def test_a_viewer_that_comes_seldom_gets_the_newest_alone():
    monitor = Monitor()
    viewer = Viewer(monitor)
    for number in range(1000):
        take(monitor, Image(np.full((1, 2, 2), number % 256, np.uint8), device_name='I'))
    (found,) = told(viewer)['devices']
    assert found['count'] == 1000
    viewer.want([{'id': found['id']}])
    assert len(viewer.blobs_due()) == 1
    assert viewer.blobs_due() == []
    take(monitor, Image(np.zeros((1, 2, 2), np.uint8), device_name='I'))
    assert len(viewer.blobs_due()) == 1


def test_an_image_is_sent_only_when_it_is_wanted_a_mesh_always():
    monitor = Monitor()
    viewer = Viewer(monitor)
    take(monitor, Image(np.zeros((4, 2, 2), np.uint8), device_name='I'),
         PolyData(np.zeros((1, 3), np.float32), device_name='M'))
    assert [blob.message.device_name for blob in viewer.blobs_due()] == ['M']
    number = next(d.number for d in monitor.devices.values() if d.name == 'I')
    viewer.want([{'id': number, 'axis': 'j', 'index': 1}])
    (blob,) = viewer.blobs_due()
    assert (blob.message.device_name, blob.cut) == ('I', Cut('j', 1))
    viewer.want([{'id': number, 'axis': 'k'}])
    assert [blob.cut for blob in viewer.blobs_due()] == [Cut('k', None)]


@pytest.mark.parametrize('wanted', [
    None, {}, 5, [5], [{}], [{'id': '1'}], [{'id': 1, 'axis': 'x'}], [{'id': 1, 'index': 1.5}],
    [{'id': True}], [{'id': 1, 'axis': ['k']}], [{'id': 1}] * 17, [{'id': 10**30}],
])
def test_what_is_no_image_cannot_be_wanted(wanted):
    with pytest.raises(RequestError):
        Viewer(Monitor()).want(wanted)


def test_a_device_that_is_gone_is_told_once():
    monitor = Monitor()
    viewer = Viewer(monitor)
    take(monitor, String('a', device_name='A'))
    number = only(monitor).number
    told(viewer)
    monitor.forget_peer(0, 'tcp://p:1')
    assert told(viewer)['gone'] == [number]
    assert told(viewer)['gone'] == []


def test_after_a_jump_all_is_told_anew():
    monitor = Monitor()
    viewer = Viewer(monitor)
    take(monitor, String('a', device_name='A'), now_s=50.0)
    first = told(viewer, 50.0)
    monitor.reset()
    take(monitor, String('b', device_name='A'), now_s=3.0)
    second = told(viewer, 3.0)
    assert second['epoch'] != first['epoch']
    assert [row['count'] for row in second['devices']] == [1]
    assert [line['text'] for line in second['texts']] == ['b']


def test_samples_of_a_sensor_are_told_once_and_not_too_many():
    monitor = Monitor()
    viewer = Viewer(monitor)
    for number in range(1000):
        take(monitor, Sensor([float(number)], device_name='F'), now_s=number / 1000)
    (samples,) = told(viewer)['samples'].values()
    assert 40 <= len(samples) <= 51
    assert all(values == [round(time_s * 1000)] for time_s, values in samples)
    assert told(viewer)['samples'] == {}
    assert row(monitor)['value']['values'] == [999.0]


def test_frames_that_cannot_be_sent_in_time_are_left_out_and_counted():
    pace = Pace(10.0, 100.0)
    assert pace.wait_s(100.0) == 0.0
    assert pace.wait_s(100.02) == pytest.approx(0.08)
    assert pace.wait_s(100.1) == pytest.approx(0.1)
    # the browser took 1 s for the one before
    assert pace.wait_s(101.25) == 0.0
    assert pace.left_out == 9
    assert pace.wait_s(101.25) == pytest.approx(0.05, abs=1e-6)
    assert pace.left_out == 9


def test_a_browser_may_want_fewer_frames_and_never_more():
    pace = Pace(10.0, 100.0)
    pace.ask(2)
    assert pace.fps == 2
    assert [pace.wait_s(100.0), pace.wait_s(100.0), pace.wait_s(100.5)] == [0.0, 0.5, 0.5]
    pace.ask(50.0)
    assert pace.fps == 10
    pace.ask(0.5)
    pace.ask(None)
    assert pace.fps == 10 and pace.left_out == 0


@pytest.mark.parametrize('fps', [0, -1, 0.01, float('nan'), True, '2', [2]])
def test_a_pace_that_is_none_is_refused_with_what_is_allowed(fps):
    pace = Pace(10.0, 100.0)
    with pytest.raises(RequestError, match=r'fps: .*, allowed null or a number from 0.1 on'):
        pace.ask(fps)
    assert pace.fps == 10
