"""
How long an emergency of one peer takes while another sends messages of very many small things.

The bridge is a process of its own with three peers. This one sends an EMERGENCY and listens to
`~/emergency`, with nothing else going on and while a heavy message is on its way, by turns. A
third one sends poses all the time, which need the locks that the heavy message needs. Ratios are
to idle in the same run. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import rclpy
from rclpy.qos import DurabilityPolicy, QoSProfile
from rich.console import Console
from rich.table import Table
from std_msgs.msg import Bool

from igtl_ros2 import codec, connect
from igtl_ros2.codec.messages.arrays import NDArray
from igtl_ros2.codec.messages.bundle import Bind
from igtl_ros2.codec.messages.catalog import ImageMeta, ImageMetaElement
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.codec.messages.mesh import Cells, PolyData
from igtl_ros2.codec.messages.points import Point, PointList, Trajectories, Trajectory
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.query import Capability
from igtl_ros2.codec.messages.text import Command, CommandResponse, Status, StatusCode, String
from igtl_ros2.codec.messages.tracking import TrackingData, TrackingElement
from igtl_ros2.errors import PeerError

STATE = QoSProfile(depth=10, durability=DurabilityPolicy.TRANSIENT_LOCAL)
ZERO, FAR = np.zeros(3), np.array([0.0, 0.0, 9.0])
# the message is published within some hundred milliseconds; these moments of it are looked at
DELAYS_S = (0.0, 0.02, 0.05, 0.1, 0.2, 0.3)


def heavy_messages():
    """Make a large message of each kind."""
    cells = Cells(np.zeros(1_000_000 * 5 // 2, np.uint32), np.tile([2, 3], 500_000))
    return {
        'TRAJ 65535': Trajectories([Trajectory(f't{n}', ZERO, FAR) for n in range(65_535)]),
        'POINT 100000': PointList([Point(f'p{n}', ZERO) for n in range(100_000)]),
        'TDATA 100000': TrackingData(
            [TrackingElement(f'tool{n}', np.eye(4)) for n in range(100_000)]),
        'IMGMETA 100000': ImageMeta([ImageMetaElement(f'i{n}') for n in range(100_000)]),
        'POLYDATA 1000000 cells': PolyData(np.zeros((4, 3), np.float32), polygons=cells),
        'COMMAND 0.8 MB': Command(1, 'x', '<a b="c"/>' * 80_000),
        'NDARRAY 128 MB': NDArray(np.zeros((4000, 4000))),
        'IMAGE 128 MB': Image.from_array(np.zeros((128, 1000, 1000), np.uint8), np.eye(4)),
        'BIND 1024': Bind([String('x', device_name=f'b{n}') for n in range(1024)]),
        'BIND 64000 nested': Bind([
            Bind([String('x', device_name='c')] * 63, device_name=f'b{n}') for n in range(1000)]),
        'metadata 8000': String('x', version=2, metadata={f'k{n}': '' for n in range(8000)}),
        'RTS_COMMAND 0.25 MB': CommandResponse(1, 'x', '<a PatientName="Doe"/>' * 11_000),
        'CAPABILITY 80000': Capability([f'T{n}' for n in range(80_000)]),
    }


class Listener:
    """Notes when the bridge says that there is an emergency, and that there is none."""

    def __init__(self):
        rclpy.init()
        self.node = rclpy.create_node('bench_heavy')
        self.changed = threading.Condition()
        self.value, self.at = None, 0.0
        self.node.create_subscription(Bool, '/igtl_bridge/emergency', self._take, STATE)
        threading.Thread(target=rclpy.spin, args=(self.node,), daemon=True).start()

    def _take(self, message):
        with self.changed:
            self.value, self.at = message.data, time.monotonic()
            self.changed.notify_all()

    def wait(self, value):
        """Wait until the bridge says so; tells when that was."""
        with self.changed:
            assert self.changed.wait_for(lambda: self.value is value, 60), value
            return self.at


def measure(arm, listener):
    """Call an emergency and end it; tells how long it took to be out, in ms."""
    begun = time.monotonic()
    arm.send(Status(StatusCode.EMERGENCY, device_name='Arm'))
    took = listener.wait(True) - begun
    arm.send(Status(StatusCode.OK, device_name='Arm'))
    listener.wait(False)
    return 1000 * took


def send_poses(tracker):
    """Send poses until the connection is closed."""
    with contextlib.suppress(PeerError):
        while True:
            tracker.send(Transform(np.eye(4), device_name='Probe'))
            time.sleep(0.01)


def main():
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument('--port', type=int, default=18999)
    parser.add_argument('kinds', nargs='*', help='beginnings of the names; all by default')
    arguments = parser.parse_args()
    os.environ.setdefault('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
    program = Path(sys.executable).with_name('igtl_bridge')
    command = [program, '--ros-args', '-p', f'port:={arguments.port}']
    bridge = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f'tcp://127.0.0.1:{arguments.port}'
    table = Table('message', 'MB', 'idle p50 ms', 'heavy p50', 'heavy max', 'max / idle p50')
    try:
        listener = Listener()
        # encoded before: what this process does meanwhile must not be measured
        frames = {name: codec.encode(message) for name, message in heavy_messages().items()}
        gc.collect()
        gc.freeze()
        with connect(url) as arm, connect(url) as tracker, socket.create_connection(
            ('127.0.0.1', arguments.port)
        ) as other:
            threading.Thread(target=send_poses, args=(tracker,)).start()
            measure(arm, listener)
            for name, frame in frames.items():
                if arguments.kinds and not name.startswith(tuple(arguments.kinds)):
                    continue
                idle, busy = [], []
                for delay_s in DELAYS_S:
                    idle.append(measure(arm, listener))
                    other.sendall(frame)
                    time.sleep(delay_s)
                    busy.append(measure(arm, listener))
                    time.sleep(3.0)
                usual = statistics.median(idle)
                table.add_row(
                    name, f'{len(frame) / 1e6:.1f}', f'{usual:.1f}',
                    f'{statistics.median(busy):.1f}', f'{max(busy):.1f}',
                    f'{max(busy) / usual:.1f}')
    finally:
        bridge.terminate()
        bridge.wait()
    Console(width=100).print(table)


if __name__ == '__main__':
    main()
