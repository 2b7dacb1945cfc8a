"""The node `demo_arm`: a simulated arm, with the actions of controllers and of MoveIt."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from ...converters.joints import read_joints
from ...errors import ConfigError, ConversionError
from ..spin import run
from .arm import TOOL, DemoArm
from .follow import FollowServer
from .kinematics import ArmModel
from .move_group import MoveGroup


class ArmNode(DemoArm):
    """An arm that other nodes send somewhere."""

    def __init__(self, *description: Any, **node_options: Any) -> None:
        """Offer its actions."""
        super().__init__(*description, **node_options)
        self._follow, self._move_group = FollowServer(self), MoveGroup(self)

    def close(self) -> None:
        """Close the node."""
        self._follow.close()
        self._move_group.close()
        super().close()


def main() -> None:
    """Run `igtl_demo_arm`."""
    parser = argparse.ArgumentParser(prog='igtl_demo_arm', description=__doc__)
    parser.add_argument('description', help='file with the URDF of the arm')
    parser.add_argument('--speed', type=float, default=1.0,
                        help='seconds of the arm in a second; default: 1')
    parser.add_argument('--patient', default='', metavar='FRAME',
                        help='frame of tf, such as ras, that is where the root is')
    arguments, rest = parser.parse_known_args()
    sys.exit(run(
        lambda: _arm(arguments.description, arguments.speed, arguments.patient), args=rest))


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
    except (OSError, UnicodeDecodeError, ConversionError) as error:
        raise ConfigError(f'{path}: {error}') from error
    return ArmNode(description, speed, patient)


if __name__ == '__main__':
    main()
