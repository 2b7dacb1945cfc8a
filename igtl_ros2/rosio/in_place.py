"""Large images published out of the memory that they were received into, without a copy."""

from __future__ import annotations

import ctypes
import logging
from collections.abc import Callable
from typing import Any

import numpy as np
from geometry_msgs.msg import PoseArray
from numpy.typing import NDArray
from rclpy.publisher import Publisher
from rclpy.serialization import deserialize_message, serialize_message
from sensor_msgs.msg import Image as RosImage
from std_msgs.msg import MultiArrayDimension

from ..codec import Message
from ..codec.blocks import address, with_bytes_before
from ..codec.messages.image import Image
from ..converters.arrays import ARRAYS
from ..converters.lazy import LazyImage
from ..converters.spliced import array_bytes, image_start, with_rows
from ..errors import ConversionError

# IMAGE has this many bytes right before its voxels, which decoding has done with
_SPENT_BYTES = 72
#: to copy so many costs less than a call through ctypes
SMALL_BYTES = 1 << 16
# of so many numbers rclpy takes milliseconds in which no other thread goes on
_MANY = 1 << 18
_ARRAYS = tuple(ARRAYS.values())

try:
    from visualization_msgs.msg import MarkerArray
except ModuleNotFoundError:  # said once at the start
    _WITH_ROWS: tuple[type, ...] = (PoseArray,)
else:
    _WITH_ROWS = (PoseArray, MarkerArray)

_log = logging.getLogger(__name__)
_publish_bytes: Callable[[Publisher, NDArray[np.uint8]], None] | None = None


class _Allocator(ctypes.Structure):
    """rcutils_allocator_t."""

    _fields_ = [
        (name, ctypes.c_void_p)
        for name in ('allocate', 'deallocate', 'reallocate', 'zero_allocate', 'state')
    ]


class _Bytes(ctypes.Structure):
    """rcl_serialized_message_t, which is rcutils_uint8_array_t."""

    _fields_ = [
        ('buffer', ctypes.c_void_p),
        ('buffer_length', ctypes.c_size_t),
        ('buffer_capacity', ctypes.c_size_t),
        ('allocator', _Allocator),
    ]


def try_out() -> str:
    """
    Find out whether images can be published like this; until then, and else, they are not.

    :returns: why not.
    """
    global _publish_bytes
    try:
        _check_layout()
        _check_splicing()
        _publish_bytes = _lower_level()
    except Exception as error:  # parts of ROS may be gone or raise whatever they like
        _publish_bytes = None
        return f'large images are copied: {error!r}'
    return ''


def _check_layout() -> None:
    """
    Have rcutils fill the structure that is declared here.

    :raises ValueError: if it is another one.
    """
    rcutils = ctypes.CDLL('librcutils.so')
    rcutils.rcutils_get_default_allocator.restype = _Allocator
    allocator = rcutils.rcutils_get_default_allocator()
    # more than is declared, so that a larger structure does no harm
    room = (_Bytes * 4)()
    size = 64
    if rcutils.rcutils_uint8_array_init(room, ctypes.c_size_t(size), ctypes.byref(allocator)):
        raise ValueError('rcutils makes no array of bytes')
    found = room[0]
    is_known = found.buffer_length == 0 and found.buffer_capacity == size and found.buffer
    is_known = is_known and bytes(found.allocator) == bytes(allocator)
    rcutils.rcutils_uint8_array_fini(room)
    if not is_known:
        raise ValueError('rcutils has another structure for an array of bytes')


