"""
How long it takes from a COMMAND that cancels a goal to the action server that is asked to.

A bridge serves an action; one peer sends goals and cancels them, another sends VGA images at 60
Hz, which a ROS node takes. For comparison a plain rclpy action client cancels goals of the same
server under the same load, by turns. Server, bridge, images, viewer and client are processes of
their own. Prints a table; writes cancel.json into the folder of --output. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import json
import platform
import socket
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import numpy as np
from ends.run import Process, bridge
from rich.console import Console
from rich.table import Table

from igtl_ros2 import connect
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.codec.messages.text import Command, CommandResponse, Status
from igtl_ros2.errors import PeerError, PeerTimeoutError

IMAGES_HZ = 60
ACTION = '/bench/follow'
RULE = f"""
serve:
- command: MOVE
  call: {ACTION}
  type: control_msgs/action/FollowJointTrajectory
"""


def tell(**facts):
    """Say something to who started this process."""
    print(json.dumps(facts), flush=True)


def run_server():
    """Take goals, and say when each was asked to be cancelled."""
    import rclpy
    from control_msgs.action import FollowJointTrajectory
    from rclpy.action import ActionServer, CancelResponse
    from rclpy.executors import SingleThreadedExecutor

    rclpy.init()
    node = rclpy.create_node('arm')
    cancelled = []

    def cancel(handle):
        tell(at=time.monotonic_ns())
        cancelled.append(handle)
        return CancelResponse.ACCEPT

    def end(handle):
        handle.canceled()
        return FollowJointTrajectory.Result()

    server = ActionServer(
        node, FollowJointTrajectory, ACTION, end, handle_accepted_callback=lambda handle: None,
        cancel_callback=cancel)
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    tell(ready=True)
    while rclpy.ok():
        executor.spin_once(timeout_sec=0.1)
        while cancelled:
            cancelled.pop().execute()
    server.destroy()


def run_client():
    """Send a goal and cancel it each time that somebody says so."""
    import rclpy
    from control_msgs.action import FollowJointTrajectory
    from rclpy.action import ActionClient

    rclpy.init()
    node = rclpy.create_node('client')
    client = ActionClient(node, FollowJointTrajectory, ACTION)

    def wait(future):
        rclpy.spin_until_future_complete(node, future)
        return future.result()

    client.wait_for_server()
    tell(ready=True)
    for line in sys.stdin:
        handle = wait(client.send_goal_async(FollowJointTrajectory.Goal()))
        result = handle.get_result_async()
        # so that goals are cancelled at any time between two images
        time.sleep(json.loads(line)['pause_s'])
        begun = time.monotonic_ns()
        wait(handle.cancel_goal_async())
        wait(result)
        tell(at=begun)


def run_images(port):
    """Send images until the bridge is gone."""
    pixels = np.zeros((1, 480, 640, 3), np.uint8)
    begun, step = time.monotonic(), 0
    with suppress(PeerError), connect(f'tcp://127.0.0.1:{port}') as peer:
        tell(ready=True)
        while True:
            pixels[0, 0, 0] = step % 256
            peer.send(Image(pixels, device_name='Camera'))
            step += 1
            # until the next image is due
            time.sleep(max(0.0, begun + step / IMAGES_HZ - time.monotonic()))


def run_viewer():
    """Take the images, and say how many a second come each time that somebody asks."""
    import rclpy
    from sensor_msgs.msg import Image as RosImage

    rclpy.init()
    node, times = rclpy.create_node('viewer'), []
    node.create_subscription(
        RosImage, '/bench/Camera/image', lambda _: times.append(time.monotonic()), 10)
    threading.Thread(target=rclpy.spin, args=(node,), daemon=True).start()
    tell(ready=True)
    for _ in sys.stdin:
        tell(hz=(len(times) - 1) / (times[-1] - times[0]) if len(times) > 1 else 0.0)
        times.clear()


class Peer:
    """Who commands the bridge."""

    def __init__(self, port):
        self._peer = connect(f'tcp://127.0.0.1:{port}', header_version='2')
        self._number = 0

    def _order(self, name):
        self._number += 1
        begun = time.monotonic_ns()
        self._peer.send(Command(self._number, name, ''))
        return begun

    def _until(self, found):
        end = time.monotonic() + 30
        while time.monotonic() < end:
            with suppress(PeerTimeoutError):
                message = self._peer.receive(1.0)
                if found(message):
                    return message
        raise RuntimeError('the bridge says nothing')

    def begin(self):
        """Send a goal; tell whether it is accepted."""
        self._order('MOVE')
        answer = self._until(lambda m: isinstance(m, CommandResponse))
        return answer.metadata['Status'] == 'SUCCESS'

    def cancel(self):
        """Cancel it, and wait for its end; tell when."""
        begun = self._order('CANCEL_MOVE')
        self._until(lambda m: isinstance(m, Status) and m.error_name == 'CANCELED')
        return begun

    def close(self):
        """Hang up."""
        self._peer.close()


def measure(count, turns, has_images):
    """Cancel goals by both ways in turn; give how long each took in ms, and images a second."""
    me = Path(__file__).resolve()
    by = (sys.executable, str(me))
    dice = np.random.default_rng(1)
    took = {'rclpy': [], 'bridge': []}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        (folder / 'map.yaml').write_text(RULE)
        with socket.create_server(('127.0.0.1', 0)) as listener:
            port = listener.getsockname()[1]
        server = Process(stack, 'server', by=by)
        server.hear()
        middle = bridge(stack, mode='server', port=port, mapping_file=folder / 'map.yaml')
        client = Process(stack, 'client', by=by)
        client.hear()
        peer = _connected(port)
        stack.callback(peer.close)
        viewer = Process(stack, 'viewer', by=by)
        viewer.hear()
        if has_images:
            Process(stack, 'images', port, by=by).hear()
        while not peer.begin():  # the bridge has not found the server yet
            time.sleep(0.2)  # ROS tells nobody that it has
        peer.cancel()
        server.hear()
        time.sleep(6)  # for 5 s a bridge repeats values for who was found late
        viewer.ask()
        cpu, begun = middle.cpu_s(), time.monotonic()
        for _ in range(turns):
            for way in took:
                for pause_s in dice.uniform(0.005, 0.025, count // turns).tolist():
                    if way == 'rclpy':
                        at = client.ask(pause_s=pause_s)['at']
                    else:
                        peer.begin()
                        time.sleep(pause_s)  # as the client does
                        at = peer.cancel()
                    took[way].append((server.hear()['at'] - at) / 1e6)
        seconds = time.monotonic() - begun
        return took, viewer.ask()['hz'], (middle.cpu_s() - cpu) / seconds * 100


def _connected(port):
    for _ in range(300):
        with suppress(PeerError):
            return Peer(port)
        time.sleep(0.1)  # it is still starting
    raise RuntimeError('the bridge does not listen')


def main():
    """Measure without and with images."""
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument('--count', type=int, default=500, help='goals by each way (500)')
    parser.add_argument('--turns', type=int, default=10, help='by turns of so many parts (10)')
    parser.add_argument('--output', type=Path, help='folder for cancel.json')
    arguments = parser.parse_args()
    table = Table(title='from cancelling to the action server, milliseconds')
    for column in ('', 'way', 'goals', 'p50', 'p99', 'max', 'p99/rclpy'):
        table.add_column(column, justify='left' if column in ('', 'way') else 'right')
    facts = {'machine': platform.machine(), 'python': platform.python_version(), 'runs': []}
    for has_images in (False, True):
        took, hz, cpu = measure(arguments.count, arguments.turns, has_images)
        p99 = {way: np.percentile(times, 99) for way, times in took.items()}
        for way, times in took.items():
            p50 = np.median(times)
            table.add_row(
                f'VGA at {hz:.0f} Hz, bridge {cpu:.0f} % of a core' if has_images else 'no images',
                way, str(len(times)), f'{p50:.2f}', f'{p99[way]:.2f}', f'{max(times):.2f}',
                f'{p99[way] / p99["rclpy"]:.2f}')
            facts['runs'].append({
                'images_hz': hz if has_images else 0, 'way': way, 'goals': len(times),
                'p50_ms': p50, 'p99_ms': p99[way], 'max_ms': max(times)})
    Console().print(table)
    if arguments.output:
        arguments.output.mkdir(parents=True, exist_ok=True)
        (arguments.output / 'cancel.json').write_text(json.dumps(facts, indent=2))


if __name__ == '__main__':
    WAYS = {'server': run_server, 'client': run_client, 'viewer': run_viewer,
            'images': run_images}
    if sys.argv[1:2] and sys.argv[1] in WAYS:
        WAYS[sys.argv[1]](*sys.argv[2:])
    else:
        main()
