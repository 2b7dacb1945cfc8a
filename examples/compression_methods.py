"""
Compress images for a recording: how much smaller, how fast, with each method there is.

For files only. On the wire nobody would understand it; there, OpenIGTLink has VIDEO. (The name of
this file: Python 3.14 has a module `compression` of its own.)
"""

import argparse
import sys

import numpy as np
from image_streaming import ct_phantom

from igtl_ros2 import connect
from igtl_ros2.codec.compression import METHODS, compress, decompress
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.errors import EncodeError, IgtlError, PeerError


def measure(name: str, pixels: np.ndarray) -> None:
    """Compress with each method, get it back, and print what came out."""
    print(f'{name}: {pixels.shape} {pixels.dtype.name}, {pixels.nbytes / 1e6:.2f} MB')
    for method in METHODS:
        try:
            packed = compress(np.ascontiguousarray(pixels), method)
        except EncodeError as error:  # the packages zstandard and lz4 are optional
            print(f'  {method:<8} {error}')
            continue
        # A few bytes can inflate to any size: say how many you are ready to take
        raw = decompress(packed, max_bytes=pixels.nbytes)
        same = np.array_equal(np.frombuffer(raw, pixels.dtype).reshape(pixels.shape), pixels)
        speed = pixels.nbytes / 1e6 / max(packed.seconds, 1e-9)
        print(f'  {method:<8} {len(packed.data):>9} bytes, {packed.ratio:7.1f} times smaller, '
              f'{speed:7.0f} MB/s, {"same voxels" if same else "DIFFERENT VOXELS"}')


def first_image(url: str, seconds: float) -> np.ndarray:
    """Wait for an image of a device."""
    with connect(url, reconnect=False, timeout_s=seconds) as peer:
        for message in peer.messages(seconds):
            if isinstance(message, Image):
                return message.pixels
    raise PeerError(f'{url}: no IMAGE within {seconds:g} s')


def main() -> None:
    """Compress a CT phantom, and an image of a device if there is one."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument('--url', default='', help='a device such as igtl_sim; default: none')
    parser.add_argument('--seconds', type=float, default=10.0, help='how long to wait for it')
    args = parser.parse_args()

    measure('CT phantom', ct_phantom())
    if args.url:
        measure(f'image of {args.url}', first_image(args.url, args.seconds))


if __name__ == '__main__':
    try:
        main()
    except KeyboardInterrupt:
        pass
    except IgtlError as error:
        sys.exit(f'{type(error).__name__}: {error}')
