"""What makes a process fast before it has a node: memory and Fast DDS, set once at the start."""

from __future__ import annotations

import gc
import os
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
from geometry_msgs.msg import Point, Pose, PoseArray
from rclpy.serialization import deserialize_message, serialize_message
from sensor_msgs.msg import Image
from std_msgs.msg import ColorRGBA, Float64MultiArray, Header

from ..converters import bulk
from ..converters.spliced import read_poses, with_rows
from . import in_place
from .memory import SWITCH, keep_memory

# where Fast DDS looks for settings: from version 3 on, where ROS warns of the other; and before
_PROFILES, _OLD_PROFILES = 'FASTDDS_DEFAULT_PROFILES_FILE', 'FASTRTPS_DEFAULT_PROFILES_FILE'
_OLD_DISTROS = ('humble', 'iron', 'jazzy')
# the first of a ROS with Fast DDS 3, where ROS_DISTRO is not set, as with wheels
_NEW_RCLPY = 8
_FOUND_BY_ITSELF = ('DEFAULT_FASTDDS_PROFILES.xml', 'DEFAULT_FASTRTPS_PROFILES.xml')
# so many more containers than before have to be there for the collector to look at them
_NEW_OBJECTS = 10_000
_SWITCH_S = 0.001


def tune() -> list[str]:
    """
    Set what suits a bridge, where the user has said nothing else; call it before rclpy.init.

    :returns: what this ROS lacks for that, and what is done instead.
    """
    if os.environ.get(SWITCH) == 'off':
        return []
    use_profiles()
    keep_memory()
    # a thread with an emergency waits so long for each other thread that computes
    sys.setswitchinterval(_SWITCH_S)
    return [why for why in (_try_views(), _try_rows(), in_place.try_out()) if why]


def spare_the_collector() -> None:
    """
    Have the garbage collector look at less, and less often; call it when the node is there.

    While messages wait, it looks at all of them again and again, and at the node with them.
    """
    if os.environ.get(SWITCH) == 'off':
        return
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, *gc.get_threshold()[1:])


def use_profiles() -> None:
    """Have room in shared memory for images, unless there are settings for Fast DDS already."""
    words = (_PROFILES, _OLD_PROFILES, 'FASTDDS_BUILTIN_TRANSPORTS')
    if any(map(os.environ.get, words)) or any(Path(name).exists() for name in _FOUND_BY_ITSELF):
        return
    distro = os.environ.get('ROS_DISTRO')
    # Humble keeps to this machine by a transport of its own, next to which ours would leave it
    if distro == 'humble' and os.environ.get('ROS_LOCALHOST_ONLY') == '1':
        return
    here = Path(__file__).parent
    if _is_old(distro):
        os.environ[_OLD_PROFILES] = str(here / 'fastdds_2/fastdds.xml')
    else:
        os.environ[_PROFILES] = str(here / 'fastdds.xml')


def _is_old(distro: str | None) -> bool:
    """Tell whether a ROS, or that which is installed, has Fast DDS 2."""
    if distro:
        return distro in _OLD_DISTROS
    try:
        return int(version('rclpy').partition('.')[0]) < _NEW_RCLPY
    except PackageNotFoundError:
        return False


def _try_views() -> str:
    """Try out whether rclpy publishes messages that look at foreign memory; gives why not."""
    bulk.by_view = True
    numbers = np.arange(1.0, 4.0)
    image, array = Image(width=3), Float64MultiArray()
    try:
        bulk.fill(image, np.arange(3, dtype=np.uint8))
        bulk.fill(array, numbers)
        copies = [deserialize_message(serialize_message(m), type(m)) for m in (image, array)]
        if [list(copy.data) for copy in copies] != [[0, 1, 2], numbers.tolist()]:
            raise ValueError('their numbers have changed')
    except Exception as error:  # a private part of rclpy may be gone or raise whatever it likes
        bulk.by_view = False
        return f'large messages are copied once more: {error!r}'
    return ''


def _try_rows() -> str:
    """Do so for points that are rows of an array, and whether we can."""
    try:
        from visualization_msgs.msg import Marker, MarkerArray
    except ModuleNotFoundError:  # said once at the start
        return ''
    bulk.by_row = True
    message = MarkerArray(markers=[Marker(ns='first'), Marker(ns='second')])
    points, colours = np.arange(6.0).reshape(2, 3), np.arange(8.0).reshape(2, 4)
    both = np.arange(2)
    try:
        for marker in message.markers:
            bulk.fill_rows(marker, 'points', Point, points, both)
            bulk.fill_rows(marker, 'colors', ColorRGBA, colours, both)
        serialised = serialize_message(message), with_rows(message, serialize_message)
        copies = [deserialize_message(data, MarkerArray) for data in serialised]
        poses = PoseArray(header=Header(frame_id='frame'), poses=[Pose(), Pose()])
        if copies != [message, message] or read_poses(serialize_message(poses)) != poses:
            raise ValueError('they have changed')
    except Exception as error:  # a private part of rclpy may be gone or raise whatever it likes
        bulk.by_row = False
        return f'the points of meshes are made one by one: {error!r}'
    return ''
