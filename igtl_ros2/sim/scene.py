"""
The scene of a simulated Slicer with the methods of MRML, as far as a module for Slicer calls them.

So what is written for Slicer, such as `slicer/IgtlRos2`, can be run and tested without it. Names
and oddities are those of vtkMRMLScene, of its nodes, and of vtkMRMLIGTLConnectorNode.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter
from typing import Any

import numpy as np

from ..codec.messages.mesh import PolyData
from ..errors import PeerError
from .mrml import DeviceStatus, LinearTransform, MarkupsFiducial, Model, Node, Text, Volume
from .slicer import Slicer

RECEIVED = 'Received by OpenIGTLink'


def _gets(path: str, kind: Callable[[Any], Any] = lambda value: value) -> Callable[[Any], Any]:
    """Make a method that gives an attribute; `kind` makes of it what Slicer gives."""
    found = attrgetter(path)
    return lambda self: kind(found(self))


def _sets(name: str, kind: Callable[[Any], Any] = lambda value: value) -> Callable[..., None]:
    """Make a method that sets an attribute; `kind` makes of its argument what is kept."""
    return lambda self, value: setattr(self, name, kind(value))


class Matrix:
    """A vtkMatrix4x4."""

    def __init__(self, values: Any = None) -> None:
        self.values = np.eye(4) if values is None else np.array(values, float)

    def GetElement(self, row: int, column: int) -> float:
        return float(self.values[row, column])

    def SetElement(self, row: int, column: int, value: float) -> None:
        self.values[row, column] = value


class Collection:
    """A vtkCollection."""

    GetNumberOfItems = _gets('_items', len)

    def __init__(self, items: Sequence[MrmlNode]) -> None:
        self._items = list(items)

    def GetItemAsObject(self, number: int) -> MrmlNode:
        return self._items[number]

    def UnRegister(self, _: object) -> None:
        """Do nothing: Python counts for itself."""


class MrmlNode:
    """A node of the scene with what all nodes of MRML have; `data` is the node of the Slicer."""

    class_name = 'vtkMRMLNode'
    GetID, GetName, GetClassName = _gets('_id'), _gets('data.name'), _gets('class_name')

    def __init__(self, scene: Scene, data: Any, number: int) -> None:
        self._scene, self.data = scene, data
        self._id = f'{self.class_name}{number}'
        self._changes = 0
        self._display: Display | None = None

    def _change(self, **values: Any) -> None:
        """Modify it; a node that is sent is sent by that."""
        with self._scene.slicer._scene():
            vars(self.data).update(values)
            self._changes += 1
            if self.data.outgoing:
                self._scene.slicer._push(self.data)

    def IsA(self, name: str) -> bool:
        return any(getattr(kind, 'class_name', '') == name for kind in type(self).__mro__)

    def GetDescription(self) -> str | None:
        return RECEIVED if self.data.received and not self.data.outgoing else None

    def GetAttribute(self, key: str) -> str | None:
        return self.data.attributes.get(key)

    def SetAttribute(self, key: str, value: str | None) -> None:
        others = {name: text for name, text in self.data.attributes.items() if name != key}
        self.data.attributes = {**others, key: value} if value is not None else others

    def GetMTime(self) -> int:
        return int(self.data.received) + self._changes

    # -- what hangs on a transform

    def SetAndObserveTransformNodeID(self, node_id: str | None) -> None:
        parent = self._scene.GetNodeByID(node_id)
        self.data.parent = '' if parent is None else parent.GetName()

    def GetTransformNodeID(self) -> str | None:
        parent = self.GetParentTransformNode()
        return None if parent is None else parent.GetID()

    def GetParentTransformNode(self) -> TransformNode | None:
        return self._scene._transform(self.data.parent)

    def _to_world(self) -> np.ndarray:
        """Give the matrix from what it hangs on to the world."""
        parent = self.GetParentTransformNode()
        return np.eye(4) if parent is None else parent._to_world() @ parent.data.matrix

    # -- what it is shown by

    def CreateDefaultDisplayNodes(self) -> None:
        self._display = self._display or Display()

    def GetDisplayNode(self) -> Display | None:
        if self.data.received:
            self.CreateDefaultDisplayNodes()  # the connector does so
        return self._display


class TransformNode(MrmlNode):
    """A vtkMRMLLinearTransformNode."""

    class_name = 'vtkMRMLLinearTransformNode'

    def GetMatrixTransformToParent(self, matrix: Matrix) -> None:
        matrix.values[:] = self.data.matrix

    def SetMatrixTransformToParent(self, matrix: Matrix) -> None:
        self._change(matrix=matrix.values.copy())

    def GetMatrixTransformToWorld(self, matrix: Matrix) -> None:
        matrix.values[:] = self._to_world() @ self.data.matrix


class FiducialNode(MrmlNode):
    """A vtkMRMLMarkupsFiducialNode."""

    class_name = 'vtkMRMLMarkupsFiducialNode'
    GetNumberOfControlPoints = _gets('data.points', len)

    def GetNthControlPointLabel(self, number: int) -> str:
        return str(self.data.points[number].label)

    def GetNthControlPointPositionWorld(self, number: int, position: list[float]) -> None:
        point = np.append(self.data.points[number].position, 1.0)
        position[:] = (self._to_world() @ point)[:3].tolist()


class ModelNode(MrmlNode):
    """A vtkMRMLModelNode."""

    class_name = 'vtkMRMLModelNode'
    GetPolyData = _gets('data.mesh', lambda mesh: Shape(mesh))

    def SetAndObservePolyData(self, shape: Shape | None) -> None:
        self._change(mesh=(shape or Shape()).mesh)


class TextNode(MrmlNode):
    """A vtkMRMLTextNode."""

    class_name = 'vtkMRMLTextNode'
    GetText = _gets('data.text')

    def SetText(self, text: str) -> None:
        self._change(text=text)


class StatusNode(MrmlNode):
    """A vtkMRMLIGTLStatusNode."""

    class_name = 'vtkMRMLIGTLStatusNode'
    GetCode, GetErrorName = _gets('data.code', int), _gets('data.error_name')
    GetStatusString = _gets('data.text')

    def SetStatus(self, code: int, subcode: int, error_name: str, text: str) -> None:
        self._change(code=code, subcode=subcode, error_name=error_name, text=text)


class VolumeNode(MrmlNode):
    """A vtkMRMLScalarVolumeNode."""

    class_name = 'vtkMRMLScalarVolumeNode'


class Shape:
    """As much of a vtkPolyData as tells what is in it."""

    GetNumberOfPoints = _gets('mesh.points', len)

    def __init__(self, mesh: PolyData | None = None) -> None:
        self.mesh = PolyData(np.zeros((0, 3), np.float32)) if mesh is None else mesh

    def GetPointData(self) -> Shape:
        return self

    def HasArray(self, name: str) -> bool:
        return any(attribute.name == name for attribute in self.mesh.attributes)


class Display:
    """A display node: it keeps what it is told."""

    SetVisibility, GetVisibility = _sets('is_visible', bool), _gets('is_visible')
    GetActiveScalarName = _gets('scalars')
    SetOpacity, SetScalarRangeFlag = _sets('opacity'), _sets('range_flag')
    SetScalarVisibility = _sets('are_scalars_visible', bool)

    def __init__(self) -> None:
        self.is_visible, self.opacity, self.scalars, self.range_flag = True, 1.0, '', 0
        self.are_scalars_visible = False

    def SetActiveScalar(self, name: str, _: int) -> None:
        self.scalars = name


_KINDS: dict[type[Node], type[MrmlNode]] = {
    LinearTransform: TransformNode,
    MarkupsFiducial: FiducialNode,
    Model: ModelNode,
    Text: TextNode,
    DeviceStatus: StatusNode,
    Volume: VolumeNode,
}
_BY_NAME = {facade.class_name: (kind, facade) for kind, facade in _KINDS.items()}


class Scene:
    """
    A vtkMRMLScene of the nodes that a simulated Slicer holds.

    :param slicer: whose nodes they are.
    """

    def __init__(self, slicer: Slicer) -> None:
        self.slicer = slicer
        self._nodes: dict[int, MrmlNode] = {}
        self._number = 0

    def _all(self) -> Iterator[MrmlNode]:
        for data in self.slicer.nodes.all():
            kind = _KINDS.get(type(data))
            if kind is None:
                continue
            node = self._nodes.get(id(data))
            if node is None:
                self._number += 1
                node = self._nodes[id(data)] = kind(self, data, self._number)
            yield node

    def _transform(self, name: str) -> TransformNode | None:
        return next(
            (n for n in self._all() if isinstance(n, TransformNode) and n.GetName() == name), None)

    def GetNodesByClass(self, name: str) -> Collection:
        return Collection([node for node in self._all() if node.IsA(name)])

    def GetFirstNode(self, name: str, kind: str) -> MrmlNode | None:
        return next((n for n in self._all() if n.GetName() == name and n.IsA(kind)), None)

    def GetNodeByID(self, node_id: str | None) -> MrmlNode | None:
        return next((node for node in self._all() if node.GetID() == node_id), None)

    def AddNewNodeByClass(self, kind: str, name: str) -> Any:
        made, facade = _BY_NAME[kind]
        with self.slicer._scene():
            data = self.slicer.nodes.put(made(name))
        return next(node for node in self._all() if node.data is data)

    def RemoveNode(self, node: MrmlNode) -> None:
        with self.slicer._scene():
            self.slicer.nodes.remove(node.data)


class Command:
    """A vtkSlicerOpenIGTLinkCommand."""

    CommandUnknown, CommandWaiting, CommandResponseReceived, CommandExpired = 0, 1, 2, 3
    CommandFailed, CommandCancelled = 4, 5
    SetName, SetCommandContent, SetTimeoutSec = _sets('name'), _sets('content'), _sets('timeout_s')
    GetCommandStatus, GetSuccessful = _gets('status'), _gets('is_success')
    GetResponseContent, GetErrorMessage = _gets('response'), _gets('error')

    def __init__(self) -> None:
        self.name, self.content, self.timeout_s = '', '', 5.0
        self.status, self.is_success = self.CommandUnknown, False
        self.response, self.error = '', ''

    def SetBlocking(self, _: bool) -> None:
        """Be sent without waiting in any case."""

    def IsInProgress(self) -> bool:
        return self.status == self.CommandWaiting


class ConnectorNode:
    """
    The vtkMRMLIGTLConnectorNode of a simulated Slicer.

    :param slicer: whose connector it is.
    """

    StateOff, StateWaitConnection, StateConnected = 0, 1, 2
    GetServerHostname, GetServerPort = _gets('_slicer.address.host'), _gets('_slicer.address.port')
    GetNumberOfOutgoingMRMLNodes = _gets('_outgoing', len)

    def __init__(self, slicer: Slicer) -> None:
        self._slicer = slicer
        self._outgoing: list[MrmlNode] = []

    def GetState(self) -> int:
        return self.StateConnected if self._slicer.peers else self.StateWaitConnection

    def RegisterOutgoingMRMLNode(self, node: MrmlNode) -> int:
        if node not in self._outgoing:
            self._outgoing.append(node)
        node.data.outgoing = True
        return 1

    def UnregisterOutgoingMRMLNode(self, node: MrmlNode) -> None:
        if node in self._outgoing:
            self._outgoing.remove(node)
        node.data.outgoing = False

    def GetOutgoingMRMLNode(self, number: int) -> MrmlNode:
        return self._outgoing[number]

    def PushNode(self, node: MrmlNode) -> int:
        if node.data.outgoing:  # else Slicer logs an error, and sends nothing
            with self._slicer._scene():
                self._slicer._push(node.data)
        return 0

    def SendCommand(self, command: Command) -> None:
        command.status = command.CommandWaiting
        threading.Thread(target=self._ask, args=(command,), daemon=True).start()

    def _ask(self, command: Command) -> None:
        try:
            answer = self._slicer.command(
                command.name, command.content, timeout_s=command.timeout_s)
        except PeerError as error:
            command.error, command.status = str(error), command.CommandExpired
            return
        command.response = answer.content
        command.error = answer.metadata.get('ErrorMessage', '')
        command.is_success = answer.metadata.get('Status') == 'SUCCESS'
        command.status = command.CommandResponseReceived
