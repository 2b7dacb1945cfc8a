"""
Ask for what you want: GET_ for one message, STT_ to start a stream, STP_ to stop it.

`serve` is a small server that sends nothing unasked, `ask` a client that asks. (PLUS answers such
queries; 3D Slicer does not and may crash on them.)
"""

import argparse
import sys
import time

import numpy as np

from igtl_ros2 import connect, serve
from igtl_ros2.client import Client
from igtl_ros2.codec import Message
from igtl_ros2.codec.messages.query import Capability, Query, Response, StartTracking
from igtl_ros2.codec.messages.text import Status
from igtl_ros2.codec.messages.tracking import TrackingData, TrackingElement
from igtl_ros2.errors import IgtlError, PeerTimeoutError
from igtl_ros2.peers import Peer

TYPES = ('GET_CAPABIL', 'GET_STATUS', 'STT_TDATA', 'STP_TDATA', 'TDATA', 'STATUS', 'CAPABILITY')


def tracking() -> TrackingData:
    """Make what the stream consists of: one tool, 100 mm along z."""
    matrix = np.eye(4)
    matrix[2, 3] = 100.0
    tools = [TrackingElement('Stylus', matrix)]
    return TrackingData(tools, device_name='Tracker', timestamp_ns=time.time_ns())


def serve_queries(url: str, seconds: float) -> None:
    """Answer queries; each client has a stream at a rate of its own, or none."""
    streams: dict[Peer, tuple[float, float]] = {}  # interval and next time, in seconds
    start = time.monotonic()
    with serve(url) as server:
        print(f'listening on {server.address}')
        while not seconds or time.monotonic() - start < seconds:
            due = min((next_s for _, next_s in streams.values()), default=time.monotonic() + 0.1)
            try:
                peer, message = server.receive(max(0.0, due - time.monotonic()))
            except PeerTimeoutError:
                pass  # nobody asks: time to send
            else:
                print(f'{peer.address} asks {message.type_name}')
                match message:
                    case StartTracking(interval_ms=interval_ms):
                        interval = max(interval_ms, 10) / 1000  # not faster than 100 Hz
                        streams[peer] = interval, time.monotonic()
                        peer.send(Response('RTS_TDATA', 0))  # 0: it is done
                    case Query(type_name='STP_TDATA'):
                        running = streams.pop(peer, None)
                        peer.send(Response('RTS_TDATA', 0 if running else 1))  # 1: it is not
                    case Query(type_name='GET_CAPABIL'):
                        peer.send(Capability(TYPES))
                    case Query(type_name='GET_STATUS'):
                        peer.send(Status(message=f'{len(streams)} streams'))
            for peer in set(streams) - set(server.peers):
                del streams[peer]  # it left without STP_
            now = time.monotonic()
            for peer, (interval, next_s) in streams.items():
                if next_s <= now:
                    peer.send(tracking())
                    # by the plan and not by now: no drift; at most one turn behind
                    streams[peer] = interval, max(next_s + interval, now)


def wait_for(peer: Client, kind: type[Message], timeout_s: float = 5.0) -> Message:
    """Pass over what else arrives; in time or PeerTimeoutError."""
    until = time.monotonic() + timeout_s
    while True:
        message = peer.receive(max(0.0, until - time.monotonic()))
        if isinstance(message, kind):
            return message


def ask(url: str, seconds: float) -> None:
    """Ask what the server can, run a stream for so long, and stop it."""
    with connect(url, reconnect=False) as peer:
        peer.send(Query('GET_CAPABIL'))
        print('the server knows', ', '.join(wait_for(peer, Capability).types))
        peer.send(StartTracking('STT_TDATA', 20))  # a message every 20 ms; PLUS: give it 0
        if not wait_for(peer, Response).ok:
            sys.exit('the server refused to start a stream')
        count = sum(isinstance(m, TrackingData) for m in peer.messages(seconds))
        print(f'{count} TDATA in {seconds:g} s')
        peer.send(Query('STP_TDATA'))
        print('stopped' if wait_for(peer, Response).ok else 'the server refused to stop')
        peer.send(Query('GET_STATUS'))
        print(f'status: {wait_for(peer, Status).message}')


def main() -> None:
    """Serve or ask."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument('what', choices=('serve', 'ask'))
    parser.add_argument('--url', default='tcp://127.0.0.1:18944', help='server')
    parser.add_argument('--seconds', type=float, default=0.0,
                        help='serve: end then, 0: at Ctrl-C; ask: length of the stream, 0: 3 s')
    args = parser.parse_args()
    if args.what == 'serve':
        serve_queries(args.url, args.seconds)
    else:
        ask(args.url, args.seconds or 3.0)


if __name__ == '__main__':
    try:
        main()
    except KeyboardInterrupt:
        pass
    except IgtlError as error:
        sys.exit(f'{type(error).__name__}: {error}')
