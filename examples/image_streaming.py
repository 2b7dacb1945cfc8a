"""
Stream images to all clients: `ct`, a volume and its slices, or `ultrasound`, a sector.

3D Slicer shows both where they are in space: connect it as a client to this server.
"""

import argparse
import itertools
import math
import sys
import time
from collections.abc import Iterator

import numpy as np

from igtl_ros2 import serve
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.errors import IgtlError
from igtl_ros2.server import Server

# CT: voxels of 1 x 1 x 3 mm; rows run from front to back and columns from right to left, as
# scanners store them. In RAS (right, anterior, superior positive) both are negative directions.
CT_SIZE = (192, 192, 40)  # i (columns), j (rows), k (slices)
CT_TO_RAS = np.array([[-1.0, 0, 0, 95.5], [0, -1.0, 0, 95.5], [0, 0, 3.0, -58.5], [0, 0, 0, 1]])
# Ultrasound: pixels of 0.2 mm, column 0 to the left of the probe, row 0 at its surface
US_SIZE = (320, 240)
US_TO_RAS = np.diag([0.2, 0.2, 0.2, 1.0])
US_TO_RAS[0, 3] = -0.2 * (US_SIZE[0] - 1) / 2  # the probe is in the middle


def ct_phantom() -> np.ndarray:
    """Draw a head of water with a skull and a ventricle, in Hounsfield units (k, j, i)."""
    i, j, k = (np.arange(n, dtype=np.float32) - (n - 1) / 2 for n in CT_SIZE)
    x, y, z = i[None, None, :], j[None, :, None], 3.0 * k[:, None, None]  # mm from the centre
    radius = np.sqrt((x / 70) ** 2 + (y / 85) ** 2 + (z / 75) ** 2)
    volume = np.full(radius.shape, -1000, np.int16)  # air
    volume[radius < 1.0] = 1000  # bone
    volume[radius < 0.92] = 35  # brain
    volume[(np.abs(x) / 20 + np.abs(y) / 30 + np.abs(z) / 25) < 1] = 5  # fluid
    return volume


def send_ct(server: Server) -> Iterator[None]:
    """Send the volume, then one slice in each turn, up and down through it."""
    volume = ct_phantom()
    # It is held: who connects later gets it first
    server.send(Image.from_array(volume, CT_TO_RAS, device_name='CT'))
    there_and_back = [*range(len(volume)), *reversed(range(1, len(volume) - 1))]
    for k in itertools.cycle(there_and_back):
        place = CT_TO_RAS.copy()
        place[:3, 3] = (CT_TO_RAS @ (0, 0, k, 1))[:3]  # where the first voxel of slice k is
        server.send(Image.from_array(volume[k], place, device_name='CT_Slice'))  # stamped now
        yield


def send_ultrasound(server: Server) -> Iterator[None]:
    """Send a sector of speckle with a dark vessel that moves."""
    columns, rows = US_SIZE
    x = (np.arange(columns) - (columns - 1) / 2)[None, :]
    y = np.arange(rows)[:, None]
    depth = np.hypot(x, y + 40.0)  # rows from the centre that all beams come from
    inside = (np.abs(np.arctan2(x, y + 40.0)) < 0.6) & (depth > 42) & (depth < rows + 38)
    random = np.random.default_rng(1)
    while True:
        pixels = random.rayleigh(60, (rows, columns)) * np.exp(-depth / 300)
        t_ns = time.time_ns()
        swing = 40 * math.sin(2 * math.pi * (t_ns % 3_000_000_000) / 3e9)
        pixels[(x - swing) ** 2 + (y - 130) ** 2 < 25**2] *= 0.15  # blood scatters little
        frame = np.where(inside, pixels.clip(0, 255), 0).astype(np.uint8)
        image = Image.from_array(frame, US_TO_RAS, device_name='Ultrasound', timestamp_ns=t_ns)
        server.send(image)
        yield


def main() -> None:
    """Serve at an even rate until the time is over."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument('what', choices=('ct', 'ultrasound'))
    parser.add_argument('--url', default='tcp://127.0.0.1:18944', help='where to listen')
    parser.add_argument('--seconds', type=float, default=0.0, help='end then; 0: at Ctrl-C')
    parser.add_argument('--rate', type=float, default=20.0, help='images per second')
    args = parser.parse_args()

    with serve(args.url, on_message=lambda peer, m: print(f'{peer.address}: {m!r}')) as server:
        print(f'listening on {server.address}, {args.what} at {args.rate:g} Hz')
        turns = range(round(args.seconds * args.rate)) if args.seconds else itertools.count()
        images = send_ct(server) if args.what == 'ct' else send_ultrasound(server)
        start = time.monotonic()
        for turn, _ in zip(turns, images):
            time.sleep(max(0.0, start + (turn + 1) / args.rate - time.monotonic()))
        for peer in server.peers:
            print(f'{peer.address}: {peer.sent["IMAGE"]} images, {peer.sent_bytes / 1e6:.1f} MB')


if __name__ == '__main__':
    try:
        main()
    except KeyboardInterrupt:
        pass
    except IgtlError as error:
        sys.exit(f'{type(error).__name__}: {error}')
