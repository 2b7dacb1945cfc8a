"""Obstacles that are deleted in the scene: Slicer itself tells nobody of that."""

from __future__ import annotations

from .mrml import CONNECTED, MODEL


class Obstacles:
    """
    Tell the bridge which of the models that were sent are not in the scene any more.

    It takes a model without points for an obstacle that is taken away. A model that is no longer
    sent, but still there, stays an obstacle, and so does one that has another name: the connector
    sends it under that which it had.

    :param new_shape: makes a vtkPolyData.
    :param prefix: with which the names of obstacles begin, as in the mapping of the bridge.
    """

    def __init__(self, scene, connector, new_shape, prefix='Obstacle'):
        """Know of none."""
        self._scene, self._connector = scene, connector
        self._new_shape, self._prefix = new_shape, prefix
        #: names of the models that were sent, by their IDs
        self._sent = {}
        self._gone = set()

    def look(self):
        """Look what is there, and tell what is gone; once there is a connection."""
        count = self._connector.GetNumberOfOutgoingMRMLNodes()
        for node in map(self._connector.GetOutgoingMRMLNode, range(count)):
            if node is not None and self._is_there(node.GetID()) and node.IsA(MODEL) and (
                    node.GetName().startswith(self._prefix)):
                self._sent.setdefault(node.GetID(), node.GetName())
        for node_id in [one for one in self._sent if not self._is_there(one)]:
            self._gone.add(self._sent.pop(node_id))
        self._gone.difference_update(self._sent.values())
        if self._connector.GetState() == CONNECTED:
            for name in sorted(self._gone):
                self._take_away(name)
            self._gone.clear()

    def _is_there(self, node_id):
        return self._scene.GetNodeByID(node_id) is not None

    def _take_away(self, name):
        node = self._scene.AddNewNodeByClass(MODEL, name)
        node.SetAndObservePolyData(self._new_shape())
        self._connector.RegisterOutgoingMRMLNode(node)
        self._connector.PushNode(node)
        self._connector.UnregisterOutgoingMRMLNode(node)
        self._scene.RemoveNode(node)
