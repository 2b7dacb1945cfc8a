"""
A robot that carries out phases, as a program: services of std_srvs, its needle on tf.

It moves until it is stopped, so that a stop has to come through while it moves. Its argument is
the bridge that leads it; it says 'ready' once it can answer that bridge.
"""

import sys
from contextlib import suppress
from pathlib import Path

import rclpy
from geometry_msgs.msg import PoseStamped, TransformStamped
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.node import Node
from rclpy.task import Future
from std_srvs.srv import Trigger
from tf2_msgs.msg import TFMessage

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from harness import knows_client

NAMES = ('start', 'plan', 'move', 'stop', 'emergency')


class Robot(Node):
    """Starts, plans, moves and stops."""

    def __init__(self, bridge):
        super().__init__('robot')
        self.bridge = bridge
        self.is_known = False
        self.target = None
        self.stopped = Future()
        group = ReentrantCallbackGroup()  # nothing waits for the end of a move
        for name in NAMES:
            call = getattr(self, f'on_{name}')
            self.create_service(Trigger, f'/robot/{name}', call, callback_group=group)
        self.create_subscription(PoseStamped, '/brp/robot/target/pose', self.on_target, 10)
        self.broadcast = self.create_publisher(TFMessage, '/tf', 10)
        self.create_timer(0.05, self.on_timer)

    def on_target(self, message):
        self.target = message.pose.position
        print('has a target', flush=True)

    def on_timer(self):
        if not self.is_known:
            self.is_known = all(
                knows_client(self, self.bridge, f'/robot/{name}') for name in NAMES)
            if self.is_known:
                print('ready', flush=True)
        tip = TransformStamped(child_frame_id='needle_tip')
        tip.header.frame_id, tip.header.stamp = 'ras', self.get_clock().now().to_msg()
        tip.transform.translation.x, tip.transform.rotation.w = 0.125, 1.0
        self.broadcast.publish(TFMessage(transforms=[tip]))

    def answer(self, response, text):
        response.success, response.message = True, text
        return response

    def on_start(self, request, response):
        return self.answer(response, 'at home')

    def on_plan(self, request, response):
        return self.answer(response, 'ready for a target')

    async def on_move(self, request, response):
        if self.target is None:
            response.message = 'no target'
            return response
        self.stopped = Future()
        await self.stopped
        response.success, response.message = False, 'stopped'
        return response

    def on_stop(self, request, response):
        self.stopped.set_result(None)
        return self.answer(response, 'stands still')

    on_emergency = on_stop


def main():
    rclpy.init()
    robot = Robot(sys.argv[1])
    executor = SingleThreadedExecutor()
    executor.add_node(robot)
    with suppress(KeyboardInterrupt, ExternalShutdownException):
        executor.spin()
    robot.destroy_node()
    rclpy.try_shutdown()


if __name__ == '__main__':
    main()
