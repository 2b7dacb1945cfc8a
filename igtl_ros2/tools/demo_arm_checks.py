"""What must be seen in the demonstration of a robot, on both sides, and whether it was right."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..converters.link_meshes import link_shape
from ..converters.mesh_files import find_file
from ..converters.urdf import read_urdf
from ..errors import IgtlError
from ..nodes.arm.arm import HOME, TOOL
from ..nodes.arm.kinematics import ArmModel
from ..nodes.arm.motion import Trajectory, plan
from ..sim.target_user import ENTRY, OUTSIDE, REGISTRATION, TARGET
from .demo_compare import TOLERANCE, Facts, Wrong, compare, pose_in_metres, same

#: of config/moveit.yaml: part of the greatest speed, and how often the robot is shown
SPEED, GHOSTS = 0.1, 3

Vector = NDArray[np.float64]
_TO_PATIENT = np.linalg.inv(REGISTRATION)


class Seen:
    """What was seen: of ROS the joints and the targets, of Slicer what its user says."""

    def __init__(self) -> None:
        #: (stamp in ns, positions)
        self.joints: list[tuple[int, Vector]] = []
        #: (stamp in ns, frame, pose in metres)
        self.targets: list[tuple[int, str, Vector]] = []
        self.events: dict[str, Facts] = {}

    def at(self, event: str) -> Facts:
        """
        Give what Slicer showed then.

        :raises Wrong: if it did not come to that.
        """
        if event not in self.events:
            raise Wrong('it never came to that')
        return self.events[event]

    def joints_between(self, begin: str, end: str) -> list[Vector]:
        """List where the joints were between two events; an empty name is without end."""
        first = self.at(begin)['time_ns'] if begin else 0
        last = self.at(end)['time_ns'] if end else 1 << 63
        found = [positions for stamp, positions in self.joints if first <= stamp <= last]
        if not found:
            raise Wrong('there were no joint states')
        return found

    def target_after(self, event: str) -> Vector:
        """Give the first target that ROS was given before an event had passed."""
        until = self.at(event)['time_ns']
        found = [(frame, pose) for stamp, frame, pose in self.targets if stamp <= until]
        if not found:
            raise Wrong('no target was published')
        frame, pose = found[-1]
        same(frame, 'base_link', 'the frame of the target')
        return pose


def _to_patient(pose: Vector) -> Vector:
    """Place a pose of the robot in the patient, both in metres."""
    return pose_in_metres(_TO_PATIENT) @ pose


class Checks:
    """
    Each thing that is shown, with what it should be.

    :param urdf: description of the arm.
    """

    def __init__(self, urdf: str, model: ArmModel, seen: Seen) -> None:
        self._urdf, self._model, self._seen = urdf, model, seen
        self._home = np.array(HOME)
        self.all: list[tuple[str, Callable[[], float]]] = [
            ('robot assembled in Slicer', self._robot),
            ('target to ROS', self._target),
            ('plan shown', lambda: self._shown('target', 'preview', self._home)),
            ('nothing moved before', self._waits),
            ('plan carried out', self._executed),
            ('point to ROS', self._point),
            ('second plan shown', lambda: self._shown(
                'point', 'second preview', self._first.positions[-1])),
            ('cancelled on the way', self._cancelled),
            ('gate refuses', self._gate),
            ('stop refuses', self._stop),
        ]

    @property
    def _first(self) -> Trajectory:
        """The plan to the first target, computed anew."""
        return self._trajectory('target', self._home)

    def _trajectory(self, sent: str, begin: Vector) -> Trajectory:
        try:
            end = self._model.solve(self._seen.target_after(sent), begin)
        except IgtlError as error:
            raise Wrong(str(error)) from error
        return plan(self._model, begin, end, SPEED)

    def _links(self, event: str, positions: Vector) -> float:
        """Compare where Slicer shows the links with where the joints put them."""
        shown = self._seen.at(event)['links']
        wanted = self._model.links(positions)
        same(sorted(shown), sorted(wanted), 'the links')
        return max(compare(pose_in_metres(shown[name]), _to_patient(pose), name)
                   for name, pose in wanted.items())

    # -- what is checked

    def _robot(self) -> float:
        facts = self._seen.at('robot')
        links = read_urdf(self._urdf).links
        shapes = sum(map(bool, links.values()))
        same(facts['models'], shapes, 'models under their transforms')
        same(facts['text'].partition(': ')[2], f'{len(links)} links, {shapes} with a shape',
             'what it says')
        joints = self._seen.joints_between('', 'robot')
        return max(compare(joints[-1], self._home, 'the joints'),
                   self._links('robot', self._home))

    def _target(self) -> float:
        facts = self._seen.at('target')
        same(facts['state'], 'accepted', f'the target is {facts["verdict"]}: it')
        wanted = pose_in_metres(REGISTRATION @ TARGET)
        return compare(self._seen.target_after('target'), wanted, 'the target')

    def _point(self) -> float:
        facts = self._seen.at('point')
        same(facts['state'], 'accepted', f'the target is {facts["verdict"]}: it')
        pose = self._seen.target_after('point')
        tool = self._model.pose(self._first.positions[-1])
        place = pose_in_metres(REGISTRATION) @ [*(ENTRY / 1000.0), 1.0]
        return max(compare(pose[:3, 3], place[:3], 'the point'),
                   compare(pose[:3, :3], tool[:3, :3], 'turned as the tool is'))

    def _shown(self, sent: str, event: str, begin: Vector) -> float:
        trajectory = self._trajectory(sent, begin)
        facts = self._seen.at(event)
        count = len(trajectory.times)
        same(facts['text'], (
            f'plan {facts["number"]}: {count} points, {trajectory.duration:.1f} s; to go, command '
            f'Execute with content {facts["number"]}'), 'what it says')
        same((facts['lines'], facts['vertices']), (1, 0), 'lines and vertex cells')
        way = [_to_patient(self._model.pose(point)) for point in trajectory.positions]
        path = np.array(facts['path']) / 1000.0
        off = compare(path, [pose[:3, 3] for pose in way], 'the path')
        off = max(off, compare(pose_in_metres(facts['goal']), way[-1], 'the goal'))
        chosen = np.linspace(0, count - 1, GHOSTS + 1).round().astype(int)[1:]
        ghost = [self._corners(trajectory.positions[n]) for n in chosen]
        return max(off, compare(
            np.array(facts['ghost']) / 1000.0, np.concatenate(ghost), 'the ghost'))

    def _corners(self, positions: Vector) -> Vector:
        """Compute where all points of all shapes are in the patient, in metres."""
        found = []
        poses = self._model.links(positions)
        for name, visuals in read_urdf(self._urdf).links.items():
            pose = _to_patient(poses[name])
            points = link_shape(visuals, find_file)[0].points
            found.append(points @ pose[:3, :3].T + pose[:3, 3])
        return np.concatenate(found)

    def _waits(self) -> float:
        joints = self._seen.joints_between('', 'execute')
        return compare(joints, np.tile(self._home, (len(joints), 1)), 'the joints')

    def _executed(self) -> float:
        facts, end = self._seen.at('executed'), self._first.positions[-1]
        number = self._seen.at('preview')['number']
        same(facts['text'], f'plan {number} was carried out', 'what it says')
        joints = self._seen.joints_between('execute', 'executed')
        off = _on_the_way(joints, self._home, end)
        off = max(off, compare(joints[-1], end, 'the joints at the end'))
        tool = pose_in_metres(facts['links'][TOOL])
        off = max(off, compare(tool, pose_in_metres(TARGET), 'the tool at the target'))
        return max(off, self._links('executed', end))

    def _cancelled(self) -> float:
        facts, begin = self._seen.at('cancelled'), self._first.positions[-1]
        number = self._seen.at('second preview')['number']
        same(facts['text'], f'plan {number} was not carried out to its end: PREEMPTED',
             'what it says')
        end = self._trajectory('point', begin).positions[-1]
        joints = self._seen.joints_between('second execute', 'cancelled')
        off = _on_the_way(joints, begin, end)
        stopped = joints[-1]
        if np.abs(stopped - end).max() < 1e-3 or np.abs(stopped - begin).max() < 1e-3:
            raise Wrong('it did not stop on the way')
        later = self._seen.joints_between('cancelled', '')
        off = max(off, compare(later, np.tile(stopped, (len(later), 1)), 'the joints later'))
        return max(off, self._links('cancelled', stopped), self._links('stop', stopped))

    def _gate(self) -> float:
        facts = self._seen.at('gate')
        same(facts['state'], 'refused', 'the target is')
        outside = pose_in_metres(REGISTRATION @ OUTSIDE)
        place = ', '.join(f'{number:g}' for number in outside[:3, 3])
        same(facts['verdict'].partition(' of ')[0],
             f'refused: workspace: not published: ({place}) m is outside', 'the panel says')
        same(facts['text'].partition(' of ')[0], 'the target was not taken: workspace: '
             f'not published: ({place}) m is outside', 'what the plan says')
        if any(np.abs(pose - outside).max() < 1e-3 for _, _, pose in self._seen.targets):
            raise Wrong('the target was published')
        return 0.0

    def _stop(self) -> float:
        same(self._seen.at('stop')['text'], 'not planned: there is an emergency', 'what it says')
        return 0.0


def _on_the_way(joints: list[Vector], begin: Vector, end: Vector) -> float:
    """Look whether all joints were on the straight way, and went forwards on it."""
    way = end - begin
    shares = [float((positions - begin) @ way / (way @ way)) for positions in joints]
    if (np.diff(shares) < -TOLERANCE).any():
        raise Wrong('the joints went back')
    wanted = [begin + share * way for share in shares]
    return compare(joints, wanted, 'the joints on their way')
