"""
Small simulated devices, as OpenIGTLink servers: tracker, CT, robot, force sensor and IMU.

What they send is a function of time alone, so that a receiver can compute from
its stamp what must be in it. Lengths are in mm.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..codec import Message
from ..codec.messages.arrays import Sensor, parse_unit
from ..codec.messages.image import Image
from ..codec.messages.pose import Transform
from ..codec.messages.text import Command, CommandResponse, Status
from ..codec.messages.tracking import TrackingData, TrackingElement
from ..peers import Peer
from ..server import Server
from .serving import Task, serve_tasks

_NS = 1_000_000_000
_GRAVITY = 9.81  # m/s^2
TOOLS = ('Pointer', 'Reference', 'Drill')
#: from the base outwards: length of each link, and how fast and far its joint swings
_LINKS = ((330.0, 11, 0.8), (645.0, 7, 0.4), (225.0, 5, 0.6), (755.0, 9, 0.9), (85.0, 3, 0.5))
CT_SIZE = (64, 64, 40)
CT_SPACING_MM = (1.5, 1.5, 2.5)
#: Hounsfield units of air, soft tissue and bone
AIR, TISSUE, BONE = -1000, 40, 900

Matrix = NDArray[np.float64]
Answer = Callable[[Peer, Message], None]


def wave(t_ns: int, period_s: int, phase: float = 0.0) -> float:
    """Swing from -1 to 1."""
    # whole nanoseconds up to here: seconds since 1970 leave a float too few digits
    return math.sin(2 * math.pi * (t_ns % (period_s * _NS)) / (period_s * _NS) + phase)


def turned(axis: int, angle: float) -> Matrix:
    """Turn about an axis: (4, 4)."""
    matrix = np.eye(4)
    one, two = (axis + 1) % 3, (axis + 2) % 3
    matrix[one, one] = matrix[two, two] = math.cos(angle)
    matrix[two, one], matrix[one, two] = math.sin(angle), -math.sin(angle)
    return matrix


def tool_pose(number: int, t_ns: int) -> Matrix:
    """Compute where a tool of the tracker is: (4, 4)."""
    matrix = turned(number % 3, 0.8 * wave(t_ns, 5 + number))
    matrix[:3, 3] = (
        100.0 * number + 40 * wave(t_ns, 6 + number), 30 * wave(t_ns, 4 + number, 1.0),
        -900 + 20 * wave(t_ns, 9, float(number)))
    return matrix


def tracking(t_ns: int) -> list[Message]:
    """TDATA of all tools."""
    return [TrackingData(
        [TrackingElement(name, tool_pose(n, t_ns)) for n, name in enumerate(TOOLS)],
        device_name='Tracker', timestamp_ns=t_ns)]


def link_poses(t_ns: int) -> list[Matrix]:
    """Compute where the end of each link of the robot is in its base: (4, 4) each."""
    place, found = np.eye(4), []
    for joint, (length, period_s, swing) in enumerate(_LINKS):
        along = np.eye(4)
        along[2, 3] = length
        turn = turned(2 if joint in (0, 3) else 1, swing * wave(t_ns, period_s, float(joint)))
        place = place @ turn @ along
        found.append(place)
    return found


def robot(t_ns: int) -> list[Message]:
    """TRANSFORM of each link, `Link1ToBase` and so on, and of the flange."""
    poses = link_poses(t_ns)
    names = [f'Link{number}ToBase' for number in range(1, len(poses))] + ['FlangeToBase']
    return [Transform(pose, device_name=name, timestamp_ns=t_ns)
            for name, pose in zip(names, poses)]


def robot_status(t_ns: int) -> list[Message]:
    """STATUS of the robot."""
    return [Status(1, message='moving', device_name='Robot', timestamp_ns=t_ns)]


#: what the robot does on a COMMAND, by its name
ROBOT_COMMANDS = {'Home': 'at home', 'Stop': 'stopped', 'GetMode': 'automatic'}


def answer_as_robot(peer: Peer, message: Message) -> None:
    """Answer a COMMAND."""
    if not isinstance(message, Command):
        return
    done = ROBOT_COMMANDS.get(message.name)
    text = done or f'known commands: {", ".join(ROBOT_COMMANDS)}'
    peer.send(CommandResponse(
        message.command_id, message.name,
        f'<CommandReply Status="{"SUCCESS" if done else "FAIL"}" Message="{text}"/>',
        device_name=message.device_name))


def voxels() -> NDArray[np.int16]:
    """Draw the CT: a ball of tissue in air, with a shell of bone: (slices, rows, columns)."""
    columns, rows, slices = CT_SIZE
    k, j, i = np.ogrid[:slices, :rows, :columns]
    radius = np.sqrt(sum(
        ((index - (size - 1) / 2) * spacing) ** 2
        for index, size, spacing in zip((i, j, k), CT_SIZE, CT_SPACING_MM)))
    return np.where(radius < 36, TISSUE, np.where(radius < 42, BONE, AIR)).astype(np.int16)


def ct(t_ns: int) -> list[Message]:
    """IMAGE of the CT, with its centre in the origin."""
    place = np.diag([*CT_SPACING_MM, 1.0])
    place[:3, 3] = [-(size - 1) / 2 * spacing for size, spacing in zip(CT_SIZE, CT_SPACING_MM)]
    return [Image.from_array(voxels(), place, device_name='CT', timestamp_ns=t_ns)]


def force(t_ns: int) -> list[Message]:
    """SENSOR of the force in N: a push along z, with a little shear."""
    values = [0.5 * wave(t_ns, 3), 0.5 * wave(t_ns, 5, 1.0), -5 + 4 * wave(t_ns, 4)]
    return [Sensor(np.array(values), parse_unit('N'), device_name='Force', timestamp_ns=t_ns)]


def imu(t_ns: int) -> list[Message]:
    """SENSORs in SI units of something that swings about x: angular velocity, acceleration."""
    swing, period_s = 0.4, 4
    angle = swing * wave(t_ns, period_s)
    speed = swing * 2 * math.pi / period_s * wave(t_ns, period_s, math.pi / 2)
    gravity = [0.0, _GRAVITY * math.sin(angle), _GRAVITY * math.cos(angle)]
    return [
        Sensor(np.array([speed, 0.0, 0.0]), parse_unit('rad*s^-1'), device_name='Gyroscope',
               timestamp_ns=t_ns),
        Sensor(np.array(gravity), parse_unit('m*s^-2'), device_name='Accelerometer',
               timestamp_ns=t_ns),
    ]


class Device(NamedTuple):
    """
    A simulated device.

    :param makes: what it sends at a time.
    :param slow: what it sends once a second besides.
    :param answer: called with what clients send.
    """

    makes: Callable[[int], list[Message]]
    slow: Callable[[int], list[Message]] | None = None
    answer: Answer | None = None


#: by the names of `arguments.DEVICES`
DEVICES: Mapping[str, Device] = {
    'tracker': Device(tracking),
    'ct': Device(ct),
    'robot': Device(robot, robot_status, answer_as_robot),
    'force': Device(force),
    'imu': Device(imu),
}


def run(device: Device, arguments: argparse.Namespace, stopped: list[int]) -> None:
    """
    Serve until the time is over or a signal is in `stopped`.

    :raises PeerError: if the address cannot be listened on.
    :raises ConfigError: if a setting is wrong.
    """

    def tasks(server: Server) -> list[Task]:
        def send(makes: Callable[[int], list[Message]]) -> Callable[[], None]:
            def action() -> None:
                for message in makes(time.time_ns()):
                    server.send(message)

            return action

        period_ns = round(_NS / arguments.rate) if arguments.rate else 0
        slow = [Task(_NS, send(device.slow))] if device.slow else []
        return [Task(period_ns, send(device.makes)), *slow]

    serve_tasks(arguments, tasks, stopped, device.answer)
