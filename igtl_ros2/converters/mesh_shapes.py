"""Meshes of shape_msgs, which MoveIt takes for obstacles."""

from __future__ import annotations

import numpy as np
from builtin_interfaces.msg import Time
from geometry_msgs.msg import Point
from shape_msgs.msg import Mesh, MeshTriangle

from ..codec.messages.mesh import Cells, PolyData
from ..rules import ReceiveRule
from ..rules.values import BOOLEAN
from .mesh_parts import mesh_of, metres
from .outputs import Output
from .registry import Converted, Route, Sending, extra, from_ros

MESH = ReceiveRule.key(
    'mesh', BOOLEAN, 'Publish POLYDATA as shape_msgs/Mesh as well, on the topic mesh.', False,
    after='foxglove', types=('POLYDATA',))


@extra(PolyData, Output('mesh', Mesh, key=MESH, takes_long=True, is_whole=True))
def add_mesh(message: PolyData, route: Route, stamp: Time, result: Converted) -> None:
    """POLYDATA: `mesh`, its surface; the type has no header, `info` has frame and stamp."""
    result.outputs['mesh'] = Mesh(
        triangles=[MeshTriangle(vertex_indices=t) for t in message.triangles()],
        vertices=[Point(x=x, y=y, z=z) for x, y, z in metres(message, route).tolist()],
    )


@from_ros(Mesh, 'POLYDATA', 'mesh', default=True, takes_long=True)
def mesh_from_mesh(message: Mesh, sending: Sending) -> PolyData:
    """Mesh as POLYDATA."""
    points = np.array([(p.x, p.y, p.z) for p in message.vertices]).reshape(-1, 3)
    corners = [t.vertex_indices for t in message.triangles]
    indices = np.array(corners, np.uint32).reshape(-1)
    cells = Cells(indices, np.full(len(corners), 3, np.int64))
    return mesh_of(points, sending, polygons=cells)
