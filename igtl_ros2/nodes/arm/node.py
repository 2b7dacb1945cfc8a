"""The node `demo_arm`: a simulated arm, with the actions of controllers and of MoveIt."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from ...converters.joints import read_joints
from ...errors import ConfigError, ConversionError
from ..spin import run, split_ros
from .arm import TOOL, DemoArm
from .follow import FollowServer
from .kinematics import ArmModel


class ArmNode(DemoArm):
    """An arm that other nodes move; by actions of MoveIt where moveit_msgs is installed."""

    def __init__(self, *description: Any, **node_options: Any) -> None:
        super().__init__(*description, **node_options)
        self._servers: list[Any] = [FollowServer(self)]
        try:
            from .move_group import MoveGroup
        except ImportError as error:
            self.get_logger().warning(f'without the actions and the scene of MoveIt: {error}')
        else:
            self._servers.append(MoveGroup(self))

    def close(self) -> None:
        """Close the node."""
        for server in self._servers:
            server.close()
        super().close()


def main() -> None:
    """Run `igtl_demo_arm`."""
    parser = argparse.ArgumentParser(prog='igtl_demo_arm', description=__doc__)
    parser.add_argument('description', help='file with the URDF of the arm')
    parser.add_argument('--speed', type=float, default=1.0,
                        help='seconds of the arm in a second; default: 1')
    parser.add_argument('--patient', default='', metavar='FRAME',
                        help='frame of tf, such as ras, that is where the root is')
    own, ros = split_ros(sys.argv[1:])
    arguments = parser.parse_args(own)
    sys.exit(run(
        lambda: _arm(arguments.description, arguments.speed, arguments.patient), args=ros))


def _arm(path: str, speed: float, patient: str) -> ArmNode:
    """
    Make the arm that a file describes.

    :raises ConfigError: if it describes none.
    """
    if not 0 < speed <= 100:
        raise ConfigError(f'--speed: found {speed:g}, wanted more than 0 and at most 100')
    try:
        description = Path(path).read_text(encoding='utf-8')
        ArmModel(read_joints(description), TOOL)
    except OSError as error:
        raise ConfigError(f'{path}: cannot read it: {error.strerror}') from error
    except (UnicodeDecodeError, ConversionError) as error:
        raise ConfigError(f'{path}: {error}') from error
    return ArmNode(description, speed, patient)


if __name__ == '__main__':
    main()
