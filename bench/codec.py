"""
What encoding and decoding cost, next to pyigtl, the bare CRC and a copy of the same bytes.

Everything is measured in this one run, so that only ratios need comparing between machines.
Microseconds are medians of several rounds; nothing is asserted. `snapshot` is what `send` adds for
memory that somebody may still change; with `copy=False` it is not done.
"""

from __future__ import annotations

import platform
import statistics
import timeit

import numpy as np
import pyigtl

from igtl_ros2 import codec
from igtl_ros2.codec.crc64 import crc64
from igtl_ros2.codec.messages.arrays import NDArray
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.codec.messages.mesh import Attribute, AttributeType, PolyData
from igtl_ros2.codec.messages.pose import Position, Transform
from igtl_ros2.codec.messages.text import Command, Status, String
from igtl_ros2.codec.messages.tracking import TrackingData, TrackingElement
from igtl_ros2.codec.messages.video import Video
from igtl_ros2.codec.snapshot import snapshot

ROUNDS = 7


def microseconds(function, seconds=0.05):
    """Time one call: the median of several rounds of many calls."""
    timer = timeit.Timer(function)
    timer.timeit(1)
    count = max(1, int(seconds / max(timer.timeit(1), 1e-7)))
    return statistics.median(timer.repeat(ROUNDS, count)) / count * 1e6


def pyigtl_unpack(data):
    """Unpack as pyigtl's own receiver does."""
    header = pyigtl.MessageBase.parse_header(data[: pyigtl.MessageBase.IGTL_HEADER_SIZE])
    message = pyigtl.MessageBase.create_message(header['message_type'])
    message.unpack(header, data[pyigtl.MessageBase.IGTL_HEADER_SIZE :])
    return message


def surface(random):
    """Make 100,000 points with normals, joined by 200,000 triangles."""
    points = random.random((100_000, 3), np.float32)
    triangles = random.integers(0, len(points), (200_000, 3), np.uint32)
    normals = Attribute('Normals', AttributeType.POINT_NORMALS, random.random((100_000, 3)))
    return PolyData(points, polygons=triangles, attributes=[normals])


def cases(random):
    """List name, our message and pyigtl's, if it has the type."""
    vga = random.integers(0, 255, (1, 480, 640, 3), np.uint8)
    volume = random.integers(0, 2000, (100, 512, 512), np.uint16).astype('<i2')
    tools = [TrackingElement(f'Tool{number}', np.eye(4)) for number in range(10)]
    numbers = random.random((1000, 1000))
    yield 'TRANSFORM', Transform(np.eye(4)), pyigtl.TransformMessage(np.eye(4))
    yield 'POSITION', Position([1, 2, 3], [0, 0, 0, 1]), None
    yield 'STATUS', Status(1, message='ready'), None
    yield 'STRING', String('hello'), pyigtl.StringMessage('hello')
    yield 'COMMAND', Command(7, 'Name', '<Command/>'), None
    yield 'TDATA of 10', TrackingData(tools), None
    yield 'IMAGE 640x480 RGB', Image(vga), pyigtl.ImageMessage(vga)
    yield 'IMAGE 512x512x100 int16', Image(volume), pyigtl.ImageMessage(volume)
    yield 'VIDEO 100 kB', Video(random.bytes(100_000), 'H264', (1920, 1080, 1)), None
    yield 'NDARRAY 1M float64', NDArray(numbers), None
    yield 'NDARRAY 1M big-endian', NDArray(numbers.astype('>f8')), None
    yield 'POLYDATA 100k, 200k', surface(random), None


def main():
    """Print the table."""
    print(f'Python {platform.python_version()}, numpy {np.__version__}, {platform.machine()}')
    print(
        f'{"us":24}{"bytes":>10}{"CRC":>9}{"copy":>9}{"snapshot":>9}{"encode_parts":>14}'
        f'{"encode":>10}{"decode":>10}{"MB/s":>14}{"encode/(CRC+copy)":>19}'
        '   pyigtl pack, unpack: times ours'
    )
    for name, message, other in cases(np.random.default_rng(1)):
        data = codec.encode(message)
        body = memoryview(data)[58:]
        crc, copy, kept, parts, encode, decode = (
            microseconds(function)
            for function in (
                lambda body=body: crc64(body),
                lambda body=body: bytes(body),
                lambda message=message: snapshot(message),
                lambda message=message: codec.encode_parts(message),
                lambda message=message: codec.encode(message),
                lambda data=data: codec.decode(data),
            )
        )
        line = (
            f'{name:24}{len(data):10}{crc:9.1f}{copy:9.1f}{kept:9.1f}{parts:14.1f}{encode:10.1f}'
            f'{decode:10.1f}{len(data) / encode:7.0f}{len(data) / decode:7.0f}'
            f'{encode / (crc + copy):19.2f}'
        )
        if other is not None:
            packed = other.pack()
            pack = microseconds(other.pack)
            unpack = microseconds(lambda packed=packed: pyigtl_unpack(packed))
            line += f'   {pack:.1f}, {unpack:.1f}: {pack / encode:.1f}, {unpack / decode:.1f}'
        print(line)
    print('pyigtl computes CRCs but never checks them')


if __name__ == '__main__':
    main()
