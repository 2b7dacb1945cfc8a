"""The few things that all parts do with a scene."""

from __future__ import annotations

TRANSFORM = 'vtkMRMLLinearTransformNode'
MODEL = 'vtkMRMLModelNode'
FIDUCIALS = 'vtkMRMLMarkupsFiducialNode'
TEXT = 'vtkMRMLTextNode'
STATUS = 'vtkMRMLIGTLStatusNode'
#: states of a connector
OFF, WAITING, CONNECTED = 0, 1, 2
#: what the connector writes into the description of nodes that it makes
RECEIVED = 'Received by OpenIGTLink'


def nodes(scene, kind):
    """List the nodes of a class, in the order of the scene."""
    found = scene.GetNodesByClass(kind)
    try:
        return [found.GetItemAsObject(n) for n in range(found.GetNumberOfItems())]
    finally:
        found.UnRegister(None)


def received(scene, name, kind):
    """Find the node of a name that came over the network, else any of that name; None without."""
    same = [node for node in nodes(scene, kind) if node.GetName() == name]
    came = [node for node in same if node.GetDescription() == RECEIVED]
    return (came or same or [None])[0]


def by_name(scene, kind):
    """Give the nodes of a class by name; of two, the one that came over the network."""
    found = {}
    for node in nodes(scene, kind):
        name = node.GetName()
        other = found.get(name)
        if other is None or other.GetDescription() != RECEIVED == node.GetDescription():
            found[name] = node
    return found


def attribute(node, key):
    """Give an attribute of a node, or an empty text."""
    return node.GetAttribute(key) or ''


def rows(matrix):
    """Give a vtkMatrix4x4 as four lists."""
    return [[matrix.GetElement(row, column) for column in range(4)] for row in range(4)]


def filled(matrix, values):
    """Write four rows into a vtkMatrix4x4 and give it."""
    for row in range(4):
        for column in range(4):
            matrix.SetElement(row, column, float(values[row][column]))
    return matrix


def at(position, orientation=None):
    """Make the rows of a pose: (x, y, z) in mm, and three rows of a rotation."""
    turned = orientation or [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    return [[float(v) for v in turned[n][:3]] + [float(position[n])] for n in range(3)] + [
        [0.0, 0.0, 0.0, 1.0]
    ]


def product(one, other):
    """Multiply two matrices of four rows."""
    return [[sum(row[k] * other[k][column] for k in range(4)) for column in range(4)]
            for row in one]


def inverse(pose):
    """Invert a pose: rotation and translation, nothing else."""
    turned = [[pose[column][row] for column in range(3)] for row in range(3)]
    back = [-sum(turned[row][k] * pose[k][3] for k in range(3)) for row in range(3)]
    return at(back, turned)


def same_pose(one, other, mm=0.001):
    """Tell whether two poses are one, within what 32 bits on the way leave of them."""
    return all(
        abs(one[row][column] - other[row][column]) <= (mm if column == 3 else 1e-5)
        for row in range(3)
        for column in range(4)
    )


def place(pose):
    """Write the position of a pose for people."""
    return '({:.1f}, {:.1f}, {:.1f}) mm'.format(*(pose[row][3] for row in range(3)))
