"""Obstacles: meshes of peers in the planning scene of MoveIt."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Any

import numpy as np
from moveit_msgs.srv import ApplyPlanningScene
from rclpy.node import Node

from ...codec.messages.mesh import PolyData
from ...converters.many_poses import metres_of
from ...converters.units import Matrix
from ...errors import ConversionError
from ...mapping import ReceiveRule
from ...peers import Peer
from .messages import obstacle
from .shapes import RobotShapes

_MAX_TRIANGLES, _MAX_OBSTACLES = 100_000, 200
# how far a corner of an obstacle may move with its frame before it is placed anew, in metres
_MOVED = 2e-3


@dataclass(eq=False)
class Scene:
    """
    The obstacles that peers have sent.

    One that is not confirmed stands in the way of every plan: it is not known where it is.

    :param service: name of the service moveit_msgs/ApplyPlanningScene.
    :param place: tells where a frame (the second) is in another one, (4, 4) in metres.
    :param rule_of: finds the rule by which a peer, a device and a type are published.
    """

    _node: Node
    _service: str
    _place: Callable[[str, str], Matrix]
    _rule_of: Callable[[Peer, str, str], ReceiveRule]
    _problem: Callable[[str], None]

    def __post_init__(self) -> None:
        self._client = self._node.create_client(ApplyPlanningScene, self._service)
        #: names of those that the scene has not confirmed
        self.unconfirmed: set[str] = set()
        self._requests: dict[str, ApplyPlanningScene.Request] = {}
        self._last: dict[str, tuple[Peer, PolyData]] = {}
        #: how often each was to be placed: what was made for an older one is not told any more
        self._changes: Counter[str] = Counter()
        # between those who say what is there, who make it, and who hear what the scene has taken
        self._lock = threading.Lock()
        #: root and frame of each, where that was, None if nobody knew, and its corners there
        self._placed: dict[str, tuple[str, str, Matrix | None, Matrix]] = {}
        self._was_there = False

    def is_new(self, peer: Peer, device: str, message: PolyData) -> bool:
        """Tell whether an obstacle is another one than before; then nothing is planned for now."""
        last = self._last.get(device)
        if last is None and not len(message.points):
            return False  # there is nothing to take away
        if last is not None and device not in self.unconfirmed and _is_same(last[1], message):
            return False  # such as what Slicer sends again when it connects again
        if last is None and len(self._last) >= _MAX_OBSTACLES:
            self._problem(f'{device} is no obstacle, and nothing is planned: there are '
                          f'{_MAX_OBSTACLES} already')
            self.unconfirmed.add('an obstacle too many')
            return False
        with self._lock:
            self._last[device] = peer, message
            self._change(device)
        return True

    def _change(self, name: str) -> None:
        self.unconfirmed.add(name)
        self._changes[name] += 1
        self._requests.pop(name, None)  # what the scene says to that does not count any more

    def again(self, names: Iterable[str]) -> list[str]:
        """Have some placed anew that are there; gives their names."""
        with self._lock:
            known = [name for name in names if name in self._last]
            for name in known:
                self._change(name)
        return known

    def all(self) -> list[str]:
        """Give the names of all."""
        return list(self._last)

    def due(self) -> list[str]:
        """List those whose frame is elsewhere since they were placed, or known at last."""
        now: dict[tuple[str, str], Matrix | None] = {}
        found = []
        for name, (root, frame, place, corners) in list(self._placed.items()):
            if (root, frame) not in now:
                try:
                    now[root, frame] = self._place(root, frame)
                except ConversionError:  # then it is where it was, as far as anybody knows
                    now[root, frame] = None
            there = now[root, frame]
            if there is not None and (place is None or not float(np.linalg.norm(
                    (there - place)[:3] @ corners, axis=0).max()) <= _MOVED):
                found.append(name)
        return found

    def take(self, device: str, robot: RobotShapes | None) -> None:
        """Put an obstacle into the scene, in metres and in the root of the robot; in a worker."""
        with self._lock:
            change = self._changes[device]
            if device not in self._last:
                return  # it was taken away
            peer, message = self._last[device]
        try:
            if robot is None:
                raise ConversionError('what the robot is is not known yet')
            if not len(message.points):  # wherever it was, and whatever the rules say
                self._placed.pop(device, None)
                self._make(device, change, obstacle(
                    device, robot.root, np.zeros((0, 3)), np.zeros((0, 3), np.uint32)))
                return
            rule = self._rule_of(peer, device, 'POLYDATA')
            if rule.is_gated:
                raise ConversionError('its rule has gates, which know nothing of meshes')
            triangles = message.triangles()
            if len(triangles) > _MAX_TRIANGLES:
                raise ConversionError(f'{len(triangles)} triangles, allowed {_MAX_TRIANGLES}')
            if not len(triangles):
                raise ConversionError('it has points, but no triangles')
            points, finite = metres_of(message.points, rule.wire_unit, rule.wire_axes)
            frame = rule.frame or rule.default_frame
            if not finite.all():
                raise ConversionError('not all of its points are finite')
            corners = _corners(points)
            self._placed[device] = robot.root, frame, None, corners
            place = self._place(robot.root, frame)
            self._placed[device] = robot.root, frame, place, corners
            points = points @ place[:3, :3].T + place[:3, 3]
            self._make(device, change, obstacle(device, robot.root, points, triangles))
        except ConversionError as error:
            self._problem(f'{device} is no obstacle, and nothing is planned: {error}')

    def _make(self, name: str, change: int, request: ApplyPlanningScene.Request) -> None:
        """Tell the scene of an obstacle, unless there is a newer one by now."""
        with self._lock:
            if self._changes[name] != change:
                return
            self._requests[name] = request
        self._tell(name)

    def look_around(self) -> None:
        """Say all again to a scene that is there anew."""
        is_there = self._client.service_is_ready()
        if is_there and not self._was_there:
            for name in list(self._requests):
                self._tell(name)
        elif not is_there:
            self.unconfirmed.update(self._requests)
        self._was_there = is_there

    def _tell(self, name: str) -> None:
        request = self._requests.get(name)
        if request is None:
            return  # another one is on its way
        self.unconfirmed.add(name)
        if not self._client.service_is_ready():
            self._problem(f'{name} is not in the scene: {self._service} is not there')
            return
        self._client.call_async(request).add_done_callback(partial(self._told, name, request))

    def _told(self, name: str, request: ApplyPlanningScene.Request, future: Any) -> None:
        error = future.exception()
        (told,) = request.scene.world.collision_objects
        is_done = error is None and (
            # MoveIt refuses to take away what it has not got
            future.result().success or told.operation == told.REMOVE)
        if not is_done:
            self._problem(f'{name} was not taken by {self._service}: {error or "no success"}')
            return
        with self._lock:
            if self._requests.get(name) is not request:
                return
            self.unconfirmed.discard(name)
            if told.operation == told.REMOVE:
                for known in (self._requests, self._placed, self._last, self._changes):
                    known.pop(name, None)


def _corners(points: Matrix) -> Matrix:
    """Give the corners of the box around points, as columns (4, 8)."""
    ends = points.min(axis=0), points.max(axis=0)
    return np.array([[*corner, 1.0] for corner in product(*zip(*ends))]).T


def _is_same(one: PolyData, other: PolyData) -> bool:
    return np.array_equal(one.points, other.points) and np.array_equal(
        one.triangles(), other.triangles())
