"""
Tracking over UDP: `send`, `receive`, or `compare` the way there with TCP's.

A lost datagram is not sent again, and nothing waits for it: for poses, of which only the newest
counts. Each message is one datagram, so it must be small; `udp_rtp=True` cuts larger ones up.
"""

import argparse
import itertools
import math
import sys
import time

import numpy as np

from igtl_ros2 import connect, serve
from igtl_ros2.client import Client
from igtl_ros2.codec.messages.tracking import TrackingData, TrackingElement
from igtl_ros2.errors import IgtlError


def tracking() -> TrackingData:
    """Make a message with two tools on circles, stamped now; lengths in mm."""
    t_ns = time.time_ns()
    tools = []
    for name, period_ns in (('Stylus', 4_000_000_000), ('Probe', 7_000_000_000)):
        angle = 2 * math.pi * (t_ns % period_ns) / period_ns
        matrix = np.eye(4)
        matrix[:3, 3] = (80 * math.cos(angle), 80 * math.sin(angle), -900)
        tools.append(TrackingElement(name, matrix, type=2))
    return TrackingData(tools, device_name='Tracker', timestamp_ns=t_ns)


def send(peer: Client, seconds: float, rate_hz: float) -> int:
    """Send at an even rate; over UDP nobody says whether it arrives."""
    turns = range(round(seconds * rate_hz)) if seconds else itertools.count()
    start, sent = time.monotonic(), 0
    for turn in turns:
        time.sleep(max(0.0, start + turn / rate_hz - time.monotonic()))
        peer.send(tracking(), hold=False)
        sent += 1
    return sent


def receive(url: str, seconds: float) -> None:
    """Print what comes, once a second, and how old it is."""
    with serve(url) as server:
        print(f'listening on {server.address}')
        ages, total, shown = [], 0, time.monotonic()
        for peer, message in server.messages(seconds or None):
            # the clock of this machine against the sender's: only on one machine the true age
            ages.append((time.time_ns() - message.timestamp_ns) / 1e6)
            total += 1
            if time.monotonic() - shown >= 1.0 and isinstance(message, TrackingData):
                x, y, z = message.elements[0].matrix[:3, 3]
                print(f'{peer.address}: {message.elements[0].name} at {x:.1f} {y:.1f} {z:.1f} mm, '
                      f'{len(ages)} messages, {np.median(ages):.2f} ms old')
                ages, shown = [], time.monotonic()
        print(f'{total} messages')


def compare(seconds: float, rate_hz: float) -> None:
    """Send to ourselves over UDP, then TCP, and compare how long it takes."""
    for protocol in ('udp', 'tcp'):
        ages: list[float] = []

        def arrived(peer, message, ages=ages) -> None:
            ages.append((time.time_ns() - message.timestamp_ns) / 1e6)

        # Called at once in the network thread, where a loop that receives would wake up later
        with serve(f'{protocol}://127.0.0.1:0', on_message=arrived) as server:
            with connect(str(server.address)) as peer:
                sent = send(peer, seconds, rate_hz)
            time.sleep(0.2)  # what is on its way arrives
        half, most = np.percentile(ages, (50, 99))
        print(f'{protocol}: {len(ages)} of {sent} arrived, {half:.3f} ms old, '
              f'99 % less than {most:.3f} ms')


def main() -> None:
    """Do what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument('what', choices=('send', 'receive', 'compare'))
    parser.add_argument('--url', default='udp://127.0.0.1:18944', help='where, send and receive')
    parser.add_argument('--seconds', type=float, default=0.0,
                        help='end then; 0: at Ctrl-C (compare: 3 s each)')
    parser.add_argument('--rate', type=float, default=120.0, help='Hz')
    args = parser.parse_args()
    if args.what == 'receive':
        receive(args.url, args.seconds)
    elif args.what == 'compare':
        compare(args.seconds or 3.0, args.rate)
    else:
        with connect(args.url) as peer:  # to one receiver; serve() has udp_targets for several
            print(f'sending to {args.url}')
            print(f'{send(peer, args.seconds, args.rate)} messages sent')


if __name__ == '__main__':
    try:
        main()
    except KeyboardInterrupt:
        pass
    except IgtlError as error:
        sys.exit(f'{type(error).__name__}: {error}')
