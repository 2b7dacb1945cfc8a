"""
Stream video: colour bars that wander, as raw frames (I420).

A VIDEO message holds what an encoder wrote: for H.264, VP9, H.265 or AV1 put its bytes in place
of the raw frame, name the codec (H264, VP90, X265, AV10), and say which frames are key frames.
"""

import argparse
import itertools
import sys
import time

import numpy as np

from igtl_ros2 import serve
from igtl_ros2.codec.messages.video import Video
from igtl_ros2.errors import IgtlError

WIDTH, HEIGHT = 320, 240  # even numbers: colours are stored for 2 x 2 pixels
PLACE = np.diag([0.5, 0.5, 1.0, 1.0])  # 0.5 mm from pixel to pixel, the centre at 0 0 0 in RAS
#: red, green and blue to Y, U and V, full range (BT.601)
TO_YUV = np.array([[0.299, 0.587, 0.114], [-0.169, -0.331, 0.5], [0.5, -0.419, -0.081]])
BARS = np.array([[r, g, b] for r in (255, 0) for g in (255, 0) for b in (255, 0)], float)


def picture(number: int) -> np.ndarray:
    """Draw bars that move two pixels with each frame: (rows, columns, 3), red green blue."""
    bar = (np.arange(WIDTH) + 2 * number) * len(BARS) // WIDTH % len(BARS)
    return np.broadcast_to(BARS[bar], (HEIGHT, WIDTH, 3))


def to_i420(rgb: np.ndarray) -> bytes:
    """Write the Y plane, then U and V at half the size each way."""
    yuv = rgb @ TO_YUV.T + (0, 128, 128)
    half = yuv.reshape(HEIGHT // 2, 2, WIDTH // 2, 2, 3).mean((1, 3))
    planes = yuv[..., 0], half[..., 1], half[..., 2]
    return b''.join(p.round().clip(0, 255).astype(np.uint8).tobytes() for p in planes)


def main() -> None:
    """Serve at an even rate until the time is over."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument('--url', default='tcp://127.0.0.1:18944', help='where to listen')
    parser.add_argument('--seconds', type=float, default=0.0, help='end then; 0: at Ctrl-C')
    parser.add_argument('--rate', type=float, default=25.0, help='frames per second')
    args = parser.parse_args()

    # The C++ library reads VIDEO reliably only with header version 2
    with serve(args.url, header_version='2', on_message=lambda peer, message: None) as server:
        print(f'listening on {server.address}, {WIDTH} x {HEIGHT} at {args.rate:g} Hz')
        turns = range(round(args.seconds * args.rate)) if args.seconds else itertools.count()
        start = time.monotonic()
        for turn in turns:
            frame = Video(
                to_i420(picture(turn)), 'I420', (WIDTH, HEIGHT, 1), matrix=PLACE,
                device_name='Endoscope', timestamp_ns=time.time_ns(),
            )
            server.send(frame)
            if turn % round(args.rate) == 0:
                bits = 8 * frame.frame.nbytes * args.rate
                print(f'frame {turn}: {frame.frame.nbytes} bytes, {bits / 1e6:.1f} Mbit/s, '
                      f'{len(server.peers)} viewers')
            time.sleep(max(0.0, start + (turn + 1) / args.rate - time.monotonic()))


if __name__ == '__main__':
    try:
        main()
    except KeyboardInterrupt:
        pass
    except IgtlError as error:
        sys.exit(f'{type(error).__name__}: {error}')
