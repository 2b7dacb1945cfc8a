"""What a message that is sent keeps, whatever its maker does with the memory of its arrays."""

import mmap
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from igtl_ros2 import codec
from igtl_ros2.codec.messages.arrays import NDArray
from igtl_ros2.codec.messages.bundle import Bind
from igtl_ros2.codec.messages.colors import ColorTable
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.codec.messages.mesh import Attribute, AttributeType, Cells, PolyData
from igtl_ros2.codec.messages.points import Point, PointList
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.text import String
from igtl_ros2.codec.messages.video import Video
from igtl_ros2.codec.snapshot import is_fixed, snapshot


def pixels(dtype='u1'):
    """Make an image that somebody can write to."""
    return np.arange(24, dtype=dtype).reshape(2, 3, 4)


def poly():
    """Make a mesh whose points, cells and attribute the caller can write to; give those too."""
    points = np.zeros((4, 3), np.float32)
    indices, sizes = np.array([0, 1, 2], np.uint32), np.array([3])
    values = np.ones((4, 1), np.float32)
    attribute = Attribute('a', AttributeType.POINT_SCALARS, values)
    message = PolyData(
        points, polygons=Cells(indices, sizes), attributes=[attribute]
    )
    return message, (points, indices, values)


def received_points():
    """Make a long list of points that was decoded out of memory of the caller."""
    element = Point('a', position=(1, 2, 3))
    memory = bytearray(codec.encode(PointList([element] * 5000)))
    return codec.decode(memory), (memoryview(memory)[58:],)


MAKERS = {
    'IMAGE': lambda: (Image(a := pixels()), (a,)),
    'IMAGE of another byte order': lambda: (Image(a := pixels('>i2')), (a,)),
    'IMAGE, one slice': lambda: (Image((a := pixels())[1]), (a,)),
    'IMAGE, not in order': lambda: (Image((a := pixels()).T), (a,)),
    'NDARRAY': lambda: (NDArray(a := pixels('f4')), (a,)),
    'NDARRAY of a memoryview': lambda: (NDArray(memoryview(a := bytearray(20))), (a,)),
    'VIDEO': lambda: (Video(a := np.ones(20, np.uint8), 'H264', (4, 4, 1)), (a,)),
    'VIDEO of a bytearray': lambda: (Video(a := bytearray(20), 'H264', (4, 4, 1)), (a,)),
    'VIDEO of a view': lambda: (
        Video(memoryview(a := bytearray(20)).toreadonly(), 'H264', (4, 4, 1)), (a,)),
    'COLORT': lambda: (ColorTable(a := np.zeros(256, np.uint8)), (a,)),
    'POLYDATA': poly,
    'POINT, received into a buffer': received_points,
    'BIND': lambda: (Bind([String('x'), Bind([Image(a := pixels())])]), (a,)),
}


@pytest.mark.parametrize('make', MAKERS.values(), ids=MAKERS)
def test_a_snapshot_stays_what_it_is(make):
    message, memories = make()
    data = codec.encode(message)
    kept = snapshot(message)
    assert type(kept) is type(message) and codec.encode(kept) == data
    for memory in memories:
        np.asarray(memory).reshape(-1)[:] = 1 if not np.asarray(memory).any() else 0
    assert codec.encode(kept) == data
    assert codec.encode(message) != data  # which shows that the memory was shared before
    assert snapshot(kept) is kept


def test_what_nobody_can_change_is_not_copied():
    own = pixels().copy()
    own.flags.writeable = False
    for array in (own, own[1], np.frombuffer(bytes(24), np.uint8)):
        assert is_fixed(array)
        message = Image(array.reshape(-1, 4))
        assert snapshot(message) is message
    received = codec.Decoder()
    received.feed(codec.encode(Image(pixels())))
    message = received.next_message()
    assert snapshot(message) is message
    for plain in (String('x'), Transform(np.eye(4))):
        assert snapshot(plain) is plain


def test_a_read_only_view_of_what_can_be_written_is_not_fixed():
    base = pixels()
    view = base[:]
    view.flags.writeable = False
    shared = bytearray(24)
    for array in (
        base, view, view[0],
        np.frombuffer(shared, np.uint8),
        np.frombuffer(memoryview(shared).toreadonly(), np.uint8),
        np.frombuffer(mmap.mmap(-1, 4096), np.uint8),
        codec.decode(bytearray(codec.encode(Image(base)))).pixels,
    ):
        assert not is_fixed(array)


def test_a_stamp_is_added_to_a_copy_of_what_has_none():
    message = Transform(np.eye(4), device_name='Tool', metadata={'a': 'b'})
    stamped = snapshot(message, timestamp=5 << 32)
    assert message.timestamp == 0
    assert stamped.timestamp == 5 << 32
    assert stamped.metadata == {'a': 'b'} and stamped.device_name == 'Tool'
    assert snapshot(stamped, timestamp=6 << 32) is stamped


def test_a_class_of_a_user_keeps_what_it_has_besides():
    class Marked(String):
        """A class without slots."""

    message = Marked('x')
    object.__setattr__(message, 'mark', 7)
    stamped = snapshot(message, timestamp=1)
    assert type(stamped) is Marked and stamped.mark == 7 and stamped.timestamp == 1


@dataclass(frozen=True, slots=True, eq=False)
class Spots(codec.Message):
    """A type of another package, with lists where those of the codec have tuples."""

    type_name = 'SPOTS'
    places: Any = ()

    def encode_content(self):
        """Write them one behind the other."""
        return (b''.join(np.asarray(place, '>f4').tobytes() for place in self.places),)


def test_lists_of_a_type_of_another_package_are_copied_with_what_is_in_them():
    places = [np.ones(3), [1, 2, 3]]
    message = Spots(places)
    data = codec.encode(message)
    kept = snapshot(message)
    places[0][:] = 7
    places[1][0] = 7
    places.append(np.zeros(3))
    assert codec.encode(kept) == data != codec.encode(message)