def _lower_level() -> Callable[[Publisher, NDArray[np.uint8]], None]:
    """Give what publishes bytes wherever they are; rclpy itself copies them twice before."""
    # private, so that it may not be there
    from rclpy.impl.implementation_singleton import rclpy_implementation

    if not hasattr(rclpy_implementation.Publisher, 'pointer'):
        raise AttributeError('publishers of rclpy do not say where they are')
    call = ctypes.CDLL('librcl.so').rcl_publish_serialized_message
    call.argtypes = [ctypes.c_void_p, ctypes.POINTER(_Bytes), ctypes.c_void_p]
    call.restype = ctypes.c_int

    def publish(publisher: Publisher, data: NDArray[np.uint8]) -> None:
        view = _Bytes(address(data), data.nbytes, data.nbytes, _Allocator())
        with publisher.handle:
            error = call(publisher.handle.pointer, ctypes.byref(view), None)
        if error:
            raise RuntimeError(f'{publisher.topic_name}: rcl_publish_serialized_message: {error}')

    return publish


def _check_splicing() -> None:
    """
    Put a message together, and have ROS read it.

    :raises ValueError: if it finds another one.
    """
    message = LazyImage(1_500_000_000, ('ras', 1, 3, 'mono8', 3), np.array([1, 2, 3], np.uint8))
    data = image_start(message, serialize_message) + b'\1\2\3'
    if deserialize_message(data, RosImage) != message.become():
        raise ValueError('the serialised message has another form than expected')
    for kind in _ARRAYS:
        numbers = kind(data=[1, 2, 3])
        numbers.layout.dim = [MultiArrayDimension(label='xy', size=3, stride=3)]
        data = array_bytes(numbers, serialize_message).tobytes()
        if deserialize_message(data, kind) != numbers:
            raise ValueError('a serialised array has another form than expected')


def is_ready() -> bool:
    """Tell whether images can be published like this."""
    return _publish_bytes is not None


def shows(message: LazyImage, source: Image) -> bool:
    """Tell whether the voxels of an Image are in memory what has arrived as an IMAGE."""
    voxels, pixels = message.numbers, source.pixels
    return voxels.nbytes > 0 and (voxels is pixels or (
        voxels.nbytes == pixels.nbytes and address(voxels) == address(pixels)))


def publish(publisher: Publisher, message: Any, source: Message) -> None:
    """
    Publish a message; without copying its pixels, if they are where they were received.

    :param source: what the message was made of.
    """
    if isinstance(message, LazyImage):
        if is_ready() and isinstance(source, Image) and shows(message, source):
            publish_after(publisher, image_start(message, serialize_message), source)
        else:
            publisher.publish(message.become())
    elif _publish_bytes is None:
        publisher.publish(message)
    elif isinstance(message, bytes) and len(message) > SMALL_BYTES:
        _publish_bytes(publisher, np.frombuffer(message, np.uint8))
    elif isinstance(message, _ARRAYS) and len(message.data) > _MANY:
        _publish_bytes(publisher, array_bytes(message, serialize_message))
    else:
        publisher.publish(message)


def ready(message: Any) -> Any:
    """Give a message in the form in which it is best published: long lists of it as bytes."""
    if not isinstance(message, _WITH_ROWS):
        return message
    try:
        data = with_rows(message, serialize_message)
    except ConversionError as error:
        _log.info('%s is serialised by ROS: %s', type(message).__name__, error)
        return message
    return message if data is None else data


def publish_after(publisher: Publisher, start: bytes, source: Image) -> None:
    """
    Publish the beginning of a serialised message, and the voxels of an IMAGE behind it.

    :param start: see `image_start`.
    :raises RuntimeError: if ROS does not take it, or `is_ready` says no.
    """
    if _publish_bytes is None:
        raise RuntimeError('bytes cannot be published where they are')
    pixels, before = source.pixels, np.frombuffer(start, np.uint8)
    data = with_bytes_before(pixels, len(start)) if len(start) <= _SPENT_BYTES else None
    if data is None:
        voxels = np.ascontiguousarray(pixels).view(np.uint8).ravel()
        _publish_bytes(publisher, np.concatenate((before, voxels)))
        return
    kept = data[: len(start)].copy()
    try:
        data[: len(start)] = before
        _publish_bytes(publisher, data)
    finally:
        data[: len(start)] = kept
