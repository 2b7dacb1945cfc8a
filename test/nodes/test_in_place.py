"""What is published past rclpy is what was sent: images where they were received, and meshes."""

import ctypes
import json
import sys
import time

import numpy as np
import pytest
from rclpy.serialization import deserialize_message, serialize_message
from ros_user import STATE, start, wait_for
from sensor_msgs.msg import Image as RosImage
from std_msgs.msg import String as RosString
from visualization_msgs.msg import Marker, MarkerArray

from igtl_ros2 import codec
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.codec.messages.mesh import Attribute, AttributeType, PolyData
from igtl_ros2.converters import bulk
from igtl_ros2.converters.arrays import array_message
from igtl_ros2.converters.lazy import LazyImage
from igtl_ros2.converters.spliced import array_bytes, with_rows
from igtl_ros2.errors import ConversionError
from igtl_ros2.rosio import in_place

RAMP = np.arange(2 * 3 * 5 * 4, dtype=np.uint8).reshape(2, 3, 5, 4)


@pytest.fixture
def ready(nobody_is_late):
    """Publish in place, as the programs do; the first seconds are over at once."""
    bulk.by_view = True
    bulk.by_row = True
    in_place.try_out()
    yield
    in_place._publish_bytes = None
    bulk.by_view = False
    bulk.by_row = False


def received(image):
    """Give an image as it comes out of a stream."""
    decoder = codec.Decoder()
    data = decoder.get_buffer()
    wire = codec.encode(image)
    data[: len(wire)] = wire
    decoder.buffer_updated(len(wire))
    return decoder.next_message(), decoder._block[: len(wire)]


def lazy(image, stamp_ns=0, frame=''):
    """Make what `image` or `volume` gets of an image of four components."""
    slices, rows, columns = image.pixels.shape[:3]
    return LazyImage(
        stamp_ns, (frame, slices * rows, columns, 'rgba8', 4 * columns), image.pixels)


def as_published(ros, source, message):
    got = ros.listen('/in_place', RosImage)
    publisher = ros.talk('/in_place', RosImage)
    in_place.publish(publisher, message, source)
    return wait_for(lambda: got, 'the image')[0]


@pytest.mark.parametrize('frame', ['', 'ras', 'x' * 24, 'y' * 70, 'ü' * 12])
def test_it_is_the_message_that_ros_would_have_made(ros, ready, frame):
    image, memory = received(Image(RAMP, device_name='Us'))
    before = bytes(memory)
    message = lazy(image, 12 * 10**9 + 345, frame)
    assert in_place.is_ready() and in_place.shows(message, image)
    got = as_published(ros, image, message)
    assert isinstance(message, LazyImage)  # nothing was made of it
    assert got == message.usual()
    assert (got.height, got.width, got.step, got.encoding) == (6, 5, 20, 'rgba8')
    assert (got.header.frame_id, got.header.stamp.sec, got.header.stamp.nanosec) == (
        frame, 12, 345)
    assert got.data.tobytes() == RAMP.tobytes()
    assert bytes(memory) == before  # for who looks at the message later


def test_an_image_of_somebody_elses_memory_is_published_and_that_is_not_touched(ros, ready):
    pixels = RAMP.copy()
    image = Image(pixels[1:])
    got = as_published(ros, image, lazy(image))
    assert got.data.tobytes() == RAMP[1:].tobytes()
    assert (pixels == RAMP).all()


def broken(name):
    def load(library, *arguments):
        if name in library:
            raise OSError(f'{library}: cannot open shared object file')
        return real(library, *arguments)

    real = ctypes.CDLL
    return load


@pytest.mark.parametrize('library', ['librcl.so', 'librcutils.so'])
def test_without_the_libraries_images_are_published_by_rclpy(ros, ready, monkeypatch, library):
    monkeypatch.setattr(ctypes, 'CDLL', broken(library))
    in_place.try_out()
    assert not in_place.is_ready()
    image, _ = received(Image(RAMP))
    got = as_published(ros, image, lazy(image))
    assert got.data.tobytes() == RAMP.tobytes()


def test_without_the_private_part_of_rclpy_images_are_published_by_it(ready, monkeypatch):
    monkeypatch.setitem(sys.modules, 'rclpy.impl.implementation_singleton', None)
    in_place.try_out()
    assert not in_place.is_ready()


@pytest.mark.parametrize('fields', [
    [('buffer', ctypes.c_void_p), ('buffer_capacity', ctypes.c_size_t),
     ('buffer_length', ctypes.c_size_t), ('allocator', in_place._Allocator)],
    [('buffer_length', ctypes.c_size_t), ('buffer', ctypes.c_void_p),
     ('buffer_capacity', ctypes.c_size_t), ('allocator', in_place._Allocator)],
])
def test_another_structure_is_noticed(ready, monkeypatch, fields):
    other = type('Other', (ctypes.Structure,), {'_fields_': fields})
    monkeypatch.setattr(in_place, '_Bytes', other)
    in_place.try_out()
    assert not in_place.is_ready()


