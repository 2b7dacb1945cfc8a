"""
A robot that carries out phases, as a program: services of std_srvs, its needle on tf.

It moves until it is stopped, so that a stop has to come through while it moves.
"""

import threading

import rclpy
from geometry_msgs.msg import PoseStamped, TransformStamped
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.executors import ExternalShutdownException, MultiThreadedExecutor
from rclpy.node import Node
from std_srvs.srv import Trigger
from tf2_msgs.msg import TFMessage

MOVES_S = 30.0


class Robot(Node):
    """Starts, plans, moves and stops."""

    def __init__(self):
        super().__init__('robot')
        self.stopped = threading.Event()
        self.target = None
        group = ReentrantCallbackGroup()
        for name in ('start', 'plan', 'move', 'stop', 'emergency'):
            handle = getattr(self, f'on_{name}')
            self.create_service(Trigger, f'/robot/{name}', handle, callback_group=group)
        self.create_subscription(
            PoseStamped, '/brp/robot/target/pose', self.on_target, 10, callback_group=group)
        self.broadcast = self.create_publisher(TFMessage, '/tf', 10)
        self.create_timer(0.05, self.on_timer, callback_group=group)

    def on_target(self, message):
        self.target = message.pose.position
        print('has a target', flush=True)

    def on_timer(self):
        tip = TransformStamped(child_frame_id='needle_tip')
        tip.header.frame_id, tip.header.stamp = 'ras', self.get_clock().now().to_msg()
        tip.transform.translation.x, tip.transform.rotation.w = 0.125, 1.0
        self.broadcast.publish(TFMessage(transforms=[tip]))

    def answer(self, response, text):
        response.success, response.message = True, text
        return response

    def on_start(self, request, response):
        self.stopped.clear()
        return self.answer(response, 'at home')

    def on_plan(self, request, response):
        return self.answer(response, 'ready for a target')

    def on_move(self, request, response):
        if self.target is None:
            response.message = 'no target'
            return response
        response.success = not self.stopped.wait(MOVES_S)
        response.message = 'stopped'
        return response

    def on_stop(self, request, response):
        self.stopped.set()
        return self.answer(response, 'stands still')

    on_emergency = on_stop


def main():
    rclpy.init()
    robot = Robot()
    executor = MultiThreadedExecutor(4)
    executor.add_node(robot)
    try:
        executor.spin()
    except (KeyboardInterrupt, ExternalShutdownException):
        robot.stopped.set()
    finally:
        robot.destroy_node()
        rclpy.try_shutdown()


if __name__ == '__main__':
    main()
