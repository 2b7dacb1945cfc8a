"""
One process at one end: it sends or receives, over OpenIGTLink or ROS.

It says on standard output when it is ready, is told on standard input what to send or how many to
expect, and answers with what it saw, all in lines of JSON. Times are of the clock that all
processes of a machine share.
"""

from __future__ import annotations

import itertools
import json
import os
import selectors
import socket
import sys
import threading
import time
from contextlib import suppress

from .workloads import (
    EVERY_WORKLOAD,
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
_ROOM = 1 << 26
_LEAST_ROOM = 1 << 16
# For 5 s a bridge repeats values for who was found late.
_FIRST_VALUES_S = 6.0
# between the stamps of messages that are handled as fast as it goes
_STEP_NS = 10_000


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
    """Listen, and send to who connects: to the first one first, and to all who come later."""
    listener = socket.create_server(('127.0.0.1', 0))
    frames = [Frame(name, device) for device in devices or (EVERY_WORKLOAD[name].device,)]
    tell(port=listener.getsockname()[1])
    listener.settimeout(_CONNECT_S)
    peers = []
    take = threading.Event()

    def accept():
        while True:
            peer, _ = listener.accept()
            listener.settimeout(None)
            peer.settimeout(None)
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=_swallow, args=(peer,), daemon=True).start()
            peers.append(peer)
            take.set()

    threading.Thread(target=accept, daemon=True).start()
    if not take.wait(_CONNECT_S):
        return
    tell(connected=True)
    turns = itertools.cycle(frames)

    def send(now):
        frame = next(turns).stamped(now)
        for peer in peers[:]:
            try:
                peer.sendall(frame)
            except OSError:
                peers.remove(peer)  # who looked on has gone

    for order in orders():
        times, seconds = paced(order['count'], order['rate'], send, order.get('burst', 1))
        tell(times=times, seconds=seconds)


def _swallow(peer):
    with suppress(OSError):
        while peer.recv(65536):
            pass


