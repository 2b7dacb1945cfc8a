"""
One process at one end: it sends or receives, over OpenIGTLink or ROS.

It says on standard output when it is ready, is told on standard input what to send or how many to
expect, and answers with what it saw, all in lines of JSON. Times are of the clock that all
processes of a machine share.
"""

from __future__ import annotations

import json
import socket
import sys
import threading
import time
from contextlib import suppress

from .workloads import (
    WORKLOADS,
    Frame,
    Serialised,
    get_stamp,
    ros_message,
    set_stamp,
    stamp_of,
)

_HEADER_BYTES = 58
_QUIET_S = 2.0
_CONNECT_S = 30.0


def tell(**facts):
    """Say something to who started this process."""
    print(json.dumps(facts), flush=True)


def orders():
    """Give what is to be done, one order after the other."""
    for line in sys.stdin:
        yield json.loads(line)


def paced(count, rate_hz, send, burst=1):
    """
    Call `send` at a rate, or as fast as it goes if that is 0; in bursts where a sleep is too long.

    :returns: when each call began, and how long all of them took in seconds.
    """
    begun = time.monotonic()
    times = []
    for step in range(count):
        if rate_hz and step % burst == 0:
            wait = begun + step / rate_hz - time.monotonic()
            if wait > 0:
                time.sleep(wait)
        now = time.time_ns()
        times.append(now)
        send(now)
    return times, time.monotonic() - begun


def igtl_sender(name, *devices):
    """Listen, and send to who connects."""
    listener = socket.create_server(('127.0.0.1', 0))
    frames = [Frame(name, device) for device in devices or (WORKLOADS[name].device,)]
    tell(port=listener.getsockname()[1])
    listener.settimeout(_CONNECT_S)
    peer, _ = listener.accept()
    peer.settimeout(None)
    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    tell(connected=True)
    threading.Thread(target=_swallow, args=(peer,), daemon=True).start()
    turn = 0

    def send(now):
        nonlocal turn
        peer.sendall(frames[turn].stamped(now))
        turn = (turn + 1) % len(frames)

    for order in orders():
        times, seconds = paced(order['count'], order['rate'], send, order.get('burst', 1))
        tell(times=times, seconds=seconds)


def _swallow(peer):
    while peer.recv(65536):
        pass


def igtl_receiver(port):
    """Connect, and note when each message has come in whole."""
    peer = socket.create_connection(('127.0.0.1', int(port)))
    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    tell(connected=True)
    arrivals = Arrivals()
    threading.Thread(target=_read_frames, args=(peer, arrivals), daemon=True).start()
    arrivals.serve()


def _read_frames(peer, arrivals):
    """Take whole messages out of one buffer, without looking into them."""
    buffer = bytearray(1 << 26)
    view = memoryview(buffer)
    start = end = 0
    while True:
        while end - start >= _HEADER_BYTES:
            size = _HEADER_BYTES + int.from_bytes(buffer[start + 42 : start + 50], 'big')
            if end - start < size:
                break
            stamp = int.from_bytes(buffer[start + 34 : start + 42], 'big')
            if buffer[start + 2 : start + 8] != b'STATUS':
                arrivals.add((stamp >> 32) * 1_000_000_000 + ((stamp & 0xFFFFFFFF) * 1_000_000_000
                                                              >> 32))
            start += size
        if start == end:
            start = end = 0
        elif start and len(buffer) - end < 1 << 16:
            view[: end - start] = bytes(view[start:end])
            start, end = 0, end - start
        elif len(buffer) - end < 1 << 16:
            buffer = bytearray(2 * len(buffer))
            buffer[:end] = view
            view = memoryview(buffer)
        got = peer.recv_into(view[end:])
        if not got:
            return
        end += got


class Arrivals:
    """When messages came, and what stamps they had (None: none)."""

    def __init__(self):
        self._lock = threading.Lock()
        self._all = []

    def add(self, stamp):
        """Note one, now."""
        now = time.time_ns()
        with self._lock:
            self._all.append((now, stamp))

    def _count(self):
        with self._lock:
            return len(self._all)

    def serve(self):
        """Forget, or wait for so many and tell of them, as ordered."""
        for order in orders():
            if order.get('forget'):
                with self._lock:
                    self._all.clear()
                tell(forgotten=True)
                continue
            wanted, last, since = order['count'], -1, time.monotonic()
            quiet_s = _QUIET_S
            while (count := self._count()) < wanted:
                if count != last:
                    last, since = count, time.monotonic()
                elif time.monotonic() - since > quiet_s:
                    break
                time.sleep(0.005)
            with self._lock:
                tell(times=[t for t, _ in self._all], stamps=[s for _, s in self._all])


def _quality(depth):
    from rclpy.qos import QoSProfile

    return QoSProfile(depth=int(depth))  # reliable, volatile


def ros_sender(name, topic, form, depth):
    """Publish; `form` is 'typed' or 'bytes'."""
    import rclpy

    rclpy.init()
    node = rclpy.create_node('bench_sender')
    publisher = node.create_publisher(WORKLOADS[name].ros_class, topic, _quality(depth))
    if form == 'bytes':
        serialised = Serialised(name)

        def send(now):
            publisher.publish(serialised.stamped(now))
    else:
        message = ros_message(name)

        def send(now):
            set_stamp(message, now)
            publisher.publish(message)

    tell(ready=True)
    for order in orders():
        if order.get('match'):
            while not publisher.get_subscription_count():
                time.sleep(0.01)
            tell(matched=True)
            continue
        times, seconds = paced(order['count'], order['rate'], send, order.get('burst', 1))
        tell(times=times, seconds=seconds)


def ros_receiver(name, topic, form, depth):
    """Subscribe; 'typed' as users do, spinning as tutorials do, or 'bytes' as fast as can be."""
    import rclpy
    from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
    from rclpy.experimental import EventsExecutor

    rclpy.init()
    node = rclpy.create_node('bench_receiver')
    arrivals = Arrivals()
    work = WORKLOADS[name]
    if form == 'bytes':
        at = work.stamp_at

        def take(data):
            arrivals.add(None if at is None else stamp_of(data, at))
    else:

        def take(message):
            arrivals.add(get_stamp(message))

    node.create_subscription(work.ros_class, topic, take, _quality(depth), raw=form == 'bytes')
    executor = EventsExecutor() if form == 'bytes' else SingleThreadedExecutor()
    executor.add_node(node)

    over = threading.Event()

    def turn():
        with suppress(ExternalShutdownException):  # interrupted
            while not over.is_set():
                executor.spin_once(timeout_sec=0.1)

    turning = threading.Thread(target=turn)
    turning.start()
    tell(ready=True)
    arrivals.serve()
    over.set()
    turning.join()
    rclpy.shutdown()


def pyigtl_receiver(port):
    """Receive as a script with pyigtl does."""
    import pyigtl

    client = pyigtl.OpenIGTLinkClient('127.0.0.1', int(port), start_now=False)
    arrivals = Arrivals()

    def look():
        while True:
            for message in client.get_latest_messages():
                arrivals.add(int(message.timestamp * 1e9))
            time.sleep(0.0005)

    client.start()
    while not client.is_connected():
        time.sleep(0.01)
    tell(connected=True)
    threading.Thread(target=look, daemon=True).start()
    arrivals.serve()


ROLES = {
    role.__name__: role
    for role in (igtl_sender, igtl_receiver, ros_sender, ros_receiver, pyigtl_receiver)
}

if __name__ == '__main__':
    ROLES[sys.argv[1]](*sys.argv[2:])
