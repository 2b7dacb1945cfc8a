"""
A tracker with three tools, 60 to 120 times a second, paced without drift.

Each turn has a time of its own, counted from the start: a turn that is late does not move those
after it, so an hour at 60 Hz is 216000 messages and not a few hundred less.
"""

import argparse
import itertools
import math
import sys
import time

import numpy as np

from igtl_ros2 import serve
from igtl_ros2.codec.messages.tracking import TrackingData, TrackingElement
from igtl_ros2.errors import IgtlError

TOOLS = ('Stylus', 'Probe', 'Reference')


def pose(tool: str, t_ns: int) -> np.ndarray:
    """Compute where a tool is: rotation, and translation in mm, tool to tracker."""
    period_ns = (5 + TOOLS.index(tool)) * 1_000_000_000
    # Whole nanoseconds up to the remainder: seconds since 1970 leave a float too few digits
    angle = 2 * math.pi * (t_ns % period_ns) / period_ns
    matrix = np.eye(4)
    if tool != 'Reference':  # that one is fixed to the patient, and defines the frame
        c, s = math.cos(angle), math.sin(angle)
        matrix[:2, :2] = [[c, -s], [s, c]]
        matrix[:3, 3] = (80 * c, 60 * s, -900 + 20 * s)
    return matrix


def main() -> None:
    """Send until the time is over, then tell how even it was."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument('--url', default='tcp://127.0.0.1:18944', help='where to listen')
    parser.add_argument('--seconds', type=float, default=0.0, help='end then; 0: at Ctrl-C')
    parser.add_argument('--rate', type=float, default=60.0, help='Hz, such as 60 or 120')
    args = parser.parse_args()

    # Without on_message (or a loop that receives) what clients send would pile up, and they wait
    with serve(args.url, on_message=lambda peer, m: print(f'{peer.address}: {m!r}')) as server:
        print(f'listening on {server.address}, {args.rate:g} Hz')
        turns = range(round(args.seconds * args.rate)) if args.seconds else itertools.count()
        late, sent, start = 0.0, 0, time.monotonic()
        try:
            for turn in turns:
                t_ns = time.time_ns()  # when it was measured: all tools at one instant
                tools = [TrackingElement(tool, pose(tool, t_ns), type=2) for tool in TOOLS]
                server.send(TrackingData(tools, device_name='Tracker', timestamp_ns=t_ns))
                sent += 1
                due = start + (turn + 1) / args.rate
                time.sleep(max(0.0, due - time.monotonic()))
                late = max(late, time.monotonic() - due)
        finally:
            took = time.monotonic() - start
            print(f'{sent} turns in {took:.2f} s: {sent / took:.2f} Hz, at most '
                  f'{late * 1000:.2f} ms late, {len(server.peers)} clients')


if __name__ == '__main__':
    try:
        main()
    except KeyboardInterrupt:
        pass
    except IgtlError as error:
        sys.exit(f'{type(error).__name__}: {error}')