def igtl_receiver(port, clients=1):
    """
    Connect, as one client or as several, and note when each message has come in whole.

    :param port: 0 to listen instead, for one peer.
    """
    if int(port):
        peers = [socket.create_connection(('127.0.0.1', int(port))) for _ in range(int(clients))]
    else:
        listener = socket.create_server(('127.0.0.1', 0))
        tell(port=listener.getsockname()[1])
        listener.settimeout(_CONNECT_S)
        peers = [listener.accept()[0]]
    for peer in peers:
        peer.settimeout(None)
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    tell(connected=True)
    arrivals = Arrivals()
    readers = [Reader(peer, arrivals, _ROOM // len(peers)) for peer in peers]
    threading.Thread(target=_read, args=(readers,), daemon=True).start()
    arrivals.serve()


def _read(readers):
    if len(readers) == 1:
        while readers[0].read():
            pass
        return
    with selectors.DefaultSelector() as selector:
        for reader in readers:
            selector.register(reader.peer, selectors.EVENT_READ, reader)
        while selector.get_map():
            for key, _ in selector.select():
                if not key.data.read():
                    selector.unregister(key.fileobj)


class Reader:
    """Take whole messages out of one buffer, without looking into them."""

    def __init__(self, peer, arrivals, room):
        self.peer = peer
        self._arrivals = arrivals
        self._buffer = bytearray(room)
        self._view = memoryview(self._buffer)
        self._start = self._end = 0

    def read(self):
        """Take what has come; false at the end."""
        got = self.peer.recv_into(self._view[self._end :])
        self._end += got
        buffer, start, end = self._buffer, self._start, self._end
        while end - start >= _HEADER_BYTES:
            size = _HEADER_BYTES + int.from_bytes(buffer[start + 42 : start + 50], 'big')
            if end - start < size:
                break
            stamp = int.from_bytes(buffer[start + 34 : start + 42], 'big')
            if buffer[start + 2 : start + 8] != b'STATUS':
                self._arrivals.add((stamp >> 32) * 1_000_000_000
                                   + ((stamp & 0xFFFFFFFF) * 1_000_000_000 >> 32))
            start += size
        self._start = start
        self._make_room()
        return got

    def _make_room(self):
        start, end = self._start, self._end
        if start == end:
            self._start = self._end = 0
        elif len(self._buffer) - end >= _LEAST_ROOM:
            return
        elif start:
            self._view[: end - start] = bytes(self._view[start:end])
            self._start, self._end = 0, end - start
        else:
            larger = bytearray(2 * len(self._buffer))
            larger[:end] = self._view[:end]
            self._buffer, self._view = larger, memoryview(larger)


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


def ros_sender(name, form, depth, *topics):
    """Publish, on one topic after the other; `form` is 'typed' or 'bytes'."""
    import rclpy
    from rclpy._rclpy_pybind11 import RCLError

    rclpy.init()
    node = rclpy.create_node('bench_sender')
    ros_class = EVERY_WORKLOAD[name].ros_class
    publishers = [node.create_publisher(ros_class, topic, _quality(depth)) for topic in topics]
    turns = itertools.cycle(publishers)
    if form == 'bytes':
        serialised = Serialised(name)

        def send(now):
            with suppress(RCLError):  # more wait to be taken than there is room for: it is lost
                next(turns).publish(serialised.stamped(now))
    else:
        message = ros_message(name)

        def send(now):
            set_stamp(message, now)
            next(turns).publish(message)

    tell(ready=True)
    for order in orders():
        if order.get('match'):
            while not all(publisher.get_subscription_count() for publisher in publishers):
                time.sleep(0.01)
            tell(matched=True)
            continue
        times, seconds = paced(order['count'], order['rate'], send, order.get('burst', 1))
        tell(times=times, seconds=seconds)


def ros_receiver(name, form, depth, *topics):
    """Subscribe; 'typed' as users do, spinning as tutorials do, or 'bytes' as fast as can be."""
    import rclpy
    from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
    from rclpy.experimental import EventsExecutor

    rclpy.init()
    node = rclpy.create_node('bench_receiver')
    arrivals = Arrivals()
    work = EVERY_WORKLOAD[name]
    if form == 'bytes':
        at = work.stamp_at

        def take(data):
            arrivals.add(None if at is None else stamp_of(data, at))
    else:

        def take(message):
            arrivals.add(get_stamp(message))

    for topic in topics:
        node.create_subscription(
            work.ros_class, topic, take, _quality(depth), raw=form == 'bytes')
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


def connect_receiver(port):
    """Receive as a script with `igtl_ros2.connect` does."""
    from igtl_ros2 import connect

    arrivals = Arrivals()
    with connect(f'tcp://127.0.0.1:{port}') as peer:
        tell(connected=True)

        def look():
            for message in peer:
                arrivals.add(message.timestamp)

        threading.Thread(target=look, daemon=True).start()
        arrivals.serve()


def pyigtl_receiver(port, pause_s=0.0005):
    """Receive as a script with pyigtl does, which has to look again and again."""
    import pyigtl

    client = pyigtl.OpenIGTLinkClient('127.0.0.1', int(port), start_now=False)
    arrivals = Arrivals()

    def look():
        while True:
            for message in client.get_latest_messages():
                arrivals.add(int(message.timestamp * 1e9))
            time.sleep(float(pause_s))

    client.start()
    while not client.is_connected():
        time.sleep(0.01)
    tell(connected=True)
    threading.Thread(target=look, daemon=True).start()
    arrivals.serve()


def static_tf(parent, child):
    """Say on tf where a frame is, for as long as there may be orders."""
    import rclpy
    from geometry_msgs.msg import TransformStamped
    from rclpy.qos import DurabilityPolicy, QoSProfile
    from tf2_msgs.msg import TFMessage

    rclpy.init()
    node = rclpy.create_node('bench_static_tf')
    transform = TransformStamped(child_frame_id=child)
    transform.header.frame_id = parent
    transform.transform.translation.x = transform.transform.rotation.w = 1.0
    kept = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
    publisher = node.create_publisher(TFMessage, '/tf_static', kept)
    publisher.publish(TFMessage(transforms=[transform]))
    tell(ready=True)
    for _ in orders():
        pass


class _NoPeer:
    """Who has sent what no network has brought."""

    address = 'tcp://127.0.0.1:1'
    name = ''
    names = ()
    is_answering = True
    last_received = float('inf')  # it is never slow

    def __init__(self):
        self.facts = {}

    def __getattr__(self, name):
        """Do nothing else."""
        return lambda *arguments: None


def handler(name, device, *parameters):
    """Let a bridge handle messages that no network brings, and tell what they cost its thread."""
    import rclpy

    from igtl_ros2 import codec
    from igtl_ros2.nodes.bridge import BridgeNode

    arguments = ['--ros-args', '--log-level', 'error',
                 '-r', f'/tf:=/handler{os.getpid()}/tf']
    for parameter in parameters:
        arguments += ['-p', parameter]
    rclpy.init(args=arguments)
    node = BridgeNode(namespace='/handler')
    (receiver,) = node._receivers.values()
    peer, frame = _NoPeer(), Frame(name, device)

    def made(count):
        begun = time.time_ns()
        return [codec.decode(bytes(frame.stamped(begun + number * _STEP_NS)))
                for number in range(count)]

    until = time.monotonic() + _FIRST_VALUES_S
    while time.monotonic() < until:
        rclpy.spin_once(node, timeout_sec=0.1)
    tell(ready=True)
    for order in orders():
        messages = made(order['count'])
        before = sum(receiver.devices.values())
        cpu = time.thread_time_ns()
        for message in messages:
            receiver.handle(peer, message)
        cpu = time.thread_time_ns() - cpu
        tell(us=cpu / 1000 / len(messages), handled=sum(receiver.devices.values()) - before)
    node.close()
    rclpy.shutdown()


ROLES = {
    role.__name__: role
    for role in (
        igtl_sender, igtl_receiver, ros_sender, ros_receiver, connect_receiver, pyigtl_receiver,
        static_tf, handler)
}

if __name__ == '__main__':
    ROLES[sys.argv[1]](*sys.argv[2:])
