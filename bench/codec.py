"""
What encoding and decoding cost, against pyigtl and the bare CRC of the same bytes in the same run.

Prints microseconds (median of several rounds) and ratios; asserts nothing.
"""

from __future__ import annotations

import statistics
import timeit

import numpy as np
import pyigtl

from igtl_ros2 import codec
from igtl_ros2.codec.crc64 import crc64
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.codec.messages.pose import Transform

ROUNDS = 7


def microseconds(function, seconds=0.05):
    """Time one call: the median of several rounds of many calls."""
    timer = timeit.Timer(function)
    count = max(1, int(seconds / max(timer.timeit(1), 1e-7)))
    return statistics.median(timer.repeat(ROUNDS, count)) / count * 1e6


def pyigtl_unpack(data):
    """Unpack as pyigtl's own receiver does."""
    header = pyigtl.MessageBase.parse_header(data[: pyigtl.MessageBase.IGTL_HEADER_SIZE])
    message = pyigtl.MessageBase.create_message(header['message_type'])
    message.unpack(header, data[pyigtl.MessageBase.IGTL_HEADER_SIZE :])
    return message


def main():
    """Print the table."""
    random = np.random.default_rng(1)
    vga = random.integers(0, 255, (1, 480, 640, 3), np.uint8)
    volume = random.integers(0, 2000, (100, 512, 512), np.uint16).astype('<i2')
    cases = {
        'TRANSFORM': (Transform(np.eye(4)), pyigtl.TransformMessage(np.eye(4))),
        'IMAGE 640x480 RGB': (Image(vga), pyigtl.ImageMessage(vga)),
        'IMAGE 512x512x100 int16': (Image(volume), pyigtl.ImageMessage(volume)),
    }
    print(f'{"":24} {"CRC":>9} {"encode_parts":>13} {"encode":>9} {"decode":>9}   '
          f'{"pyigtl pack, unpack (us)":>25}   ratios')
    for name, (message, other) in cases.items():
        data = codec.encode(message)
        packed = other.pack()
        ours = [
            microseconds(lambda data=data: crc64(data)),
            microseconds(lambda message=message: codec.encode_parts(message)),
            microseconds(lambda message=message: codec.encode(message)),
            microseconds(lambda data=data: codec.decode(data)),
        ]
        theirs = [
            microseconds(other.pack),
            microseconds(lambda packed=packed: pyigtl_unpack(packed)),
        ]
        print(
            f'{name:24} {ours[0]:9.1f} {ours[1]:13.1f} {ours[2]:9.1f} {ours[3]:9.1f}   '
            f'{theirs[0]:12.1f} {theirs[1]:12.1f}   '
            f'encode {theirs[0] / ours[2]:.1f}x, decode {theirs[1] / ours[3]:.1f}x '
            f'(pyigtl checks no CRC when unpacking)'
        )


if __name__ == '__main__':
    main()
