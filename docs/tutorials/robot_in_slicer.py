"""
My robot in Slicer, without a window: a simulated arm, the bridge, and what Slicer makes of them.

    ./dev shell
    python docs/tutorials/robot_in_slicer.py
"""

import argparse
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager

from igtl_ros2 import PeerError
from igtl_ros2.config.shared import shared_path
from igtl_ros2.sim.module import slicer_module
from igtl_ros2.sim.scene import ConnectorNode, Scene
from igtl_ros2.sim.slicer import Slicer

PATIENCE_S = 60


@contextmanager
def arm_and_bridge(mapping, port):
    """Start the simulated arm and a bridge for Slicer; if it fails, print their log."""
    commands = [
        ['igtl_ros2.nodes.arm.node', str(shared_path('config/arm/arm.urdf'))],
        ['igtl_ros2.nodes.bridge', '--ros-args', '-p', 'mode:=server', '-p', f'port:={port}',
         '-p', f'mapping_file:={shared_path(mapping)}'],
    ]
    with ExitStack() as ends:
        log = ends.enter_context(tempfile.TemporaryFile('w+'))
        for command in commands:
            process = subprocess.Popen(
                [sys.executable, '-m', *command], stdout=log, stderr=log)
            ends.callback(process.wait)
            ends.callback(process.terminate)
        try:
            yield
        except (SystemExit, PeerError):
            log.seek(0)
            sys.stderr.writelines(log.readlines()[-20:])
            raise


def wait_for(found, what):
    """Look again until there is something, or for too long."""
    end = time.monotonic() + PATIENCE_S
    while not (value := found()):
        if time.monotonic() > end:
            sys.exit(f'{what}: not within {PATIENCE_S} s')
        time.sleep(0.02)  # what is waited for runs on the same cores
    return value


def whole(module, scene):
    """Give the robot once all of it stands where it belongs."""
    found = module.assemble(scene)
    return found and found[0].is_whole and found[0]


def run(port, look=lambda step, slicer: None):
    """
    Do what the tutorial does.

    :param look: is called with the name of a step and the Slicer, for who takes pictures.
    """
    module = slicer_module()
    with arm_and_bridge('config/robot.yaml', port):
        # in Slicer: the button Connect
        with Slicer(f'tcp://127.0.0.1:{port}', timeout_s=PATIENCE_S) as slicer:
            scene, connector, watch = Scene(slicer), ConnectorNode(slicer), module.Watch()
            robot = wait_for(lambda: whole(module, scene), 'the robot')
            print(f'{robot.describe()}, seen from {robot.target}')
            for link in robot.links:
                model, parent = link['model'] or 'no shape', link['parent'] or 'the world'
                print(f'  {link["link"]:12} {model:18} under {parent}')
            for line in module.state(scene, connector, watch, [robot], time.monotonic()):
                if line.level == 'good':
                    print(line.text)
            look('robot', slicer)


if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument('--port', type=int, default=18944)
    run(parser.parse_args().port)
