"""
A user of a simulated Slicer with the module IgtlRos2: sends a robot to targets.

It always does the same, and prints what Slicer shows: one JSON object a line.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import IgtlError, PeerError
from .module import slicer_module
from .scene import Command, ConnectorNode, Matrix, Scene
from .slicer import Slicer

#: where the patient is in the frame of the robot, mm
REGISTRATION = np.array(
    [[0.0, -1.0, 0.0, 350.0], [1.0, 0.0, 0.0, -40.0], [0.0, 0.0, 1.0, 120.0], [0, 0, 0, 1.0]])
_END_S = 80.0
# Slicer is told where links are while they move
_STILL_S = 0.3
_PLAN, _TOOL = 'Plan', 'tool0'
_LINEAR = 'vtkMRMLLinearTransformNode'

Rows = list[list[float]]


def in_patient(pose: Any) -> NDArray[np.float64]:
    """Place a pose of the robot (4, 4), mm, in the patient."""
    found: NDArray[np.float64] = np.linalg.inv(REGISTRATION) @ np.asarray(pose, float)
    return found


def _pose(x: float, y: float, z: float, turned: float) -> NDArray[np.float64]:
    """Point down, turned about z, in the frame of the robot."""
    cos, sin = float(np.cos(turned)), float(np.sin(turned))
    return np.array([[cos, sin, 0.0, x], [sin, -cos, 0.0, y], [0.0, 0.0, -1.0, z], [0, 0, 0, 1]])


#: the transform that is sent first, the point after that, and one that no robot should go to
TARGET = in_patient(_pose(400.0, 130.0, 260.0, 0.4))
ENTRY = in_patient(_pose(330.0, -280.0, 330.0, 0.0))[:3, 3]
OUTSIDE = in_patient(_pose(400.0, 1500.0, 260.0, 0.0))


class TargetUser:
    """
    A user in front of a Slicer.

    :param say: is given what Slicer shows.
    """

    def __init__(self, slicer: Slicer, say: Callable[..., None]) -> None:
        self._slicer, self._say = slicer, say
        self._lib = slicer_module()
        self._scene, self._connector = Scene(slicer), ConnectorNode(slicer)
        self._panel = self._lib.TargetPanel(self._scene, self._connector, Matrix)
        self._plan = self._lib.PlanPanel(self._scene, self._connector, Command)

    def run(self) -> None:
        """
        Do all of it.

        :raises PeerError: if something does not come.
        """
        self._robot_assembles()
        self._sends_a_pose_and_goes()
        self._sends_a_point_and_cancels()
        self._sends_what_a_gate_refuses()
        self._presses_stop()
        self._say('end')

    # -- what the user does

    def _robot_assembles(self) -> None:
        robot = self._until(self._whole, 'the robot')
        self._plan_says('ready for a target')
        self._until_still()
        models = [node for node in self._nodes('vtkMRMLModelNode') if node.GetTransformNodeID()]
        self._say('robot', text=robot.describe(), links=self._links(), models=len(models))

    def _sends_a_pose_and_goes(self) -> None:
        wanted = self._scene.AddNewNodeByClass(_LINEAR, 'Wanted')
        wanted.SetMatrixTransformToParent(Matrix(TARGET))
        number = self._plan_to(self._panel.pose_of(wanted), 'target', 'preview')
        self._command(self._plan.execute, 'execute')
        text = self._plan_says(f'plan {number} was ')
        self._until_still()
        self._say('executed', text=text, links=self._links())

    def _sends_a_point_and_cancels(self) -> None:
        self._slicer.set_fiducials('Points', {'Entry': ENTRY})
        source = next(node for _, node, number in self._panel.sources() if number == 0)
        pose = self._panel.pose_of(source, 0, orientation_of=self._link(_TOOL))
        number = self._plan_to(pose, 'point', 'second preview')
        begin = np.array(self._links()[_TOOL])[:3, 3]
        self._command(self._plan.execute, 'second execute')
        self._until(lambda: np.linalg.norm(
            np.array(self._links()[_TOOL])[:3, 3] - begin) > 30.0, 'that the tool moves')
        self._command(self._plan.cancel, 'cancel')
        text = self._plan_says(f'plan {number} was ')
        self._until_still()
        self._say('cancelled', text=text, links=self._links())

    def _sends_what_a_gate_refuses(self) -> None:
        verdict = self._send(OUTSIDE.tolist())
        text = self._plan_says('the target was')
        self._say('gate', state=verdict.state, verdict=verdict.text, text=text)

    def _presses_stop(self) -> None:
        stop = self._lib.Stop(self._scene, self._connector)
        stop.press()
        self._until(lambda: self._answer(self._execute_again()).text == 'there is an emergency',
                    'that nothing is carried out')
        self._send(TARGET.tolist())
        text = self._plan_says('not planned')
        stop.release()
        self._until(lambda: self._answer(self._execute_again()).text == 'no plan is shown',
                    'the end of the emergency')
        self._say('stop', text=text, links=self._links())

    def _plan_to(self, pose: Rows, sent: str, shown: str) -> int:
        """Send a target and look at its plan; gives its number."""
        self._panel.preview(pose, 'flange_mesh')
        verdict = self._send(pose)
        self._panel.end_preview()
        self._say(sent, state=verdict.state, verdict=verdict.text, pose=pose)
        text = self._plan_says('plan', 'points')
        number = int(text.split()[1].rstrip(':'))
        ghost = self._slicer.wait_for(f'{_PLAN}_ghost', when=lambda node: len(node.mesh.points))
        path = self._slicer.nodes[f'{_PLAN}_path'].mesh
        goal = self._slicer.nodes[f'{_PLAN}_goal'].matrix
        self._say(shown, text=text, number=number, path=path.points.tolist(), goal=goal.tolist(),
                  lines=len(path.lines), vertices=len(path.vertices) + len(ghost.mesh.vertices),
                  ghost=ghost.mesh.points.tolist())
        return number

    # -- what the user sees

    def _send(self, pose: Rows) -> Any:
        verdict = self._panel.send(pose, time.monotonic())
        while verdict.state == 'waiting':
            self._slicer.stay(0.02)
            verdict = self._panel.answer(time.monotonic())
        return verdict

    def _command(self, send: Callable[[], Any], event: str) -> None:
        self._say(event)  # before it can have any effect
        answer = self._answer(send())
        if not answer.is_success:
            raise PeerError(f'{event}: {answer.text}')

    def _execute_again(self) -> Any:
        """Command what is not to be done: there is no button for that."""
        again = self._lib.Command('Execute', '2')
        return self._lib.send_command(self._connector, again, Command)

    def _answer(self, order: Any) -> Any:
        if order is None:
            raise PeerError(f'the module sees no plan: {self._plan.text()!r}')
        return self._until(lambda: self._lib.answer_of(order), 'an answer')

    def _whole(self) -> Any:
        found = self._lib.assemble(self._scene)
        return found[0] if found and found[0].is_whole else None

    def _nodes(self, kind: str) -> list[Any]:
        found = self._scene.GetNodesByClass(kind)
        return [found.GetItemAsObject(n) for n in range(found.GetNumberOfItems())]

    def _link(self, name: str) -> Any:
        return next(node for node in self._nodes(_LINEAR) if node.GetName() == name)

    def _links(self) -> dict[str, Rows]:
        """Tell where the links of the robot are in the world of Slicer, in mm."""
        robot = self._lib.robots(self._scene)[0]
        found = {}
        for link in robot.links:
            matrix = Matrix()
            self._link(link['transform']).GetMatrixTransformToWorld(matrix)
            found[link['link']] = matrix.values.tolist()
        return found

    def _plan_says(self, *words: str) -> str:
        node = self._slicer.wait_for(_PLAN, 'STATUS', timeout_s=_END_S, when=lambda node: (
            node.text.startswith(words[0]) and all(word in node.text for word in words)))
        return str(node.text)

    def _until_still(self) -> None:
        """Wait until nothing moves any more."""
        before, since = self._links(), time.monotonic()
        while time.monotonic() - since < _STILL_S:
            self._slicer.stay(0.05)
            now = self._links()
            if now != before:
                before, since = now, time.monotonic()

    def _until(self, condition: Callable[[], Any], what: str) -> Any:
        until = time.monotonic() + _END_S
        while not (found := condition()):
            if time.monotonic() > until:
                raise PeerError(f'{what} did not come within {_END_S:g} s')
            self._slicer.stay(0.02)
        return found


def main(args: Sequence[str] | None = None) -> int:
    """
    Be a user for once.

    :returns: the exit code.
    """

    def say(event: str, **facts: Any) -> None:
        line = json.dumps({'event': event, 'time_ns': time.time_ns(), **facts})
        print(f'{line}\n', end='', flush=True)  # at once, see `Listing`

    try:
        with Slicer('tcp://127.0.0.1:0', serve=True) as slicer:
            slicer.set_transform('CLB', REGISTRATION, push_on_connect=True)
            say('listening', url=str(slicer.address))
            TargetUser(slicer, say).run()
            while slicer.peers:  # until the demonstration has seen enough
                slicer.stay(0.1)
    except IgtlError as error:
        say('failed', text=str(error))
        return 1
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == '__main__':
    sys.exit(main())
