"""Obstacles: meshes of peers in the planning scene of MoveIt."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
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


class Scene:
    """
    The obstacles that peers have sent.

    One that is not confirmed stands in the way of every plan: it is not known where it is.

    :param service: name of the service moveit_msgs/ApplyPlanningScene.
    :param place: tells where a frame (the second) is in another one, (4, 4) in metres.
    :param rule_of: finds the rule by which a peer, a device and a type are published.
    """

    def __init__(
        self,
        node: Node,
        service: str,
        place: Callable[[str, str], Matrix],
        rule_of: Callable[[Peer, str, str], ReceiveRule],
        problem: Callable[[str], None],
    ) -> None:
        """Know of no obstacle."""
        self._client = node.create_client(ApplyPlanningScene, service)
        self._service = service
        self._place, self._rule_of = place, rule_of
        self._problem = problem
        #: names of those that the scene has not confirmed
        self.unconfirmed: set[str] = set()
        self._requests: dict[str, ApplyPlanningScene.Request] = {}
        self._last: dict[str, PolyData] = {}
        self._was_there = False

    def is_new(self, device: str, message: PolyData) -> bool:
        """Tell whether an obstacle is another one than before; then nothing is planned for now."""
        last = self._last.get(device)
        if last is not None and _is_same(last, message):
            return False  # such as what Slicer says again to who connects again
        if last is None and len(self._last) >= _MAX_OBSTACLES:
            self._problem(f'{device} is no obstacle, and nothing is planned: there are '
                          f'{_MAX_OBSTACLES} already')
            self.unconfirmed.add('an obstacle too many')
            return False
        self._last[device] = message
        self.unconfirmed.add(device)
        return True

    def take(
        self, peer: Peer, message: PolyData, device: str, robot: RobotShapes | None
    ) -> None:
        """Put an obstacle into the scene, in metres and in the root of the robot; in a worker."""
        try:
            if robot is None:
                raise ConversionError('what the robot is is not known yet')
            rule = self._rule_of(peer, device, 'POLYDATA')
            if rule.is_gated:
                raise ConversionError('its rule has gates, which know nothing of meshes')
            triangles = message.triangles()
            if len(triangles) > _MAX_TRIANGLES:
                raise ConversionError(f'{len(triangles)} triangles, allowed {_MAX_TRIANGLES}')
            points, finite = metres_of(message.points, rule.wire_unit, rule.wire_axes)
            if not finite.all():
                raise ConversionError('not all of its points are finite')
            place = self._place(robot.root, rule.frame or rule.default_frame)
            points = points @ place[:3, :3].T + place[:3, 3]
            self._requests[device] = obstacle(device, robot.root, points, triangles)
        except ConversionError as error:
            self._last.pop(device, None)  # the same may be right next time
            self._problem(f'{device} is no obstacle, and nothing is planned: {error}')
            return
        self._tell(device)

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
        self.unconfirmed.add(name)
        if not self._client.service_is_ready():
            self._problem(f'{name} is not in the scene: {self._service} is not there')
            return
        request = self._requests[name]
        self._client.call_async(request).add_done_callback(partial(self._told, name, request))

    def _told(self, name: str, request: ApplyPlanningScene.Request, future: Any) -> None:
        error = future.exception()
        if error is not None or not future.result().success:
            self._problem(f'{name} was not taken by {self._service}: {error or "no success"}')
        elif self._requests.get(name) is request:
            self.unconfirmed.discard(name)


def _is_same(one: PolyData, other: PolyData) -> bool:
    return np.array_equal(one.points, other.points) and np.array_equal(
        one.triangles(), other.triangles())