def test_another_form_of_serialised_messages_is_noticed(ready, monkeypatch):
    monkeypatch.setattr(in_place, 'serialize_message', lambda message: b'\0\1\0\0' + bytes(80))
    in_place.try_out()
    assert not in_place.is_ready()


def test_what_ros_does_not_take_is_an_error(ros, ready):
    image, memory = received(Image(RAMP))
    before = bytes(memory)
    publisher = ros.node.create_publisher(RosImage, '/in_place', 1)

    class Gone:
        """A publisher whose address is none."""

        topic_name = publisher.topic_name
        handle = publisher.handle

    class Handle:
        """Its handle."""

        pointer = 0

        def __enter__(self):
            return self

        def __exit__(self, *_):
            return None

    Gone.handle = Handle()
    with pytest.raises(RuntimeError, match='/in_place: rcl_publish_serialized_message: '):
        in_place.publish_after(Gone(), b'\0\1\0\0', image)
    assert bytes(memory) == before


# -- through a bridge

FORM = (6, 8)


def picture(value, shape=FORM, dtype=np.uint8, **fields):
    pixels = np.full(shape, value, dtype)
    # of version 2 with and without metadata
    return Image(pixels, device_name='Us', version=2,
                 timestamp=codec.from_ns(time.time_ns()), **fields)


@pytest.fixture
def watching(ros, device, ready):
    """Images and infos of a device of which some have come."""
    node = start(ros, device, info_rate=0.0, header_version='2')
    images = ros.listen('/x/Us/image', RosImage)
    infos = ros.listen('/x/Us/info', RosString, STATE)
    wait_for(lambda: device.send(picture(0)) or time.sleep(0.02) or images and len(images) > 2,
             'the first images')
    device.send(picture(255))  # behind those that are on their way
    wait_for(lambda: images[-1].data[0] == 255, 'the last of them')
    return node, images, infos


def test_pixels_and_stamps_are_those_that_were_sent(watching, device):
    node, images, _ = watching
    sent = []
    images.clear()
    for number in range(1, 101):
        sent.append(picture(number))
        device.send(sent[-1])
        time.sleep(0.002)
    wait_for(lambda: images and images[-1].data[0] == 100, 'the last image')
    by_stamp = {m.timestamp_ns: m for m in sent}
    known = 0
    for got in images:
        stamp = got.header.stamp.sec * 10**9 + got.header.stamp.nanosec
        if stamp in by_stamp:
            known += 1
            assert got.data.tobytes() == by_stamp[stamp].pixels.tobytes()
            assert (got.header.frame_id, got.height, got.width) == ('ras', *FORM)
            assert (got.encoding, got.step, got.is_bigendian) == ('mono8', FORM[1], 0)
    assert known > 50


@pytest.mark.parametrize('value, shape, dtype, fields, encoding, data', [
    (1, (3, 5), np.uint8, {}, 'mono8', bytes([1]) * 15),
    (1, (1, 3, 5, 3), np.uint8, {}, 'rgb8', bytes([1]) * 45),
    (1, FORM, '<i2', {}, '16SC1', bytes([1, 0]) * 48),
    (1, FORM, '>i2', {}, '16SC1', bytes([1, 0]) * 48),
    (1, FORM, '<u4', {}, '32SC1', bytes([1, 0, 0, 0]) * 48),
    (2**31, FORM, '<u4', {}, '64FC1', np.full(48, 2.0**31).tobytes()),
    (1, FORM, np.uint8, {'metadata': {'Gain': '3'}}, 'mono8', bytes([1]) * 48),
])
def test_other_images_come_whole_and_those_behind_them(
    watching, device, value, shape, dtype, fields, encoding, data
):
    _, images, infos = watching
    images.clear()
    # of now: one that comes late would go the whole way for that alone
    device.send(picture(value, shape, dtype, **fields))
    wait_for(lambda: images, 'the other image')
    height = shape[1] if len(shape) == 4 else shape[0]
    assert (images[0].height, images[0].encoding) == (height, encoding)
    assert images[0].data.tobytes() == data
    images.clear()
    infos.clear()
    device.send(picture(9))
    got = wait_for(lambda: images, 'the usual image')[0]
    assert (got.height, got.encoding, got.data.tobytes()) == (6, 'mono8', bytes([9]) * 48)
    wait_for(lambda: infos and json.loads(infos[-1].data)['metadata'] == {}, 'its info')


