"""
From a fiducial to a motion, without a window: a target is looked at, planned to and carried out.

    ./dev shell
    python docs/tutorials/fiducial_to_motion.py
"""

import argparse
import importlib.util
import sys
import time

import numpy as np
from robot_in_slicer import PATIENCE_S, arm_and_bridge, wait_for, whole

from igtl_ros2.sim.module import slicer_module
from igtl_ros2.sim.scene import Command, ConnectorNode, Matrix, Scene
from igtl_ros2.sim.slicer import Slicer

#: where the patient is in the frame of the robot, in mm: 300 mm in front of it, 200 mm up
REGISTRATION = np.array([(1, 0, 0, 300), (0, 1, 0, 0), (0, 0, 1, 200), (0, 0, 0, 1)], float)
TARGET = 80.0, -60.0, 90.0
FAR_AWAY = 2000.0, 0.0, 0.0


class Desk:
    """What a user of Slicer has in front of him: the scene, and the panel of the module."""

    def __init__(self, slicer):
        """Take the places of a user and of the panel."""
        module = self.module = slicer_module()
        self.slicer, self.scene, self.connector = slicer, Scene(slicer), ConnectorNode(slicer)
        self.target = module.TargetPanel(self.scene, self.connector, Matrix)
        self.plan = module.PlanPanel(self.scene, self.connector, Command)

    @property
    def tip(self):
        """Give the transform of the link that is to get to the target."""
        return self.scene.GetFirstNode('tool0', 'vtkMRMLLinearTransformNode')

    def pose(self, label):
        """Give the pose of a fiducial, approached as the tool stands now."""
        choices = {text: rest for text, *rest in self.target.sources()}
        return self.target.pose_of(*choices[f'Points: {label}'], orientation_of=self.tip)

    def send(self, pose):
        """Send a target and give what becomes of it."""
        self.target.send(pose, time.monotonic())
        return wait_for(lambda: (v := self.target.answer(time.monotonic())).state != 'waiting'
                        and v, 'the answer').text

    def answered(self, order):
        """Give what came of a command."""
        return wait_for(lambda: self.module.answer_of(order), 'the answer')

    def says(self, words):
        """Wait until the bridge says something of the plan."""
        return wait_for(lambda: words in self.plan.text() and self.plan.text(), words)


def run(port, look=lambda step, slicer: None):
    """
    Do what the tutorial does.

    :param look: is called with the name of a step and the Slicer, for who takes pictures.
    """
    with arm_and_bridge('config/moveit.yaml', port):
        with Slicer(f'tcp://127.0.0.1:{port}', timeout_s=PATIENCE_S) as slicer:
            desk = Desk(slicer)
            slicer.set_transform('CLB', REGISTRATION)
            robot = wait_for(lambda: whole(desk.module, desk.scene), 'the robot')
            print(robot.describe())
            slicer.set_fiducials('Points', {'TARGET': TARGET, 'FAR': FAR_AWAY})

            print('-- a target that is out of the box')
            print(desk.send(desk.pose('FAR')))

            print('-- a target that is not')
            pose = desk.pose('TARGET')
            desk.target.preview(pose, 'flange_mesh', desk.tip)
            print(desk.send(pose))
            print(desk.says('to go'))
            look('plan', slicer)

            print('-- carried out')
            answer = desk.answered(desk.plan.execute())
            print(answer.text)
            print(desk.says('carried out'))
            wait_for(lambda: np.allclose(slicer.nodes['tool0'].matrix[:3, 3], TARGET, atol=0.1),
                     'the tool at the target')
            found = slicer.nodes['tool0'].matrix[:3, 3]
            print('the tool is at ({:.1f}, {:.1f}, {:.1f}) mm'.format(*found))
            look('there', slicer)


if __name__ == '__main__':
    if importlib.util.find_spec('moveit_msgs') is None:
        sys.exit('moveit_msgs is missing: in a clone of igtl_ros2 ./dev demo robot builds it, '
                 'else install ros-$ROS_DISTRO-moveit-msgs')
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument('--port', type=int, default=18944)
    run(parser.parse_args().port)
