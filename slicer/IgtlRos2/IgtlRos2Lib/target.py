"""A target for the robot: chosen in the scene, looked at, sent, and taken or refused."""

from __future__ import annotations

from dataclasses import dataclass

from .mrml import (
    FIDUCIALS,
    MODEL,
    RECEIVED,
    STATUS,
    TRANSFORM,
    at,
    filled,
    inverse,
    nodes,
    place,
    product,
    received,
    rows,
    same_pose,
)

ANSWER_S = 2.0
_OK = 1  # code of STATUS
PREVIEW_OPACITY = 0.4


@dataclass
class Verdict:
    """
    What became of a target.

    :param state: `waiting`, `accepted`, `refused` or `unanswered`.
    :param text: the same for people, with the reason.
    """

    state: str
    text: str


_NOT_SENT = Verdict('unanswered', 'not sent: there is no connection to the bridge')


class TargetPanel:
    """
    Send targets under one name and tell what the bridge makes of them.

    The bridge tells by a STATUS `<device>_state` what its gates say, and by a TRANSFORM
    `<device>_taken` which target the robot was given. They must not have the name of the target
    itself: Slicer sends nothing under a name to where a message of that name came from.

    :param scene: where nodes are found and made.
    :param connector: what sends, as vtkMRMLIGTLConnectorNode does.
    :param new_matrix: makes a vtkMatrix4x4.
    :param device: name of the target on the network, at most 13 bytes.
    """

    def __init__(self, scene, connector, new_matrix, device='Target'):
        """Send nothing yet."""
        if not 0 < len(device.encode()) <= 13:
            raise ValueError(f'{device!r}: wanted a name of 1 to 13 bytes')
        self._scene, self._connector, self._new_matrix = scene, connector, new_matrix
        self.device = device
        self._sent = None
        self._sent_at = 0.0
        self._seen = (0, 0)
        self._refusal = ''

    # -- what a target is made of

    def sources(self):
        """List what may be chosen: (text for people, node, number of the point or None)."""
        own = {self.device, self._preview_name}
        found = []
        for node in nodes(self._scene, FIDUCIALS):
            for number in range(node.GetNumberOfControlPoints()):
                label = node.GetNthControlPointLabel(number) or str(number + 1)
                found.append((f'{node.GetName()}: {label}', node, number))
        for node in nodes(self._scene, TRANSFORM):
            if node.GetName() not in own and node.GetDescription() != RECEIVED:
                found.append((node.GetName(), node, None))
        return found

    def pose_of(self, node, number=None, orientation_of=None):
        """
        Give the pose in the world of Slicer, in mm, of a transform or a fiducial.

        :param orientation_of: a transform whose orientation a fiducial gets, such as that of the
            tool; without it, that of the world.
        """
        if number is None:
            return self._world(node)
        position = [0.0, 0.0, 0.0]
        node.GetNthControlPointPositionWorld(number, position)
        return at(position, self._world(orientation_of) if orientation_of else None)

    def _world(self, transform):
        matrix = self._new_matrix()
        transform.GetMatrixTransformToWorld(matrix)
        return rows(matrix)

    # -- to look at it

    @property
    def _preview_name(self):
        return f'{self.device}_preview'

    def preview(self, pose, tool_model='', tip=None):
        """
        Show where the tool would be, with its model half transparent; nothing is sent.

        :param tool_model: name of the model of the tool; empty for none.
        :param tip: the transform that is to get to the target, if it is not that of the model:
            the model keeps its place beside it.
        :returns: the transform that the preview hangs on.
        """
        transform = self._own(TRANSFORM, self._preview_name)
        tool = received(self._scene, tool_model, MODEL) if tool_model else None
        if tool is not None:
            under = tool.GetParentTransformNode()
            if tip is not None and under is not None:
                pose = product(pose, product(inverse(self._world(tip)), self._world(under)))
        self._move(transform, pose)
        if tool is not None:
            ghost = self._own(MODEL, self._preview_name)
            if ghost.GetDisplayNode() is None:
                ghost.CreateDefaultDisplayNodes()
            ghost.SetAndObservePolyData(tool.GetPolyData())
            ghost.SetAndObserveTransformNodeID(transform.GetID())
            ghost.GetDisplayNode().SetOpacity(PREVIEW_OPACITY)
            ghost.GetDisplayNode().SetVisibility(True)
        return transform

    def end_preview(self):
        """Take the preview out of the scene."""
        for kind in (MODEL, TRANSFORM):
            for node in nodes(self._scene, kind):
                if node.GetName() == self._preview_name:
                    self._scene.RemoveNode(node)

    # -- to send it

    def send(self, pose, now):
        """
        Send a target, once.

        :param pose: four rows, in the world of Slicer, in mm.
        :param now: seconds by a clock that is not set, such as time.monotonic().
        :returns: what to tell the user until `answer` knows more.
        """
        if not self._is_connected():
            return _NOT_SENT
        node = self._own(TRANSFORM, self.device)
        node.SetAndObserveTransformNodeID(None)  # what is sent is seen from the parent
        self._seen = self._changes()
        self._sent, self._sent_at = [list(row) for row in pose], now
        matrix = self._new_matrix()
        node.GetMatrixTransformToParent(matrix)
        if not self._is_outgoing(node):
            node.SetMatrixTransformToParent(filled(matrix, pose))
            self._connector.RegisterOutgoingMRMLNode(node)
            self._connector.PushNode(node)
        elif rows(matrix) == self._sent:
            self._connector.PushNode(node)
        else:
            # this sends it: a second time would count as a second witness for some gates
            node.SetMatrixTransformToParent(filled(matrix, pose))
        return self.answer(now)

    @property
    def is_sent(self):
        """Tell whether there is a target whose answer may be asked for."""
        return self._sent is not None

    def answer(self, now):
        """Tell what became of the target that was sent last."""
        if self._sent is None:
            return Verdict('waiting', 'no target was sent')
        taken, state = self._answers()
        if state is not None and self._changes()[1] != self._seen[1] and state.GetCode() != _OK:
            return Verdict('refused', f'refused: {state.GetStatusString()}')
        if taken is not None and self._changes()[0] != self._seen[0]:
            matrix = self._new_matrix()
            taken.GetMatrixTransformToWorld(matrix)
            if same_pose(rows(matrix), self._sent):
                return Verdict('accepted', f'accepted: the robot was given {place(self._sent)}')
            return Verdict(
                'refused', f'the robot was given {place(rows(matrix))}, which is another place'
            )
        if now - self._sent_at < ANSWER_S:
            return Verdict('waiting', f'sent {place(self._sent)}, waiting for the bridge')
        return Verdict(
            'unanswered', f'no answer for {ANSWER_S:g} s: has the mapping of the bridge rules '
            f'that send {self.device}_state and {self.device}_taken?')

    def _answers(self):
        return (
            received(self._scene, f'{self.device}_taken', TRANSFORM),
            received(self._scene, f'{self.device}_state', STATUS),
        )

    def _changes(self):
        return tuple(0 if node is None else node.GetMTime() for node in self._answers())

    def _is_connected(self):
        return self._connector.GetState() == 2

    def _is_outgoing(self, node):
        count = self._connector.GetNumberOfOutgoingMRMLNodes()
        sent = (self._connector.GetOutgoingMRMLNode(n) for n in range(count))
        return any(each is not None and each.GetID() == node.GetID() for each in sent)

    def _own(self, kind, name):
        for node in nodes(self._scene, kind):
            if node.GetName() == name and node.GetDescription() != RECEIVED:
                return node
        return self._scene.AddNewNodeByClass(kind, name)

    def _move(self, node, pose):
        node.SetMatrixTransformToParent(filled(self._new_matrix(), pose))