def test_unsigned_numbers_are_looked_at_each_time(watching, device):
    _, images, _ = watching
    for value in (1, 2, 2**31, 3, 2**31 + 5):
        images.clear()
        device.send(picture(value, FORM, '<u4'))
        got = wait_for(lambda: images, 'the image')[0]
        dtype = '<i4' if value < 2**31 else '<f8'
        assert (np.frombuffer(got.data, dtype) == value).all()


def test_a_new_place_is_published(watching, device):
    _, _, infos = watching
    matrix = np.eye(4)
    matrix[0, 3] = 55.0
    infos.clear()
    device.send(picture(3, matrix=matrix))
    info = json.loads(wait_for(lambda: infos, 'info of the new place')[-1].data)
    assert info['geometry'][0][3] == pytest.approx(0.055 - 3.5e-3)


def test_a_block_is_pasted_into_the_last_whole_image(watching, device):
    node, images, _ = watching

    def block(value):
        return picture(value, (3, 8), size=(8, 6, 1), offset=(0, 3, 0))

    for last in (102, 202):
        images.clear()
        for value in (100, 101, last):
            device.send(picture(value))
        wait_for(lambda: len(images) == 3, 'whole images')
        images.clear()
        device.send(block(last + 1))
        got = wait_for(lambda: images, 'the whole with the block')[0]
        assert got.data.tobytes() == bytes([last]) * 24 + bytes([last + 1]) * 24


# -- meshes


@pytest.mark.parametrize('way', ['in place', 'bytes', 'rclpy', 'lists'])
def test_a_mesh_arrives_the_same_on_every_way(ros, device, ready, monkeypatch, way):
    random = np.random.default_rng(3)
    points = random.random((50, 3), np.float32)
    colours = random.integers(0, 256, (50, 4)).astype(np.float32) / np.float32(255)
    triangles = random.integers(0, 50, (70, 3)).astype(np.uint32)
    spliced = []

    def splice(message, serialize):
        if way == 'rclpy':
            raise ConversionError('another form')
        spliced.append(with_rows(message, serialize))
        return spliced[-1]

    monkeypatch.setattr(in_place, 'with_rows', splice)
    if way == 'bytes':
        monkeypatch.setattr(in_place, '_publish_bytes', None)
    if way == 'lists':
        bulk.by_row = False
    start(ros, device)
    got = ros.listen('/x/Liver/markers', MarkerArray, STATE)
    device.send(PolyData(
        points, polygons=triangles, lines=[[0, 1, 2]], device_name='Liver',
        attributes=[Attribute('c', AttributeType.POINT_RGBA, colours)]))
    faces, lines, nothing = wait_for(lambda: got, 'the mesh')[0].markers
    assert [marker.action for marker in (faces, lines, nothing)] == [
        Marker.ADD, Marker.ADD, Marker.DELETE]
    assert np.array([(p.x, p.y, p.z) for p in faces.points]) == pytest.approx(
        points[triangles.ravel()].astype(float) / 1000, rel=1e-12)
    assert np.array([(c.r, c.g, c.b, c.a) for c in faces.colors]) == pytest.approx(
        colours[triangles.ravel()], abs=1e-6)
    assert len(lines.points) == 4 and len(nothing.points) == len(nothing.colors) == 0
    assert [data is not None for data in spliced] == {
        'in place': [True], 'bytes': [True], 'rclpy': [], 'lists': [False]}[way]


@pytest.mark.parametrize('dtype', ['i1', 'u1', 'i2', 'u2', 'i4', 'u4', 'f4', 'f8'])
@pytest.mark.parametrize('label', ['', 'x', 'xy', 'xyz', 'wxyz', 'ü'])
def test_an_array_is_serialised_as_ros_does_it(ready, dtype, label):
    for count in (1, 2, 3, 7, 1000):
        message = array_message(np.arange(count, dtype=f'>{dtype}') % 100, {label: count})
        data = array_bytes(message, serialize_message).tobytes()
        assert len(data) == len(serialize_message(message))
        read = deserialize_message(data, type(message))
        assert (list(read.data), read.layout) == (list(message.data), message.layout)


def test_a_long_array_is_published_as_it_is(ros, ready, monkeypatch):
    monkeypatch.setattr(in_place, '_MANY', 10)
    published = []
    usual = in_place._publish_bytes
    monkeypatch.setattr(
        in_place, '_publish_bytes', lambda *args: (published.append(1), usual(*args)))
    message = array_message(np.arange(1000.0).reshape(10, 100), {'a': 10, 'b': 100})
    got = ros.listen('/in_place', type(message))
    publisher = ros.talk('/in_place', type(message))
    in_place.publish(publisher, message, codec.Unknown(type_name='X'))
    (heard,) = wait_for(lambda: got, 'the array')
    assert (published, list(heard.data)) == ([1], list(range(1000)))
    assert [(d.label, d.size, d.stride) for d in heard.layout.dim] == [
        ('a', 10, 1000), ('b', 100, 100)]
